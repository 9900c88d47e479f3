"""From any sentence that goes out back to the archived source: post sentence -> draft sentence -> evidence -> snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from desk.opened import Opened
from desk.report import contract
from state.base import Frozen
from state.contracts import Brief, Draft, MonetizedDraft, Release
from state.contracts.brief import Evidence
from state.contracts.tracing import PostSentence
from state.sources import Snapshot
from state.text import Statement, holds_verbatim, statements


class Ground(Frozen):
    """What a sentence rests on in the end: an archived source, a note of the author's, or an offer's record."""

    id: str
    """`e3`, `n1`, or `i1` for an offer."""
    said: str
    """The quote, the note, or the offer's own words."""
    title: str
    origin: str = ""
    url: str | None = None
    path: str | None = None
    retrieved_at: str = ""
    """ISO 8601, UTC; of a source alone."""
    sha256: str = ""
    """Of the archived text; of a source alone."""


class Trace(Frozen):
    """One sentence of a post."""

    post: str
    channel: str
    sentence: str
    sources: tuple[str, ...]
    """As the Release says: `s4`, `i1`, `title`, `furniture`, `decision`."""
    draft: tuple[str, ...]
    """The draft's sentences that `sources` name."""
    grounds: tuple[str, ...]
    """Ids in `Provenance.grounds`: what the sentence cites, else the note that holds it to the letter."""


class Provenance(Frozen):
    release: str
    """Digest; so are the next three, each the parent of the one before. Empty where the ledger has none."""
    monetized: str = ""
    draft: str = ""
    brief: str = ""
    traces: tuple[Trace, ...] = ()
    grounds: tuple[Ground, ...] = ()

    def ground(self, ref: str) -> Ground:
        return next(g for g in self.grounds if g.id == ref)


async def provenance(opened: Opened, digest: str) -> Provenance:
    """Follow the Release of this digest up its chain of parents, all of it kept in the ledger."""
    release = await contract(opened, "Release", digest)
    monetized = await contract(opened, "MonetizedDraft", release.parent if release else "")
    draft = await contract(opened, "Draft", monetized.parent if monetized else "")
    brief = await contract(opened, "Brief", draft.parent if draft else "")
    if not isinstance(release, Release) or not isinstance(monetized, MonetizedDraft):
        return Provenance(release=digest)
    evidence = brief.evidence if isinstance(brief, Brief) else ()
    archived = await opened.desk.ledger.snapshots({e.snapshot for e in evidence})
    grounds = {g.id: g for g in (*(_source(e, archived) for e in evidence), *_own(monetized))}
    traces = tuple(_traces(release, monetized, grounds))
    used = {ref for trace in traces for ref in trace.grounds}
    return Provenance(
        release=digest,
        monetized=release.parent,
        draft=monetized.parent,
        brief=draft.parent if isinstance(draft, Draft) else "",
        traces=traces,
        grounds=tuple(g for g in grounds.values() if g.id in used),
    )


def _source(e: Evidence, archived: Mapping[str, Snapshot]) -> Ground:
    kept = archived.get(e.snapshot)
    return Ground(
        id=e.id,
        said=e.quote,
        title=e.title,
        origin=e.origin,
        url=e.url,
        path=kept.path if kept else None,
        retrieved_at=(kept.retrieved_at if kept else e.retrieved_at).isoformat(),
        sha256=e.snapshot,
    )


def _own(monetized: MonetizedDraft) -> Iterator[Ground]:
    """The author's notes, and the offers that are placed."""
    for note in monetized.notes:
        yield Ground(id=note.id, said=note.text, title="the author's own note", origin=note.origin)
    for number, placed in enumerate(monetized.insertions, 1):
        yield Ground(
            id=f"i{number}", said=placed.text, title=f"the offer {placed.offer}", origin="offers.toml", url=placed.url
        )


def _traces(release: Release, monetized: MonetizedDraft, grounds: Mapping[str, Ground]) -> Iterator[Trace]:
    told = {s.id: s for s in statements(monetized.body)}
    for post in release.posts:
        for sentence in post.sentences:
            yield _trace(post.id, post.channel, sentence, told, grounds)


def _trace(
    post: str, channel: str, sentence: PostSentence, told: Mapping[str, Statement], grounds: Mapping[str, Ground]
) -> Trace:
    named = [told[ref] for ref in sentence.sources if ref in told]
    refs = [*(ref for s in named for ref in s.cites), *sentence.sources]
    found = [ref for ref in refs if ref in grounds] or [
        g.id for g in grounds.values() if g.id.startswith("n") and holds_verbatim(g.said, sentence.text)
    ]
    return Trace(
        post=post,
        channel=channel,
        sentence=sentence.text,
        sources=sentence.sources,
        draft=tuple(s.text for s in named),
        grounds=tuple(dict.fromkeys(found)),
    )
