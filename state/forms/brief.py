"""A Brief as plain text: sections for the insight, the evidence, the angles and the next steps."""

from __future__ import annotations

import re

from pydantic import ValidationError

from state.contracts.brief import Angle, Brief, Evidence, Insight
from state.forms.base import FormError, titled
from state.text import MARKER

_SECTIONS = ("Insight", "Evidence", "Angles", "Next steps")
_TAIL = re.compile(r"(?:\s*\[e[1-9]\d*\])+$")


def render(brief: Brief) -> str:
    """The form. Source lines are for reading; a parser takes them from the base."""
    cites = " ".join(f"[{ref}]" for ref in brief.insight.evidence)
    parts = [f"# {brief.topic}", "## Insight", f"{brief.insight.text} {cites}", "## Evidence"]
    parts += [f"[{e.id}] {e.quote}\n    {source(e)}" for e in brief.evidence]
    parts += ["## Angles", *(f"- {a.title}\n  {a.approach}" for a in brief.angles)]
    parts += ["## Next steps", *(f"- {step}" for step in brief.next_steps)]
    return "\n\n".join(parts)


def source(e: Evidence) -> str:
    """Who says it, where and when, on one line."""
    return ", ".join(p for p in (e.author, e.title, e.origin, str(e.published or ""), e.url) if p)


def parse(text: str, base: Brief) -> Brief:
    """The Brief that an edited form means. Evidence can be dropped, reordered or shortened, never invented.

    Raises FormError, naming the section.
    """
    topic, rest = titled(text, "brief")
    sections = _split(rest)
    try:
        return base.model_copy(
            update={
                "topic": topic,
                "insight": _insight(sections["Insight"]),
                "evidence": tuple(_evidence(part, base) for part in _items(sections["Evidence"], r"\[e[1-9]\d*\] ")),
                "angles": tuple(_angle(part) for part in _items(sections["Angles"], r"- ")),
                "next_steps": tuple(part[2:].strip() for part in _items(sections["Next steps"], r"- ")),
            }
        )
    except ValidationError as error:
        raise FormError("brief", str(error.errors()[0]["msg"]), "Fill it in, on one line.") from error


def _split(text: str) -> dict[str, str]:
    found = {m[1]: m[2].strip() for m in re.finditer(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)}
    for name in _SECTIONS:
        if name not in found:
            raise FormError("brief", f"The section `## {name}` is missing.", "Put it back; it may be empty.")
    return found


def _items(section: str, start: str) -> list[str]:
    return [p.strip() for p in re.split(rf"^(?={start})", section, flags=re.MULTILINE) if p.strip()]


def _insight(section: str) -> Insight:
    tail = _TAIL.search(section)
    if tail is None:
        raise FormError("insight", "It cites no evidence.", "End it with the evidence that it rests on: [e1].")
    return Insight(text=section[: tail.start()].strip(), evidence=tuple(MARKER.findall(tail.group())))


def _evidence(item: str, base: Brief) -> Evidence:
    """The base's evidence with the edited quote; a quote cut out of the old one gets its true offsets."""
    ref, _, rest = item.partition("] ")
    quote = rest.split("\n", 1)[0].strip()
    old = next((e for e in base.evidence if e.id == ref[1:]), None)
    if old is None:
        raise FormError(
            f"evidence {ref[1:]}", "There is no such evidence.", "Evidence can be dropped or shortened, not added."
        )
    shift = max(0, old.quote.find(quote))
    start = old.start + shift
    return Evidence.model_validate(old.model_dump() | {"quote": quote, "start": start, "end": start + len(quote)})


def _angle(item: str) -> Angle:
    title, _, approach = item[2:].partition("\n")
    return Angle(title=title.strip(), approach=approach.strip())
