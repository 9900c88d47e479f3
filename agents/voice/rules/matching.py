"""Which sentence became which: the sentences of two drafts, matched in order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

from agents.voice.profile.tally import uncontracted
from state.contracts.habits import own_words
from state.text import fold, names, numbers, statements, words

AHEAD = 6
"""Sentences that are looked at ahead for the one that a sentence became."""
LIKE = 0.5
"""Share of words in common from which a sentence counts as another's new wording."""
_BETTER = 0.1
"""How much nearer two sentences together must be than one alone to count as one cut in two."""
_MADE_OF = 0.6
"""Share of a part's words that the whole must hold."""
_TOKEN = re.compile(r"[^\W_]+(?:['\-][^\W_]+)*|[^\w\s]")


@dataclass(frozen=True)
class Spoken:
    """A sentence of a draft, with the author's own words of it as tokens: words and marks, case kept."""

    text: str
    tokens: tuple[str, ...]
    cites: tuple[str, ...]

    @cached_property
    def words(self) -> tuple[str, ...]:
        """In lower case, contractions written out: so that "don't" is like "do not"."""
        return tuple(uncontracted([token.casefold() for token in self.tokens if token[0].isalnum()])[0])

    @cached_property
    def facts(self) -> tuple[object, ...]:
        """What it states: numbers, names and what it rests on. Two wordings of one statement share them."""
        return numbers(self.text), names(self.text), frozenset(self.cites)


@dataclass(frozen=True)
class Match:
    """What became of some sentences: one to one, one to two (cut in two), two to one (joined), one to none, none to one."""

    before: tuple[Spoken, ...]
    after: tuple[Spoken, ...]

    @property
    def pair(self) -> tuple[Spoken, Spoken] | None:
        """Before and after as one stretch each; None where there is nothing to compare."""
        return (_whole(self.before), _whole(self.after)) if self.before and self.after else None


def _whole(parts: Sequence[Spoken]) -> Spoken:
    if len(parts) == 1:
        return parts[0]
    tokens = tuple(token for part in parts for token in part.tokens)
    return Spoken(" ".join(p.text for p in parts), tokens, tuple(ref for p in parts for ref in p.cites))


def spoken(body: str) -> list[Spoken]:
    """The sentences of a Markdown body that hold words of the author's; headings aren't sentences."""
    found = (
        Spoken(text=s.text, tokens=tuple(_TOKEN.findall(fold(own_words(s)))), cites=s.cites)
        for s in statements(body)
        if s.kind in ("paragraph", "list")
    )
    return [s for s in found if s.words]


def matched(before: Sequence[Spoken], after: Sequence[Spoken]) -> list[Match]:
    """Every sentence that changed, in order; those that stayed are left out."""
    matcher = SequenceMatcher(None, [s.tokens for s in before], [s.tokens for s in after], autojunk=False)
    found: list[Match] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "equal":
            found += _block(before[a:b], after[c:d])
    return found


def _block(before: Sequence[Spoken], after: Sequence[Spoken]) -> Iterator[Match]:
    i = j = 0
    while i < len(before):
        best = max(range(j, min(j + AHEAD, len(after))), key=lambda k: _fit(before, i, after, k), default=None)
        if best is None or _fit(before, i, after, best) < LIKE:
            yield Match((before[i],), ())
            i += 1
            continue
        yield from (Match((), (added,)) for added in after[j:best])
        olds, news = _extent(before, i, after, best)
        yield Match(tuple(before[i : i + olds]), tuple(after[best : best + news]))
        i, j = i + olds, best + news
    yield from (Match((), (added,)) for added in after[j:])


def _fit(before: Sequence[Spoken], i: int, after: Sequence[Spoken], k: int) -> float:
    """How well the sentences at `i` and `k` go together: as they are, one cut in two, or two joined."""
    one = _likeness(before[i : i + 1], after[k : k + 1])
    return max(one, _split(before[i], after[k : k + 2]), _split(after[k], before[i : i + 2]))


def _extent(before: Sequence[Spoken], i: int, after: Sequence[Spoken], k: int) -> tuple[int, int]:
    """How many sentences became how many here."""
    one = _likeness(before[i : i + 1], after[k : k + 1])
    split, joined = _split(before[i], after[k : k + 2]), _split(after[k], before[i : i + 2])
    if max(split, joined) < one + _BETTER:
        return 1, 1
    return (1, 2) if split >= joined else (2, 1)


def _split(whole: Spoken, parts: Sequence[Spoken]) -> float:
    """How like `whole` two sentences together are; 0 unless each of them is made of its words."""
    mine = Counter(whole.words)
    made = all((Counter(p.words) & mine).total() >= _MADE_OF * len(p.words) for p in parts)
    return _likeness((whole,), parts) if len(parts) == 2 and made else 0.0


def _likeness(before: Sequence[Spoken], after: Sequence[Spoken]) -> float:
    """Share of words in common (L. R. Dice, Ecology 26, 1945), counted with their number."""
    mine, theirs = (Counter(w for s in some for w in s.words) for some in (before, after))
    return 2 * (mine & theirs).total() / max(1, mine.total() + theirs.total())


def cased(text: str) -> bool:
    """Whether a word in it begins with a capital."""
    return any(token[0].isupper() for token in _TOKEN.findall(text)) and bool(words(text))
