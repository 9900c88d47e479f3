"""`flywheel preview`: a page that shows a piece as each channel will, for one that waits and for one that is out."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from desk.pages import mark
from desk.preview_page import KIND, pages
from graph.preview import PostPreview, Span
from state.channels import OutgoingImage
from state.settings import Identity
from tests.desk.conftest import Finished, Flywheel

pytestmark = pytest.mark.long

CHANNELS = '[channels.bluesky]\nhandle = "upkeep.example"\n[channels.linkedin]\nauthor = "urn:li:person:abc123"\n'
KEYS = "BLUESKY_APP_PASSWORD=abcd-efgh\nLINKEDIN_ACCESS_TOKEN=abcd\n"
PIXEL = bytes.fromhex("89504e470d0a1a0a0000000d49484452")


class _Balanced(HTMLParser):
    """Whether every tag is closed, and what the page would load."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loaded += [value or "" for name, value in attrs if name == "src"]
        assert tag not in ("script", "iframe")
        if tag not in ("meta", "link", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def loads_of(html: str) -> list[str]:
    """What a page loads; every tag in it is closed."""
    parser = _Balanced()
    parser.feed(html)
    assert parser.open == []
    return parser.loaded


@pytest.fixture
def waiting(flywheel: Flywheel, workspace: Path) -> str:
    """A piece on three channels that waits at review_release."""
    text = (workspace / "flywheel.toml").read_text(encoding="utf-8")
    never = re.sub(r'(brief|draft|offer) = "always"', r'\1 = "never"', text)
    (workspace / "flywheel.toml").write_text(never.replace("[schedule]", f"{CHANNELS}\n[schedule]"), encoding="utf-8")
    (workspace / ".env").write_text(KEYS, encoding="utf-8")
    return str(flywheel("run", "Looking at a bridge before it falls", "--json").json["piece"])


def test_a_piece_that_waits(flywheel: Flywheel, workspace: Path, waiting: str) -> None:
    """Posts are told with their counts, and pages are written: one for all channels, one for the article."""
    ran = flywheel("preview", waiting)
    assert ran.code == 0
    assert re.search(r"bluesky-1: \d+ of 300 graphemes", ran.out)
    assert re.search(r"linkedin-1: \d+ of 3000 characters", ran.out)
    folder = workspace / ".flywheel" / "preview" / waiting
    assert {p.name for p in folder.iterdir()} == {"index.html", "site.html"}
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert str(folder / "index.html") in ran.out
    assert loads_of(index) == []
    assert 'Read it all: <span class="link slot"' in index
    assert "utm_source=linkedin" in index
    assert 'href="site.html"' in index
    assert "## Sources" not in (folder / "site.html").read_text(encoding="utf-8")


def test_the_review_says_how_to_see_it(flywheel: Flywheel, waiting: str) -> None:
    """Where posts are reviewed, one line names the command; elsewhere none does."""
    assert f"flywheel preview {waiting}" in flywheel("review", waiting).out
    draft = str(flywheel("run", "Zyzzogeton quxberry plimsoll", "--json").json["piece"])
    assert "flywheel preview" not in flywheel("review", draft).out


def test_an_edit_that_was_refused(flywheel: Flywheel, workspace: Path, waiting: str) -> None:
    """What is shown is what lies before the reviewer: their own words, too, while they wait to be mended."""
    file = workspace / "edit.txt"
    flywheel("review", waiting, "--save", file)
    file.write_text(file.read_text(encoding="utf-8").replace("Read it all", "In 1823, read it all"), encoding="utf-8")
    assert flywheel("review", waiting, "--edit", file).code == 2
    assert "In 1823, read it all" in flywheel("preview", waiting).out


def test_a_piece_that_is_out(finished: Finished, tmp_path: Path) -> None:
    """What is published is shown with the address that it has."""
    ran = finished.flywheel("preview", finished.piece, "--out", tmp_path / "seen", "--json")
    (post,) = ran.json["previews"]
    assert (post["channel"], post["published"]) == ("site", True)
    assert post["address"].startswith("https://upkeep.example/posts/")
    assert Path(ran.json["page"]) == tmp_path / "seen" / "index.html"
    page = next((finished.workspace / "site" / "posts").glob("*/index.html")).read_text(encoding="utf-8")
    assert (tmp_path / "seen" / "site.html").read_text(encoding="utf-8") == page


def test_a_piece_without_posts(flywheel: Flywheel, piece: str) -> None:
    """A piece that isn't made into posts yet has nothing to show, and the error says what tells how far it got."""
    ran = flywheel("preview", piece)
    assert ran.code == 1
    assert "has no posts yet" in ran.err
    assert f"flywheel show {piece}" in ran.err


def test_somebodys_own_pages_stay(finished: Finished, tmp_path: Path) -> None:
    """A folder with pages that aren't ours is left alone; our own are written over."""
    (tmp_path / "site.html").write_text("mine", encoding="utf-8")
    ran = finished.flywheel("preview", finished.piece, "--out", tmp_path)
    assert (ran.code, (tmp_path / "site.html").read_text(encoding="utf-8")) == (2, "mine")
    assert "--out" in ran.err
    (tmp_path / "index.html").write_text(f"{mark(KIND)} of an earlier time", encoding="utf-8")
    assert finished.flywheel("preview", finished.piece, "--out", tmp_path).code == 0


def test_a_page_of_hostile_words() -> None:
    """Whatever stands in a post is words on the page, and an image is shown from its bytes or not at all."""
    evil = "<script>alert(1)</script>\"'&"
    post = PostPreview(
        id="bluesky-1",
        channel="bluesky",
        title=evil,
        spans=(Span(kind="text", text=evil), Span(kind="offer", text=f"https://a.example/{evil}", slot=True)),
        size=301,
        limit=300,
        unit="graphemes",
        images=(OutgoingImage(path="media/a.png", alt=evil), OutgoingImage(path=f"media/{evil}.svg", alt="")),
    )
    texts = pages([post], evil, evil, Identity(author=evil), {"media/a.png": PIXEL, f"media/{evil}.svg": b"<svg/>"})
    index = texts["index.html"]
    (image,) = loads_of(index)
    assert image.startswith("data:image/png;base64,")
    assert "<script>" not in index
    assert 'class="count over"' in index
    assert "Alt text: none" in index
