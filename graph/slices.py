"""Each agent's narrow input, cut out of the wide state. What an agent can't see can't confuse it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass

from agents.content.agent import ContentInput
from agents.distribution.agent import DistributionInput
from agents.distribution.replying import ReplyInput, Unwelcome
from agents.likeness import Likeness
from agents.revenue.fit import Fits, fits
from agents.revenue.proposal import RevenueInput, Turn, fitting
from agents.voice.agent import numbered_notes
from agents.voice.by_rule import openings
from agents.voice.proposal import VoiceInput
from agents.voice.rules import obeying
from agents.writer import Writer
from graph.chosen import banned, chosen, when_and_where
from graph.facts import KnownFacts
from graph.library import open_library
from graph.likeness import by_likeness
from graph.rooms import Rooms
from state.base import AgentName, digest_of
from state.contracts import Brief, Draft, MonetizedDraft, Reply
from state.contracts.base import Contract
from state.contracts.draft import AuthorNote
from state.contracts.reply import Target, limits
from state.flywheel import DistributionState
from state.hooks import HOOKS
from state.ledger import Ledger
from state.limits import rules_of
from state.notes import note_on
from state.offers import Offer
from state.placements import allowed, is_free, last_free, places
from state.settings import BM25, EXTRACTIVE, Settings
from state.text import blocks
from state.violations import Refusal, ReworkOrder
from state.voice import VoiceProfile

MENDED = frozenset({"offer.lead", "offer.place"})
"""What a writer does wrong with an offer that is good in itself."""
SAMPLE = 2500
"""Characters of a voice sample that a model gets to read."""


@dataclass(frozen=True)
class Work:
    """One run of one agent's node."""

    state: DistributionState
    facts: KnownFacts
    rooms: Rooms
    ledger: Ledger
    writer: Writer
    previous: Contract | None
    """What it handed over last: the candidate that failed, or what stands in its slot."""
    tries: int
    """How often this agent handed over its contract before, in this piece."""

    @property
    def own_note(self) -> str:
        """Path of the author's note on this piece's topic; empty if there is none."""
        return note_on(self.state["assignment"].topic, self.facts.folder.notes)

    @property
    def order(self) -> ReworkOrder | None:
        return self.state.get("rework")


def _mend(order: ReworkOrder | None) -> tuple[str, ...]:
    if order is None:
        return ()
    told = tuple(f"{v.where}: {v.message} {v.fix}" for v in order.violations)
    return (*told, *((f"The reviewer says: {order.note}",) if order.note else ()))


async def _content(work: Work) -> Contract | Refusal:
    state, settings = work.state, work.state["settings"]
    given = ContentInput(
        assignment=state["assignment"],
        workspace=settings.workspace,
        sources=settings.sources,
        bounds=settings.contracts.brief,
        language=settings.identity.language,
        about=work.facts.notes.get(work.own_note, ""),
        excluded=await _excluded(work),
        mend=_mend(work.order),
    )
    async with open_library(work.ledger, work.rooms.clock) as library:
        made = await work.rooms.agents.content(given, work.writer, library)
    return await _as_archived(made, work.ledger)


async def _as_archived(made: Brief | Refusal, ledger: Ledger) -> Brief | Refusal:
    """Evidence with the time, title, author and link that its text was first archived with.

    The same text read again is the same evidence, so that the same Brief made twice is the same Brief.
    """
    if isinstance(made, Refusal):
        return made
    kept = await ledger.snapshots({e.snapshot for e in made.evidence})
    about = {
        sha: s.model_dump(include={"title", "origin", "url", "author", "published", "retrieved_at"})
        for sha, s in kept.items()
    }
    return made.model_copy(
        update={"evidence": tuple(e.model_copy(update=about.get(e.snapshot, {})) for e in made.evidence)}
    )


async def _excluded(work: Work) -> tuple[tuple[str, int], ...]:
    """Passages not to pick again: what this order refuses, and the insights of all earlier briefs of this piece that were sent back."""
    if work.order is None:
        return ()
    parent = digest_of(work.state["assignment"])  # what a Brief on another topic insisted on may be good for this one
    digests = dict.fromkeys(h.digest for h in work.state.get("handoffs", []) if h.contract == "Brief" and h.digest)
    bodies = [await work.ledger.body(digest) for digest in digests]
    earlier = [brief for body in bodies if body and (brief := Brief.model_validate_json(body[1])).parent == parent]
    spans = [(e.snapshot, e.start) for brief in earlier for e in brief.cited(brief.insight.evidence)]
    return tuple(dict.fromkeys([*_refused(work), *spans]))


def _refused(work: Work) -> tuple[tuple[str, int], ...]:
    """Passages not to pick again: the evidence that a violation names, or the insight's when the whole was sent back."""
    brief, order = work.previous, work.order
    if not isinstance(brief, Brief) or order is None:
        return ()
    named = {v.where.removeprefix("evidence ") for v in order.violations}
    if not named & {e.id for e in brief.evidence}:
        named = set(brief.insight.evidence)
    return tuple((e.snapshot, e.start) for e in brief.evidence if e.id in named)


async def _voice(work: Work) -> Contract | Refusal:
    state, settings, folder = work.state, work.state["settings"], work.facts.folder
    brief, previous = state["brief"], work.previous if isinstance(work.previous, Draft) else None
    assert brief is not None  # the entry check holds that
    attested = tuple(n for n in previous.notes if _attested(n, work)) if previous else ()
    paragraphs = tuple(
        (path, " ".join(text[b.start : b.end].split()))
        for path, text in folder.notes
        for b in blocks(text)
        if b.kind != "heading"
    )
    given = VoiceInput(
        brief=brief,
        author=settings.identity.author,
        notes=numbered_notes(paragraphs, attested),
        own_note=work.own_note,
        framing=obeying(folder.framing.said_in(settings.identity.language), work.facts.rules),
        language=settings.identity.language,
        profile=work.facts.profile or VoiceProfile(),
        sample=folder.samples[0][1][:SAMPLE] if folder.samples else "",
        bounds=settings.contracts.draft,
        rules=tuple(rule.text for rule in work.facts.rules),
        previous=previous,
        variant=work.tries,
        mend=_mend(work.order),
        passes=settings.models.passes,
    )
    return await work.rooms.agents.voice(_opened(given, work), work.writer)


def _opened(given: VoiceInput, work: Work) -> VoiceInput:
    """With the angle and the kind of opening that what paid speaks for; without a model, of the openings that there are."""
    state, settings = work.state, work.state["settings"]
    hooks = openings(given) if settings.models.of("voice") == EXTRACTIVE else HOOKS
    arms = (angle.arm for angle in given.brief.angles)
    return given.model_copy(
        update={
            "angle": chosen("angles", arms, state["piece"], settings, state["learnings"]),
            "hook": chosen("hooks", hooks, state["piece"], settings, state["learnings"]),
        }
    )


def _attested(note: AuthorNote, work: Work) -> bool:
    """Whether a decision stands behind it; one that a refused edit brought along has none."""
    return note.origin.startswith("decision:") and note.text in work.facts.attested


async def _revenue(work: Work) -> Contract | Refusal:
    state, settings = work.state, work.state["settings"]
    draft = state["draft"]
    assert draft is not None
    now, placed, bounds = work.facts.now, work.facts.placed, settings.contracts.offer
    live = tuple(o for o in work.facts.offers.values() if o.live_on(now.date()))
    free = tuple(o for o in live if o.left_over(placed.get(o.id, ()), now) != 0)
    most = allowed(draft.body, bounds.max_insertions, bounds.words_per_insertion)
    given = RevenueInput(
        piece=state["piece"],
        draft=draft,
        offers=free,
        fits=await _fits(draft, free, settings) if free and most else Fits(),
        used_up=tuple(o.id for o in live if o not in free),
        insight=state["brief"].insight.evidence if state["brief"] else (),
        most=most,
        apart=bounds.words_per_insertion,
        rejected=_sent_back(work),
        mend=_mend(work.order),
        tracking=settings.tracking.url,
        language=settings.identity.language,
    )
    return await work.rooms.agents.revenue(_drawn(given, work), work.writer)


async def _fits(draft: Draft, offers: tuple[Offer, ...], settings: Settings) -> Fits:
    """The offers weighed by the likeness that the workspace names; its own bound is for that alone, and not for words in its place."""

    async def weigh(likeness: Likeness) -> Fits:
        named = (likeness.by == "words") is (settings.revenue.fit == BM25)
        enough = settings.revenue.enough if named else None
        return await fits(offers, draft.title, draft.body, likeness, enough=enough)

    return await by_likeness(settings.revenue.fit, settings.models, weigh)


def _sent_back(work: Work) -> tuple[str, ...]:
    """Offers not to place again: those that a violation or the reviewer's note names; where a note names none, all that were placed.

    One that only stood wrongly, or was led to wrongly, may be placed again.
    """
    before, order = work.previous, work.order
    if not isinstance(before, MonetizedDraft) or order is None:
        return ()
    placed = tuple(i.offer for i in before.insertions)
    if order.origin == "person":
        named = set(re.findall(r"[a-z0-9-]+", order.note.lower()))
        return tuple(name for name in placed if name in named) or placed
    failed = {v.where.removeprefix("offer ") for v in order.violations if v.code not in MENDED}
    return tuple(name for name in placed if name in failed)


def _drawn(given: RevenueInput, work: Work) -> RevenueInput:
    """With the offers and the places that what paid speaks for: only of what the contract takes, and nothing that is banned."""
    if not given.most:
        return given
    barred = banned("offers", work.state["settings"])
    considered = tuple(c for c in given.fits.considered if c.offer not in barred)
    return given.model_copy(
        update={
            "offers": tuple(o for o in given.offers if o.id not in barred),
            "fits": given.fits.model_copy(update={"considered": considered}),
            "turns": tuple(_turns(given, work)),
        }
    )


def _turns(given: RevenueInput, work: Work) -> Iterator[Turn]:
    """What is drawn for each offer that may stand: of the offers that are left, and of the places that are free."""
    state, settings, body = work.state, work.state["settings"], given.draft.body
    barred, learnt = banned("offers", settings), state["learnings"].offers
    left = [name for name in fitting(given) if learnt or name not in barred]
    taken: list[int] = []
    for number in range(1, given.most + 1):
        kinds = {k: at for k, at in places(body, given.insight).items() if is_free(body, at, taken, given.apart)}
        late = last_free(body, taken, given.apart)
        if number > 1 and (not late or not set(left).difference(barred)):
            return
        offer = chosen("offers", left, given.piece, settings, state["learnings"], turn=number)
        place = chosen("placements", kinds, given.piece, settings, state["learnings"], turn=number)
        yield Turn(offer=offer, place=place)
        taken.append(next((at for kind, at in kinds.items() if place and kind == place.picked), late))
        gone = offer.picked if offer else next(iter(left), "")
        left = [name for name in left if name != gone]


async def _distribution(work: Work) -> Contract | Refusal:
    state, settings = work.state, work.state["settings"]
    monetized, brief = state["monetized"], state["brief"]
    assert monetized is not None
    channels = tuple(rules_of(settings, name) for name in state["assignment"].channels)
    given = DistributionInput(
        piece=state["piece"],
        monetized=monetized,
        insight=brief.insight.evidence if brief else (),
        channels=channels,
        choices=tuple(when_and_where((r.name for r in channels), state["piece"], settings, state["learnings"])),
        addresses=tuple(_address(settings, rules.name) for rules in channels if rules.article and rules.addressed),
        most=settings.contracts.release.max_parts,
        variant=work.tries,
        language=settings.identity.language,
        mend=_mend(work.order),
    )
    return await work.rooms.agents.distribution(given, work.writer)


def _address(settings: Settings, channel: str) -> str:
    """Where a channel's articles come to stand, as far as the settings say."""
    options = next((dict(c.options) for c in settings.channels if c.name == channel), {})
    return options.get("url", settings.identity.url)


async def replying(work: Work) -> Reply | Unwelcome:
    """DISTRIBUTION's slice for an answer: what one person said, the piece and its evidence."""
    facts, answering = work.facts, work.facts.answering
    assert facts.monetized is not None and answering is not None  # `take_up` holds that
    row, folder = answering.row, facts.folder
    made = [h for h in work.state.get("handoffs", []) if h.contract == "Reply" and h.producer == "distribution"]
    refused = sum(all(v.code != "reply.blank" for v in h.violations) for h in made)
    given = ReplyInput(
        piece=work.state["piece"],
        monetized=facts.monetized,
        brief=facts.brief,
        to=Target.of(row, answering.root),
        rules=limits(row.channel, facts.settings),
        urls=answering.urls,
        language=facts.settings.identity.language,
        sample=folder.samples[0][1][:SAMPLE] if folder.samples else "",
        habits=tuple(rule.text for rule in facts.rules),
        variant=refused if work.order else 0,
        mend=_mend(work.order),
    )
    return await work.rooms.agents.reply(given, work.writer)


CALL: Mapping[AgentName, Callable[[Work], Awaitable[Contract | Refusal]]] = {
    "content": _content,
    "voice": _voice,
    "revenue": _revenue,
    "distribution": _distribution,
}
