"""The Draft: what it says. Each number, date, quotation and turn of phrase is somebody's, and it says whose."""

from __future__ import annotations

from typing import Any

import pytest

from state.contracts.citing import names_are_vouched_for
from state.contracts.draft import (
    AuthorNote,
    Citation,
    claims_are_traceable,
    comes_from_this_brief,
    insight_is_told,
    markers_resolve,
    notes_are_the_authors,
    words_are_its_own,
)
from tests.state.pieces import NOTE, Chain, broken, fails, flags, told, vary


def test_another_brief(made: Chain) -> None:
    """A Draft that names another parent, or cites other evidence than the Brief's, isn't made from it."""
    violation = broken(comes_from_this_brief, vary(made.draft, parent="0" * 64), made.facts)
    assert told(violation) == fails("draft.parent", "parent")
    first, *rest = made.draft.citations
    lied = vary(made.draft, citations=[vary(first, author="Somebody Else"), *rest])
    assert told(broken(comes_from_this_brief, lied, made.facts)) == fails("draft.parent", "parent")
    assert first == Citation.of(made.brief.evidence[0])


def test_no_brief_at_all(made: Chain) -> None:
    """Without a Brief there is nothing to check against, and that is a mistake in the wiring."""
    with pytest.raises(ValueError, match="checked against its Brief"):
        comes_from_this_brief(made.draft, made.knowing(brief=None))


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("Rust is slow [e9].", "[e9]"),
        ("Rust is slow [n2].", "[n2]"),
        ("Rust is slow [e1, e3].", "[e1, e3]"),
        ("Rust is slow [E3].", "[E3]"),
        ("Rust is slow [ e3 ].", "[ e3 ]"),
        ("Rust is slow [e0].", "[e0]"),
        ("Rust is slow 【e3】.", "【e3】"),
        ("Rust is slow <<e9>>.", "<<e9>>"),
    ],
)
def test_a_marker_that_leads_nowhere(text: str, where: str, made: Chain) -> None:
    """An unknown id, and what a writer took for a marker, are named: a reader would see them."""
    violation = broken(markers_resolve, made.ending(text), made.facts)
    assert told(violation) == fails("draft.unknown-marker", where)


@pytest.mark.parametrize("title", ["Look up [e1]", "Look up [e1, e2]"])
def test_a_marker_in_the_title(title: str, made: Chain) -> None:
    """A title is published as it stands, markers and all."""
    violation = broken(markers_resolve, made.saying(made.draft.body, title=title), made.facts)
    assert told(violation) == fails("draft.unknown-marker", "title")


def test_a_writer_vouches_for_itself(made: Chain) -> None:
    """Only a reviewer may write [me], in the body or in the title."""
    assert told(broken(markers_resolve, made.ending("I saw it. [me]"), made.facts)) == fails(
        "draft.stray-attest", "[me]"
    )
    titled = made.saying(made.draft.body, title="I saw it [me]")
    assert told(broken(markers_resolve, titled, made.facts)) == fails("draft.stray-attest", "[me]")


@pytest.mark.parametrize(
    ("text", "origin", "good"),
    [
        ("walked under the Tay crossing", "voice/notes/walks.md", True),
        ("I have walked under the Forth crossing.", "voice/notes/walks.md", False),
        (NOTE, "voice/notes/other.md", False),
        ("I measured it myself.", "decision:review_draft", False),
    ],
)
def test_a_note_that_nobody_wrote(text: str, origin: str, good: bool, made: Chain) -> None:
    """A note is what its file says, word for word, or what a decision attests."""
    draft = vary(made.draft, notes=[AuthorNote(id="n1", text=text, origin=origin)])
    found = notes_are_the_authors(draft, made.facts)
    assert [told(v) for v in found] == ([] if good else [fails("draft.unknown-note", "note n1")])
    assert notes_are_the_authors(draft, made.knowing(attested=frozenset({text}))) == ()


SUPPORTED = [
    "The inquiry ran to 1000 pages, or a thousand [e1].",
    "43 people died [e1].",
    "It was the fourteenth of August, 2018 [e2].",
    "It was on 2018-08-14 [e2].",
    "In August it rained [e2].",
    "A fifth is twenty per cent, and 20% of the section was gone [e3].",
    "Marsh wrote in 2019 of “heavy rain” [e1] [e2].",
    "Two of us looked, and one of us saw it first.",
    "The report says 'the inquiry ran to 1,000 pages' plainly [e1].",
    "The engineers' pay and the drivers' hours are another story.",
    "Back in the workshop, rock ‘n’ roll was playing, and the ’phone rang.",
    "A “so-called” inspection is none.",
    "Read [what Ada Marsh found](https://bridgerecord.example/genoa_(viaduct)) about the 43 [e1].",
    "> On 14 August 2018 a span of the viaduct fell in heavy rain. [e2]\n> — Ada Marsh, bridgerecord.example",
    "> “We look at every bearing twice a year” [e4]",
    "1. Look at the bearings.\n2. Look at the bolts.\n3. Write it down.",
]


@pytest.mark.parametrize("text", SUPPORTED)
def test_what_the_evidence_holds(text: str, made: Chain) -> None:
    """A number, date or quotation that its sentence's evidence holds passes, however it is spelled."""
    assert claims_are_traceable(made.ending(text), made.facts) == ()


HOLES = {
    "another number": ("44 people died [e1].", "44"),
    "a number without a marker": ("43 people died.", "43"),
    "a number that other evidence holds": ("20 percent of it was gone [e1].", "20"),
    "a number in words": ("Forty-four people died [e1].", "44"),
    "a number in many words": ("It took two and a half million bolts [e1].", "2500000"),
    "half of what the source says": ("It ran to half a thousand pages [e1].", "500"),
    "a dozen": ("A dozen people died [e1].", "12"),
    "a fraction": ("Two-thirds of the bolts were loose [e3].", "2/3"),
    "an ordinal": ("It was the fifteenth [e2].", "15"),
    "a number in link text": ("Read [44 accounts](https://bridgerecord.example/genoa_(viaduct)) of it [e1].", "44"),
    "a number in a heading": ("## 44 people\n\nIt rained.", "44"),
    "a number in a list": ("- 44 people died [e1].", "44"),
    "a number in a nested list": ("- So:\n  - 44 people died [e1].", "44"),
    "a number that poses as a list's": ("2017. That was the year.", "2017"),
    "a number in a table": ("| dead | 44 |\n|---|---|", "44"),
    "a number in code": ("`44` people died [e1].", "44"),
    "a number in a code fence": ("```\n44\n```", "44"),
    "a number in half-bold": ("for**ty**-four people died [e1].", "44"),
    "a number in half-italics": ("for*ty*-four people died [e1].", "44"),
    "fullwidth digits": ("４４ people died [e1].", "44"),
    "another script's digits": ("٤٤ people died [e1].", "44"),
    "digits in circles": ("④④ people died [e1].", "44"),
    "zero-width characters": ("for\u200bty-four people and 4\u20604 more [e1].", "44"),
    "another dash": ("Forty‑four people died [e1].", "44"),
    "a percentage that was a count": ("43% died [e1].", "percent"),
    "a small percentage": ("Five percent of it was gone [e3].", "5"),
    "a currency": ("The inquiry cost £1,000 [e1].", "pound"),
    "a decimal": ("It was 20.5 percent [e3].", "20.5"),
    "a moved decimal": ("It was 2.0 percent [e3].", "2"),
    "another month": ("It fell on 14 July 2018 [e2].", "july"),
    "another month in short": ("It fell on 14 Jul. 2018 [e2].", "july"),
    "another month with an ordinal": ("It fell on the 14th of July [e2].", "july"),
    "another month as a figure": ("It fell on 2018-07-14 [e2].", "july"),
    "a month alone": ("In July it rained [e2].", "july"),
    "a footnote": ("It rained all day.[^7]", "7"),
    "a year beside its century": ("It opened in nineteen sixty-seven [e1].", "1967"),
}


@pytest.mark.parametrize(("text", "number"), HOLES.values(), ids=HOLES)
def test_a_number_that_nothing_vouches_for(text: str, number: str, made: Chain) -> None:
    """However a number is dressed, a sentence whose evidence doesn't hold it is named, with what it doesn't hold."""
    violation = broken(claims_are_traceable, made.ending(text), made.facts)
    assert told(violation) == fails("draft.untraceable", violation.where)
    assert violation.where.startswith("s")
    assert number in violation.message
    assert "[me]" in violation.fix


QUOTES = {
    "curly marks": "“Nobody ever went to look at it” [e1].",
    "straight marks": 'They said "nobody ever went to look at it" [e1].',
    "single marks": "They said ‘nobody ever went to look’ [e1].",
    "straight single marks": "They said 'nobody ever went to look' [e1].",
    "an apostrophe inside": "They said ‘nobody’s letters were read at all’ [e1].",
    "guillemets": "They said «nobody ever went to look» [e1].",
    "low marks": "They said „nobody ever went to look“ [e1].",
    "corner brackets": "They said 「nobody ever went to look」 [e1].",
    "a quotation in a quotation": "They said “he told us ‘nobody looked’ and left” [e1].",
    "a word dropped": "“Forty-three people died, and the inquiry ran to 1,000 pages.” [e1]",
    "a word cut off its not": "“body could look inside the stays” [e1].",
    "a marker inside": "“Nobody ever [e1] went to look at it.”",
    "a list item of two lines": "- “Nobody ever went\n  to look at it” [e1]",
    "a block quote": "> Nobody ever went to look at it. [e1]",
    "a block quote right below a line": "They wrote:\n> Nobody ever went to look at it. [e1]",
    "a block quote round a true word": "> Nobody looked, as the “heavy rain” had shown. [e2]",
    "a block quote with another's name": "> We look at every bearing twice a year — Ada Marsh [e4]",
    "a block quote that goes on behind a dash": ("> We look at every bearing twice a year — and nobody reads it [e4]"),
    "a block quote in two breaths": "> We look at every bearing twice a year,\nand nobody reads it. [e4]",
    "two sources run together": "“in heavy rain. Forty-three people died” [e1] [e2]",
}


@pytest.mark.parametrize("text", QUOTES.values(), ids=QUOTES)
def test_words_that_nobody_said(text: str, made: Chain) -> None:
    """Three words or more in quotation marks of any kind, or in a block quote, stand in the evidence that is cited."""
    found = claims_are_traceable(made.ending(text), made.facts)
    assert {told(v)[0] for v in found} == {"draft.untraceable"}
    assert all("doesn't hold the words “" in v.message for v in found)


@pytest.mark.parametrize(
    "text", ["They said “nobody looked.", "It is ”so”.", 'Say “nobody ever looked" now.', "»Nobody looked«"]
)
def test_a_quotation_without_an_end(text: str, made: Chain) -> None:
    """A mark without a partner is named, since nobody can tell what it quotes."""
    violation = broken(claims_are_traceable, made.ending(text), made.facts)
    assert told(violation) == fails("draft.open-quote", violation.where)
    assert violation.where.startswith("s")


def test_the_evidence_that_would_vouch(made: Chain) -> None:
    """A claim with the wrong marker is told the right one."""
    violation = broken(claims_are_traceable, made.ending("20 percent of it was gone [e5]."), made.facts)
    assert violation.fix.startswith("Cite [e3], which says so.")


@pytest.mark.parametrize(
    ("title", "good"),
    [
        ("43 people and a bridge", True),
        ("“On 14 August 2018 a span of the viaduct fell”", True),
        ("44 people and a bridge", False),
        ("“Nobody ever went to look”", False),
        ("“An open mark", False),
    ],
)
def test_a_claim_in_the_title(title: str, good: bool, made: Chain) -> None:
    """A title may say what any evidence in the body says, and no more."""
    found = claims_are_traceable(made.saying(made.draft.body, title=title), made.facts)
    assert [v.where for v in found] == ([] if good else ["title"])


def test_a_title_on_evidence_that_isnt_cited(made: Chain) -> None:
    """Evidence that no sentence cites vouches for no title."""
    body = made.draft.body.replace("Paint holds for 25 years by the sea [e5].", "Paint holds for years.")
    violation = broken(claims_are_traceable, made.saying(body, title="25 years of paint"), made.facts)
    assert told(violation) == fails("draft.untraceable", "title")
    assert "cite in the body" in violation.fix


def test_an_insight_that_isnt_told(made: Chain) -> None:
    """A piece that cites nothing of what the insight rests on doesn't tell it."""
    body = made.draft.body.replace("[e1]", "[e2]").replace("[e3]", "[e4]")
    violation = broken(insight_is_told, made.saying(body), made.facts)
    assert told(violation) == fails("draft.insight-missing", "body")
    assert "[e1] or [e3]" in violation.fix


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("They asked Jane Doe about it.", "Jane Doe"),
        ("They asked the Ministry of Works.", "Ministry of Works"),
        ("They asked Ada Marsh, in Genoa, below the Tay and the Forth Bridge.", None),
        ("Nora Whitlock writes it, and calls it The Upkeep Letter.", None),
        ("Whoever asks, asks in vain.", None),
        ("## Jane Doe speaks\n\nShe did.", None),
    ],
)
def test_a_name_that_nothing_vouches_for(text: str, name: str | None, made: Chain) -> None:
    """A name outside the evidence, the glossary, the notes and the author's own is a flag; headings are let be."""
    found = names_are_vouched_for(made.ending(text), made.facts)
    assert [told(v) for v in found] == [flags("draft.unknown-name", v.where, waivable=True) for v in found]
    assert len(found) == (name is not None)
    assert all(repr(name) in v.message and "glossary" in v.fix for v in found)


LONG = "the engineers' letters had warned for years that nobody could look inside the stays"
COPIES = {
    "plainly": LONG,
    "with a marker inside": LONG.replace("warned for", "warned [e1] for"),
    "with a word in quotation marks": LONG.replace("warned", "“warned”"),
    "with emphasis": LONG.replace("warned", "*warned*"),
    "with other typography": LONG.replace("'", "’").replace("for years", "for\u00a0years"),
    "with zero-width characters": LONG.replace("warned", "war\u200bned"),
    "over a full stop": LONG.replace("warned for", "warned. For"),
    "in a list": f"- {LONG}",
    "as a link": f"[{LONG}](https://bridgerecord.example/genoa_(viaduct))",
    "between two quotations far apart": f"It is ” said they, and {LONG} “ so",
}


@pytest.mark.parametrize("text", COPIES.values(), ids=COPIES)
def test_somebody_elses_words(text: str, made: Chain) -> None:
    """Twelve words of a source in a row are its own, whatever stands between them; the source is named."""
    violation = broken(words_are_its_own, made.ending(f"So {text}"), made.facts)
    assert told(violation) == fails("draft.copied", "The Genoa Viaduct")
    assert "had warned for years" in violation.message


def test_somebody_elses_words_as_a_title(made: Chain) -> None:
    """A title is no place to copy into."""
    violation = broken(words_are_its_own, made.saying(made.draft.body, title=LONG), made.facts)
    assert told(violation) == fails("draft.copied", "The Genoa Viaduct")


@pytest.mark.parametrize("text", [" ".join(LONG.split()[:11]), f"So “{LONG}” [e1].", f"> {LONG}"])
def test_few_words_or_quoted_ones(text: str, made: Chain) -> None:
    """Eleven words, or a quotation of any length, are no copy."""
    assert words_are_its_own(made.ending(text), made.facts) == ()


def test_a_sentence_that_a_reviewer_vouches_for(made: Chain) -> None:
    """What is attested carries its own number and its own quotation."""
    said = "I counted 88 rivets, and “nobody had ever counted them”, he said."
    draft = made.ending(f"{said} [n2]")
    with_note: dict[str, Any] = {
        "notes": [*draft.notes, AuthorNote(id="n2", text=said, origin="decision:review_draft")]
    }
    assert claims_are_traceable(vary(draft, **with_note), made.facts) == ()
