"""How VOICE follows the rules: what a model is told, and which of the author's joining sentences keep them."""

from __future__ import annotations

from collections.abc import Sequence

from state.contracts.habits import broken_in
from state.rules import Rule
from state.workspace import Framing


def section(rules: Sequence[str]) -> str:
    """The part of a message to a model that tells it the rules; empty where there are none."""
    listed = "\n".join(f"- {rule}" for rule in rules)
    return f"# Rules of the author's, learnt from edits\n\n{listed}" if rules else ""


def obeying(framing: Framing, rules: Sequence[Rule]) -> Framing:
    """The joining sentences that keep the rules; all of a kind where none of them does."""
    kept = {
        kind: tuple(s for s in lines if not any(broken_in(s, rule) for rule in rules)) or lines
        for kind, lines in ((kind, getattr(framing, kind)) for kind in Framing.model_fields)
    }
    return Framing.model_validate(kept)
