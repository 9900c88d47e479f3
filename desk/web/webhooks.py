"""What shops report of their sales: one address a shop, each there only while its secret is set.

A report is answered once its rows are in the ledger: 200. 400: it isn't the shop's, or can't be read, and changed nothing. 404: no secret
is set here for that shop, or the address's is wrong. 503: it couldn't be written down, and the shop is to try again, as all three do.
Neither bodies nor secrets are logged.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import SecretStr
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from desk.web.shops import gumroad, lemonsqueezy, stripe
from desk.web.shops.heard import Headers, Heard, Refusal, same_secret
from graph.assign import read_settings
from state.flywheel import Context
from state.ledger import Ledger, LedgerError, ledger_at
from state.settings import SalesSettings
from state.workspace import WorkspaceError, database_url

BIGGEST = 1_000_000
"""Bytes. Stripe's largest events are a fraction of it."""
PATIENCE = 10.0
"""Seconds in which a body has to be here."""
_HEADERS = {"Cache-Control": "no-store"}
_log = logging.getLogger("flywheel.webhooks")


@dataclass(frozen=True)
class Secrets:
    """What each shop signs with; for Gumroad, what stands in the address. None: that shop isn't listened to."""

    stripe: SecretStr | None = None
    lemonsqueezy: SecretStr | None = None
    gumroad: SecretStr | None = None

    @classmethod
    def from_environment(cls) -> Secrets:
        """Read STRIPE_WEBHOOK_SECRET, LEMONSQUEEZY_SIGNING_SECRET and GUMROAD_WEBHOOK_SECRET."""
        return cls(
            stripe=_variable("STRIPE_WEBHOOK_SECRET"),
            lemonsqueezy=_variable("LEMONSQUEEZY_SIGNING_SECRET"),
            gumroad=_variable("GUMROAD_WEBHOOK_SECRET"),
        )


@dataclass(frozen=True)
class Till:
    """Where the sales of a workspace are kept, and how they are counted."""

    ledger: Ledger
    sales: SalesSettings


async def workspace_till() -> Till:
    """Open that of FLYWHEEL_WORKSPACE, as its flywheel.toml is now. Raises WorkspaceError or LedgerError."""
    settings = await read_settings(Context())
    return Till(await ledger_at(await asyncio.to_thread(database_url, settings)), settings.sales)


Reading = Callable[[bytes, Headers, str, SalesSettings], Heard | Refusal]
"""Body, headers, secret and settings."""


class Webhooks:
    """The routes. `till_of` is asked at each report, so that it may open anew what was closed; `secrets` is asked too."""

    def __init__(
        self,
        till_of: Callable[[], Awaitable[Till]] = workspace_till,
        secrets: Callable[[], Secrets] = Secrets.from_environment,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._till_of, self._secrets, self._clock = till_of, secrets, clock
        self.routes: tuple[BaseRoute, ...] = (
            Route("/webhooks/stripe", self._stripe, methods=["POST"]),
            Route("/webhooks/lemonsqueezy", self._lemonsqueezy, methods=["POST"]),
            Route("/webhooks/gumroad/{secret}", self._gumroad, methods=["POST"]),
        )

    async def _stripe(self, request: Request) -> Response:
        def reading(body: bytes, headers: Headers, secret: str, sales: SalesSettings) -> Heard | Refusal:
            return stripe.read(body, headers, secret, counting=sales.stripe, tests=sales.test_events)

        return await self._answer(request, stripe.SHOP, self._secrets().stripe, reading)

    async def _lemonsqueezy(self, request: Request) -> Response:
        def reading(body: bytes, headers: Headers, secret: str, sales: SalesSettings) -> Heard | Refusal:
            return lemonsqueezy.read(body, headers, secret, tests=sales.test_events)

        return await self._answer(request, lemonsqueezy.SHOP, self._secrets().lemonsqueezy, reading)

    async def _gumroad(self, request: Request) -> Response:
        given, secret = _given(request), self._secrets().gumroad
        if secret is None or not same_secret(given, secret.get_secret_value()):
            return _told(404, said="not found")

        def reading(body: bytes, headers: Headers, secret: str, sales: SalesSettings) -> Heard | Refusal:
            return gumroad.read(body, headers, tests=sales.test_events, now=self._clock())

        return await self._answer(request, gumroad.SHOP, secret, reading)

    async def _answer(self, request: Request, shop: str, secret: SecretStr | None, reading: Reading) -> Response:
        if secret is None:
            return _told(404, said="not found")
        body = await _body(request)
        if isinstance(body, Response):
            return body
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            till = await self._till_of()
            heard = reading(body, headers, secret.get_secret_value(), till.sales)
            if isinstance(heard, Refusal):
                _log.warning("A report from %s was refused: %s.", shop, heard.said)
                return _told(400, said=heard.said)
            new = await till.ledger.record_sales(heard.sales)
        except (WorkspaceError, LedgerError) as error:
            _log.error("A report from %s couldn't be written down, and it will try again: %s", shop, error)
            return _told(503, said="it can't be written down just now")
        if new:
            _log.info("%s reported %s.", shop, " and ".join(f"a {sale.kind}" for sale in new))
        if heard.sales and heard.said:
            _log.warning("%s: %s.", shop, heard.said)
        return _told(200, counted=len(new), said=heard.said)


def _given(request: Request) -> str:
    """Take the secret out of the request's address: web servers write addresses into their logs, once they have answered."""
    given: str = request.path_params["secret"]
    hidden = request.url.path.rpartition("/")[0] + "/..."
    request.scope.update(path=hidden, raw_path=hidden.encode(), path_params={"secret": "..."})
    return given


async def _body(request: Request) -> bytes | Response:
    """Read the body, or answer for one that is too big, too slow or broken off."""
    too_big = _told(413, said=f"more than {BIGGEST} bytes")
    stated = request.headers.get("content-length", "")
    if stated.isdecimal() and int(stated[:20]) > BIGGEST:
        return too_big
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            async for chunk in request.stream():
                body += chunk
                if len(body) > BIGGEST:
                    return too_big
    except TimeoutError:
        return _told(408, said="it took too long")
    except ClientDisconnect:
        return _told(400, said="it broke off")
    return bytes(body)


def _told(status: int, *, said: str = "", counted: int | None = None) -> Response:
    told = {"counted": counted, "said": said}
    return JSONResponse({k: v for k, v in told.items() if v not in (None, "")}, status_code=status, headers=_HEADERS)


def _variable(name: str) -> SecretStr | None:
    value = os.environ.get(name, "").strip()
    return SecretStr(value) if value else None
