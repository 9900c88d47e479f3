"""What was chosen of several things that can be learnt about, and why. A contract keeps the choices that shaped it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from state.base import Frozen
from state.trade import Part

How = Literal["drawn", "explored", "pinned", "only", "otherwise", "told"]
"""The best draw; by lot, whatever the draws; the owner's pin; nothing else was open; the writer took something else; nothing was
chosen, and a person is told what is known."""
UNIT = r"^(clicks|[A-Z]{3})$"
"""What a rate counts for each view: clicks, or an amount of one currency."""


class Weighed(Frozen):
    """One candidate, as it was known when the choice was made."""

    name: str
    n: int = 0
    """How often it was seen."""
    clicks: int = 0
    rate: float
    """Mean of what is believed about it, and the ends of its 95 % interval."""
    low: float
    high: float
    drawn: float | None = Field(default=None, exclude_if=lambda drawn: drawn is None)
    """What was drawn from that belief; None for a banned one, and where nothing is drawn."""
    banned: bool = Field(default=False, exclude_if=lambda banned: not banned)


class Choice(Frozen):
    """Made by Thompson sampling: a rate is drawn for each candidate, and the highest wins."""

    part: Part
    picked: str = ""
    """Empty where there was nothing to pick."""
    how: How
    unit: str = Field(default="clicks", pattern=UNIT)
    seed: str
    """Drawing again from it gives the same."""
    channel: str = Field(default="", exclude_if=lambda channel: not channel)
    """The channel that it is for, where it is for one alone."""
    turn: int = Field(default=1, ge=1, exclude_if=lambda turn: turn == 1)
    """Of several choices of one part in a piece, which: its second offer is drawn from those that the first left."""
    candidates: tuple[Weighed, ...]
    """The best draw first, banned ones last."""

    @property
    def ranked(self) -> tuple[str, ...]:
        """What may be taken: the picked one, then the others by what was drawn for them."""
        others = (c.name for c in self.candidates if not c.banned and c.name != self.picked)
        return (self.picked, *others) if self.picked else tuple(others)

    def of(self, name: str) -> Weighed | None:
        return next((c for c in self.candidates if c.name == name), None)
