"""The images of an article as files: read from the workspace, and named by their place in the post."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from channels.undressing import undressed
from state.channels import OutgoingImage, OutgoingPost, Rejected

SUFFIXES = frozenset((".avif", ".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp"))
"""What a browser shows in an `img`."""
_READABLE = "Save it as JPEG, PNG or WebP, or take it out of the post."


def file_names(post: OutgoingPost) -> tuple[str, ...]:
    """Name the file of each image: `image-1.jpg`. They follow from the post alone, so that a page can be made again without them."""
    return tuple(
        f"image-{number}{Path(image.path).suffix.lower()}" for number, image in enumerate(post.images, start=1)
    )


def read_images(post: OutgoingPost, workspace: Path) -> dict[str, bytes]:
    """Read the images, by the names of their files there. Raises `Rejected` for one that is missing or is none.

    Reads files, so give it a thread of its own in async code.
    """
    return {name: _read(image, workspace) for name, image in zip(file_names(post), post.images, strict=True)}


def _read(image: OutgoingImage, workspace: Path) -> bytes:
    if Path(image.path).suffix.lower() not in SUFFIXES:
        known = ", ".join(sorted(suffix[1:] for suffix in SUFFIXES))
        raise Rejected(f"{image.path} is no image that a page can show.", f"Give one of {known}.")
    data = read_file(workspace, image)
    try:
        return undressed(data)
    except Exception as error:  # Pillow's readers raise whatever broken bytes lead them to
        raise Rejected(
            f"The image {image.path} can't be read: {str(error) or type(error).__name__}.", _READABLE
        ) from error


def read_file(workspace: Path, image: OutgoingImage) -> bytes:
    """Read an image of the workspace. Raises `Rejected` for one that is missing, can't be read, lies elsewhere, or isn't the one that
    was approved. Blocks.
    """
    path, file = image.path, (workspace / image.path).resolve()
    if not file.is_relative_to(workspace.resolve()):
        raise Rejected(f"The image {path} isn't inside the workspace.", "Copy it into media/ and name it there.")
    try:
        data = file.read_bytes()
    except OSError as error:
        said = f"The image {path} can't be read: {error.strerror or error}."
        raise Rejected(said, "Put it into the workspace's media/, or take it out of the post.") from error
    if image.sha256 and sha256(data).hexdigest() != image.sha256:
        raise Rejected(
            f"The image {path} isn't the one that you approved.",
            "Put that one back and say --retry, or review the post again with this one.",
        )
    return data
