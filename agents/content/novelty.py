"""How near a topic comes to what was published: one small seam, by words (BM25) or by meaning (an embedding model)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from langchain_core.embeddings import Embeddings

from agents.bm25 import Bm25
from state.notes import terms


class Near(NamedTuple):
    """The most alike of some texts."""

    at: int
    """Its index; -1 when there are none."""
    likeness: float
    """0 (nothing in common) to 1 (the same)."""


NOTHING = Near(-1, 0.0)


class Likeness(Protocol):
    """Compares short texts: a topic and what it is about, with topics, titles and insights that are out."""

    async def nearest(self, texts: Sequence[str], others: Sequence[str]) -> tuple[Near, ...]:
        """For each of `texts` the one of `others` that it is most like."""
        ...


class ByWords:
    """BM25 (Robertson and Zaragoza 2009), as a share of what a text scores against itself. Needs no model.

    rank_bm25 itself and not langchain-community's BM25Retriever over it: that gives an order without scores, and how near the
    nearest one comes is the question here.
    """

    async def nearest(self, texts: Sequence[str], others: Sequence[str]) -> tuple[Near, ...]:
        if not texts or not others:
            return (NOTHING,) * len(texts)
        return await asyncio.to_thread(_by_words, texts, others)


class ByMeaning:
    """The cosine of embeddings; negative ones count as nothing in common. Raises whatever the model's client raises."""

    def __init__(self, embeddings: Embeddings) -> None:
        self._embeddings = embeddings

    async def nearest(self, texts: Sequence[str], others: Sequence[str]) -> tuple[Near, ...]:
        if not texts or not others:
            return (NOTHING,) * len(texts)
        vectors = np.array(await self._embeddings.aembed_documents([*texts, *others]), dtype=np.float64)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors = vectors / np.where(lengths > 0, lengths, 1)
        cosines = vectors[: len(texts)] @ vectors[len(texts) :].T
        return tuple(Near(int(row.argmax()), float(np.clip(row.max(), 0, 1))) for row in cosines)


def _by_words(texts: Sequence[str], others: Sequence[str]) -> tuple[Near, ...]:
    mine, theirs = [terms(text) or ["-"] for text in texts], [terms(text) or ["-"] for text in others]
    ranking = Bm25([*mine, *theirs])
    found = []
    for at, query in enumerate(mine):
        scores = ranking.get_scores(sorted(set(query)))
        best = int(scores[len(mine) :].argmax())
        share = float(scores[len(mine) + best]) / (float(scores[at]) or 1.0)
        found.append(Near(best, min(1.0, share)) if share > 0 else NOTHING)
    return tuple(found)
