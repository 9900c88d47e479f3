"""Answers as the public UIs send them, and what is no answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.server.driver import ACCEPT, Piece, Server, published, row_of, troubles

pytestmark = pytest.mark.server
NewPiece = Callable[..., Awaitable[Piece]]

NO_ANSWERS: tuple[object, ...] = (
    "yes please",
    17,
    [],
    {"type": "maybe"},
    {"decisions": []},
    {"decisions": [{"type": "approve"}, {"type": "approve"}]},
    [{"type": "accept", "args": None}, {"type": "accept", "args": None}],
    [{"type": "accept", "args": None, "run": "rm"}],
    [{"type": "edit", "args": {"action": "review_brief", "args": {"brief": None}}}],
    {"approve": True},
)
"""No shape that `response_schema` names."""

UNCLEAR: tuple[tuple[object, str], ...] = (
    ([{"type": "edit", "args": None}], "needs its args"),
    ([{"type": "response", "args": None}], "needs its args"),
    ({"decisions": [{"type": "edit"}]}, "needs its edited_action"),
    ([{"type": "edit", "args": {"action": "review_brief", "args": {"essay": "x", "decision": "approve"}}}], "essay"),
    ([{"type": "edit", "args": {"action": "review_brief", "args": {"decision": "perhaps"}}}], "'perhaps'"),
    ([{"type": "response", "args": "rework voice: too long"}], "can send back to content, not to voice"),
)
"""A good shape, and no decision that can be taken at review_brief; with what the person is told."""


async def test_junk_leaves_the_review_open_and_answerable(server: Server, new_piece: NewPiece) -> None:
    """Whatever was sent, the same review stays open, the ledger says so, and the next answer is taken."""
    piece = await new_piece()
    await piece.start({"topic": "repairs by radio"})
    before = await piece.interrupt()
    for junk in NO_ANSWERS:
        await piece.resume(junk)
        assert (await piece.status, await piece.interrupt()) == ("error", before), junk
        row = await row_of(server.workspace, piece.thread)
        assert row is not None
        assert (row.status, row.waiting_at) == ("waiting", "review_brief"), junk
    await piece.resume(ACCEPT)
    assert (await piece.status, await piece.point()) == ("interrupted", "review_draft")
    assert troubles(server.log) == []


async def test_an_answer_that_cant_be_taken_is_asked_again(new_piece: NewPiece) -> None:
    """The review opens again and says on top why the answer wasn't taken; then an answer is."""
    piece = await new_piece()
    await piece.start({"topic": "repairs by radio"})
    for answer, told in UNCLEAR:
        await piece.resume(answer)
        assert (await piece.status, await piece.point()) == ("interrupted", "review_brief"), answer
        shown = (await piece.interrupt())["value"]["description"]
        assert told in shown.split("**Not taken:**")[1].split("\n\n")[0], answer
    await piece.resume(ACCEPT)
    assert await piece.point() == "review_draft"


async def test_inbox_answers_take_a_piece_to_the_site(server: Server, new_piece: NewPiece) -> None:
    """A response orders a rework, a decision typed into an edit is obeyed, accepts publish."""
    piece = await new_piece()
    await piece.start({"topic": "keeping a thing by replacing it"})
    before = (await piece.args())["brief"]
    await piece.resume([{"type": "response", "args": "Lead with another source."}])
    assert await piece.point() == "review_brief"
    assert (await piece.args())["brief"] != before
    await piece.resume(ACCEPT)
    args = await piece.args() | {"decision": "rework content: start from the bridge"}
    await piece.resume([{"type": "edit", "args": {"action": "review_draft", "args": args}}])
    assert await piece.point() == "review_brief"
    for _ in range(4):
        await piece.resume(ACCEPT)
    assert await published(server.workspace, piece.thread)
    assert troubles(server.log) == []


async def test_a_disclosure_that_was_edited_away_is_told_over_http(new_piece: NewPiece) -> None:
    """The page of the review says so and offers no accept, an accept that is sent all the same publishes nothing, and the words put back do."""
    piece = await new_piece()
    await piece.start({"topic": "Looking at a bridge before it falls"})
    for _ in range(3):
        await piece.resume(ACCEPT)
    args, words = await piece.args(), "This one is mine: I made it and I sell it."
    assert words in args["site"]
    without = {"action": "review_release", "args": args | {"site": args["site"].replace(f"{words} ", "")}}
    await piece.resume([{"type": "edit", "args": without}])
    for _ in range(2):
        told = (await piece.interrupt())["value"]
        assert (await piece.status, await piece.point()) == ("interrupted", "review_release")
        assert "**release.disclosure** (must be mended, post site)" in told["description"]
        assert f"Put “{words}” first" in told["description"]
        assert told["config"]["allow_accept"] is False
        await piece.resume(ACCEPT)
    await piece.resume([{"type": "edit", "args": {"action": "review_release", "args": args}}])
    assert (await piece.status, await piece.point()) == ("idle", "")


async def test_an_ignore_drops_the_piece(server: Server, new_piece: NewPiece) -> None:
    """Inbox's Ignore ends the thread, and the ledger says that the piece was dropped."""
    piece = await new_piece()
    await piece.start({"topic": "old code"})
    await piece.resume([{"type": "ignore", "args": None}])
    assert (await piece.status, await piece.point()) == ("idle", "")
    row = await row_of(server.workspace, piece.thread)
    assert row is not None
    assert (row.status, row.waiting_at) == ("dropped", None)


async def test_langchains_answers_take_a_piece_to_the_site(server: Server, new_piece: NewPiece) -> None:
    """A reject with a message is a rework, an edit by `name` is an edit, approvals publish."""
    piece = await new_piece()
    await piece.start({"topic": "what the label on a light bulb doesn't say"})
    await piece.resume({"decisions": [{"type": "reject", "message": "Choose another angle."}]})
    assert await piece.point() == "review_brief"
    await piece.resume({"decisions": [{"type": "approve"}]})
    title, _, rest = (await piece.args())["draft"].partition("\n")
    edited = {"name": "review_draft", "args": {"draft": f"{title}, again\n{rest}"}}
    await piece.resume({"decisions": [{"type": "edit", "edited_action": edited}]})
    assert await piece.point() == "review_offer"
    for _ in range(2):
        await piece.resume({"decisions": [{"type": "approve"}]})
    assert await published(server.workspace, piece.thread)
    row = await row_of(server.workspace, piece.thread)
    assert row is not None
    assert row.title == f"{title.removeprefix('# ')}, again"
