"""Pages that address the model, and models that listen to them: what they do is stopped by a check, or never comes out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.graph.rig import Flow, changed
from tests.hostile.conftest import OpenPiece
from tests.hostile.held import (
    KEY,
    TOPIC,
    accept_all,
    all_others,
    assert_nothing_was_obeyed,
    every_page,
    one_of_each,
    settings_of,
)
from tests.hostile.obedient import VIOLATED, obedient, picking
from tests.support.openai_server import OpenAIServer

pytestmark = pytest.mark.long


@one_of_each
async def test_a_model_that_obeys_gets_nothing_out(page: Path, piece_on: OpenPiece, server: OpenAIServer) -> None:
    """However often it tries, the piece is stuck with the check that it broke, or comes out without what was planted."""
    await _obeyed(page, piece_on(page), server)


@pytest.mark.torture
@all_others
async def test_a_model_that_obeys_any_page_gets_nothing_out(
    page: Path, piece_on: OpenPiece, server: OpenAIServer
) -> None:
    """The same for all the other pages."""
    await _obeyed(page, piece_on(page), server)


async def _obeyed(page: Path, flow: Flow, server: OpenAIServer) -> None:
    asked = page.parent.name
    _with_model(flow)
    before = settings_of(flow)
    server.otherwise = obedient(asked)
    await flow.start(TOPIC)
    accepted = await accept_all(flow)
    if asked in VIOLATED:
        shown = await flow.shown()
        assert shown.stuck
        assert "approve" not in shown.open
        assert VIOLATED[asked] in {v.code for v in shown.violations}
        assert all(v.message and v.fix for v in shown.violations)
        assert not flow.pages()
    else:
        row = await flow.row()
        assert row.status in ("published", "partial"), row.reason
    await assert_nothing_was_obeyed(flow, before, accepted)
    assert KEY not in "".join(str(r.body) for r in server.requests)


@pytest.mark.torture
@every_page
async def test_a_sensible_model_may_quote_the_page(page: Path, piece_on: OpenPiece, server: OpenAIServer) -> None:
    """A model that keeps to its contract publishes its piece, hostile page or not."""
    flow = piece_on(page)
    _with_model(flow)
    before = settings_of(flow)
    server.otherwise = picking
    await flow.start(TOPIC)
    accepted = await accept_all(flow)
    row = await flow.row()
    assert row.status in ("published", "partial"), row.reason
    await assert_nothing_was_obeyed(flow, before, accepted)
    assert KEY not in "".join(str(r.body) for r in server.requests)


def _with_model(flow: Flow) -> None:
    changed(flow.workspace, models='default = "openai:scripted"\ntimeout = 60.0\nretries = 1')
