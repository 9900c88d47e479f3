"""Pages that address the machine, and the writer without a model: their words may be quoted, and are never obeyed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.graph.rig import Flow
from tests.hostile.conftest import OpenPiece
from tests.hostile.held import (
    PAGES,
    TOPIC,
    accept_all,
    all_others,
    assert_nothing_was_obeyed,
    one_of_each,
    settings_of,
)
from tests.hostile.obedient import CODEWORD

pytestmark = pytest.mark.long


def test_there_are_enough_of_them() -> None:
    """At least forty pages in six formats."""
    assert len(PAGES) >= 40
    assert {path.suffix for path in PAGES} >= {".html", ".md", ".txt", ".pdf", ".xml", ".atom"}


@one_of_each
async def test_it_quotes_the_page_and_never_obeys_it(page: Path, piece_on: OpenPiece) -> None:
    """The piece comes out: what the page says stands in quotation marks with its source, and nothing that it orders happens."""
    await _quoted(piece_on(page))


@pytest.mark.torture
@all_others
async def test_it_quotes_any_page_and_never_obeys_it(page: Path, piece_on: OpenPiece) -> None:
    """The same for all the other pages."""
    await _quoted(piece_on(page))


async def _quoted(flow: Flow) -> None:
    before = settings_of(flow)
    await flow.start(TOPIC)
    brief = (await flow.state())["brief"]
    assert brief is not None
    assert any("Lamp Trials" in e.quote or CODEWORD in e.quote for e in brief.evidence), "the page wasn't relevant"
    accepted = await accept_all(flow)
    row = await flow.row()
    assert row.status in ("published", "partial"), row.reason
    assert accepted == 4
    await assert_nothing_was_obeyed(flow, before, accepted)
