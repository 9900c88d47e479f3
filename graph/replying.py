"""One answer, from what somebody said to its review: `take_up` looks up what is answered, `draft` has it written and checks it."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any, Protocol, TypeVar, cast

from langgraph.runtime import Runtime

from agents.distribution.replying import Unwelcome
from agents.writer import WriterError
from graph.answers import Answer
from graph.assign import read_settings
from graph.boundaries import REPLY
from graph.ceilings import over_ceiling
from graph.facts import KnownFacts, gather
from graph.handoff import judge
from graph.review import ReviewDesk
from graph.rooms import Node, Rooms, Update
from graph.shown import show
from graph.slices import Work, replying
from graph.tracing import label_run
from state.base import digest_of, one_line
from state.channels import RULES
from state.contracts import Brief, Draft, MonetizedDraft, Release, Reply
from state.contracts.base import Contract
from state.contracts.reply import Target, answers_whom_it_may
from state.contracts.saying import grounds
from state.engaging import EngageInput, ReplyState
from state.facts import Answering
from state.flywheel import Approval, Attempts, Context
from state.forms import reply as reply_form
from state.ledger import Ledger
from state.records import WAITING, Decision, Handoff, Mark, OutboxRow, PostState, ResponseRow
from state.typography import visible
from state.violations import ReworkOrder, Verdict, Violation, failures

ANSWERABLE: tuple[Mark, ...] = ("open", *WAITING)
Kept = TypeVar("Kept", bound=Contract)


class TakeUpNode(Protocol):
    def __call__(self, state: EngageInput, runtime: Runtime[Context]) -> Awaitable[Update]: ...


def take_up_node(rooms: Rooms) -> TakeUpNode:
    """Freezes into the thread what its answer is made from. Where there is nothing to answer, it leaves no piece behind, and the run ends."""

    async def take_up(state: EngageInput, runtime: Runtime[Context]) -> Update:
        settings = await read_settings(runtime.context)
        ledger = await rooms.ledger_of(settings)
        found = await ledger.find_responses(state["response"])
        row = found[0] if len(found) == 1 and found[0].mark in ANSWERABLE else None
        monetized, brief = await _said(row, ledger) if row else (None, None)
        if row is None or row.piece is None or monetized is None:
            return {"settings": settings, "monetized": None, "shown": None, "rework": None}
        return {
            "settings": settings,
            "piece": row.piece,
            "brief": brief,
            "monetized": monetized,
            "reply": None,
            "about": about(row, monetized),
            "rework": None,
            "attempts": Attempts(spent=await ledger.spent(row.piece)),
            "shown": None,
            "decision": None,
            "approvals": [],
        }

    return take_up


async def _said(row: ResponseRow, ledger: Ledger) -> tuple[MonetizedDraft | None, Brief | None]:
    """What the piece says, by the Release of the post that was answered, and the Brief that it began with."""
    post = await ledger.post(row.post) if row.post else None
    release = await _body(Release, post.release, ledger) if post else None
    monetized = await _body(MonetizedDraft, release.parent, ledger) if release else None
    draft = await _body(Draft, monetized.parent, ledger) if monetized else None
    return monetized, await _body(Brief, draft.parent, ledger) if draft else None


async def _body(model: type[Kept], digest: str, ledger: Ledger) -> Kept | None:
    body = await ledger.body(digest)
    return model.model_validate_json(body[1]) if body else None


def about(row: ResponseRow, monetized: MonetizedDraft) -> str:
    """Who said what, below which piece, in Markdown. Each line of theirs is quoted: none of it can pass for one of ours."""
    said, url = row.response, row.response.url or ""
    where = f"<{url}>" if url.startswith(("https://", "http://")) else ""
    head = f"**{one_line(visible(said.author))} on {row.channel}**, {said.at:%Y-%m-%d %H:%M} UTC, below “{monetized.title}”"
    lines = (f"> {line}".rstrip() for line in visible(said.text).splitlines())
    return "\n\n".join(part for part in (f"{head}: {where}".rstrip(), "\n".join(lines)) if part)


async def facts_of(state: ReplyState, ledger: Ledger, rooms: Rooms) -> KnownFacts:
    """Facts as they are now, what is answered and what became of it among them."""
    (row,) = await ledger.find_responses(state["response"])
    facts = await gather(state, ledger, rooms.clock(), REPLY.contract)
    return replace(facts, answering=await _answering(row, await ledger.outbox(state["piece"]), ledger))


async def _answering(row: ResponseRow, posts: tuple[OutboxRow, ...], ledger: Ledger) -> Answering:
    mine = next((p for p in posts if p.key == row.post), None)
    thread = [p for p in posts if mine and (p.release, p.channel) == (mine.release, mine.channel)]
    out = [p for p in posts if p.url and p.state is PostState.CONFIRMED and not p.answers]
    homes = sorted(out, key=lambda p: not (p.channel in RULES and RULES[p.channel].article))
    given = [Reply.model_validate_json(text) for text in await ledger.replies_given()]
    mention = row.response.kind == "mention"
    return Answering(
        row=row,
        root=None if mention else next((p.remote_id for p in thread if p.remote_id), None),
        urls=tuple(dict.fromkeys(p.url for p in homes if p.url)),
        answered=row.mark == "answered" or await ledger.post(row.key) is not None,
        earlier=tuple(reply.text for reply in given),
    )


@dataclass(frozen=True)
class _Made:
    """What came of one try. `welcome` is False for what the writer takes for spam or abuse."""

    reply: Reply
    verdicts: tuple[Verdict, ...] = ()
    violations: tuple[Violation, ...] = ()
    unwelcome: Unwelcome | None = None

    @property
    def failed(self) -> tuple[Violation, ...]:
        return failures(self.violations)


def draft_node(rooms: Rooms) -> Node[ReplyState]:
    async def draft(state: ReplyState) -> Update:
        ledger, started = await rooms.ledger_of(state["settings"]), perf_counter()
        work = await _open(state, ledger, rooms)
        label_run(REPLY.agent, REPLY.contract, work.tries + 1)
        made = await _made(state, work)
        if made.unwelcome is not None:
            return await _refused(work, made.unwelcome)
        handoff = _handoff(work, made, perf_counter() - started)
        await _written(work, made, handoff)
        return {**_settled(state, work, made, handoff), "handoffs": [handoff]}

    return draft


async def _open(state: ReplyState, ledger: Ledger, rooms: Rooms) -> Work:
    return Work(
        state=state,
        facts=await facts_of(state, ledger, rooms),
        rooms=rooms,
        ledger=ledger,
        writer=rooms.open_writer(state["settings"].models, REPLY.agent),
        previous=state.get("reply"),
        tries=sum(h.producer == REPLY.agent for h in state.get("handoffs", [])),
    )


async def _made(state: ReplyState, work: Work) -> _Made:
    """Ceiling, writer, checks. Whatever stops the writing leaves a blank Reply, for a person to fill."""
    stopped = await over_ceiling(work)
    try:
        written = _blank(work) if stopped else await replying(work)
    except WriterError as error:
        written, stopped = _blank(work), error.violation
    if isinstance(written, Unwelcome):
        if _row(work).mark == "open":
            return _Made(_blank(work), unwelcome=written)
        written = _blank(work)  # a person wants it answered, whatever a model thinks of it
    contract, verdicts = await judge(REPLY, cast("Mapping[str, Any]", state), work.ledger, work.facts, written)
    found = (v for verdict in verdicts for v in verdict.violations)
    return _Made(cast(Reply, contract), verdicts, (*((stopped,) if stopped else ()), *found))


def _row(work: Work) -> ResponseRow:
    assert work.facts.answering is not None
    return work.facts.answering.row


def _blank(work: Work) -> Reply:
    answering, monetized = work.facts.answering, work.facts.monetized
    assert answering is not None and monetized is not None
    to = Target.of(answering.row, answering.root)
    return Reply(parent=digest_of(monetized), piece=work.state["piece"], to=to, mention=to.mention, text="")


async def _refused(work: Work, unwelcome: Unwelcome) -> Update:
    """A model's judgement marks it; no judgement of a model's ever takes a mark away."""
    ledger, row, spent = work.ledger, _row(work), work.writer.spent
    async with ledger.together():
        await ledger.record_spend(work.state["piece"], agent=REPLY.agent, spend=spent, now=work.facts.now)
        await ledger.mark_response(row, unwelcome.mark, reason="the model takes it for that", among=(row.mark,))
    return {"shown": None, "rework": None}


def _handoff(work: Work, made: _Made, seconds: float) -> Handoff:
    return Handoff(
        contract=REPLY.contract,
        producer=REPLY.agent,
        attempt=work.tries + 1,
        passed=not made.failed,
        digest=digest_of(made.reply),
        violations=made.violations,
        checks=made.verdicts,
        spend=work.writer.spent,
        seconds=round(seconds, 4),
    )


async def _written(work: Work, made: _Made, handoff: Handoff) -> None:
    ledger, piece, now = work.ledger, work.state["piece"], work.facts.now
    mark: Mark = "drafted" if made.reply.text else "unanswered"
    reason = "; ".join(v.message for v in made.failed)
    async with ledger.together():
        await ledger.put_body(REPLY.contract, made.reply)
        await ledger.record_spend(piece, agent=REPLY.agent, spend=handoff.spend, now=now)
        await ledger.record_handoff(piece, handoff, now=now)
        await ledger.mark_response(_row(work), mark, reason=reason, reply=handoff.digest, among=ANSWERABLE)


def _settled(state: ReplyState, work: Work, made: _Made, handoff: Handoff) -> Update:
    """On to the review, or once more: a written answer that breaks its contract is mended as often as the bounds allow."""
    attempts, settings, order = state["attempts"], state["settings"], work.order
    stands_still = bool(order and order.failed == handoff.digest)
    if made.failed and made.reply.text and not stands_still and attempts.of(REPLY.agent) < settings.bounds.per_agent:
        again = ReworkOrder(to=REPLY.agent, origin="gate", violations=made.violations, failed=handoff.digest)
        return {"rework": again, "attempts": attempts.again(REPLY.agent), "shown": None}
    stuck = bool(made.failed)
    shown = show(REPLY, made.reply, made.violations, attempts, settings, stuck=stuck, about=state["about"])
    return {"reply": None if stuck else made.reply, "rework": None, "shown": shown}


class ReplyDesk(ReviewDesk):
    """What a person decides about a Reply. The piece that it belongs to is out, and stays as it is."""

    state: ReplyState

    async def _facts(self, edited: Contract, base: Contract) -> KnownFacts:
        return await facts_of(self.state, self.ledger, self.rooms)

    async def _parsed(self, texts: dict[str, str], base: Contract) -> Contract:
        facts = await facts_of(self.state, self.ledger, self.rooms)
        assert isinstance(base, Reply) and facts.monetized is not None and facts.answering is not None
        told = grounds(facts.monetized, facts.brief)
        return reply_form.parse(texts[REPLY.text_key], base, told, facts.answering.urls)

    async def _pass(self, contract: Contract, answer: Answer) -> Update:
        """Approved, unless what it answers was answered, changed or taken down in the meantime."""
        facts = await facts_of(self.state, self.ledger, self.rooms)
        late = answers_whom_it_may(cast(Reply, contract), facts)
        if late:
            return self._ask_again(contract, late, (), late[0].message)
        decision = await self._decide(answer, digest_of(contract))
        approval = Approval(point=self.shown.point, digest=decision.digest, by=decision.by)
        return {
            REPLY.slot: contract,
            "shown": None,
            "rework": None,
            "decision": decision,
            "approvals": [approval],
        }

    async def _drop(self, answer: Answer) -> Update:
        (row,) = await self.ledger.find_responses(self.state["response"])
        async with self.ledger.together():
            decision = await self._decide(answer, self.shown.digest)
            await self.ledger.mark_response(row, "ignored", reason=answer.note, among=ANSWERABLE)
        return {"shown": None, "rework": None, "decision": decision}

    async def _decide(self, answer: Answer, digest: str) -> Decision:
        """Written down once: what was approved already stays as it was approved first."""
        decision, piece = self._decision(answer, digest), self.state["piece"]
        before = await self.ledger.approved(piece, digest) if answer.kind in ("approve", "edit") else None
        if before is None:
            await self.ledger.record_decision(piece, decision)
        return before or decision

    def _about(self) -> str:
        return self.state["about"]
