"""The Draft: how it is written. Length, structure, markup, phrases, voice."""

from __future__ import annotations

import pytest

from state.contracts.prose import (
    length_fits,
    links_lead_to_evidence,
    nothing_is_hidden,
    phrases_are_kept,
    says_nothing_twice,
    sounds_like_the_author,
    structure_stands,
)
from state.voice import VoiceReading
from tests.state.pieces import Chain, broken, fails, flags, told


@pytest.mark.parametrize(("bounds", "fix"), [({"min_words": 140}, "Say more"), ({"max_words": 90}, "Cut")])
def test_too_short_or_too_long(bounds: dict[str, int], fix: str, made: Chain) -> None:
    """The words a reader reads are counted; a person may waive the count."""
    violation = broken(length_fits, made.draft, made.bounded("draft", **bounds))
    assert told(violation) == fails("draft.length", "body", waivable=True)
    assert "131 words" in violation.message and violation.fix.startswith(fix)
    assert length_fits(made.draft, made.bounded("draft", min_words=131, max_words=131)) == ()


def test_too_few_paragraphs(made: Chain) -> None:
    """Headings don't count as paragraphs, and what stands right below one does."""
    bounds = made.bounded("draft", min_paragraphs=3)
    violation = broken(structure_stands, made.saying("One.\n\n## Two\n\nThree."), bounds)
    assert told(violation) == fails("draft.structure", "body", waivable=True)
    assert structure_stands(made.saying("One.\n\n## Two\nThree.\n\nFour."), bounds) == ()


@pytest.mark.parametrize("end", ["\n\n## The end", "\n\nSo.\n# The end"])
def test_an_end_without_prose(end: str, made: Chain) -> None:
    """A piece that ends on a heading has lost its last paragraph."""
    violation = broken(structure_stands, made.saying(made.draft.body + end), made.facts)
    assert told(violation) == fails("draft.no-end", "body")


@pytest.mark.parametrize(
    "text", ["::: offer\nBuy it.\n:::", "  ::: offer", "> ::: offer", "- ::: offer", "-----", " ----- ", "=== site"]
)
def test_a_line_that_our_forms_reserve(text: str, made: Chain) -> None:
    """A draft can't lay out an offer, or part the posts of a review, however the line is indented."""
    violation = broken(structure_stands, made.ending(f"So.\n{text}\nQuite."), made.facts)
    assert told(violation) == fails("draft.reserved", "body")


@pytest.mark.parametrize(
    "text",
    [
        "<b>Loud</b>",
        "</p>",
        "<!-- hidden -->",
        "&#52;&#54; people",
        "46&nbsp;people",
        "&lt;b&gt;",
        "<https://evil.example>",
    ],
)
def test_html(text: str, made: Chain) -> None:
    """Tags and entities, which show something else than they spell, are named."""
    violation = broken(structure_stands, made.ending(text), made.facts)
    assert told(violation) == fails("draft.html", "body")
    assert told(broken(structure_stands, made.saying(made.draft.body, title=text), made.facts))[0] == "draft.html"


@pytest.mark.parametrize("text", ["Salt & pepper; and so on.", "a < b and b > c", "R&D; more", "&notacharacter;"])
def test_what_only_looks_like_html(text: str, made: Chain) -> None:
    """An ampersand or a less-than sign by itself is prose."""
    assert structure_stands(made.ending(text), made.facts) == ()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("for\u200bty-four", "zero width space"),
        ("\u202e64\u202c", "right-to-left override"),
        ("for\u00adty", "soft hyphen"),
        ("for\u2060ty", "word joiner"),
        ("for\u200dty", "zero width joiner"),
        ("a\rb", "control character"),
        ("a\x00b", "control character"),
        ("tag\U000e0041", "tag latin capital letter a"),
        ("fоrty", "mixes Latin and Cyrillic"),
    ],
)
def test_what_a_reader_cant_see(text: str, what: str, made: Chain) -> None:
    """A character that is drawn as nothing, or as another, is named, in the body and in the title."""
    violation = broken(nothing_is_hidden, made.ending(f"So {text} it is."), made.facts)
    assert told(violation) == fails("draft.hidden", "body")
    assert what in violation.message
    if "\r" not in text:
        titled = made.saying(made.draft.body, title=f"So {text} it is")
        assert told(broken(nothing_is_hidden, titled, made.facts)) == fails("draft.hidden", "title")


@pytest.mark.parametrize("text", ["👨‍👩‍👧‍👦 ❤️ 👍🏽 🇩🇪", "می‌خواهم क्‍ष", "Привет, мир", "naïve café, e\u0301"])
def test_what_a_reader_can_see(text: str, made: Chain) -> None:
    """Joiners that build an emoji or spell a word are no trick."""
    assert nothing_is_hidden(made.ending(text), made.facts) == ()


@pytest.mark.parametrize(
    "text",
    [
        "[here](https://evil.example/x)",
        "[here](https://evil.example/x(y))",
        "[here](//evil.example)",
        "[here](javascript:alert(1))",
        "[here](mailto:me@evil.example)",
        "[here](/about)",
        "[here](#source-1)",
        "[[44]](#source-1)",
        "https://evil.example/x",
        "HTTPS://EVIL.EXAMPLE",
        "ftp://evil.example",
        "https://upkeep.example@evil.example/",
        "https://evil.example\\@upkeep.example/",
        "https://upkeep.example.evil.example/",
        "https://[evil",
        "https://bridgerecord.example/other",
        "[https://bridgerecord.example/genoa_(viaduct)](https://evil.example)",
    ],
)
def test_a_link_that_leads_elsewhere(text: str, made: Chain) -> None:
    """A link that is neither evidence nor the author's is named, whatever its form."""
    found = links_lead_to_evidence(made.ending(f"See {text} now."), made.facts)
    assert {told(v) for v in found if v.code != "draft.domain"} == {fails("draft.link", "body")}


@pytest.mark.parametrize(
    "text",
    [
        "[here](https://bridgerecord.example/genoa_(viaduct))",
        "(https://bridgerecord.example/genoa_(viaduct)).",
        "<https://spanjournal.example/practice?page=2>",
        "[here](<https://spanjournal.example/practice?page=2>)",
        "https://upkeep.example/archive, and https://UPKEEP.example",
        "spanjournal.example/practice?page=2, of spanjournal.example, or nora@upkeep.example",
        "1.5 metres, e.g. README.md or Node.js, U.S. and so on.Then",
    ],
)
def test_a_link_that_may_stand(text: str, made: Chain) -> None:
    """Evidence and the author's own pages may be linked to; a full stop makes no domain."""
    assert links_lead_to_evidence(made.ending(f"See {text}"), made.facts) == ()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("![A bridge](https://upkeep.example/bridge.jpg)", "an image"),
        ('[here](https://upkeep.example "44 people died")', "a link's title"),
        ("Here [it is][1].\n\n[1]: https://upkeep.example", "defined apart"),
        ("So it is.[^a]", "a footnote"),
    ],
)
def test_markup_that_says_more(text: str, what: str, made: Chain) -> None:
    """Images, tooltips, definitions and footnotes hold what no check of sentences reads."""
    violation = broken(links_lead_to_evidence, made.ending(text), made.facts)
    assert told(violation) == fails("draft.markup", "body")
    assert what in violation.message


@pytest.mark.parametrize("text", ["evil.com", "www.evil.example", "evil.example/x", "me@evil.com", "ｅｖｉｌ．com"])
def test_a_domain_that_an_app_would_link(text: str, made: Chain) -> None:
    """A bare domain is a flag here: whether it may go out is for the posts to say."""
    violation = broken(links_lead_to_evidence, made.ending(f"See {text} now."), made.facts)
    assert told(violation) == flags("draft.domain", "body", waivable=True)


def test_the_same_sentence_again(made: Chain) -> None:
    """A sentence of more than three words that stands twice is named; a refrain isn't."""
    again = broken(says_nothing_twice, made.ending("*Nobody* had held a gauge to it!"), made.facts)
    assert told(again) == fails("draft.twice", "s13", waivable=True)
    assert says_nothing_twice(made.ending("So it is. So it is."), made.facts) == ()


@pytest.mark.parametrize(
    "text",
    [
        "It's a game changer.",
        "A GAME  CHANGER!",
        "A game-changer it is not; a game changer it is.",
        "A “game changer”.",
    ],
)
def test_a_banned_phrase(text: str, made: Chain) -> None:
    """A banned phrase is found in any case and spacing, and two words in quotation marks are no excuse."""
    violation = broken(phrases_are_kept, made.ending(text), made.facts)
    assert told(violation) == fails("draft.banned-phrase", "game changer", waivable=True)
    titled = made.saying(made.draft.body, title="The game changer")
    assert told(broken(phrases_are_kept, titled, made.facts))[0] == "draft.banned-phrase"


@pytest.mark.parametrize("text", ["He said “this is a real game changer”.", "> A game changer."])
def test_a_banned_phrase_that_somebody_said(text: str, made: Chain) -> None:
    """What is quoted is somebody else's."""
    assert phrases_are_kept(made.ending(text), made.facts) == ()


def test_a_required_phrase(made: Chain) -> None:
    """A required phrase that is nowhere is named."""
    draft = made.saying(made.draft.body.replace("look up", "look"))
    violation = broken(phrases_are_kept, draft, made.facts)
    assert told(violation) == fails("draft.required-phrase", "look up", waivable=True)


def test_another_voice(made: Chain) -> None:
    """Too far from the author's voice fails where there is enough to judge by, and is a flag where there isn't."""
    far = VoiceReading(distance=1.2, threshold=0.9, gate=True, notes=("Cut some sentences in two.",))
    violation = broken(sounds_like_the_author, made.draft, made.knowing(reading=far))
    assert told(violation) == fails("draft.voice", "voice", waivable=True)
    assert "1.20" in violation.message and violation.fix == "Cut some sentences in two."
    assert "advice" not in violation.message
    advice = far.model_copy(update={"gate": False, "notes": (), "samples": 3345, "words": 131})
    found = broken(sounds_like_the_author, made.draft, made.knowing(reading=advice))
    assert told(found) == flags("draft.voice", "voice", waivable=True)
    assert "This is advice" in found.message and "there are 3,345 and 131." in found.message
    edge = far.model_copy(update={"distance": 0.9})
    assert sounds_like_the_author(made.draft, made.knowing(reading=edge)) == ()


def test_no_voice_at_all(made: Chain) -> None:
    """Without samples a person is told that nothing judges the voice."""
    violation = broken(sounds_like_the_author, made.draft, made.knowing(reading=None))
    assert told(violation) == flags("draft.no-samples", "voice", waivable=True)
