"""The renderer of charts, in a process of its own: it takes a second to start, and the command has other things to do meanwhile.

In a thread it would keep Python from them. This file imports next to nothing, so that a command can start the renderer before it
imports what the charts are about.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cache
from html import escape
from multiprocessing import get_context
from typing import Any

Spec = Mapping[str, Any]
"""A Vega-Lite specification."""
INK, MUTED, RULE, ACCENT, SOFT = "#23211d", "#645f55", "#e3dccb", "#8b3a14", "#d9b29b"
FONT = "system-ui, sans-serif"
_VARIABLES = {INK: "--ink", MUTED: "--muted", RULE: "--rule", ACCENT: "--accent", SOFT: "--soft"}
"""The page's style says what each is, by day and by night."""
_SVG = re.compile(r"<svg [^>]*?width=\"(?P<width>[\d.]+)\" height=\"(?P<height>[\d.]+)\"[^>]*>")


@cache
def _renderer() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"))


def start() -> Future[None]:
    """Begin to start the renderer; what is drawn later waits for it."""
    return _renderer().submit(_warm)


def draw(spec: Spec, said: str) -> Future[str]:
    """The chart as SVG for a page whose style knows our colours; `said` is what a reader is told who can't see it."""
    return _renderer().submit(_drawn, spec, said)


def _drawn(spec: Spec, said: str) -> str:
    drawn = _svg(spec)
    for colour, name in _VARIABLES.items():
        drawn = drawn.replace(f'"{colour}"', f'"var({name})"')
    return _SVG.sub(
        lambda found: (
            f'<svg role="img" aria-label="{escape(said)}" width="{found["width"]}" height="{found["height"]}" '
            f'viewBox="0 0 {found["width"]} {found["height"]}" font-family="{FONT}">'
        ),
        drawn,
        count=1,
    )


def _svg(spec: Spec) -> str:
    import vl_convert

    drawn: str = vl_convert.vegalite_to_svg(dict(spec), allowed_base_urls=[])
    return drawn


def _warm() -> None:
    """Draw the marks, scales and axes that charts have: the first of each takes twice as long as later ones."""
    at = {"field": "n", "type": "quantitative"}
    whiskers = [
        {"mark": "rule", "encoding": {"x": at, "x2": {"field": "n"}}},
        {"mark": "point", "encoding": {"x": at}},
        {"mark": "text", "encoding": {"x": {"value": 0}, "text": {"field": "said"}}},
    ]
    logarithmic = {"mark": "point", "encoding": {"x": {**at, "scale": {"type": "log"}}}}
    dated = {"mark": "bar", "encoding": {"x": {"field": "day", "type": "temporal"}, "y": at}}
    values = [{"n": 1, "said": "one", "day": "2026-01-05T00:00:00"}]
    _svg({"data": {"values": values}, "hconcat": [{"layer": whiskers}, logarithmic, dated]})
