"""Minor units of currencies, and amounts as people and their programs write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from state.trade import MICROS, MOST

Mark = Literal[".", ","]
"""What stands before the decimals."""

# https://docs.stripe.com/currencies, sections on zero-decimal and three-decimal currencies. ISK and UGX have no decimals either,
# but are written with two, always 00: special cases of the same page.
_DECIMALS: Mapping[str, int] = {
    **dict.fromkeys(
        ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"], 0
    ),
    **dict.fromkeys(["BHD", "JOD", "KWD", "OMR", "TND"], 3),
}
_MINOR = {0: MICROS, 2: MICROS // 100, 3: MICROS // 1000}
_SPACES = dict.fromkeys(map(ord, "\u00a0\u202f\u2009' \u2019"), " ")
_NUMBER = {
    ".": re.compile(
        r"(?P<whole>\d{1,3}(?:(?P<group>[, ])\d{3}(?:(?P=group)\d{3})*)?|\d+)(?:\.(?P<rest>\d+))?", re.ASCII
    ),
    ",": re.compile(
        r"(?P<whole>\d{1,3}(?:(?P<group>[. ])\d{3}(?:(?P=group)\d{3})*)?|\d+)(?:,(?P<rest>\d+))?", re.ASCII
    ),
}
_SIGNED = re.compile(r"(?P<open>\()?\s*(?P<sign>[-+\u2212])?\s*(?P<number>[^()]*?)\s*(?P<close>\))?")


class NoAmount(ValueError):
    """A text is no amount of money; it says why, and what to write."""


def decimals_of(currency: str) -> int:
    """How many decimals shops write this currency's amounts with."""
    return _DECIMALS.get(currency, 2)


def micros_of(minor: int, currency: str) -> int:
    """Turn an amount in the smallest unit that a shop counts in into millionths of the currency."""
    return minor * _MINOR[decimals_of(currency)]


def micros_in(text: str, currency: str, *, mark: Mark = ".") -> int:
    """Read an amount in millionths, negative for one with a minus or in brackets. Raises NoAmount.

    Nothing is guessed: digits stand in groups of three or in none, `mark` before the decimals, and three decimals in a currency that
    has two are refused, as they may as well be thousands.
    """
    signed = _SIGNED.fullmatch(text.strip().translate(_SPACES))
    found = _NUMBER[mark].fullmatch(signed["number"]) if signed else None
    if not signed or not found or bool(signed["open"]) != bool(signed["close"]):
        raise NoAmount(f"{text!r} is no amount with `{mark}` before its decimals, and nothing but digits beside it")
    rest = found["rest"] or ""
    if len(rest) == 3 and decimals_of(currency) != 3 and len(found["whole"]) <= 3 and found["whole"] != "0":
        raise NoAmount(
            f"{text!r} has three decimals, which {currency} hasn't: perhaps `{mark}` stands between thousands"
        )
    if len(rest.rstrip("0")) > 6:
        raise NoAmount(f"{text!r} has more than six decimals")
    whole = re.sub(r"\D", "", found["whole"])
    micros = int(whole) * MICROS + int(rest[:6].ljust(6, "0"))
    if micros > MOST or len(whole) > 13:
        raise NoAmount(f"{text!r} is more money than there is")
    return -micros if signed["open"] or signed["sign"] in ("-", "\u2212") else micros


def shown(micros: int, currency: str) -> str:
    """Write an amount for people: `1,234.50 GBP`, as many decimals as it needs and its currency has at least."""
    least = decimals_of(currency)
    number = Decimal(micros) / MICROS
    needed = max(least, -int(number.normalize().as_tuple().exponent)) if number else least
    return f"{number:,.{needed}f} {currency}"
