"""A choice in plain words, for the person who reviews it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from state.choices import Choice, How, Weighed
from state.trade import Part

NOTHING_YET = "Not enough data yet"
_NOUN: Mapping[Part, str] = {
    "themes": "Theme",
    "angles": "Angle",
    "hooks": "Opening",
    "channels": "Channels",
    "times": "Time",
    "offers": "Offer",
    "placements": "Placement",
}
_HOW: Mapping[How, str] = {
    "drawn": "the highest draw",
    "explored": "to find out more, whatever the draws",
    "pinned": "pinned in flywheel.toml",
    "only": "nothing else was open",
    "otherwise": "the writer's own, against the draw",
    "told": "for you to know; nothing was chosen by it",
}


_BECAUSE: Mapping[How, str] = {
    "drawn": "It had the highest draw",
    "explored": "It was taken by lot, to find out more",
    "pinned": "It is pinned in flywheel.toml",
    "only": "No other was open",
    "otherwise": "The writer took it",
    "told": "This is known of it",
}


def said(choice: Choice) -> str:
    """`Offer: bench-roll (the highest draw). bench-roll: 12 of 340 clicked (2.1–6.0 %), drawn 4.8 %; ...`."""
    noun = f"{_NOUN[choice.part]}{f' {choice.turn}' if choice.turn > 1 else ''}{f' on {choice.channel}' if choice.channel else ''}"
    taken = choice.picked or ("none" if choice.how == "otherwise" else "")
    head = f"{noun}: {taken} ({_HOW[choice.how]})" if taken else f"{noun} ({_HOW[choice.how]})"
    return f"{head}. {'; '.join(f'{w.name}: {_known(w, choice.unit)}' for w in choice.candidates)}."


def because(choice: Choice) -> str:
    """`It had the highest draw: 12 of 340 clicked (2.1–6.0 %), drawn 4.8 %.`."""
    return f"{_BECAUSE[choice.how]}: {weighed(choice, choice.picked)}."


def listed(choices: Sequence[Choice], *, none: str = NOTHING_YET) -> str:
    """Each choice on a line of its own, as Markdown."""
    return "\n".join(f"- {said(choice)}" for choice in choices) or f"{none}."


def weighed(choice: Choice, name: str) -> str:
    """What is known of one candidate: `12 of 340 clicked (2.1–6.0 %), drawn 4.8 %`."""
    found = choice.of(name)
    return _known(found, choice.unit) if found else NOTHING_YET.lower()


def _known(of: Weighed, unit: str) -> str:
    seen = f"{of.clicks:,} of {of.n:,} clicked" if of.n else "never seen"
    interval = f"{_rate(of.low, of.high, unit)}"
    drawn = "" if of.drawn is None else f", drawn {_rate(of.drawn, None, unit)}"
    return f"{seen} ({interval}){drawn}{', banned in flywheel.toml' if of.banned else ''}"


def _rate(low: float, high: float | None, unit: str) -> str:
    """Clicks in per cent of views, money for a thousand views."""
    factor, behind = (100, " %") if unit == "clicks" else (1000, f" {unit} for 1,000 views")
    ends = "–".join(
        f"{end * factor:,.1f}" if unit == "clicks" else f"{end * factor:,.2f}" for end in (low, high) if end is not None
    )
    return f"{ends}{behind}"
