"""What edits teach: lessons from the difference between two drafts, and never from facts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.voice.rules import Lesson, derive, heard, learn, obeying, reread, section, written
from agents.voice.rules.matching import matched, spoken
from state.contracts.habits import running
from state.rules import Rule
from state.text import names, numbers, quotations, words
from state.workspace import Framing

BEFORE = """I walk out to the bridge when the tide is low. We leverage the inspection that was made.

The rivets are the part that nobody looks at when the weather is good and the tide is low, and I do not mind the cold.

It is not much to look at, and I do not mind that. I commence where the paint is thin, and I commence again in the spring."""


def lessons(before: str, after: str, known: str = "") -> dict[str, Lesson]:
    return {lesson.key: lesson for lesson in derive(before, after, known)}


def edited(*changes: tuple[str, str]) -> str:
    after = BEFORE
    for old, new in changes:
        assert old in after
        after = after.replace(old, new)
    return after


def rules(*taught: Lesson) -> dict[str, Rule]:
    return {rule.key: rule for rule, _ in learn((), taught, piece="p", decision="review_draft edit")}


def test_a_stock_phrase_that_was_struck() -> None:
    """A phrase of nobody's that gave way to another word is a rule at once, with the word that stands there now."""
    lesson = lessons(BEFORE, edited(("leverage", "use")))["word:leverage"]
    rule = rules(lesson)["word:leverage"]
    assert (rule.text, rule.phrases, rule.instead) == ("never 'leverage': write 'use'", ("leverage",), "use")
    assert rule.standing == "active"
    assert rule.examples[0].before == "We leverage the inspection that was made."
    assert rule.examples[0].after == "We use the inspection that was made."


def test_a_word_of_another_kind_takes_two() -> None:
    """Another word that gave way is suggested after one edit, and active when a second says the same."""
    once = lessons(BEFORE, edited(("commence again", "start again"), ("commence where", "start where")))
    assert once["word:commence"].times == 2
    single = BEFORE.replace(", and I commence again in the spring", "")
    lesson = lessons(single, single.replace("commence", "start"))["word:commence"]
    rule = rules(lesson)["word:commence"]
    assert (rule.kind, rule.text, rule.standing) == ("prefer", "write 'start', not 'commence'", "suggested")
    ((again, change),) = learn((rule,), [lesson], piece="q", decision="review_draft edit")
    assert (again.standing, again.seen, change) == ("active", 2, "seen again")
    assert [e.piece for e in again.examples] == ["q", "p"]


def test_two_ways_to_say_it_are_no_preference() -> None:
    """A word that gave way now to one word and now to another is one to leave out, not one to replace."""
    one = lessons(BEFORE, edited(("commence again", "start again"), ("commence where", "begin where")))
    assert (one["word:commence"].kind, one["word:commence"].instead) == ("never", "")
    rule = rules(Lesson(key="word:x", kind="prefer", phrases=("xylem",), instead="sap"))["word:x"]
    other = Lesson(key="word:x", kind="prefer", phrases=("xylem",), instead="juice")
    ((again, _),) = learn((rule,), [other], piece="q", decision="d")
    assert (again.kind, again.text) == ("never", "never 'xylem'")


def test_contractions() -> None:
    """Words that were contracted are one rule for all of them; the other way round is the opposite rule."""
    after = edited(
        ("I do not mind the", "I don't mind the"),
        ("It is not", "It isn't"),
        ("I do not mind that", "I don't mind that"),
    )
    contract = lessons(BEFORE, after)["form:contract"]
    rule = rules(contract)["form:contract"]
    assert (rule.text, rule.standing) == ("contract 'do not', 'is not'", "active")
    back = lessons(after, BEFORE)["form:write-out"]
    assert back.phrases == ("don't", "isn't")
    found = {r.key: (r.against, change) for r, change in learn((rule,), [back], piece="q", decision="d")}
    assert found["form:contract"] == (1, "contradicted by an edit")


def test_a_sentence_cut_in_two() -> None:
    """A long sentence cut in two says so with its length; one such cut is a suggestion."""
    after = edited(("looks at when the weather is good and", "looks at. The weather is good and"))
    lesson = lessons(BEFORE, after)["length:split"]
    assert lesson.words == 26
    assert "you cut one of 26 words into 9 and 16" in lesson.text
    assert rules(lesson)["length:split"].standing == "suggested"
    assert "length:join" in lessons(
        "It was late. I went home by the road.", "It was late, and I went home by the road."
    )


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("Is a bridge ever done?", "A bridge is never done.", "opening:no-question"),
        ("A bridge is never done.", "Is a bridge ever done?", "opening:question"),
        ("Bridges are painted by people who are paid for it by the day.", "Bridges rust.", "opening:short"),
        ("Bridges are painted by people.", "I was cold that day.", "opening:self"),
        ("“It is never done,” the man said.", "The man was paid for it.", "opening:no-quotation"),
        ("Bridges are painted by people.", "The rain came in from the side.", "opening:example"),
    ],
)
def test_how_it_opens(old: str, new: str, key: str) -> None:
    """A new first sentence teaches what can be measured of it: its length, a question, a quotation, the author."""
    found = lessons(f"{old}\n\nThe rest stays.", f"{new}\n\nThe rest stays.")
    assert key in found
    assert rules(found[key])[key].standing == "suggested"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("It opened in Leeds.", "It opened in York."),
        ("It opened in June.", "It opened in May."),
        ("It took seven men.", "It took eleven men."),
        ("It took 40 men.", "It took 41 men."),
        ("The prices rose that year. [e1]", "The prices fell that year. [e1]"),
        ("He said “the paint is cheap here” to me.", "He said “the paint is dear here” to me."),
        ("The crew is not paid.", "The crew is now paid."),
        ("The crew has more paint.", "The crew has less paint."),
        ("The crew was late.", "The crew is late."),
        ("They decide it.", "They decided it."),
        ("The man painted in the rain.", "The man painted."),
        ("The rivets hold.", "The bolts hold."),
        ("Paint is cheap.", "Lacquer is cheap."),
    ],
)
def test_facts_teach_nothing(before: str, after: str) -> None:
    """A corrected name, number, date or quotation, a turn of meaning, another tense, a cut of what was said: no rule about words."""
    head, tail = "I stood there.\n\n", "\n\nThe rest stays as it is."
    found = derive(f"{head}{before}{tail}", f"{head}{after}{tail}", "the rivets of a bridge")
    assert [lesson for lesson in found if lesson.phrases] == []


def test_words_of_the_matter_are_no_rule() -> None:
    """A stock phrase that the evidence or the author's own samples hold isn't struck out for its style."""
    assert "word:leverage" not in lessons(BEFORE, edited(("leverage", "use")), known="The leverage of a crowbar.")
    still = edited(("We leverage the", "We use the")) + "\n\nThey leverage it."
    assert "word:leverage" not in lessons(BEFORE, still)


def test_a_sentence_that_was_cut_is_a_weaker_sign() -> None:
    """A stock phrase that went with its whole sentence is suggested, not a rule at once."""
    after = BEFORE.replace(" We leverage the inspection that was made.", "")
    assert rules(lessons(BEFORE, after)["word:leverage"])["word:leverage"].standing == "suggested"


def test_no_edit_no_lesson() -> None:
    """Two drafts that say the same teach nothing."""
    assert derive(BEFORE, BEFORE, "") == ()


WORD = st.sampled_from(
    [
        *[
            "the",
            "a",
            "it",
            "is",
            "was",
            "not",
            "do",
            "don't",
            "isn't",
            "and",
            "but",
            "very",
            "really",
            "bridge",
            "paint",
            "rivet",
            "leverage",
            "commence",
            "begin",
            "delve",
            "Genoa",
            "Forth",
        ],
        "1890",
        "40",
        "“",
        "”",
        "June",
        "seven",
        "[e1]",
        "[n2]",
        "?",
        ".",
        "\n\n",
        "> ",
        "-",
        "|",
        "ﬁ",
        "e\u0301",
        "\u200b",
    ]
)
PROSE = st.lists(WORD, max_size=60).map(" ".join) | st.text(max_size=200)


@given(before=PROSE, after=PROSE, known=PROSE)
def test_any_edit(before: str, after: str, known: str) -> None:
    """Whatever two drafts hold, the lessons never are about quoted words, numbers, names or words of the matter."""
    found = derive(before, after, known)
    assert found == derive(before, after, known)
    said, of_matter = "".join(running(" ".join(s.words)) for s in spoken(before)), running(known)
    for lesson in found:
        assert lesson.text or lesson.phrases
        for phrase in lesson.phrases:
            assert phrase == " ".join(words(phrase))
            assert not numbers(phrase) and not names(f"so {phrase}") and not quotations(phrase)
            if lesson.kind != "contract":
                assert f" {phrase} " not in of_matter
            if lesson.kind == "prefer":
                assert f" {phrase} " in said
    for rule, _ in learn((), found, piece="p", decision="d"):
        assert rule == Rule.model_validate_json(rule.model_dump_json())


@given(before=PROSE, after=PROSE)
def test_every_sentence_is_accounted_for(before: str, after: str) -> None:
    """Matching leaves no sentence out and uses none twice: what isn't matched stayed as it was."""
    old, new = spoken(before), spoken(after)
    found = matched(old, new)
    assert len(old) - sum(len(m.before) for m in found) == len(new) - sum(len(m.after) for m in found) >= 0


def test_an_approval_teaches() -> None:
    """What a reviewer let stand bears a rule out where it shows it, weakens it where it breaks it, and else says nothing."""
    prefer = rules(Lesson(key="word:commence", kind="prefer", phrases=("commence",), instead="begin"))["word:commence"]
    shown = list(reread([prefer], "I begin here."))
    assert [(r.kept, r.standing, change) for r, change in shown] == [(1, "suggested", "borne out by an approved draft")]
    ((weaker, change),) = reread([prefer], "I commence here.")
    assert (weaker.against, weaker.standing, change) == (1, "faded", "an approved draft goes against it")
    ((again, _),) = reread([weaker], "I begin here.")
    assert again.standing == "suggested"
    assert list(reread([prefer], "I stay here. He said “I commence the work now”.")) == []
    off = prefer.model_copy(update={"switch": "off"})
    mine = prefer.model_copy(update={"source": "person"})
    assert list(reread([off, mine], "I commence here.")) == []


@pytest.mark.parametrize(
    ("key", "length", "body", "shows"),
    [
        ("opening:short", 6, "Rust never sleeps.", True),
        ("opening:short", 6, "Rust is a thing that never sleeps at all.", False),
        ("opening:question", 0, "Is it done?", True),
        ("opening:no-question", 0, "Is it done?", False),
        ("opening:no-question", 0, "It is done.", None),
        ("opening:self", 0, "That day I was cold.", True),
        ("opening:self", 0, "That day was cold.", False),
        ("length:split", 5, "It is a long way home.", False),
        ("length:split", 5, "It is done.", None),
        ("opening:example", 0, "It is done.", None),
    ],
)
def test_what_shows_a_habit(key: str, length: int, body: str, shows: bool | None) -> None:
    """Openings and lengths are read off the approved text; where nothing can be told, nothing is."""
    kind = "opening" if key.startswith("opening") else "length"
    rule = Rule.model_validate({"key": key, "kind": kind, "text": "x", "words": length})
    told = [r.kept - r.against for r, _ in reread([rule], body)]
    assert told == ([] if shows is None else [1 if shows else -1])


@pytest.mark.parametrize(
    ("note", "phrases", "instead", "standing"),
    [
        ("never use leverage", ("leverage",), "", "active"),
        ('Never "leverage", please.', ("leverage",), "", "active"),
        ("never say 'deep dive' or 'going forward'", ("deep dive", "going forward"), "", "active"),
        ("avoid the word “robust”", ("robust",), "", "active"),
        ("Write 'use', not 'utilise'.", ("utilise",), "use", "active"),
        ("prefer 'begin' to 'commence'", ("commence",), "begin", "active"),
        ("open with a scene", (), "", "active"),
        ("Don't open with a question.", (), "", "active"),
        ("too long", (), "", "suggested"),
        ("don't say this here", (), "", "suggested"),
        ("never say it.", (), "", "active"),
        ("open with the kettle in paragraph 3", (), "", "suggested"),
        ("The year in s4 is wrong", (), "", "suggested"),
    ],
)
def test_a_note(note: str, phrases: tuple[str, ...], instead: str, standing: str) -> None:
    """A note is a rule in its own words: active if it is an order for all pieces, suggested if it is about this one."""
    lesson = heard(note)
    assert lesson is not None
    rule = next(iter(rules(lesson).values()))
    assert (rule.text, rule.phrases, rule.instead, rule.standing) == (note, phrases, instead, standing)
    assert not rule.confirmed


@pytest.mark.parametrize("note", ["", " \n", "…", "x" * 301])
def test_a_note_that_is_no_rule(note: str) -> None:
    """Nothing, or an essay, is no rule."""
    assert heard(note) is None


@given(st.text(max_size=320))
def test_any_note(note: str) -> None:
    """Any words can be said, and none of them breaks the reading; a rule from them survives its storage."""
    lesson = heard(note)
    for rule in rules(lesson).values() if lesson else ():
        assert rule == Rule.model_validate_json(rule.model_dump_json())


def test_a_written_rule_takes_over() -> None:
    """A rule that a person writes down about a learnt phrase is theirs from then on, and switched on again if it was off."""
    learnt = rules(Lesson(key="word:leverage", kind="never", phrases=("leverage",), needs=1))["word:leverage"]
    off = learnt.model_copy(update={"number": 4, "switch": "off"})
    ((rule, change),) = learn((off,), [written("never 'leverage'")], piece="", decision="person")
    assert (rule.number, rule.standing, rule.confirmed, change) == (4, "active", True, "written down")


def test_joining_sentences_obey() -> None:
    """Of the author's joining sentences those that keep the rules are used; where none does, all are: nothing is lost."""
    never = rules(Lesson(key="word:leverage", kind="never", phrases=("leverage",), needs=1))["word:leverage"]
    framing = Framing(opening=("We leverage this.", "I sat down."), closing=("We leverage it.",))
    kept = obeying(framing, [never])
    assert (kept.opening, kept.closing, kept.bridge) == (("I sat down.",), framing.closing, framing.bridge)


def test_what_a_model_is_told() -> None:
    """The rules are a section of the message; without rules there is none."""
    assert section(()) == ""
    assert section(("never 'leverage'", "open with a scene")).splitlines()[2:] == [
        "- never 'leverage'",
        "- open with a scene",
    ]
