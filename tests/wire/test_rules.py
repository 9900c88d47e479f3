"""A rule learnt from an edit, over the wire: the next piece's model is told it, and its draft is held to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.session import open_desk
from tests.support.openai_server import OpenAIServer, Reply, Request, good
from tests.support.scripted_author import draft, passing, sensible

pytestmark = pytest.mark.long


def worn(request: Request) -> Reply:
    """A model that likes a worn word."""
    if request.wants != "DraftProposal" or passing(request) != "draft":
        return sensible(request)
    made = draft(request.messages[-1][1])
    return good(made | {"body": made["body"].replace("So I read", "We leverage what we have. So I read")})


async def test_the_next_model_is_told(workspace: Path, server: OpenAIServer) -> None:
    """After an edit that strikes `leverage`, the rule stands in the message to the model; a draft that uses the word is flagged."""
    server.otherwise = worn
    async with open_desk(workspace) as desk:
        first = await desk.start("What the label on a light bulb doesn't say")
        await desk.answer(first, {"type": "accept"})
        waiting = await desk.waiting(first)
        assert waiting is not None
        text = dict(waiting.shown.args)["draft"].replace("We leverage what", "We use what")
        await desk.answer(first, {"type": "edit", "args": {"action": "review_draft", "args": {"draft": text}}})
        (rule,) = await desk.ledger.rules()
        assert rule.text == "never 'leverage': write 'use'"
        second = await desk.start("What the label on a light bulb doesn't say, again")
        await desk.answer(second, {"type": "accept"})
        waiting = await desk.waiting(second)
    drafts = [r.messages[-1][1] for r in server.requests if r.wants == "DraftProposal"]
    told_in = ["never 'leverage': write 'use'" in ask for ask in drafts]
    assert told_in == [False] * (len(drafts) // 2) + [True] * (len(drafts) // 2)
    assert waiting is not None
    told = [(v.code, v.where) for v in waiting.shown.violations if v.code == "draft.rule"]
    assert told == [("draft.rule", "rule 1")]
