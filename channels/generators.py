"""Files that Hugo (Goldmark) and Jekyll (kramdown, Liquid) make pages of: where they lie, their front matter, their Markdown.

Pure. A title or a text can hold whatever it likes: nothing in it is a template, a tag or an attribute to either of them.
Both set straight quotes and dashes as their site is configured to; that is left to them.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote

import yaml

from channels.goldmark import Goldmark
from channels.kramdown import Kramdown
from channels.pictures import file_names
from channels.rewriting import Article
from state.base import Frozen
from state.channels import OutgoingPost

Style = Literal["hugo", "jekyll"]
FOLDERS: dict[Style, str] = {"hugo": "content/posts", "jekyll": "_posts"}
"""Where each looks for posts unless its site says otherwise."""
PERMALINKS: dict[Style, str] = {"hugo": "/posts/{slug}/", "jekyll": "/{year}/{month}/{day}/{slug}.html"}
"""Where each serves them unless its site says otherwise."""
_IMAGES: dict[Style, str] = {"hugo": "static/images", "jekyll": "assets/images"}
_SERVED: dict[Style, str] = {"hugo": "images", "jekyll": "assets/images"}
_FENCES: dict[Style, str] = {"hugo": "+++", "jekyll": "---"}
_MARKER = "flywheel"
_LONE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
"""What JSON leaves as it is, and YAML 1.1 (5.1) or TOML 1.0 won't read or would break a line at."""


class Marked(Frozen):
    """What a file says of itself: whose it is, and the date that readers have."""

    key: str
    date: datetime


@dataclass(frozen=True)
class Generator:
    style: Style
    folder: str
    """From the repository's root, with forward slashes and none at its ends."""
    url: str
    """Where the site is served, without a slash at its end."""
    permalink: str
    """An address on that site, with {slug}, {year}, {month} and {day} in it."""
    author: str

    def path(self, post: OutgoingPost) -> str:
        """Where the file of a new post lies: Jekyll wants the day in its name."""
        day = f"{post.published_at.astimezone(UTC):%Y-%m-%d}-" if self.style == "jekyll" else ""
        return f"{self.folder}/{day}{post.slug}.md"

    def slug(self, path: str) -> str:
        """The slug in a path that `path` gave."""
        name = path.rpartition("/")[2].removesuffix(".md")
        return re.sub(r"^\d{4}-\d\d-\d\d-", "", name) if self.style == "jekyll" else name

    def address(self, post: OutgoingPost) -> str:
        day = post.published_at.astimezone(UTC)
        parts = {"year": f"{day:%Y}", "month": f"{day:%m}", "day": f"{day:%d}", "slug": quote(post.slug or "")}
        return f"{self.url}{self.permalink.format(**parts)}"

    def images_folder(self, slug: str) -> str:
        return f"{_IMAGES[self.style]}/{slug}"

    def images(self, post: OutgoingPost) -> tuple[str, ...]:
        """Where the post's images lie, in their order."""
        return tuple(f"{self.images_folder(post.slug or '')}/{name}" for name in file_names(post))

    def document(self, post: OutgoingPost) -> bytes:
        """The file of a post: the same post gives the same bytes."""
        fence = _FENCES[self.style]
        entry = "{} = {}" if self.style == "hugo" else "{}: {}"
        lines = [entry.format(name, _literal(value)) for name, value in self._front(post).items()]
        return "\n".join([fence, *lines, fence, "", self._body(post), ""]).encode()

    def read(self, content: bytes) -> Marked | None:
        """What the front matter says; None for a file that isn't ours."""
        try:
            front = self._parsed(content.decode())
            date = front.get("date")
            return Marked.model_validate({"key": front.get(_MARKER), "date": date})
        except (ValueError, yaml.YAMLError):
            return None

    def _parsed(self, text: str) -> dict[str, Any]:
        fence = re.escape(_FENCES[self.style])
        found = re.match(rf"{fence}\r?\n(.*?)\r?\n{fence}[ \t]*\r?(?:\n|$)", text, re.DOTALL)
        read = tomllib.loads if self.style == "hugo" else yaml.safe_load
        front = read(found[1]) if found else {}
        return front if isinstance(front, dict) else {}

    def _front(self, post: OutgoingPost) -> dict[str, str | datetime | list[str]]:
        """The address is pinned: it stays what readers were told when the site's own pattern changes."""
        pinned, canonical = ("url", "canonicalURL") if self.style == "hugo" else ("permalink", "canonical_url")
        lead = self._image_url(post, 0) if post.images else ""
        image: dict[str, str | list[str]] = {"images": [lead]} if self.style == "hugo" else {"image": lead}
        front: dict[str, str | datetime | list[str]] = {
            **({"layout": "post"} if self.style == "jekyll" else {}),
            "title": post.title or "",
            "date": post.published_at,
            "author": self.author,
            **({"description": post.summary} if post.summary else {}),
            pinned: self.address(post).removeprefix(self.url),
            **({canonical: post.canonical} if post.canonical else {}),
            **(image if lead else {}),
            _MARKER: post.key,
        }
        return front

    def _body(self, post: OutgoingPost) -> str:
        article = Article(post.text)
        dialect = Goldmark(article) if self.style == "hugo" else Kramdown(article)
        pictures = [dialect.picture(image.alt, self._image_url(post, at)) for at, image in enumerate(post.images)]
        parts = [*pictures[:1], dialect.written(), *pictures[1:], dialect.notes()]
        return "\n\n".join(filter(None, parts))

    def _image_url(self, post: OutgoingPost, at: int) -> str:
        """An image's whole address: a path alone would break on a site that is served below a path of its host."""
        return f"{self.url}/{_SERVED[self.style]}/{quote(post.slug or '')}/{file_names(post)[at]}"


def _literal(value: str | datetime | list[str]) -> str:
    """Write a value so that YAML and TOML read the same: a JSON string is one in both, and so is an RFC 3339 date."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    return _LONE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))
