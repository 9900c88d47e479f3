"""What a proposal's schema becomes on the wire."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

import jsonschema
from pydantic import Field, JsonValue

from agents.writer.schema import wire_schema
from state.base import Frozen, Line, Prose


class Left(Frozen):
    kind: Literal["left"] = "left"
    pair: tuple[str, int]


class Right(Frozen):
    kind: Literal["right"] = "right"
    size: Annotated[int, Field(ge=1)] = 1


class Node(Frozen):
    name: Line
    below: tuple[Node, ...] = ()


class Everything(Frozen):
    """All sorts."""

    title: Line
    body: Prose = Field(description="The body.")
    side: Annotated[Left | Right, Field(discriminator="kind")]
    other: Right = Field(default=Right(), description="A default.")
    some: tuple[Right, ...] = Field(default=(), min_length=1)
    price: Decimal | None = None


class Open(Frozen):
    notes: dict[str, str]


class Loose(Frozen):
    value: JsonValue


ALLOWED = {"type", "enum", "const", "$ref", "$defs", "anyOf", "items", "properties", "required", "additionalProperties",
           "title", "description"}  # fmt: skip


def nodes(schema: Any) -> list[dict[str, Any]]:
    """The schema nodes of `schema`, itself included."""
    below = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values(), *schema.get("anyOf", ())]
    below += [schema["items"]] if "items" in schema else []
    return [schema, *(node for child in below for node in nodes(child))]


def test_only_keywords_that_every_endpoint_knows() -> None:
    """Nothing is sent that strict mode or a small grammar engine would trip over."""
    schema = wire_schema(Everything)
    assert schema.strict
    for node in nodes(schema.body):
        assert set(node) <= ALLOWED
        assert "$ref" not in node or set(node) == {"$ref"}
        if node.get("type") == "object":
            assert node["additionalProperties"] is False
            assert node["required"] == list(node["properties"])


def test_limits_are_said_in_words() -> None:
    """What the schema can't state, its description does."""
    body = wire_schema(Everything).body
    assert body["properties"]["title"]["description"].startswith("(one line of text")
    assert body["properties"]["body"]["description"].startswith("The body. (not empty")
    assert "at least 1 items" in body["properties"]["some"]["description"]
    assert "in this order: string, integer" in body["$defs"]["Left"]["properties"]["pair"]["description"]
    assert "1 or more" in body["$defs"]["Right"]["properties"]["size"]["description"]


def test_what_fits_the_model_fits_the_wire() -> None:
    """A proposal that the model accepts is valid against what was sent."""
    made = Everything(title="T", body="B", side=Left(pair=("a", 1)), some=(Right(size=2),))
    jsonschema.validate(made.model_dump(mode="json"), wire_schema(Everything).body)


def test_a_model_that_holds_itself() -> None:
    """A recursive proposal has an object at its root, as strict mode wants."""
    schema = wire_schema(Node)
    assert schema.body["type"] == "object"
    assert schema.strict
    jsonschema.validate(Node(name="a", below=(Node(name="b"),)).model_dump(mode="json"), schema.body)


def test_what_cannot_be_strict_says_so() -> None:
    """Open dictionaries and untyped values are sent as they are, without strict."""
    assert not wire_schema(Open).strict
    assert wire_schema(Open).body["properties"]["notes"]["additionalProperties"] == {"type": "string"}
    assert not wire_schema(Loose).strict
