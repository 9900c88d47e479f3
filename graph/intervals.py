"""How sure a rate is: 95 % intervals. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

Z = 1.959963984540054
"""The 97.5th percentile of the normal distribution."""
ENOUGH = 5
"""Orders from which an interval of money is given: below, one order's size says too little of the next."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate and the ends of its 95 % interval."""

    value: float
    low: float
    high: float


def wilson(successes: int, trials: int) -> Rate | None:
    """Wilson's score interval (Journal of the American Statistical Association 22, 1927).

    None where nothing was tried, or where more came of it than was tried: then the trials weren't all counted.
    """
    if trials <= 0 or not 0 <= successes <= trials:
        return None
    share, square = successes / trials, Z * Z
    middle = (share + square / (2 * trials)) / (1 + square / trials)
    reach = Z * math.sqrt(share * (1 - share) / trials + square / (4 * trials * trials)) / (1 + square / trials)
    return Rate(share, max(0.0, min(share, middle - reach)), min(1.0, max(share, middle + reach)))


def money_per_click(orders: Iterable[int], clicks: int) -> Rate | None:
    """What a click was worth, in what `orders` are counted in: what each order brought, less what was paid back of it.

    The gamma interval of Fay and Feuer (Statistics in Medicine 16, 1997): orders come as a Poisson process, each worth what it was.
    None with fewer than ENOUGH orders that brought something, without clicks, and where an order cost more than it brought.
    """
    worth = [amount for amount in orders if amount]
    if clicks <= 0 or len(worth) < ENOUGH or min(worth) < 0:
        return None
    total, squares, most = sum(worth), float(sum(amount * amount for amount in worth)), max(worth)
    above, squares_above = total + most, squares + float(most * most)
    low = squares / (2 * total) * _chi_square(2 * total * total / squares, -Z)
    high = squares_above / (2 * above) * _chi_square(2 * above * above / squares_above, Z)
    return Rate(total / clicks, low / clicks, high / clicks)


def _chi_square(freedom: float, z: float) -> float:
    """The quantile of the chi-square distribution at the normal's `z`, after Wilson and Hilferty (1931): 1 % off at ten degrees of freedom."""
    spread = 2 / (9 * freedom)
    return float(freedom * max(0.0, 1 - spread + z * math.sqrt(spread)) ** 3)
