"""`/r/CODE`: sends a reader on to an offer, and counts the click without making anybody wait for the ledger.

A code leads to the address that its row in the ledger names, and nothing in a request changes that. A click goes into the journal
before its reader is answered, and from there into the ledger once a second. What can't be counted is redirected all the same.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from desk.web.codes import Codes, NotNow, Target
from desk.web.journal import Finished, Journal
from desk.web.onward import LEMON_SQUEEZY, PLAIN, STRIPE, click_parameter, open_for_click
from desk.web.visitors import Floods, Salt, hashed, host_of, household, is_program
from state.ledger import Ledger, LedgerError
from state.links import CODE, new_click
from state.settings import Settings, Tracking
from state.trade import Link
from state.wording import words_in
from state.workspace import WorkspaceError
from state.workspace.config import stamp_of

EVERY = 1.0
"""Seconds between two takings-over of the journal."""
HELD = 10_000
"""Clicks that are kept in memory while the journal can't be written."""
_BATCH = 250
_REST = 6.0
"""How much longer the taking-over rests than it works while there is much of it, so that readers come first."""
_LAST = 3.0
"""Seconds that a stop takes at most: what isn't taken over by then, the next start finds in the journal."""
_PREFETCH = (b"sec-purpose", b"purpose", b"x-purpose", b"x-moz")
_ALWAYS = [
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"strict-origin"),  # the shop learns from which site a reader comes, not from which page
    (b"x-robots-tag", b"noindex, nofollow"),
]
_log = logging.getLogger("flywheel.redirect")


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class _Place:
    """What a workspace's settings say, once they could be read."""

    settings: Settings
    journal: Journal
    salt: Salt
    hosts: dict[str, str]
    proxy: bytes
    read_as: tuple[int, int] = (0, 0)
    """The stamp of flywheel.toml when it was read again; before, one that no file has."""


class Redirects:
    """The route, and what runs beside it. One object for one workspace; its clock is aware."""

    def __init__(
        self,
        settings_of: Callable[[], Awaitable[Settings]],
        ledger_of: Callable[[Settings], Awaitable[Ledger]],
        *,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self.routes = (Route("/r/{code}", self),)
        self._settings_of, self._ledger_of, self._clock = settings_of, ledger_of, clock
        self._place: _Place | None = None
        self._codes = Codes(self._links_of, self._target)
        self._floods = Floods()
        self._held: deque[bytes] = deque(maxlen=HELD)
        self._lost = 0
        self._troubles: dict[str, str] = {}
        self.wrong_since: datetime | None = None
        """Since when clicks can't be counted; None while they can."""

    @property
    def trouble(self) -> str:
        """What keeps clicks from being counted, for /healthz; empty when nothing does."""
        return " ".join(self._troubles.values())

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Take clicks over while the block runs, those that an earlier process left first, and for a moment at its end."""
        self._codes = Codes(self._links_of, self._target)  # the workspace may be another one since
        await self._prepare()
        task = asyncio.create_task(self._flush_forever(), name="clicks")
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await self._codes.close()
            with suppress(TimeoutError):
                async with asyncio.timeout(_LAST):
                    await self.flush()
            if self._place is not None:
                await self._place.journal.close()
            self._place = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = scope["method"]
        if method not in ("GET", "HEAD"):
            return await _answer(send, 405, [(b"allow", b"GET, HEAD")], b"Follow the link with GET.")
        if (place := self._place) is None:
            return await _not_now(send, "en")
        code = scope["path_params"]["code"]
        try:
            target = await self._codes.find(code) if CODE.fullmatch(code) else None
        except NotNow:
            return await _not_now(send, place.settings.identity.language)
        if target is None:
            return await _answer(send, 404, [], words_in(place.settings.identity.language).unknown_link.encode())
        click = new_click()
        self._count(place, scope, code, click)
        onward = f"{target.before}{code}-{click}{target.behind}" if target.told else target.before  # a ClickRef's text
        await _answer(send, 302, [(b"location", onward.encode("ascii"))], b"")

    def _count(self, place: _Place, scope: Scope, code: str, click: str) -> None:
        headers: dict[bytes, bytes] = dict(
            scope["headers"]
        )  # of two of a name the last: a proxy adds its own at the end
        agent, now = headers.get(b"user-agent", b""), self._clock()
        address = _address(scope, headers, place.proxy)
        salt = place.salt.of(now.date())
        visitor = hashed(salt, address.encode(), agent)
        flood = self._floods.is_one(visitor, hashed(salt, household(address).encode()))
        bot = flood or scope["method"] == "HEAD" or is_program(agent) or _is_prefetch(headers)
        referrer = json.dumps(host_of(headers.get(b"referer", b"")))
        line = (
            f'{{"id":"{click}","code":"{code}","at":"{now.isoformat()}","visitor":"{visitor}",'
            f'"bot":{"true" if bot else "false"},"referrer":{referrer}}}\n'
        )
        self._write(place, line.encode())

    def _write(self, place: _Place, line: bytes) -> None:
        try:
            place.journal.write(line)
        except OSError as error:
            self._lost += len(self._held) == HELD
            self._held.append(line)
            if "journal" not in self._troubles:
                self._say("journal", error)

    async def _flush_forever(self) -> None:
        while True:
            await self.flush()
            await asyncio.sleep(EVERY)

    async def flush(self) -> None:
        """Take the journal over into the ledger. What goes wrong is said, once until it changes, and tried again."""
        await self._prepare()
        if self._place is not None:
            await self._try("ledger", self._take_over)

    async def _prepare(self) -> None:
        await self._try("workspace", self._open)
        if self._place is not None:
            await self._try("journal", self._turn)
            await self._try("salt", self._keep_salt)

    async def _try(self, what: str, step: Callable[[], Awaitable[None]]) -> None:
        try:
            await step()
        except Exception as error:  # unattended: a surprise must not end the counting without a word
            self._say(what, error)
        else:
            self._troubles.pop(what, None)
            if not self._troubles:
                self.wrong_since = None

    def _say(self, what: str, error: Exception) -> None:
        trouble = f"Clicks wait: {_public(error)}"
        if self._troubles.get(what) != trouble:
            known = isinstance(error, WorkspaceError | LedgerError | OSError)
            _log.warning(
                "Links lead on, but clicks can't be counted just now. %s", error, exc_info=None if known else error
            )
        self._troubles[what] = trouble
        self.wrong_since = self.wrong_since or self._clock()

    async def _open(self) -> None:
        if self._place is not None:
            return await self._read_again(self._place)
        settings = await self._settings_of()
        folder = Path(settings.workspace) / ".flywheel" / "clicks"
        salt, today = Salt(folder / "salt"), self._clock().date()
        await asyncio.to_thread(salt.load, today)
        tracking = settings.tracking
        self._place = _Place(settings, Journal(folder), salt, _hosts(tracking), _proxy(tracking))

    async def _read_again(self, place: _Place) -> None:
        """Take over what flywheel.toml says of links by now. One that is broken changes nothing; the ledger stays the one that is open."""
        stamp = await asyncio.to_thread(stamp_of, Path(place.settings.workspace))
        if stamp == place.read_as:
            return
        settings = place.settings
        with suppress(WorkspaceError):
            new = await self._settings_of()
            settings = settings.model_copy(update={"tracking": new.tracking, "identity": new.identity})
        hosts, proxy = _hosts(settings.tracking), _proxy(settings.tracking)
        self._place = replace(place, settings=settings, hosts=hosts, proxy=proxy, read_as=stamp)
        self._codes.forget()

    async def _keep_salt(self) -> None:
        assert self._place is not None
        await asyncio.to_thread(self._place.salt.keep, self._clock().date())

    async def _turn(self) -> None:
        """Begin a new file, into which go the clicks that couldn't be written, too."""
        assert self._place is not None
        await self._place.journal.turn()
        while self._held:
            self._place.journal.write(self._held[0])
            self._held.popleft()
        if self._lost:
            _log.warning("%d clicks were lost while they couldn't be written down.", self._lost)
            self._lost = 0

    async def _take_over(self) -> None:
        assert self._place is not None
        finished = self._place.journal.finished()
        while (file := await asyncio.to_thread(next, finished, None)) is not None:
            try:
                await self._record(file)
            except BaseException:
                file.release()
                raise
            await asyncio.to_thread(file.done)

    async def _record(self, file: Finished) -> None:
        """Each click is counted once by its id, however often a file is begun."""
        assert self._place is not None
        ledger = await self._ledger_of(self._place.settings)
        clicks = file.clicks()
        began = time.monotonic()
        while batch := await asyncio.to_thread(lambda: list(islice(clicks, _BATCH))):
            await ledger.record_clicks(batch)
            await asyncio.sleep(_REST * (time.monotonic() - began))
            began = time.monotonic()
        if file.unread:
            _log.warning("%s: %d lines were cut off, and left out.", file.path.name, file.unread)

    async def _links_of(self, codes: Collection[str]) -> tuple[Link, ...]:
        assert self._place is not None
        return await (await self._ledger_of(self._place.settings)).links_of(codes)

    def _target(self, link: Link) -> Target | None:
        """None for an address that a browser shouldn't be sent to; REVENUE's contract lets none through."""
        assert self._place is not None
        if urlsplit(link.url).scheme not in ("http", "https") or not urlsplit(link.url).hostname:
            return None
        parameter = click_parameter(link.url, self._place.hosts)
        before, behind = open_for_click(link.url, parameter)
        return Target(before, behind, told=parameter is not None)


def _public(error: Exception) -> str:
    """What went wrong without the names of files, for a page that anybody may ask for."""
    match error:
        case LedgerError():
            return error.what.partition(":")[0]
        case OSError():
            return error.strerror or "the disk can't be used"
        case WorkspaceError():
            return "the workspace's settings can't be read"
        case _:
            return "something unexpected happened; the log tells"


def _hosts(tracking: Tracking) -> dict[str, str]:
    """The workspace's own shops, and how each is told of a click."""
    return {
        **dict.fromkeys(tracking.click_hosts, PLAIN),
        **dict.fromkeys(tracking.lemonsqueezy_hosts, LEMON_SQUEEZY),
        **dict.fromkeys(tracking.stripe_hosts, STRIPE),
    }


def _proxy(tracking: Tracking) -> bytes:
    """The header that names a reader, as Starlette writes it."""
    return tracking.proxy_header.lower().encode()


def _address(scope: Scope, headers: dict[bytes, bytes], proxy: bytes) -> str:
    """The reader's: as the proxy names it that the settings trust, the last where it is a list, else whoever is connected."""
    if proxy and (named := headers.get(proxy)):
        return named.decode("latin-1").rpartition(",")[2].strip()
    return scope["client"][0] if scope.get("client") else ""


def _is_prefetch(headers: dict[bytes, bytes]) -> bool:
    return any(b"pre" in headers[name] for name in _PREFETCH if name in headers)  # prefetch, prerender, preview


async def _not_now(send: Send, language: str) -> None:
    await _answer(send, 503, [(b"retry-after", b"2")], words_in(language).links_later.encode())


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], said: bytes) -> None:
    """In a HEAD's answer the server leaves the words out."""
    kind = [(b"content-type", b"text/plain; charset=utf-8")] if said else []
    length = [(b"content-length", b"%d" % len(said))]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *_ALWAYS, *kind, *length]})
    await send({"type": "http.response.body", "body": said})
