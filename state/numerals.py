"""Numbers as prose states them: digits, words, dates, and the unit that a number can't do without. Pure; never raises."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Context, Decimal
from functools import lru_cache
from typing import NamedTuple

from state.typography import fold


def _counted(words: str, start: int, step: int = 1) -> dict[str, int]:
    return {word: start + step * i for i, word in enumerate(words.split())}


_ONES = _counted("one two three four five six seven eight nine ten", 1)
_TEENS = _counted("eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen", 11)
_TENS = _counted("twenty thirty forty fifty sixty seventy eighty ninety", 20, 10)
_POWERS = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_POWERS |= {f"{word}th": power for word, power in _POWERS.items()}
_ORDINALS = _counted("first second third fourth fifth sixth seventh eighth ninth tenth", 1)
_LATE_ORDINALS = (
    {f"{word}th": n for word, n in _TEENS.items()} | {"twelfth": 12} | {f"{w[:-1]}ieth": n for w, n in _TENS.items()}
)
_PARTS = {f"{word}s": n for word, n in _ORDINALS.items() if n > 2} | {"halves": 2, "quarters": 4}
_DIGITS = {"zero": "0", "oh": "0"} | {word: str(n) for word, n in _ONES.items() if n < 10}
_STARTS = frozenset().union(_ONES, _TEENS, _TENS, _POWERS, _LATE_ORDINALS, ("half", "dozen"))
"""The words that a number in words may start with."""
_FIRST_CENTURY, _LAST_CENTURY = 11, 20
"""Two numbers side by side are a year from here (`eleven eighty`) to there (`twenty twenty`)."""
_SMALL = 10
"""Number words up to this are everyday words ("two of them"), not claims; digits always count."""
MONTHS = tuple(_counted("january february march april may june july august september october november december", 1))
_PLAIN_MONTHS = frozenset(MONTHS) - {"march", "may"}
_SHORT_MONTHS = {m[:3]: m for m in MONTHS} | {"sept": "september", "march": "march"}
DATE_WORDS = frozenset({*MONTHS, *_SHORT_MONTHS})
_UNITS = {
    **dict.fromkeys(("%", "percent", "percentage"), "percent"),
    **dict.fromkeys(("$", "dollar", "dollars", "usd"), "dollar"),
    **dict.fromkeys(("£", "pound", "pounds", "gbp"), "pound"),
    **dict.fromkeys(("€", "euro", "euros", "eur"), "euro"),
}
_BETWEEN = frozenset(("st", "nd", "rd", "th", "of", "the"))
"""What may stand between a day and its month."""

_GROUPED = re.compile(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")
_ISO_DATE = re.compile(r"(?<!\d)(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?!\d)")
_TOKEN = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?|[A-Za-z]+|[%$£€]|[.,;:!?()\"]")
_EXACT = Context(prec=1_000)
_LONGEST = 100
"""Digits beyond which a number is taken as it stands."""
_MOST = 40
"""Magnitudes that one number may pile up; nobody writes more, and arithmetic has to end."""


class _Number(NamedTuple):
    value: Decimal
    end: int
    """The token behind it."""
    claims: bool = True
    """Whether it counts by itself; an everyday word like `two` doesn't."""
    name: str = ""
    """How it is written where no decimal is meant: `2/3`."""


@lru_cache(maxsize=4096)
def numbers(text: str) -> frozenset[str]:
    """Every number and date that `text` states, normalised: `1,000` and `a thousand` are 1000, `forty-six` is 46.

    Percents and currencies beside a number belong to it, as `percent`, `dollar`, `pound`, `euro`; so does the month of a date
    (`14 August`, `14th of Aug`, `2018-08-14`), as its lower-case name. A month by itself counts too, `May` and `March` only
    beside a number. Number words up to ten are not counted, unless a percent or a currency stands beside them.
    """
    tokens = _TOKEN.findall(_ISO_DATE.sub(_spoken_date, fold(_GROUPED.sub("", text))))
    lower = [t.casefold() for t in tokens]
    found = {t.casefold() for t in tokens if t[0].isupper() and t.casefold() in _PLAIN_MONTHS}
    i = 0
    while i < len(lower):
        number = _number_at(lower, i)
        if number is None:
            i += 1
            continue
        units = frozenset(_units(lower, i, number.end))
        if number.claims or units:
            found |= {number.name or _normal(number.value), *units, *_months(tokens, i, number.end)}
        i = number.end
    return frozenset(found)


def _spoken_date(match: re.Match[str]) -> str:
    return f"{int(match[3])} {MONTHS[int(match[2]) - 1].title()} {match[1]}"


def _units(tokens: Sequence[str], start: int, end: int) -> Iterator[str]:
    yield from (_UNITS[t] for t in (*tokens[max(0, start - 1) : start], *tokens[end : end + 1]) if t in _UNITS)
    if tokens[end : end + 2] == ["per", "cent"]:
        yield "percent"


def _months(tokens: Sequence[str], start: int, end: int) -> Iterator[str]:
    """The months next to the number at `tokens[start:end]`, in full; `May`, `March` and short forms only with a capital."""
    before, after = start - 1, end
    while before > 0 and (tokens[before] in _BETWEEN or (tokens[before] == "." and _month(tokens[before - 1]))):
        before -= 1
    while after < len(tokens) and tokens[after] in _BETWEEN:
        after += 1
    yield from filter(None, (_month(tokens[at]) for at in (before, after) if 0 <= at < len(tokens)))


def _month(token: str) -> str:
    name = token.casefold()
    if name in _PLAIN_MONTHS:
        return name
    return _SHORT_MONTHS.get(name, "") if token[0].isupper() else ""


def _number_at(tokens: Sequence[str], i: int) -> _Number | None:
    """The number that starts at token `i`, if one does."""
    word = tokens[i]
    if word not in _STARTS and not word[0].isdigit():
        return None
    if word[0].isdigit():
        value = Decimal(word.replace(",", ""))
        power, end = _power(tokens, i + 1) if len(word) <= _LONGEST else (0, i + 1)
        return _Number(value.scaleb(power, _EXACT) if power else value, end)
    if word in _LATE_ORDINALS:
        return _Number(Decimal(_LATE_ORDINALS[word]), i + 1)
    if word == "half" and tokens[i + 1 : i + 2] == ["a"]:
        power, end = _power(tokens, i + 2)
        return _Number(Decimal("0.5").scaleb(power, _EXACT), end) if power else None
    few, end = _below_hundred(tokens, i)
    if end > i and few <= _SMALL and end < len(tokens) and tokens[end] in _PARTS:
        return _Number(Decimal(few), end + 1, name=f"{few}/{_PARTS[tokens[end]]}")
    value, end = _spelled(tokens, i, _MOST * 12)
    return _Number(value, end, claims=value > _SMALL or value != value.to_integral_value()) if end > i else None


def _spelled(tokens: Sequence[str], i: int, below: int) -> tuple[Decimal, int]:
    """A number in words from token `i`, and the token behind it; (0, i) if none of less than 10 to the `below` starts there."""
    value, at = _group(tokens, i)
    if at == i:
        if _power(tokens, i)[0] == 0:
            return Decimal(0), i
        value = Decimal(1)
    power, at = _power(tokens, at)
    if power >= below:
        return Decimal(0), i
    value = value.scaleb(power, _EXACT)
    if power:
        joined = at + (tokens[at : at + 1] == ["and"])
        rest, end = _spelled(tokens, joined, power)
        if end > joined:
            return _EXACT.add(value, rest), end
    return value, at


def _group(tokens: Sequence[str], i: int) -> tuple[Decimal, int]:
    """What may stand before a thousand: `two hundred and forty-six`, `nineteen eighty-four`, `three point five`, `two and a half`."""
    whole, at = _below_hundred(tokens, i)
    if at == i and tokens[i : i + 1] not in (["hundred"], ["hundredth"], ["dozen"]):
        return Decimal(0), i
    following = tokens[at : at + 1]
    if following == ["dozen"]:
        return Decimal(12 * (whole or 1)), at + 1
    if following in (["hundred"], ["hundredth"]):
        joined = at + 1 + (tokens[at + 1 : at + 2] == ["and"])
        rest, end = _below_hundred(tokens, joined)
        if end == joined or tokens[end : end + 1] == ["hundred"]:
            rest, end = 0, at + 1
        return Decimal(100 * (whole or 1) + rest), end
    rest, end = _below_hundred(tokens, at)
    if _FIRST_CENTURY <= whole <= _LAST_CENTURY and rest >= 10:
        return Decimal(100 * whole + rest), end
    if tokens[at : at + 3] == ["and", "a", "half"]:
        return whole + Decimal("0.5"), at + 3
    if following == ["point"]:
        digits = "".join(_digits(tokens, at + 1))
        return (Decimal(f"{whole}.{digits}"), at + 1 + len(digits)) if digits else (Decimal(whole), at)
    return Decimal(whole), at


def _digits(tokens: Sequence[str], i: int) -> Iterator[str]:
    for token in tokens[i : i + _LONGEST]:
        if token not in _DIGITS:
            return
        yield _DIGITS[token]


def _below_hundred(tokens: Sequence[str], i: int) -> tuple[int, int]:
    """A number from 1 to 99 in words, and the token behind it; (0, i) if none starts at token `i`."""
    token, following = (*tokens[i : i + 2], "", "")[:2]
    if token in _TENS:
        one = _ONES.get(following, 0) or _ORDINALS.get(following, 0)
        return (_TENS[token] + one, i + 2) if 0 < one < 10 else (_TENS[token], i + 1)
    value = _ONES.get(token, 0) or _TEENS.get(token, 0)
    return (value, i + 1) if value else (0, i)


def _power(tokens: Sequence[str], i: int) -> tuple[int, int]:
    """The power of ten that the magnitudes from token `i` on make, and the token behind them."""
    power, end = 0, i
    while end < min(len(tokens), i + _MOST) and tokens[end] in _POWERS:
        power, end = power + _POWERS[tokens[end]], end + 1
    return power, end


def _normal(value: Decimal) -> str:
    """Without an exponent, without zeros that say nothing."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
