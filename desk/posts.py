"""Posts on their way, for people: found by name, and told in a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from desk.errors import NoSuchPost
from desk.kept import find_piece
from desk.place import Place
from graph.closing import standing
from state.ledger import Ledger
from state.records import ON_THE_WAY, OutboxRow, PieceRow, PostState

_DOING = {"create": "", "edit": "edit, ", "delete": "take down, "}


def name_of(row: OutboxRow) -> str:
    """How a person names it: `3f2a9c1b/bluesky-2`."""
    return f"{row.piece}/{row.post_id}"


async def find_post(ledger: Ledger, place: Place, name: str) -> OutboxRow:
    """The post that is called PIECE/POST, or whose key begins so. Raises NoSuchPost, NoSuchPiece."""
    piece, slash, post_id = name.partition("/")
    if slash:
        rows = await ledger.outbox((await find_piece(ledger, piece)).piece)
        here = (*standing(rows).values(), *replies(rows))
        found = [row for row in here if row.post_id == post_id] or [row for row in here if row.channel == post_id]
        there = ", ".join(dict.fromkeys(row.post_id for row in rows))
    else:
        found, there = list(await ledger.posts_like(name)) if name else [], ""
    if len(found) != 1:
        listed = f"Name one of: {there}" if there else f"`{place.command('outbox', '--all')}` lists those there are"
        raise NoSuchPost(f"{'Several posts are' if found else 'No post is'} called {name!r}.", fix=f"{listed}.")
    return found[0]


def replies(rows: Iterable[OutboxRow]) -> list[OutboxRow]:
    return [row for row in rows if row.answers]


def current(rows: Sequence[OutboxRow]) -> tuple[OutboxRow, ...]:
    """Of all pieces' rows those that say where a post rests, and the replies, in the order of writing."""
    last = {(row.piece, row.post_id): row.key for row in rows if not row.answers}
    return tuple(row for row in rows if row.answers or last[row.piece, row.post_id] == row.key)


def asks(row: OutboxRow) -> bool:
    """Whether somebody may want to look: on its way, parked or refused."""
    return row.state in ON_THE_WAY or row.state in (PostState.PARKED, PostState.REJECTED)


def when(moment: datetime | None, zone: str) -> str:
    """A time by the author's clock, to the minute; nothing for None."""
    return f"{moment.astimezone(ZoneInfo(zone)):%a %d %b %Y %H:%M}" if moment else ""


def state_of(row: OutboxRow, zone: str) -> str:
    """`parked`, `edit, intended, due Fri 27 Nov 2026 09:00`, `armed, again Fri 27 Nov 2026 09:01`."""
    told = f"{_DOING[row.action]}{row.state.value}"
    if row.state not in ON_THE_WAY:
        return f"{told}, outcome unknown" if row.unknown else told
    if row.retry_at:
        return f"{told}, again {when(row.retry_at, zone)}"
    return f"{told}, due {when(row.due_at, zone)}" if row.due_at else told


def title_of(row: OutboxRow, pieces: Sequence[PieceRow]) -> str:
    return next((p.title or p.topic for p in pieces if p.piece == row.piece), "")


def public(row: OutboxRow) -> dict[str, object]:
    return {"name": name_of(row), **row.model_dump(mode="json")}
