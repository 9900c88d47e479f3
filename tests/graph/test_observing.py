"""From the books to what arms came to: nothing counts more often than it happened."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from graph.books import books
from graph.learn import concluded
from graph.observing import observed
from state.ledger import open_ledger
from state.settings import SalesSettings
from state.workspace import load_settings
from tests.support.takings import START, Takings


@pytest.fixture
async def made(workspace: Path) -> AsyncIterator[Takings]:
    ledger = await open_ledger(f"sqlite:///{workspace}/ledger.db")
    yield Takings(ledger)
    await ledger.close()


async def test_a_sale_that_links_share_is_one_sale(made: Takings, workspace: Path) -> None:
    """With `linear` each link has its part of the money and of the sale: three that share four sales have four, and not twelve."""
    codes = []
    for channel in ("site", "email", "bluesky"):
        await made.piece(f"on-{channel}")
        await made.post(f"on-{channel}", channel)
        codes.append(await made.link(f"on-{channel}", channel, "guide"))
    for n in range(4):
        for hour, code in enumerate(codes):
            (click,) = await made.click(code, at=START + timedelta(days=n, hours=hour), visitor=f"reader {n}")
        await made.sell(f"o{n}", 9, click=click, code=code, at=START + timedelta(days=n, hours=4))
    await made.sell("o0", 3, refund=True, at=START + timedelta(days=9))
    linear = load_settings(workspace).model_copy(update={"sales": SalesSettings(attribution="linear")})
    found = await books(made.ledger, linear)
    guide = observed(found, "GBP", {})["offers"]
    assert sum(one.sales for one in guide) == pytest.approx(4)
    assert sum(one.earned for one in guide) == pytest.approx(33)
    assert [one.sales for one in guide] == [pytest.approx(4 / 3)] * 3
    policy = linear.optimizer.model_copy(update={"enough_sales": 5})
    learnings = concluded(found, linear.model_copy(update={"optimizer": policy}), START + timedelta(days=60))
    assert {finding.unit for finding in learnings.channels} == {"clicks"}
