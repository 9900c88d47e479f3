"""What each published post met with, on real ledgers; and that the books balance."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.books import Books, books, total
from graph.tallies import DIMENSIONS, stands_out, tallies, weeks, whole
from state.ledger import Ledger, open_ledger
from state.ledger.address import address
from state.ledger.schema import migrate
from state.records import PostState
from state.settings import SalesSettings, Settings
from state.trade import MICROS, Sale
from tests.support.takings import START, Takings, code_of

SETTINGS = Settings(workspace="/nowhere", database="sqlite://")
DAY = timedelta(days=1)


@asynccontextmanager
async def opened(folder: Path | str) -> AsyncIterator[Ledger]:
    ledger = await open_ledger(f"sqlite:///{folder}/ledger.db")
    yield ledger
    await ledger.close()


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("blank") / "ledger.db"
    migrate(address(f"sqlite:///{file}"))
    return file


@pytest.fixture
async def made(blank: Path, tmp_path: Path) -> AsyncIterator[Takings]:
    shutil.copy(blank, tmp_path)
    async with opened(tmp_path) as ledger:
        yield Takings(ledger)


def gbp(amount: float) -> dict[str, int]:
    return {"GBP": round(amount * MICROS)}


async def test_nothing_yet(made: Takings) -> None:
    """An empty ledger has empty books, and they balance."""
    found = await books(made.ledger, SETTINGS)
    assert (found.lines, found.days, found.sold) == ((), (), {})
    assert found.empty and found.balance
    assert all(tallies(found, by) == () for by in DIMENSIONS)


async def test_one_post_and_what_it_met_with(made: Takings) -> None:
    """A line says what its link was followed by, bots apart, what was bought and paid back, and what was seen where the channel tells."""
    await made.piece("p1", "The kettle", traits={"angles": "cost", "hooks": "a question"})
    await made.post("p1", "bluesky", views=400)
    await made.post("p1", "site")
    one, two = await made.link("p1", "bluesky", "guide"), await made.link("p1", "site", "guide", "end")
    first, second, _ = await made.click(one, 3)
    await made.click(one, 2, bot=True)
    await made.click(two, 1)
    await made.sell("o1", 12.5, click=first, code=one, at=START + DAY)
    await made.sell("o2", 20, click=second, code=one, at=START + DAY)
    await made.sell("o2", 5, at=START + 2 * DAY, refund=True)
    await made.sell("o3", 7, at=START + DAY)

    found = await books(made.ledger, SETTINGS)
    here, there = found.lines
    assert (here.name, here.channel, here.offer, here.seen, here.clicked, here.bots) == (
        "The kettle", "bluesky", "guide", 400, 3, 2,
    )  # fmt: skip
    assert (here.bought, here.refunded, here.earned) == (2, 1, gbp(27.5))
    assert (there.channel, there.variant, there.seen, there.clicked, there.earned) == ("site", "end", None, 1, {})
    assert found.not_attributed == gbp(7)
    assert found.sold == gbp(34.5)
    assert found.balance
    assert sorted(found.waited) == [DAY - timedelta(minutes=1), DAY]
    (angle,) = tallies(found, "angle")
    assert (angle.name, angle.published, angle.seen, angle.clicked_of_seen, angle.clicked) == ("cost", 2, 400, 3, 4)
    assert angle.click_rate is not None and angle.click_rate.value == 3 / 400


async def test_money_that_came_again_is_no_order(made: Takings) -> None:
    """A dispute that was won months later: what it took is back, the order counts once and as not paid back, on its own day and in its own time."""
    await made.piece("p1")
    await made.post("p1", "site")
    link = await made.link("p1", "site", "guide")
    (click,) = await made.click(link, 1)
    await made.sell("o1", 12.5, click=click, code=link, at=START + DAY)
    taken, won = START + 2 * DAY, START + 60 * DAY
    about = {"shop": "stripe", "order": "o1", "amount": 12_500_000, "currency": "GBP"}
    await made.ledger.record_sale(Sale.model_validate({**about, "event": "du_1", "kind": "refund", "at": taken}))
    gone = await books(made.ledger, SETTINGS)
    assert [(line.bought, line.refunded, line.earned) for line in gone.lines] == [(1, 1, {})]
    await made.ledger.record_sale(Sale.model_validate({**about, "event": "du_1/won", "kind": "sale", "at": won}))
    found = await books(made.ledger, SETTINGS)
    assert [(line.bought, line.refunded, line.earned) for line in found.lines] == [(1, 0, gbp(12.5))]
    assert {day.day: day.bought for day in found.days if day.bought} == {(START + DAY).date(): 1}
    assert found.balance and found.not_attributed == {}
    late = await books(made.ledger, SETTINGS, since=START + 50 * DAY)
    assert [(line.bought, line.earned) for line in late.lines] == [(0, gbp(12.5))]
    assert sum(day.bought for day in late.days) == 0


async def test_a_thread_is_one_post_and_a_reply_none(made: Takings) -> None:
    """A thread counts once, with the views of the post that was seen most; what isn't out and answers don't count."""
    await made.piece("p1")
    await made.post("p1", "bluesky", views=100)
    await made.post("p1", "bluesky", number=2, at=START + timedelta(minutes=1), views=300)
    await made.post("p1", "bluesky", post_id="reply-1", views=900)
    await made.post("p1", "mastodon", state=PostState.PARKED)
    found = await books(made.ledger, SETTINGS)
    (line,) = found.lines
    assert (line.post, line.seen, line.published_at, line.offer) == ("p1/bluesky/1", 300, START, "")
    assert whole(found).published == 1


async def test_two_links_in_one_post_share_its_views(made: Takings) -> None:
    """Views count once for the channel, and for each of its offers."""
    await made.piece("p1")
    await made.post("p1", "bluesky", views=200)
    for offer in ("guide", "letter"):
        await made.click(await made.link("p1", "bluesky", offer), 2)
    found = await books(made.ledger, SETTINGS)
    assert [t.seen for t in tallies(found, "channel")] == [200]
    assert [(t.name, t.seen, t.clicked) for t in tallies(found, "offer")] == [("guide", 200, 2), ("letter", 200, 2)]


async def test_a_link_of_a_post_that_isnt_known_to_be_out(made: Takings) -> None:
    """What came through it has a line all the same, or the books wouldn't balance; a link that nobody followed has none."""
    await made.piece("p1")
    await made.post("p1", "mastodon", state=PostState.PARKED)
    code = await made.link("p1", "mastodon", "guide")
    await made.link("p1", "site", "guide")
    await made.sell("o1", 3, code=code)
    found = await books(made.ledger, SETTINGS)
    (line,) = found.lines
    assert (line.post, line.published_at, line.earned) == ("", None, gbp(3))
    assert found.balance
    assert [(t.name, t.published) for t in tallies(found, "hour")] == [("not known to be out", 0)]


async def test_a_time_cut_out(made: Takings) -> None:
    """Clicks, views, sales and refunds count by when they were; a refund of an earlier sale is taken from whoever had that."""
    await made.piece("p1")
    post = await made.post("p1", "bluesky", views=100)
    await made.viewed(post, 250, at=START + 12 * DAY)
    code = await made.link("p1", "bluesky", "guide")
    (click,) = await made.click(code)
    await made.click(code, 4, at=START + 11 * DAY)
    await made.sell("o1", 10, click=click, code=code, at=START + DAY)
    await made.sell("o1", 10, at=START + 11 * DAY, refund=True)

    since = START + 10 * DAY
    (line,) = (late := await books(made.ledger, SETTINGS, since)).lines
    assert (line.seen, line.clicked, line.bought, line.refunded, line.earned) == (150, 4, 0, 1, gbp(-10))
    assert whole(late).published == 0
    assert late.balance and late.sold == gbp(-10)
    (line,) = (early := await books(made.ledger, SETTINGS, None, since)).lines
    assert (line.seen, line.clicked, line.bought, line.earned) == (100, 1, 1, gbp(10))
    assert early.balance and whole(early).published == 1


@pytest.mark.parametrize(
    ("zone", "day"), [("UTC", 5), ("Asia/Kolkata", 6), ("Asia/Kathmandu", 6), ("America/New_York", 5)]
)
async def test_days_are_the_authors(made: Takings, zone: str, day: int) -> None:
    """Midnight is at 18:30 UTC in Kolkata and at 18:15 in Kathmandu: clicks are counted by quarters of an hour where need be."""
    moment = START.replace(hour=18, minute=20 if zone == "Asia/Kathmandu" else 40)
    await made.piece("p1")
    await made.post("p1", "site", at=moment)
    await made.click(await made.link("p1", "site", "guide"), at=moment)
    found = await books(
        made.ledger, SETTINGS.model_copy(update={"identity": SETTINGS.identity.model_copy(update={"timezone": zone})})
    )
    assert [(d.day, d.published, d.clicked) for d in found.days] == [(date(2026, 1, day), 1, 1)]


async def test_days_and_weeks(made: Takings) -> None:
    """Days without anything are there too; weeks begin on Monday and lose nothing."""
    await made.piece("p1")
    await made.post("p1", "site")
    code = await made.link("p1", "site", "guide")
    await made.click(code, at=START + 9 * DAY)
    await made.sell("o1", 4, code=code, at=START + 10 * DAY)
    found = await books(made.ledger, SETTINGS)
    assert [d.day for d in found.days] == [START.date() + i * DAY for i in range(11)]
    assert [(w.day, w.published, w.clicked, w.bought, w.earned) for w in weeks(found.days)] == [
        (date(2026, 1, 5), 1, 0, 0, {}),
        (date(2026, 1, 12), 0, 1, 1, gbp(4)),
    ]


async def test_currencies_stay_apart_unless_rates_are_given(made: Takings) -> None:
    """Pounds and euros are never added up; with a rate for euros they are pounds, and yen without one stay yen."""
    await made.piece("p1")
    await made.post("p1", "site")
    code = await made.link("p1", "site", "guide")
    for currency, amount in (("GBP", 10), ("EUR", 10), ("JPY", 500)):
        await made.sell(currency, amount, code=code, currency=currency)
    found = await books(made.ledger, SETTINGS)
    assert found.sold == {"EUR": 10 * MICROS, "GBP": 10 * MICROS, "JPY": 500 * MICROS}
    rated = SETTINGS.model_copy(update={"sales": SalesSettings(currency="GBP", rates=(("EUR", "0.85"),))})
    found = await books(made.ledger, rated)
    assert found.sold == {"GBP": 18_500_000, "JPY": 500 * MICROS}
    assert found.lines[0].earned == found.sold
    assert found.balance


async def test_a_sale_shared_by_two_links_is_one_order(made: Takings) -> None:
    """With `linear`, each link has its part of the money, and the channel both, but one order."""
    await made.piece("p1")
    await made.post("p1", "site")
    await made.post("p1", "email")
    codes = [await made.link("p1", channel, "guide") for channel in ("site", "email")]
    await made.click(codes[0], visitor="one and the same")
    (click,) = await made.click(codes[1], at=START + timedelta(hours=1), visitor="one and the same")
    await made.sell("o1", 9, click=click, code=codes[1], at=START + timedelta(hours=2))
    linear = SETTINGS.model_copy(update={"sales": SalesSettings(attribution="linear")})
    found = await books(made.ledger, linear)
    assert [line.earned for line in found.lines] == [gbp(4.5), gbp(4.5)]
    (offer,) = tallies(found, "offer")
    assert (offer.bought, offer.earned) == (1, gbp(9))
    assert found.balance


async def test_what_stands_out_and_what_doesnt(made: Takings) -> None:
    """A channel stands out when its interval is above every other's."""
    for channel, views, clicks in (("bluesky", 1000, 80), ("mastodon", 1000, 20)):
        await made.piece(channel)
        await made.post(channel, channel, views=views)
        await made.click(await made.link(channel, channel, "guide"), clicks)
    found = await books(made.ledger, SETTINGS)
    best = stands_out(tallies(found, "channel"), lambda t: t.click_rate)
    assert best is not None and best.name == "bluesky"
    assert stands_out(tallies(found, "offer"), lambda t: t.click_rate) is None
    assert stands_out(tallies(found, "channel"), lambda t: t.buy_rate) is None


def test_books_that_dont_balance_say_so() -> None:
    """`balance` compares with the reports, and isn't true by construction."""
    found = Books((), (), {"GBP": 1}, {}, (), "UTC")
    assert not found.balance
    assert replace(found, sold={}).balance


@contextmanager
def copied(blank: Path) -> Iterator[str]:
    """A folder with an empty ledger: to make its tables anew for every example takes longer than the example."""
    with TemporaryDirectory(prefix="books-") as folder:
        shutil.copy(blank, folder)
        yield folder


Report = tuple[int, str, int, str, str | None, int]
amounts = st.integers(min_value=0, max_value=10**13)
reports = st.lists(
    st.tuples(
        st.integers(0, 4),  # the order
        st.sampled_from(["sale", "refund"]),
        amounts,
        st.sampled_from(["GBP", "EUR", "JPY"]),
        st.sampled_from([None, "p1", "p2", "unknown"]),
        st.integers(0, 40),  # the day
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(
    told=reports,
    model=st.sampled_from(["last", "first", "linear"]),
    rated=st.booleans(),
    begin=st.integers(0, 40),
    end=st.integers(0, 40),
)
def test_the_books_balance(blank: Path, told: list[Report], model: str, rated: bool, begin: int, end: int) -> None:
    """Whatever shops report, in whatever order, cut out anywhere: the lines and the unattributed come to the sum of the sales."""
    rates = (("EUR", "0.8537"), ("JPY", "0.0053")) if rated else ()
    how = SalesSettings.model_validate({"attribution": model, "currency": "GBP" if rated else None, "rates": rates})
    since, until = START + begin * DAY, START + end * DAY

    async def balanced() -> None:
        with copied(blank) as folder:
            async with opened(folder) as ledger:
                made = Takings(ledger)
                for piece in ("p1", "p2"):
                    await made.piece(piece)
                    await made.post(piece, "site")
                    await made.click(await made.link(piece, "site", "guide"), 3)
                await ledger.record_sales(_sales(told))
                for bounds in ((None, None), (since, None), (None, until), (since, until)):
                    found = await books(ledger, SETTINGS.model_copy(update={"sales": how}), *bounds)
                    assert found.balance
                    everything = (found.attributed, found.not_attributed)
                    assert total(everything) == total(day.earned for day in found.days)
                    for by in DIMENSIONS:
                        assert total((*(t.earned for t in tallies(found, by)), found.not_attributed)) == total(
                            [found.sold]
                        )

    asyncio.run(balanced())


def _sales(told: list[Report]) -> list[Sale]:
    return [
        Sale.model_validate(
            {
                "event": f"e{i}",
                "shop": "stripe",
                "order": f"o{order}",
                "kind": kind,
                "amount": amount,
                "currency": currency,
                "code": code_of(piece, "site", "guide", "") if piece else None,
                "at": datetime(2026, 1, 5, 12, tzinfo=UTC) + day * DAY,
            }
        )
        for i, (order, kind, amount, currency, piece, day) in enumerate(told)
    ]
