"""What one value of an offer may look like in offers.toml, and how it is brought into the form that `Offer` wants."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from state.workspace.explain import Explained
from state.workspace.problems import Refused
from state.workspace.values import one_line, page_address, phrase

HINTS: Mapping[str, str] = {
    "id": "Write lower-case words joined by hyphens, such as `bench-roll`.",
    "kind": "Write own, affiliate, sponsor, newsletter, consulting or tip-jar.",
    "name": "Write what it is called.",
    "url": "Write the whole address, beginning with https://.",
    "pitch": "Write the sentences that a piece will carry; {price} stands for the price.",
    "keywords": "List words that mark a piece which it fits.",
    "per_week": "Write how many pieces in seven days may carry it; leave the key out for no cap.",
    "slots": "Write how many pieces the sponsor paid for.",
    "disclosure": "Write own, affiliate, sponsored, tips or none.",
}
_AMOUNT = re.compile(r"\D*(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:[.,](?P<part>\d{1,2}))?\D*", re.ASCII)


def read_values(table: Mapping[str, Any]) -> tuple[dict[str, Any], list[Explained]]:
    """Bring the values of one `[[offer]]` into normal form; those refused are left out and told why."""
    values: dict[str, Any] = {}
    refused: list[Explained] = []
    for key, value in table.items():
        rule = _RULES.get(key)
        try:
            values[key] = rule(value) if rule else value
        except Refused as error:
            refused.append(((key,), error.message, error.fix))
    return values, refused


def _price(value: object) -> object:
    if isinstance(value, list | dict):
        raise Refused("an offer has one price.", "Make an offer of its own, with another id, for the other one.")
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _price_in_words(value.strip())
    if not isinstance(value, int | float):
        return value
    amount = Decimal(repr(value))
    if not amount.is_finite() or amount < 0 or amount != round(amount, 2):
        raise Refused(f"{value} is not an amount of money.", "Write it with two decimals, such as 49.00.")
    return f"{amount:.2f}"


def _price_in_words(text: str) -> str:
    if re.fullmatch(r"\d+(\.\d{2})?", text, re.ASCII):
        return text
    found = _AMOUNT.fullmatch(text)
    if found and not text.startswith("-"):
        guess = f"{found['whole'].replace(',', '')}.{(found['part'] or '').ljust(2, '0')}"
        fix = f'Did you mean "{guess}"? The currency has a key of its own.'
    else:
        fix = 'Write the amount alone, such as "49.00"; leave the key out for what is free.'
    raise Refused(f"`{text}` is not an amount of money.", fix)


def _currency(value: object) -> object:
    if not isinstance(value, str) or re.fullmatch(r"[A-Z]{3}", value):
        return value
    guess = value.strip().upper()
    known = re.fullmatch(r"[A-Z]{3}", guess)
    fix = f"Did you mean `{guess}`?" if known else "Write the three capital letters of ISO 4217, such as GBP."
    raise Refused(f"`{value}` is not a currency.", fix)


def _day(value: object) -> object:
    if isinstance(value, datetime):
        raise Refused("expected a date, got a date with a time.", f"Write {value.date()}.")
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        raise Refused(f"`{value}` is not a date.", "Write it as 2026-12-31.") from None


def _pitch(value: str) -> str:
    for slot in re.findall(r"\{[^}]*\}?|\}", value.replace("{price}", "")):
        raise Refused(f"`{slot}` would be printed as it stands.", "Only {price} is filled in.")
    return phrase(value)


def _text(rule: Callable[[str], str]) -> Callable[[object], object]:
    return lambda value: rule(value) if isinstance(value, str) else value


def _texts(value: object) -> object:
    if not isinstance(value, list):
        return value
    return [phrase(item) if isinstance(item, str) else item for item in value]


_RULES: Mapping[str, Callable[[object], object]] = {
    "name": _text(one_line),
    "url": _text(page_address),
    "price": _price,
    "currency": _currency,
    "pitch": _text(_pitch),
    "promises": _texts,
    "keywords": _texts,
    "live_from": _day,
    "live_until": _day,
}
