"""Links and clicks in the ledger, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from state.ledger import Ledger, LedgerMissing, LedgerTaken
from state.links import code_of
from state.trade import Click, Link

NOW = datetime(2026, 6, 1, 23, 30, tzinfo=UTC)


def link(offer: str = "course", channel: str = "site", **fields: str) -> Link:
    made = {"code": code_of("p", channel, offer), "piece": "p", "channel": channel, "offer": offer}
    return Link.model_validate({**made, "url": f"https://shop.example/{offer}", **fields})


def click(number: int, of: Link, at: datetime = NOW, visitor: str = "v", *, bot: bool = False) -> Click:
    return Click(id=f"{of.code}-{number}", code=of.code, at=at, visitor=visitor, bot=bot, referrer="bsky.app")


@pytest.fixture
async def kept(ledger: Ledger) -> Ledger:
    await ledger.start_piece("p", topic="t", driver="embedded", now=NOW)
    await ledger.write_links([link(), link("kit"), link(channel="x")], now=NOW)
    return ledger


async def test_links_are_written_once(kept: Ledger) -> None:
    """Written again they stay as they were, with another landing page too: what readers were sent to was approved."""
    await kept.write_links([link(), link("kit", url="https://evil.example")], now=NOW)
    found = await kept.link(link("kit").code)
    assert found == link("kit")
    assert set(await kept.links()) == {link(), link("kit"), link(channel="x")}
    assert await kept.links_of([link().code, "aaaaaaaaaa"]) == (link(),)
    assert await kept.link("aaaaaaaaaa") is None


async def test_a_code_that_is_taken(kept: Ledger) -> None:
    """Should two links ever share a code, the second is refused, and nothing is written of what came with it."""
    with pytest.raises(LedgerTaken, match="another link"):
        await kept.write_links([link("new"), link("other", code=link().code)], now=NOW)
    assert await kept.link(link("new").code) is None
    assert await kept.link(link().code) == link()


async def test_a_link_of_no_piece(kept: Ledger) -> None:
    """A link belongs to a piece that there is."""
    with pytest.raises(LedgerMissing):
        await kept.write_links([link("new", piece="nobody")], now=NOW)


async def test_a_click_is_counted_once(kept: Ledger) -> None:
    """By its id, in one call or in two; one on a link that there isn't is left out, and keeps no other from being counted."""
    stranger = click(3, link("stranger"))
    assert await kept.record_clicks([click(1, link()), stranger, click(1, link()), click(2, link())]) == 2
    assert await kept.record_clicks([click(2, link()), stranger]) == 0
    assert await kept.record_clicks([]) == 0
    assert await kept.followed() == {link().code: (2, 0)}


async def test_many_at_once(kept: Ledger) -> None:
    """More than a batch, with whatever a header may hold."""
    odd = click(0, link()).model_copy(update={"referrer": "a\x00b\"'\\é%s:x"})
    assert await kept.record_clicks([odd, *(click(n, link("kit")) for n in range(2500))]) == 2501


async def test_a_click_has_its_moment(kept: Ledger) -> None:
    """Wherever a clock stood: the ledger counts by UTC."""
    elsewhere = NOW.astimezone(timezone(timedelta(hours=9, minutes=30)))
    await kept.record_clicks([click(1, link(), elsewhere), click(2, link(), elsewhere, bot=True)])
    assert await kept.followed_when(60) == {NOW: (1, 1)}
