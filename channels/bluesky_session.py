"""One account at its Bluesky server: logged in once a process, and given new tokens when the server doesn't take the old ones."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from pydantic import SecretStr

from channels.bluesky_errors import Aim, failures, is_stale, meaning
from channels.http import TIMEOUT

if TYPE_CHECKING:
    from atproto import AsyncClient

T = TypeVar("T")
Call = Callable[["AsyncClient"], Awaitable[T]]

_kept: dict[tuple[str, str], str] = {}
"""Sessions of this process by service and handle: a server takes 30 logins in 5 minutes and 300 a day (docs.bsky.app, Rate Limits)."""


class BlueskySession:
    """Calls in the name of one account. Nothing is called, and the library isn't loaded, before the first of them.

    Each raises `Unreachable` or `Unauthorized`, and what its own docstring says.
    """

    def __init__(self, service: str, handle: str, password: SecretStr, *, timeout: float = TIMEOUT) -> None:
        self.service, self.handle = service, handle
        self._password, self._timeout = password, timeout
        self._client: AsyncClient | None = None
        self._lock = asyncio.Lock()

    async def did(self) -> str:
        """The account's id, which outlives its handle."""
        client = await self._logged_in()
        from atproto import Session

        return Session.decode(client.export_session_string()).did

    async def ask(self, call: Call[T]) -> T:
        """Make a call that changes nothing. Raises `Gone` for what isn't there."""
        return await self._made(call, Aim.ASK)

    async def prepare(self, call: Call[T]) -> T:
        """Make a call that changes something that no reader sees. Raises `Rejected`."""
        return await self._made(call, Aim.PREPARE)

    async def post(self, call: Call[T]) -> T:
        """Make a call that changes what readers see. Raises `Rejected` and `OutcomeUnknown`."""
        return await self._made(call, Aim.POST)

    async def aclose(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.request.close()

    async def _made(self, call: Call[T], aim: Aim) -> T:
        client = await self._logged_in()
        try:
            return await self._fresh(client, call)
        except failures() as error:
            raise self._meaning(error, aim) from error

    async def _fresh(self, client: AsyncClient, call: Call[T]) -> T:
        """Make the call; once more with new tokens when the server doesn't take those we have, and so has done nothing."""
        used = client.export_session_string()
        try:
            return await call(client)
        except failures() as error:
            if not is_stale(error):
                raise
        async with self._lock:
            if client.export_session_string() == used:
                await self._renew(client, used)
        return await call(client)

    async def _logged_in(self) -> AsyncClient:
        async with self._lock:
            if self._client is None:
                client = await asyncio.to_thread(_new_client, self._timeout)
                try:
                    await self._begin(client)
                except BaseException:
                    await client.request.close()
                    raise
                self._client = client
            return self._client

    async def _begin(self, client: AsyncClient) -> None:
        """Go on with this process's session, or log in; either is kept from now on, and each that follows it."""
        client.on_session_change(lambda _, session: _kept.update({self._account: session.encode()}))
        if self._account in _kept:
            await client.login(session_string=_kept[self._account], fetch_bsky_profile=False)
        else:
            await self._log_in(client)

    async def _renew(self, client: AsyncClient, used: str) -> None:
        """Ask for new tokens; log in where the server doesn't take the refresh token either."""
        from atproto import Session

        old = Session.decode(used)
        headers = {"Authorization": f"Bearer {old.refresh_jwt}"}
        try:
            new = await client.com.atproto.server.refresh_session(headers=headers, ignore_session_check=True)
        except failures() as error:
            if not is_stale(error):
                raise self._meaning(error, Aim.LOG_IN) from error
            await self._log_in(client)
        else:
            renewed = Session(new.handle, new.did, new.access_jwt, new.refresh_jwt, old.pds_endpoint)
            await client.login(session_string=renewed.encode(), fetch_bsky_profile=False)

    async def _log_in(self, client: AsyncClient) -> None:
        _kept.pop(self._account, None)
        client.update_base_url(self.service)
        try:
            await client.login(self.handle, self._password.get_secret_value(), fetch_bsky_profile=False)
        except failures() as error:
            raise self._meaning(error, Aim.LOG_IN) from error

    @property
    def _account(self) -> tuple[str, str]:
        return self.service, self.handle

    def _meaning(self, error: Exception, aim: Aim) -> Exception:
        return meaning(error, aim, service=self.service, handle=self.handle)


def _new_client(timeout: float) -> AsyncClient:
    """Load the library, which takes seconds, and make its client."""
    from atproto import AsyncClient, AsyncRequest

    return AsyncClient(request=AsyncRequest(timeout=timeout))
