"""Facts for the checks, put together from the ledger, the workspace and the clock."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TypedDict

from agents.voice.profile import read
from graph.author import profile_of
from state.base import digest_of
from state.contracts import Assignment, Brief, Draft, Learnings, MonetizedDraft
from state.facts import Answering, Published
from state.ledger import Ledger
from state.offers import Offer
from state.records import ContractName, Handoff
from state.rules import Rule, active
from state.settings import Settings
from state.sources import Snapshot
from state.text import fold
from state.voice import VoiceProfile, VoiceReading
from state.workspace import VoiceFolder, load_offers, load_voice, media_files


@dataclass(frozen=True)
class KnownFacts:
    """Implements state.facts.Facts."""

    now: datetime
    piece: str
    settings: Settings
    learnings: str
    assignment: Assignment | None = None
    brief: Brief | None = None
    draft: Draft | None = None
    earlier: tuple[Draft, ...] = ()
    monetized: MonetizedDraft | None = None
    snapshots: Mapping[str, Snapshot] = field(default_factory=dict)
    attested: frozenset[str] = frozenset()
    offers: Mapping[str, Offer] = field(default_factory=dict)
    placed: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)
    published: tuple[Published, ...] = ()
    media: frozenset[str] = frozenset()
    folder: VoiceFolder = field(default_factory=VoiceFolder)
    profile: VoiceProfile | None = None
    """Of the samples; None without any."""
    rules: tuple[Rule, ...] = ()
    answering: Answering | None = None

    @property
    def notes(self) -> Mapping[str, str]:
        return dict(self.folder.notes)

    @property
    def glossary(self) -> frozenset[str]:
        return frozenset(fold(name).casefold() for name in self.folder.glossary)

    def voice(self, text: str) -> VoiceReading | None:
        return read(self.profile, text) if self.profile else None


class _Known(TypedDict, total=False):
    """The part of the state that facts come from. A reply's has no Learnings: they were the piece's."""

    piece: str
    settings: Settings
    learnings: Learnings
    assignment: Assignment
    brief: Brief | None
    draft: Draft | None
    monetized: MonetizedDraft | None
    handoffs: list[Handoff]


async def gather(state: Mapping[str, object], ledger: Ledger, now: datetime, judged: ContractName) -> KnownFacts:
    """Facts as they are now, for the checks of one contract: what those never ask for isn't looked up in the ledger.

    Offers, notes, samples and rules are read afresh, settings and Learnings are the frozen ones.
    """
    known: _Known = state  # type: ignore[assignment]  # a slice of FlywheelState: LangGraph hands nodes plain dicts
    settings = known["settings"]
    folder, offers, media = await asyncio.to_thread(_workspace, Path(settings.workspace))
    brief = known.get("brief")
    rows = await ledger.pieces() if judged in ("Assignment", "Brief") else ()
    draft = known.get("draft")
    return KnownFacts(
        now=now,
        piece=known["piece"],
        settings=settings,
        learnings=digest_of(known["learnings"]) if "learnings" in known else "",
        assignment=known.get("assignment"),
        brief=brief,
        draft=draft,
        earlier=await _earlier(brief, known.get("handoffs", []), ledger) if brief and judged == "Draft" else (),
        monetized=known.get("monetized"),
        snapshots=await quoted(brief, ledger) if brief and judged == "Draft" else {},
        attested=frozenset(n.text for n in draft.notes if n.origin.startswith("decision:")) if draft else frozenset(),
        offers={o.id: o for o in offers},
        placed=await placed(offers, ledger, now, piece=known["piece"], judged=judged),
        media=media,
        folder=folder,
        profile=await profile_of(folder, ledger, now) if _asks_for_voice(judged, settings) else None,
        rules=active(await ledger.rules()) if judged in ("Draft", "Reply") else (),
        published=tuple(
            Published(piece=r.piece, topic=r.topic, insight=r.insight)
            for r in rows
            if r.piece != known["piece"] and r.status in ("published", "scheduled", "partial")
        ),
    )


def _asks_for_voice(judged: ContractName, settings: Settings) -> bool:
    """A Draft's checks do, and the workspace's own may."""
    bounds = settings.contracts
    own = {
        "Brief": bounds.brief.checks,
        "MonetizedDraft": bounds.offer.checks,
        "Release": bounds.release.checks,
        "Reply": bounds.reply.checks,
    }
    return judged == "Draft" or bool(own.get(judged))


async def _earlier(brief: Brief, handoffs: Iterable[Handoff], ledger: Ledger) -> tuple[Draft, ...]:
    """The drafts of this Brief that were handed over, in order; a person's edit only if it was taken."""
    told = (h for h in handoffs if h.contract == "Draft" and h.digest and (h.producer == "voice" or h.passed))
    bodies = [await ledger.body(digest) for digest in dict.fromkeys(h.digest for h in told)]
    drafts = (Draft.model_validate_json(body[1]) for body in bodies if body)
    parent = digest_of(brief)
    return tuple(draft for draft in drafts if draft.parent == parent)


async def quoted(brief: Brief, ledger: Ledger) -> dict[str, Snapshot]:
    """The snapshots that a Brief quotes, by sha256."""
    return await ledger.snapshots({e.snapshot for e in brief.evidence})


async def placed(
    offers: Iterable[Offer], ledger: Ledger, now: datetime, *, piece: str, judged: ContractName
) -> Mapping[str, tuple[datetime, ...]]:
    """When other pieces were approved with an offer that has a cap or slots. For a Release those count that were there before its
    own piece was approved: of two that took the last one, the first keeps it.
    """
    since = [moment for offer in offers if (moment := offer.counted_since(now))]
    every = await ledger.placements(min(since)) if since and judged in ("MonetizedDraft", "Release") else ()
    own = next((p.at for p in every if p.piece == piece), None) if judged == "Release" else None
    others = [p for p in every if p.piece != piece and (own is None or p.at < own)]
    return {name: tuple(p.at for p in others if name in p.offers) for p in others for name in p.offers}


async def voice_folder(settings: Settings) -> VoiceFolder:
    """What the author put into voice/. Raises WorkspaceError."""
    return (await asyncio.to_thread(_workspace, Path(settings.workspace)))[0]


def _workspace(workspace: Path) -> tuple[VoiceFolder, tuple[Offer, ...], frozenset[str]]:
    """The author's folder and the offers, read again only when a file has changed."""
    return _read(workspace, _signature(workspace))


def _signature(workspace: Path) -> tuple[tuple[str, int, int], ...]:
    """Name, size and time of change (nanoseconds) of every file that facts are read from."""
    places = (workspace / "offers.toml", *(workspace / "voice").rglob("*"), *(workspace / "media").rglob("*"))
    return tuple((str(p), s.st_size, s.st_mtime_ns) for p in sorted(places) if p.is_file() for s in (p.stat(),))


@lru_cache(maxsize=8)
def _read(
    workspace: Path, signature: tuple[tuple[str, int, int], ...]
) -> tuple[VoiceFolder, tuple[Offer, ...], frozenset[str]]:
    return load_voice(workspace), load_offers(workspace), media_files(workspace)
