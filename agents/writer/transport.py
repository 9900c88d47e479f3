"""What an endpoint says in an error, without our key in it.

Some endpoints repeat the key that they refuse. LangChain traces an error before anything of ours sees it, so the key is taken out
where the answer comes in.
"""

from __future__ import annotations

import httpx2 as httpx  # the one that openai builds its client on
from pydantic import SecretStr

HIDDEN = b"***"
_REWRITTEN = (b"content-length", b"content-encoding", b"transfer-encoding")


class KeylessErrors(httpx.AsyncBaseTransport):
    """Passes everything on; in the body of an answer of 400 or above the key becomes `***`."""

    def __init__(self, inner: httpx.AsyncBaseTransport, key: SecretStr) -> None:
        self._inner, self._key = inner, key.get_secret_value().encode()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        if answer.status_code < 400:
            return answer
        body = (await answer.aread()).replace(self._key, HIDDEN)
        await answer.aclose()
        kept = [(name, value) for name, value in answer.headers.raw if name.lower() not in _REWRITTEN]
        return httpx.Response(answer.status_code, headers=kept, content=body, request=request)

    async def aclose(self) -> None:
        await self._inner.aclose()


def keyless(client: httpx.AsyncClient, key: SecretStr) -> None:
    """Wrap every transport of `client`. It has no public way in: one given at the start would end its reading of proxies."""
    client._transport = KeylessErrors(client._transport, key)
    client._mounts = {at: KeylessErrors(inner, key) if inner else None for at, inner in client._mounts.items()}
