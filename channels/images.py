"""Images of the workspace, made ready for a far side: no bigger than it takes, upright, and without what the camera wrote into them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps

from channels.pictures import read_file
from state.channels import OutgoingImage, Rejected

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
"""Those that Pillow reads by itself. It would start another program for some, such as EPS."""
_LOSSLESS = frozenset({"PNG", "GIF", "BMP", "TIFF"})
_MOST_PIXELS = 89_478_485
"""Pillow's own mark of a decompression bomb: 1/4 GiB of RGB."""
_QUALITIES = (90, 82, 74)
_SHRINK = 0.8
_SMALLEST = 16
"""Pixels of the longer side, where shrinking ends."""
_READABLE = "Save it as JPEG, PNG or WebP, or take it out of the post."


@dataclass(frozen=True)
class Picture:
    """An encoded image. Sides are in pixels."""

    data: bytes = field(repr=False)
    mime: str
    width: int
    height: int


async def load(workspace: Path, image: OutgoingImage, *, max_bytes: int, max_side: int) -> Picture:
    """Read an image of the workspace, within these bounds; of an animation, its first frame.

    Always encoded afresh, so that no EXIF, XMP, comment or thumbnail goes out; what the EXIF says of the way up is applied.
    The same file gives the same bytes. Raises `Rejected` for a path that leaves the workspace, and for what can't be read.
    """
    return await asyncio.to_thread(_load, workspace, image, max_bytes, max_side)


def _load(workspace: Path, named: OutgoingImage, max_bytes: int, max_side: int) -> Picture:
    path, data = named.path, read_file(workspace, named)
    try:
        image, lossless = _decoded(data, max_side)
        fitting = (p for p in _encodings(image, lossless=lossless) if len(p.data) <= max_bytes)
        picture = next(fitting, None)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(path) from error
    except Exception as error:  # Pillow's readers raise whatever broken bytes lead them to
        raise Rejected(f"The image {path} can't be read: {str(error) or type(error).__name__}.", _READABLE) from error
    if picture is None:
        raise Rejected(f"The image {path} can't be made smaller than {max_bytes:,} bytes.", _READABLE)
    return picture


def _decoded(data: bytes, max_side: int) -> tuple[Image.Image, bool]:
    """The upright image, no larger than `max_side`, and whether its format keeps every pixel."""
    with Image.open(BytesIO(data), formats=_FORMATS) as opened:
        lossless = opened.format in _LOSSLESS
        if opened.width * opened.height > _MOST_PIXELS:
            raise Image.DecompressionBombError
        opened.draft("RGB", (max_side, max_side))
        image = ImageOps.exif_transpose(_in_known_mode(opened))
    image.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    return image, lossless


def _in_known_mode(image: Image.Image) -> Image.Image:
    """RGB, or RGBA where something shines through; its colours' profile goes where it was made for other channels than these."""
    if image.mode == "I;16":  # Pillow would cut off what is above 255, and so make it white
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    known = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if image.mode not in ("RGB", "RGBA", "P"):
        known.info.pop("icc_profile", None)
    return known


def _encodings(image: Image.Image, *, lossless: bool) -> Iterator[Picture]:
    """The best encoding first: pixel for pixel where it was so, then JPEG, ever worse and ever smaller."""
    if lossless or image.mode == "RGBA":
        yield _encoded(image, "PNG")
    image = _on_white(image)
    while True:
        for quality in _QUALITIES:
            yield _encoded(image, "JPEG", quality=quality, optimize=True)
        if max(image.size) < _SMALLEST:
            return
        image = image.resize((max(1, int(image.width * _SHRINK)), max(1, int(image.height * _SHRINK))))


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    paper.info["icc_profile"] = image.info.get("icc_profile")
    return paper


def _encoded(image: Image.Image, kind: str, **how: int) -> Picture:
    """`info` holds what the file said beside its pixels; of that, only the colours' profile is kept."""
    out, profile = BytesIO(), image.info.get("icc_profile")
    clean = image.copy()
    clean.info = {}
    clean.save(out, kind, icc_profile=profile, **how)
    return Picture(out.getvalue(), f"image/{kind.lower()}", image.width, image.height)


def _too_large(path: str) -> Rejected:
    return Rejected(f"The image {path} has more than {_MOST_PIXELS:,} pixels.", "Save it smaller.")
