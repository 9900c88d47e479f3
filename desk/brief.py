"""A Brief as a document to read: the insight, who said what and where, what is disputed, and what to do with it, in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from state.contracts.brief import Brief, Evidence

_SPECIAL = re.compile(r"[\\`*_\[\]#|~]|^[-+=>]|(?<=^\d)[.)]")
_COUNTED = re.compile(r"^(\d{2,9})([.)])")


def page(brief: Brief) -> str:
    """Markdown for people; the form that can be edited and read back is `state/forms/brief.py`."""
    return "\n\n".join(_parts(brief))


def _parts(brief: Brief) -> Iterator[str]:
    yield f"# {_plain(brief.topic)}"
    yield f"**{_plain(brief.insight.text)}**"
    yield f"*Rests on {_listed(brief.insight.evidence)}.*"
    yield "## What the sources say"
    for e in brief.evidence:
        yield _quoted(e)
    if brief.disputes:
        yield "## Where they contradict one another"
        yield "\n".join(f"- **{_listed(d.between, 'against')}**: {_plain(d.about)}" for d in brief.disputes)
    yield "## Ways to tell it"
    yield "\n".join(f"- **{_plain(a.title)}**: {_plain(a.approach)}" for a in brief.angles)
    yield "## Next steps"
    yield "\n".join(f"{i}. {_plain(step)}" for i, step in enumerate(brief.next_steps, 1))
    if brief.gaps:
        yield "## What couldn't be read"
        yield "\n".join(f"- {_plain(gap.source)}: {_plain(gap.message)} {_plain(gap.fix)}" for gap in brief.gaps)


def _quoted(e: Evidence) -> str:
    """The quote, and below it its id, who said it, where and when; the link shows the host already."""
    title = f"[{_plain(e.title)}]({_address(e.url)})" if e.url else f"{_plain(e.title)}, {_plain(e.origin)}"
    said = ", ".join(p for p in (_plain(e.author or ""), title, _day(e.published)) if p)
    return f"> {_plain(e.quote)}\n>\n> **{e.id}** {said}"


def _day(day: date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day else "no date"


def _listed(ids: tuple[str, ...], word: str = "and") -> str:
    return f" {word} ".join(ids) if word != "and" else ", ".join(ids)


def _plain(text: str) -> str:
    """Somebody's words, so that none of them is read as Markdown."""
    return _COUNTED.sub(r"\1\\\2", _SPECIAL.sub(r"\\\g<0>", text)).replace("&", "&amp;").replace("<", "&lt;")


def _address(url: str) -> str:
    """A link's target that can't end early."""
    return url.replace("(", "%28").replace(")", "%29").replace(" ", "%20").replace("<", "%3C").replace(">", "%3E")
