"""How a piece opens, measured from its first sentence. Pure."""

from __future__ import annotations

import re
from typing import Literal, get_args

from state.text import numbers, quotations, statements, words

Hook = Literal["question", "quotation", "number", "scene", "claim"]
HOOKS: tuple[Hook, ...] = get_args(Hook)
_WHOLE = 3
"""Words from which a quotation is somebody speaking, and no word held at arm's length."""
_THERE = re.compile(
    r"\b(I|I'm|I've|I'd|I'll|we|we're|we've|my|our|me|us|yesterday|today|tonight|this (?:morning|evening|week)|"
    r"last (?:night|week|month|year|spring|summer|autumn|winter)|on (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b",
    re.IGNORECASE,
)
"""Somebody is there, or it is now. English only: elsewhere such an opening counts as a claim."""


def hook_of(text: str) -> Hook:
    """The kind of opening of a piece in Markdown, by its first sentence: a heading is none.

    A question wins over a quotation, that over a number, that over a scene (somebody is there, or it is now); all else claims.
    """
    first = next((s for s in statements(text) if s.kind != "heading"), None)
    if first is None:
        return "claim"
    if first.text.rstrip("”\"'’) ").endswith("?"):
        return "question"
    if first.kind == "quote" or any(len(words(q)) >= _WHOLE for q in quotations(first.text)):
        return "quotation"
    if numbers(first.text):
        return "number"
    return "scene" if _THERE.search(first.text.replace("’", "'")) else "claim"
