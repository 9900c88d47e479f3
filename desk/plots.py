"""Plots as SVG. Places across are in percent and heights in pixels, so that words keep their size on any screen.

They are drawn here: a plotting library's SVG has a size of its own, so that on a phone its words shrink with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from state.voice import OwnWord, SampleReading

_TALL, _FOOT, _HEAD = 150, 22, 18
"""Pixels: the tallest bar, the labels below, the counts above."""
_ROW = 22
_MARGIN = 2.0
"""Percent at both ends of a track, so that a dot isn't cut off."""


def bars(lengths: Sequence[tuple[int, int]], mean: float) -> str:
    """How many sentences have how many words: a bar for each (up to, count), and a line at the mean."""
    top, share = max((n for _, n in lengths), default=0) or 1, 100 / max(1, len(lengths))
    height, floor = _HEAD + _TALL + _FOOT, _HEAD + _TALL
    parts = []
    for i, (label, count) in enumerate(zip(_labels(lengths), (n for _, n in lengths), strict=True)):
        tall, middle = _TALL * count / top, (i + 0.5) * share
        parts.append(_rect(i * share + 0.12 * share, floor - tall, 0.76 * share, tall))
        parts.append(_text(middle, floor - tall - 5, str(count) if count else "", "count"))
        parts.append(_text(middle, height - 5, label, "label"))
    parts.append(f'<line class="axis" x1="0%" x2="100%" y1="{floor}" y2="{floor}"/>')
    if mean and lengths:
        at = min(100.0, 100 * mean / (lengths[0][0] * len(lengths)))
        parts.append(f'<line class="mean" x1="{at:.2f}%" x2="{at:.2f}%" y1="{_HEAD - 16}" y2="{floor}"/>')
    said = f"Sentences by length in words; {mean:.0f} on average."
    return _svg(height, said, "".join(parts))


def _labels(lengths: Sequence[tuple[int, int]]) -> list[str]:
    starts = [1, *(end + 1 for end, _ in lengths[:-1])]
    inner = [f"{start}–{end}" for start, (end, _) in zip(starts, lengths[:-1], strict=False)]
    return [*inner, f"{starts[-1]}+"] if lengths else []


def track(sample: SampleReading, span: tuple[float, float]) -> str:
    """One sample's distance from the rest as a dot, its limit as a tick; `span` is what the line reaches from and to."""
    y, limit = _ROW / 2, _at(sample.limit, span)
    parts = [f'<line class="axis" x1="0%" x2="100%" y1="{y}" y2="{y}"/>']
    parts.append(f'<line class="limit" x1="{limit:.2f}%" x2="{limit:.2f}%" y1="2" y2="{_ROW - 2}"/>')
    said = f"{sample.name}: too little to tell."
    if sample.distance is not None:
        kind = "beyond" if sample.beyond else "dot"
        parts.append(f'<circle class="{kind}" cx="{_at(sample.distance, span):.2f}%" cy="{y}" r="6"/>')
        said = f"{sample.name}: {sample.distance:.2f} from the rest; the limit is {sample.limit:.2f}."
    return _svg(_ROW, said, "".join(parts))


def pair(word: OwnWord, most: float) -> str:
    """How often the author writes a word (full) and others do (hollow), on a line from 0 to `most` in a thousand."""
    y, yours, theirs = _ROW / 2, _at(word.yours, (0.0, most)), _at(word.theirs, (0.0, most))
    parts = (
        f'<line class="axis" x1="0%" x2="100%" y1="{y}" y2="{y}"/>',
        f'<line class="between" x1="{min(yours, theirs):.2f}%" x2="{max(yours, theirs):.2f}%" y1="{y}" y2="{y}"/>',
        f'<circle class="other" cx="{theirs:.2f}%" cy="{y}" r="5"/>',
        f'<circle class="dot" cx="{yours:.2f}%" cy="{y}" r="6"/>',
    )
    said = f"{word.word}: {word.yours:.1f} in a thousand words, others {word.theirs:.1f}."
    return _svg(_ROW, said, "".join(parts))


def span(samples: Sequence[SampleReading]) -> tuple[float, float]:
    """From just below the least of what is drawn to just above the most."""
    drawn = [s.limit for s in samples] + [s.distance for s in samples if s.distance is not None]
    low, high = min(drawn, default=0.0), max(drawn, default=1.0)
    room = 0.15 * (high - low) or 0.1
    return low - room, high + room


def _at(value: float, span: tuple[float, float]) -> float:
    low, high = span
    share = (value - low) / (high - low) if high > low else 0.5
    return _MARGIN + (100 - 2 * _MARGIN) * min(1.0, max(0.0, share))


def _rect(x: float, y: float, width: float, height: float) -> str:
    return f'<rect class="bar" x="{x:.2f}%" y="{y:.1f}" width="{width:.2f}%" height="{height:.1f}" rx="2"/>'


def _text(x: float, y: float, said: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:.2f}%" y="{y:.1f}">{escape(said)}</text>' if said else ""


def _svg(height: float, said: str, inner: str) -> str:
    return f'<svg role="img" width="100%" height="{height:.0f}" aria-label="{escape(said)}">{inner}</svg>'
