"""The MonetizedDraft: the author's text untouched, the offer in its own words, disclosed and tracked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from state.contracts.monetized import (
    Insertion,
    MonetizedDraft,
    comes_from_this_draft,
    disclosure_stands_before_the_link,
    insertions_stand_between_blocks,
    links_are_tracked,
    offers_are_few,
    offers_are_live_and_fit,
    offers_are_not_used_up,
    offers_stand_apart,
    offers_stand_once,
    spoken_of,
    text_is_untouched,
    words_are_the_offers,
)
from state.disclosures import Form, disclosure_for
from state.text import blocks
from tests.state.pieces import COURSE, KIT, Chain, broken, fails, told, vary


def test_another_draft(made: Chain) -> None:
    """One that names another parent, or carries other citations or notes, wasn't made from the Draft."""
    for other in (
        vary(made.monetized, parent="0" * 64),
        vary(made.monetized, citations=made.monetized.citations[:-1]),
        vary(made.monetized, notes=()),
    ):
        assert told(broken(comes_from_this_draft, other, made.facts)) == fails("offer.parent", "parent")
    nothing = made.knowing(draft=None)
    assert told(broken(comes_from_this_draft, made.monetized, nothing)) == fails("offer.parent", "parent")


@pytest.mark.parametrize("change", ["title", "body"])
def test_a_text_that_changed(change: str, made: Chain) -> None:
    """Not a byte of the author's text may change here, not even for the better."""
    was = getattr(made.monetized, change)
    other = vary(made.monetized, **{change: was.replace("bridge", "Bridge", 1)})
    violation = broken(text_is_untouched, other, made.facts)
    assert told(violation) == fails("offer.text-changed", "body")
    assert "VOICE" in violation.fix
    assert len(text_is_untouched(made.monetized, made.knowing(draft=None))) == 1


def test_a_place_that_cuts(made: Chain) -> None:
    """An offer stands between two blocks or at the end: every such place is good, and every other is not."""
    body = made.monetized.body
    good = {*(b.start for b in blocks(body)[1:]), len(body)}
    for at in range(len(body) + 2):
        found = insertions_stand_between_blocks(made.placing(at=at), made.facts)
        assert [told(v) for v in found] == ([] if at in good else [fails("offer.place", "offer bridge-course")])


def test_a_place_in_a_code_fence(made: Chain) -> None:
    """An empty line inside a code fence parts no blocks."""
    body = "So:\n\n```\none\n\ntwo\n```\n\nQuite."
    monetized = vary(made.placing(at=body.index("two")), body=body)
    assert told(broken(insertions_stand_between_blocks, monetized, made.facts))[0] == "offer.place"
    assert insertions_stand_between_blocks(vary(made.placing(at=body.index("Quite")), body=body), made.facts) == ()


def test_too_many_offers(made: Chain) -> None:
    """The contract says how many."""
    violation = broken(offers_are_few, made.monetized, made.bounded("offer", max_insertions=0))
    assert told(violation) == fails("offer.too-many", "insertions")
    assert "at most 0" in violation.message


def spread(made: Chain, paragraphs: int, *behind: int) -> MonetizedDraft:
    """A body of so many paragraphs of 100 words each, with an offer behind each of these."""
    body = "\n\n".join(" ".join(f"word{n}" for n in range(100)) + "." for _ in range(paragraphs))
    ends = [*(b.start for b in blocks(body)[1:]), len(body)]
    first = made.monetized.insertions[0].model_dump()
    placed = [first | {"at": ends[number - 1], "offer": f"offer-{number}"} for number in behind]
    return vary(made.monetized, body=body, insertions=placed)


@pytest.mark.parametrize(
    ("paragraphs", "behind", "said"),
    [
        (5, (5,), ""),
        (11, (3, 11), "2 offers; at most 1 in 1100 words, one for every 600."),
        (12, (6, 12), ""),
        (12, (1, 7), ""),
        (30, (6, 12, 18, 24), "4 offers; at most 3 in 3000 words, one for every 600."),
    ],
)
def test_one_offer_for_every_so_many_words(paragraphs: int, behind: tuple[int, ...], said: str, made: Chain) -> None:
    """A piece carries one for every 600 words, up to the contract's bound, and one however short it is."""
    found = offers_are_few(spread(made, paragraphs, *behind), made.bounded("offer", max_insertions=3))
    assert [v.message for v in found] == ([said] if said else [])


@pytest.mark.parametrize(("behind", "words"), [((6, 12), 0), ((7, 12), 500), ((12, 7), 500), ((11, 11), -1)])
def test_two_offers_side_by_side(behind: tuple[int, ...], words: int, made: Chain) -> None:
    """Two stand 600 words apart, in whichever order they are listed; two in one place never do."""
    found = offers_stand_apart(spread(made, 12, *behind), made.facts)
    if not words:
        assert found == ()
        return
    assert [told(v) for v in found] == [fails("offer.too-close", "insertions")]
    assert f"stand {max(0, words)} words apart; at least 600" in found[0].message


def test_an_offer_that_isnt_there(made: Chain) -> None:
    """An unknown offer is named, with those that exist."""
    violation = broken(offers_are_live_and_fit, made.placing(offer="no-such"), made.facts)
    assert told(violation) == fails("offer.unknown", "offer no-such")
    assert "bridge-course, paint-kit" in violation.fix


@pytest.mark.parametrize(
    ("day", "live"),
    [((2025, 12, 31), False), ((2026, 1, 1), True), ((2026, 12, 31), True), ((2027, 1, 1), False)],
)
def test_an_offer_out_of_its_time(day: tuple[int, int, int], live: bool, made: Chain) -> None:
    """Both ends belong to its time; the answer says which days those are."""
    found = offers_are_live_and_fit(made.monetized, made.knowing(now=datetime(*day, 12, tzinfo=UTC)))
    assert [told(v) for v in found] == ([] if live else [fails("offer.expired", "offer bridge-course")])
    assert all("2026-01-01 until 2026-12-31" in v.message for v in found)


@pytest.mark.parametrize(
    ("bounds", "days_ago", "left"),
    [
        ({"per_week": 2}, (1, 6), 0),
        ({"per_week": 2}, (1, 8), 1),
        ({"per_week": 1}, (), 1),
        ({"kind": "sponsor", "disclosure": "sponsored", "slots": 3}, (1, 30, 60), 0),
        ({"kind": "sponsor", "disclosure": "sponsored", "slots": 3}, (1, 30, 900), 1),
        ({"kind": "sponsor", "disclosure": "sponsored", "slots": 3, "per_week": 1}, (1,), 0),
        ({}, (1, 1, 1), None),
    ],
)
def test_an_offer_that_is_used_up(
    bounds: dict[str, object], days_ago: tuple[int, ...], left: int | None, made: Chain
) -> None:
    """A cap counts the last seven days, a sponsor's slots all since its first: what other pieces were approved with."""
    offer = vary(COURSE, **bounds)
    times = tuple(made.facts.now - timedelta(days=days) for days in days_ago)
    assert offer.left_over(times, made.facts.now) == left
    found = offers_are_not_used_up(made.monetized, made.knowing(offers={offer.id: offer}, placed={offer.id: times}))
    assert [told(v) for v in found] == ([fails("offer.used-up", "offer bridge-course")] if left == 0 else [])


def test_an_offer_that_has_nothing_to_do_with_it(made: Chain) -> None:
    """An offer none of whose keywords the piece speaks of doesn't fit; endings of words don't matter."""
    far = vary(COURSE, keywords=("gardening", "rose bush"))
    violation = broken(offers_are_live_and_fit, made.monetized, made.knowing(offers={far.id: far}))
    assert told(violation) == fails("offer.no-fit", "offer bridge-course")
    assert spoken_of(
        vary(COURSE, keywords=("bridges", "inspected", "paint")), "We inspect every bridge."
    ) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "I made the best course on bridges."},
        {"text": "I made a course on looking at bridges. It costs 39.00 GBP."},
        {"text": "I made a course on looking at bridges. It costs 49.00 GBP. Only today."},
        {"label": "Click here"},
    ],
)
def test_words_that_arent_the_offers(fields: dict[str, str], made: Chain) -> None:
    """A price, a promise or a name that its record doesn't hold is named, with the words that it does."""
    violation = broken(words_are_the_offers, made.placing(**fields), made.facts)
    assert told(violation) == fails("offer.words", "offer bridge-course")
    assert COURSE.pitch_text in violation.fix


@pytest.mark.parametrize(
    "fields", [{"text": "It costs 49.00 GBP."}, {"text": "Twelve short lessons"}, {"label": "Twelve short lessons"}]
)
def test_part_of_the_offers_words(fields: dict[str, str], made: Chain) -> None:
    """A sentence of the pitch, or a promise, may stand alone."""
    assert words_are_the_offers(made.placing(**fields), made.facts) == ()
    assert words_are_the_offers(made.placing(offer="no-such"), made.facts) == ()


LEADS = {
    "long": " ".join(["word"] * 26),
    "a number": "There are 12 lessons:",
    "a number in words": "There are twelve lessons:",
    "a price": "For a few £ only you know:",
    "a price in fullwidth": "For ＄:",
    "a promise": "This is the BEST there is:",
    "a split promise": "This is the be\u200bst there is:",
    "a saving": "It saves lives:",
    "a quotation": "As “the papers” say:",
    "an open quotation": "As “the papers say:",
    "a link": "See [this](https://evil.example):",
    "an address": "See https://evil.example:",
    "a domain": "See evil.com for more:",
    "HTML": "See <b>this</b>:",
    "a marker": "As I said [e1]:",
}


@pytest.mark.parametrize("lead", LEADS.values(), ids=LEADS)
def test_a_lead_that_says_too_much(lead: str, made: Chain) -> None:
    """Nothing vouches for a lead-in, so it may hold nothing that would need it."""
    violation = broken(words_are_the_offers, made.placing(lead=lead), made.facts)
    assert told(violation) == fails("offer.lead", "offer bridge-course")
    assert words_are_the_offers(made.placing(lead=" ".join(["word"] * 25)), made.facts) == ()


@pytest.mark.parametrize(
    "words", ["", "Advertisement", disclosure_for("affiliate", Form.WHOLE), disclosure_for("own", Form.WHOLE).lower()]
)
def test_a_disclosure_that_isnt_its_classs(words: str, made: Chain) -> None:
    """The words of the offer's class stand there whole, or it is named with them."""
    violation = broken(disclosure_stands_before_the_link, made.placing(disclosure=words), made.facts)
    assert told(violation) == fails("offer.disclosure", "offer bridge-course")
    assert disclosure_for("own", Form.WHOLE) in violation.fix


@pytest.mark.parametrize(
    "url",
    [
        COURSE.url,
        "https://evil.example/course?lang=en&utm_source=site&utm_medium=content&utm_campaign=piece-1&utm_content=bridge-course",
        "https://upkeep.example/course?lang=en&utm_source=site&utm_medium=content&utm_campaign=piece-2&utm_content=bridge-course",
    ],
)
def test_a_link_that_isnt_tracked(url: str, made: Chain) -> None:
    """The bare link, another host's and another piece's are named, with the one to use."""
    violation = broken(links_are_tracked, made.placing(url=url), made.facts)
    assert told(violation) == fails("offer.link", "offer bridge-course")
    assert made.monetized.insertions[0].url in violation.fix


def test_an_offer_twice(made: Chain) -> None:
    """One offer stands once."""
    twice = vary(made.monetized, insertions=[i.model_dump() for i in made.monetized.insertions * 2])
    assert told(broken(offers_stand_once, twice, made.facts)) == fails("offer.twice", "offer bridge-course")


@pytest.mark.parametrize(
    "fields", [{"at": -1}, {"text": "two\nlines"}, {"label": ""}, {"url": "javascript:alert(1)"}, {"lead": " x"}]
)
def test_an_insertion_that_no_form_can_hold(fields: dict[str, object], made: Chain) -> None:
    """Its schema refuses what its plain text couldn't carry."""
    with pytest.raises(ValidationError):
        Insertion.model_validate(made.monetized.insertions[0].model_dump() | fields)
    assert KIT.disclosure == "affiliate"
