"""Thompson sampling repeats itself, and keeps to pins, bans and the floor."""

from __future__ import annotations

from collections import Counter
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.optimizer.choosing import choose, seed_of, settled, told
from agents.optimizer.counting import finding, prior_from
from state.base import digest_of
from state.choices import Choice
from state.contracts.learnings import Finding, Tally
from state.settings import Optimizer

STRICT = Optimizer(explore=0)
NAMES = st.lists(st.text("abcdefgh-", min_size=1, max_size=6), min_size=1, max_size=6, unique=True)
SEEDS = st.text("0123456789abcdef", min_size=1, max_size=8)


def arm(name: str, views: int, clicks: int) -> Finding:
    tally = Tally(views=views, clicks=clicks)
    return finding(name, tally, prior_from({name: tally}), n=views, clicks=clicks)


def shares(choices: list[str]) -> dict[str, float]:
    return {name: n / len(choices) for name, n in Counter(choices).items()}


@given(NAMES, SEEDS, st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=20)
def test_neither_order_nor_company_matters(names: list[str], seed: str, shuffle: Random) -> None:
    """The same candidates and findings in another order are the same choice; with one candidate less, no other draw changes."""
    findings = [arm(name, 20 * (i + 1), i) for i, name in enumerate(names)]
    made = choose("themes", names, findings, seed=seed, policy=Optimizer())
    mixed, other = list(names), list(findings)
    shuffle.shuffle(mixed)
    shuffle.shuffle(other)
    again = choose("themes", mixed, other, seed=seed, policy=Optimizer())
    assert digest_of(again) == digest_of(made)
    fewer = choose("themes", names[1:], findings, seed=seed, policy=Optimizer())
    assert {c.name: c.drawn for c in fewer.candidates}.items() <= {c.name: c.drawn for c in made.candidates}.items()


@given(NAMES, SEEDS, st.integers(0, 5), st.floats(0, 1))
@settings(deadline=None, max_examples=25)
def test_what_is_picked(names: list[str], seed: str, bans: int, explore: float) -> None:
    """It is one of the candidates and never a banned one; each draw lies between 0 and 1, each rate within its interval."""
    ban = tuple(f"hooks:{name}" for name in names[:bans])
    findings = [arm(name, 30, 2) for name in names[::2]]
    made = choose("hooks", names, findings, seed=seed, policy=Optimizer(ban=ban, explore=explore))
    assert made.picked in names[bans:] or (not names[bans:] and (made.picked, made.how) == ("", "told"))
    assert {c.name for c in made.candidates if c.banned} == set(names[:bans])
    assert set(made.ranked) == set(names[bans:])
    assert all(c.low <= c.rate <= c.high and (c.banned or 0 <= (c.drawn or 0) <= 1) for c in made.candidates)
    assert Choice.model_validate_json(made.model_dump_json()) == made


def test_a_pin_wins_over_the_draws() -> None:
    """The pinned one is taken however badly it did, and of two the better draw; a pin for another part says nothing."""
    findings = [arm("good", 1000, 300), arm("bad", 1000, 1), arm("worse", 1000, 0)]
    names = ("good", "bad", "worse")
    pin = Optimizer(pin=("offers:bad",), explore=1)
    made = [choose("offers", names, findings, seed=str(i), policy=pin) for i in range(20)]
    assert {(c.picked, c.how) for c in made} == {("bad", "pinned")}
    both = Optimizer(pin=("offers:bad", "offers:good"))
    assert choose("offers", names, findings, seed="1", policy=both).picked == "good"
    assert (
        choose("themes", names, findings, seed="1", policy=Optimizer(pin=("offers:bad",), explore=0)).picked == "good"
    )
    assert (
        choose("offers", ("good", "worse"), findings, seed="1", policy=pin.model_copy(update={"explore": 0})).how
        == "drawn"
    )


def test_the_floor_of_exploration() -> None:
    """Of arms that never win by their draws, each is taken in its part of the floor: 0.3 / 3, give or take 4 standard errors."""
    findings = [arm("good", 5000, 2000), arm("bad", 5000, 1), arm("worse", 5000, 1)]
    policy, n = Optimizer(explore=0.3), 2000
    made = [choose("offers", ("good", "bad", "worse"), findings, seed=str(i), policy=policy) for i in range(n)]
    found, off = shares([c.picked for c in made]), 4 * (0.1 * 0.9 / n) ** 0.5
    assert abs(found["bad"] - 0.1) <= off and abs(found["worse"] - 0.1) <= off
    assert {c.how for c in made if c.picked != "good"} == {"explored"}


def test_seeds() -> None:
    """A piece's choice of a part has a seed of its own, and the same again gives the same."""
    seeds = {seed_of("p1", "offers"), seed_of("p2", "offers"), seed_of("p1", "times"), seed_of("p1", "times", "site")}
    assert len(seeds) == 4
    assert seed_of("p1", "offers") == seed_of("p1", "offers")


def test_findings_without_a_tally_still_count() -> None:
    """What was found before there were tallies is taken by its rate."""
    old = [Finding(name="a", n=500, rate=0.4, low=0.3, high=0.5), Finding(name="b", n=500, rate=0.01, low=0, high=0.1)]
    made = choose("themes", ("a", "b"), old, seed="s", policy=STRICT)
    assert (made.picked, [c.clicks for c in made.candidates]) == ("a", [200, 5])


def test_what_the_writer_took() -> None:
    """A choice that was followed stays as it is; another says that the writer took something else; no choice is none."""
    made = choose("hooks", ("scene", "claim"), [arm("scene", 50, 5)], seed="s", policy=STRICT)
    assert settled(made, made.picked) == (made,)
    (other,) = settled(made, "question")
    assert (other.picked, other.how) == ("question", "otherwise")
    assert settled(None, "scene") == ()


def test_told_chooses_nothing() -> None:
    """What is only told has no draw and no pick, the best rate first."""
    made = told("channels", ("site", "email"), [arm("email", 100, 20), arm("site", 100, 2)])
    assert (made.picked, [c.name for c in made.candidates]) == ("", ["email", "site"])
    assert all(c.drawn is None for c in made.candidates)
