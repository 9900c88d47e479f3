"""The images of a Release, named by their bytes: an approval holds for the picture that lay there, not for what is put in its place."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from pathlib import Path

from state.contracts.release import Release


async def sealed(release: Release, workspace: Path) -> Release:
    """The Release with the sha256 of each image's file; empty for one that can't be read, which no check lets pass."""
    paths = {image.path for post in release.posts for image in post.images}
    if not paths:
        return release
    sums = await asyncio.to_thread(lambda: {path: _sum(workspace, path) for path in paths})
    posts = tuple(
        post.model_copy(update={"images": tuple(i.model_copy(update={"sha256": sums[i.path]}) for i in post.images)})
        for post in release.posts
    )
    return release.model_copy(update={"posts": posts})


def _sum(workspace: Path, path: str) -> str:
    """Nothing for a file outside the workspace: what it holds is nobody's business, not even as a digest."""
    file = (workspace / path).resolve()
    try:
        return sha256(file.read_bytes()).hexdigest() if file.is_relative_to(workspace.resolve()) else ""
    except OSError:
        return ""
