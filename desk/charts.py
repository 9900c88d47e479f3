"""Charts, as Vega-Lite specifications. Pure.

They are plain mappings: Altair reads them (`alt.Chart.from_dict`, notebooks/02_what_paid.ipynb), and to import it
takes twice as long as all charts of the page. Every chart fits a phone: 340 pixels, and each row's name above its bar.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from desk.drawing import ACCENT, FONT, INK, MUTED, RULE, SOFT, Spec
from desk.output import safe
from graph.books import Day
from graph.intervals import Rate
from state.trade import MICROS

WIDTH = 340
"""Pixels."""
_ROW, _BAR = 44, 12
_LEFT, _RIGHT = 190, 130
_NAME = 36
"""The most letters of a name: what a line of the chart takes."""
_CONFIG = {
    "background": "transparent",
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": MUTED,
        "titleColor": MUTED,
        "titleFontWeight": "normal",
        "gridColor": RULE,
        "domainColor": RULE,
        "tickColor": RULE,
        "labelFontSize": 11,
        "titleFontSize": 11,
    },
    "text": {"color": INK, "fontSize": 12},
    "bar": {"color": SOFT},
    "rule": {"color": ACCENT},
    "point": {"color": ACCENT, "filled": True},
}


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
            "mark": {"type": "rule", "color": SOFT, "strokeWidth": 3},
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
        mark = {"type": "bar", "color": ACCENT if field == "earned" else SOFT, "width": thick}
        panels.append({"width": WIDTH - 60, "height": 110, "mark": mark, "encoding": {"x": x, "y": y}})
    return _chart(values, {"vconcat": panels, "spacing": 12})


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
            "mark": {"type": "text", "align": "left", "fontSize": 11, "color": MUTED},
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
