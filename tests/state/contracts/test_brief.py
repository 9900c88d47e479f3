"""The Brief: quotes to the letter, numbers with evidence, and steps that tell VOICE what to do."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from state.base import digest_of
from state.contracts.brief import (
    Brief,
    Dispute,
    Insight,
    angles_differ,
    comes_from_this_assignment,
    disputes_are_between_evidence,
    disputes_are_seen,
    evidence_is_enough,
    ids_are_unique,
    insight_numbers_have_evidence,
    next_steps_tell_voice_what_to_do,
    origins_are_several,
    quotes_are_verbatim,
    says_something_new,
    sources_were_readable,
)
from state.facts import Published
from state.sources import SourceProblem
from tests.state.pieces import GENOA, PRACTICE, Chain, broken, evidence, fails, flags, told, vary


def with_first(brief: Brief, **fields: Any) -> Brief:
    first, *rest = (e.model_dump() for e in brief.evidence)
    return vary(brief, evidence=[first | fields, *rest])


def claiming(brief: Brief, text: str, *cites: str) -> Brief:
    return vary(brief, insight={"text": text, "evidence": cites or brief.insight.evidence})


def test_another_assignment(made: Chain) -> None:
    """A Brief that names another parent, or has none to name, isn't this piece's."""
    other = vary(made.brief, parent="0" * 64)
    assert told(broken(comes_from_this_assignment, other, made.facts)) == fails("brief.parent", "parent")
    nothing = made.knowing(assignment=None)
    assert told(broken(comes_from_this_assignment, made.brief, nothing)) == fails("brief.parent", "parent")


def test_a_snapshot_that_isnt_there(made: Chain) -> None:
    """A quote from a text that was never archived is named with its title."""
    violation = broken(quotes_are_verbatim, with_first(made.brief, snapshot="0" * 64), made.facts)
    assert told(violation) == fails("brief.no-snapshot", "evidence e1")
    assert "The Genoa Viaduct" in violation.message


@pytest.mark.parametrize(
    "fields",
    [
        {"quote": "Forty-four people died that morning, and the inquiry ran to 1,000 pages."},
        {"quote": "forty-three people died that morning, and the inquiry ran to 1,000 pages."},
        {"quote": "Forty-three people died that morning,  and the inquiry ran to 1,000 pages."},
        {"start": 0},
        {"end": 10_000},
        {"snapshot": PRACTICE.sha256},
    ],
)
def test_a_quote_to_the_letter(fields: dict[str, Any], made: Chain) -> None:
    """One digit, one capital, one space or one offset off isn't the source's; the answer shows what is there."""
    violation = broken(quotes_are_verbatim, with_first(made.brief, **fields), made.facts)
    assert told(violation) == fails("brief.quote-not-verbatim", "evidence e1")
    assert "It says “" in violation.fix


def test_a_shorter_quote(made: Chain) -> None:
    """A part of a sentence, at its own offsets, is a quote."""
    part = evidence("e1", GENOA, "the inquiry ran to 1,000 pages")
    assert quotes_are_verbatim(with_first(made.brief, **part.model_dump()), made.facts) == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "Another"},
        {"origin": "elsewhere.example"},
        {"url": "https://evil.example"},
        {"url": None},
        {"author": "Somebody Else"},
        {"published": date(2018, 8, 14)},
    ],
)
def test_a_quote_from_somebody_else(fields: dict[str, Any], made: Chain) -> None:
    """Who said it, where and when is the archive's, too."""
    violation = broken(quotes_are_verbatim, with_first(made.brief, **fields), made.facts)
    assert told(violation) == fails("brief.wrong-source", "evidence e1")
    assert "The Genoa Viaduct, bridgerecord.example, 2019-08-14" in violation.fix


def test_evidence_twice(made: Chain) -> None:
    """The same id, or the same passage under two ids, is named."""
    same_id = vary(made.brief, evidence=[*made.brief.evidence, vary(made.brief.evidence[1], id="e1")])
    assert [told(v) for v in ids_are_unique(same_id, made.facts)] == [fails("brief.evidence-twice", "evidence e1")]
    same_span = vary(made.brief, evidence=[*made.brief.evidence, vary(made.brief.evidence[0], id="e9")])
    assert told(broken(ids_are_unique, same_span, made.facts)) == fails("brief.evidence-twice", "evidence e9")


def test_an_insight_that_cites_nothing_there(made: Chain) -> None:
    """An id that isn't in the Brief is named with those that are."""
    violation = broken(ids_are_unique, claiming(made.brief, "A bridge warns.", "e1", "e8"), made.facts)
    assert told(violation) == fails("brief.unknown-evidence", "insight")
    assert "e8" in violation.message and "e1, e2, e3, e4, e5" in violation.fix
    with pytest.raises(ValidationError, match="cite by `evidence`"):
        Insight(text="A bridge warns [e1].", evidence=("e1",))


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("43 people died.", []),
        ("Forty-three people died, and a thousand pages say so.", []),
        ("The inquiry was published in 2019, and ran to 1000 pages.", []),
        ("44 people died.", ["44"]),
        ("The span fell on 14 August 2018.", ["2018"]),
        ("Nobody looked for 20 percent of the time.", ["20", "percent"]),
    ],
)
def test_a_number_in_the_insight(text: str, missing: list[str], made: Chain) -> None:
    """Each number is in the evidence that the insight cites, in whatever spelling; not merely somewhere in the Brief."""
    found = insight_numbers_have_evidence(claiming(made.brief, text, "e1"), made.facts)
    assert [told(v) for v in found] == [fails("brief.number-without-evidence", "insight")] * len(missing)
    assert [v.message for v in found] == [f"No cited quote says {n}." for n in missing]


def disputing(brief: Brief, about: str, *between: str) -> Brief:
    return vary(brief, disputes=[{"between": between, "about": about}])


@pytest.mark.parametrize(
    ("about", "between", "code"),
    [
        ("How many died.", ("e1", "e2"), ""),
        ("Whether 43 people died, or nobody did.", ("e1", "e2"), ""),
        ("How many died.", ("e1", "e9"), "brief.dispute-without-sides"),
        ("How many died.", ("e1", "e1"), "brief.dispute-without-sides"),
        ("Whether 43 or 44 died.", ("e1", "e2"), "brief.dispute-number"),
        ("Whether 20 percent were gone.", ("e1", "e2"), "brief.dispute-number"),
    ],
)
def test_a_dispute(about: str, between: tuple[str, ...], code: str, made: Chain) -> None:
    """It stands between evidence that is there and isn't the same, and says no number that neither side has."""
    brief = disputing(made.brief, about, *between)
    found = disputes_are_between_evidence(brief, made.facts)
    assert [told(v) for v in found] == ([fails(code, "dispute 1")] if code else [])


def test_a_dispute_is_seen(made: Chain) -> None:
    """Contradicting evidence is a flag that names both sides, and a person may let it stand."""
    violation = broken(disputes_are_seen, disputing(made.brief, "How many died.", "e1", "e2"), made.facts)
    assert told(violation) == flags("brief.disputed", "evidence e1, evidence e2", waivable=True)
    assert "How many died." in violation.message
    assert disputes_are_seen(made.brief, made.facts) == ()
    with pytest.raises(ValidationError, match="name the evidence by `between`"):
        Dispute(between=("e1", "e2"), about="What [e1] says.")


def test_a_brief_from_before_there_were_disputes(made: Chain) -> None:
    """Its body is as it was, so that its digest, and all that was made from it, still holds."""
    assert "disputes" not in made.brief.model_dump(mode="json")
    disputed = disputing(made.brief, "How many died.", "e1", "e2")
    assert Brief.model_validate(disputed.model_dump(mode="json")) == disputed
    assert digest_of(disputed) != digest_of(made.brief)


@pytest.mark.parametrize(
    ("bounds", "fix"), [({"min_evidence": 6}, "Find more"), ({"max_evidence": 4}, "Keep the strongest")]
)
def test_too_little_or_too_much_evidence(bounds: dict[str, int], fix: str, made: Chain) -> None:
    """The count is held against the workspace's bounds, which belong to it."""
    violation = broken(evidence_is_enough, made.brief, made.bounded("brief", **bounds))
    assert told(violation) == fails("brief.evidence-count", "evidence")
    assert "5 quotes" in violation.message and violation.fix.startswith(fix)
    assert evidence_is_enough(made.brief, made.bounded("brief", min_evidence=5, max_evidence=5)) == ()


def test_one_voice(made: Chain) -> None:
    """Evidence of one origin is a flag that a person may wave through."""
    alone = vary(made.brief, evidence=[e.model_dump() for e in made.brief.evidence[:2]])
    violation = broken(origins_are_several, alone, made.facts)
    assert told(violation) == flags("brief.few-origins", "evidence", waivable=True)
    assert "bridgerecord.example" in violation.message


def test_angles_that_are_one(made: Chain) -> None:
    """Two angles in nearly the same words are one; a single one is too few."""
    first = made.brief.angles[0]
    alike = vary(made.brief, angles=[first, {"title": first.title, "approach": f"{first.approach} Then stop."}])
    violation = broken(angles_differ, alike, made.facts)
    assert told(violation) == fails("brief.angles-alike", f"angle {first.title!r}")
    one = vary(made.brief, angles=[first])
    assert told(broken(angles_differ, one, made.facts)) == fails("brief.few-angles", "angles")


@pytest.mark.parametrize("steps", [(), ("Write it well.", "Go on"), ("Nice",)])
def test_vague_steps(steps: tuple[str, ...], made: Chain) -> None:
    """No step, or one of fewer than three words, tells VOICE nothing."""
    vague = vary(made.brief, next_steps=steps)
    assert told(broken(next_steps_tell_voice_what_to_do, vague, made.facts)) == fails("brief.vague-steps", "next steps")


def test_what_was_said_before(made: Chain) -> None:
    """An insight in the words of a published one is named with its piece, and a person may waive it."""
    old = Published(piece="old-1", topic="Bridges", insight=f"{made.brief.insight.text} Quite.")
    violation = broken(says_something_new, made.brief, made.knowing(published=(old,)))
    assert told(violation) == fails("brief.repeat", "insight", waivable=True)
    assert "old-1" in violation.message
    new = vary(old, insight="Paint is what keeps steel standing by the sea.")
    assert says_something_new(made.brief, made.knowing(published=(new,))) == ()


def test_a_source_that_gave_nothing(made: Chain) -> None:
    """Its own code, place, message and fix are a flag: the piece stands without it."""
    gap = SourceProblem(
        source="https://gone.example/feed", code="source.not-found", message="It answered 404.", fix="Take it out."
    )
    violation = broken(sources_were_readable, vary(made.brief, gaps=(gap,)), made.facts)
    assert told(violation) == flags("source.not-found", "https://gone.example/feed")
