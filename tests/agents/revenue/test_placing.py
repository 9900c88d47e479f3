"""Which offers REVENUE places, and where, without a model: what fits, no two alike, none near another."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.likeness import ByWords
from agents.revenue.agent import assemble
from agents.revenue.by_rule import by_rule
from agents.revenue.fit import ENOUGH, Fits, fits
from agents.revenue.proposal import OfferChoice, OfferPlace, RevenueInput
from state.contracts.monetized import Considered, offers_are_few, offers_stand_apart
from state.offers import Offer
from state.placements import allowed, words_between
from state.text import word_count
from tests.state.pieces import COURSE, KIT, SETTINGS, Known, chain, vary

PIECE = "I walked over the bridge. The inspection of a bridge takes a morning, and the inspector has a torch."


def offer(name: str, *keywords: str) -> Offer:
    return vary(KIT, id=name, keywords=keywords)


async def weigh(*offers: Offer, body: str = PIECE, enough: float | None = None) -> Fits:
    return await fits(offers, "A walk", body, ByWords(), enough=enough)


async def test_what_fits_comes_first() -> None:
    """The more of its keywords a piece speaks of, and the liker their words, the better an offer fits; 0 is nothing, 1 the most."""
    found = await weigh(KIT, COURSE)
    assert [c.offer for c in found.considered] == ["bridge-course", "paint-kit"]
    assert 0.5 < found.of("bridge-course") <= 1 and found.of("paint-kit") == found.of("no-such") == 0.0
    assert found.enough == ENOUGH["words"]
    assert (await weigh(KIT, COURSE, enough=0.4)).enough == 0.4
    assert (await weigh()).considered == ()


async def test_the_floor_is_the_contract_s() -> None:
    """An offer in the piece's very words fits nothing while none of its keywords is spoken of: the contract would refuse it."""
    alike = vary(KIT, keywords=("zeppelin",), pitch=PIECE)
    assert (await weigh(alike)).of("paint-kit") == 0.0


async def test_between_equal_keywords_the_text_decides() -> None:
    """Of two offers with the same keywords the one whose own words are the piece's fits better."""
    near = vary(KIT, id="near", keywords=("bridge",), pitch="A torch for the inspector of a bridge.")
    far = vary(KIT, id="far", keywords=("bridge",), pitch="A deck of cards for two.")
    assert [c.offer for c in (await weigh(far, near)).considered] == ["near", "far"]


def slice_of(body: str, *fit: float, most: int = 3, apart: int = 600, enough: float = 0.16) -> RevenueInput:
    made = chain()
    offers = tuple(offer(f"offer-{n}", "bridge") for n in range(len(fit)))
    considered = tuple(Considered(offer=o.id, fit=f) for o, f in zip(offers, fit, strict=True))
    ranked = tuple(sorted(considered, key=lambda c: -c.fit))
    return RevenueInput(
        piece="piece-1",
        draft=vary(made.draft, body=body),
        offers=offers,
        fits=Fits(considered=ranked, enough=enough),
        most=allowed(body, most, apart),
        apart=apart,
    )


def paragraphs(*lengths: int) -> str:
    return "\n\n".join(" ".join(["word"] * n) + "." for n in lengths)


def test_why_none() -> None:
    """Where nothing fits well enough none is placed, and the reason names the best one, its fit and the bound."""
    made = by_rule(slice_of(paragraphs(100), 0.05, 0.12))
    assert made.offers == ()
    assert made.reason == "No offer fits well enough: the best is offer-1, by 0.12, and 0.16 would be enough."
    assert "no keyword of any; of offer-0, none of bridge" in by_rule(slice_of(paragraphs(100), 0.0)).reason
    back = slice_of(paragraphs(100), 0.5).model_copy(update={"rejected": ("offer-0",)})
    assert by_rule(back).reason == "No offer is left: each one was sent back."


def test_a_second_one_has_to_fit_too() -> None:
    """A long piece gets no second offer that doesn't fit."""
    made = by_rule(slice_of(paragraphs(*[100] * 20), 0.5, 0.1))
    assert [(p.offer, p.after_block) for p in made.offers] == [("offer-0", 20)]


def test_no_writer_places_what_does_not_fit() -> None:
    """What a model names and what doesn't fit, or isn't there, isn't placed."""
    given_ = slice_of(paragraphs(100, 100), 0.5, 0.1)
    named = tuple(OfferPlace(offer=o, after_block=1, lead="") for o in ("offer-1", "no-such"))
    assert assemble(given_, OfferChoice(offers=named, reason="Why not.")).insertions == ()


@given(
    st.lists(st.integers(min_value=1, max_value=400), min_size=1, max_size=30),
    st.lists(st.sampled_from([0.0, 0.1, 0.2, 0.3, 0.9]), min_size=1, max_size=6),
    st.integers(min_value=0, max_value=3),
    st.integers(min_value=600, max_value=900),
)
def test_whatever_the_lengths(lengths: list[int], fit: list[float], most: int, apart: int) -> None:
    """However long the paragraphs are, what is placed keeps the contract: different offers that fit, few enough, far enough apart."""
    body = paragraphs(*lengths)
    given_ = slice_of(body, *fit, most=most, apart=apart)
    made = by_rule(given_)
    names = [p.offer for p in made.offers]
    assert len(set(names)) == len(names) and all(given_.fits.of(name) >= 0.16 for name in names)
    assert bool(names) == (most > 0 and max(fit) >= 0.16)
    at = sorted(p.after_block for p in made.offers)
    assert all(words_between(body, one, other) >= apart for one, other in pairwise(at))
    settings = SETTINGS.model_copy(
        update={
            "contracts": SETTINGS.contracts.model_copy(
                update={"offer": vary(SETTINGS.contracts.offer, max_insertions=most, words_per_insertion=apart)}
            )
        }
    )
    monetized = assemble(given_, made)
    assert [i.at for i in monetized.insertions] == sorted(i.at for i in monetized.insertions)
    for check in (offers_are_few, offers_stand_apart):
        assert check(monetized, Known(settings=settings)) == ()


@pytest.mark.parametrize(("words", "most", "may"), [(1, 3, 1), (1199, 3, 1), (1200, 3, 2), (9000, 3, 3), (9000, 0, 0)])
def test_how_many(words: int, most: int, may: int) -> None:
    """One for every 600 words, at least one, never more than the contract's bound."""
    body = paragraphs(words)
    assert word_count(body) == words
    assert allowed(body, most, 600) == may
