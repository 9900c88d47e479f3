"""A lesson: what one edit or one note says about the author's style."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from state.base import Frozen
from state.rules import RuleKind


class Lesson(Frozen):
    """`key`, `kind`, `phrases`, `instead`, `words` and `needs` are those of the Rule that it makes or bears out."""

    key: str
    kind: RuleKind
    text: str = ""
    """For a person; empty where it follows from the phrases."""
    phrases: tuple[str, ...] = ()
    instead: str = ""
    words: int = 0
    times: int = 1
    """How often this edit says so; more than twice counts as twice."""
    needs: int = 2
    source: Literal["edit", "note", "person"] = "edit"
    before: str = ""
    after: str = ""


def worded(kind: RuleKind, key: str, phrases: Sequence[str], instead: str) -> str:
    """What a rule about phrases says."""
    listed = ", ".join(f"'{phrase}'" for phrase in phrases)
    match kind:
        case "prefer":
            return f"write '{instead}', not {listed}"
        case "contract":
            done = "contract" if key == "form:contract" else "write out"
            return f"{done} {listed}" + (f": '{instead}'" if instead else "")
        case _:
            return f"never {listed}" + (f": write '{instead}'" if instead else "")
