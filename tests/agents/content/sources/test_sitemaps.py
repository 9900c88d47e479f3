"""Sitemaps: which pages of a site are read, and what isn't a sitemap."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.content.sources import Fetcher, SitemapLimits, SitemapSource
from agents.content.sources.errors import SourceError
from agents.content.sources.fetch import Page
from agents.content.sources.model import utc_now
from agents.content.sources.sitemaps import Listed, read_sitemap
from state.sources import SourceProblem
from tests.support.sources import Make
from tests.support.web import Web

XML = "application/xml"


def listed(body: str | bytes, **limits: int) -> list[Listed]:
    data = body.encode() if isinstance(body, str) else body
    page = Page(url="https://a.example/s", status=200, media_type=XML, charset=None, body=data, retrieved_at=utc_now())
    return read_sitemap("https://a.example/s", page, SitemapLimits(**limits))


def refused(body: str | bytes, **limits: int) -> SourceProblem:
    with pytest.raises(SourceError) as caught:
        listed(body, **limits)
    return caught.value.problem


def pages(web: Web, make: Make, count: int) -> list[str]:
    return [web.page(f"/{number}", make.article(title=f"Page {number}")) for number in range(count)]


async def test_the_newest_pages_are_read_first(web: Web, fetcher: Fetcher, make: Make) -> None:
    """Of more pages than are read, those changed last are taken; what the site lists without a date comes last."""
    urls = pages(web, make, 4)
    dates = ("2024-01-01", "2024-03-05T10:00:00+00:00", "", "2024-02-01")
    url = web.page("/sitemap.xml", make.sitemap(*zip(urls, dates, strict=True)), XML)
    reading = await SitemapSource(url, fetcher, SitemapLimits(pages=2)).read()
    assert [found.title for found in reading.snapshots] == ["Page 1", "Page 3"]
    assert reading.problems == ()


async def test_a_site_names_its_sitemaps_in_robots_txt(web: Web, fetcher: Fetcher, make: Make) -> None:
    """A bare address is enough where robots.txt has Sitemap lines; a gzipped one is unpacked."""
    (url,) = pages(web, make, 1)
    web.page("/robots.txt", f"Sitemap: {web.url('/deep/map.xml.gz')}\nSitemap: nonsense\n", "text/plain")
    web.page("/deep/map.xml.gz", gzip.compress(make.sitemap((url, "")).encode()), "application/gzip")
    reading = await SitemapSource(web.url("/"), fetcher).read()
    assert [found.title for found in reading.snapshots] == ["Page 0"]
    assert web.paths() == ["/deep/map.xml.gz", "/0"]


async def test_without_robots_txt_the_usual_place_is_tried(web: Web, fetcher: Fetcher, make: Make) -> None:
    """A site that names none has its sitemap at /sitemap.xml, or a problem that says so."""
    (found,) = (await SitemapSource(web.url("/"), fetcher).read()).problems
    assert found.code == "source.not-found"
    assert found.source == web.url("/")
    assert "/sitemap.xml" in found.message


async def test_an_index_leads_to_its_newest_maps(web: Web, fetcher: Fetcher, make: Make) -> None:
    """The maps of an index are read, the newest first, no more than allowed, and a loop ends."""
    urls = pages(web, make, 3)
    maps = [web.page(f"/map{at}.xml", make.sitemap((url, "2024-01-01")), XML) for at, url in enumerate(urls)]
    dates = ("2024-01-01", "2024-03-01", "2024-02-01")
    entries = [(web.url("/index.xml"), "2025-01-01"), *zip(maps, dates, strict=True)]
    url = web.page("/index.xml", make.sitemap(*entries, root="sitemapindex"), XML)
    reading = await SitemapSource(url, fetcher, SitemapLimits(maps=3)).read()
    assert {found.title for found in reading.snapshots} == {"Page 1", "Page 2"}
    assert [path for path in web.paths() if "map" in path] == ["/map1.xml", "/map2.xml"]


async def test_a_broken_map_costs_only_itself(web: Web, fetcher: Fetcher, make: Make) -> None:
    """The pages of the other maps are read, and the broken one is reported."""
    (page,) = pages(web, make, 1)
    good = web.page("/good.xml", make.sitemap((page, "")), XML)
    index = make.sitemap((web.url("/gone.xml"), ""), (good, ""), root="sitemapindex")
    reading = await SitemapSource(web.page("/index.xml", index, XML), fetcher).read()
    assert len(reading.snapshots) == 1
    assert [found.code for found in reading.problems] == ["source.not-found"]


async def test_pages_on_other_hosts_are_left(web: Web, fetcher: Fetcher, make: Make) -> None:
    """A sitemap speaks for its own host; if it lists only others, that is said."""
    url = web.page("/sitemap.xml", make.sitemap(("https://other.example/a", "2024-01-01")), XML)
    (found,) = (await SitemapSource(url, fetcher).read()).problems
    assert found.code == "source.not-a-sitemap"
    assert "1 addresses are on other hosts" in found.message


async def test_an_empty_sitemap_gives_nothing(web: Web, fetcher: Fetcher, make: Make) -> None:
    """A new site has neither pages nor problems."""
    url = web.page("/sitemap.xml", make.sitemap(), XML)
    reading = await SitemapSource(url, fetcher).read()
    assert (reading.snapshots, reading.problems) == ((), ())


def test_other_vocabularies_beside_the_addresses_are_ignored() -> None:
    """Images, news and alternates have addresses of their own, which aren't pages."""
    body = (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://www.google.com/schemas/i">'
        "<url><loc>\n https://a.example/x?a=1&amp;b=2 </loc><image:image><image:loc>https://a.example/i.png</image:loc>"
        "</image:image></url><url><loc>javascript:alert(1)</loc></url><url/></urlset>"
    )
    assert [at.url for at in listed(body)] == ["https://a.example/x?a=1&b=2"]


def test_a_list_of_lines_is_a_sitemap_too() -> None:
    """The protocol allows one address a line."""
    assert [at.url for at in listed("https://a.example/1\nhttps://a.example/2\n")] == [
        "https://a.example/1",
        "https://a.example/2",
    ]


def test_a_sitemap_cut_short_gives_what_it_has(make: Make) -> None:
    """Whole entries before the break are kept; a break before the first is a problem."""
    body = make.sitemap(("https://a.example/1", ""), ("https://a.example/2", ""))
    assert len(listed(body[: body.index("/2")])) == 1
    assert refused(body[: body.index("<url>")]).code == "source.unreadable"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "source.not-a-sitemap"),
        ("<html><body>Not found</body></html>", "source.not-a-sitemap"),
        ("<rss version='2.0'/>", "source.not-a-sitemap"),
        ("words", "source.not-a-sitemap"),
        (b"\x1f\x8bnot gzip", "source.unreadable"),
        ('<!DOCTYPE u [<!ENTITY a "aa">]><urlset><url><loc>&a;</loc></url></urlset>', "source.unsafe-xml"),
        (gzip.compress(b"\0" * 10_000_000), "source.not-a-sitemap"),
    ],
)
def test_what_is_no_sitemap_is_told_apart(body: str | bytes, code: str) -> None:
    """Each kind of wrong bytes has its own problem."""
    assert refused(body, inflated_bytes=1_000_000).code == code


async def test_of_a_huge_sitemap_the_first_part_counts(web: Web, fetcher: Fetcher, make: Make) -> None:
    """A sitemap larger than what is read, as sent or as unpacked, still gives the addresses at its start."""
    (page,) = pages(web, make, 1)
    body = make.sitemap((page, ""), *((f"https://other.example/{at:0200}", "") for at in range(500)))
    url = web.page("/sitemap.xml", body, XML)
    reading = await SitemapSource(url, fetcher, SitemapLimits(sent_bytes=2000)).read()
    assert [found.title for found in reading.snapshots] == ["Page 0"]
    assert listed(gzip.compress(body.encode()), inflated_bytes=2000)[0].url == page


def test_a_sitemap_without_end_stops_at_the_limit(make: Make) -> None:
    """Beyond the addresses allowed, nothing is read, be it broken or not."""
    body = make.sitemap(*((f"https://a.example/{at}", "") for at in range(100)))
    assert len(listed(body[:-20], addresses=10)) == 10


@given(st.binary(max_size=300))
def test_any_bytes_give_addresses_or_a_typed_problem(body: bytes) -> None:
    """Nothing but a SourceError is raised, wrapped in a urlset or not."""
    for data in (body, b"<urlset><url><loc>" + body):
        try:
            assert isinstance(listed(data), list)
        except SourceError as error:
            assert error.problem.code.startswith("source.")
