"""The images of a post as lines of a form: `Image: media/bridge.jpg | A bridge from below`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from state.base import one_line
from state.contracts.fitting import IMAGE
from state.contracts.release import Image
from state.forms.base import FormError

_LINE = re.compile(rf"{IMAGE}\s*(?P<path>[^|]*[^|\s])\s*\|\s*(?P<alt>.*\S)\s*")


def lines(images: Iterable[Image]) -> Iterator[str]:
    yield from (f"{IMAGE} {image.path} | {one_line(image.alt)}" for image in images)


def read(lines: Iterable[str], where: str) -> tuple[Image, ...]:
    """The images that lines name. Raises FormError, with `where`, for one without a file or a description."""
    return tuple(_image(line, where) for line in lines)


def _image(line: str, where: str) -> Image:
    found = _LINE.fullmatch(line)
    if found is None:
        raise FormError(
            where,
            f"`{line.strip()}` needs a file and what it shows.",
            f"Write `{IMAGE} media/bridge.jpg | A bridge from below`.",
        )
    return Image(path=found["path"], alt=found["alt"])
