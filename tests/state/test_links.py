"""What an offer's link is on each channel, with redirects and without."""

from __future__ import annotations

from itertools import product
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.base import digest_of
from state.contracts.monetized import Insertion
from state.links import (
    CODE,
    code_of,
    is_redirect,
    landing_url,
    link_on,
    new_click,
    tracked_for,
    tracked_url,
)
from state.markup import links
from state.offers import Offer
from state.trade import ClickRef
from tests.state.pieces import COURSE, KIT, vary

BASE = "https://go.example.org"
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


WORD = st.text(alphabet="abc-1", min_size=1, max_size=6)


@given(WORD, WORD, st.sampled_from([COURSE, KIT]), st.sampled_from(["", "b", "early"]), st.booleans())
def test_a_link_is_the_same_however_it_is_come_by(
    piece: str, channel: str, offer: Offer, variant: str, redirected: bool
) -> None:
    """What REVENUE placed for the site becomes another channel's link, code and landing page alike, and its code tells the four apart."""
    base = BASE if redirected else ""
    placed = placing(offer, piece, base, variant)
    url = link_on(placed, piece, channel)
    assert url == tracked_url(offer, piece, channel, base, variant)
    assert tracked_for(placed.landing or placed.url, channel) == landing_url(offer, piece, channel, variant)
    assert is_redirect(url, BASE) is redirected
    assert links(f"[it]({url})") == (url,)
    if redirected:
        code = url.removeprefix(f"{BASE}/r/")
        assert CODE.fullmatch(code)
        assert code == code_of(piece, channel, offer.id, variant)
        assert ClickRef(code=code, click=new_click()).text.startswith(f"{code}-")


def placing(offer: Offer, piece: str, base: str, variant: str = "") -> Insertion:
    return Insertion(
        at=0,
        offer=offer.id,
        text=offer.pitch_text,
        label=offer.name,
        url=tracked_url(offer, piece, "site", base, variant),
        landing=landing_url(offer, piece, "site", variant) if base else "",
        variant=variant,
    )


def test_codes_differ() -> None:
    """Each part counts, wherever the line between two of them runs."""
    parts = ["a", "b", "ab", "", 'a","b']
    assert len({code_of(*four) for four in product(parts, repeat=4)}) == len(parts) ** 4


def test_codes_stay() -> None:
    """A code is for good: those that readers have must be found for ever."""
    assert code_of("piece-1", "site", "bridge-course") == "ciaxrnkgna"
    assert code_of("piece-1", "site", "bridge-course", "b") == "goylcyypo7"


def test_the_base_is_the_one_that_was_approved() -> None:
    """A link keeps its base when the settings name another one later, so that a correction doesn't change it."""
    placed = placing(COURSE, "piece-1", "https://old.example/go")
    assert link_on(placed, "piece-1", "x").startswith("https://old.example/go/r/")


def test_without_redirects_a_dump_is_what_it_was() -> None:
    """Older digests stand: neither new field is in the dump of an insertion that has none of it."""
    plain = placing(COURSE, "piece-1", "")
    assert {"landing", "variant"}.isdisjoint(plain.model_dump())
    assert {"landing", "variant"} < set(placing(COURSE, "piece-1", BASE, "b").model_dump())
    assert digest_of(plain) == digest_of(Insertion.model_validate(plain.model_dump()))


@pytest.mark.parametrize(
    "told", ["", "abcdefghij", "abcdefghij-", "ABCDEFGHIJ-0123456789abcdef", "abcdefghij-0123456789abcdeg", "1" * 27]
)
def test_what_is_no_click_of_ours(told: str) -> None:
    """A shop may give back anything that somebody put into an address."""
    assert ClickRef.parse(told) is None


@pytest.mark.parametrize(
    ("url", "redirect"),
    [
        (f"{BASE}/r/abcdefghij", True),
        ("HTTPS://GO.EXAMPLE.ORG/r/abcdefghij?x=1", True),
        (f"{BASE}/about", False),
        ("https://go.example.org.evil.example/r/abcdefghij", False),
        ("https://[broken/r/abcdefghij", False),
    ],
)
def test_what_a_redirect_is(url: str, redirect: bool) -> None:
    """It is one by its host and its path, however it is spelled."""
    assert is_redirect(url, BASE) is redirect
    assert not is_redirect(url, "")
