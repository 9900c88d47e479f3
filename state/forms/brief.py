"""A Brief as plain text: sections for the insight, the evidence, what is disputed in it, the angles and the next steps."""

from __future__ import annotations

import re

from pydantic import ValidationError

from state.base import one_line
from state.contracts.brief import Brief, Evidence
from state.forms.base import FormError, titled
from state.text import MARKER

_SECTIONS = ("Insight", "Evidence", "Angles", "Next steps")
_DISPUTED = "Disputed"
"""A section that is there when something is."""
_SIDES = re.compile(r"-((?: \[e[1-9]\d*\])+) ")
_TAIL = re.compile(r"(?:\[e[1-9]\d*\]\s*)+$")


def render(brief: Brief) -> str:
    """The form. Source lines are for reading; a parser takes them from the base."""
    cites = _refs(brief.insight.evidence)
    parts = [f"# {brief.topic}", "## Insight", f"{brief.insight.text} {cites}", "## Evidence"]
    parts += [f"[{e.id}] {e.quote}\n    {source(e)}" for e in brief.evidence]
    if brief.disputes:
        parts += [f"## {_DISPUTED}", *(f"- {_refs(d.between)} {d.about}" for d in brief.disputes)]
    parts += ["## Angles", *(f"- {a.title}\n  {a.approach}" for a in brief.angles)]
    parts += ["## Next steps", *(f"- {step}" for step in brief.next_steps)]
    return "\n\n".join(parts)


def _refs(ids: tuple[str, ...]) -> str:
    return " ".join(f"[{ref}]" for ref in ids)


def source(e: Evidence) -> str:
    """Who says it, where and when, on one line."""
    return one_line(", ".join(p for p in (e.author, e.title, e.origin, str(e.published or ""), e.url) if p))


def parse(text: str, base: Brief) -> Brief:
    """The Brief that an edited form means. Evidence can be dropped, reordered or shortened, never invented.

    Raises FormError, naming the section.
    """
    topic, rest = titled(text, "brief")
    sections = _split(rest)
    edited = {
        "topic": topic,
        "insight": _insight(sections["Insight"]),
        "evidence": [_evidence(part, base) for part in _items(sections, "Evidence", r"\[e[1-9]\d*\] ")],
        "disputes": [_dispute(part) for part in _items(sections, _DISPUTED, r"- ")],
        "angles": [_angle(part, base) for part in _items(sections, "Angles", r"- ")],
        "next_steps": [part[2:].strip() for part in _items(sections, "Next steps", r"- ")],
    }
    try:
        return Brief.model_validate(base.model_dump() | edited)
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"]))
        raise FormError("brief", f"{place}: {error.errors()[0]['msg']}.", "Fill it in, on one line.") from error


def _split(text: str) -> dict[str, str]:
    """The sections by name. Only these names part the text: an insight may look like a heading, too."""
    before, *parts = re.split(rf"^## ({'|'.join((*_SECTIONS, _DISPUTED))})[ \t]*$", text, flags=re.MULTILINE)
    for name in (*_SECTIONS, _DISPUTED):
        if parts[::2].count(name) != 1 and (name != _DISPUTED or name in parts[::2]):
            raise FormError(
                "brief", f"The section `## {name}` is missing, or there twice.", "Keep one; it may be empty."
            )
    if before.strip():
        raise FormError("brief", f"“{before.strip()[:40]}” stands in no section.", "Move it below one of the headings.")
    return {_DISPUTED: ""} | {name: body.strip() for name, body in zip(parts[::2], parts[1::2], strict=True)}


def _items(sections: dict[str, str], name: str, start: str) -> list[str]:
    found = [p.strip() for p in re.split(rf"^(?={start})", sections[name], flags=re.MULTILINE) if p.strip()]
    stray = next((p for p in found if not re.match(start, f"{p} ")), None)
    if stray is not None:
        sign = "its id, `[e1] `" if name == "Evidence" else "`- `"
        raise FormError(name.lower(), f"“{stray[:40]}” belongs to no item.", f"Start each item with {sign}.")
    return found


def _insight(section: str) -> dict[str, object]:
    tail = _TAIL.search(section)
    if tail is None:
        raise FormError("insight", "It cites no evidence.", "End it with the evidence that it rests on: [e1].")
    return {"text": section[: tail.start()].strip(), "evidence": MARKER.findall(tail.group())}


def _evidence(item: str, base: Brief) -> dict[str, object]:
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
    return old.model_dump() | {"quote": quote, "start": start, "end": start + len(quote)}


def _dispute(item: str) -> dict[str, object]:
    sides = _SIDES.match(item)
    if sides is None:
        raise FormError(
            "disputed", f"“{item[:40]}” doesn't say between whom.", "Start it with the evidence: `- [e1] [e2] `."
        )
    return {"between": MARKER.findall(sides[1]), "about": item[sides.end() :].strip()}


def _angle(item: str, base: Brief) -> dict[str, object]:
    """The kind is the base's, where its angle has the same title or the same approach."""
    title, approach = (part.strip() for part in item[2:].partition("\n")[::2])
    kind = next((a.kind for a in base.angles if title == a.title or approach == a.approach), None)
    return {"title": title, "approach": approach, "kind": kind}
