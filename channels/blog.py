"""What the blogs with an API have in common: their address, answers in JSON, and what may be uploaded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

import httpx
import nh3

from channels.html import words_of
from channels.http import Api
from channels.images import Picture, load
from state.channels import OutcomeUnknown, OutgoingPost, Rejected, Unreachable
from state.typography import fold

PAGE = 100
"""Entries that one answer may list, there as here."""
_MOVED = (301, 302, 303, 307, 308)
_LARGEST = 2_000_000
"""Bytes of an image: PHP takes 2 MiB a file unless told otherwise (upload_max_filesize)."""
_WIDEST = 2560
"""Pixels: WordPress scales down what is larger (big_image_size_threshold)."""


class BlogApi(Api):
    """An API that answers in JSON, under the address that a person gave as `url`."""

    async def read(self, path: str, *, absent: tuple[int, ...] = (), **request: Any) -> httpx.Response:
        """Ask for JSON; a status among `absent` is given back as it is. Raises Unreachable or Unauthorized."""
        try:
            response = await self.ask("GET", path, absent=(*absent, *_MOVED), **request)
        except Rejected as error:
            raise Unreachable(f"{error.reason} Check url in flywheel.toml.") from error
        if wrong := self._misplaced(response, absent):
            raise Unreachable(wrong)
        return response

    async def write(self, method: str, path: str, *, absent: tuple[int, ...] = (), **request: Any) -> httpx.Response:
        """Change something; the answer is JSON or empty. Raises what `act` raises."""
        response = await self.act(method, path, absent=(*absent, *_MOVED), **request)
        if wrong := self._misplaced(response, absent):
            raise Unreachable(wrong) if response.status_code in _MOVED else OutcomeUnknown(wrong)
        return response

    def _misplaced(self, response: httpx.Response, absent: tuple[int, ...]) -> str | None:
        """Say what shows that the API isn't at this address; None for an answer of its own."""
        if response.status_code in _MOVED:
            return f"{self.name} has moved to {response.headers.get('location', '')}: put its address into url in flywheel.toml."
        if response.status_code in absent or not response.content:
            return None
        try:
            response.json()
        except ValueError:
            start = " ".join(response.text[:200].split())
            return f"{self.name} answered with something that isn't JSON ({start}): check url in flywheel.toml."
        return None


@dataclass(frozen=True)
class Upload:
    """An image on its way to a blog. Its name follows from its bytes, so that it is known again there."""

    name: str
    alt: str
    picture: Picture

    def file(self) -> dict[str, tuple[str, bytes, str]]:
        """As httpx takes a form's file."""
        suffix = self.picture.mime.removeprefix("image/").replace("jpeg", "jpg")
        return {"file": (f"{self.name}.{suffix}", self.picture.data, self.picture.mime)}

    def is_called(self, name: str) -> bool:
        """Whether a blog calls this image so there; it numbers those that come again for another post."""
        return re.fullmatch(rf"{self.name}(-\d+)?", name) is not None


def is_upload(name: str) -> bool:
    """Whether an image that a blog calls so was uploaded by us, and not chosen there by a person."""
    return re.fullmatch(r"([a-z0-9-]+-)?[0-9a-f]{16}(-\d+)?", name) is not None


async def upload_of(post: OutgoingPost, workspace: Path) -> Upload | None:
    """The image that a blog shows above the article: the first; None where there is none. Raises Rejected."""
    if not post.images:
        return None
    image = post.images[0]
    picture = await load(workspace, image, max_bytes=_LARGEST, max_side=_WIDEST)
    stem = re.sub(r"[^a-z0-9]+", "-", PurePosixPath(image.path).stem.lower())
    name = f"{stem}-{sha256(picture.data).hexdigest()[:16]}".strip("-")
    return Upload(name, image.alt, picture)


def same_html(one: str, other: str) -> bool:
    """Whether two parts of a page say and hold the same, however a blog has written their characters."""
    return nh3.clean(one).split() == nh3.clean(other).split()


def same_words(html: str, text: str) -> bool:
    """Whether a comment says this, whatever a blog does to spaces, quotation marks and dashes."""
    return fold(words_of(html)) == fold(text)
