"""Whose the money is: each sale is credited to the links that its buyer followed, and each refund taken from whoever had the sale.

Whole millionths throughout; the sum of the credits is the sum of the sales less the refunds, in each currency, to the last one.
What is left over when an amount is divided goes to the largest remainders (Hamilton's method).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from state.settings import Attribution
from state.trade import Credit, Link, Sale, Touch

Shares = dict[str | None, int]
"""Code, or None for nobody, and its part in millionths."""
_Order = tuple[str, str, str]
"""Shop, order and currency: money that went back in another currency is no part of what came in."""


def credit(
    sales: Iterable[Sale], touches: Iterable[Touch], links: Iterable[Link], *, model: Attribution, window: timedelta
) -> tuple[Credit, ...]:
    """Credit every sale and refund, in the order of their times; the order in which they are given makes no difference.

    A sale is credited to links of one offer: the one whose link led to the shop. `last` is that link, `first` the earliest of that
    offer's that the buyer followed within the window, `linear` each of those once, however often it was followed. A sale without a link of ours that
    shares its order with one that has some is credited as that one is: such as a refund that failed and came back.

    A refund is taken from the codes that had its order, in proportion to what they have of it still. What goes beyond the sale, or
    has none, is nobody's.
    """
    known = {link.code: link for link in links}
    told = sorted(sales, key=lambda sale: (sale.at, sale.shop, sale.event, sale.kind))
    followed: defaultdict[tuple[str, str], list[Touch]] = defaultdict(list)
    for touch in touches:
        followed[touch.shop, touch.event].append(touch)
    shares, held = _bought([sale for sale in told if sale.kind == "sale"], followed, known, model, window)
    made: list[Credit] = []
    for sale in told:
        if sale.kind == "sale":
            made += _credits(sale, shares[sale.shop, sale.event], known, sign=1)
        else:
            made += _credits(sale, _taken(sale.amount, held[_order(sale)]), known, sign=-1)
    return tuple(made)


def converted(credits: Sequence[Credit], rates: Mapping[str, Decimal], home: str) -> tuple[Credit, ...]:
    """Put the credits into `home`; a currency without a rate stays as it is.

    The total of each currency is converted exactly and rounded once, half to even, to a millionth of `home`. Then it is divided among
    its credits, each within a millionth of its own exact worth, so that the parts add up to the total.
    """
    apart: defaultdict[str, list[int]] = defaultdict(list)
    for at, one in enumerate(credits):
        if one.currency in rates and one.currency != home:
            apart[one.currency].append(at)
    worth: dict[int, int] = {}
    for currency, places in apart.items():
        rate = Fraction(rates[currency])
        exact = [credits[at].amount * rate for at in places]
        worth.update(zip(places, _rounded(exact, [_key(credits[at]) for at in places]), strict=True))
    return tuple(
        one.model_copy(update={"amount": worth[at], "currency": home}) if at in worth else one
        for at, one in enumerate(credits)
    )


def _bought(
    sales: Sequence[Sale],
    followed: Mapping[tuple[str, str], Sequence[Touch]],
    known: Mapping[str, Link],
    model: Attribution,
    window: timedelta,
) -> tuple[dict[tuple[str, str], Shares], defaultdict[_Order, Shares]]:
    """The shares of each sale, and what each code holds of each order."""
    codes = {(s.shop, s.event): _codes(s, followed.get((s.shop, s.event), ()), known, model, window) for s in sales}
    shares: dict[tuple[str, str], Shares] = {}
    held: defaultdict[_Order, Shares] = defaultdict(dict)
    for sale in sales:
        if found := codes[sale.shop, sale.event]:
            shares[sale.shop, sale.event] = split(sale.amount, dict.fromkeys(found, 1))
            _add(held[_order(sale)], shares[sale.shop, sale.event])
    led = {order: dict(parts) for order, parts in held.items()}
    for sale in sales:
        if (sale.shop, sale.event) not in shares:
            shares[sale.shop, sale.event] = split(sale.amount, led.get(_order(sale), {}))
            _add(held[_order(sale)], shares[sale.shop, sale.event])
    return shares, held


def _codes(
    sale: Sale, touches: Sequence[Touch], known: Mapping[str, Link], model: Attribution, window: timedelta
) -> tuple[str, ...]:
    """The codes that a sale is credited to, in the order in which they were followed first; none where nobody knows."""
    recent = [t for t in touches if t.code in known and sale.at - t.last <= window]
    own = [t for t in recent if t.named]
    led = own[0].code if own else _given_back(sale, touches, known)
    if led is None:
        return ()
    if model == "last":
        return (led,)
    begun: dict[str, tuple[float, str]] = {led: (sale.at.timestamp(), led)}
    for touch in recent:
        if known[touch.code].offer == known[led].offer:
            at = (touch.first.timestamp(), touch.code)
            begun[touch.code] = at if touch.code not in begun else min(begun[touch.code], at)
    path = sorted(begun, key=lambda code: begun[code])
    return tuple(path[:1] if model == "first" else path)


def _given_back(sale: Sale, touches: Sequence[Touch], known: Mapping[str, Link]) -> str | None:
    """The code that a shop gave back, where the click itself isn't in the ledger; one that is there and too old counts for nothing."""
    return sale.code if sale.code in known and not any(touch.named for touch in touches) else None


def split(amount: int, weights: Mapping[str | None, int] | Mapping[str, int]) -> Shares:
    """Divide `amount` in proportion to the weights, by largest remainder; between equals, the first gets it. Nobody gets all of it where no weight is."""
    whole = sum(weights.values())
    if not whole:
        return {None: amount}
    parts: Shares = {code: amount * weight // whole for code, weight in weights.items()}
    remainders = {code: amount * weight % whole for code, weight in weights.items()}
    left = amount - sum(parts.values())
    for code in sorted(remainders, key=lambda code: -remainders[code])[:left]:
        parts[code] += 1
    return parts


def _taken(amount: int, held: Shares) -> Shares:
    """Take a refund from what is held of its order, and say whose it was."""
    there = sum(held.values())
    parts = split(min(amount, there), held) if there else {}
    for code, taken in parts.items():
        held[code] -= taken
    if beyond := amount - min(amount, there):
        parts[None] = parts.get(None, 0) + beyond
    return parts or {None: amount}


def _credits(sale: Sale, shares: Shares, known: Mapping[str, Link], *, sign: int) -> list[Credit]:
    """One credit for each that has a part; one for nobody where there is nothing to divide."""
    mine = {code: part for code, part in shares.items() if part} or dict(list(shares.items())[:1])
    return [
        Credit(
            event=sale.event,
            shop=sale.shop,
            kind=sale.kind,
            offer=known[code].offer if code is not None else sale.offer,
            code=code,
            amount=sign * part,
            currency=sale.currency,
            at=sale.at,
        )
        for code, part in mine.items()
    ]


def _rounded(exact: Sequence[Fraction], keys: Sequence[tuple[str, ...]]) -> list[int]:
    """Round each so that the sum is the sum's own rounding. Between equal remainders the keys decide."""
    floors = [part.numerator // part.denominator for part in exact]
    left = round(sum(exact, Fraction())) - sum(floors)
    order = sorted(range(len(exact)), key=lambda i: (floors[i] - exact[i], keys[i]))
    for i in order[:left]:
        floors[i] += 1
    return floors


def _add(held: Shares, more: Shares) -> None:
    for code, part in more.items():
        held[code] = held.get(code, 0) + part


def _order(sale: Sale) -> _Order:
    return sale.shop, sale.order, sale.currency


def _key(one: Credit) -> tuple[str, ...]:
    return one.shop, one.event, one.kind, one.code or ""
