"""A whole valid piece to vary: six contracts made from one another, real snapshots, and the Facts that they are checked with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from state.base import Frozen, digest_of
from state.channels import Kind, Response
from state.contracts import Assignment, Brief, Draft, Learnings, MonetizedDraft, Release, Reply
from state.contracts.brief import Angle, Evidence, Insight
from state.contracts.draft import AuthorNote, Citation
from state.contracts.learnings import Finding
from state.contracts.monetized import Considered, Insertion
from state.contracts.release import Post, Slot
from state.contracts.reply import Target
from state.contracts.saying import furniture, grounds, trace_reply
from state.contracts.tracing import source_line, trace
from state.disclosures import Form, disclosure_for
from state.facts import Answering, Published
from state.forms.monetized import woven
from state.links import tracked_url
from state.offers import Offer
from state.records import ResponseRow
from state.rules import Rule
from state.settings import ContractBounds, DraftBounds, Identity, OfferBounds, Settings
from state.sources import Snapshot
from state.text import MARKER, markers
from state.violations import Check, Severity, Violation
from state.voice import VoiceReading

Value = TypeVar("Value", bound=Frozen)

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
PIECE = "piece-1"
GENOA = Snapshot.of(
    "On 14 August 2018 a span of the viaduct fell in heavy rain.\n\n"
    "Forty-three people died that morning, and the inquiry ran to 1,000 pages. The stays were wrapped in concrete, where "
    "nobody could see the steel.\n\nThe engineers' letters had warned for years that nobody could look inside the stays.",
    title="The Genoa Viaduct",
    origin="bridgerecord.example",
    url="https://bridgerecord.example/genoa_(viaduct)",
    author="Ada Marsh",
    published=date(2019, 8, 14),
    retrieved_at=NOW,
)
PRACTICE = Snapshot.of(
    "We look at every bearing twice a year, and we write down what we see.\n\n"
    "Corrosion had taken 20 percent of the section before anyone measured it, and three-quarters of the bolts were loose.",
    title="Inspection in practice",
    origin="spanjournal.example",
    url="https://spanjournal.example/practice?page=2",
    retrieved_at=NOW,
)
PAINT = Snapshot.of(
    "A coat of paint lasts about 25 years near the sea, and half of that on the side that takes the wind.",
    title="Painting big steel",
    origin="file:paint.md",
    path="sources/paint.md",
    retrieved_at=NOW,
)
QUOTES = (
    (GENOA, "Forty-three people died that morning, and the inquiry ran to 1,000 pages."),
    (GENOA, "On 14 August 2018 a span of the viaduct fell in heavy rain."),
    (PRACTICE, "Corrosion had taken 20 percent of the section before anyone measured it"),
    (PRACTICE, "We look at every bearing twice a year, and we write down what we see."),
    (PAINT, "A coat of paint lasts about 25 years near the sea"),
)
NOTE = "I have walked under the Tay crossing every spring since 2011."
BODY = """\
I cross the same bridge most mornings, and I look up when I do. It pays to look.

In Genoa a span fell in the rain. Ada Marsh puts it this way: “Forty-three people died that morning, and the inquiry ran to \
1,000 pages.” [e1] The day was 14 August 2018 [e2].

## What could be seen

Rust had eaten 20 percent of one section [e3]. Nobody had held a gauge to it. The people who do this for a living say so:

> We look at every bearing twice a year, and we write down what we see. [e4]

- Paint holds for 25 years by the sea [e5].
- I have walked under the Tay crossing every spring since 2011. [n1]

So look up when you walk below a bridge. It costs you a stiff neck, no more."""
COURSE = Offer(
    id="bridge-course",
    kind="own",
    name="How to Look at a Bridge",
    url="https://upkeep.example/course?lang=en",
    price="49.00",
    currency="GBP",
    pitch="I made a course on looking at bridges. It costs {price}.",
    promises=("Twelve short lessons",),
    keywords=("bridge", "inspection"),
    disclosure="own",
    live_from=date(2026, 1, 1),
    live_until=date(2026, 12, 31),
)
KIT = Offer(
    id="paint-kit",
    kind="affiliate",
    name="The Paint Kit",
    url="https://toolshed.example/paint-kit",
    pitch="The kit that I paint with is The Paint Kit.",
    keywords=("paint",),
    disclosure="affiliate",
)
IDENTITY = Identity(name="The Upkeep Letter", author="Nora Whitlock", url="https://upkeep.example")


SETTINGS = Settings(
    workspace="/workspace",
    database="sqlite:///ledger.db",
    identity=IDENTITY,
    contracts=ContractBounds(
        draft=DraftBounds(min_words=80, max_words=200, banned_phrases=("game changer",), required_phrases=("look up",)),
        offer=OfferBounds(max_insertions=2),
    ),
)
QUESTION = ResponseRow(
    channel="mastodon",
    response=Response(
        remote_id="109",
        kind=Kind.REPLY,
        author="bo@social.example",
        text="How much of the section had the rust eaten?",
        url="https://social.example/@bo/109",
        at=NOW,
        to="101",
    ),
    post="key-of-mastodon-1",
    piece=PIECE,
    seen_at=NOW,
)
HOME = "https://upkeep.example/posts/what-a-bridge-says/"
NEAR = VoiceReading(distance=0.5, threshold=0.9, gate=True)


@dataclass(frozen=True)
class Known:
    """Implements state.facts.Facts, by hand."""

    now: datetime = NOW
    piece: str = PIECE
    settings: Settings = SETTINGS
    learnings: str = ""
    assignment: Assignment | None = None
    brief: Brief | None = None
    draft: Draft | None = None
    earlier: tuple[Draft, ...] = ()
    monetized: MonetizedDraft | None = None
    snapshots: Mapping[str, Snapshot] = field(default_factory=lambda: {s.sha256: s for s in (GENOA, PRACTICE, PAINT)})
    notes: Mapping[str, str] = field(default_factory=lambda: {"voice/notes/walks.md": f"# Walks\n\n{NOTE}\n"})
    attested: frozenset[str] = frozenset()
    glossary: frozenset[str] = frozenset({"forth bridge"})
    offers: Mapping[str, Offer] = field(default_factory=lambda: {o.id: o for o in (COURSE, KIT)})
    placed: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)
    media: frozenset[str] = frozenset({"media/bridge.jpg"})
    published: tuple[Published, ...] = ()
    rules: tuple[Rule, ...] = ()
    answering: Answering | None = None
    reading: VoiceReading | None = NEAR

    def voice(self, text: str) -> VoiceReading | None:
        return self.reading


@dataclass(frozen=True)
class Chain:
    """The seven contracts of one piece, and the Facts for the checks of each."""

    learnings: Learnings
    assignment: Assignment
    brief: Brief
    draft: Draft
    monetized: MonetizedDraft
    release: Release
    reply: Reply
    facts: Known

    def knowing(self, **fields: Any) -> Known:
        """The Facts with other values in them."""
        return replace(self.facts, **fields)

    def bounded(self, part: str, **bounds: Any) -> Known:
        """The Facts of a workspace with other bounds for one contract."""
        contracts = self.facts.settings.contracts
        new = contracts.model_copy(update={part: vary(getattr(contracts, part), **bounds)})
        return self.knowing(settings=self.facts.settings.model_copy(update={"contracts": new}))

    def saying(self, body: str, *, title: str | None = None) -> Draft:
        """The Draft with other words."""
        return vary(self.draft, body=body, title=title or self.draft.title)

    def ending(self, sentence: str) -> Draft:
        """The Draft with a paragraph of its own before the last."""
        head, _, last = self.draft.body.rpartition("\n\n")
        return self.saying(f"{head}\n\n{sentence}\n\n{last}")

    def placing(self, **fields: Any) -> MonetizedDraft:
        """The MonetizedDraft with another insertion."""
        return vary(self.monetized, insertions=[self.monetized.insertions[0].model_dump() | fields])

    def posting(self, post: str, text: str | None = None, **fields: Any) -> Release:
        """The Release with one post changed; a new text is traced anew, as by a reviewer's edit that was never taken."""
        if text is not None:
            fields = {"text": text, "sentences": [s.model_dump() for s in trace(text, self.monetized)]} | fields
        posts = [p.model_dump() | (fields if p.id == post else {}) for p in self.release.posts]
        assert post in [p.id for p in self.release.posts]
        return vary(self.release, posts=posts)

    def answering(self, text: str, **fields: Any) -> Reply:
        """The Reply in other words, traced as an edit's are, with nothing decided."""
        told = grounds(self.monetized, self.brief)
        sentences = trace_reply(text, told, furniture((HOME,)), stranger="s1")
        return vary(self.reply, **({"text": text, "sentences": [s.model_dump() for s in sentences]} | fields))

    def answering_to(self, row: ResponseRow, **fields: Any) -> Known:
        """The Facts of an answer to somebody else."""
        assert self.facts.answering is not None
        return self.knowing(answering=vary(self.facts.answering, row=row.model_dump(), **fields))


def vary(value: Value, **fields: Any) -> Value:
    """`value` with other fields, validated."""
    return type(value).model_validate(value.model_dump() | fields)


def broken(check: Check, contract: Frozen, facts: Known) -> Violation:
    """The one violation that a check finds."""
    found = check(contract, facts)
    assert len(found) == 1, found
    return found[0]


def told(violation: Violation) -> tuple[str, str, Severity, bool]:
    """What routes and waivers go by, once its words are seen to be words."""
    assert violation.message.endswith((".", "”")), violation.message
    assert violation.fix, violation
    return violation.code, violation.where, violation.severity, violation.waivable


def fails(code: str, where: str, *, waivable: bool = False) -> tuple[str, str, Severity, bool]:
    return code, where, Severity.FAIL, waivable


def flags(code: str, where: str, *, waivable: bool = False) -> tuple[str, str, Severity, bool]:
    return code, where, Severity.FLAG, waivable


def chain() -> Chain:
    """Every contract from the one before it."""
    learnings = Learnings(
        parent="",
        as_of=NOW,
        themes=(Finding(name="bridges", n=4, rate=0.5, low=0.2, high=0.8),),
        times=(Finding(name="Sunday", n=4, rate=0.4, low=0.1, high=0.7),),
    )
    assignment = Assignment(
        parent=digest_of(learnings),
        piece=PIECE,
        topic="Looking at a bridge before it falls",
        origin="given",
        channels=("site", "bluesky", "mastodon"),
    )
    brief = _brief(assignment)
    draft = Draft(
        parent=digest_of(brief),
        title="What a bridge says before it falls",
        body=BODY,
        angle=brief.angles[0].title,
        citations=tuple(Citation.of(e) for e in brief.evidence),
        notes=(AuthorNote(id="n1", text=NOTE, origin="voice/notes/walks.md"),),
    )
    monetized = _monetized(draft)
    facts = Known(
        learnings=digest_of(learnings),
        assignment=assignment,
        brief=brief,
        draft=draft,
        monetized=monetized,
        answering=Answering(row=QUESTION, root="101", urls=(HOME,), earlier=("Paint holds for 25 years by the sea.",)),
    )
    return Chain(learnings, assignment, brief, draft, monetized, _release(monetized), _reply(monetized, brief), facts)


def _reply(monetized: MonetizedDraft, brief: Brief) -> Reply:
    to = Target.of(QUESTION, "101")
    text = f"Thank you for asking. Rust had eaten 20 percent of one section.\n\nRead it all: {HOME}"
    sentences = trace_reply(text, grounds(monetized, brief), furniture((HOME,)))
    return Reply(parent=digest_of(monetized), piece=PIECE, to=to, mention=to.mention, text=text, sentences=sentences)


def evidence(ref: str, source: Snapshot, quote: str) -> Evidence:
    start = source.text.index(quote)
    about = source.model_dump(include={"title", "origin", "url", "author", "published", "retrieved_at"})
    return Evidence(id=ref, quote=quote, snapshot=source.sha256, start=start, end=start + len(quote), **about)


def _brief(assignment: Assignment) -> Brief:
    return Brief(
        parent=digest_of(assignment),
        topic=assignment.topic,
        insight=Insight(
            text="A bridge warns for years before it falls, and 43 people paid for that.", evidence=("e1", "e3")
        ),
        evidence=tuple(evidence(f"e{i}", source, quote) for i, (source, quote) in enumerate(QUOTES, 1)),
        angles=(
            Angle(title="What a bridge says before it falls", approach="Begin with a walk and end below the deck."),
            Angle(title="The letters nobody answered", approach="Follow the warnings through the files."),
        ),
        next_steps=("Open with the morning walk.", "Stress that the warning was there to be seen."),
    )


def _monetized(draft: Draft) -> MonetizedDraft:
    return MonetizedDraft(
        parent=digest_of(draft),
        title=draft.title,
        body=draft.body,
        citations=draft.citations,
        notes=draft.notes,
        insertions=(
            Insertion(
                at=len(draft.body),
                offer=COURSE.id,
                disclosure=disclosure_for("own", Form.WHOLE),
                lead="If you want to know what you are looking at:",
                text=COURSE.pitch_text,
                label=COURSE.name,
                url=tracked_url(COURSE, PIECE, "site"),
            ),
        ),
        reason="The piece speaks of bridges.",
        considered=(Considered(offer=COURSE.id, fit=0.5), Considered(offer=KIT.id, fit=1.0)),
    )


def article_text(monetized: MonetizedDraft) -> str:
    """The article as DISTRIBUTION lays it out: the offer in its fence, markers as links to the list of sources."""
    cited = [c for ref in markers(monetized.body) for c in monetized.citations if c.id == ref]
    lines = list(dict.fromkeys(map(source_line, cited)))
    number = {c.id: lines.index(source_line(c)) + 1 for c in cited}
    body = woven(monetized.body, tuple((i.at, _aside(i)) for i in monetized.insertions))
    body = MARKER.sub(lambda m: f"[[{number[m[1]]}]](#source-{number[m[1]]})" if m[1] in number else "", body)
    listed = "\n".join(f"{n}. {line}" for n, line in enumerate(lines, 1))
    return f"{re.sub(' +$', '', body, flags=re.MULTILINE)}\n\n## Sources\n\n{listed}"


def _aside(i: Insertion) -> str:
    words = " ".join(t for t in (i.disclosure, i.lead, i.text) if t)
    return f'::: offer\n{words} [{i.label}]({i.url} "sponsored")\n:::'


def _release(monetized: MonetizedDraft) -> Release:
    article = article_text(monetized)
    slot = (Slot(name="canonical", reserve=60),)
    threads = {
        "bluesky-1": "I cross the same bridge most mornings, and I look up when I do.\n\n1/2",
        "bluesky-2": "It costs you a stiff neck, no more.\n\nRead it all: {canonical}\n\n2/2",
        "mastodon-1": "Rust had eaten 20 percent of one section. Nobody had held a gauge to it.\n\nRead it all: {canonical}",
    }
    return Release(
        parent=digest_of(monetized),
        piece=PIECE,
        posts=(
            Post(
                id="site",
                channel="site",
                title=monetized.title,
                slug="what-a-bridge-says",
                summary="It pays to look.",
                text=article,
                sentences=trace(article, monetized),
            ),
            *(
                Post(
                    id=name,
                    channel=name.partition("-")[0],
                    text=text,
                    sentences=trace(text, monetized),
                    slots=slot if "{canonical}" in text else (),
                    depends_on=("site",),
                    reply_to="bluesky-1" if name == "bluesky-2" else None,
                )
                for name, text in threads.items()
            ),
        ),
    )
