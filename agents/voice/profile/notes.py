"""What is off in a text, by how much, and what to do: sentences for the person who writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from agents.voice.profile.delta import Deviation
from agents.voice.profile.tally import MARKS, PERSONS

_ODD_SHAPE, _ODD_WORD = 2.0, 3.5
"""z-scores from which a feature is worth a note: with a hundred words one is 3 off by accident."""
_NEARLY = 0.6
NOTES = 4
_NAMES = {"first": "I, me or my", "plural": "we, us or our", "second": "you or your"}
_IN_PERSONS = frozenset().union(*PERSONS.values())


def notes(
    of_words: Iterable[Deviation], of_shape: Iterable[Deviation], never: Mapping[str, int], *, strange: bool
) -> tuple[str, ...]:
    """Say what is off, worst first: what is odd by itself, and in a `strange` text what comes near to it, or two things at least.

    `never` are the words used here that the author never uses, and how often: one note for all of them.
    """
    ranked = [(d.z / _ODD_SHAPE, d) for d in of_shape]
    ranked += [(d.z / _ODD_WORD, d) for d in of_words if d.feature not in _IN_PERSONS]
    ranked.sort(key=lambda pair: -pair[0])
    least = _NEARLY if strange else 1.0
    count = max(sum(odd >= least for odd, _ in ranked), 2 if strange else 0)
    told = [_note(d) for _, d in ranked[:count] if d.z]
    if never:
        told = [*told[: NOTES - 1], _never(never)]
    return tuple(told[:NOTES])


def _never(used: Mapping[str, int]) -> str:
    worst = sorted(used, key=lambda phrase: (-used[phrase], phrase))[:3]
    listed = ", ".join(f'"{phrase}" ({used[phrase]})' for phrase in worst)
    return f"You never write {listed}: say it in words of yours."


def _note(off: Deviation) -> str:
    return _of_length(off) or _of_share(off)


def _of_length(off: Deviation) -> str:
    """The note on a length in words; empty for other features."""
    more, usual, here = off.here > off.usual, f"{off.usual:.0f}", f"{off.here:.0f}"
    if off.feature == "mean":
        fix = "cut some in two" if more else "join some"
        return f"Your sentences average {usual} words; these average {here}: {fix}."
    if off.feature == "spread":
        fix = "even them out" if more else "put short ones beside long ones"
        return f"Your sentences vary by {usual} words around their mean; these by {here}: {fix}."
    if off.feature == "paragraph":
        fix = "break some up" if more else "run some together"
        return f"Your paragraphs average {usual} words; these average {here}: {fix}."
    if off.feature == "paragraph spread":
        fix = "even them out" if more else "let one be short and the next long"
        return f"Your paragraphs vary by {usual} words around their mean; these by {here}: {fix}."
    return ""


def _of_share(off: Deviation) -> str:
    more = off.here > off.usual
    if off.feature == "questions":
        return f"{off.usual:.0%} of your sentences ask; of these {off.here:.0%}: {'ask less' if more else 'ask more'}."
    usual, here = f"{1000 * off.usual:.1f}", f"{1000 * off.here:.1f}"
    if off.feature == "contractions":
        fix = "write more words out" if more else "contract more"
        return f"You contract {usual} words in a thousand (don't, it's); here {here}: {fix}."
    if off.feature in _NAMES:
        steps = {"first": ("step back a little", "put yourself back in")}
        fix = steps.get(off.feature, ("say it less", "say it more"))[not more]
        return f"You say {_NAMES[off.feature]} {usual} times in a thousand words; here {here}: {fix}."
    if off.feature in MARKS:
        fix = "use fewer" if more else "use more"
        return f"You set {usual} {MARKS[off.feature]} in a thousand words; here {here}: {fix}."
    fix = "use it less" if more else "use it more"
    return f'You write "{off.feature}" {usual} times in a thousand words; here {here}: {fix}.'
