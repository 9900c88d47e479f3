"""The embedded channel: a static site in a folder, which any web server or file host can serve.

FOLDER/index.html             every post, newest first
FOLDER/feed.xml               Atom
FOLDER/posts/SLUG/post.json   what was sent: the index and the feed are made from these alone
FOLDER/posts/SLUG/index.html  the page
"""

from __future__ import annotations

import asyncio
import errno
import json
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Literal

import regex
from pydantic import ValidationError

from channels.feed import atom
from channels.folder import locked, replace_all
from channels.identity import SiteIdentity, unprintable
from channels.opening import Opening
from channels.render import GENERATOR, index_page, post_page
from state.base import Frozen, digest_of
from state.channels import OutgoingPost, Receipt, Rejected, Strength, Unreachable

_SLUG = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}_-]*")
SLUG_BYTES = 200
"""UTF-8 bytes of a slug: it is a folder's name, and most file systems end at 255."""

_CURES = {
    errno.ENOSPC: "Free some space on its disk, then send again.",
    errno.EDQUOT: "Raise the disk quota or free some space, then send again.",
    errno.EFBIG: "Raise the limit on the size of files, then send again.",
    errno.EACCES: "Let the account that runs this write there, or choose another folder for the site.",
    errno.EPERM: "Let the account that runs this write there, or choose another folder for the site.",
    errno.EROFS: "Mount it for writing, or choose another folder for the site.",
    errno.ENOTDIR: "A file stands where a folder is needed: move it, or choose another folder for the site.",
    errno.EEXIST: "A file stands where a folder is needed: move it, or choose another folder for the site.",
}


def open_channel(opening: Opening) -> SiteChannel:
    """Its one option is `folder`, from the workspace on (`site` unless set)."""
    opening.knows("folder")
    who = opening.site
    folder = opening.workspace / Path(opening.options.get("folder", "site")).expanduser()
    return SiteChannel(folder, base_url=who.base_url, site_name=who.name, author=who.author, language=who.language)


class Manifest(Frozen):
    """`post.json`: one post as it was sent."""

    version: Literal["site-post/1"] = "site-post/1"
    post: OutgoingPost

    def content(self) -> bytes:
        """Write it as JSON: the same post gives the same bytes."""
        text = json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=2, sort_keys=True)
        return f"{text}\n".encode()


class SiteChannel:
    """Publishes articles into a folder. The slug names the post, so a replay writes the same bytes in the same place.

    Sending the same key with other bytes replaces the post. Any send also finishes what a killed one had begun.
    """

    name: ClassVar[str] = "site"
    strength: ClassVar[Strength] = Strength.NATIVE

    def __init__(
        self,
        folder: Path,
        *,
        base_url: str,
        site_name: str,
        author: str,
        language: str = "en",
        patience: float = 30.0,
    ) -> None:
        """Take the folder (made by the first send) and who publishes there; a bad value raises a `ValueError`.

        `patience` is how many seconds a send waits while another process writes there.
        """
        self.folder = folder
        self.patience = patience
        self.site = SiteIdentity(name=site_name, base_url=base_url, author=author, language=language)

    async def send(self, post: OutgoingPost) -> Receipt:
        """Write the page, the feed and the index. Raises `Rejected` or `Unreachable`, never `OutcomeUnknown`."""
        return await asyncio.to_thread(self._send, post)

    async def find(self, post: OutgoingPost) -> Receipt | None:
        """Give the receipt when these bytes are there under this key, on the page and in the index; else None."""
        return await asyncio.to_thread(self._find, post)

    async def aclose(self) -> None:
        return None

    def _send(self, post: OutgoingPost) -> Receipt:
        if refusal := _refusal(post):
            raise refusal
        try:
            with locked(self.folder, patience=self.patience):
                self._keep_off_others()
                published = self._published()
                self._keep_address(post, published)
                replace_all(self._contents(post, published | {_slug(post): post}))
        except OSError as error:
            raise _unreachable(self.folder, error) from error
        return self._receipt(post)

    def _find(self, post: OutgoingPost) -> Receipt | None:
        if _refusal(post):
            return None
        slug = _slug(post)
        try:
            there = self._read(self._manifest(slug)) == post and self._shown(slug, digest_of(post))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unreachable(self.folder, error) from error
        return self._receipt(post) if there else None

    def _contents(self, post: OutgoingPost, published: Mapping[str, OutgoingPost]) -> dict[Path, bytes]:
        """Lay out the files in the order they're replaced.

        The manifest is first, so that a page always has an owner; the index is last, so that what it lists is complete.
        """
        pages = {self._page(slug): other for slug, other in published.items() if other == post or self._stale(other)}
        newest_first = sorted(published.values(), key=lambda other: (other.published_at, other.slug), reverse=True)
        return {
            self._manifest(_slug(post)): Manifest(post=post).content(),
            **{page: post_page(other, self.site).encode() for page, other in pages.items()},
            self.folder / "feed.xml": atom(newest_first, self.site),
            self.folder / "index.html": index_page(newest_first, self.site).encode(),
        }

    def _stale(self, post: OutgoingPost) -> bool:
        return not _holds(self._page(_slug(post)), digest_of(post))

    def _shown(self, slug: str, digest: str) -> bool:
        return _holds(self._page(slug), digest) and _holds(self.folder / "index.html", digest)

    def _published(self) -> dict[str, OutgoingPost]:
        posts = [self._read(path) for path in sorted(self.folder.glob("posts/*/post.json"))]
        return {_slug(post): post for post in posts}

    def _read(self, path: Path) -> OutgoingPost:
        try:
            return Manifest.model_validate_json(path.read_bytes()).post
        except ValidationError as error:
            wrong = error.errors()[0]["msg"]
            raise Unreachable(
                f"{path} isn't a record of a post any more ({wrong}), so the index and the feed can't be made from it. "
                "Restore the file, or remove its folder to unpublish that post, then send again."
            ) from error

    def _keep_off_others(self) -> None:
        """Refuse to write over a site that isn't ours."""
        for path in (self.folder / "index.html", self.folder / "feed.xml"):
            if path.exists() and not _holds(path, GENERATOR):
                raise Unreachable(
                    f"{path} wasn't written by {GENERATOR}, and sending would replace it. "
                    "Choose an empty folder for the site, or move that file away, then send again."
                )

    def _keep_address(self, post: OutgoingPost, published: Mapping[str, OutgoingPost]) -> None:
        """Refuse an address that another post has, and a second address for the same post."""
        slug = _slug(post)
        if (owner := published.get(slug)) and owner.key != post.key:
            raise Rejected(
                f"The address posts/{slug}/ of {post.key} belongs to {owner.key} already.", "Give one another slug."
            )
        before = next((other for other in published.values() if other.key == post.key and other.slug != slug), None)
        if before:
            raise Rejected(
                f"{post.key} is published at posts/{before.slug}/ and can't be sent to posts/{slug}/ as well.",
                f"Keep the slug {before.slug}: an address that people have stays.",
            )
        if slug not in published and self._page(slug).exists():
            raise Rejected(
                f"{self._page(slug)} is there already, and {post.key} would replace it.",
                "Give the post another slug, or move that page away.",
            )

    def _receipt(self, post: OutgoingPost) -> Receipt:
        slug = _slug(post)
        return Receipt(url=self.site.permalink(slug), remote_id=slug, detail=f"written to {self._page(slug)}")

    def _page(self, slug: str) -> Path:
        return self.folder / "posts" / slug / "index.html"

    def _manifest(self, slug: str) -> Path:
        return self.folder / "posts" / slug / "post.json"


def _slug(post: OutgoingPost) -> str:
    return post.slug or ""


def _holds(path: Path, text: str) -> bool:
    try:
        return text.encode() in path.read_bytes()
    except FileNotFoundError:
        return False


def _refusal(post: OutgoingPost) -> Rejected | None:
    """Say why the site can never take this post; None when it can."""
    slug = _slug(post)
    if not post.title or not slug:
        return Rejected(
            f"{post.key} has no {'slug' if post.title else 'title'}.", "The site takes articles: give both."
        )
    lower = unicodedata.normalize("NFC", slug).lower() == slug
    if not lower or not _SLUG.fullmatch(slug) or len(slug.encode()) > SLUG_BYTES:
        return Rejected(
            f"The slug {slug!r} of {post.key} can't be a page's address.",
            f"Use small letters, digits, - and _ only, at most {SLUG_BYTES} bytes.",
        )
    if post.published_at.utcoffset() is None:
        return Rejected(f"The time {post.published_at} of {post.key} has no zone.", "Give published_at in UTC.")
    for part, text in (("title", post.title), ("summary", post.summary or ""), ("text", post.text)):
        if where := unprintable(text):
            return Rejected(f"The {part} of {post.key} holds the control character {where}.", "Take it out.")
    return None


def _unreachable(folder: Path, error: OSError) -> Unreachable:
    cure = _CURES.get(error.errno or 0, "Put that right, then send again.")
    if isinstance(error, TimeoutError):
        cure = "Wait for it, or end it if it hangs, then send again."
    where = error.filename or folder
    return Unreachable(f"The site folder {folder} can't be written: {error.strerror or error} ({where}). {cure}")
