"""How alike texts are: one small seam, by words (BM25) or by meaning (an embedding model). Novelty is told by it, and what fits."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from langchain_core.embeddings import Embeddings

from agents.bm25 import Bm25
from state.notes import terms

Table = npt.NDArray[np.float64]
"""A row for each of some texts, a column for each of those that it is compared with: 0 (nothing in common) to 1 (the same)."""


class Near(NamedTuple):
    """The most alike of some texts."""

    at: int
    """Its index; -1 when there are none."""
    likeness: float
    """0 (nothing in common) to 1 (the same)."""


NOTHING = Near(-1, 0.0)


class Likeness(Protocol):
    """Compares short texts with others: a topic with titles that are out, an offer with the passages of a piece."""

    @property
    def by(self) -> Literal["words", "meaning"]:
        """What it compares: numbers of the one can't be held against numbers of the other."""
        ...

    async def table(self, texts: Sequence[str], others: Sequence[str]) -> Table:
        """How alike each of `texts` is to each of `others`."""
        ...


class ByWords:
    """BM25 (Robertson and Zaragoza 2009), as a share of what a text scores against itself. Needs no model.

    rank_bm25 itself and not langchain-community's BM25Retriever over it: that gives an order without scores, and how near the
    nearest one comes is the question here.
    """

    by: Literal["words"] = "words"

    async def table(self, texts: Sequence[str], others: Sequence[str]) -> Table:
        if not texts or not others:
            return np.zeros((len(texts), len(others)))
        return await asyncio.to_thread(_by_words, texts, others)


class ByMeaning:
    """The cosine of embeddings; negative ones count as nothing in common. Raises whatever the model's client raises."""

    by: Literal["meaning"] = "meaning"

    def __init__(self, embeddings: Embeddings) -> None:
        self._embeddings = embeddings

    async def table(self, texts: Sequence[str], others: Sequence[str]) -> Table:
        if not texts or not others:
            return np.zeros((len(texts), len(others)))
        vectors = np.array(await self._embeddings.aembed_documents([*texts, *others]), dtype=np.float64)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors = vectors / np.where(lengths > 0, lengths, 1)
        return np.clip(vectors[: len(texts)] @ vectors[len(texts) :].T, 0.0, 1.0)


async def nearest(likeness: Likeness, texts: Sequence[str], others: Sequence[str]) -> tuple[Near, ...]:
    """For each of `texts` the one of `others` that it is most like."""
    if not texts or not others:
        return (NOTHING,) * len(texts)
    table = await likeness.table(texts, others)
    found = (Near(int(row.argmax()), float(row.max())) for row in table)
    return tuple(near if near.likeness else NOTHING for near in found)


def _by_words(texts: Sequence[str], others: Sequence[str]) -> Table:
    mine, theirs = [terms(text) or ["-"] for text in texts], [terms(text) or ["-"] for text in others]
    ranking = Bm25([*mine, *theirs])
    rows = []
    for at, query in enumerate(mine):
        scores = ranking.get_scores(sorted(set(query)))
        rows.append(np.clip(scores[len(mine) :] / (float(scores[at]) or 1.0), 0.0, 1.0))
    return np.array(rows, dtype=np.float64)
