"""Money in flywheel.toml: the names of currencies, and what one is worth in another."""

from __future__ import annotations

import re
from decimal import Decimal

from state.workspace.explain import shown
from state.workspace.problems import Refused

_RATE = re.compile(r"\d{1,9}(\.\d{1,12})?")
_CURRENCY = re.compile(r"[A-Z]{3}")


def currency(value: str) -> str:
    """Keep a currency's code as ISO 4217 writes it."""
    text = value.strip()
    if _CURRENCY.fullmatch(text):
        return text
    guess = text.upper()
    fix = f"Did you mean `{guess}`?" if _CURRENCY.fullmatch(guess) else "Write its three letters, such as GBP."
    raise Refused(f"`{value}` is not a currency's code.", fix)


def rate_of(code: str, value: object, home: str | None) -> str:
    """Keep what one of `code` is worth in `home`: a positive decimal number, in text so that it stays exact."""
    if currency(code) != code or code == home:
        raise Refused("a currency has no rate in itself.", "Take the line out.")
    if not isinstance(value, str):
        raise Refused(f"expected text, got {shown(value)}.", f'Put it in quotes, so that it stays exact: "{value}".')
    text = value.strip()
    if not _RATE.fullmatch(text):
        said = f"`{value}` is not a rate."
        raise Refused(said, 'Write a number with a point, such as "0.79": at most 9 digits before it and 12 behind.')
    if not Decimal(text):
        raise Refused("a rate of nothing would lose the money.", "Write what one of it is worth, or take the line out.")
    return text
