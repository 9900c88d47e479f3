"""Whose site it is: what every page, the index and the feed say about it."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator, StringConstraints

from state.base import Frozen

# XML 1.0, production 2 (Char): what neither a feed nor a page can carry, escaped or not.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def unprintable(text: str) -> str | None:
    """Name the first character that XML can't hold, and where it is (counting from 1); None when there is none."""
    found = _NOT_XML.search(text)
    return found and f"U+{ord(found[0]):04X} at character {found.start() + 1}"


def _plain(text: str) -> str:
    if where := unprintable(text):
        raise ValueError(f"it holds the control character {where}")
    return text


def _web_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"{url!r} is not a web address such as https://example.org or https://example.org/blog")
    return url.rstrip("/")


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_plain)]


class SiteIdentity(Frozen):
    """Who publishes, where and in which language."""

    name: Line
    base_url: Annotated[Line, AfterValidator(_web_address)]
    """Where the site folder is served: http or https, kept without a slash at its end."""
    author: Line
    language: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")] = "en"
    """A BCP 47 tag: en, de-CH, ar."""

    def permalink(self, slug: str) -> str:
        """Give the address of a post, for good: it is also the post's id in the feed."""
        return f"{self.base_url}/posts/{quote(slug)}/"
