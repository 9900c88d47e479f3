"""Tracing: what each sentence of a post comes from, in the draft."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from pydantic import Field

from state.base import Frozen, one_line
from state.contracts.draft import Citation
from state.contracts.monetized import Insertion, MonetizedDraft
from state.disclosures import Form, in_form
from state.text import statements
from state.wording import WORDS

COUNTER = re.compile(r"\d+/\d+")
"""Stands under each post of a thread: its place, and how many there are."""
FURNITURE = "furniture"
_PATTERNS = (
    COUNTER,
    *(re.compile(rf"{re.escape(words.read_all)} ?(\{{canonical\}})?") for words in WORDS.values()),
)
_PHRASES = frozenset(said for words in WORDS.values() for said in (words.sources, words.online))
"""In whichever language: a piece keeps the one that it was made in."""

_TAME = str.maketrans("[]<>", "()()", "`\\")


class PostSentence(Frozen):
    """One sentence of a post and what it comes from.

    `sources` holds ids: `s4` (a sentence of the draft), `i1` (an insertion), `title`, `furniture` (thread counters, the list
    of sources), or `decision` (a reviewer's own words, which the Release lists as `decided`).
    """

    text: str
    sources: tuple[str, ...] = Field(min_length=1)


def own_sentences(monetized: MonetizedDraft) -> dict[str, str]:
    """Everything a post may say, by source id."""
    told = {s.id: s.text for s in statements(monetized.body)}
    told |= {f"i{n}": "\n".join(_offered(i)) for n, i in enumerate(monetized.insertions, 1)}
    return told | {"title": monetized.title}


def _offered(i: Insertion) -> Iterator[str]:
    """An offer as each form of channel says it."""
    for said in dict.fromkeys(in_form(i.disclosure, form) for form in Form):
        yield " ".join(t for t in (said, i.lead, i.text, i.label) if t)


def trace(text: str, monetized: MonetizedDraft, *, stranger: str = "decision") -> tuple[PostSentence, ...]:
    """The sentences of a post with where each comes from; what comes from nowhere is laid to `stranger`."""
    told, furniture = own_sentences(monetized), listed_sources(text, monetized)
    exact = {said: ref for ref, said in reversed(told.items())}
    return tuple(
        PostSentence(text=s.text, sources=(exact.get(s.text) or part_of(s.text, told, furniture) or stranger,))
        for s in statements(text)
    )


def origin(sentence: str, told: dict[str, str], furniture: frozenset[str]) -> str:
    """What a sentence comes from; empty for nothing."""
    exact = next((ref for ref, text in told.items() if text == sentence), "")
    return exact or part_of(sentence, told, furniture)


def part_of(sentence: str, told: dict[str, str], furniture: frozenset[str]) -> str:
    """Of what isn't a whole sentence of the draft: the one that it is part of."""
    held = len(sentence) > 3 and sentence in "\0".join(told.values())  # a text has no NUL; most sentences are in none
    within = (ref for ref, text in told.items() if held and ref[0] in "sie" and sentence in text)
    return next(within, FURNITURE if is_furniture(sentence, furniture) else "")


def is_furniture(sentence: str, listed: frozenset[str]) -> bool:
    """Thread counters, the heading and the items of the list of sources, the line that leads to the article."""
    return sentence in listed or sentence in _PHRASES or any(p.fullmatch(sentence) for p in _PATTERNS)


def listed_sources(text: str, monetized: MonetizedDraft) -> frozenset[str]:
    """The sentences of the items that list sources in a post's `text`: one an item, or more where a title has several.

    Part of an item that doesn't stand there whole is none: a page's title could be an order.
    """
    items = set(re.findall(r"^\d+\. (.+)$", text, re.MULTILINE)) & {source_line(c) for c in monetized.citations}
    return frozenset(s.text for item in items for s in statements(f"- {item}"))


@lru_cache(maxsize=1024)
def source_line(citation: Citation) -> str:
    """One item of the list of sources, in Markdown. What a page says of itself is made tame: a title can hold no link."""
    author, title, origin = (
        one_line((part or "").translate(_TAME)) for part in (citation.author, citation.title, citation.origin)
    )
    linked = f"[{title}]({citation.url})" if citation.url else title
    return ", ".join(p for p in (author, linked, origin, str(citation.published or "")) if p)
