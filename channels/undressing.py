"""A picture that goes out as the file that it is, but for what the camera wrote into it: where it was taken, when, and by whom."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image, UnidentifiedImageError

_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")
"""Those that cameras and phones write. Pillow calls a JPEG with further pictures behind the first an MPO."""
_REMARKS = frozenset({"exif", "xmp", "comment", "photoshop"})
_ORIENTATION = 0x0112
"""The one tag that is kept: without it the picture would lie on its side."""


def undressed(data: bytes) -> bytes:
    """The same bytes where nothing was written into them, and for what is no such picture: a drawing, an animation.

    The same bytes give the same. Raises what Pillow raises for a picture that is broken or too large. Blocks.
    """
    try:
        opened = Image.open(BytesIO(data), formats=_FORMATS)
    except UnidentifiedImageError:
        return data
    with opened:
        still = opened.format == "MPO" or getattr(opened, "n_frames", 1) == 1
        opened.load()
        told = _REMARKS & set(opened.info) or opened.getexif() or getattr(opened, "text", None)
        return _saved(opened) if still and told else data


def _saved(opened: Image.Image) -> bytes:
    kept, turned = Image.Exif(), opened.getexif().get(_ORIENTATION)
    if turned:
        kept[_ORIENTATION] = turned
    out, kind = BytesIO(), "JPEG" if opened.format == "MPO" else str(opened.format)
    how: dict[str, Any] = {"quality": "keep"} if opened.format == "JPEG" else {"quality": 95}
    profile = opened.info.get("icc_profile")
    opened.save(out, kind, exif=kept.tobytes() if turned else b"", xmp=b"", comment=b"", icc_profile=profile, **how)
    return out.getvalue()
