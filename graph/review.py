"""The review nodes: read what is shown, interrupt, and carry out the one answer. Nothing happens before the interrupt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from langgraph.types import interrupt
from pydantic import ValidationError

from agents.voice.rules import Lesson
from graph.answers import Answer, ReviewAnswer, Unclear, decode, levelled, payload
from graph.author import cause_of, keep_lessons, taught_by_edit, taught_by_note
from graph.boundaries import AT_POINT, Boundary, whole
from graph.facts import KnownFacts, gather, voice_folder
from graph.handoff import judge, standing
from graph.pictures import sealed
from graph.rooms import Node, Rooms, Update
from graph.scouting import handed_over, others
from graph.shown import DECISION, show, waits_for_person
from graph.tracing import label_run
from state.base import digest_of
from state.contracts import CHECKS, run_checks
from state.contracts.assignment import swapped
from state.contracts.base import Contract
from state.contracts.brief import Brief
from state.contracts.draft import Draft
from state.contracts.monetized import MonetizedDraft
from state.contracts.release import Release
from state.flywheel import Approval, ReviewState, Shown
from state.forms import brief as brief_form
from state.forms import draft as draft_form
from state.forms import monetized as monetized_form
from state.forms import release as release_form
from state.forms.base import FormError
from state.ledger import Ledger
from state.records import ContractName, Decision, Handoff, ReviewPoint
from state.violations import ReworkOrder, Severity, Violation, failures


def review_node(point: ReviewPoint, rooms: Rooms, desk: type[ReviewDesk] | None = None) -> Node[ReviewState]:
    """The node of one review point; `desk` carries answers out, a piece's unless it is given."""
    taking = desk or ReviewDesk
    boundary = AT_POINT[point]

    async def node(state: ReviewState) -> Update:
        shown = state["shown"]
        assert shown is not None  # the wrapper before writes it; the route leads here only then
        settings = state["settings"]
        label_run("person", shown.contract, sum(h.contract == shown.contract for h in state.get("handoffs", [])))
        if waits_for_person(shown, settings):
            answer = decode(interrupt(payload(shown), response_schema=ReviewAnswer), shown)
        else:
            answer = Answer(kind="approve", by=f"policy:{settings.reviews.policy(point)}")
        ledger = await rooms.ledger_of(settings)
        return await taking(boundary, whole(state), shown, ledger, rooms).take(answer)

    node.__name__ = point
    return node


@dataclass(frozen=True)
class _Edit:
    """What a person's texts came to. `contract` is what was handed over if they can't be read."""

    contract: Contract
    violations: tuple[Violation, ...]
    handoff: Handoff | None = None

    @property
    def passed(self) -> bool:
        return self.handoff is not None and self.handoff.passed

    @property
    def recorded(self) -> Update:
        return {"handoffs": [self.handoff]} if self.handoff else {}


class ReviewDesk:
    """One answer, carried out. Every write to the ledger is idempotent: after a kill the node runs again."""

    def __init__(self, boundary: Boundary, state: ReviewState, shown: Shown, ledger: Ledger, rooms: Rooms) -> None:
        self.boundary, self.state, self.shown, self.ledger, self.rooms = boundary, state, shown, ledger, rooms

    async def take(self, answer: Answer | Unclear) -> Update:
        if isinstance(answer, Unclear):
            return await self._unclear(answer)
        match answer.kind:
            case "approve":
                return await self._approve(answer)
            case "edit":
                return await self._edit(answer)
            case "rework" if answer.swap:
                return await self._swap(answer)
            case "rework":
                return await self._rework(answer)
            case "drop":
                return await self._drop(answer)

    async def _base(self) -> Contract | None:
        """What is shown, from the ledger: the bytes that the digest names, not what state may hold by now."""
        return await standing(self.boundary, self.state, self.ledger, self.shown.digest) if self.shown.digest else None

    async def _handed_over(self) -> Contract | None:
        """What the agent handed over, or what an amendment opened. An edit is read against that, however many edits were refused in between.

        Read against a refused one, it couldn't bring back what that one had left out.
        """
        made = (h.digest for h in reversed(self.state.get("handoffs", [])) if h.producer == self.boundary.agent)
        opened = await standing(self.boundary, self.state, self.ledger, "")
        digest = next(made, "") or (digest_of(opened) if opened else self.shown.digest)
        return await standing(self.boundary, self.state, self.ledger, digest)

    async def _approve(self, answer: Answer) -> Update:
        contract = await self._base()
        if contract is None:  # decode() has refused it unless something is shown
            return self._ask_again(None, self.shown.violations, (), "There is nothing to approve.")
        return await self._pass(contract, answer)

    async def _unclear(self, answer: Unclear) -> Update:
        """Asked again. Texts that came along are read, so that whatever is then approved is what stands in the form."""
        before = dict(self.shown.args)
        if any(levelled(text) != levelled(before.get(key, "")) for key, text in answer.texts):
            edit = await self._read(answer.texts)
            return {**self._ask_again(edit.contract, edit.violations, answer.texts, answer.message), **edit.recorded}
        return self._ask_again(await self._base(), self.shown.violations, (), answer.message)

    async def _edit(self, answer: Answer) -> Update:
        """The edited contract passes the same checks, or the person is told what it breaks, with their words kept."""
        edit = await self._read(answer.texts)
        if edit.passed:
            return {**await self._pass(edit.contract, answer), **edit.recorded}
        trouble = "The edit breaks the contract." if edit.recorded else "The edited text can't be read."
        return {**self._ask_again(edit.contract, edit.violations, answer.texts, trouble), **edit.recorded}

    async def _read(self, given: tuple[tuple[str, str], ...]) -> _Edit:
        """What edited texts mean, judged by the contract's checks and written down; texts not given stay as the form has them."""
        base = await self._handed_over()
        assert base is not None  # `edit` is open only when something is shown
        try:
            edited = await self._parsed(self._texts(given), base)
            facts = await self._facts(edited, base)
            contract, verdicts = await judge(self.boundary, self.state, self.ledger, facts, edited)
        except (FormError, ValidationError) as error:
            return _Edit(contract=base, violations=(_unreadable(error),))
        violations = tuple(v for verdict in verdicts for v in verdict.violations)
        handoff = Handoff(
            contract=self.boundary.contract,
            producer="person",
            attempt=1 + self._edits(self.boundary.contract),
            passed=not failures(violations),
            digest=digest_of(contract),
            violations=violations,
            checks=verdicts,
        )
        async with self.ledger.together():
            await self.ledger.put_body(self.boundary.contract, contract)
            await self.ledger.record_handoff(self.state["piece"], handoff, now=self.rooms.clock())
        return _Edit(contract=contract, violations=violations, handoff=handoff)

    async def _facts(self, edited: Contract, base: Contract) -> KnownFacts:
        """What an edit is judged by; the sentences that it vouches for among it."""
        facts = await gather(self.state, self.ledger, self.rooms.clock(), self.boundary.contract)
        if not isinstance(edited, Draft):
            return facts
        attested = {n.text for n in edited.notes if n not in getattr(base, "notes", ())}
        return replace(facts, attested=facts.attested | attested)

    def _texts(self, given: tuple[tuple[str, str], ...]) -> dict[str, str]:
        return {key: text for key, text in self.shown.args if key != DECISION} | dict(given)

    def _edits(self, contract: ContractName) -> int:
        """How many of a kind this piece has had from people."""
        return sum(h.contract == contract and h.producer == "person" for h in self.state.get("handoffs", []))

    async def _parsed(self, texts: dict[str, str], base: Contract) -> Contract:
        text = texts.get(self.boundary.text_key, "")
        match base:
            case Brief():
                return brief_form.parse(text, base)
            case Draft():
                return draft_form.parse(text, base, attested_by=f"decision:{self.boundary.point}")
            case MonetizedDraft():
                return monetized_form.parse(text, base)
            case Release():
                monetized = self.state["monetized"]
                assert monetized is not None
                settings = self.state["settings"]
                edited = release_form.parse(texts, base, monetized, settings.zone_of)
                return await sealed(edited, Path(settings.workspace))
            case _:
                raise FormError(self.boundary.contract, "It has no plain-text form.", "Order a rework.")

    async def _pass(self, contract: Contract, answer: Answer) -> Update:
        digest = digest_of(contract)
        lessons = await self._lessons(contract, answer)
        async with self.ledger.together():
            decision = await self._decide(answer, digest)
            if isinstance(contract, Brief):
                await self.ledger.update_piece(self.state["piece"], now=decision.at, insight=contract.insight.text)
                await self.ledger.mark_used(self.state["piece"], {e.snapshot for e in contract.evidence})
            if isinstance(contract, Draft):
                await self.ledger.update_piece(self.state["piece"], now=decision.at, title=contract.title)
                await self._learn(lessons, contract, answer, decision)
        approval = Approval(point=self.shown.point, digest=digest, by=decision.by)
        return {
            self.boundary.slot: contract,
            **self.boundary.cleared(),
            "shown": None,
            "rework": None,
            "decision": decision,
            "approvals": [*self.boundary.still_approved(self.state.get("approvals", [])), approval],
        }

    async def _lessons(self, contract: Contract, answer: Answer) -> tuple[Lesson, ...]:
        """What the difference between the handed over and the approved Draft says about style; without an edit, nothing."""
        base = await self._handed_over() if isinstance(contract, Draft) and answer.by == "person" else None
        if not isinstance(base, Draft) or not isinstance(contract, Draft) or base.body == contract.body:
            return ()
        folder = await voice_folder(self.state["settings"])
        return await taught_by_edit(base, contract, self.state.get("brief"), folder)

    async def _learn(
        self, lessons: tuple[Lesson, ...], approved: Draft | None, answer: Answer, decision: Decision
    ) -> None:
        """Only what a person decided teaches: a policy has read nothing."""
        if answer.by == "person":
            await keep_lessons(
                self.ledger,
                lessons,
                approved,
                piece=self.state["piece"],
                decision=f"{self.shown.point} {answer.kind}",
                cause=cause_of(self.state["piece"], self.shown.sha256, answer, decision.digest),
                now=decision.at,
            )

    async def _rework(self, answer: Answer) -> Update:
        assert answer.to is not None  # decode() fills it in
        async with self.ledger.together():
            decision = await self._decide(answer, self.shown.digest)
            await self._learn(taught_by_note(answer), None, answer, decision)
        spent = await self.ledger.spent(self.state["piece"])
        own = answer.to == self.boundary.agent
        order = ReworkOrder(
            to=answer.to,
            origin="person",
            violations=self.shown.violations if own else (),
            note=answer.note,
            failed=self.shown.digest if own and self.shown.stuck else "",
        )
        return {
            "rework": order,
            "shown": None,
            "decision": decision,
            "attempts": self.state["attempts"].by_person(spent),
        }

    async def _swap(self, answer: Answer) -> Update:
        """Write about a runner-up in the topic's place: a new Assignment, and everything downstream of it falls.

        Asked again when another piece took it meanwhile.
        """
        piece, ledger = self.state["piece"], self.ledger
        assignment = swapped(self.state["assignment"], answer.swap)
        spent = await ledger.spent(piece)
        async with ledger.together():
            if any(row.topic == assignment.topic for row in await others(piece, ledger)):
                trouble = f"Another piece is on “{assignment.topic}” by now: take another runner-up."
                return self._ask_again(await self._base(), self.shown.violations, (), trouble)
            facts = await gather(self.state, ledger, self.rooms.clock(), "Assignment")
            verdicts = run_checks(assignment, facts, CHECKS["Assignment"])
            handoff = handed_over(assignment, verdicts, producer="person", attempt=1 + self._edits("Assignment"))
            decision = await self._decide(answer, self.shown.digest)
            await ledger.put_body("Assignment", assignment)
            await ledger.record_handoff(piece, handoff, now=decision.at)
            await ledger.update_piece(piece, now=decision.at, topic=assignment.topic, title="", insight="")
        return {
            "assignment": assignment,
            self.boundary.slot: None,
            **self.boundary.cleared(),
            "approvals": [],
            "rework": ReworkOrder(to="content", origin="person"),
            "shown": None,
            "decision": decision,
            "attempts": self.state["attempts"].by_person(spent),
            "handoffs": [handoff],
        }

    async def _drop(self, answer: Answer) -> Update:
        decision = await self._decide(answer, self.shown.digest)
        await self.ledger.update_piece(
            self.state["piece"], now=decision.at, status="dropped", waiting_at=None, reason=answer.note
        )
        return {"shown": None, "rework": None, "decision": decision}

    def _decision(self, answer: Answer, digest: str) -> Decision:
        return Decision(
            point=self.shown.point,
            kind=answer.kind,
            by=answer.by,
            contract=self.boundary.contract,
            digest=digest,
            shown=self.shown.sha256,
            note=answer.note,
            to=answer.to,
            at=self.rooms.clock(),
        )

    async def _decide(self, answer: Answer, digest: str) -> Decision:
        decision = self._decision(answer, digest)
        await self.ledger.record_decision(self.state["piece"], decision)
        await self.ledger.update_piece(
            self.state["piece"], now=decision.at, status="running", waiting_at=None, reason=""
        )
        return decision

    def _ask_again(
        self,
        contract: Contract | None,
        violations: tuple[Violation, ...],
        texts: tuple[tuple[str, str], ...],
        trouble: str,
    ) -> Update:
        """The same review point, with the person's words kept and the reason on top. No decision was taken."""
        shown = show(
            self.boundary,
            contract,
            violations,
            self.state["attempts"],
            self.state["settings"],
            assignment=self.state.get("assignment"),
            stuck=self.shown.stuck,
            texts=self._texts(texts),
            trouble=trouble,
            about=self._about(),
        )
        return {"shown": shown}

    def _about(self) -> str:
        """Markdown that a person has to read before what is shown."""
        return ""


def _unreadable(error: FormError | ValidationError) -> Violation:
    if isinstance(error, FormError):
        return Violation(
            code="form.unreadable", where=error.where, message=error.message, fix=error.fix, severity=Severity.FAIL
        )
    first = error.errors()[0]
    return Violation(
        code="form.unreadable", where=".".join(map(str, first["loc"])), message=f"{first['msg']}.", fix="Put it right."
    )
