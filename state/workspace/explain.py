"""From tables as tomllib gives them to models of ours, and from pydantic's errors to words for people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from state.base import Frozen
from state.workspace.document import Document
from state.workspace.lines import Path
from state.workspace.problems import Problem, meant

Model = TypeVar("Model", bound=Frozen)
Explained = tuple[tuple[str | int, ...], str, str]
"""Where in the table, what is wrong, what to do."""

# The error types of pydantic's strict mode: https://docs.pydantic.dev/latest/errors/validation_errors/.
_WANTED = {
    "string_type": ("text", 'Put it in quotes: "...".'),
    "int_type": ("a whole number", "Write it without quotes and without a decimal point."),
    "float_type": ("a number", "Write it without quotes."),
    "bool_type": ("true or false", "Write true or false, without quotes."),
    "tuple_type": ("a list", 'Put it in square brackets: ["one", "two"].'),
    "date_type": ("a date", "Write it as 2026-12-31."),
}
_LIMITS = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}


def fill(
    model: type[Model], document: Document, where: Path, values: Mapping[str, Any], hints: Mapping[str, str]
) -> tuple[Model, tuple[Problem, ...]]:
    """Build `model` from a table, strictly; a key that is wrong is reported and keeps its default.

    `hints` say what a key's text must look like. Every field of `model` has a default.
    """
    try:
        return model.model_validate(frozen(values), strict=True), ()
    except ValidationError as error:
        found = explain(error, model, hints)
    bad = {inner[0] for inner, _, _ in found if inner}
    kept = {key: value for key, value in values.items() if key not in bad}
    problems = tuple(document.problem((*where, *inner), message, fix) for inner, message, fix in found)
    return model.model_validate(frozen(kept), strict=True), problems


def frozen(value: Any) -> Any:
    """Make tuples of lists, all the way down: what a frozen model holds."""
    if isinstance(value, list):
        return tuple(frozen(item) for item in value)
    if isinstance(value, Mapping):
        return {key: frozen(item) for key, item in value.items()}
    return value


def explain(error: ValidationError, model: type[Frozen], hints: Mapping[str, str]) -> tuple[Explained, ...]:
    """Put each of pydantic's errors about a flat `model` into words."""
    details = error.errors(include_url=False)
    # A list whose items are wrong counts as too short as well, since those that are left are counted.
    listed = {detail["loc"][:1] for detail in details if len(detail["loc"]) > 1}
    told = (detail for detail in details if detail["type"] != "too_short" or detail["loc"] not in listed)
    return tuple((detail["loc"], *_words(detail, tuple(model.model_fields), hints)) for detail in told)


def _words(detail: ErrorDetails, known: tuple[str, ...], hints: Mapping[str, str]) -> tuple[str, str]:
    kind, given, context = detail["type"], detail["input"], detail.get("ctx", {})
    key = str(detail["loc"][0]) if detail["loc"] else ""
    hint = hints.get(key, "")
    match kind:
        case "extra_forbidden":
            said, fix = "unknown key.", meant(key, known, what="keys")
        case "missing":
            said, fix = "is missing.", hint or "Add it."
        case "literal_error":
            choices = re.findall("'([^']+)'", str(context["expected"]))
            said = f"expected {context['expected']}, got {shown(given)}."
            fix = meant(str(given), choices, what="values")
        case "string_too_short" | "too_short":
            said, fix = "must not be empty.", hint or "Fill it in, or leave the key out."
        case "string_pattern_mismatch":
            said, fix = f"{shown(given)} won't do.", hint or f"It must match {context['pattern']}."
        case _ if kind in _WANTED:
            said, fix = f"expected {_WANTED[kind][0]}, got {shown(given)}.", _WANTED[kind][1]
        case _ if kind in _LIMITS:
            words, limit = _LIMITS[kind]
            said, fix = f"must be {words} {context[limit]}, got {given}.", "Change the number."
        case _:
            said, fix = f"{detail['msg'].removeprefix('Value error, ').rstrip('.')}.", hint
    return said, fix


def shown(value: object) -> str:
    """Say what a value of TOML is, and show it when it is short."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"the text `{value if len(value) <= 60 else value[:59] + '…'}`"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, date):
        return f"the date {value}"
    return "a list" if isinstance(value, list | tuple) else "a table" if isinstance(value, Mapping) else f"{value}"
