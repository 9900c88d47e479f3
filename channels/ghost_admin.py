"""Ghost's Admin API (docs.ghost.org/admin-api), as a custom integration."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
from pydantic import SecretStr

from channels.blog import PAGE, BlogApi, Upload
from channels.http import TIMEOUT
from channels.opening import NotConfigured, Opening

VARIABLE = "GHOST_ADMIN_KEY"
_KEY = re.compile(r"[0-9a-f]{24}:[0-9a-f]{64}")
_VALID = timedelta(minutes=5)
"""The longest that Ghost takes a token for."""


def key_of(opening: Opening) -> SecretStr:
    """The integration's key, `id:secret`. Raises NotConfigured."""
    key = opening.secret(VARIABLE, "the Admin API key of a custom integration, from Settings > Integrations in Ghost")
    if not _KEY.fullmatch(key.get_secret_value()):
        raise NotConfigured(
            f"{VARIABLE} isn't an Admin API key: 24 and 64 hexadecimal digits, with a colon between them. "
            "The Content API key, which Ghost shows above it, is another one."
        )
    return key


class Admin:
    """Resources such as `posts`; each comes in a list of its own name."""

    def __init__(self, url: str, key: SecretStr, *, timeout: float = TIMEOUT) -> None:
        self._key = key
        self._api = BlogApi(
            f"Ghost at {url}",
            f"{url}/ghost/api/admin/",
            mend=f"Make a custom integration under Settings > Integrations, and put its Admin API key into {VARIABLE}.",
            headers={"Accept-Version": "v6.0"},
            timeout=timeout,
        )

    async def get(
        self, path: str, query: Mapping[str, str] = {}, *, absent: tuple[int, ...] = ()
    ) -> dict[str, Any] | None:
        """The first entry of what is asked for, if there is one."""
        response = await self._api.read(path, absent=absent, params=dict(query), headers=self._signed())
        return None if response.status_code in absent else _first(response)

    async def everything(self, path: str, query: Mapping[str, str]) -> list[dict[str, Any]]:
        """All entries, however many pages they fill."""
        found: list[dict[str, Any]] = []
        page: int | None = 1
        while page:
            numbered = {**query, "limit": str(PAGE), "page": str(page)}
            body = (await self._api.read(path, params=numbered, headers=self._signed())).json()
            found += body[path.strip("/")]
            page = body["meta"]["pagination"]["next"]
        return found

    async def put(
        self, method: str, path: str, entry: Mapping[str, Any], *, absent: tuple[int, ...] = ()
    ) -> dict[str, Any]:
        """Write an entry, posts from their HTML; what is there afterwards, and nothing for a status among `absent`."""
        body = {path.partition("/")[0]: [dict(entry)]}
        query = {"source": "html"} if path.startswith("posts/") else {}
        response = await self._api.write(method, path, absent=absent, params=query, headers=self._signed(), json=body)
        return {} if response.status_code in absent else _first(response) or {}

    async def upload(self, image: Upload) -> str:
        """Put an image there; its address."""
        response = await self._api.write("POST", "images/upload/", headers=self._signed(), files=image.file())
        return str(response.json()["images"][0]["url"])

    async def delete(self, path: str) -> None:
        """Take something away for good; what is gone already is no error."""
        await self._api.write("DELETE", path, absent=(404,), headers=self._signed())

    async def aclose(self) -> None:
        await self._api.aclose()

    def _signed(self) -> dict[str, str]:
        number, _, secret = self._key.get_secret_value().partition(":")
        now = datetime.now(UTC)
        claims = {"iat": now, "exp": now + _VALID, "aud": "/admin/"}
        token = jwt.encode(claims, bytes.fromhex(secret), algorithm="HS256", headers={"kid": number})
        return {"Authorization": f"Ghost {token}"}


def _first(response: httpx.Response) -> dict[str, Any] | None:
    entries = next(entries for name, entries in response.json().items() if name != "meta")
    return entries[0] if entries else None
