"""The Draft: what its sentences cite. Named things, and markers that must not get lost from one draft to the next."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.contracts.citing import markers_are_kept, names_are_cited, names_are_vouched_for, uncited
from state.text import MARKER, statements
from tests.state.pieces import BODY, Chain, broken, fails, flags, told

CITED = "Rust had eaten 20 percent of one section [e3]."
BARE = "Rust had eaten 20 percent of one section."


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("They asked Ada Marsh about it.", "Ada Marsh"),
        ("In the end it was Genoa all over again [e3].", "Genoa"),
        ("Corrosion is patient.", None),
        ("We walked below the Tay one morning.", "Tay"),
        ("We walked below the Tay one morning [n1].", None),
        ("They asked Ada Marsh about it [e1].", None),
        ("They asked Ada Marsh. She had counted 43 of them [e1].", None),
        ("She had counted 43 of them [e1]. So Ada Marsh went home.", None),
        ("## What Ada Marsh saw\n\nIt rained.", None),
        ("It was on the Forth Bridge, says Nora Whitlock.", None),
        ("They asked Jane Doe about it.", None),
        ("- They asked Ada Marsh about it.", "Ada Marsh"),
    ],
)
def test_a_name_that_cites_nothing(text: str, name: str | None, made: Chain) -> None:
    """A named thing that the evidence holds is cited in its own paragraph, or it is a flag that says which to cite.

    The glossary and the author's own name need no marker; what nobody holds is another check's affair.
    """
    found = names_are_cited(made.ending(text), made.facts)
    assert [told(v) for v in found] == [flags("draft.uncited-name", v.where, waivable=True) for v in found]
    assert [name] * len(found) == [name] * (name is not None)
    assert all(repr(name) in v.message and v.fix.startswith(("Cite [e1]", "Cite [n1]")) for v in found)


def test_a_name_that_opens_a_sentence(made: Chain) -> None:
    """A lone word at the start of a sentence is a name where the evidence says it in mid-sentence."""
    quoted = made.brief.evidence[0].model_copy(update={"quote": "The inquiry heard Ferrari for a week."})
    brief = made.brief.model_copy(update={"evidence": (quoted, *made.brief.evidence[1:])})
    violation = broken(names_are_cited, made.ending("Ferrari said nothing."), made.knowing(brief=brief))
    assert told(violation) == flags("draft.uncited-name", violation.where, waivable=True)
    assert names_are_cited(made.ending("Ferraris say nothing."), made.knowing(brief=brief)) == ()


def test_one_flag_a_name(made: Chain) -> None:
    """However often a name stands without its marker, it is told once, where it stands first."""
    draft = made.ending("They asked Ada Marsh.\n\nThey asked Ada Marsh again.\n\nThey thanked Ada Marsh.")
    assert "“They asked Ada Marsh.” names" in broken(names_are_cited, draft, made.facts).message


@pytest.mark.parametrize(
    ("text", "unknown"), [("They went to see Al there.", True), ("They saw Ada and Marsh.", False)]
)
def test_names_are_whole_words(text: str, unknown: bool, made: Chain) -> None:
    """A short name isn't vouched for by a longer word that holds its letters; two that are joined may each be known."""
    assert bool(names_are_vouched_for(made.ending(text), made.facts)) == unknown


@pytest.mark.parametrize(
    "now",
    [
        BARE,
        "*Rust* had eaten 20 percent of one section!",
        "Rust had eaten 20 percent of one section, and nobody knew.",
        f"{BARE} It was a surprise [e4].",
    ],
)
def test_a_marker_that_got_lost(now: str, made: Chain) -> None:
    """A sentence that stands in its words, or inside a longer one, and cites nothing any more is named with what it cited."""
    assert CITED in made.draft.body
    later = made.saying(made.draft.body.replace(CITED, now))
    violation = broken(markers_are_kept, later, made.knowing(earlier=(made.draft,)))
    assert told(violation) == fails("draft.marker-lost", violation.where)
    assert "stood there with [e3]" in violation.message
    assert "[me]" in violation.fix


def test_a_marker_that_led_nowhere_got_lost(made: Chain) -> None:
    """Taking away a marker that nothing stands behind doesn't mend the claim, in this draft or in the one after it."""
    made_up = made.ending("Nobody had looked at it for a very long time indeed, they say [e9].")
    laundered = made.ending("Nobody had looked at it for a very long time indeed, they say.")
    facts = made.knowing(earlier=(made_up, laundered))
    assert told(broken(markers_are_kept, laundered, facts))[0] == "draft.marker-lost"
    nearly = made.ending("Nobody had looked at this for a very long time indeed, they say.")
    assert told(broken(markers_are_kept, nearly, facts))[0] == "draft.marker-lost"


@pytest.mark.parametrize(
    "now",
    [
        "Rust had eaten 20 percent of one section [e4].",
        "Rust had eaten a good deal of it.",
        "",
        "Nobody had known.",
    ],
)
def test_a_claim_that_changed(now: str, made: Chain) -> None:
    """A sentence that cites something else, says something else, or is gone has lost no marker."""
    later = made.saying(made.draft.body.replace(CITED, now))
    assert markers_are_kept(later, made.knowing(earlier=(made.draft,))) == ()
    assert markers_are_kept(later, made.facts) == ()


def test_a_refrain_is_no_claim() -> None:
    """What stood there once with a marker and once without may stand without."""
    assert uncited("So it is. [e1]\n\nSo it is.", "So it is.\n\nQuite.") == ()


@given(st.sets(st.integers(0, len(MARKER.findall(BODY)) - 1)))
def test_every_lost_marker_is_found(gone: set[int]) -> None:
    """Whichever markers are cut out of a body, the sentences that cite nothing any more are found, and no others."""
    at = iter(range(len(MARKER.findall(BODY))))
    after = MARKER.sub(lambda m: "" if next(at) in gone else m[0], BODY)
    bare = {s.id for s in statements(after) if not s.cites} - {s.id for s in statements(BODY) if not s.cites}
    assert {s.id for s, _ in uncited(BODY, after)} == bare


WORDS = st.lists(
    st.sampled_from(["rust", "eats", "the", "[e1]", "[n2]", "and", "-", ".", "“", "”", "#", ">", "\n\n"]), max_size=30
)


@given(WORDS.map(" ".join), WORDS.map(" ".join))
def test_only_what_cites_nothing_is_told(before: str, after: str) -> None:
    """Whatever two texts say, what is told stands in the second without a marker, and cited something in the first."""
    cited = {ref for s in statements(before) for ref in s.cites}
    for s, refs in uncited(before, after):
        assert s in statements(after) and not s.cites
        assert refs and cited.issuperset(refs)
    assert uncited(after, after) == ()
