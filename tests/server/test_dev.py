"""What everybody gets from `make dev`, on one shared server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from langgraph_sdk.client import LangGraphClient

from agents.distribution.article import slug
from tests.server.driver import ACCEPT, Piece, Server, pages, published, row_of, troubles

pytestmark = pytest.mark.server


NewPiece = Callable[..., Awaitable[Piece]]


async def test_an_empty_input_becomes_a_published_page(server: Server, new_piece: NewPiece) -> None:
    """From `{}`, past a junk answer, by Inbox's answers and LangChain's, the page is on the site without a further word."""
    piece = await new_piece()
    await piece.start({})
    assert await piece.point() == "review_brief"

    await piece.resume("yes please")
    assert (await piece.status, await piece.point()) == ("error", "review_brief")

    await piece.resume(ACCEPT)
    assert await piece.point() == "review_draft"
    draft = (await piece.args())["draft"]
    first, _, rest = draft.partition("\n")
    edited = {"draft": f"# What I keep\n{rest}", "decision": "approve"}
    await piece.resume([{"type": "edit", "args": {"action": "review_draft", "args": edited}}])
    assert await piece.point() == "review_offer"
    await piece.resume({"decisions": [{"type": "approve"}]})
    assert await piece.point() == "review_release"
    await piece.resume({"type": "accept"})
    assert await piece.point() == ""

    assert first.startswith("# ")
    assert await published(server.workspace, piece.thread)
    row = await row_of(server.workspace, piece.thread)
    assert row is not None
    assert (row.driver, row.title) == ("server", "What I keep")
    assert [p for p in pages(server.workspace) if "What I keep" in p.read_text(encoding="utf-8")]
    assert troubles(server.log) == []


async def test_the_review_carries_both_schemas_and_says_what_it_takes(new_piece: NewPiece) -> None:
    """Inbox finds its half, Agent Chat UI its own, and the interrupt's schema names the answers that are taken."""
    piece = await new_piece()
    await piece.start({"topic": "repairs by radio"})
    open_review = await piece.interrupt()
    value = open_review["value"]
    args = value["action_request"]["args"]
    assert value["action_request"]["action"] == "review_brief"
    assert set(value["config"]) == {"allow_accept", "allow_edit", "allow_respond", "allow_ignore"}
    assert value["action_requests"] == [
        {"name": "review_brief", "args": args, "arguments": args, "description": value["description"]}
    ]
    assert value["review_configs"] == [
        {"action_name": "review_brief", "allowed_decisions": ["approve", "edit", "reject"]}
    ]
    assert args["decision"] == "approve"
    assert all(isinstance(text, str) for text in args.values())
    assert {"InboxAnswer", "HitlAnswer"} <= set(open_review["response_schema"]["$defs"])


async def test_the_assistants_are_the_five_graphs(client: LangGraphClient) -> None:
    """Studio lists the flywheel, its drainer, amendments, engage and learn, and shows the settings of a run."""
    found = {a["graph_id"]: a["assistant_id"] for a in await client.assistants.search()}
    assert set(found) == {"flywheel", "send", "amend", "engage", "learn"}
    for assistant in found.values():
        schema = (await client.assistants.get_schemas(assistant))["context_schema"]
        assert schema is not None
        assert set(schema["properties"]) == {"workspace", "model"}


async def test_studio_can_draw_a_form_for_the_input(client: LangGraphClient) -> None:
    """The flywheel's input has a topic, the drainer's and an amendment's a piece, engage's a response, learn's nothing."""
    found = {a["graph_id"]: a["assistant_id"] for a in await client.assistants.search()}
    inputs = {name: (await client.assistants.get_schemas(a))["input_schema"] for name, a in found.items()}
    assert {name: set((schema or {}).get("properties", {})) for name, schema in inputs.items()} == {
        "flywheel": {"topic"},
        "send": {"piece"},
        "amend": {"piece"},
        "engage": {"response"},
        "learn": set(),
    }


async def test_two_pieces_of_one_title_get_two_addresses(client: LangGraphClient) -> None:
    """The server's thread ids begin with the time; what sets two of the same hour apart has to be in the address."""
    first, second = [(await client.threads.create())["thread_id"] for _ in range(2)]
    assert slug("Repairs by radio", first) != slug("Repairs by radio", second)
