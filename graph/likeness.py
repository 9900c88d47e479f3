"""The likeness that a setting names, opened for one question: words where its embedding model fails, since nothing waits for that."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from agents.likeness import ByMeaning, ByWords, Likeness
from agents.writer.embeddings import open_embeddings
from state.settings import BM25, Models

Found = TypeVar("Found")
_log = logging.getLogger(__name__)


async def by_likeness(name: str, models: Models, ask: Callable[[Likeness], Awaitable[Found]]) -> Found:
    """What `ask` finds by the likeness of this name: `bm25`, or `provider:model`. A log says so when it fell back on words."""
    if name != BM25:
        try:
            async with open_embeddings(name, models) as embeddings:
                return await ask(ByMeaning(embeddings))
        except Exception:  # whatever an integration raises: a piece doesn't wait for it
            _log.exception("the embedding model %s failed; words are compared instead", name)
    return await ask(ByWords())
