"""The conformance suite that every source runs, and reading them all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from agents.content.agent import read_sources
from agents.content.sources import (
    FeedSource,
    Fetcher,
    FolderSource,
    InMemory,
    PageSource,
    Progress,
    SearchSource,
    SitemapSource,
    open_fetcher,
    open_sources,
    read_all,
)
from agents.content.sources.text import normalise
from state.base import sha256_text
from state.settings import ReadingBudget, Searches, SourceSettings
from state.sources import Reading, Source
from tests.support.books import docx, epub
from tests.support.sources import Make
from tests.support.web import Handler, Web

SERVICES = ("searxng", "tavily", "wikipedia", "arxiv", "hackernews")
KINDS = ("folder", "feed", "page", "sitemap", *SERVICES)
FAULTS = ("missing", "empty", "junk", "failing", "endless")


@pytest.fixture(params=KINDS)
def good(request: pytest.FixtureRequest, web: Web, fetcher: Fetcher, make: Make, tmp_path: Path) -> tuple[Source, str]:
    """Give a source of each kind that has something to read, and the name it must have."""
    kind = request.param
    if kind == "folder":
        (tmp_path / "sources").mkdir()
        (tmp_path / "sources" / "a.md").write_text(f"# A\u200b title\r\n\r\n{make.sentence}\r\nsoft  wrapped\n\n- item")
        (tmp_path / "sources" / "b.html").write_text(make.article())
        (tmp_path / "sources" / "c.docx").write_bytes(docx(make.sentence, title="C"))
        (tmp_path / "sources" / "d.epub").write_bytes(epub(("Ice", make.sentence * 4)))
        (tmp_path / "sources" / "e.pdf").write_bytes(make.pdf([make.sentence * 2], title="E"))
        return FolderSource(tmp_path, "sources"), "sources"
    if kind == "feed":
        text = f"<p>{make.sentence}</p><p>{make.sentence * 3}</p>"
        entry = f"<item><title>T</title><description><![CDATA[{text}]]></description></item>"
        url = web.page("/feed.xml", make.rss(entry), "application/rss+xml")
        return FeedSource(url, fetcher), url
    page = web.page("/page", make.article())
    if kind == "page":
        return PageSource(page, fetcher), page
    if kind == "sitemap":
        url = web.page("/sitemap.xml", make.sitemap((page, "2024-03-05")), "application/xml")
        return SitemapSource(url, fetcher), url
    make.script_service(web, kind, page)
    return SearchSource(make.service(web, kind), "the frozen harbour", fetcher), f"{kind}:the frozen harbour"


@pytest.fixture(params=[(kind, fault) for kind in KINDS for fault in FAULTS], ids="-".join)
def bad(request: pytest.FixtureRequest, web: Web, fetcher: Fetcher, make: Make, tmp_path: Path) -> Source:
    """Give a source of each kind that is missing, empty, junk, down or endless."""
    kind, fault = request.param
    if kind == "folder":
        body = {"empty": b"", "junk": b"\x00\x01\x02\xff" * 60}.get(fault)
        if body is not None:
            (tmp_path / "sources").mkdir()
            (tmp_path / "sources" / "a.txt").write_bytes(body)
        return FolderSource(tmp_path, "sources")
    path = make.service_path(kind) if kind in SERVICES else "/bad"
    web.on(path, broken(make, fault))
    if kind in SERVICES:
        return SearchSource(make.service(web, kind), "the frozen harbour", fetcher)
    opens: dict[str, Callable[[str, Fetcher], Source]] = {
        "feed": FeedSource,
        "page": PageSource,
        "sitemap": SitemapSource,
    }
    return opens[kind](web.url(path), fetcher)


def broken(make: Make, fault: str) -> Handler:
    """Answer in one of the ways in which servers go wrong."""

    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n")
        while not writer.is_closing():
            writer.write(b'{"results": [' * 2000)
            await writer.drain()

    if fault == "endless":
        return endless
    junk = b"\x00\x01\x02\xff" * 60
    return {
        "missing": make.answer(404),
        "empty": make.answer(200, b""),
        "junk": make.answer(200, junk),
        "failing": make.answer(500, "<html>Internal Server Error</html>"),
    }[fault]


async def test_a_source_has_the_name_the_workspace_gave_it(good: tuple[Source, str], web: Web) -> None:
    """The name is a path, a URL, or an engine and its query, known before anything is read."""
    source, name = good
    assert source.name == name
    assert web.asked == []


async def test_snapshots_are_whole_and_settled(good: tuple[Source, str]) -> None:
    """Text is normalised before it is hashed; title, origin, place and an aware UTC time are there."""
    reading = await good[0].read()
    assert reading.snapshots
    assert reading.problems == ()
    for found in reading.snapshots:
        assert found.sha256 == sha256_text(found.text)
        assert found.text == normalise(found.text) != ""
        assert all("\n" not in paragraph for paragraph in found.text.split("\n\n"))
        assert found.title.strip()
        assert found.origin.strip()
        assert found.retrieved_at.utcoffset() == timedelta(0)
        assert found.path is None or not found.path.startswith("/")


async def test_a_reading_survives_being_dumped(good: tuple[Source, str]) -> None:
    """What a source gives validates again from its JSON."""
    reading = await good[0].read()
    assert Reading.model_validate_json(reading.model_dump_json()) == reading


async def test_reading_twice_gives_the_same_texts(good: tuple[Source, str]) -> None:
    """An unchanged source has unchanged hashes, in the same order."""
    first, second = await good[0].read(), await good[0].read()
    assert [found.sha256 for found in first.snapshots] == [found.sha256 for found in second.snapshots]


async def test_no_source_blocks_the_event_loop(good: tuple[Source, str]) -> None:
    """Reading, parsing and late imports happen in threads, whatever the source."""
    blockbuster = pytest.importorskip("blockbuster")
    with blockbuster.blockbuster_ctx():
        assert (await good[0].read()).snapshots


async def test_bad_input_is_reported_and_never_raised(bad: Source) -> None:
    """A problem names a source, a code of ours, what happened and what to do."""
    reading = await bad.read()
    assert reading.snapshots == ()
    assert reading.problems
    for found in reading.problems:
        assert found.source
        assert found.code.startswith("source.")
        assert found.message.endswith((".", "?"))
        assert found.fix.endswith(".")


async def test_a_page_that_is_a_pdf_is_read(web: Web, fetcher: Fetcher, make: Make) -> None:
    """A URL may hold a PDF, whatever the server calls it."""
    url = web.page("/paper", make.pdf([make.sentence], title="Ice"), "application/octet-stream")
    (found,) = (await PageSource(url, fetcher).read()).snapshots
    assert (found.title, found.url, found.origin, found.path) == ("Ice", url, "127.0.0.1", None)


async def test_a_workspace_opens_folders_feeds_and_pages_in_order(tmp_path: Path, fetcher: Fetcher) -> None:
    """Each named thing becomes one source."""
    sources = open_sources(tmp_path, ["sources", "more"], ["https://a.example/feed"], ["https://a.example/x"], fetcher)
    assert [source.name for source in sources] == ["sources", "more", "https://a.example/feed", "https://a.example/x"]


async def test_all_that_a_workspace_names_is_read(web: Web, make: Make, tmp_path: Path) -> None:
    """Folders, feeds, pages, sitemaps, and with a topic its searches: within the budget, in the name of its owner, step by step."""
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "a.md").write_text(f"# A\n\n{make.sentence}")
    entry = f"<item><title>T</title><description>{make.sentence * 5}</description></item>"
    web.page("/listed", make.article(title="Listed", paragraphs=6))
    web.page("/found", make.article(title="Found", paragraphs=7))
    make.script_service(web, "searxng", web.url("/found"))
    settings = SourceSettings(
        feeds=(web.page("/feed", make.rss(entry), "application/rss+xml"),),
        pages=(web.page("/page", make.article()),),
        sitemaps=(web.page("/sitemap.xml", make.sitemap((web.url("/listed"), "2024-03-05")), "application/xml"),),
        contact="ann@a.example",
        searches=Searches(searxng=web.url("")),
        allow_loopback=True,
    )
    told: list[Progress] = []
    memory = InMemory()
    reading = await read_sources(str(tmp_path), settings, query="harbour", memory=memory, tell=told.append)
    assert reading.problems == ()
    assert [found.title for found in reading.snapshots] == ["A", "T", "The frozen harbour", "Listed", "Found"]
    assert all("(+ann@a.example)" in headers["user-agent"] for _, headers in web.asked)
    assert told[-1].done == told[-1].asked == len(web.asked)
    without = await read_sources(str(tmp_path), settings)
    assert [found.title for found in without.snapshots] == ["A", "T", "The frozen harbour", "Listed"]
    small = settings.model_copy(update={"budget": ReadingBudget(pages=1)})
    assert [p.code for p in (await read_sources(str(tmp_path), small)).problems] == ["source.budget-spent"]


async def test_reading_all_merges_in_order_and_drops_doubles(
    web: Web, fetcher: Fetcher, make: Make, tmp_path: Path
) -> None:
    """Snapshots and problems come in the order of the sources; a text that comes twice stays where it came first."""
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "a.md").write_text("# A\n\nfirst")
    (tmp_path / "sources" / "b.md").write_text("# B\n\nfirst")
    page = web.page("/page", make.article())
    same = web.page("/same", make.article())
    reading = await read_all(open_sources(tmp_path, ["sources", "none"], [web.url("/gone")], [page, same], fetcher))
    assert [found.path or found.url for found in reading.snapshots] == ["sources/a.md", page]
    assert [found.code for found in reading.problems] == ["source.folder-missing", "source.not-found"]


async def test_nothing_blocks_the_event_loop(web: Web, make: Make, tmp_path: Path) -> None:
    """Files, certificates, parsing and retries stay off the loop, where LangGraph's dev server refuses them."""
    blockbuster = pytest.importorskip("blockbuster")
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "a.pdf").write_bytes(make.pdf([make.sentence]))
    feed = web.page("/feed", make.rss(f"<item><title>T</title><link>{web.page('/a', make.article())}</link></item>"))
    busy = web.on("/busy", make.answer(503), make.answer(200, make.article(title="Busy", paragraphs=4)))
    with blockbuster.blockbuster_ctx():
        async with open_fetcher(make.limits, allow_loopback=True) as fetcher:
            reading = await read_all(open_sources(tmp_path, ["sources"], [feed], [busy], fetcher))
    assert reading.problems == ()
    assert len(reading.snapshots) == 3


async def test_a_bug_in_one_source_costs_only_that_one(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A source that raises becomes a problem and a logged traceback, and the others are read."""

    class Broken:
        name = "broken"

        async def read(self) -> Reading:
            raise ZeroDivisionError("bug")

    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "a.md").write_text("text")
    with caplog.at_level(logging.ERROR):
        reading = await read_all([Broken(), FolderSource(tmp_path, "sources")])
    assert [found.text for found in reading.snapshots] == ["text"]
    assert [(found.source, found.code) for found in reading.problems] == [("broken", "source.failed")]
    assert "ZeroDivisionError" in caplog.text
