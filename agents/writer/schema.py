"""A proposal's JSON schema as every endpoint takes it.

Strict structured output closes each object, requires each key and knows few keywords
(https://platform.openai.com/docs/guides/structured-outputs#supported-schemas); the grammars of llama.cpp, vLLM and
Ollama know fewer still and stumble over regular expressions. So limits are sent as words in the description, and the
answer is held to them when it comes back.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

from state.base import Frozen, Line, OptionalLine, Prose

Node = dict[str, Any]

_KEPT = ("type", "enum", "const", "$ref")
_LIMITS = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "uniqueItems": "no item twice",
    "minimum": "{} or more",
    "maximum": "{} or less",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "format": "format {}",
}
_NAME_LENGTH = 64
"""The longest name of a schema that OpenAI takes; letters, digits, `_` and `-`."""


@dataclass(frozen=True)
class WireSchema:
    name: str
    body: Node
    """JSON schema with `title` and `description`, as LangChain takes it. Not to be changed: it is shared."""
    strict: bool
    """Whether it can be enforced; not so with open dictionaries and untyped values."""


@lru_cache(maxsize=64)
def wire_schema(model: type[Frozen]) -> WireSchema:
    """Make the schema of `model`, with every constraint beyond its shape put into words."""
    source = model.model_json_schema()
    root = _resolve(source)
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", model.__name__).strip("_")[:_NAME_LENGTH]
    body = {"title": name, "description": root.get("description") or name, **_wired(root)}
    if definitions := source.get("$defs"):
        body["$defs"] = {key: _wired(node) for key, node in definitions.items()}
    return WireSchema(name=name, body=body, strict=_closed(body))


def _resolve(source: Node) -> Node:
    """Find the root object: a model that refers to itself has it among its definitions."""
    reference = source.get("$ref")
    if reference is None:
        return source
    target: Node = source["$defs"][reference.removeprefix("#/$defs/")]
    return target


def _wired(node: Node) -> Node:
    """`node` and all below it, with only the keywords that every endpoint knows."""
    out: Node = {key: node[key] for key in _KEPT if key in node}
    if variants := node.get("anyOf") or node.get("oneOf"):
        out["anyOf"] = [_wired(variant) for variant in variants]
    if node.get("type") == "array":
        out["items"] = _items(node)
    if node.get("type") == "object":
        out |= _object(node)
    if words := _words(node):
        if "$ref" in out:
            out = {"anyOf": [out]}
        out["description"] = words
    return out


def _items(node: Node) -> Node:
    if fixed := node.get("prefixItems"):
        kinds = {json.dumps(kind, sort_keys=True): kind for kind in map(_wired, fixed)}
        return next(iter(kinds.values())) if len(kinds) == 1 else {"anyOf": list(kinds.values())}
    return _wired(node.get("items", {}))


def _object(node: Node) -> Node:
    if "properties" not in node:
        values = node.get("additionalProperties", False)
        return {"additionalProperties": _wired(values) if isinstance(values, dict) else values}
    properties = {key: _wired(value) for key, value in node["properties"].items()}
    return {"properties": properties, "required": list(properties), "additionalProperties": False}


def _words(node: Node) -> str:
    """Join the description and the limits that the schema itself no longer states."""
    limits = [said.format(node[key]) for key, said in _LIMITS.items() if key in node]
    if isinstance(default := node.get("default"), str | int | float) and "const" not in node:
        limits.append(f"{json.dumps(default, ensure_ascii=False)} if in doubt")
    if pattern := node.get("pattern"):
        limits.append(_spoken().get(pattern, f"must match the regular expression {pattern}"))
    if fixed := node.get("prefixItems"):
        limits.append("in this order: " + ", ".join(kind.get("type", "value") for kind in fixed))
    said = str(node.get("description", ""))
    return f"{said} ({'; '.join(limits)})".strip() if limits else said


@lru_cache(maxsize=1)
def _spoken() -> dict[str, str]:
    """Our own patterns in plain words."""
    kinds = {
        "one line of text, no white space at its ends": Line,
        "one line of text or empty, no white space at its ends": OptionalLine,
        "not empty, no white space at its ends": Prose,
    }
    return {TypeAdapter(kind).json_schema()["pattern"]: said for said, kind in kinds.items()}


def _closed(node: object) -> bool:
    """Whether each object below names all its keys and each value its type."""
    if isinstance(node, list):
        return all(map(_closed, node))
    if not isinstance(node, dict):
        return True
    if node.get("type") == "object" and node.get("additionalProperties") is not False:
        return False
    children = [*node.get("properties", {}).values(), *node.get("$defs", {}).values(), *node.get("anyOf", ())]
    if "items" in node:
        children.append(node["items"])
    return any(key in node for key in (*_KEPT, "anyOf")) and all(map(_closed, children))
