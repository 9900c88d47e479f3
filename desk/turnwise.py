"""Work on many things that are each other's strangers, such as pieces: what breaks one keeps no other from its turn."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


async def each(things: Iterable[T], work: Callable[[T], Awaitable[None]]) -> None:
    """Do the work of each, one after the other. The first error is raised when all have had their turn."""
    errors: list[Exception] = []
    for thing in things:
        try:
            await work(thing)
        except Exception as error:  # unattended: it is told once nobody waits for it
            errors.append(error)
    if errors:
        raise errors[0]
