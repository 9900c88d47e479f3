"""robots.txt: reading it, keeping to it, and what a missing or broken one means."""

from __future__ import annotations

import asyncio
import time

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.content.sources import Fetcher, PageSource, open_fetcher
from agents.content.sources.errors import FetchError
from agents.content.sources.robots import MAX_BYTES, parse_robots
from tests.support.sources import Make
from tests.support.web import OTHER, Web

CLOSED = "User-agent: *\nDisallow: /\n"


def allowed(text: str, path: str, product: str = "content-flywheel") -> bool:
    return parse_robots(text, product).allows(httpx.URL(f"https://a.example{path}"))


@pytest.mark.parametrize(
    ("rules", "path", "open_to_us"),
    [
        ("", "/x", True),
        ("Disallow:", "/x", True),
        ("Disallow: /", "/x", False),
        ("Disallow: /", "/robots.txt", True),
        ("Disallow: /private", "/privateer", False),
        ("Disallow: /private/", "/private", True),
        ("Allow: /p\nDisallow: /", "/page", True),
        ("Disallow: /\nAllow: /p", "/page", True),
        ("Allow: /folder\nDisallow: /folder", "/folder/page", True),
        ("Allow: /page\nDisallow: /*.htm", "/page.htm", False),
        ("Allow: /$\nDisallow: /", "/", True),
        ("Allow: /$\nDisallow: /", "/page.htm", False),
        ("Disallow: /*.php$", "/a.php", False),
        ("Disallow: /*.php$", "/a.php?x=1", True),
        ("Disallow: /*?print", "/a?print=1", False),
        ("Disallow: /fish*", "/fish", False),
        ("Disallow: /Fish", "/fish", True),
        ("Disallow: /a%3cd.html", "/a%3Cd.html", False),
        ("Disallow: /a%7Eb", "/a~b", False),
        ("Disallow: /héllo", "/h%C3%A9llo", False),
        ("Disallow: /a%2Fb", "/a/b", True),
        ("disallow : /x # a comment", "/x", False),
    ],
)
def test_the_longest_rule_that_matches_decides(rules: str, path: str, open_to_us: bool) -> None:
    """RFC 9309 and its public examples: length decides, allow wins a draw, * and $ mean what they say."""
    assert allowed(f"User-agent: *\n{rules}", path) is open_to_us


def test_a_group_that_names_us_is_the_only_one_that_counts() -> None:
    """Groups for our product are put together, and the ones for everybody are then left out."""
    text = (
        "User-agent: *\nDisallow: /\n\nUser-agent: other\nUser-agent: Content-Flywheel/2\nDisallow: /a\n\n"
        "User-agent: content-flywheel\nDisallow: /b\n"
    )
    assert [allowed(text, path) for path in ("/a", "/b", "/c")] == [False, False, True]
    assert not allowed(text, "/c", "somebody")


def test_delays_and_sitemaps_are_read_and_part_no_group() -> None:
    """Crawl-delay belongs to its group, Sitemap to the whole file, and neither ends a list of agents."""
    text = "User-agent: a\nCrawl-delay: 2.5\nUser-agent: *\nSitemap: https://a.example/s.xml\nDisallow: /x\nCrawl-delay: no"
    rules = parse_robots(text, "a")
    assert (rules.delay, rules.sitemaps) == (2.5, ("https://a.example/s.xml",))
    assert rules.rules == ((False, "/x"),)
    assert parse_robots(text).delay == 0


@given(st.text(max_size=400), st.text("/abc*$%?é", max_size=30))
def test_any_text_is_read(text: str, path: str) -> None:
    """Nothing raises, and the answer is yes or no."""
    for rules in (text, f"user-agent: *\ndisallow: {text}", f"user-agent:*\nallow:/{path}\ndisallow:/"):
        assert parse_robots(rules).allows(httpx.URL("https://a.example/abc?d=e")) in (True, False)


def test_a_pattern_of_many_stars_costs_nothing() -> None:
    """A rule written to make matching slow is matched at once."""
    began = time.process_time()
    allowed(f"User-agent: *\nDisallow: /{'*a' * 20_000}b$", f"/{'a' * 30_000}")
    assert time.process_time() - began < 10


async def test_a_closed_page_is_not_asked_for(web: Web, fetcher: Fetcher, make: Make) -> None:
    """A page that robots.txt closes is reported with a way out, and never requested."""
    web.page("/robots.txt", "User-agent: *\nDisallow: /private\n", "text/plain")
    shut, free = web.page("/private/a", make.article()), web.page("/a", make.article())
    (found,) = (await PageSource(shut, fetcher).read()).problems
    assert (found.source, found.code) == (shut, "source.robots")
    assert "robots.txt" in found.message
    assert (await PageSource(free, fetcher).read()).problems == ()
    assert web.paths() == ["/a"]


async def test_robots_txt_is_asked_for_once(web: Web, fetcher: Fetcher, make: Make) -> None:
    """However many pages are read at once, a host's rules are fetched one time in a run."""
    urls = [web.page(f"/{number}", make.article()) for number in range(6)]
    await asyncio.gather(*map(fetcher.fetch, urls))
    assert web.robots_asked == 1


@pytest.mark.parametrize("status", [404, 401, 403, 410])
async def test_a_missing_robots_txt_opens_everything(web: Web, fetcher: Fetcher, make: Make, status: int) -> None:
    """A 4xx means that there are no rules (RFC 9309, 2.3.1.3)."""
    web.on("/robots.txt", make.answer(status, CLOSED))
    assert (await fetcher.fetch(web.page("/a", "ok"))).body == b"ok"


@pytest.mark.parametrize(("status", "asked"), [(500, 1), (503, 3), (429, 3)])
async def test_a_robots_txt_that_fails_closes_everything(
    web: Web, fetcher: Fetcher, make: Make, status: int, asked: int
) -> None:
    """A 5xx, after the usual retries, means that nothing may be read, and the reason is said (2.3.1.4)."""
    web.on("/robots.txt", make.answer(status))
    for path in ("/a", "/b"):
        with pytest.raises(FetchError, match=f"robots.txt answered {status}") as caught:
            await fetcher.fetch(web.page(path, "ok"))
        assert caught.value.problem.source == web.url(path)
    assert web.paths() == []
    assert web.robots_asked == asked


async def test_a_robots_txt_may_redirect(web: Web, fetcher: Fetcher, make: Make) -> None:
    """Redirects are followed; too many of them count as no rules (2.3.1.2)."""
    web.on("/robots.txt", make.answer(301, location="/rules"))
    web.page("/rules", CLOSED, "text/plain")
    with pytest.raises(FetchError, match=r"robots\.txt"):
        await fetcher.fetch(web.page("/a", "ok"))


async def test_a_robots_txt_that_redirects_for_ever_counts_as_none(web: Web, fetcher: Fetcher, make: Make) -> None:
    """A loop is no rule."""
    web.on("/robots.txt", make.answer(301, location="/robots.txt"))
    assert (await fetcher.fetch(web.page("/a", "ok"))).body == b"ok"


async def test_of_a_huge_robots_txt_the_first_part_counts(web: Web, make: Make) -> None:
    """What comes after 512 kB is left, and what came before holds (2.5)."""
    web.page("/robots.txt", f"User-agent: *\nDisallow: /x\n{'# padding' * 100_000}\nDisallow: /y\n", "text/plain")
    async with open_fetcher(make.limits, allow_loopback=True) as fetcher:
        assert (await fetcher.fetch(web.page("/y", "ok"))).body == b"ok"
        with pytest.raises(FetchError):
            await fetcher.fetch(web.page("/x", "no"))
    assert MAX_BYTES >= 500 * 1024


async def test_a_soft_404_is_no_rule(web: Web, fetcher: Fetcher) -> None:
    """A web page in the place of robots.txt says nothing to us."""
    web.page("/robots.txt", "<!doctype html><p>User-agent: not found<p>Disallow: nothing")
    assert (await fetcher.fetch(web.page("/a", "ok"))).body == b"ok"


async def test_a_redirect_to_another_host_meets_its_rules(web: Web, fetcher: Fetcher, make: Make) -> None:
    """The rules of the host that a redirect leads to hold as well."""
    elsewhere = web.url("/a", OTHER)

    async def by_host(writer: asyncio.StreamWriter) -> None:
        await make.answer(200, CLOSED if web.robots_asked == 2 else "", "text/plain")(writer)

    web.on("/robots.txt", by_host)
    url = web.on("/go", make.answer(302, location=elsewhere))
    with pytest.raises(FetchError, match=r"127\.0\.0\.2 asks programs"):
        await fetcher.fetch(url)
    assert web.paths() == ["/go"]


async def test_a_redirect_to_a_closed_page_is_not_followed(web: Web, fetcher: Fetcher, make: Make) -> None:
    """An open address that leads to a closed one on the same host is as closed."""
    web.page("/robots.txt", "User-agent: *\nDisallow: /private\n", "text/plain")
    web.page("/private", "no")
    with pytest.raises(FetchError, match="asks programs"):
        await fetcher.fetch(web.on("/go", make.answer(302, location="/private")))
    assert web.paths() == ["/go"]


async def test_a_crawl_delay_is_kept_up_to_a_bound(web: Web, make: Make) -> None:
    """Requests to a host that wants pauses are spaced, by no more than the limits allow."""
    web.page("/robots.txt", "User-agent: *\nCrawl-delay: 3600\n", "text/plain")
    urls = [web.page(f"/{number}", "ok") for number in range(4)]
    limits = make.limits.model_copy(update={"crawl_delay_seconds": 0.05})
    began = time.monotonic()
    async with open_fetcher(limits, allow_loopback=True) as fetcher:
        await asyncio.gather(*map(fetcher.fetch, urls))
    assert 0.15 <= time.monotonic() - began < 60
