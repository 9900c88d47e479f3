"""What a piece earned, and through what: links, clicks, sales, and what the piece was like. Values here; the ledger keeps them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal

from pydantic import Field

from state.base import Frozen

Part = Literal["themes", "angles", "hooks", "channels", "times", "offers", "placements"]
"""What can be chosen of a piece, and learnt about: the parts of the Learnings."""
SaleKind = Literal["sale", "refund"]
MICROS = 1_000_000
"""Amounts are whole millionths of a currency, so that sums are exact."""
MOST = 2**63 - 1
"""What a database keeps in one amount."""
_CLICK_REF = re.compile(r"(?P<code>[a-z2-7]{10})-(?P<click>[0-9a-f]{1,64})")


class Link(Frozen):
    """One tracked link: an offer, as one channel of one piece shows it."""

    code: str
    """What stands behind `/r/`."""
    piece: str
    channel: str
    offer: str
    variant: str = ""
    """Of two ways to place one offer in one post, which."""
    url: str
    """Where it leads: the offer's address with its UTM tags."""


class Click(Frozen):
    """Somebody followed a link. Nothing here names a person."""

    id: str
    """Made where it was counted, and handed on to the shop, so that a sale can name its click."""
    code: str
    at: datetime
    visitor: str
    """A hash, salted anew each day: it tells one visitor's clicks of one day together, and nothing else."""
    bot: bool = False
    referrer: str = ""
    """The host alone."""


class ClickRef(Frozen):
    """A link's code and a click's id, as a shop is handed them and gives them back: one word of letters, digits and a `-`.

    Stripe's `client_reference_id` takes nothing else, and at most 200 characters of it.
    """

    code: str = Field(pattern=r"^[a-z2-7]{10}$")
    click: str = Field(pattern=r"^[0-9a-f]{1,64}$")

    @property
    def text(self) -> str:
        return f"{self.code}-{self.click}"

    @classmethod
    def parse(cls, text: str | None) -> ClickRef | None:
        """Return what `text` names; None where it is anything else: buyers can write what they like there."""
        found = _CLICK_REF.fullmatch(text or "")
        return cls(code=found["code"], click=found["click"]) if found else None


class Sale(Frozen):
    """What a shop reported: that something was bought, or that money went back."""

    event: str
    """The shop's own id of the report. Counted once by it. What makes a refund good is named for that: `re_1/failed`."""
    shop: str
    """`stripe`, `lemonsqueezy`, `gumroad` or `csv`."""
    order: str
    """What the sale and its refunds share."""
    kind: SaleKind
    amount: int = Field(ge=0, le=MOST)
    """Millionths of `currency`; a refund's counts against its order."""
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    code: str | None = None
    """Of the link that led there, as the shop gave it back."""
    click: str | None = None
    offer: str = ""
    """Id of the offer where the shop says which; else empty."""
    at: datetime


def made_good(event: str) -> str:
    """The refund or dispute whose money a row brings back, going by its name; it may be none that was told."""
    return event.rpartition("/")[0]


class RefundedSoFar(Sale):
    """A refund whose amount is all that has gone back of its order: what went back before is still to be taken off."""


class NamesItsOrder(Sale):
    """A sale that knows which order it is of, where another report of it may have come without: that one's order is put right."""


class Touch(Frozen):
    """A link that the buyer had followed before a sale, however often."""

    shop: str
    event: str
    """With `shop`, the sale."""
    code: str
    first: datetime
    last: datetime
    named: bool = False
    """Whether the sale itself names a click on it."""


class Credit(Frozen):
    """A part of what one sale or refund brought or took, and whose it is."""

    event: str
    shop: str
    kind: SaleKind
    offer: str
    code: str | None
    """None: nobody knows what led there."""
    amount: int
    """Millionths of `currency`; a refund's are negative."""
    currency: str
    at: datetime


class Trait(Frozen):
    """One thing that a piece was like, such as its angle."""

    piece: str
    part: Part
    name: str
