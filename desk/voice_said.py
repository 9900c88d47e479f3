"""The author's portrait and a text's distance from it, said in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.text import Text

from desk.output import Output, safe
from state.rules import Rule
from state.voice import Portrait, SampleReading, VoiceReading

_BAR = 28
"""Columns of the longest bar, and of a track."""
_NAME = 30
"""Columns that a sample's name may take."""
_MOST = 24
"""Phrases that are listed; the page has them all."""


def say_portrait(author: str, found: Portrait, rules: Sequence[Rule], output: Output) -> None:
    """Headings, sentences, and small plots of letters where they help."""
    output.say(Text(f"How {safe(author)} writes", style="bold"))
    for heading, lines in found.told:
        _part(heading, lines, output)
        for line in _plot(heading, found):
            output.say(line, indent=2)
    p = found.profile
    _part("How you open", p.openings, output)
    _part("How you close", p.closings, output)
    _part("Phrases you come back to", _joined(found.phrases), output)
    _part("Words you never use", _joined(p.never), output)
    _part("Rules that hold", [f"{rule.number}  {rule.text}" for rule in rules], output)


def _part(heading: str, lines: Sequence[str], output: Output) -> None:
    if lines:
        output.say()
        output.say(Text(heading, style="bold underline"))
        for line in lines:
            output.say(line, indent=2)


def _joined(phrases: Sequence[str]) -> list[str]:
    more = [f"and {len(phrases) - _MOST} more"] if len(phrases) > _MOST else []
    return [" · ".join((*phrases[:_MOST], *more))] if phrases else []


def _plot(heading: str, found: Portrait) -> Iterator[Text]:
    if heading == "Your sentences":
        yield from _lengths(found)
    elif heading == "Your samples" and any(s.distance is not None for s in found.samples):
        yield from (_track(sample, found.samples) for sample in found.samples)


def _lengths(found: Portrait) -> Iterator[Text]:
    top, start = max((count for _, count in found.lengths), default=0) or 1, 1
    for i, (end, count) in enumerate(found.lengths):
        label = f"{start}+" if i == len(found.lengths) - 1 else f"{start}–{end}"
        bar = "▇" * max(count > 0, round(_BAR * count / top))
        yield Text.assemble((f"{label:>6} ", "dim"), (bar, "yellow"), (f" {count}" if count else "", "dim"))
        start = end + 1


def _track(sample: SampleReading, samples: Sequence[SampleReading]) -> Text:
    """`name  ─────●────│──  0.72`: the dot is the sample, the bar its limit."""
    name = f"{safe(sample.name)[:_NAME]:<{_NAME}}  "
    if sample.distance is None:
        return Text.assemble(name, ("too short to tell", "dim"))
    told = [v for s in samples if s.distance is not None for v in (s.distance, s.limit)]
    low, high = min(told) - 0.02, max(told) + 0.02
    line = ["─"] * (_BAR + 1)
    line[round(_BAR * (sample.limit - low) / (high - low))] = "│"
    line[round(_BAR * (sample.distance - low) / (high - low))] = "●"
    style = "red" if sample.beyond else "green"
    return Text.assemble(name, ("".join(line), style), f"  {sample.distance:.2f}", (f" of {sample.limit:.2f}", "dim"))


def say_reading(file: Path, reading: VoiceReading, broken: Sequence[tuple[Rule, str]], output: Output) -> None:
    """The distance, what it means, what is off, and the rules that are broken."""
    near = reading.distance <= reading.threshold
    verdict = "within" if near else "past"
    output.say(
        Text.assemble(
            f"{safe(str(file))} is ",
            (f"{reading.distance:.2f}", "bold green" if near else "bold red"),
            f" from you, {verdict} your limit of {reading.threshold:.2f} for a text of its length.",
        )
    )
    if not reading.gate:
        output.say("That is advice: it takes 5,000 words of samples and 500 of text to judge by.")
    for note in reading.notes:
        output.say(f"- {note}", indent=2)
    for rule, said in broken:
        output.say(f"- “{said}” is against rule {rule.number}: {rule.text}.", indent=2)
