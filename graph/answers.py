"""The payload of a review, and the one decoder of every answer to it.

The payload carries both public schemas: Agent Inbox's HumanInterrupt (`action_request`, `config`, `description`) and LangChain's
HITLRequest (`action_requests`, `review_configs`), which Agent Chat UI reads. ARGS are flat strings.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, RootModel

from graph.boundaries import AT_POINT
from graph.shown import DECISION
from state.base import AgentName, Frozen, storable
from state.flywheel import Shown
from state.records import DecisionKind

_SENTENCE = re.compile(
    r"(approve|drop|rework)(?:\s+(content|voice|revenue|distribution))?\s*(?::\s*(.*))?", re.IGNORECASE | re.DOTALL
)

_SWAP = re.compile(r"swap\s+#?(\d{1,4})\s*(?::\s*(.*))?", re.IGNORECASE | re.DOTALL)


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EditedAction(_Answer):
    """Inbox says `action`, LangChain says `name`."""

    action: str | None = None
    name: str | None = None
    args: dict[str, str]


class InboxAnswer(_Answer):
    """Agent Inbox's HumanResponse, and Studio's bare form of it. `by` says who answered, for our own command line."""

    type: Literal["accept", "edit", "response", "ignore"]
    args: EditedAction | dict[str, str] | str | None = None
    by: Literal["person", "approve-all"] = "person"


class HitlDecision(_Answer):
    """One of LangChain's HITLResponse decisions."""

    type: Literal["approve", "edit", "reject", "respond"]
    edited_action: EditedAction | None = None
    message: str | None = None


class HitlAnswer(_Answer):
    decisions: list[HitlDecision] = Field(min_length=1, max_length=1)


class InboxAnswers(RootModel[list[InboxAnswer]]):
    root: list[InboxAnswer] = Field(min_length=1, max_length=1)


class ReviewAnswer(RootModel[InboxAnswers | HitlAnswer | InboxAnswer]):
    """Every shape that an answer may have; anything else is refused with the interrupt still open."""


class Answer(Frozen):
    """What a person decided. `texts` are the edited forms by key."""

    kind: DecisionKind
    by: str = "person"
    note: Annotated[str, AfterValidator(storable)] = ""
    to: AgentName | None = None
    texts: tuple[tuple[str, str], ...] = ()
    swap: int = 0
    """Which runner-up, from 1, takes the topic's place; 0 for none."""


class Unclear(Frozen):
    """An answer of a good shape that can't be taken; the person is asked again."""

    message: str
    texts: tuple[tuple[str, str], ...] = ()


def payload(shown: Shown) -> dict[str, Any]:
    """What `interrupt()` surfaces."""
    args = dict(shown.args)
    allowed = [
        name for kind, name in (("approve", "approve"), ("edit", "edit"), ("rework", "reject")) if kind in shown.open
    ]
    return {
        "action_request": {"action": shown.point, "args": args},
        "config": {
            "allow_accept": "approve" in shown.open,
            "allow_edit": "edit" in shown.open,
            "allow_respond": "rework" in shown.open,
            "allow_ignore": "drop" in shown.open,
        },
        "description": shown.description,
        "action_requests": [{"name": shown.point, "args": args, "arguments": args, "description": shown.description}],
        "review_configs": [{"action_name": shown.point, "allowed_decisions": allowed or ["reject"]}],
    }


def decode(given: ReviewAnswer, shown: Shown) -> Answer | Unclear:
    """The decision that an answer means, or why it can't be taken here."""
    answer = _read(given, shown)
    if isinstance(answer, Unclear):
        return answer
    if answer.kind not in shown.open:
        return Unclear(
            message=f"{answer.kind} isn't open here; these are: {', '.join(shown.open)}.", texts=answer.texts
        )
    upstream = AT_POINT[shown.point].upstream
    if answer.kind == "rework" and answer.to not in upstream:
        return Unclear(
            message=f"{shown.point} can send back to {', '.join(upstream)}, not to {answer.to}.", texts=answer.texts
        )
    return answer


def _read(given: ReviewAnswer, shown: Shown) -> Answer | Unclear:
    match given.root:
        case InboxAnswers(root=[only]):
            return _inbox(only, shown)
        case HitlAnswer(decisions=[decision]):
            return _hitl(decision, shown)
        case InboxAnswer() as bare:
            return _inbox(bare, shown)
        case _:
            return Unclear(message="The answer holds no decision.")


def _inbox(answer: InboxAnswer, shown: Shown) -> Answer | Unclear:
    match answer.type, answer.args:
        case "accept", _:
            return Answer(kind="approve", by=answer.by)
        case "ignore", note:
            return Answer(kind="drop", by=answer.by, note=note if isinstance(note, str) else "")
        case "response", str(note):
            return _rework(note, shown)
        case "edit", EditedAction(args=args):
            return _edit(args, shown)
        case "edit", dict() as args:
            return _edit(args, shown)
        case kind, _:
            return Unclear(message=f"An answer of type {kind} needs its args: the edited texts, or the note.")


def _hitl(decision: HitlDecision, shown: Shown) -> Answer | Unclear:
    match decision.type, decision.edited_action:
        case "approve", _:
            return Answer(kind="approve")
        case "edit", EditedAction(args=args):
            return _edit(args, shown)
        case "edit", None:
            return Unclear(message="An edit needs its edited_action.")
        case _:
            return _rework(decision.message or "", shown)


def _rework(note: str, shown: Shown) -> Answer | Unclear:
    """A note orders a rework by the producer, unless it is itself a decision: `rework content: find another source`, `drop`."""
    if swap := _SWAP.fullmatch(note.strip()):
        return _swap(swap, shown)
    sentence = _SENTENCE.fullmatch(note.strip())
    if not note.strip() or (sentence and sentence[1].lower() == "approve"):
        return Unclear(message="A response orders a rework, and needs to say what to change; to approve, accept.")
    if sentence:
        return _sentence(sentence, shown)
    return Answer(kind="rework", note=note.strip(), to=AT_POINT[shown.point].agent)


def _edit(args: dict[str, str], shown: Shown) -> Answer | Unclear:
    """Edited texts, with a decision among them: it is taken unless it is `approve`, and then the texts are, if they differ."""
    said, before = args.get(DECISION, "approve").strip() or "approve", dict(shown.args)
    texts = tuple((k, v) for k, v in args.items() if k != DECISION)
    unknown = [k for k, _ in texts if k not in before]
    if unknown:
        return Unclear(
            message=f"There is no text called {', '.join(unknown)} here.",
            texts=tuple((k, v) for k, v in texts if k in before),
        )
    if swap := _SWAP.fullmatch(said):
        return _swap(swap, shown)
    sentence = _SENTENCE.fullmatch(said)
    if sentence is None:
        ways = "approve, drop, swap NUMBER, or" if shown.swaps else "approve, drop, or"
        return Unclear(message=f"{said!r} is no decision: write {ways} rework AGENT: what to change.", texts=texts)
    if sentence[1].lower() != "approve":
        return _sentence(sentence, shown)
    changed = any(levelled(v) != levelled(before[k]) for k, v in texts)
    # Texts without a decision are handed in to be judged: the same words may pass now, when an offer is live again.
    judged_again = bool(texts) and DECISION not in args and "approve" not in shown.open
    return Answer(kind="edit", texts=texts) if changed or judged_again else Answer(kind="approve")


def levelled(text: str) -> str:
    """A browser's line ends and a form's outer white space are no edit."""
    return text.replace("\r\n", "\n").strip()


def _swap(found: re.Match[str], shown: Shown) -> Answer | Unclear:
    """A rework of CONTENT's on a runner-up; the note names it, with whatever the person says to it."""
    number, said = int(found[1]), (found[2] or "").strip()
    if not shown.swaps:
        return Unclear(message=f"There is no runner-up to swap in at {shown.point}.")
    if not 1 <= number <= len(shown.swaps):
        return Unclear(message=f"There is no runner-up {number}: the numbers go from 1 to {len(shown.swaps)}.")
    note = f"swap {number}: {shown.swaps[number - 1]}{f' ({said})' if said else ''}"
    return Answer(kind="rework", note=note, to="content", swap=number)


def _sentence(sentence: re.Match[str], shown: Shown) -> Answer:
    note = (sentence[3] or "").strip()
    if sentence[1].lower() == "drop":
        return Answer(kind="drop", note=note)
    agents: dict[str, AgentName] = {
        "content": "content",
        "voice": "voice",
        "revenue": "revenue",
        "distribution": "distribution",
    }
    return Answer(
        kind="rework", note=note, to=agents[sentence[2].lower()] if sentence[2] else AT_POINT[shown.point].agent
    )
