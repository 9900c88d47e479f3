"""What each agent's part of the Learnings comes to for one piece: the choice, drawn from a seed that is the piece's own. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from agents.optimizer.choosing import choose, seed_of, told
from state.choices import Choice
from state.contracts.learnings import Learnings
from state.settings import Settings
from state.trade import Part

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def chosen(
    part: Part,
    candidates: Iterable[str],
    piece: str,
    settings: Settings,
    learnings: Learnings,
    *,
    channel: str = "",
    turn: int = 1,
) -> Choice | None:
    """One of `candidates`; None where nothing was learnt of the part, and nothing of them is pinned or banned: then the agent goes
    by its own rule. Each `turn` of several has a seed of its own.
    """
    names, findings = sorted(set(candidates)), learnings.of(part)
    named = {*pinned(part, settings), *banned(part, settings)}
    if not names or not (findings or named.intersection(names)):
        return None
    more = (*((channel,) if channel else ()), *((str(turn),) if turn > 1 else ()))
    made = choose(part, names, findings, seed=seed_of(piece, part, *more), policy=settings.optimizer, channel=channel)
    return made.model_copy(update={"turn": turn})


def pinned(part: Part, settings: Settings) -> tuple[str, ...]:
    return _named(part, settings.optimizer.pin)


def banned(part: Part, settings: Settings) -> tuple[str, ...]:
    return _named(part, settings.optimizer.ban)


def _named(part: Part, arms: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for of, _, name in (arm.partition(":") for arm in arms) if of == part)


def known(part: Part, settings: Settings, learnings: Learnings) -> tuple[str, ...]:
    """What was learnt about or is pinned: for parts of which anything could be an arm."""
    return tuple(dict.fromkeys([*(f.name for f in learnings.of(part)), *pinned(part, settings)]))


def themes(piece: str, settings: Settings, learnings: Learnings) -> Choice | None:
    """CONTENT's part: the themes in the order in which they count for this piece."""
    return chosen("themes", known("themes", settings, learnings), piece, settings, learnings)


def when_and_where(channels: Iterable[str], piece: str, settings: Settings, learnings: Learnings) -> Iterator[Choice]:
    """DISTRIBUTION's part: a time of day for each channel, and what is known of the channels, none of which is ever left out."""
    own = {c.name: c.times for c in settings.channels}
    names = tuple(channels)
    for channel in names:
        times = own.get(channel) or tuple(t for t in known("times", settings, learnings) if _TIME.fullmatch(t))
        loud = [t for t in times if not settings.clock_of(channel).is_quiet_at(t)]
        choice = chosen("times", loud, piece, settings, learnings, channel=channel) if len(times) > 1 else None
        if choice:
            yield choice
    if learnings.channels:
        yield told("channels", names, learnings.channels)
