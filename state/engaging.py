"""The state of the graph that listens and answers. One thread collects and ends; each answer has a thread of its own."""

from __future__ import annotations

import operator
from typing import Annotated

from typing_extensions import TypedDict  # pydantic reads only these on Python 3.11, and Studio asks it for a form

from state.contracts.brief import Brief
from state.contracts.monetized import MonetizedDraft
from state.contracts.reply import Reply
from state.flywheel import Approval, Attempts, ReviewState, Shown
from state.records import Decision, Handoff
from state.settings import Settings
from state.violations import ReworkOrder


class EngageInput(TypedDict, total=False):
    """Empty: collect what people did. With an id: take up that one response."""

    response: str
    """`reply-0123456789ab`, as `ResponseRow.id`."""


class EngageState(EngageInput, total=False):
    troubles: tuple[str, ...]
    """What went wrong while collecting, a line for each channel that it went wrong with."""
    asked: tuple[str, ...]
    """Ids of the responses that want an answer: each is to be taken up in a thread of its own."""
    piece: str
    settings: Settings
    brief: Brief | None
    monetized: MonetizedDraft | None
    reply: Reply | None
    about: str
    """Markdown: what is answered, for the reviewer."""
    rework: ReworkOrder | None
    attempts: Attempts
    shown: Shown | None
    decision: Decision | None
    approvals: list[Approval]
    handoffs: Annotated[list[Handoff], operator.add]


class ReplyState(ReviewState, total=False):
    """What the nodes of one answer see."""

    response: str
    reply: Reply | None
    about: str
