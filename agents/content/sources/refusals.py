"""Why a URL gives no page, in words for people: bad addresses, private ones, statuses, broken connections."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TypeAlias

import httpx
from httpx_secure import SSRFProtectionError

from agents.content.sources.errors import Code, FetchError, problem
from agents.content.sources.inflate import BadEncoding, TooLarge

Address: TypeAlias = IPv4Address | IPv6Address

BY_HAND = "Open it in a browser and save the article as a file in a sources folder."
_AGAIN = frozenset({429, 502, 503, 504})
_LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*\.?", re.IGNORECASE)
_NAT64 = IPv6Network("64:ff9b::/96")


def checked_url(source: str, url: str) -> httpx.URL:
    """Parse an absolute http(s) URL with a possible host and port and no password in it.

    Raises `FetchError` (source.bad-url) in the name of `source`.
    """
    try:
        parsed = httpx.URL(url.strip())
    except httpx.InvalidURL as error:
        raise _bad_url(source, f"{url!r} isn't a URL ({error}).") from error
    if parsed.scheme not in ("http", "https"):
        raise _bad_url(source, f"{url!r} isn't an http or https address.")
    if not _is_host(parsed) or parsed.port == 0 or (parsed.port or 1) > 65535:
        raise _bad_url(source, f"{url!r} names a host or a port that can't exist.")
    if parsed.userinfo:
        raise _bad_url(source, "The address holds a user name or password, which would be archived with the text.")
    return parsed


def is_public(address: Address) -> bool:
    """Tell whether an address is on the open internet; an IPv6 one that wraps an IPv4 one is judged by both."""
    if isinstance(address, IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in _NAT64:
            wrapped = IPv4Address(address.packed[-4:])
        if wrapped and not is_public(wrapped):
            return False
    return address.is_global and not address.is_multicast


def status_error(source: str, response: httpx.Response) -> FetchError:
    """Word a status other than success."""
    status = response.status_code
    code: Code = "source.not-found" if status in (404, 410) else "source.http-error"
    if code == "source.not-found":
        fix = "Check the address; if the page has moved, give the new one."
    elif status in (401, 402, 403, 407, 451):
        fix = f"It isn't open to us. {BY_HAND}"
    else:
        fix = f"Try again later. {BY_HAND}"
    reason = f" {HTTPStatus(status).phrase}" if status in set(HTTPStatus) else ""
    after = retry_after(response.headers.get("retry-after"))
    asked = f", and asks us to wait {after:.0f} s" if after else ""
    message = f"The server answered {status}{reason}{asked}."
    return FetchError(problem(source, code, message, fix), transient=status in _AGAIN, retry_after=after, status=status)


def retry_after(header: str | None) -> float | None:
    """Read a Retry-After header, seconds or a date (RFC 9110, section 10.2.3), as seconds from now, at least 0."""
    if not header:
        return None
    try:
        if re.fullmatch(r"\s*\d{1,9}(\.\d{1,9})?\s*", header):
            return float(header)
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


@contextmanager
def named(source: str) -> Iterator[None]:
    """Turn what sending and reading can raise into a `FetchError` in the name of `source`."""
    try:
        yield
    except SSRFProtectionError as error:
        message = f"{error.hostname} is at {error.ip_addr}, which isn't on the open internet."
        fix = "Give a public address, or save the page as a file in a sources folder."
        raise FetchError(problem(source, "source.private-address", message, fix)) from error
    except TooLarge as error:
        message = f"It is larger than {error.limit / 1e6:g} MB."
        raise FetchError(problem(source, "source.too-large", message, BY_HAND)) from error
    except BadEncoding as error:
        raise FetchError(problem(source, "source.unreadable", f"It can't be unpacked: {error}.", BY_HAND)) from error
    except httpx.TimeoutException as error:
        message = f"The server stayed silent ({_why(error)})."
        raise FetchError(problem(source, "source.timeout", message, "Try again later."), transient=True) from error
    except httpx.UnsupportedProtocol as error:
        raise _bad_url(source, f"It can't be asked for ({error}).") from error
    except httpx.TransportError as error:
        message = f"The server can't be reached, or broke off ({_why(error)})."
        fix = "Check the address and the connection, then try again."
        raise FetchError(problem(source, "source.unreachable", message, fix), transient=True) from error


def _is_host(url: httpx.URL) -> bool:
    try:
        ip_address(url.host)
    except ValueError:
        return _HOST.fullmatch(url.raw_host.decode("ascii")) is not None and len(url.raw_host) <= 253
    return True


def _bad_url(source: str, message: str) -> FetchError:
    return FetchError(problem(source, "source.bad-url", message, "Give a full address, like https://example.org/post."))


def _why(error: httpx.TransportError) -> str:
    return str(error) or type(error).__name__
