"""What a published piece was like: written down once, from its contracts, so that what it earned can be told of its angle or its hook."""

from __future__ import annotations

from collections.abc import Iterator

from state.contracts import Brief, Draft, MonetizedDraft, Release
from state.hooks import hook_of
from state.ledger import Ledger
from state.notes import terms
from state.placements import placement_of
from state.records import OutboxRow
from state.trade import Part, Trait


async def describe(ledger: Ledger) -> None:
    """Describe each piece that is out and hasn't been described yet, whenever it was published."""
    told = set(await ledger.likenesses())
    for piece in dict.fromkeys(p.piece for p in await ledger.published() if p.piece not in told):
        rows = await ledger.outbox(piece)
        if contracts := await _contracts(rows, ledger):
            await ledger.write_traits(_traits(piece, *contracts))


async def _contracts(rows: tuple[OutboxRow, ...], ledger: Ledger) -> tuple[Brief, Draft, MonetizedDraft] | None:
    """Those that the piece's first Release came from; None where one isn't in the ledger, as a Release that was made by hand."""
    digest = next((row.release for row in rows if row.action == "create" and not row.answers), "")
    release = await ledger.body(digest)
    monetized = await ledger.body(Release.model_validate_json(release[1]).parent) if release else None
    if monetized is None:
        return None
    offered = MonetizedDraft.model_validate_json(monetized[1])
    draft = await ledger.body(offered.parent)
    written = Draft.model_validate_json(draft[1]) if draft else None
    brief = await ledger.body(written.parent) if written else None
    if written is None or brief is None:
        return None
    return Brief.model_validate_json(brief[1]), written, offered


def _traits(piece: str, brief: Brief, draft: Draft, monetized: MonetizedDraft) -> Iterator[Trait]:
    named: dict[Part, list[str]] = {
        "themes": terms(f"{draft.title} {brief.insight.text}"),
        "angles": [angle.arm for angle in brief.angles if angle.title == draft.angle],
        "hooks": [hook_of(draft.body)],
        "placements": [_placement(i.at, monetized, brief) for i in monetized.insertions],
    }
    for part, names in named.items():
        yield from (Trait(piece=piece, part=part, name=name) for name in dict.fromkeys(names) if name)


def _placement(at: int, monetized: MonetizedDraft, brief: Brief) -> str:
    return placement_of(monetized.body, at, brief.insight.evidence) or ""
