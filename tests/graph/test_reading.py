"""What a piece reads over HTTP, through the compiled graph: only what is new, politely, and as it was when it was read."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from state.contracts import Learnings
from state.contracts.learnings import Finding
from tests.graph.rig import NOON, Clock, OpenFlow, changed, standing
from tests.support.web import OTHER, Web, answer, rss, serving

pytestmark = pytest.mark.long

FERRIES = (
    "Ferries of Norway turn to batteries",
    "The ferry Ampere has crossed the Sognefjord in Norway on batteries alone since 2015. Norway had 70 electric ferries that "
    "ran on batteries by 2023. The batteries of a ferry in Norway hold 1,000 kilowatt hours, and a crossing takes 150 of them. "
    "Ferries on batteries save 80 percent of the fuel that Norway burnt on such a route. Engineers in Norway replace the "
    "batteries of a ferry after 10 years of service.",
)
QUAYS = (
    "Quays for electric ferries cost more than the ships",
    "Electric ferries in Norway need quays with strong cables, and those cost 40 million kroner each. The ferry at Lavik "
    "waited 2 years for its charging tower. Grid companies in Bergen charge for the peak of each crossing. Ferries that "
    "charge from batteries on the quay cut that peak by 60 percent. Operators share the quays of 12 routes by now.",
)
BREAD = (
    "Rye bread from the monastery of Stavanger",
    "Monks of the monastery in Stavanger bake rye bread from a sourdough that dates from 1920. The rye bread of Stavanger "
    "rests for 36 hours in the cellar of the monastery. Each week the monastery of Stavanger sells 400 loaves of rye bread at "
    "its gate. Bakers from Oslo asked the monastery for the sourdough of its rye bread and were refused. Rye for the bread of "
    "Stavanger grows on 3 farms near the monastery only.",
)
OLD = (
    (
        "Beekeeping on a roof in Turin",
        "A beekeeper in Turin keeps 12 hives on the roof of a school since 2011 and sells honey.",
    ),
    (
        "The lighthouse of Skagen",
        "The lighthouse of Skagen was moved 250 metres inland in 1878 when the sand took its hill away.",
    ),
    (
        "Wool from the Faroes",
        "Shepherds on the Faroes shear 70,000 sheep in July, and spinners buy the wool by the kilogram.",
    ),
    (
        "A map of lost rivers",
        "Cartographers in London drew 21 lost rivers that run below its streets, through pipes and cellars.",
    ),
)
"""Short and old: they make a collection of it, and are nobody's first choice."""


def item(story: tuple[str, str], site: str, day: str = "Mon, 01 Jun 2026 08:00:00 GMT") -> str:
    title, text = story
    return (
        f"<item><title>{title}</title><link>https://{site}.example/{len(title)}</link><pubDate>{day}</pubDate>"
        f"<description><![CDATA[<p>{text}</p>]]></description></item>"
    )


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with serving() as site:
        yield site


@pytest.fixture
def online(workspace: Path, web: Web) -> Path:
    """A workspace without notes and files, that reads /a and /b of the server."""
    shutil.rmtree(workspace / "sources")
    shutil.rmtree(workspace / "voice" / "notes")
    feeds = f'["{web.url("/a")}", "{web.url("/b", OTHER)}"]'
    changed(workspace, sources=f"folders = []\nfeeds = {feeds}\nallow_loopback = true", contracts__brief="")
    return workspace


def feed(web: Web, path: str, *items: str, tag: str = '"1"') -> None:
    """Answer with these items, and with 304 for who has them already."""
    body = rss(*items, *(item(story, "attic", "Wed, 01 Jan 2020 08:00:00 GMT") for story in OLD))

    async def handler(writer: asyncio.StreamWriter) -> None:
        known = web.asked[-1][1].get("if-none-match") == tag
        await (answer(304) if known else answer(200, body, "application/rss+xml", etag=tag))(writer)

    web.on(path, handler)


def asked(web: Web, path: str) -> list[bool]:
    """Of each request for a path: whether it said what we have."""
    return ["if-none-match" in headers for at, headers in web.asked if at == path]


async def test_the_second_run_asks_for_what_is_new_only(online: Path, web: Web, flow: OpenFlow) -> None:
    """The second piece asks with the ETag, gets a 304 for what is unchanged, and takes the story that came in between."""
    feed(web, "/a", item(FERRIES, "fjord"))
    feed(web, "/b", item(QUAYS, "harbour"))
    first = await flow().start(None)
    assert (await first.shown()).point == "review_brief"
    assignment = (await first.state())["assignment"]
    assert assignment.topic in (FERRIES[0], QUAYS[0])
    assert assignment.why.startswith("Two sources write about this and the latest was written today")
    feed(web, "/b", item(QUAYS, "harbour"), item(BREAD, "harbour"), tag='"2"')
    second = await flow(piece="piece-2").start(None)
    bread = (await second.state())["assignment"]
    assert bread.topic == BREAD[0]
    assert "it is new" in bread.why
    assert asked(web, "/a") == [False, True, True, True]
    assert (await second.shown()).point == "review_brief"
    ledger = await first.ledger()
    assert len(
        await ledger.sightings(
            "somebody else", (e.snapshot for e in standing((await second.state())["brief"]).evidence)
        )
    )


async def test_what_a_piece_saw_first_stays_new_to_it(online: Path, web: Web, flow: OpenFlow) -> None:
    """`assign` run again from its start finds the same texts new, so that it says the same."""
    feed(web, "/a", item(FERRIES, "fjord"))
    feed(web, "/b", item(BREAD, "harbour"))
    first = await flow().start(None)
    feed(web, "/b", item(QUAYS, "harbour"), tag='"2"')
    second = flow(piece="piece-2", stop_at=("content",))
    await second.start(None)
    assignment = (await second.state())["assignment"]
    assert "new" in assignment.why
    history = [snapshot async for snapshot in second.graph.aget_state_history(second.config)]
    start = next(snapshot for snapshot in history if snapshot.next == ("assign",))
    await second.graph.ainvoke(None, start.config, context=second.context)
    assert (await second.state())["assignment"] == assignment
    assert len([h for h in await second.handoffs() if h.contract == "Assignment"]) == 1
    assert (await first.state())["assignment"].topic != assignment.topic


async def test_a_kill_within_assign(online: Path, web: Web, flow: OpenFlow, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after the sources were read and before anything was assigned, the piece starts again and finds all still new."""
    feed(web, "/a", item(FERRIES, "fjord"))
    feed(web, "/b", item(BREAD, "harbour"))
    piece = flow()
    with monkeypatch.context() as patch:
        patch.setattr("graph.assign.run_checks", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await piece.start(None)
    assert [h for h in await piece.handoffs() if h.contract == "Assignment"] == []
    await piece.run(None)
    assert (await piece.shown()).point == "review_brief"
    assert asked(web, "/a")[:2] == [False, True]
    ledger = await piece.ledger()
    seen = {e.snapshot for e in standing((await piece.state())["brief"]).evidence}
    assert await ledger.sightings("piece-1", seen) == {}
    assert set(await ledger.sightings("another", seen)) == seen


@pytest.mark.parametrize("theme", ["ferries", "rye bread"])
async def test_a_theme_that_did_well_wins(theme: str, online: Path, web: Web, flow: OpenFlow) -> None:
    """Between two stories alike in all else, the one on the best theme of the latest Learnings is taken, and says so."""
    feed(web, "/a", item(FERRIES, "fjord"))
    feed(web, "/b", item(BREAD, "harbour"))
    piece = flow()
    learnt = Learnings(parent="", themes=(Finding(name=theme, n=9, rate=0.5, low=0.2, high=0.8),))
    await (await piece.ledger()).put_learnings(learnt, now=NOON)
    await piece.start(None)
    assignment = (await piece.state())["assignment"]
    assert assignment.topic == (FERRIES if theme == "ferries" else BREAD)[0]
    assert f"“{theme}” has earned attention lately" in assignment.why


async def test_the_fresher_story_wins(online: Path, web: Web, flow: OpenFlow) -> None:
    """Of two stories that came in together the one that was written lately is taken."""
    feed(web, "/a", item(FERRIES, "fjord", "Wed, 01 Jan 2025 08:00:00 GMT"))
    feed(web, "/b", item(BREAD, "harbour", "Sun, 31 May 2026 08:00:00 GMT"))
    piece = await flow().start(None)
    assignment = (await piece.state())["assignment"]
    assert (assignment.topic, assignment.runners_up[0].topic) == (BREAD[0], FERRIES[0])
    assert "it was written yesterday" in assignment.why


async def test_what_is_near_to_what_is_out_comes_later(online: Path, web: Web, flow: OpenFlow) -> None:
    """A story close to one that is out ranks behind another, and says to which it is close."""
    feed(web, "/a", item(FERRIES, "fjord"))
    feed(web, "/b", item(BREAD, "harbour"))
    piece = flow()
    ledger = await piece.ledger()
    await ledger.start_piece("out", topic="Norway's ferries on batteries", driver="embedded", now=NOON)
    await ledger.update_piece("out", now=NOON, status="published", insight="Electric ferries save Norway's fuel.")
    await piece.start(None)
    assignment = (await piece.state())["assignment"]
    assert assignment.topic == BREAD[0]
    assert "nothing you have published comes near it" in assignment.why
    assert "your piece on “Norway's ferries on batteries”" in assignment.runners_up[0].why


async def test_a_page_that_changes_meanwhile(online: Path, web: Web, flow: OpenFlow) -> None:
    """What was read stands: when the feed says something else at review, the Brief is approved with its quotes as archived."""
    feed(web, "/a", item(FERRIES, "fjord"))
    feed(web, "/b", item(QUAYS, "harbour"))
    piece = await flow().start(FERRIES[0])
    before = (await piece.shown()).sha256
    requests = len(web.asked)
    rewritten = (FERRIES[0], FERRIES[1].replace("70 electric", "90 electric").replace("2015", "2016"))
    feed(web, "/a", item(rewritten, "fjord"), tag='"2"')
    assert (await piece.shown()).sha256 == before
    await piece.accept()
    assert (await piece.shown()).point == "review_draft"
    assert len(web.asked) == requests
    brief = standing((await piece.state())["brief"])
    kept = await (await piece.ledger()).snapshots({e.snapshot for e in brief.evidence})
    assert all(kept[e.snapshot].text[e.start : e.end] == e.quote for e in brief.evidence)
    assert not any("90 electric" in s.text for s in kept.values())


async def test_a_source_in_another_language_is_flagged(online: Path, web: Web, flow: OpenFlow) -> None:
    """What is in another language than the author's is a flag of the Brief, and the piece stands."""
    german = (
        "Norwegens Fähren",
        "Die Fähren von Norwegen fahren mit Batterien, und das ist für die Werften nicht nur ein Vorteil, sondern auch eine "
        "Last, weil sie sich auf neue Technik einstellen müssen, die noch nicht lange erprobt ist und die viel kostet.",
    )
    feed(web, "/a", item(FERRIES, "fjord"))
    feed(web, "/b", item(QUAYS, "harbour"), item(german, "hafen"))
    piece = await flow().start(FERRIES[0])
    shown = await piece.shown()
    assert ("source.other-language", False) in [(v.code, v.severity == "fail") for v in shown.violations]
    assert "It seems to be in German, and you write in English." in shown.description.replace("it seems", "It seems")
    assert "approve" in shown.open


async def test_a_topic_is_searched_for_and_scouting_is_not(online: Path, web: Web, flow: OpenFlow) -> None:
    """With a search switched on CONTENT asks it for the piece's topic, chosen or given; scouting by itself asks nothing."""
    feed(web, "/a", item(FERRIES, "fjord"))
    feed(web, "/b", item(QUAYS, "harbour"))
    web.page("/found", f"<html><body><article><h1>Found</h1><p>{BREAD[1]}</p></article></body></html>")
    found = f'{{"results": [{{"url": "{web.url("/found")}", "title": "T", "content": "c"}}], "answers": []}}'
    web.page("/search", found, "application/json")
    changed(online, sources__searches=f'searxng = "{web.url("")}"')
    piece = await flow(stop_at=("content",)).start(None)
    assert not any(path.startswith("/search") for path in web.paths())
    await piece.run(None)
    searched = [path for path in web.paths() if path.startswith("/search")]
    assert len(searched) == 1
    assert "ferries" in searched[0].lower()


async def test_old_sightings_count(online: Path, web: Web, flow: OpenFlow, clock: Clock) -> None:
    """A month later nothing of what was seen is new: it says so, and it is still there to be taken."""
    feed(web, "/a", item(FERRIES, "fjord"))
    feed(web, "/b", item(BREAD, "harbour"))
    first = await flow().start(None)
    clock.leap(days=40)
    second = await flow(piece="piece-2").start(None)
    assignment = (await second.state())["assignment"]
    assert {assignment.topic, (await first.state())["assignment"].topic} == {FERRIES[0], BREAD[0]}
    assert "nothing new on it has come in since the last run" in assignment.why


async def test_a_wall_is_a_flag(online: Path, web: Web, flow: OpenFlow) -> None:
    """A page behind a paywall, and one that breaks off at it, are flags with what to do; the piece stands without them."""
    feed(web, "/a", item(FERRIES, "fjord"))
    feed(web, "/b", item(QUAYS, "harbour"))
    wall = web.page("/wall", "<html><body><p>Subscribe to continue reading.</p></body></html>")
    teaser = f"<p>{BREAD[1]}</p><p>Already a subscriber? Subscribe to read</p>"
    short = web.page("/short", f"<html><body><article><h1>Bread</h1>{teaser}</article></body></html>")
    feeds = f'["{web.url("/a")}", "{web.url("/b", OTHER)}"]'
    lines = f'folders = []\nfeeds = {feeds}\npages = ["{wall}", "{short}"]\nallow_loopback = true'
    changed(online, sources=lines)
    piece = await flow().start(FERRIES[0])
    shown = await piece.shown()
    found = {v.where: (v.code, v.severity.value) for v in shown.violations}
    assert found == {wall: ("source.too-little-text", "flag"), short: ("source.cut-short", "flag")}
    assert "approve" in shown.open


async def test_an_embedding_model_that_fails(
    online: Path, web: Web, flow: OpenFlow, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the model that the workspace names can't be asked, words are compared, and the log says so."""
    feed(web, "/a", item(FERRIES, "fjord"))
    feed(web, "/b", item(QUAYS, "harbour"))
    feeds = f'["{web.url("/a")}", "{web.url("/b", OTHER)}"]'
    changed(online, sources=f'folders = []\nfeeds = {feeds}\nnovelty = "openai:m"\nallow_loopback = true')
    piece = await flow().start(None)
    assert (await piece.state())["assignment"].topic in (FERRIES[0], QUAYS[0])
    assert "words are compared instead" in caplog.text
