"""Learnings and Assignment: what a piece starts from."""

from __future__ import annotations

import pytest

from state.channels import RULES
from state.contracts.assignment import (
    channels_are_known,
    comes_from_these_learnings,
    is_a_new_topic,
    topic_fits,
    topic_says_something,
)
from state.contracts.learnings import Finding, Learnings, intervals_hold, names_differ
from state.facts import Published
from tests.state.pieces import Chain, broken, fails, flags, told, vary


def finding(name: str = "bridges", **fields: float) -> Finding:
    return Finding.model_validate({"name": name, "n": 3, "rate": 0.5, "low": 0.2, "high": 0.8} | fields)


@pytest.mark.parametrize("part", ["themes", "angles", "hooks", "channels", "times", "offers"])
@pytest.mark.parametrize("fields", [{"rate": 0.1}, {"rate": 0.9}, {"n": 0}, {"low": 0.6}, {"high": 0.4}])
def test_a_rate_outside_its_interval(part: str, fields: dict[str, float], made: Chain) -> None:
    """In every part, a rate that isn't between its ends, or rests on nothing, is named."""
    learnings = Learnings.model_validate({"parent": "", part: (finding(**fields),)})
    violation = broken(intervals_hold, learnings, made.facts)
    assert told(violation) == fails("learnings.interval", f"{part} bridges")


@pytest.mark.parametrize("fields", [{"rate": 0.2}, {"rate": 0.8}, {"low": 0.5, "high": 0.5}])
def test_a_rate_on_the_edge(fields: dict[str, float], made: Chain) -> None:
    """The ends belong to the interval, and nothing learnt yet is an answer."""
    assert intervals_hold(Learnings(parent="", hooks=(finding(**fields),)), made.facts) == ()
    assert intervals_hold(Learnings(parent=""), made.facts) == ()


def test_a_finding_that_stands_twice(made: Chain) -> None:
    """The same name in one part is named with its count; in two parts it is two things."""
    twice = Learnings(parent="", themes=(finding(), finding("rust"), finding()))
    violation = broken(names_differ, twice, made.facts)
    assert told(violation) == fails("learnings.twice", "themes bridges")
    assert "2 times" in violation.message
    assert names_differ(Learnings(parent="", themes=(finding(),), angles=(finding(),)), made.facts) == ()


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
