"""media/: the images that a piece may carry."""

from __future__ import annotations

from pathlib import Path

from state.workspace.values import real


def media_files(workspace: Path) -> frozenset[str]:
    """List the pictures below media/, relative to the workspace, with forward slashes: `media/2026/lamp.jpg`.

    Leaves out what is hidden, links that leave the workspace, and files that hold no picture, whatever they are called. Reads
    files, so give it a thread of its own in async code.
    """
    root = real(workspace)
    found = ((path, path.relative_to(workspace)) for path in (workspace / "media").rglob("*") if path.is_file())
    return frozenset(
        relative.as_posix()
        for path, relative in found
        if real(path).is_relative_to(root)
        and not any(part.startswith(".") for part in relative.parts)
        and _is_picture(path)
    )


def _is_picture(path: Path) -> bool:
    """By its beginning; a drawing (SVG) is a text, and known by its name."""
    if path.suffix.lower() == ".svg":
        return True
    from PIL import Image  # only where there is a file to look at

    try:
        with Image.open(path):
            return True
    except Exception:  # Pillow's readers raise whatever broken bytes lead them to
        return False
