"""Passages: numbered sentences of archived snapshots. A model picks numbers; code fills in the words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rank_bm25 import BM25Okapi

from state.base import Frozen
from state.contracts.brief import Evidence
from state.markup import domains
from state.notes import terms
from state.sources import Snapshot
from state.text import names, numbers, sentence_spans
from state.typography import hidden

MIN_WORDS, MAX_WORDS = 10, 45
RELEVANT, SPEAKS, STRONG = 0.4, 0.2, 0.6
"""Shares of the best document's and of the best passage's score that a passage needs to count; a strong one needs no word of
the topic itself."""
WINDOW, DENSE = 10_000, 50
"""Characters of a paragraph that are read at once; more quotation marks in them than this, and than one in 20 characters, are no prose.
Finding the sentences takes time that grows with the square of both, and a hostile page is long and full of marks."""
PER_SOURCE = 3
"""Passages of one source among those that are shown, so that no source drowns the others."""
_DANGLING = re.compile(
    r"^(?:it|its|this|that|these|those|they|them|their|he|she|his|her|there|here|such|so|but|and|or|yet|however|also|then|"
    r"instead|still|another|for that|in that|by then|the same|both|each of|somebody|someone|neither|"
    r"(?:many|most|some|few|all|none) of (?:the|them)|the (?:former|latter|first|second|other)|"
    r"(?:\w+ ){0,5}(?:those|these|such|also))\b|.*\b(?:away|nearby|elsewhere)\b(?! (?:from|in))|.*\band there\b",
    re.IGNORECASE,
)
"""How a sentence opens, or points, that leans on the one before it: out of its place it would mean nothing, or something else."""

_MARKED = re.compile(r"[{}`*\\]|:::|&#?\w+;|(?<!\w)_|_(?!\w)|\w://|\b(?:data|javascript|mailto):\S")
"""What Markdown, a slot or a form of ours would take for its own: such a sentence could never be quoted to the letter."""

_QUOTATION_MARK = re.compile(r"[“”„«»\"]")


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
        return Evidence(
            id=ref,
            quote=self.text,
            snapshot=s.sha256,
            start=self.start,
            end=self.end,
            title=s.title,
            origin=s.origin,
            url=s.url,
            author=s.author,
            published=s.published,
            retrieved_at=s.retrieved_at,
        )


def passages(snapshots: Iterable[Snapshot]) -> tuple[Passage, ...]:
    """Every sentence that can stand alone: of quotable length, ending like a sentence, not leaning on the one before."""
    found: list[Passage] = []
    for snapshot in snapshots:
        for at, text in _sentences(snapshot.text):
            if _stands_alone(text):
                found.append(Passage(number=len(found) + 1, text=text, start=at, end=at + len(text), source=snapshot))
    return tuple(found)


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    """Sentences with their offsets. A paragraph over `WINDOW` is read in parts, without the sentences that the cuts go through."""
    for match in re.finditer(rf"[^\n]{{1,{WINDOW}}}", text):
        part, (start, end) = match.group(), match.span()
        if len(_QUOTATION_MARK.findall(part)) > max(DENSE, len(part) // 20):
            continue
        spans = sentence_spans(part)
        begins_cut, ends_cut = text[max(start - 1, 0) : start] not in ("", "\n"), text[end : end + 1] not in ("", "\n")
        for a, b in spans[begins_cut : len(spans) - ends_cut]:
            yield start + a, part[a:b]


def _stands_alone(text: str) -> bool:
    if text.startswith("The ") and not names(text):
        return False  # "The report", "The broken chip": which one was said before
    return (
        MIN_WORDS <= len(text.split()) <= MAX_WORDS
        and text[-1] in '.!?”"'
        and text[0].isupper()
        and not _DANGLING.match(text)
        and not domains(text)
        and not re.search(r"[“”\"<>\[\]]|\b(?:I|[Mm]y|[Mm]e|[Ww]e|[Oo]ur)\b|https?://", text)
        and not _MARKED.search(text)
        and not hidden(text)
    )


class Index:
    """The passages of a reading, ready to be ranked for any topic."""

    def __init__(self, found: Sequence[Passage]) -> None:
        self.passages = tuple(found)
        self._documents = {p.source.sha256: p.source for p in found}
        self._texts = {sha: terms(f"{s.title} {s.text}") for sha, s in self._documents.items()}
        self._by_document = BM25Okapi(list(self._texts.values())) if self._texts else None
        self._by_passage = BM25Okapi([terms(p.text) or ["-"] for p in found]) if found else None

    def rank(self, topic: str, limit: int, *, about: str = "") -> tuple[Passage, ...]:
        """The passages that speak to `topic`, best first, renumbered from 1, spread over the sources.

        BM25 (Robertson and Zaragoza 2009) of the passage, plus that of its document: a sentence about the topic in a document
        about the topic beats a stray mention. The query is the topic, three times; `about`, what the author says of it, once; and
        the ten terms most telling of the two best documents (Rocchio 1971), since a title rarely holds the words that matter.
        Documents that score below two fifths of the best are left out, and without `about` those that don't speak of the topic. Sentences that state a number gain a tenth, as they can be checked.
        """
        query = [*terms(topic) * 3, *terms(about)]
        if self._by_document is None or self._by_passage is None or not query:
            return ()
        named = set(terms(topic)) | set(terms(about))
        first = self._documents_for(query, named)
        if not about:
            first = {sha: score for sha, score in first.items() if self._speaks_of(topic, sha)}
        if not first:
            return ()
        core = set(terms(topic)) | {t for t, n in Counter(terms(about)).items() if n > 1 and self._is_telling(t)}
        query += [t for sha in sorted(first, key=lambda sha: -first[sha])[:2] for t in self._telling(sha)]
        relevance = {sha: score for sha, score in self._documents_for(query, named).items() if sha in first}
        own = _levelled(self._by_passage.get_scores(query))
        scored = [
            (score * (1.1 if numbers(p.text) else 1.0) + relevance[p.source.sha256], p)
            for score, p in zip(own, self.passages, strict=True)
            if relevance.get(p.source.sha256, 0.0) >= RELEVANT
            and (score >= STRONG or (score >= SPEAKS and not core.isdisjoint(terms(p.text))))
        ]
        return _spread_out(sorted(scored, key=lambda pair: (-pair[0], pair[1].number)), limit)

    def _is_telling(self, term: str) -> bool:
        """Whether at most a third of the documents hold the term."""
        return 3 * sum(term in held for held in self._texts.values()) <= len(self._texts)

    def _speaks_of(self, topic: str, sha: str) -> bool:
        """Whether a document holds more than half of the topic's words, numbers aside: a stray one isn't what the topic is about."""
        wanted = {t for t in terms(topic) if not numbers(t)}
        return 2 * len(wanted.intersection(self._texts[sha])) > len(wanted)

    def _documents_for(self, query: list[str], needed: set[str]) -> dict[str, float]:
        """Score from 0 to 1 of each document that shares at least one needed term."""
        assert self._by_document is not None
        scores = _levelled(self._by_document.get_scores(query))
        return {
            sha: s for (sha, held), s in zip(self._texts.items(), scores, strict=True) if not needed.isdisjoint(held)
        }

    def _telling(self, sha: str) -> list[str]:
        """The ten terms of a document that are most its own, by tf-idf."""
        assert self._by_document is not None
        counts, idf = Counter(self._texts[sha]), self._by_document.idf
        return sorted(counts, key=lambda t: (-counts[t] * idf.get(t, 0.0), t))[:10]


def _levelled(scores: Iterable[float]) -> list[float]:
    """Scores from 0 to 1, the best at 1. rank_bm25 gives a term that most texts hold a small positive weight, so 0 means no match."""
    plain = [max(0.0, float(s)) for s in scores]
    top = max(plain, default=0.0) or 1.0
    return [s / top for s in plain]


def _spread_out(scored: Sequence[tuple[float, Passage]], limit: int) -> tuple[Passage, ...]:
    """The best, a few of each source; where that leaves room because few sources speak of it, a few more of each."""
    chosen: list[Passage] = []
    per: Counter[str] = Counter()
    for most in (PER_SOURCE, 2 * PER_SOURCE):
        for score, p in scored:
            if len(chosen) < limit and per[p.source.sha256] < most and not _repeats(p, chosen):
                per[p.source.sha256] += 1
                chosen.append(p.model_copy(update={"number": len(chosen) + 1, "score": score}))
    return tuple(chosen)


def _repeats(p: Passage, chosen: Iterable[Passage]) -> bool:
    mine = set(terms(p.text))
    return any(len(mine & set(terms(c.text))) > 0.7 * len(mine) for c in chosen)
