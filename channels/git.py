"""A site in a git repository, which Hugo or Jekyll makes pages of: a post is a file, and a commit that is pushed publishes it.

The key in a file's front matter says whose it is. A replay finds it and does nothing, so nothing is ever there twice.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from channels.addresses import refusal
from channels.generators import Generator, Marked
from channels.git_failures import branch_missing, meaning, moved_on
from channels.git_options import branch_of, email_of, generator_of, remote_of, token_of
from channels.opening import Opening
from channels.pictures import read_images
from channels.repository import Change, GitFailed, Repository
from state.base import one_line
from state.channels import Gone, OutgoingPost, Receipt, Rejected, Strength, Unreachable
from state.folder import held

TRIES = 6
"""Pushes in a row that may lose against others before a later call goes on."""


def open_channel(opening: Opening) -> GitChannel:
    """Options: `remote`, `author_email`; and with defaults `branch` (main), `style` (hugo; or jekyll), `folder`, `url`,
    `permalink`, `author_name`. With `GIT_TOKEN` set, git is given it for an https remote; else it uses its owner's own set-up.
    """
    opening.knows("remote", "branch", "style", "folder", "url", "permalink", "author_name", "author_email")
    remote = remote_of(opening)
    clone = opening.workspace / ".flywheel" / "git" / opening.name / "clone.git"
    return GitChannel(
        generator_of(opening),
        Repository(clone, remote, branch_of(opening), token_of(opening, remote)),
        workspace=opening.workspace,
        author=one_line(opening.options.get("author_name", opening.site.author)),
        email=email_of(opening),
    )


@dataclass(frozen=True)
class _There:
    """A file of ours at the remote branch's tip."""

    path: str
    marked: Marked


class GitChannel:
    """Publishes articles as files of a repository's branch. Two that push at once both get through, one after the other."""

    name: ClassVar[str] = "git"
    strength: ClassVar[Strength] = Strength.NATIVE

    def __init__(
        self,
        generator: Generator,
        repository: Repository,
        *,
        workspace: Path,
        author: str,
        email: str,
        patience: float = 60.0,
    ) -> None:
        """`author` and `email` sign the commits. `patience` is how many seconds a call waits for another process's use of the clone."""
        self.generator, self.repository, self.workspace = generator, repository, workspace
        self._author, self._email, self._patience = author, email, patience

    async def send(self, post: OutgoingPost) -> Receipt:
        """Commit the post and push it, unless it is there already. A channel's errors, and none else."""
        if wrong := refusal(post):
            raise wrong
        images = await asyncio.to_thread(read_images, post, self.workspace)
        path = self.generator.path(post)

        async def plan(tip: str | None) -> Change | None:
            there = await self._of_key(tip, post.key)
            if there and there.path != path:
                raise Rejected(
                    f"{post.key} is published as {there.path} and can't be sent as {path} as well.",
                    f"Keep the slug {self.generator.slug(there.path)}: an address that people have stays.",
                )
            return await self._change(tip, post, path, images, said="Publish")

        await self._push(plan)
        return self._receipt(post, path)

    async def find(self, post: OutgoingPost) -> Receipt | None:
        """Give the receipt when the remote branch has these very bytes under this key."""
        if refusal(post):
            return None
        async with self._clone():
            tip = await self._tip()
            there = await self._of_key(tip, post.key)
            if tip is None or there is None:
                return None
            new = self._in_place_of(there, post)
            same = await self.repository.read(tip, there.path) == self.generator.document(new)
            images = self.generator.images(new)
            whole = not images or set(images) <= (await self.repository.listing(tip, *images)).keys()
            return self._receipt(new, there.path) if same and whole else None

    async def edit(self, post: OutgoingPost, remote_id: str) -> Receipt:
        """Put other words in the place of those at `remote_id`, whose address and date stay. Raises what `send` raises, and `Gone`."""
        if wrong := refusal(post):
            raise wrong
        images = await asyncio.to_thread(read_images, post, self.workspace)
        receipts: list[Receipt] = []

        async def plan(tip: str | None) -> Change | None:
            there = await self._marked(tip, remote_id)
            if there is None:
                raise Gone(f"{self.repository.branch} has no {remote_id} any more.")
            new = self._in_place_of(there, post)
            receipts.append(self._receipt(new, remote_id))
            return await self._change(tip, new, remote_id, images, said="Correct")

        await self._push(plan)
        return receipts[-1]

    async def delete(self, remote_id: str) -> None:
        """Remove the post's file and its images, in a commit. Raises what `send` raises."""

        async def plan(tip: str | None) -> Change | None:
            there = await self._marked(tip, remote_id)
            if tip is None or there is None:
                await self._keep_theirs(tip, remote_id)
                return None
            removed = {remote_id, *await self._images(tip, self.generator.slug(remote_id))}
            return self._signed({}, removed, f"Take down {remote_id}", there.marked)

        await self._push(plan)

    async def aclose(self) -> None:
        return None

    async def _push(self, plan: Callable[[str | None], Awaitable[Change | None]]) -> None:
        """Make a plan on the branch as it is now, and push it; when the branch has moved on, make it again on what is there now."""
        async with self._clone():
            for attempt in range(TRIES):
                tip = await self._tip()
                change = await plan(tip)
                if change is None:
                    return
                commit = await self.repository.commit(tip, change)
                try:
                    return await self.repository.push(commit)
                except GitFailed as error:
                    lost = error
                    if not moved_on(error):
                        raise meaning(error, self.repository) from error
                await asyncio.sleep(random.uniform(0, 0.2 * (attempt + 1)))  # noqa: S311 - spreads those who push at once
            raise Unreachable(f"{self.repository.branch} moved on each of {TRIES} times that we pushed: {lost.said}")

    async def _change(
        self, tip: str | None, post: OutgoingPost, path: str, images: dict[str, bytes], *, said: str
    ) -> Change | None:
        """What has to be committed for the post to stand at `path`; None when it does. Raises Rejected when somebody else's does."""
        folder = self.generator.images_folder(post.slug or "")
        files = {path: self.generator.document(post)} | {f"{folder}/{name}": data for name, data in images.items()}
        there = {**await self.repository.listing(tip, path), **await self._images(tip, post.slug or "")} if tip else {}
        if path in there and (owner := await self._marked(tip, path)) is None:
            raise Rejected(
                f"{path} wasn't written by us, and {post.key} would replace it.", "Give the post another slug."
            )
        if path in there and owner and owner.marked.key != post.key:
            said = f"The address {path} of {post.key} belongs to {owner.marked.key} already."
            raise Rejected(said, "Give one another slug.")
        hashes = {name: await self.repository.hash(content) for name, content in files.items()}
        stale = {name for name in there if name not in files}
        if hashes == there:
            return None
        subject = f"{said}: {one_line(post.title or '')}"
        return self._signed(files, stale, subject, Marked(key=post.key, date=post.published_at))

    def _signed(self, files: dict[str, bytes], removed: set[str], subject: str, marked: Marked) -> Change:
        return Change(
            files=files,
            removed=frozenset(removed),
            message=f"{subject}\n\nFlywheel-Post: {marked.key}\n",
            author=self._author,
            email=self._email,
            at=marked.date,
        )

    async def _of_key(self, tip: str | None, key: str) -> _There | None:
        """The file of this key, wherever it lies below our folder."""
        names = await self.repository.holding(tip, key, self.generator.folder) if tip else ()
        found = [await self._marked(tip, name) for name in names]
        return next((there for there in found if there and there.marked.key == key), None)

    async def _images(self, tip: str, slug: str) -> dict[str, str]:
        """The images of ours in a post's folder, with their hashes; others may lie beside them."""
        listed = await self.repository.listing(tip, f"{self.generator.images_folder(slug)}/")
        return {name: content for name, content in listed.items() if re.fullmatch(r".*/image-\d+\.\w+", name)}

    async def _keep_theirs(self, tip: str | None, path: str) -> None:
        """Refuse to take down a file that isn't ours, or isn't any more."""
        if tip and await self.repository.read(tip, path) is not None:
            raise Rejected(f"{path} says nothing of us any more.", "Remove it by hand if it is still your wish.")

    async def _marked(self, tip: str | None, path: str) -> _There | None:
        """The file at `path`, if it is there and is one of ours."""
        if tip is None or not path.startswith(f"{self.generator.folder}/"):
            return None
        content = await self.repository.read(tip, path)
        marked = self.generator.read(content) if content is not None else None
        return _There(path, marked) if marked else None

    def _in_place_of(self, there: _There, post: OutgoingPost) -> OutgoingPost:
        """`post` at the address and with the date of what is there: readers have both."""
        return post.model_copy(update={"slug": self.generator.slug(there.path), "published_at": there.marked.date})

    def _receipt(self, post: OutgoingPost, path: str) -> Receipt:
        detail = f"{path} on {self.repository.branch}"
        return Receipt(url=self.generator.address(post), remote_id=path, detail=detail)

    async def _tip(self) -> str | None:
        try:
            return await self.repository.fetch()
        except GitFailed as error:
            if branch_missing(error):
                raise await self._no_branch(error) from error
            raise meaning(error, self.repository) from error

    async def _no_branch(self, error: GitFailed) -> Unreachable:
        there = ", ".join(await self.repository.branches())
        return Unreachable(
            f"{self.repository.remote} has no branch {self.repository.branch}; it has {there}. Set branch to one of them."
        )

    @asynccontextmanager
    async def _clone(self) -> AsyncIterator[None]:
        """Hold the clone. Of what git and the system say, a channel's errors are made."""
        folder = self.repository.folder.parent
        try:
            async with held(folder, patience=self._patience):
                await self.repository.prepare()
                yield
        except GitFailed as error:
            raise meaning(error, self.repository) from error
        except FileNotFoundError as error:
            raise Unreachable(f"The program git can't be started: {error}. Install git, then send again.") from error
        except OSError as error:
            raise Unreachable(f"The clone in {folder} can't be used: {error}.") from error
