"""Offers: what a piece may point to, in whose words, and how often."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from state.base import Frozen
from state.disclosures import DisclosureClass
from state.money import decimals_of
from state.prices import others

OfferKind = Literal["own", "affiliate", "sponsor", "newsletter", "consulting", "tip-jar"]

WEEK = timedelta(days=7)
"""Over which a cap counts: the last seven days, not a week of the calendar."""


class Offer(Frozen):
    """One thing a piece may point to. Prices and promises are used word for word."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    kind: OfferKind
    name: str = Field(min_length=1)
    url: str = Field(pattern=r"^https?://[^\s<>]+$")
    price: str | None = Field(default=None, pattern=r"^\d+(\.\d{2})?$")
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    pitch: str = Field(min_length=1)
    """`{price}` stands for the price as it is rendered."""
    promises: tuple[str, ...] = ()
    audience: str = ""
    keywords: tuple[str, ...] = Field(min_length=1)
    disclosure: DisclosureClass
    live_from: date | None = None
    live_until: date | None = None
    """Inclusive."""
    per_week: int | None = Field(default=None, ge=1, exclude_if=lambda cap: cap is None)
    """The most pieces in seven days that may carry it."""
    slots: int | None = Field(default=None, ge=1, exclude_if=lambda slots: slots is None)
    """How many pieces a sponsor paid for, between its dates."""

    @field_validator("promises", "keywords", mode="before")
    @classmethod
    def _tuples(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @model_validator(mode="after")
    def _whole(self) -> Offer:
        if (self.price is None) != (self.currency is None):
            raise ValueError("price and currency go together: give both, or neither for a free offer")
        if "{price}" in self.pitch and self.price is None:
            raise ValueError("the pitch says {price}, but the offer has no price")
        if self.price is not None and (other := next(others(self.pitch, self.price, self.currency), None)):
            raise ValueError(
                f"the pitch says {other.text}, and the price is {self.price_text}: write {{price}} instead"
            )
        if self.kind == "affiliate" and self.disclosure != "affiliate":
            raise ValueError('an affiliate offer needs disclosure = "affiliate"')
        if self.kind == "sponsor" and self.disclosure != "sponsored":
            raise ValueError('a sponsor\'s offer needs disclosure = "sponsored"')
        if self.kind == "sponsor" and not (self.slots and self.live_from and self.live_until):
            raise ValueError("a sponsor's offer needs slots, live_from and live_until: what was paid for, and for when")
        if self.kind != "sponsor" and self.slots is not None:
            raise ValueError("slots are what a sponsor paid for: for another kind, per_week is the cap")
        if self.disclosure == "tips" and self.kind != "tip-jar":
            raise ValueError('disclosure = "tips" is for a tip jar')
        if self.disclosure == "none" and self.earns_by:
            cls = "tips" if self.kind == "tip-jar" else "own"
            raise ValueError(f'you earn by {self.earns_by}, and readers are told so: write disclosure = "{cls}"')
        return self

    @field_validator("url")
    @classmethod
    def _leads_somewhere(cls, url: str) -> str:
        if not urlsplit(url).hostname:
            raise ValueError("there is no host in it")
        return url

    @property
    def earns_by(self) -> str:
        """What its author earns by, though it names no class: an intent that readers must be able to see (CAP Code 2.3, UCPD art. 7(2))."""
        if self.kind in ("consulting", "tip-jar"):
            return "consulting" if self.kind == "consulting" else "a tip jar"
        return "what has a price" if self.price and Decimal(self.price) else ""

    @property
    def price_text(self) -> str:
        """`49.00 GBP`, `4900 JPY`, or `free`."""
        if not self.price or not self.currency:
            return "free"
        price = Decimal(self.price)
        bare = decimals_of(self.currency) == 0 and price == price.to_integral_value()
        return f"{price:.{0 if bare else 2}f} {self.currency}"

    @property
    def pitch_text(self) -> str:
        return self.pitch.replace("{price}", self.price_text)

    @property
    def bounds_text(self) -> str:
        """`2 in seven days, 3 paid for from 2026-01-01`; empty without a bound."""
        told = (
            f"{self.per_week} in seven days" if self.per_week else "",
            f"{self.slots} paid for from {self.live_from}" if self.slots else "",
        )
        return ", ".join(filter(None, told))

    def left_over(self, placed: Collection[datetime], now: datetime) -> int | None:
        """How many more pieces may carry it now, when others were given it at these times; None is without a bound."""
        week = [at for at in placed if at > now - WEEK]
        capped = None if self.per_week is None else max(0, self.per_week - len(week))
        free = None if self.slots is None else max(0, self.slots - len([at for at in placed if self._in_slot(at)]))
        return min((n for n in (capped, free) if n is not None), default=None)

    def _in_slot(self, at: datetime) -> bool:
        return self.live_from is not None and at.date() >= self.live_from

    def counted_since(self, now: datetime) -> datetime | None:
        """From when on other pieces count against it; None where nothing does."""
        if self.slots is not None and self.live_from is not None:
            return min(datetime.combine(self.live_from, time.min, UTC), now - WEEK)
        return now - WEEK if self.per_week is not None else None

    def live_on(self, day: date) -> bool:
        return (self.live_from or day) <= day <= (self.live_until or day)
