"""The same story told on many sites is one source: near-duplicates are found by the words they share in a row."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from state.sources import Snapshot

SHINGLE = 8
"""Words in a row. Two reports of one event share names and phrases, hardly ever eight words, quotations aside."""
SHARED = 0.4
"""Share of the shorter text's shingles that the longer one must hold: containment, so that a copy with an introduction, a
cut or other boilerplate counts (Broder 1997, "On the resemblance and containment of documents"). A copy with one word in
10 changed still keeps 0.43 of its shingles; a text that quotes the same long statement shares less."""


class Story(NamedTuple):
    """One text and its near-copies."""

    first: Snapshot
    """The one to quote: with the earliest date, then the earliest in the order given."""
    copies: tuple[Snapshot, ...] = ()
    """The others, in the order given."""


def stories(snapshots: Sequence[Snapshot]) -> tuple[Story, ...]:
    """Group near-duplicates, in the order of each group's first member. Takes CPU time: call it in a thread.

    The grouping doesn't depend on the order given: each text is compared with longer ones, that aren't copies
    themselves, so that no chain of ever weaker likenesses ties unlike texts together.
    """
    leaders = _leaders({found.sha256: found.text for found in snapshots})
    groups = defaultdict[str, list[Snapshot]](list)
    for found in snapshots:
        groups[leaders[found.sha256]].append(found)
    return tuple(_story(members) for members in groups.values())


def distinct(snapshots: Sequence[Snapshot]) -> tuple[Snapshot, ...]:
    """Give one snapshot of each story, in the order given: the one to quote."""
    return tuple(story.first for story in stories(snapshots))


def origins(snapshots: Sequence[Snapshot]) -> Mapping[str, str]:
    """Map each sha256 to the origin that counts for it: that of its story's first telling."""
    return {found.sha256: story.first.origin for story in stories(snapshots) for found in (story.first, *story.copies)}


def _story(members: Sequence[Snapshot]) -> Story:
    """Choose the first telling; `min` takes the earliest in order among equals, and an undated one comes after dated ones."""
    first = min(members, key=lambda found: found.published or date.max)
    return Story(first, tuple(found for found in members if found is not first))


def _leaders(texts: Mapping[str, str]) -> dict[str, str]:
    """Map each key to that of the longest text it is a copy of, or to itself."""
    shingles = {key: _shingles(text) for key, text in texts.items()}
    holders = defaultdict[int, list[str]](list)
    leaders: dict[str, str] = {}
    for key in sorted(shingles, key=lambda key: (-len(shingles[key]), key)):
        shared = Counter[str]()
        for shingle in shingles[key]:
            shared.update(holders.get(shingle, ()))
        best = min(shared, key=lambda other: (-shared[other], other), default=key)
        if best != key and shared[best] >= SHARED * len(shingles[key]):
            leaders[key] = best
            continue
        leaders[key] = key
        for shingle in shingles[key]:
            holders[shingle].append(key)
    return leaders


def _shingles(text: str) -> frozenset[int]:
    """Hash each run of `SHINGLE` words; a shorter text is one run. Hashes are only compared within one process."""
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())
    count = max(1, len(words) - SHINGLE + 1)
    return frozenset(hash(tuple(words[at : at + SHINGLE])) for at in range(count))
