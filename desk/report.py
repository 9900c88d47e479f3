"""One piece as the ledger and its checkpoint tell it: for people to be shown, and as the one object for machines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from desk.opened import Opened
from desk.session import Desk, Waiting
from graph.boundaries import AT_POINT
from graph.closing import standing
from state.base import AgentName
from state.contracts import MODELS
from state.contracts.base import Contract
from state.records import ContractName, Decision, Handoff, OutboxRow, PieceRow, ReviewPoint, Spend


@dataclass(frozen=True)
class Report:
    row: PieceRow
    handoffs: tuple[Handoff, ...]
    decisions: tuple[Decision, ...]
    posts: tuple[OutboxRow, ...]
    """Where each post rests."""
    published: str
    """Digest of the latest Release that was approved; empty when none was."""
    spent: Spend
    waiting: Waiting | None
    left_out: tuple[str, ...]
    """Channels that couldn't be opened when the piece began, each with its reason; none once its checkpoints are gone."""

    @property
    def release(self) -> str:
        """Digest of the latest Release: the one on its way out, or the last that was made; empty when there is none."""
        return self.published or self.standing("Release")

    @property
    def seconds(self) -> float:
        """What the agents took, all tries together."""
        return sum(h.seconds for h in self.handoffs)

    def standing(self, contract: ContractName) -> str:
        """Digest of the last of its kind that passed or was approved, else of the last that was made; empty for none."""
        made = [h for h in self.handoffs if h.contract == contract and h.digest]
        approved = {d.digest for d in self.decisions if d.kind in ("approve", "edit")}
        good = [h for h in made if h.passed or h.digest in approved]
        return (good or made)[-1].digest if made else ""


def report(opened: Opened, row: PieceRow) -> Report:
    """Read it afresh; `row` only says which piece."""
    return opened.do(_report(opened, row.piece))


async def _report(opened: Opened, piece: str) -> Report:
    desk = opened.desk
    row, ledger = await desk.find(piece), desk.ledger
    posts = [post for post in await ledger.outbox(piece) if not post.answers]
    return Report(
        row=row,
        handoffs=await ledger.handoffs(piece),
        decisions=await ledger.decisions(piece),
        posts=tuple(standing(posts).values()),
        published=next((p.release for p in reversed(posts) if not p.answers), ""),
        spent=await ledger.spent(piece),
        waiting=await desk.waiting(piece) if row.driver == "embedded" else None,
        left_out=await _left_out(desk, piece) if row.driver == "embedded" else (),
    )


async def _left_out(desk: Desk, piece: str) -> tuple[str, ...]:
    settings = (await desk.state(piece)).get("settings")
    return tuple(f"{c.name} is left out: {c.trouble}" for c in settings.channels if c.trouble) if settings else ()


async def contract(opened: Opened, name: ContractName, digest: str) -> Contract | None:
    """The contract of this digest from the ledger; None if it isn't there."""
    body = await opened.desk.ledger.body(digest) if digest else None
    return MODELS[name].model_validate_json(body[1]) if body else None


def upstream(point: ReviewPoint) -> tuple[AgentName, ...]:
    """Who can be asked to make something again from `point`; the one that made it comes last."""
    return AT_POINT[point].upstream


def as_json(report: Report, opened: Opened) -> dict[str, object]:
    """The object that `run`, `show` and `review` print. `cost` is in US dollars."""
    row = report.row
    told: dict[str, object] = {
        "piece": row.piece,
        "status": row.status,
        "topic": row.topic,
        "title": row.title,
        "reason": row.reason,
        "created_at": row.created_at.isoformat(),
        "updated_at": row.updated_at.isoformat(),
        "handoffs": [_handoff(h) for h in report.handoffs],
        "decisions": [d.model_dump(mode="json") for d in report.decisions],
        "posts": [_post(p) for p in report.posts],
        "tokens": report.spent.tokens,
        "cost": report.spent.cost / 1e6,
        "seconds": round(report.seconds, 4),
    }
    if report.waiting is not None:
        told["waiting"] = _waiting(report.waiting, opened.place.command("review", row.piece))
    elif row.waiting_at is not None:
        told["waiting"] = {"point": row.waiting_at, "stuck": bool(row.reason), "open": [], "command": ""}
    if row.status == "running":
        told["resume"] = opened.resume_command(row.piece)
    return told


def _waiting(waiting: Waiting, command: str) -> dict[str, object]:
    shown = waiting.shown
    return {
        "point": shown.point,
        "stuck": shown.stuck,
        "open": list(shown.open),
        "command": command,
        "violations": [v.model_dump(mode="json") for v in shown.violations],
        "rework_to": list(upstream(shown.point)),
        "runners_up": list(shown.swaps),
    }


def _handoff(handoff: Handoff) -> dict[str, Any]:
    return {
        "contract": handoff.contract,
        "producer": handoff.producer,
        "attempt": handoff.attempt,
        "passed": handoff.passed,
        "violations": [v.model_dump(mode="json") for v in handoff.violations],
        "checks": {c.check: c.passed for c in handoff.checks},
        "tokens": handoff.spend.tokens,
        "seconds": handoff.seconds,
        "digest": handoff.digest,
    }


def _post(row: OutboxRow) -> dict[str, Any]:
    return {
        "id": row.post_id,
        "channel": row.channel,
        "state": row.state.value,
        "url": row.url,
        "reason": row.reason,
        "tries": row.tries,
    }
