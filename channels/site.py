"""The embedded channel: a static site in a folder, which any web server or file host can serve."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from channels.addresses import refusal, usable
from channels.identity import SiteIdentity
from channels.opening import Opening
from channels.pictures import read_images
from channels.shelf import Shelf
from state.channels import Gone, OutgoingPost, Receipt, Rejected, Strength, Unreachable
from state.folder import locked

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
    return SiteChannel(
        folder,
        base_url=who.base_url,
        site_name=who.name,
        author=who.author,
        language=who.language,
        workspace=opening.workspace,
    )


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
        workspace: Path = Path(),
        patience: float = 30.0,
    ) -> None:
        """Take the folder (made by the first send) and who publishes there; a bad value raises a `ValueError`.

        Images are read from `workspace`. `patience` is how many seconds a send waits while another process writes there.
        """
        self.folder, self.workspace = folder, workspace
        self.patience = patience
        self.site = SiteIdentity(name=site_name, base_url=base_url, author=author, language=language)
        self._shelf = Shelf(folder, self.site)

    async def send(self, post: OutgoingPost) -> Receipt:
        """Write the page, the feed and the index. Raises `Rejected` or `Unreachable`, never `OutcomeUnknown`."""
        return await asyncio.to_thread(self._send, post)

    async def find(self, post: OutgoingPost) -> Receipt | None:
        """Give the receipt when these bytes are there under this key, on the page and in the index; else None."""
        return await asyncio.to_thread(self._find, post)

    async def edit(self, post: OutgoingPost, remote_id: str) -> Receipt:
        """Put other words in the place of those at `remote_id`, whose address and date stay. Raises what `send` raises, and `Gone`."""
        return await asyncio.to_thread(self._edit, post, remote_id)

    async def delete(self, remote_id: str) -> None:
        """Remove the post's folder, and make the feed and the index again. Raises `Rejected` or `Unreachable`."""
        await asyncio.to_thread(self._delete, remote_id)

    async def aclose(self) -> None:
        return None

    def _send(self, post: OutgoingPost) -> Receipt:
        if wrong := refusal(post):
            raise wrong
        images = read_images(post, self.workspace)
        with self._writing():
            published = self._shelf.published()
            self._keep_address(post, published)
            self._shelf.put(post, images, published)
        return self._receipt(post)

    def _find(self, post: OutgoingPost) -> Receipt | None:
        if refusal(post):
            return None
        try:
            there = self._shelf.of_key(post.key, likely=post.slug or "")
            if there and there == _in_place_of(there, post) and self._shelf.shows(there):
                return self._receipt(there)
        except OSError as error:
            raise _unreachable(self.folder, error) from error
        return None

    def _edit(self, post: OutgoingPost, slug: str) -> Receipt:
        if wrong := refusal(post):
            raise wrong
        images = read_images(post, self.workspace)
        with self._writing():
            published = self._shelf.published()
            there = published.get(slug)
            if there is None:
                raise Gone(f"{self._shelf.page(slug).parent} holds no post any more.")
            new = _in_place_of(there, post)
            self._keep_address(new, published)
            self._shelf.put(new, images, published)
        return self._receipt(new)

    def _delete(self, slug: str) -> None:
        if not usable(slug):
            raise Rejected(f"{slug!r} is no address of this site.", "Remove the page by hand.")
        with self._writing():
            self._shelf.take_down(slug)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Hold the folder, once it is sure to be ours. What the system says against a change is `Unreachable`."""
        try:
            with locked(self.folder, patience=self.patience):
                self._shelf.keep_off_others()
                yield
        except OSError as error:
            raise _unreachable(self.folder, error) from error

    def _keep_address(self, post: OutgoingPost, published: Mapping[str, OutgoingPost]) -> None:
        """Refuse an address that another post has, and a second address for the same post."""
        slug = post.slug or ""
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
        page = self._shelf.page(slug)
        if slug not in published and page.exists():
            raise Rejected(
                f"{page} is there already, and {post.key} would replace it.",
                "Give the post another slug, or move that page away.",
            )

    def _receipt(self, post: OutgoingPost) -> Receipt:
        slug = post.slug or ""
        return Receipt(url=self.site.permalink(slug), remote_id=slug, detail=f"written to {self._shelf.page(slug)}")


def _in_place_of(there: OutgoingPost, post: OutgoingPost) -> OutgoingPost:
    """`post` at the address and with the date of what is there: readers have both."""
    return post.model_copy(update={"slug": there.slug, "published_at": there.published_at})


def _unreachable(folder: Path, error: OSError) -> Unreachable:
    cure = _CURES.get(error.errno or 0, "Put that right, then send again.")
    if isinstance(error, TimeoutError):
        cure = "Wait for it, or end it if it hangs, then send again."
    where = error.filename or folder
    return Unreachable(f"The site folder {folder} can't be written: {error.strerror or error} ({where}). {cure}")
