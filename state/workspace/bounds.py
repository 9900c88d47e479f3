"""`[contracts]` may tighten what a handoff must hold, never loosen it; and it must stay possible to meet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from state.base import Frozen
from state.settings import BriefBounds, ContractBounds, DraftBounds, OfferBounds, ReleaseBounds, ReplyBounds
from state.text import words

MODELS: Mapping[str, type[Frozen]] = {
    "brief": BriefBounds,
    "draft": DraftBounds,
    "offer": OfferBounds,
    "release": ReleaseBounds,
    "reply": ReplyBounds,
}
Found = tuple[tuple[str, str], str, str]
"""Contract and key, what is wrong, what to do."""


def loosened(contract: str, values: Mapping[str, object]) -> Iterator[Found]:
    """Every `min_` and `words_per_` below its default, and every `max_` above it."""
    for key, field in MODELS[contract].model_fields.items():
        value, default = values.get(key), field.default
        if not isinstance(value, int) or isinstance(value, bool):
            continue
        if key.startswith(("min_", "words_per_")) and value < default:
            side = "more"
        elif key.startswith("max_") and value > default:
            side = "less"
        else:
            continue
        said = f"contracts can only be tightened: the default is {default}, and {value} is looser."
        yield (contract, key), said, f"Write {default} or {side}, or leave the key out."


def contradictions(bounds: ContractBounds) -> Iterator[Found]:
    """Bounds that no contract could meet."""
    brief, draft = bounds.brief, bounds.draft
    for low, smaller, high, larger in (
        ("min_evidence", brief.min_evidence, "max_evidence", brief.max_evidence),
        ("min_origins", brief.min_origins, "max_evidence", brief.max_evidence),
    ):
        if smaller > larger:
            yield ("brief", low), f"{smaller} is more than {high}, which is {larger}.", "No Brief could meet both."
    if draft.min_words > draft.max_words:
        said = f"{draft.min_words} is more than max_words, which is {draft.max_words}."
        yield ("draft", "min_words"), said, "No Draft could meet both."
    for phrase in draft.required_phrases:
        for banned in draft.banned_phrases:
            if f" {' '.join(words(banned))} " in f" {' '.join(words(phrase))} ":
                said = f"“{phrase}” is required, but “{banned}” is banned."
                yield ("draft", "required_phrases"), said, "Take one of them out."
