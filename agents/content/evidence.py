"""Passages: numbered sentences of archived snapshots. A model picks numbers; code fills in the words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rank_bm25 import BM25Okapi

from state.base import Frozen
from state.contracts.brief import Evidence
from state.sources import Snapshot
from state.text import numbers, sentence_spans, words

MIN_WORDS, MAX_WORDS = 8, 45
PER_SOURCE = 3
"""Passages of one source among those that are shown, so that no source drowns the others."""
_DANGLING = re.compile(
    r"^(?:it|its|this|that|these|those|they|them|their|he|she|his|her|there|here|such|so|but|and|or|yet|however|also|then|"
    r"instead|still|another|for that|in that|by then)\b", re.IGNORECASE)
"""How a sentence opens that leans on the one before it: out of its place it would mean nothing, or something else."""
_STOP = frozenset("a an and are as at be but by can do does doesn't don't for from had has have how i if in into is isn't it its "
                  "no not of on or say says that the their they this to was we were what when where which who why will with "
                  "you your".split())


class Passage(Frozen):
    """One quotable sentence. `number` starts at 1; `start` and `end` are offsets into the snapshot's text."""

    number: int
    text: str
    start: int
    end: int
    source: Snapshot
    score: float = 0.0

    def evidence(self, ref: str) -> Evidence:
        s = self.source
        return Evidence(id=ref, quote=self.text, snapshot=s.sha256, start=self.start, end=self.end, title=s.title, origin=s.origin,
                        url=s.url, author=s.author, published=s.published, retrieved_at=s.retrieved_at)


def passages(snapshots: Iterable[Snapshot]) -> tuple[Passage, ...]:
    """Every sentence that can stand alone: of quotable length, ending like a sentence, not leaning on the one before."""
    found: list[Passage] = []
    for snapshot in snapshots:
        for match in re.finditer(r"[^\n]+", snapshot.text):
            for start, end in sentence_spans(match.group()):
                text = match.group()[start:end]
                if _stands_alone(text):
                    at = match.start() + start
                    found.append(Passage(number=len(found) + 1, text=text, start=at, end=at + len(text), source=snapshot))
    return tuple(found)


def _stands_alone(text: str) -> bool:
    return (MIN_WORDS <= len(text.split()) <= MAX_WORDS and text[-1] in ".!?”\"" and text[0].isupper()
            and not _DANGLING.match(text) and not re.search(r"[“”\"<>\[\]]|\bI\b|https?://", text))


def rank(topic: str, found: Sequence[Passage], limit: int) -> tuple[Passage, ...]:
    """The passages that speak to `topic`, best first, renumbered from 1, at most three a source.

    BM25 (Robertson and Zaragoza 2009) of the passage, plus that of its whole document at half weight: a sentence about the
    topic in a document about the topic beats a stray mention. Sentences that state a number gain a tenth, as they can be checked.
    """
    query = terms(topic)
    if not found or not query:
        return ()
    documents = {p.source.sha256: p.source for p in found}
    by_document = dict(zip(documents, _bm25([f"{s.title} {s.text}" for s in documents.values()], query), strict=True))
    top = max(by_document.values()) or 1.0
    scored = [
        (own * (1.1 if numbers(p.text) else 1.0) + 0.5 * by_document[p.source.sha256] / top, p)
        for own, p in zip(_bm25([p.text for p in found], query), found, strict=True) if by_document[p.source.sha256] > 0
    ]
    chosen: list[Passage] = []
    per: dict[str, int] = {}
    for score, p in sorted(scored, key=lambda pair: (-pair[0], pair[1].number)):
        if per.get(p.source.sha256, 0) < PER_SOURCE and not _repeats(p, chosen):
            per[p.source.sha256] = per.get(p.source.sha256, 0) + 1
            chosen.append(p.model_copy(update={"number": len(chosen) + 1, "score": score}))
        if len(chosen) == limit:
            break
    return tuple(chosen)


def _bm25(texts: Sequence[str], query: Sequence[str]) -> list[float]:
    """Scores from 0 to 1. The corpus is never empty of words, as rank_bm25 would divide by zero."""
    scores = BM25Okapi([terms(t) or ["-"] for t in texts]).get_scores(list(query))
    low = min(0.0, float(min(scores)))
    high = max(float(max(scores)) - low, 1e-9)
    return [(float(s) - low) / high if _shares(t, query) else 0.0 for s, t in zip(scores, texts, strict=True)]


def _shares(text: str, query: Sequence[str]) -> bool:
    return not set(query).isdisjoint(terms(text))


def terms(text: str) -> list[str]:
    """Content words, plural endings off."""
    return [re.sub(r"(?<=\w{3})(?:'s|es|s)$", "", w) for w in words(text) if w not in _STOP]


def _repeats(p: Passage, chosen: Iterable[Passage]) -> bool:
    mine = set(terms(p.text))
    return any(len(mine & set(terms(c.text))) > 0.7 * len(mine) for c in chosen)
