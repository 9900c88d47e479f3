"""Learnings and Assignment: what a piece starts from."""

from __future__ import annotations

import pytest

from state.base import digest_of
from state.channels import RULES
from state.contracts.assignment import (
    channels_are_known,
    comes_from_these_learnings,
    is_a_new_topic,
    topic_fits,
    topic_says_something,
)
from state.contracts.learnings import (
    Finding,
    Learnings,
    Tally,
    intervals_hold,
    names_differ,
    tallies_add_up,
    units_agree,
)
from state.facts import Published
from tests.state.pieces import Chain, broken, fails, flags, told, vary


def finding(name: str = "bridges", **fields: object) -> Finding:
    return Finding.model_validate({"name": name, "n": 3, "rate": 0.5, "low": 0.2, "high": 0.8} | fields)


@pytest.mark.parametrize("part", ["themes", "angles", "hooks", "channels", "times", "offers", "placements"])
@pytest.mark.parametrize("fields", [{"rate": 0.1}, {"rate": 0.9}, {"n": 0}, {"low": 0.6}, {"high": 0.4}])
def test_a_rate_outside_its_interval(part: str, fields: dict[str, float], made: Chain) -> None:
    """In every part, a rate that isn't between its ends, or rests on nothing, is named."""
    learnings = Learnings.model_validate({"parent": "", part: (finding("bridges", **fields),)})
    violation = broken(intervals_hold, learnings, made.facts)
    assert told(violation) == fails("learnings.interval", f"{part} bridges")


@pytest.mark.parametrize("fields", [{"rate": 0.2}, {"rate": 0.8}, {"low": 0.5, "high": 0.5}])
def test_a_rate_on_the_edge(fields: dict[str, float], made: Chain) -> None:
    """The ends belong to the interval, and nothing learnt yet is an answer."""
    assert intervals_hold(Learnings(parent="", hooks=(finding("bridges", **fields),)), made.facts) == ()
    assert intervals_hold(Learnings(parent=""), made.facts) == ()


def test_a_finding_that_stands_twice(made: Chain) -> None:
    """The same name in one part is named with its count; in two parts it is two things."""
    twice = Learnings(parent="", themes=(finding(), finding("rust"), finding()))
    violation = broken(names_differ, twice, made.facts)
    assert told(violation) == fails("learnings.twice", "themes bridges")
    assert "2 times" in violation.message
    assert names_differ(Learnings(parent="", themes=(finding(),), angles=(finding(),)), made.facts) == ()


def test_units_that_cant_be_compared(made: Chain) -> None:
    """A part whose findings are in clicks and in money, or in two currencies, is named; two parts may differ."""
    mixed = Learnings(parent="", offers=(finding("a", unit="GBP"), finding("b")), times=(finding(),))
    violation = broken(units_agree, mixed, made.facts)
    assert told(violation) == fails("learnings.units", "offers")
    assert "GBP and clicks" in violation.message
    apart = Learnings(parent="", offers=(finding(unit="GBP"),), times=(finding(),))
    assert units_agree(apart, made.facts) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"clicks": 4},
        {"clicks": 1, "tally": Tally(views=4, clicks=1)},
        {"clicks": 1, "tally": Tally(views=2, clicks=2.5)},
    ],
)
def test_a_tally_that_doesnt_add_up(wrong: dict[str, object], made: Chain) -> None:
    """More clicks than views, or more that counts than there was, is named."""
    learnings = Learnings(parent="", offers=(finding("bridges", **wrong),))
    assert told(broken(tallies_add_up, learnings, made.facts)) == fails("learnings.tally", "offers bridges")
    sound = finding(clicks=3, tally=Tally(views=3, clicks=3))
    assert tallies_add_up(Learnings(parent="", offers=(sound,)), made.facts) == ()


def test_learnings_from_before_keep_their_digest() -> None:
    """What came later is left out of the dump where it says nothing: units, clicks, tallies, placements."""
    dump = Learnings(parent="", hooks=(finding(),)).model_dump(mode="json")
    assert set(dump) == {"parent", "version", "as_of", "themes", "angles", "hooks", "channels", "times", "offers"}
    assert set(dump["hooks"][0]) == {"name", "n", "rate", "low", "high"}
    known = "c4e6f8853c3d62b1baa234f97632320fe7ced084a81e0c38fa638ae9a2f896f6"
    assert digest_of(Learnings(parent="", hooks=(finding(),))) == known


@pytest.mark.parametrize(("topic", "good"), [("", False), ("  a ", False), ("ab", False), ("rust", True)])
def test_a_topic_that_says_nothing(topic: str, good: bool, made: Chain) -> None:
    """Fewer than three characters are no topic."""
    found = topic_says_something(vary(made.assignment, topic=topic), made.facts)
    assert [told(v) for v in found] == ([] if good else [fails("assignment.topic-empty", "topic")])


@pytest.mark.parametrize(("length", "good"), [(200, True), (201, False)])
def test_a_topic_that_says_too_much(length: int, good: bool, made: Chain) -> None:
    """A topic becomes a title and an address, so it is at most 200 characters long; the count is told."""
    found = topic_fits(vary(made.assignment, topic="x" * length), made.facts)
    assert [told(v) for v in found] == ([] if good else [fails("assignment.topic-long", "topic")])
    assert all("201" in v.message for v in found)


def test_nowhere_to_go(made: Chain) -> None:
    """An Assignment without a channel says how to switch one on."""
    violation = broken(channels_are_known, vary(made.assignment, channels=()), made.facts)
    assert told(violation) == fails("assignment.no-channel", "channels")
    assert "flywheel.toml" in violation.fix


def test_a_channel_without_rules(made: Chain) -> None:
    """A channel that nobody knows is named, with those that somebody does."""
    violation = broken(channels_are_known, vary(made.assignment, channels=("site", "gopher")), made.facts)
    assert told(violation) == fails("assignment.unknown-channel", "channel gopher")
    assert ", ".join(sorted(RULES)) in violation.fix


def test_other_learnings(made: Chain) -> None:
    """An Assignment made from other Learnings than the frozen ones isn't this piece's."""
    violation = broken(comes_from_these_learnings, made.assignment, made.knowing(learnings="0" * 64))
    assert told(violation) == fails("assignment.parent", "parent")


def test_a_topic_again(made: Chain) -> None:
    """A topic that was published is a flag, typography aside; a near one is none."""
    old = Published(piece="old-1", topic="looking at a  bridge before it falls", insight="Look.")
    violation = broken(is_a_new_topic, made.assignment, made.knowing(published=(old,)))
    assert told(violation) == flags("assignment.repeat", "topic")
    assert "old-1" in violation.message
    other = vary(old, topic="Looking at a bridge after it fell")
    assert is_a_new_topic(made.assignment, made.knowing(published=(other,))) == ()
