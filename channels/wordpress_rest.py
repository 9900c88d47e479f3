"""WordPress's REST API (developer.wordpress.org/rest-api/reference), as one user."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import httpx
from pydantic import SecretStr

from channels.blog import PAGE, BlogApi
from channels.http import TIMEOUT

VARIABLE = "WORDPRESS_APP_PASSWORD"
Query = Mapping[str, str | int]


class Rest:
    """Routes such as `posts/12`. Asked for by `?rest_route=`, which works with every setting of the permalinks."""

    def __init__(self, url: str, user: str, password: SecretStr, *, timeout: float = TIMEOUT) -> None:
        basic = b64encode(f"{user}:{password.get_secret_value()}".encode()).decode()
        self._api = BlogApi(
            f"WordPress at {url}",
            f"{url}/",
            mend=f"Make an application password for {user} under Users > Profile, and put it into {VARIABLE}. WordPress takes "
            "those over https, or where WP_ENVIRONMENT_TYPE is local, and its web server has to hand on the Authorization header.",
            headers={"Authorization": f"Basic {basic}"},
            timeout=timeout,
        )
        self._me: int | None = None

    async def get(
        self, route: str, query: Mapping[str, str | int] = {}, *, absent: tuple[int, ...] = ()
    ) -> httpx.Response:
        return await self._api.read("", absent=absent, params=_query(route, query))

    async def everything(self, route: str, query: Query) -> list[dict[str, Any]]:
        """All entries of a list, however many pages they fill."""
        found: list[dict[str, Any]] = []
        page, pages = 1, 1
        while page <= pages:
            response = await self.get(route, {**query, "per_page": PAGE, "page": page})
            found += response.json()
            page, pages = page + 1, int(response.headers.get("x-wp-totalpages", 1))
        return found

    async def post(self, route: str, *, absent: tuple[int, ...] = (), **request: Any) -> httpx.Response:
        return await self._api.write("POST", "", absent=absent, params=_query(route, {}), **request)

    async def delete(self, route: str) -> None:
        """Put something into the bin, or away for good where a blog has none; what is there already is no error."""
        binned = await self._api.write("DELETE", "", absent=(404, 410, 501), params=_query(route, {}))
        if binned.status_code == 501:
            await self._api.write("DELETE", "", absent=(404, 410), params=_query(route, {"force": "true"}))

    async def me(self) -> int:
        """The id of the user whose password this is."""
        if self._me is None:
            self._me = int((await self.get("users/me")).json()["id"])
        return self._me

    async def aclose(self) -> None:
        await self._api.aclose()


def code_of(response: httpx.Response) -> str:
    """WordPress's own name of an error: `term_exists`."""
    return str(response.json().get("code", ""))


def _query(route: str, query: Query) -> dict[str, str | int]:
    return {"rest_route": f"/wp/v2/{route}", **query}
