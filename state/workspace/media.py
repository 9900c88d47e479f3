"""media/: the images that a piece may carry."""

from __future__ import annotations

from pathlib import Path

from state.workspace.values import real


def media_files(workspace: Path) -> frozenset[str]:
    """List the files below media/, relative to the workspace, with forward slashes: `media/2026/lamp.jpg`.

    Leaves out what is hidden, and links that leave the workspace. Reads folders, so give it a thread of its own in
    async code.
    """
    root = real(workspace)
    found = ((path, path.relative_to(workspace)) for path in (workspace / "media").rglob("*") if path.is_file())
    return frozenset(
        relative.as_posix()
        for path, relative in found
        if real(path).is_relative_to(root) and not any(part.startswith(".") for part in relative.parts)
    )
