"""Ways to choose the sentences of a corpus that matter for its topic, best first: ours, and the baselines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import zip_longest

import numpy as np
from rank_bm25 import BM25Okapi

from agents.content import by_rule
from agents.content.agent import SHOWN
from agents.content.evidence import Index, passages
from agents.content.proposal import Research
from benchmarks.evidence.corpora import Corpus
from state.settings import BriefBounds
from state.sources import Snapshot
from state.text import split_sentences, words

Way = Callable[[Corpus], list[str]]


def ours(corpus: Corpus) -> list[str]:
    """What the Brief would hold, in its order: the insight's sentence, then the rest of the evidence."""
    ranked = Index(passages(corpus.snapshots)).rank(corpus.topic, SHOWN)
    if not ranked:
        return []
    proposal = by_rule.propose(Research(topic=corpus.topic, passages=ranked, most=BriefBounds().max_evidence))
    order = dict.fromkeys([*proposal.insight_passages, *proposal.evidence])
    return [ranked[number - 1].text for number in order]


def bm25(corpus: Corpus) -> list[str]:
    """Every sentence of every document, scored against the topic."""
    every = [s for snapshot in corpus.snapshots for s in sentences(snapshot)]
    scores = BM25Okapi([list(words(s)) for s in every]).get_scores(list(words(corpus.topic)))
    return [every[at] for at in np.argsort(-scores, kind="stable")]


def lead(corpus: Corpus) -> list[str]:
    """The first three sentences of each document, the documents that match the topic best first."""
    return [s for snapshot in _by_topic(corpus) for s in sentences(snapshot)[:3]]


def openings(corpus: Corpus) -> list[str]:
    """The first sentence of each document, then the second, then the third."""
    leads = [sentences(snapshot)[:3] for snapshot in _by_topic(corpus)]
    return [s for turn in zip_longest(*leads) for s in turn if s]


def sentences(snapshot: Snapshot) -> list[str]:
    return [s for line in snapshot.text.split("\n") if line.strip() for s in split_sentences(line)]


def _by_topic(corpus: Corpus) -> list[Snapshot]:
    scores = BM25Okapi([list(words(s.text)) for s in corpus.snapshots]).get_scores(list(words(corpus.topic)))
    return [corpus.snapshots[at] for at in np.argsort(-scores, kind="stable")]


WAYS: Mapping[str, Way] = {"ours": ours, "plain BM25": bm25, "lead-3": lead, "openings": openings}
