"""Rules of the author's style: what edits taught, as values. Learnt in agents/voice/rules, kept by the ledger."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from state.base import Frozen, Line

RuleKind = Literal["never", "prefer", "contract", "opening", "length", "note"]
"""`never` a phrase; `prefer` one to another; `contract` words or write them out; a `note` is in a person's own words."""
Standing = Literal["active", "suggested", "faded", "off"]


class Example(Frozen):
    """Where a rule was seen: what VOICE had written, and what the reviewer made of it."""

    piece: str
    decision: str
    """`review_draft edit`, `review_draft rework`, `person`."""
    before: str = ""
    after: str = ""
    """Empty where it was cut."""


class Rule(Frozen):
    """One rule in one version. A new version is a new row; the latest counts."""

    number: int = 0
    """For people to name it by; the ledger gives it."""
    version: int = 0
    """Starts at 1."""
    key: str
    """What it is about: `word:leverage`, `form:do not`, `opening:question`. There is one rule a key."""
    kind: RuleKind
    text: Line
    """For a person and for the writer."""
    phrases: tuple[str, ...] = ()
    """What a draft must not hold outside quotations, folded words; empty where nothing can be checked."""
    instead: str = ""
    words: int = 0
    """The length that it speaks of, in words."""
    source: Literal["edit", "note", "person"] = "edit"
    """`person`: somebody wrote it down as a rule; `note`: somebody said it when sending a draft back."""
    seen: int = 1
    """How often an edit or a note said so."""
    kept: int = 0
    """How often a reviewer let stand what shows it: the other word, a short opening."""
    against: int = 0
    """How often a reviewer let stand, or wrote, what breaks it."""
    needs: int = 2
    """The strength from which it is active."""
    switch: Literal["", "on", "off"] = ""
    """A person's word on it; empty: it goes by its strength."""
    examples: tuple[Example, ...] = ()
    """The latest, five at most."""

    @property
    def strength(self) -> int:
        """What is kept makes good what goes against it, and no more: VOICE was told the rule when it wrote what was kept."""
        return self.seen - max(0, self.against - self.kept)

    @property
    def confirmed(self) -> bool:
        """Whether a person wrote it as a rule or switched it on: then a draft that breaks it fails."""
        return self.switch == "on" or self.source == "person"

    @property
    def standing(self) -> Standing:
        if self.switch == "off":
            return "off"
        if self.confirmed or self.strength >= self.needs:
            return "active"
        return "suggested" if self.strength > 0 else "faded"


class RuleVersion(Frozen):
    """A version of a rule, when it was written and what made it."""

    row: int
    """Grows in the order of writing, over all rules."""
    rule: Rule
    change: str
    """`learnt`, `seen again`, `switched off`, ..."""
    cause: str
    """The decision behind it, or `person` for the command line."""
    at: datetime


def active(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Those that the writer is told and the checks hold a draft to."""
    return tuple(rule for rule in rules if rule.standing == "active")
