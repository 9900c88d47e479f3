"""Passages: numbered sentences of archived snapshots. A model picks numbers; code fills in the words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set

from agents.content.ranking import central, counted, levelled, relevance, weight
from state.base import Frozen
from state.contracts.brief import Evidence
from state.markup import domains
from state.notes import terms
from state.sources import Snapshot
from state.text import names, numbers, sentence_spans
from state.typography import hidden

MIN_WORDS, MAX_WORDS = 7, 45
RELEVANT = 0.5
"""Share of the best document's score below which a document isn't about the topic."""
WEAK = 0.5
"""Share of the best passage's score below which a passage says too little of the topic."""
BY_TOPIC, BY_NOTE = (1.5, 1.0, 0.9, 0.8), (2.0, 1.5, 0.7, 0.5)
"""Gain of the words that are looked for, and of the note's other words; what a passage keeps that has none of the former while
its paragraph has, and what it keeps when not even that has. A note says better than a title what is looked for."""
WINDOW, DENSE = 10_000, 50
"""Characters of a paragraph that are read at once; more quotation marks in them than this, and than one in 20 characters, are no prose.
Finding the sentences takes time that grows with the square of both, and a hostile page is long and full of marks."""
PER_SOURCE = 3
"""Passages of one source among those that are shown, so that no source drowns the others."""
_DANGLING = re.compile(
    r"^(?:it|its|this|that|these|those|they|them|their|he|she|his|her|there|here|such|so|but|and|or|yet|however|also|then|"
    r"instead|still|another|for that|in that|by then|the same|both|each of|somebody|someone|neither|"
    r"(?:many|most|some|few|all|none) of (?:the|them)|the (?:former|latter|first|second|other)|"
    r"(?:\w+ ){0,5}(?:those|these|such|also))\b|.*\b(?:away|nearby|elsewhere)\b(?! (?:from|in))|.*\band there\b|.*\btoo[.!]$",
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
        sources = {p.source.sha256: p.source for p in found}
        self._documents = {sha: counted(f"{s.title} {s.text}") for sha, s in sources.items()}
        self._terms = [counted(p.text) for p in found]
        paragraphs = [_paragraph(p) for p in found]
        held = {text: frozenset(terms(text)) for text in dict.fromkeys(paragraphs)}
        self._around = [held[text] for text in paragraphs]

    def rank(self, topic: str, limit: int, *, about: str = "") -> tuple[Passage, ...]:
        """The passages that speak to `topic`, best first, renumbered from 1, spread over the sources; scores are from 0 to 2.

        A passage counts by how much it says of what the documents on the topic say together, and by how much its document is
        about the topic. `about`, what the author says of it, helps to find the documents, since a title rarely holds the words
        that matter; without it some document must hold more than half of the topic's words. Documents that score below half of
        the best are left out, and one that names the topic in less than a quarter of its paragraphs is quoted only there. So
        is left out what points to something said before (“The report”), unless that is the topic.
        """
        own, note = _named(topic), counted(about)
        if not own or not (about or any(self._speaks_of(topic, sha) for sha in self._documents)):
            return ()
        core = own | {t for t, n in note.items() if n > 1 and self._is_telling(t)}
        named, said, near, far = BY_NOTE if about else BY_TOPIC
        query = {t: n**0.5 for t, n in note.items()} | dict.fromkeys(own, 3.0)
        relevant = {sha: r for sha, r in relevance(self._documents, query).items() if r >= RELEVANT}
        centroid = central(self._documents, relevant, dict.fromkeys(note, said) | dict.fromkeys(core, named))
        aside = self._aside(core)
        weights = levelled(
            {
                p.number: weight(p.text, held, centroid)
                * relevant[p.source.sha256] ** 0.5
                * (1.0 if core & held.keys() else near if core & around else far)
                for p, held, around in zip(self.passages, self._terms, self._around, strict=True)
                if p.source.sha256 in relevant and p.number not in aside and not _points_back(p.text, core)
            }
        )
        scored = [(weights[p.number] + relevant[p.source.sha256], p) for p in self.passages if p.number in weights]
        best = max((score for score, _ in scored), default=0.0)
        strong = [pair for pair in scored if pair[0] >= WEAK * best]
        return _spread_out(sorted(strong, key=lambda pair: (-pair[0], pair[1].number)), limit)

    def _aside(self, core: Set[str]) -> set[int]:
        """Numbers of the passages that stand away from the topic, in documents that hardly ever name it."""
        there = Counter(p.source.sha256 for p in self.passages)
        near = Counter(p.source.sha256 for p, around in zip(self.passages, self._around, strict=True) if core & around)
        return {
            p.number
            for p, around in zip(self.passages, self._around, strict=True)
            if not core & around and 4 * near[p.source.sha256] < there[p.source.sha256]
        }

    def _is_telling(self, term: str) -> bool:
        """Whether at most a third of the documents hold the term."""
        return 3 * sum(term in held for held in self._documents.values()) <= len(self._documents)

    def _speaks_of(self, topic: str, sha: str) -> bool:
        """Whether a document holds more than half of the topic's words, numbers aside: a stray one isn't what the topic is about."""
        wanted = _named(topic)
        return 2 * len(wanted.intersection(self._documents[sha])) > len(wanted)


def _paragraph(p: Passage) -> str:
    text = p.source.text
    start, end = text.rfind("\n", 0, p.start) + 1, text.find("\n", p.end)
    return text[start : end if end >= 0 else len(text)]


def _named(topic: str) -> set[str]:
    """The topic's words; a number names nothing by itself (`Voyager 1`), unless there is nothing else."""
    every = set(terms(topic))
    return {t for t in every if not numbers(t)} or every


def _points_back(text: str, core: Set[str]) -> bool:
    """`The report`, `The broken chip`: which one was said before; unless a name or the topic's own word says which."""
    opening = " ".join(text.split()[:6])
    return text.startswith("The ") and not names(opening) and core.isdisjoint(terms(opening))


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
