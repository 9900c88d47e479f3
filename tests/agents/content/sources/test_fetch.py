"""Fetching: limits, retries, redirects, and addresses that are refused."""

from __future__ import annotations

import asyncio
import gzip
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_address

import httpx
import pytest
import stamina

from agents.content.sources import Fetcher
from agents.content.sources.errors import FetchError
from agents.content.sources.fetch import USER_AGENT, FetchLimits, open_fetcher
from agents.content.sources.refusals import is_public, retry_after
from state.sources import SourceProblem
from tests.support.sources import Make
from tests.support.web import Web


async def refusal(fetcher: Fetcher, url: str) -> SourceProblem:
    """Fetch what must fail and give its problem."""
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(url)
    found = caught.value.problem
    assert found.source == url
    assert found.message and found.fix
    return found


async def test_a_page_comes_with_its_type_charset_and_time(web: Web, fetcher: Fetcher) -> None:
    """A plain answer becomes a Page, asked for under our honest name."""
    url = web.page("/a", "héllo".encode("latin-1"), "Text/HTML; charset=ISO-8859-1")
    page = await fetcher.fetch(url)
    assert (page.url, page.status, page.media_type, page.charset) == (url, 200, "text/html", "iso-8859-1")
    assert page.body == "héllo".encode("latin-1")
    assert page.retrieved_at.tzinfo is UTC
    assert web.asked[0][1]["user-agent"] == USER_AGENT


@pytest.mark.parametrize(
    ("contact", "name"),
    [
        (None, USER_AGENT),
        ("https://jane.example/", f"{USER_AGENT} (+https://jane.example/)"),
        ("jäne\r\nX-Evil: (1)", f"{USER_AGENT} (+jneX-Evil:1)"),
    ],
)
async def test_servers_are_told_whom_to_write_to(web: Web, make: Make, contact: str | None, name: str) -> None:
    """The owner's address stands in the User-Agent, and nothing else can be smuggled into it."""
    async with open_fetcher(make.limits, allow_loopback=True, contact=contact) as fetcher:
        await fetcher.fetch(web.page("/a", "ok"))
    assert web.asked[0][1]["user-agent"] == name
    assert "x-evil" not in web.asked[0][1]


async def test_redirects_are_followed_to_the_final_url(web: Web, fetcher: Fetcher, make: Make) -> None:
    """A relative redirect is followed, and the page carries the address where it ended."""
    start = web.on("/old", make.answer(301, location="/new"))
    web.page("/new", "here")
    page = await fetcher.fetch(start)
    assert page.url == web.url("/new")


async def test_a_redirect_loop_ends(web: Web, fetcher: Fetcher, make: Make) -> None:
    """A page that redirects to itself ends at the redirect limit."""
    url = web.on("/loop", make.answer(302, location="/loop"))
    assert (await refusal(fetcher, url)).code == "source.too-many-redirects"
    assert len(web.asked) == make.limits.redirects + 1


@pytest.mark.parametrize(
    "target", ["http://10.0.0.1/", "http://169.254.169.254/latest/meta-data", "http://[::ffff:192.168.0.1]/"]
)
async def test_a_redirect_to_a_private_address_is_refused(web: Web, fetcher: Fetcher, make: Make, target: str) -> None:
    """Even with loopback open for tests, a redirect to any other private address is refused."""
    url = web.on("/go", make.answer(302, location=target))
    assert (await refusal(fetcher, url)).code == "source.private-address"


async def test_loopback_is_refused_unless_a_test_opens_it(web: Web, make: Make) -> None:
    """In ordinary use 127.0.0.1 and localhost are private, and nothing is sent to them."""
    web.page("/", "secret")
    async with open_fetcher(make.limits) as fetcher:
        assert (await refusal(fetcher, web.url())).code == "source.private-address"
        assert (await refusal(fetcher, f"http://localhost:{web.port}/")).code == "source.private-address"
    assert web.asked == []


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "127.1",
        "0177.0.0.1",
        "[::ffff:127.0.0.1]",
        "[::]",
        "0",
        "localhost.",
        "①②⑦.⓪.⓪.①",
    ],
)
async def test_loopback_in_another_spelling_is_no_way_in(web: Web, make: Make, host: str) -> None:
    """Numbers that systems read as addresses, and addresses in other clothes, reach nothing; nor does a redirect to them."""
    async with open_fetcher(make.limits) as fetcher:
        found = await refusal(fetcher, f"http://{host}:{web.port}/")
    assert found.code in ("source.private-address", "source.bad-url", "source.unreachable")
    assert (web.asked, web.robots_asked) == ([], 0)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("127.0.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("224.0.0.251", False),
        ("0.0.0.0", False),
        ("::1", False),
        ("fe80::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_only_the_open_internet_is_public(address: str, public: bool) -> None:
    """Private, link-local, shared, multicast and wrapped private addresses aren't public."""
    assert is_public(ip_address(address)) is public


@pytest.mark.parametrize(("status", "code"), [(404, "source.not-found"), (410, "source.not-found")])
async def test_a_page_that_is_gone_is_not_asked_for_again(
    web: Web, fetcher: Fetcher, make: Make, status: int, code: str
) -> None:
    """404 and 410 say not-found at once."""
    url = web.on("/gone", make.answer(status))
    assert (await refusal(fetcher, url)).code == code
    assert len(web.asked) == 1


@pytest.mark.parametrize(("status", "asked"), [(403, 1), (418, 1), (500, 1), (304, 1), (503, 3), (429, 3)])
async def test_other_statuses_are_named_and_only_passing_ones_asked_again(
    web: Web, fetcher: Fetcher, make: Make, status: int, asked: int
) -> None:
    """The message names the status; 429 and 502 to 504 are asked three times."""
    url = web.on("/no", make.answer(status))
    found = await refusal(fetcher, url)
    assert found.code == "source.http-error"
    assert str(status) in found.message
    assert len(web.asked) == asked


async def test_retry_after_is_waited_for(web: Web, fetcher: Fetcher, make: Make) -> None:
    """After a 429 with Retry-After, we wait as told and then get the page."""
    url = web.on("/busy", make.answer(429, retry_after="0.15"), make.answer(200, "at last"))
    with stamina.set_testing(False):
        began = time.monotonic()
        page = await fetcher.fetch(url)
    assert page.body == b"at last"
    assert time.monotonic() - began >= 0.15


async def test_a_long_retry_after_is_not_cut_short(web: Web, fetcher: Fetcher, make: Make) -> None:
    """A server that asks for a minute isn't asked again now, and the message says what it wants."""
    url = web.on("/busy", make.answer(429, retry_after="60"), make.answer(200, "too soon"))
    assert "60 s" in (await refusal(fetcher, url)).message
    assert len(web.asked) == 1


def test_retry_after_reads_seconds_and_dates() -> None:
    """Both forms of the header are read, and junk is as good as none."""
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert retry_after("7") == 7.0
    assert 28 < (retry_after(soon) or 0) <= 30
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
    assert [retry_after(junk) for junk in (None, "", "soon", "-3", "1e9")] == [None] * 5


async def test_a_broken_connection_is_tried_again(web: Web, fetcher: Fetcher, make: Make) -> None:
    """A server that hangs up without an answer gets a second chance."""

    async def hang_up(writer: asyncio.StreamWriter) -> None:
        writer.close()

    url = web.on("/flaky", hang_up, make.answer(200, "ok"))
    assert (await fetcher.fetch(url)).body == b"ok"


async def test_a_closed_port_is_unreachable(fetcher: Fetcher, unused_tcp_port: int) -> None:
    """Where nobody listens, the problem is source.unreachable."""
    assert (await refusal(fetcher, f"http://127.0.0.1:{unused_tcp_port}/")).code == "source.unreachable"


async def test_a_page_of_20_mb_stops_at_the_cap(web: Web, fetcher: Fetcher, make: Make) -> None:
    """A body larger than the limit is dropped as soon as it passes the limit."""
    sent = 0

    async def large(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 20000000\r\n\r\n")
        for _ in range(200):
            writer.write(b"x" * 100_000)
            await writer.drain()
            sent += 100_000

    url = web.on("/large", large)
    assert (await refusal(fetcher, url)).code == "source.too-large"
    assert sent < 20_000_000
    assert len(web.asked) == 1


async def test_a_page_that_never_ends_stops_at_the_time_limit(web: Web, impatient: Fetcher, make: Make) -> None:
    """A server that trickles bytes for ever is left after the total time."""

    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"<p>and on")
            await writer.drain()
            await asyncio.sleep(0.02)

    began = time.monotonic()
    found = await refusal(impatient, web.on("/endless", endless))
    assert found.code == "source.timeout"
    assert time.monotonic() - began < make.impatient.total_seconds + 30


async def test_an_endless_redirect_body_is_not_read(web: Web, fetcher: Fetcher, make: Make) -> None:
    """A redirect with a body that never ends is followed without reading it."""

    async def redirect(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 302 Found\r\nlocation: /end\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x" * 10_000)
            await writer.drain()
            await asyncio.sleep(0)

    url = web.on("/body", redirect)
    web.page("/end", "done")
    assert (await fetcher.fetch(url)).body == b"done"


async def test_a_silent_server_is_asked_again_and_then_named(web: Web, make: Make) -> None:
    """A server that accepts and says nothing is tried three times, and the problem is a timeout."""

    async def silent(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.15)

    url = web.on("/silent", silent)
    limits = make.limits.model_copy(update={"silent_seconds": 0.05, "total_seconds": 5})
    async with open_fetcher(limits, allow_loopback=True) as fetcher:
        assert (await refusal(fetcher, url)).code == "source.timeout"
    assert len(web.asked) == 3


@pytest.mark.parametrize(("name", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
async def test_compressed_pages_are_unpacked(
    web: Web, fetcher: Fetcher, name: str, pack: Callable[[bytes], bytes]
) -> None:
    """gzip and deflate bodies arrive as they were before."""
    url = web.page("/packed", pack(b"words " * 1000), content_encoding=name)
    assert (await fetcher.fetch(url)).body == b"words " * 1000


async def test_raw_deflate_is_unpacked_too(web: Web, fetcher: Fetcher) -> None:
    """Deflate without zlib's header, as some servers send it, is understood."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    url = web.page("/raw", packer.compress(b"words " * 1000) + packer.flush(), content_encoding="deflate")
    assert (await fetcher.fetch(url)).body == b"words " * 1000


async def test_a_gzip_bomb_is_cut_off(web: Web, fetcher: Fetcher) -> None:
    """A few kilobytes that would inflate to 50 MB stop at the cap."""
    bomb = gzip.compress(b"\0" * 50_000_000, compresslevel=9)
    url = web.page("/bomb", bomb, content_encoding="gzip")
    assert len(bomb) < 60_000
    assert (await refusal(fetcher, url)).code == "source.too-large"


@pytest.mark.parametrize(
    ("encoding", "body"), [("zstd", b"\x28\xb5\x2f\xfd"), ("gzip", b"not gzip"), ("gzip, gzip", b"")]
)
async def test_other_compressions_and_broken_ones_are_refused(
    web: Web, fetcher: Fetcher, encoding: str, body: bytes
) -> None:
    """A compression we didn't ask for, or a broken one, is unreadable."""
    url = web.page("/odd", body, content_encoding=encoding)
    assert (await refusal(fetcher, url)).code == "source.unreadable"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "not a url",
        "//example.org/x",
        "ftp://example.org/x",
        "file:///etc/passwd",
        "http://",
        "http://a..b/",
        "http://[::1",
        "http://exa mple.com/",
        "http://example.org:99999/",
        f"http://{'a' * 64}.org/",
        "https://user:secret@example.org/",
    ],
)
async def test_what_is_not_a_web_address_is_refused_at_once(fetcher: Fetcher, url: str) -> None:
    """Only http and https URLs with a possible host and without a password are fetched."""
    found = await refusal(fetcher, url)
    assert found.code == "source.bad-url"
    assert "secret" not in found.message


async def test_a_redirect_to_another_scheme_is_refused(web: Web, fetcher: Fetcher, make: Make) -> None:
    """A redirect can't lead to ftp: or file:."""
    url = web.on("/scheme", make.answer(302, location="ftp://example.org/x"))
    assert (await refusal(fetcher, url)).code == "source.bad-url"


async def test_one_host_is_asked_two_things_at_once(web: Web, make: Make) -> None:
    """However many pages are wanted of one host, it serves two at a time."""

    async def slow(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.02)
        await make.answer(200, "ok")(writer)

    urls = [web.on(f"/{number}", slow) for number in range(8)]
    async with open_fetcher(FetchLimits(), allow_loopback=True) as fetcher:
        await asyncio.gather(*map(fetcher.fetch, urls))
    assert web.most_at_once == 2


async def test_the_environments_proxy_is_not_used(web: Web, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would connect in our place, past the address check: its settings are ignored."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    url = web.page("/direct", "ok")
    async with open_fetcher(make.limits, allow_loopback=True) as fetcher:
        assert (await fetcher.fetch(url)).body == b"ok"


async def test_a_bug_in_sending_is_not_hidden(web: Web, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """What isn't the network's fault is raised as it is."""

    async def broken(*_args: object, **_kwargs: object) -> None:
        raise KeyError("bug")

    monkeypatch.setattr(httpx.AsyncClient, "send", broken)
    with pytest.raises(KeyError):
        await fetcher.fetch(web.url())
