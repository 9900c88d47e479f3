"""What the sentences of a Draft cite: the evidence behind a named thing, and markers that must not get lost on the way."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Set
from functools import lru_cache
from typing import TYPE_CHECKING

from state.contracts.brief import Brief
from state.contracts.prose import short
from state.facts import Facts
from state.text import ATTEST, Statement, fold, names, statements, words
from state.violations import Severity, Violation

if TYPE_CHECKING:
    from state.contracts.draft import Draft

_WHOLE = 6
"""Words from which a sentence that stands inside a longer one is still that sentence."""
_NEARLY, _LONG = 0.9, 10
"""Share of its words by which a sentence of so many words or more is known again."""
_OWNER = "'s"
_OPENER = re.compile(r"[A-Z][\w-]+")


def _brief(facts: Facts) -> Brief:
    if facts.brief is None:
        raise ValueError("a Draft is checked against its Brief, and there is none")
    return facts.brief


def _spoken(*parts: str) -> str:
    """Their words in a row with a space on each side, an owner's `'s` off; a bar parts the parts."""
    return "|".join(map(_row, parts))


@lru_cache(maxsize=512)
def _row(part: str) -> str:
    return f" {' '.join(w.removesuffix(_OWNER) for w in words(part))} "


def _holds(spoken: str, name: str) -> bool:
    """Whether what is spoken holds the name as whole words, or each half of it where an `and` joins two."""
    halves = name.split(" and ")
    return _spoken(name) in spoken or (len(halves) > 1 and all(_spoken(half) in spoken for half in halves))


def _author_vouches(brief: Brief, facts: Facts) -> str:
    """What may be named without a marker: the topic, the glossary, and whose piece it is. As `_spoken`."""
    identity = facts.settings.identity
    return _spoken(brief.topic, *facts.glossary, identity.author, identity.name)


def names_are_vouched_for(draft: Draft, facts: Facts) -> tuple[Violation, ...]:
    """Named things outside the evidence, the glossary and the notes are flags."""
    brief = _brief(facts)
    held = (part for e in brief.evidence for part in e.vouches)
    known = _author_vouches(brief, facts) + _spoken(*held, *(n.text for n in draft.notes), *facts.notes.values())
    found: dict[str, Violation] = {}
    for s in _prose(draft):
        for name in sorted(names(s.text)):
            if name not in found and not _holds(known, name):
                found[name] = Violation(
                    code="draft.unknown-name",
                    where=s.id,
                    severity=Severity.FLAG,
                    waivable=True,
                    message=f"Nothing vouches for the name {name!r}.",
                    fix="Check it; if it is right, put it into voice/glossary.txt.",
                )
    return tuple(found.values())


def names_are_cited(draft: Draft, facts: Facts) -> tuple[Violation, ...]:
    """A named thing that evidence or a note of the piece holds is cited where it is named: in its sentence or, since prose
    introduces a name before it quotes, and says `she` after it, elsewhere in that paragraph. One flag a name.
    """
    brief = _brief(facts)
    vouchers = {e.id: _spoken(*e.vouches) for e in brief.evidence} | {n.id: _spoken(n.text) for n in draft.notes}
    free = _author_vouches(brief, facts)
    spoken = frozenset(name for e in brief.evidence for name in names(e.quote) if " " not in name)
    cited: dict[int, set[str]] = {}
    for s in statements(draft.body):
        cited.setdefault(s.block, set()).update(s.cites)
    found: dict[str, Violation] = {}
    for s in _prose(draft):
        for name in sorted(names(s.text) | _opening(s.text, spoken)):
            holders = [ref for ref, text in vouchers.items() if _holds(text, name)]
            if name not in found and holders and not cited[s.block].intersection(holders) and not _holds(free, name):
                found[name] = Violation(
                    code="draft.uncited-name",
                    where=s.id,
                    severity=Severity.FLAG,
                    waivable=True,
                    message=f"“{short(s.text)}” names {name!r}, and its paragraph cites nothing that holds it.",
                    fix=f"Cite [{holders[0]}] behind it; if the author vouches for it, put it into voice/glossary.txt.",
                )
    return tuple(found.values())


def _prose(draft: Draft) -> Iterator[Statement]:
    return (s for s in statements(draft.body) if s.kind != "heading")


def _opening(sentence: str, spoken: Set[str]) -> frozenset[str]:
    """The word that opens a sentence, where the evidence uses it as a name; by itself it could be any word."""
    first = _OPENER.match(fold(sentence))
    return frozenset({first.group()} & spoken) if first else frozenset()


def markers_are_kept(draft: Draft, facts: Facts) -> tuple[Violation, ...]:
    """A sentence that cited something in an earlier draft of this Brief, and stands here in the same words, still cites."""
    found = {s.id: (s, refs) for earlier in facts.earlier for s, refs in uncited(earlier.body, draft.body)}
    return tuple(
        Violation(
            code="draft.marker-lost",
            where=s.id,
            message=f"“{short(s.text)}” stood there with {' '.join(f'[{ref}]' for ref in refs)}, and now cites nothing.",
            fix=f"Cite what it rests on, or take it out. A reviewer who knows it first hand writes {ATTEST} behind it.",
        )
        for s, refs in found.values()
    )


def uncited(before: str, after: str) -> tuple[tuple[Statement, tuple[str, ...]], ...]:
    """The sentences of `after` that cite nothing though `before` says the same and cites; with what each cited there.

    The same is what has the same words, holds them all in a row, or differs in one word of ten.
    """
    if before == after:
        return ()
    told = [(words(s.text), s.cites) for s in statements(before)]
    bare = {said for said, cites in told if not cites}
    kept = {said: cites for said, cites in told if cites and said and said not in bare}
    lost = ((s, _known_again(words(s.text), kept)) for s in statements(after) if not s.cites and s.kind != "heading")
    return tuple((s, cites) for s, cites in lost if cites)


def _known_again(said: tuple[str, ...], kept: Mapping[tuple[str, ...], tuple[str, ...]]) -> tuple[str, ...]:
    """What the sentence in `kept` that this is cites; nothing if it is none of them."""
    if said in kept:
        return kept[said]
    row, bag = f" {' '.join(said)} ", Counter(said)
    for words_, cites in kept.items():
        inside = len(words_) >= _WHOLE and f" {' '.join(words_)} " in row
        longest = max(len(words_), len(said))
        if inside or (longest >= _LONG and (bag & Counter(words_)).total() >= _NEARLY * longest):
            return cites
    return ()
