"""The conformance suite that every source runs, and reading them all."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from agents.content.sources import FeedSource, FolderSource, PageSource, open_fetcher, open_sources, read_all
from agents.content.sources.text import normalise
from state.base import sha256_text
from state.sources import Reading

KINDS = ("folder", "feed", "page")


@pytest.fixture(params=KINDS)
def good(request, web, fetcher, make, tmp_path):
    """Give a source of each kind that has something to read."""
    if request.param == "folder":
        (tmp_path / "sources").mkdir()
        (tmp_path / "sources" / "a.md").write_text(f"# A\u200b title\r\n\r\n{make.sentence}\r\nsoft  wrapped\n\n- item")
        (tmp_path / "sources" / "b.html").write_text(make.article())
        return FolderSource(tmp_path, "sources")
    if request.param == "feed":
        text = f"<p>{make.sentence}</p><p>{make.sentence * 3}</p>"
        entry = f"<item><title>T</title><description><![CDATA[{text}]]></description></item>"
        return FeedSource(web.page("/feed.xml", make.rss(entry), "application/rss+xml"), fetcher)
    return PageSource(web.page("/page", make.article()), fetcher)


@pytest.fixture(params=[(kind, fault) for kind in KINDS for fault in ("missing", "empty", "junk")], ids="-".join)
def bad(request, web, fetcher, tmp_path):
    """Give a source of each kind that is missing, empty or junk."""
    kind, fault = request.param
    body = {"missing": None, "empty": b"", "junk": b"\x00\x01\x02\xff" * 60}[fault]
    if kind == "folder":
        if body is not None:
            (tmp_path / "sources").mkdir()
            (tmp_path / "sources" / "a.txt").write_bytes(body)
        return FolderSource(tmp_path, "sources")
    url = web.url("/bad") if body is None else web.page("/bad", body)
    return FeedSource(url, fetcher) if kind == "feed" else PageSource(url, fetcher)


async def test_a_source_has_the_name_the_workspace_gave_it(good, web):
    """The name is a path or a URL, known before anything is read."""
    assert good.name in ("sources", web.url("/feed.xml"), web.url("/page"))
    assert web.asked == []


async def test_snapshots_are_whole_and_settled(good):
    """Text is normalised before it is hashed; title, origin, place and an aware UTC time are there."""
    reading = await good.read()
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


async def test_a_reading_survives_being_dumped(good):
    """What a source gives validates again from its JSON."""
    reading = await good.read()
    assert Reading.model_validate_json(reading.model_dump_json()) == reading


async def test_reading_twice_gives_the_same_texts(good):
    """An unchanged source has unchanged hashes, in the same order."""
    first, second = await good.read(), await good.read()
    assert [found.sha256 for found in first.snapshots] == [found.sha256 for found in second.snapshots]


async def test_bad_input_is_reported_and_never_raised(bad):
    """A problem names a source, a code of ours, what happened and what to do."""
    reading = await bad.read()
    assert reading.snapshots == ()
    assert reading.problems
    for found in reading.problems:
        assert found.source
        assert found.code.startswith("source.")
        assert found.message.endswith((".", "?"))
        assert found.fix.endswith(".")


async def test_a_page_that_is_a_pdf_is_read(web, fetcher, make):
    """A URL may hold a PDF, whatever the server calls it."""
    url = web.page("/paper", make.pdf([make.sentence], title="Ice"), "application/octet-stream")
    (found,) = (await PageSource(url, fetcher).read()).snapshots
    assert (found.title, found.url, found.origin, found.path) == ("Ice", url, "127.0.0.1", None)


async def test_a_workspace_opens_folders_feeds_and_pages_in_order(tmp_path, fetcher):
    """Each named thing becomes one source."""
    sources = open_sources(tmp_path, ["sources", "more"], ["https://a.example/feed"], ["https://a.example/x"], fetcher)
    assert [source.name for source in sources] == ["sources", "more", "https://a.example/feed", "https://a.example/x"]


async def test_reading_all_merges_in_order_and_drops_doubles(web, fetcher, make, tmp_path):
    """Snapshots and problems come in the order of the sources; a text that comes twice stays where it came first."""
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "a.md").write_text("# A\n\nfirst")
    (tmp_path / "sources" / "b.md").write_text("# B\n\nfirst")
    page = web.page("/page", make.article())
    same = web.page("/same", make.article())
    reading = await read_all(open_sources(tmp_path, ["sources", "none"], [web.url("/gone")], [page, same], fetcher))
    assert [found.path or found.url for found in reading.snapshots] == ["sources/a.md", page]
    assert [found.code for found in reading.problems] == ["source.folder-missing", "source.not-found"]


async def test_nothing_blocks_the_event_loop(web, make, tmp_path):
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


async def test_a_bug_in_one_source_costs_only_that_one(tmp_path, caplog):
    """A source that raises becomes a problem and a logged traceback, and the others are read."""

    class Broken:
        name = "broken"

        async def read(self):
            raise ZeroDivisionError("bug")

    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "a.md").write_text("text")
    with caplog.at_level(logging.ERROR):
        reading = await read_all([Broken(), FolderSource(tmp_path, "sources")])
    assert [found.text for found in reading.snapshots] == ["text"]
    assert [(found.source, found.code) for found in reading.problems] == [("broken", "source.failed")]
    assert "ZeroDivisionError" in caplog.text
