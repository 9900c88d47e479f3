"""Charts: Vega-Lite specifications, and SVG made of them here, with no network and no script in it. Pure, but for the renderer's start.

The specifications are plain mappings: Altair reads them (`alt.Chart.from_dict`, notebooks/02_what_paid.ipynb), and to import it
takes twice as long as all charts of the page. Every chart fits a phone: 340 pixels, and each row's name above its bar.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

from desk.output import safe
from graph.books import Day
from graph.intervals import Rate
from state.trade import MICROS

Spec = Mapping[str, Any]
WIDTH = 340
"""Pixels."""
_ROW, _BAR = 44, 12
_LEFT, _RIGHT = 190, 130
_NAME = 36
"""The most letters of a name: what a line of the chart takes."""
_INK, _MUTED, _RULE, _ACCENT, _SOFT = "#23211d", "#645f55", "#e3dccb", "#8b3a14", "#d9b29b"
_VARIABLES = {_INK: "--ink", _MUTED: "--muted", _RULE: "--rule", _ACCENT: "--accent", _SOFT: "--soft"}
"""The page's style says what each is, by day and by night."""
_FONT = "system-ui, sans-serif"
_CONFIG = {
    "background": "transparent",
    "font": _FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": _MUTED,
        "titleColor": _MUTED,
        "titleFontWeight": "normal",
        "gridColor": _RULE,
        "domainColor": _RULE,
        "tickColor": _RULE,
        "labelFontSize": 11,
        "titleFontSize": 11,
    },
    "text": {"color": _INK, "fontSize": 12},
    "bar": {"color": _SOFT},
    "rule": {"color": _ACCENT},
    "point": {"color": _ACCENT, "filled": True},
}
_SVG = re.compile(r"<svg [^>]*?width=\"(?P<width>[\d.]+)\" height=\"(?P<height>[\d.]+)\"[^>]*>")


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: an amount as a bar, and a rate with its interval as a dot with whiskers, where there is one."""

    name: str
    amount: float
    said: str
    """The amount in words."""
    rate: Rate | None
    rate_said: str


def steps(counts: Sequence[tuple[str, int, str]]) -> Spec:
    """The funnel: name, count, and the count in words, on a scale where each mark is ten times the one before."""
    values = [
        {"row": i, "one": 1, "count": max(1, n), "label": f"{name}: {said}"} for i, (name, n, said) in enumerate(counts)
    ]
    x = {
        "field": "count",
        "type": "quantitative",
        "scale": {"type": "log", "domainMin": 1, "nice": True},
        "axis": {"title": "how often; each mark is ten times the one before", "tickCount": 4, "format": "~s"},
    }
    x2 = {"field": "count"}
    layers = [
        {
            "mark": {"type": "rule", "color": _SOFT, "strokeWidth": 3},
            "encoding": {"x": {**x, "field": "one"}, "x2": x2},
        },
        {"mark": {"type": "point", "size": 90, "opacity": 1}, "encoding": {"x": x}},
        _names(),
    ]
    return _chart(values, {"width": WIDTH - 30, "height": {"step": _ROW}, "layer": layers, "encoding": {"y": _rows()}})


def bars(rows: Sequence[Bar], amount: str, rate: str, unit: float = 1.0) -> Spec:
    """Amounts on the left, rates with their intervals on the right; `unit` is what a rate is divided by."""
    values = [
        {"row": i, "label": f"{_short(row.name)}: {row.said}", "amount": row.amount, "rate_said": row.rate_said}
        | ({} if row.rate is None else _ends(row.rate, unit))
        for i, row in enumerate(rows)
    ]
    x = {"field": "amount", "type": "quantitative", "axis": _axis(amount)}
    left = [
        {"mark": {"type": "bar", "height": _BAR}, "encoding": {"x": x}},
        _names(),
    ]
    panels: list[dict[str, Any]] = [
        {"width": _LEFT, "height": {"step": _ROW}, "layer": left, "encoding": {"y": _rows()}}
    ]
    if any(row.rate for row in rows):
        panels.append({"width": _RIGHT, "height": {"step": _ROW}, "layer": _whiskers(rate), "encoding": {"y": _rows()}})
    return _chart(values, {"hconcat": panels, "spacing": 20, "bounds": "flush", "resolve": {"scale": {"y": "shared"}}})


def over_time(weeks: Sequence[Day], currency: str) -> Spec:
    """Clicks of each week, and below what its sales came to, refunds taken off; each bar begins on a Monday."""
    values = [
        {
            "week": f"{week.day.isoformat()}T00:00:00",
            "clicked": week.clicked,
            "earned": week.earned.get(currency, 0) / MICROS,
        }
        for week in weeks
    ]
    x = {"field": "week", "type": "temporal", "axis": {"title": None, "format": "%b %Y", "tickCount": 4, "grid": False}}
    panels = []
    for field, title in (("clicked", "clicks"), ("earned", currency or "sales")):
        y = {
            "field": field,
            "type": "quantitative",
            "axis": {"title": title, "tickCount": 4, "format": "~s", "minExtent": 34},
        }
        thick = max(1.5, min(24.0, (WIDTH - 70) / max(1, len(values)) - 1))
        mark = {"type": "bar", "color": _ACCENT if field == "earned" else _SOFT, "width": thick}
        panels.append({"width": WIDTH - 60, "height": 110, "mark": mark, "encoding": {"x": x, "y": y}})
    return _chart(values, {"vconcat": panels, "spacing": 12})


def start() -> None:
    """Start the renderer, and draw one of each kind: it takes over a second, and later ones half as long. In a thread, while the books are put together."""
    day = Day(day=date(2026, 1, 5), published=1, clicked=1, bots=0, bought=1, earned={"GBP": MICROS})
    row = Bar("", 1.0, "", Rate(0.2, 0.1, 0.3), "")
    for spec in (steps([("", 1, "1")]), over_time([day], "GBP"), bars([row], "GBP", "")):
        render(spec, "")


def render(spec: Spec, said: str) -> str:
    """The chart as SVG for a page whose style knows our colours; `said` is what a reader is told who can't see it."""
    import vl_convert

    drawn: str = vl_convert.vegalite_to_svg(dict(spec), allowed_base_urls=[])
    for colour, name in _VARIABLES.items():
        drawn = drawn.replace(f'"{colour}"', f'"var({name})"')
    return _SVG.sub(
        lambda found: (
            f'<svg role="img" aria-label="{escape(said)}" width="{found["width"]}" height="{found["height"]}" '
            f'viewBox="0 0 {found["width"]} {found["height"]}" font-family="{_FONT}">'
        ),
        drawn,
        count=1,
    )


def _chart(values: Sequence[Mapping[str, Any]], rest: Mapping[str, Any]) -> Spec:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"values": list(values)},
        "config": _CONFIG,
        **rest,
    }


def _rows() -> dict[str, Any]:
    return {"field": "row", "type": "ordinal", "axis": None}


def _names() -> dict[str, Any]:
    """Each row's name, above what is drawn of it: titles are longer than what a phone has beside a bar."""
    mark = {"type": "text", "align": "left", "baseline": "bottom", "dy": -9, "limit": WIDTH}
    return {"mark": mark, "encoding": {"x": {"value": 0}, "text": {"field": "label"}}}


def _whiskers(title: str) -> list[dict[str, Any]]:
    x = {"field": "value", "type": "quantitative", "axis": _axis(title)}
    known = [{"filter": "isValid(datum.value)"}]
    return [
        {
            "transform": known,
            "mark": {"type": "rule", "strokeWidth": 2},
            "encoding": {"x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}},
        },
        {"transform": known, "mark": {"type": "point", "size": 60, "opacity": 1}, "encoding": {"x": x}},
        {
            "transform": [{"filter": "!isValid(datum.value)"}],
            "mark": {"type": "text", "align": "left", "fontSize": 11, "color": _MUTED},
            "encoding": {"x": {"value": 0}, "text": {"field": "rate_said"}},
        },
    ]


def _axis(title: str) -> dict[str, Any]:
    """Thousands as 2k; a tenth as 0.1, and not as 100m."""
    words = "abs(datum.value) >= 1000 ? format(datum.value, '~s') : format(datum.value, '~g')"
    return {
        "title": title,
        "tickCount": 3,
        "labelExpr": words,
        "labelFlush": True,
        "labelOverlap": True,
        "labelSeparation": 6,
    }


def _ends(rate: Rate, unit: float) -> dict[str, float]:
    return {"value": rate.value / unit, "low": rate.low / unit, "high": rate.high / unit}


def _short(name: str) -> str:
    one = " ".join(safe(name).split())
    return one if len(one) <= _NAME else f"{one[: _NAME - 1].rstrip()}…"
