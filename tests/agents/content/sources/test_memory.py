"""Conditional GET: what hasn't changed is not sent again."""

from __future__ import annotations

import pytest

from agents.content.sources import FeedSource, Fetcher, InMemory, Memory, PageSource, Validators, open_fetcher
from state.sources import Reading
from tests.support.sources import Make
from tests.support.web import Web

SEEN = {"etag": '"v1"', "last_modified": "Tue, 05 Mar 2024 10:00:00 GMT"}
XML = "application/xml"


async def read(source: type[PageSource] | type[FeedSource], url: str, make: Make, memory: Memory) -> Reading:
    """Read in a run of its own."""
    async with open_fetcher(make.limits, allow_loopback=True, memory=memory) as fetcher:
        return await source(url, fetcher).read()


async def test_a_page_that_is_unchanged_gives_the_archived_snapshot(web: Web, make: Make) -> None:
    """The second run asks with what the server gave, and a 304 gives the same snapshot, its time of retrieval included."""
    url = web.on("/a", make.answer(200, make.article(), **SEEN), make.answer(304))
    memory = InMemory()
    first, second = [await read(PageSource, url, make, memory) for _ in range(2)]
    assert second == first
    assert len(first.snapshots) == 1
    asked = [headers for _, headers in web.asked]
    assert "if-none-match" not in asked[0]
    assert (asked[1]["if-none-match"], asked[1]["if-modified-since"]) == (SEEN["etag"], SEEN["last_modified"])


async def test_a_page_that_has_changed_is_read_and_remembered_anew(web: Web, make: Make) -> None:
    """A 200 replaces what was known."""
    changed = make.answer(200, make.article(title="New", paragraphs=6), etag='"v2"')
    url = web.on("/a", make.answer(200, make.article(), **SEEN), changed, make.answer(304))
    memory = InMemory()
    titles = [(await read(PageSource, url, make, memory)).snapshots[0].title for _ in range(3)]
    assert titles == ["The frozen harbour", "New", "New"]
    assert web.asked[2][1]["if-none-match"] == '"v2"'
    assert "if-modified-since" not in web.asked[2][1]


async def test_an_unchanged_feed_gives_its_entries_and_the_pages_behind_them(web: Web, make: Make) -> None:
    """One request for a feed brings back all that it gave before."""
    link = web.page("/post", make.article())
    feed = make.rss(f"<item><title>T</title><link>{link}</link><description>Short.</description></item>")
    url = web.on("/feed", make.answer(200, feed, XML, etag="W/abc"), make.answer(304))
    memory = InMemory()
    first, second = [await read(FeedSource, url, make, memory) for _ in range(2)]
    assert second == first
    assert make.sentence in first.snapshots[0].text
    assert web.paths() == ["/feed", "/post", "/feed"]


async def test_a_reading_with_problems_is_not_remembered(web: Web, make: Make) -> None:
    """What failed the last time is tried again, although its feed hasn't changed."""
    feed = make.rss(f"<item><title>T</title><link>{web.url('/gone')}</link></item>")
    url = web.on("/feed", make.answer(200, feed, XML, **SEEN))
    memory = InMemory()
    for _ in range(2):
        assert (await read(FeedSource, url, make, memory)).problems[0].code == "source.not-found"
    assert "if-none-match" not in web.asked[-2][1]


async def test_not_modified_is_believed_of_the_same_address_only(web: Web, make: Make) -> None:
    """If a redirect now leads elsewhere, a 304 from there says nothing of what we know: the whole is fetched."""
    new = make.answer(200, make.article(title="Moved", paragraphs=6))
    url = web.on("/go", make.answer(302, location="/old"), make.answer(302, location="/new"))
    web.on("/old", make.answer(200, make.article(), **SEEN))
    web.on("/new", make.answer(304), new)
    memory = InMemory()
    titles = [(await read(PageSource, url, make, memory)).snapshots[0].title for _ in range(2)]
    assert titles == ["The frozen harbour", "Moved"]


async def test_a_redirected_page_is_known_by_where_it_ended(web: Web, make: Make) -> None:
    """The same redirect to the same unchanged page gives the snapshot again."""
    url = web.on("/go", make.answer(302, location="/end"))
    web.on("/end", make.answer(200, make.article(), **SEEN), make.answer(304))
    memory = InMemory()
    first, second = [await read(PageSource, url, make, memory) for _ in range(2)]
    assert second == first


async def test_not_modified_without_having_been_asked_is_an_error(web: Web, fetcher: Fetcher, make: Make) -> None:
    """A server that says 304 to a first request is broken."""
    (found,) = (await PageSource(web.on("/a", make.answer(304)), fetcher).read()).problems
    assert found.code == "source.http-error"


@pytest.mark.parametrize("etag", ["\u00e9", "x" * 2000])
async def test_a_validator_that_fits_no_header_is_left(web: Web, make: Make, etag: str) -> None:
    """What can't be sent back isn't remembered, and the page is read all the same."""
    url = web.page("/a", make.article(), **{"etag": etag})
    memory = InMemory()
    assert (await read(PageSource, url, make, memory)).snapshots
    assert await memory.get(url) is None


def test_validators_become_request_headers() -> None:
    """Only what the server gave is asked with."""
    assert Validators(url="https://a.example/", etag='"x"').headers() == {"If-None-Match": '"x"'}
