"""Searches: what each service's answer becomes, and what is said when it doesn't answer."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from datetime import date

import pytest

from agents.content.sources import Fetcher, SearchSource, open_fetcher, open_searches
from agents.content.sources.arxiv import terms
from agents.content.sources.tavily import SearchKeys, Tavily
from state.settings import Searches
from tests.support.sources import Make
from tests.support.web import Web

SERVICES = ("searxng", "tavily", "wikipedia", "arxiv", "hackernews")
WEB_SEARCHES = ("searxng", "tavily", "hackernews")


@pytest.fixture(params=SERVICES)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def search(
    web: Web, make: Make, fetcher: Fetcher, kind: str, query: str = "the frozen harbour", **fields: int
) -> SearchSource:
    return SearchSource(make.service(web, kind), query, fetcher, **fields)


@pytest.mark.parametrize("kind", WEB_SEARCHES)
async def test_a_web_search_reads_the_pages_themselves(web: Web, fetcher: Fetcher, make: Make, kind: str) -> None:
    """Evidence is the page's own text; the engine's snippet is never archived."""
    urls = [web.page(f"/{at}", make.article(title=f"Page {at}")) for at in range(3)]
    make.script_service(web, kind, *urls, urls[0], "javascript:alert(1)")
    reading = await search(web, make, fetcher, kind, results=4).read()
    found = [at for at in reading.snapshots if at.origin == "127.0.0.1"]
    assert [at.title for at in found] == ["Page 0", "Page 1", "Page 2"]
    assert all("..." not in at.text for at in reading.snapshots)
    assert [web.paths().count(path) for path in ("/0", "/1", "/2")] == [1, 1, 1]


@pytest.mark.parametrize("kind", WEB_SEARCHES)
async def test_no_more_pages_are_read_than_wanted(web: Web, fetcher: Fetcher, make: Make, kind: str) -> None:
    """A service that answers with more than it was asked for is cut."""
    make.script_service(web, kind, *(web.page(f"/{at}", make.article()) for at in range(9)))
    await search(web, make, fetcher, kind, results=2).read()
    assert sum(path in {f"/{at}" for at in range(9)} for path in web.paths()) == 2


@pytest.mark.parametrize("kind", WEB_SEARCHES)
async def test_pages_that_are_found_keep_their_robots_txt(web: Web, fetcher: Fetcher, make: Make, kind: str) -> None:
    """The service's interface is asked whatever its robots.txt says; the pages that it finds are not."""
    web.page("/robots.txt", "User-agent: *\nDisallow: /\n", "text/plain")
    make.script_service(web, kind, web.page("/0", make.article()))
    reading = await search(web, make, fetcher, kind).read()
    assert [found.code for found in reading.problems] == ["source.robots"]


async def test_tavily_gets_its_key_in_a_header_only(web: Web, fetcher: Fetcher, make: Make) -> None:
    """The query goes in a JSON body, the key as a bearer token, and the address holds neither."""
    make.script_service(web, "tavily")
    reading = await search(web, make, fetcher, "tavily").read()
    assert (reading.snapshots, reading.problems) == ((), ())
    ((path, headers),) = web.asked
    assert path == "/search"
    assert headers["authorization"] == f"Bearer {make.key}"
    assert json.loads(web.posted[0])["query"] == "the frozen harbour"
    assert make.key not in web.posted[0]


async def test_the_key_follows_no_redirect_to_another_host(web: Web, fetcher: Fetcher, make: Make) -> None:
    """A redirect away from the service loses the key."""
    web.on("/search", make.answer(307, location=f"http://localhost:{web.port}/elsewhere"))
    web.on("/elsewhere", make.answer(200, "{}"))
    await search(web, make, fetcher, "tavily").read()
    assert "authorization" in web.asked[0][1]
    assert "authorization" not in web.asked[1][1]


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "TAVILY_API_KEY"), (429, "minute"), (432, "plan"), (433, "pay-as-you-go"), (500, "later")],
)
async def test_tavilys_refusals_are_worded(web: Web, fetcher: Fetcher, make: Make, status: int, words: str) -> None:
    """Each way of refusing says what to do, and the key is in no problem."""
    web.on("/search", make.answer(status, json.dumps({"detail": {"error": f"no: {make.key}"}}), "application/json"))
    (found,) = (await search(web, make, fetcher, "tavily").read()).problems
    assert words in found.fix
    assert found.source == "tavily:the frozen harbour"
    assert make.key not in repr(found)


async def test_without_a_key_tavily_is_not_asked(web: Web, fetcher: Fetcher) -> None:
    """The problem names the variable and where a key is to be had."""
    (found,) = (await SearchSource(Tavily(None, web.url("")), "x", fetcher).read()).problems
    assert found.code == "source.key-missing"
    assert "TAVILY_API_KEY" in found.message
    assert web.asked == []


def test_keys_come_from_the_environment_and_hide(monkeypatch: pytest.MonkeyPatch, make: Make) -> None:
    """A key is trimmed, an empty one is none, and no printing shows it."""
    monkeypatch.setenv("TAVILY_API_KEY", f" {make.key}\n")
    keys = SearchKeys()
    assert keys.tavily_api_key and keys.tavily_api_key.get_secret_value() == make.key
    assert make.key not in f"{keys!r} {Tavily(keys.tavily_api_key)!r}"
    monkeypatch.setenv("TAVILY_API_KEY", "  ")
    assert SearchKeys().tavily_api_key is None


async def test_searxng_is_asked_for_json(web: Web, fetcher: Fetcher, make: Make) -> None:
    """The query is encoded into the address as SearXNG wants it."""
    make.script_service(web, "searxng")
    await search(web, make, fetcher, "searxng", "ice & boats").read()
    assert web.paths() == ["/search?language=en&format=json&q=ice+%26+boats"]


async def test_an_instance_of_ones_own_may_be_private_and_the_rest_may_not(web: Web, make: Make) -> None:
    """SearXNG on a private address is asked, since the owner named it; what it finds there, or redirects to, is refused."""
    make.script_service(web, "searxng", web.page("/page", make.article()))
    async with open_fetcher(make.limits) as fetcher:
        reading = await search(web, make, fetcher, "searxng").read()
        assert [found.code for found in reading.problems] == ["source.private-address"]
        web.on("/search", make.answer(302, location=web.url("/page")))
        (found,) = (await search(web, make, fetcher, "searxng").read()).problems
    assert found.code == "source.private-address"
    assert "/page" not in web.paths()


async def test_searxng_without_json_says_where_to_allow_it(web: Web, fetcher: Fetcher, make: Make) -> None:
    """Its usual refusal is a 403, for which settings.yml has the cure."""
    web.on("/search", make.answer(403, "Forbidden"))
    (found,) = (await search(web, make, fetcher, "searxng").read()).problems
    assert "formats: [html, json]" in found.fix


@pytest.mark.long
def test_langchain_communitys_warning_stays_inside() -> None:
    """With warnings as errors, a search over it imports it without one; and nothing else has imported it."""
    program = (
        "import asyncio, sys, warnings; warnings.simplefilter('error', DeprecationWarning)\n"
        "import agents.content.sources\n"
        "assert 'langchain_community' not in sys.modules\n"
        "from agents.content.sources.community import searx_results\n"
        'async def send(url, params): return \'{"results": [], "answers": []}\'\n'
        "assert asyncio.run(searx_results('http://a.example/search', 'q', 3, send)) == []\n"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


async def test_wikipedia_gives_whole_articles(web: Web, fetcher: Fetcher, make: Make) -> None:
    """Headings lose their signs, each line is a paragraph, and the address is the article's."""
    make.script_service(web, "wikipedia")
    (found,) = (await search(web, make, fetcher, "wikipedia").read()).snapshots
    assert found.text.split("\n\n") == [
        make.sentence,
        "It thawed in March.",
        "History",
        make.sentence,
        "The thaw",
        "It was slow.",
    ]
    assert (found.title, found.url, found.author) == ("Frozen harbour", web.url("/wiki/Frozen_harbour"), None)


@pytest.mark.parametrize(
    "answer",
    [
        {"error": {"code": "internal_api_error", "info": "Exception caught"}},
        {"query": {"pages": [{"title": "Gone", "missing": True}]}},
    ],
)
async def test_an_article_that_cannot_be_had_is_no_crash(
    web: Web, fetcher: Fetcher, make: Make, answer: dict[str, object]
) -> None:
    """MediaWiki reports errors with status 200; a page deleted meanwhile is left out."""
    make.script_service(web, "wikipedia")
    web.page("/w/api.php", json.dumps(answer), "application/json")
    reading = await search(web, make, fetcher, "wikipedia").read()
    assert reading.snapshots == ()
    assert [found.code for found in reading.problems] == (["source.bad-answer"] if "error" in answer else [])


async def test_arxiv_gives_abstracts(web: Web, fetcher: Fetcher, make: Make) -> None:
    """Title, authors, date and address of a paper are read; its abstract is its text."""
    make.script_service(web, "arxiv")
    (found,) = (await search(web, make, fetcher, "arxiv").read()).snapshots
    assert found.text == f"{make.sentence} We model $x < 1$."
    assert (found.title, found.author) == ("On harbours that freeze", "Jane Roe, Joe Poe")
    assert (found.url, found.origin) == ("http://arxiv.org/abs/2403.00001v1", "arxiv.org")
    assert found.published == date(2024, 3, 5)
    assert "search_query=all%3Afrozen+OR+all%3Aharbour" in web.paths()[0]


async def test_an_error_of_arxiv_comes_as_an_entry(web: Web, fetcher: Fetcher, make: Make) -> None:
    """Its one entry says what was wrong, and is no paper."""
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/api/errors#x</id><title>Error</title>'
        '<link href="http://arxiv.org/api/errors#x" rel="alternate"/><summary>max_results must be an integer</summary>'
        "</entry></feed>"
    )
    web.page("/api/query", feed, "application/atom+xml")
    (found,) = (await search(web, make, fetcher, "arxiv").read()).problems
    assert "max_results must be an integer" in found.message


def test_arxiv_is_asked_for_content_words() -> None:
    """Function words and signs are left out; at most eight words are asked for."""
    assert (
        terms("What the label on a light bulb doesn't say: (AND)")
        == "all:label OR all:light OR all:bulb OR all:doesn OR all:say"
    )
    assert terms("the of and") == ""
    assert terms("one two three four five six seven eight nine ten eleven").count(" OR ") <= 7


async def test_hacker_news_gives_texts_posted_there(web: Web, fetcher: Fetcher, make: Make) -> None:
    """An "Ask HN" is a document of its own; its date and author are read."""
    make.script_service(web, "hackernews")
    (found,) = (await search(web, make, fetcher, "hackernews").read()).snapshots
    assert found.text == f"{make.sentence}\n\nDoes anybody know why & how?"
    assert (found.url, found.origin) == ("https://news.ycombinator.com/item?id=900", "news.ycombinator.com")
    assert (found.author, found.published) == ("jroe", date(2024, 3, 5))


async def test_a_web_page_instead_of_an_answer_is_said(web: Web, fetcher: Fetcher, make: Make, kind: str) -> None:
    """A login page or an error page with status 200 is named for what it is."""
    web.page(make.service_path(kind), "<!doctype html><html><title>Just a moment...</title></html>")
    (found,) = (await search(web, make, fetcher, kind).read()).problems
    assert found.source == f"{kind}:the frozen harbour"
    assert found.code in ("source.bad-answer", "source.not-a-feed")


@pytest.mark.parametrize(
    "body", ["[]", "null", '{"results": null}', '{"results": [1]}', '{"results": [{}], "hits": [{}], "pages": [{}]}']
)
async def test_json_of_another_shape_is_a_bad_answer(
    web: Web, fetcher: Fetcher, make: Make, kind: str, body: str
) -> None:
    """Whatever JSON comes, it is a typed problem or nothing found."""
    web.page(make.service_path(kind), body, "application/json")
    reading = await search(web, make, fetcher, kind).read()
    assert reading.snapshots == ()
    assert {found.code for found in reading.problems} <= {"source.bad-answer", "source.not-a-feed"}
    assert reading.problems or body.startswith('{"results": [')


async def test_a_service_that_is_busy_is_asked_again(web: Web, fetcher: Fetcher, make: Make, kind: str) -> None:
    """A 429 is met with the one retry policy, and then works."""
    make.script_service(web, kind, web.page("/page", make.article()))
    path = make.service_path(kind)
    web.handlers[path].insert(0, make.answer(429))
    reading = await search(web, make, fetcher, kind).read()
    assert reading.problems == ()
    assert reading.snapshots
    assert sum(asked.startswith(path) for asked in web.paths()) == 2


async def test_a_slow_service_ends_in_time(web: Web, impatient: Fetcher, make: Make, kind: str) -> None:
    """A service that says nothing is left after the time allowed."""

    async def silent(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    web.on(make.service_path(kind), silent)
    began = time.monotonic()
    (found,) = (await search(web, make, impatient, kind).read()).problems
    assert found.code == "source.timeout"
    assert time.monotonic() - began < 30


async def test_a_workspace_opens_the_searches_that_are_on(fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each search becomes one source for the topic, in a fixed order; without any there is none."""
    monkeypatch.setenv("TAVILY_API_KEY", "tvly-x")
    on = Searches(searxng="https://s.example", tavily=True, wikipedia="de", arxiv=True, hacker_news=True)
    assert [source.name.partition(":")[0] for source in open_searches("Ice", on, fetcher)] == list(SERVICES)
    assert open_searches("Ice", Searches(), fetcher) == ()
