"""The author's page: how they write, in sentences and plots, as one HTML file that needs nothing else. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

from desk.pages import framed
from desk.plots import bars, pair, span, track
from state.rules import Rule
from state.voice import Portrait, SampleReading

KIND = "voice"


def page(author: str, found: Portrait, rules: Sequence[Rule], measured: datetime) -> str:
    """`rules` are those that are active; `measured` is when, in UTC."""
    title = escape(f"How {author} writes")
    count = len(found.samples)
    meta = (
        f"{found.profile.words:,} words in {count} sample{'s' if count != 1 else ''}, measured on {measured:%Y-%m-%d}."
    )
    sections = [_section(heading, lines, found) for heading, lines in found.told]
    head = f'<header>\n<h1>{title}</h1>\n<p class="meta">{escape(meta)}</p>\n</header>\n{_warning(found)}'
    body = "\n".join([head, *sections, *_phrases(found), *_rules(rules)])
    return framed(KIND, title, body, "base.css", "voice.css")


def _warning(found: Portrait) -> str:
    if not found.mixture.two:
        return ""
    one, other = (escape(", ".join(side)) for side in found.sides)
    said = "Your samples read as if two people wrote them. Keep those of the one whose voice this is."
    return f'<div class="warning" role="note"><p>{said}</p><p>One side: {one}</p><p>The other: {other}</p></div>'


def _section(heading: str, lines: Sequence[str], found: Portrait) -> str:
    """A heading, its sentences, and the plot that goes with it."""
    plot = {"Your sentences": _lengths, "Your words": _words, "Your samples": _samples}.get(heading)
    said = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return f"<section><h2>{escape(heading)}</h2>{said}{plot(found) if plot else ''}</section>"


def _lengths(found: Portrait) -> str:
    mean = found.profile.sentence_mean
    caption = f"Sentences by their length in words. The dotted line is your average, {mean:.0f}."
    return f"<figure>{bars(found.lengths, mean)}<figcaption>{caption}</figcaption></figure>"


def _words(found: Portrait) -> str:
    told = (*found.more, *found.less)
    if not told:
        return ""
    most = max(max(w.yours, w.theirs) for w in told)
    rows = "".join(
        f'<li><span>{escape(w.word)}</span><span class="track">{pair(w, most)}</span>'
        f'<span class="value">{w.yours:.1f} / {w.theirs:.1f}</span></li>'
        for w in told
    )
    caption = "Times in a thousand words: you (full), and the other writers that you are measured against (hollow)."
    return f'<figure class="words"><ul class="rows">{rows}</ul><figcaption>{caption}</figcaption></figure>'


def _samples(found: Portrait) -> str:
    reach = span(found.samples)
    rows = "".join(_sample(sample, reach) for sample in found.samples)
    caption = "Each dot is a sample's distance from all the others together; the tick is your limit for a text of that length."
    return f'<figure class="samples"><ul class="rows">{rows}</ul><figcaption>{caption}</figcaption></figure>'


def _sample(sample: SampleReading, reach: tuple[float, float]) -> str:
    value = "too short" if sample.distance is None else f"{sample.distance:.2f}"
    kind = "value past" if sample.beyond else "value"
    return (
        f'<li><span>{escape(sample.name)}</span><span class="track">{track(sample, reach)}</span>'
        f'<span class="{kind}">{value}</span></li>'
    )


def _phrases(found: Portrait) -> list[str]:
    p = found.profile
    parts = (
        _listed("How you open", p.openings, "quotes"),
        _listed("How you close", p.closings, "quotes"),
        _listed("Phrases you come back to", found.phrases, "chips"),
        _listed("Words you never use", p.never, "chips never"),
    )
    return [part for part in parts if part]


def _rules(rules: Sequence[Rule]) -> list[str]:
    told = tuple(f"{rule.number}. {rule.text}" for rule in rules)
    return [part for part in (_listed("Rules that your edits taught", told, "quotes"),) if part]


def _listed(heading: str, lines: Sequence[str], kind: str) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f'<section><h2>{heading}</h2><ul class="{kind}">{items}</ul></section>' if items else ""
