"""Sources that are no good, through the graph: each says what is wrong and what to do, and the piece goes on without it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.graph.rig import Flow
from tests.hostile.conftest import OpenPiece
from tests.hostile.held import TOPIC, accept_all
from tests.support.sources import make_pdf

pytestmark = pytest.mark.long

STORY = (
    "The Lamp Trials Office in Port Aldous burned 840 light bulbs in 1931 and kept the label of every one.",
    "A label on a light bulb of the Lamp Trials Office named the hours of its life and who had counted them.",
    "Makers of light bulbs told the Lamp Trials Office that a longer life costs brightness and current.",
    "Inspectors of the Lamp Trials Office kept every light bulb that failed early in a cellar until 1954.",
    "The Lamp Trials Office printed its last label for a light bulb in 1961 and closed its doors in Port Aldous.",
)
ELSEWHERE = ("painting-big-steel.md", "twenty-years-at-a-time.md", "genoa-after-the-viaduct.md")
"""The example's sources that say nothing of lamps."""
WALL = "<html><body><main><p>We use cookies. Accept all cookies to go on, or manage your preferences.</p></main></body></html>"


async def stopped_at_brief(piece_on: OpenPiece, folder: Path, *files: tuple[str, str | bytes], alone: bool) -> Flow:
    """A piece whose sources are these files, beside the example's own or `alone` on their topic, where its Brief waits."""
    first, *rest = files
    page = folder / first[0]
    page.write_bytes(first[1].encode() if isinstance(first[1], str) else first[1])
    flow = piece_on(page)
    sources = flow.workspace / "sources"
    if alone:
        for other in (p for p in sources.iterdir() if p.name not in (page.name, *ELSEWHERE)):
            other.unlink()
    for name, content in rest:
        (sources / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return await flow.start(TOPIC)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("wall.html", WALL, "source.too-little-text"),
        ("broken.pdf", b"%PDF-1.7 and then nothing", "source.unreadable"),
        ("feed.xml", "<!doctype html><html><body>Not a feed.</body></html>", "source.not-a-feed"),
        ("bytes.txt", b"\x00\x01\xff\xfe\x80" * 50, "source.undecodable"),
        ("empty.md", "---\ntitle: T\n---\n", "source.no-text"),
        ("bomb.xml", '<!DOCTYPE r [<!ENTITY a "aaaa">]><rss version="2.0"><channel/></rss>', "source.unsafe-xml"),
    ],
)
async def test_a_bad_source_is_a_flag(
    name: str, content: str | bytes, code: str, piece_on: OpenPiece, tmp_path: Path
) -> None:
    """The Brief stands on the other sources, and the reviewer is told which one gave nothing, why, and what to do."""
    flow = await stopped_at_brief(piece_on, tmp_path, (name, content), alone=False)
    (flag,) = [v for v in (await flow.shown()).violations if v.code == code]
    assert (flag.severity, name in flag.where, bool(flag.fix)) == ("flag", True, True)
    assert flag.message in (await flow.shown()).description.replace("\\", "")
    assert await accept_all(flow) == 4


async def test_ten_copies_are_one_source(piece_on: OpenPiece, tmp_path: Path) -> None:
    """The same story on ten sites is quoted from one of them, and one origin is too few to go unsaid."""
    copies = [
        (
            f"copy-{n}.md",
            f"---\ntitle: Lamps on site {n}\nurl: https://site{n}.example/lamps\n---\n\n" + "\n\n".join(STORY),
        )
        for n in range(10)
    ]
    flow = await stopped_at_brief(piece_on, tmp_path, *copies, alone=True)
    brief = (await flow.state())["brief"]
    assert brief is not None
    assert len({e.origin for e in brief.evidence}) == 1
    assert "brief.few-origins" in await flow.codes()


async def test_a_sentence_across_two_pages_is_quoted_whole(piece_on: OpenPiece, tmp_path: Path) -> None:
    """A PDF's page break in mid-sentence is no part of the quote, which stands in the archive to the letter."""
    first, second = (
        "The Lamp Trials Office in Port Aldous burned 840 light bulbs",
        "in 1931 and kept the label of every one.",
    )
    pdf = make_pdf([*STORY[1:3], "", first], [second, "", *STORY[3:]], title="Lamps", author="Ida Morrow")
    flow = await stopped_at_brief(piece_on, tmp_path, ("lamps.pdf", pdf), alone=True)
    brief = (await flow.state())["brief"]
    assert brief is not None
    assert f"{first} {second}" in [e.quote for e in brief.evidence]
    assert "brief.quote-not-verbatim" not in await flow.codes()
