from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from state.offers import DISCLOSURES, Offer, tracked_for, tracked_url
from state.text import links
from tests.state.pieces import COURSE, KIT, vary

NAME = st.text(alphabet="abcdefghijklmnopqrstuvwxyz_-", min_size=1, max_size=8).filter(
    lambda n: not n.startswith("utm_")
)
VALUE = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="&#;+"), max_size=8)
QUERY = st.lists(st.tuples(NAME, VALUE), max_size=4)
PATH = st.text(alphabet="abc/().-_~", max_size=10)


@st.composite
def offers(draw: st.DrawFn) -> tuple[Offer, list[tuple[str, str]]]:
    query = draw(QUERY)
    tags = [(f"utm_{n}", v) for n, v in draw(st.lists(st.tuples(NAME, VALUE), max_size=2))]
    url = f"https://shop.example/{draw(PATH)}?{urlencode([*tags, *query])}"
    return vary(COURSE, url=f"{url}#{draw(PATH)}"), query


@settings(deadline=None)
@given(offers(), st.sampled_from(["site", "bluesky"]), st.text(alphabet="abc-1 é&", min_size=1, max_size=9))
def test_a_tracked_link(made: tuple[Offer, list[tuple[str, str]]], channel: str, piece: str) -> None:
    """It keeps the page and every parameter that isn't a tag, has each tag once, tracking it again changes nothing, and it can be made another channel's."""
    offer, query = made
    url = tracked_url(offer, piece, channel)
    found = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    assert found == [
        *query,
        ("utm_source", channel),
        ("utm_medium", "content"),
        ("utm_campaign", piece),
        ("utm_content", offer.id),
    ]
    assert tracked_url(vary(offer, url=url), piece, channel) == url
    assert tracked_for(url, "email") == tracked_url(offer, piece, "email")
    plain, tracked = urlsplit(offer.url), urlsplit(url)
    assert tracked.hostname == plain.hostname
    assert tracked.path.replace("%28", "(").replace("%29", ")") == plain.path
    assert links(f"[it]({url})") == (url,)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"price": "49.00", "currency": None}, "price and currency go together"),
        ({"price": None, "currency": None}, "the offer has no price"),
        ({"price": "49,00"}, "pattern"),
        ({"kind": "affiliate"}, 'needs disclosure = "affiliate"'),
        ({"url": "ftp://shop.example"}, "pattern"),
        ({"url": "https://shop.example/<b>"}, "pattern"),
        ({"url": "https:///path"}, "no host"),
        ({"url": "https://[broken"}, "IPv6"),
        ({"id": "Not An Id"}, "pattern"),
        ({"keywords": []}, "at least 1"),
        ({"surprise": 1}, "not permitted"),
    ],
)
def test_an_offer_that_is_none(fields: dict[str, Any], said: str) -> None:
    """What can't be offered is refused, with the reason."""
    with pytest.raises(ValidationError, match=said):
        Offer.model_validate(COURSE.model_dump() | fields)


def test_prices() -> None:
    """A price is shown with two decimals and its currency, in the pitch too; without one it is free."""
    assert COURSE.price_text == "49.00 GBP"
    assert COURSE.pitch_text.endswith("It costs 49.00 GBP.")
    assert vary(COURSE, price="49").price_text == "49.00 GBP"
    assert KIT.price_text == "free"


@pytest.mark.parametrize(
    ("start", "end", "live"),
    [
        (None, None, True),
        (date(2026, 6, 1), date(2026, 6, 1), True),
        (date(2026, 6, 2), None, False),
        (None, date(2026, 5, 31), False),
    ],
)
def test_the_days_of_an_offer(start: date | None, end: date | None, live: bool) -> None:
    """Both ends belong to its time, and an end that isn't given never comes."""
    assert vary(COURSE, live_from=start, live_until=end).live_on(date(2026, 6, 1)) is live


def test_every_class_has_its_words() -> None:
    """Whatever somebody is paid for says so in words of its own."""
    assert [name for name, words in DISCLOSURES.items() if not words] == ["none"]
    assert len(set(DISCLOSURES.values())) == len(DISCLOSURES)
