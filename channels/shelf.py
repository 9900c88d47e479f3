"""The site's folder as a shelf of posts: what lies where, and in which order files are replaced.

FOLDER/index.html               every post, newest first
FOLDER/feed.xml                 Atom
FOLDER/posts/SLUG/post.json     what was sent: the index and the feed are made from these alone
FOLDER/posts/SLUG/index.html    the page
FOLDER/posts/SLUG/image-1.jpg   its images
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from channels.feed import atom
from channels.identity import SiteIdentity
from channels.pictures import file_names
from channels.render import GENERATOR, index_page, post_page
from state.base import Frozen, digest_of
from state.channels import OutgoingPost, Unreachable
from state.folder import replace_all, sync_folder

_GONE = ".gone"
"""Where a post's folder goes in one step when it is taken down, before its files are removed."""


class Manifest(Frozen):
    """`post.json`: one post as it was sent."""

    version: Literal["site-post/1"] = "site-post/1"
    post: OutgoingPost

    def content(self) -> bytes:
        """Write it as JSON: the same post gives the same bytes."""
        text = json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=2, sort_keys=True)
        return f"{text}\n".encode()


class Shelf:
    """Every change is for a holder of the folder's lock, and raises OSError; a record that is damaged raises `Unreachable`."""

    def __init__(self, folder: Path, site: SiteIdentity) -> None:
        self.folder, self.site = folder, site

    def page(self, slug: str) -> Path:
        return self.folder / "posts" / slug / "index.html"

    def of_key(self, key: str, *, likely: str) -> OutgoingPost | None:
        """Give the post of this key, which after an edit may have another slug than the `likely` one."""
        try:
            there = self._read(self._manifest(likely))
        except FileNotFoundError:
            there = None
        if there and there.key == key:
            return there
        return next((post for post in self.published().values() if post.key == key), None)

    def published(self) -> dict[str, OutgoingPost]:
        """Give the posts by their slugs."""
        posts = [self._read(path) for path in sorted(self.folder.glob("posts/*/post.json"))]
        return {_slug(post): post for post in posts}

    def shows(self, post: OutgoingPost) -> bool:
        """Say whether readers can find these very bytes: on the page, with its images, and in the index."""
        slug, digest = _slug(post), digest_of(post)
        images = (self.page(slug).with_name(name) for name in file_names(post))
        listed = _holds(self.page(slug), digest) and _holds(self.folder / "index.html", digest)
        return listed and all(image.exists() for image in images)

    def keep_off_others(self) -> None:
        """Refuse to write over a site that isn't ours."""
        for path in (self.folder / "index.html", self.folder / "feed.xml"):
            if path.exists() and not _holds(path, GENERATOR):
                raise Unreachable(
                    f"{path} wasn't written by {GENERATOR}, and sending would replace it. "
                    "Choose an empty folder for the site, or move that file away, then send again."
                )

    def put(self, post: OutgoingPost, images: Mapping[str, bytes], published: Mapping[str, OutgoingPost]) -> None:
        """Publish `post` beside those that are `published`, in the place of an earlier one of its slug.

        Its images are first, so that a record that is there is a whole post; then the record, so that a page always has
        an owner; the index is last, so that what it lists is complete.
        """
        slug = _slug(post)
        posts = {**published, slug: post}
        pages = {self.page(one): other for one, other in posts.items() if other == post or self._stale(other)}
        replace_all(
            {self.page(slug).with_name(name): content for name, content in images.items()}
            | {self._manifest(slug): Manifest(post=post).content()}
            | {page: post_page(other, self.site).encode() for page, other in pages.items()}
            | self._lists(posts.values())
        )
        for image in self.page(slug).parent.glob("image-*"):
            if image.name not in images:
                image.unlink()

    def take_down(self, slug: str) -> None:
        """Unpublish what has this slug: its folder leaves in one step, then the feed and the index are made again."""
        gone = self.folder / _GONE
        shutil.rmtree(gone, ignore_errors=True)
        if self.page(slug).parent.exists():
            self.page(slug).parent.rename(gone)
            sync_folder(self.folder / "posts")
        replace_all(self._lists(self.published().values()))
        shutil.rmtree(gone, ignore_errors=True)

    def _lists(self, posts: Iterable[OutgoingPost]) -> dict[Path, bytes]:
        newest_first = sorted(posts, key=lambda post: (post.published_at, post.slug), reverse=True)
        return {
            self.folder / "feed.xml": atom(newest_first, self.site),
            self.folder / "index.html": index_page(newest_first, self.site).encode(),
        }

    def _manifest(self, slug: str) -> Path:
        return self.folder / "posts" / slug / "post.json"

    def _stale(self, post: OutgoingPost) -> bool:
        return not _holds(self.page(_slug(post)), digest_of(post))

    def _read(self, path: Path) -> OutgoingPost:
        try:
            return Manifest.model_validate_json(path.read_bytes()).post
        except ValidationError as error:
            wrong = error.errors()[0]["msg"]
            raise Unreachable(
                f"{path} isn't a record of a post any more ({wrong}), so the index and the feed can't be made from it. "
                "Restore the file, or remove its folder to unpublish that post, then send again."
            ) from error


def _slug(post: OutgoingPost) -> str:
    return post.slug or ""


def _holds(path: Path, text: str) -> bool:
    try:
        return text.encode() in path.read_bytes()
    except FileNotFoundError:
        return False
