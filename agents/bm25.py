"""BM25 (Robertson and Zaragoza 2009) over lists of words: what is new is told by it, and what answers a question."""

from __future__ import annotations

import math
from collections.abc import Mapping

from rank_bm25 import BM25Okapi


class Bm25(BM25Okapi):  # type: ignore[misc]  # rank_bm25 ships no types
    """With Lucene's weight of a word, log(1 + ...), since Okapi's own is negative where half of a few texts hold the word."""

    def _calc_idf(self, nd: Mapping[str, int]) -> None:
        self.idf = {word: math.log(1 + (self.corpus_size - n + 0.5) / (n + 0.5)) for word, n in nd.items()}
