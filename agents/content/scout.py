"""Scouting: with no topic given, what is worth writing about now. Runs in the `assign` node."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from agents.content.duplicates import distinct
from agents.content.evidence import Index, Passage, passages
from agents.content.reasons import Grounds, why
from agents.content.themes import Collection, Theme
from agents.likeness import NOTHING, Likeness, Near, nearest
from state.base import Frozen, one_line
from state.contracts.assignment import TOPIC, Candidate
from state.facts import Published
from state.notes import heading, terms
from state.sources import Snapshot
from state.text import fold

RANKED = 100
"""Documents up to which the passages of all are ranked."""
LOOKED_AT = 600
"""Documents that one scouting looks at, the new ones and then the latest first."""
SHORTLIST = 24
"""Themes of the sources that are weighed, those that most and the latest sources are about."""
ENOUGH, SEVERAL = 6, 4
"""Passages, and origins, on a topic beyond which more don't count."""
GIST = 40
"""Words of a note that say what it is about, beside its heading."""
HALF_LIFE = 14.0
"""Days in which a text loses half of its freshness."""
SUPPORT, NOVELTY, FRESHNESS, THEME, NOTE = 0.3, 0.3, 0.25, 0.15, 0.2
"""What each part can add to a score."""
SAME = 0.8
"""Share of two candidates' documents (of all that either has) that makes the lesser one a repeat."""


class ScoutInput(Frozen):
    notes: tuple[tuple[str, str], ...]
    """(path, text) of the author's notes: each heading is something that they want to say."""
    snapshots: tuple[Snapshot, ...]
    seen: Mapping[str, datetime] = {}
    """When the texts (sha256) that earlier runs saw were seen first; what isn't in it is new."""
    used: frozenset[str] = frozenset()
    """sha256 of the texts that earlier pieces drew on."""
    taken: tuple[str, ...] = ()
    """Topics of other pieces: not to be taken again."""
    published: tuple[Published, ...] = ()
    """What a candidate is compared with."""
    themes: tuple[str, ...] = ()
    """From Learnings, as they were drawn for this piece, best first."""
    paid: Mapping[str, str] = {}
    """In words, what is known of each of them."""
    pinned: tuple[str, ...] = ()
    """Themes that the owner wants written about: topics on one come first, where the passages suffice."""
    banned: tuple[str, ...] = ()
    """Themes that nothing is written about."""
    enough: int = 3
    """Passages that a Brief needs."""
    now: datetime
    """Aware."""


@dataclass(frozen=True)
class Lead:
    """A topic that is being weighed."""

    topic: str
    note: bool
    gist: str
    """The topic and what it is about, to compare with what was published."""
    passages: int
    """How many CONTENT would find on it."""
    documents: tuple[Snapshot, ...]
    """That bear it; at least one."""
    near: Near = NOTHING


async def scout(given: ScoutInput, likeness: Likeness) -> tuple[Candidate, ...]:
    """Candidates, best first: the author's notes, and the themes of the sources. Raises what `likeness` raises.

    A score is the sum of up to 0.3 for the passages and origins that bear the topic (half of it where pieces used them before),
    0.3 for novelty against what was published, 0.25 for freshness, 0.15 for a theme that did well, and 0.2 for an author's
    note; halved where the passages are too few for a Brief.
    """
    leads = await asyncio.to_thread(_leads, given)
    near = await nearest(likeness, [lead.gist for lead in leads], [_published(p) for p in given.published])
    weighed = [replace(lead, near=found) for lead, found in zip(leads, near, strict=True)]
    return await asyncio.to_thread(_ranked, weighed, given)


def freshness(found: Snapshot, given: ScoutInput) -> float:
    """0 to 1: half for being new since the last run, half for its age, by its own date or else by when it was seen first."""
    seen = given.seen.get(found.sha256)
    day = found.published or (seen or given.now).date()
    age = max(0, (given.now.date() - day).days)
    return 0.5 * (seen is None) + 0.5 * math.exp2(-age / HALF_LIFE)


def _leads(given: ScoutInput) -> list[Lead]:
    """What could be written about, with the documents that bear it; topics that are taken are left out."""
    latest = sorted(given.snapshots, key=lambda s: -freshness(s, given))[:LOOKED_AT]
    collection = Collection(distinct(latest))
    grouped = sorted(collection.themes(), key=lambda t: -_promise(t, given))[:SHORTLIST]
    noted = [(heading(text), text, Theme((), ())) for _, text in given.notes if heading(text)]
    index = Index(passages(_worth_ranking(collection, grouped, noted)))
    found: dict[str, Lead] = {}
    done = {_folded(topic) for topic in given.taken}
    for topic, about, theme in [*noted, *((_topic(t), "", t) for t in grouped)]:
        key, line = _folded(topic), one_line(topic)
        if key in done or key in found or not 3 <= len(line) <= TOPIC:
            continue
        found[key] = _lead(line, about, theme, index.rank(line, ENOUGH * 2, about=about))
    return [lead for lead in found.values() if lead.documents and not _is_on(lead, given.banned)]


def _worth_ranking(
    collection: Collection, grouped: Sequence[Theme], noted: Sequence[tuple[str, str, Theme]]
) -> tuple[Snapshot, ...]:
    """The documents whose passages are looked at: all of a small collection, those on a theme or a note of a large one."""
    if len(collection.documents) <= RANKED:
        return collection.documents
    on_themes = (d for theme in grouped for d in theme.documents[:ENOUGH])
    on_notes = (d for topic, about, _ in noted for d in collection.on([*terms(topic), *terms(about)], ENOUGH))
    return tuple({d.sha256: d for d in (*on_themes, *on_notes)}.values())


def _lead(topic: str, about: str, theme: Theme, ranked: Sequence[Passage]) -> Lead:
    bearing = {d.sha256: d for d in (*theme.documents, *(p.source for p in ranked))}
    words = theme.words or terms(about)[:GIST]
    return Lead(topic, bool(about), " ".join([topic, *words]), len(ranked), tuple(bearing.values()))


def _promise(theme: Theme, given: ScoutInput) -> float:
    """How much a theme promises before its passages are looked at: how many origins, how fresh, whether it did well."""
    origins = len({d.origin for d in theme.documents})
    return (
        min(origins, SEVERAL) / SEVERAL
        + _freshest(theme.documents, given)
        + _on_theme({*theme.words, *terms(theme.documents[0].title)}, given.themes)
    )


def _topic(theme: Theme) -> str:
    """The title of its most central document; of another where that can't be a topic."""
    return next((d.title for d in theme.documents if 3 <= len(one_line(d.title)) <= TOPIC), "")


def _ranked(leads: Sequence[Lead], given: ScoutInput) -> tuple[Candidate, ...]:
    scored = sorted(
        ((_score(lead, given), lead) for lead in leads), key=lambda pair: (not _wanted(pair[1], given), -pair[0])
    )
    kept: list[tuple[float, Lead]] = []
    for score, lead in scored:
        if not any(_repeats(lead, other) for _, other in kept):
            kept.append((score, lead))
    return tuple(Candidate(topic=lead.topic, why=_why(lead, given), score=round(score, 3)) for score, lead in kept)


def _score(lead: Lead, given: ScoutInput) -> float:
    origins = len({d.origin for d in lead.documents})
    support = (min(lead.passages, ENOUGH) / ENOUGH + min(origins, SEVERAL) / SEVERAL) / 2
    unused = sum(d.sha256 not in given.used for d in lead.documents) / len(lead.documents)
    score = (
        SUPPORT * support * (0.5 + unused / 2)
        + NOVELTY * (1 - lead.near.likeness)
        + FRESHNESS * _freshest(lead.documents, given)
        + THEME * _on_theme(set(terms(lead.gist)), given.themes)
        + NOTE * lead.note
    )
    return score if lead.passages >= given.enough else score / 2


def _freshest(documents: Sequence[Snapshot], given: ScoutInput) -> float:
    """Mean freshness of the three freshest."""
    best = sorted((freshness(d, given) for d in documents), reverse=True)[:3]
    return sum(best) / len(best)


def _on_theme(words: set[str], themes: Sequence[str]) -> float:
    """1 for what the best theme of the Learnings is about, less for the next ones, 0 for none: all words of its name are held."""
    ranks = (at for at, name in enumerate(themes) if terms(name) and words.issuperset(terms(name)))
    return max((1 - at / len(themes) for at in ranks), default=0.0)


def _is_on(lead: Lead, themes: Sequence[str]) -> bool:
    return _on_theme(set(terms(lead.gist)), themes) > 0


def _wanted(lead: Lead, given: ScoutInput) -> bool:
    return lead.passages >= given.enough and _is_on(lead, given.pinned)


def _repeats(lead: Lead, other: Lead) -> bool:
    mine, theirs = ({d.sha256 for d in one.documents} for one in (lead, other))
    return len(mine & theirs) >= SAME * len(mine | theirs) and not lead.note


def _why(lead: Lead, given: ScoutInput) -> str:
    words = set(terms(lead.gist))
    theme = next((name for name in given.themes if _on_theme(words, (name,))), "")
    return why(
        Grounds(
            documents=lead.documents,
            note=lead.note,
            enough=lead.passages >= given.enough,
            new=sum(d.sha256 not in given.seen for d in lead.documents),
            first_run=not given.seen,
            near=given.published[lead.near.at].topic if lead.near.at >= 0 else "",
            likeness=lead.near.likeness if given.published else None,
            theme=theme,
            paid=given.paid.get(theme, ""),
            now=given.now,
        )
    )


def _published(piece: Published) -> str:
    return f"{piece.topic} {piece.insight}"


def _folded(topic: str) -> str:
    return fold(topic).casefold()
