"""Measuring how an author writes, and how far a text is from that."""

from __future__ import annotations

import os
import random
import re
import statistics
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.voice.profile import FUNCTION_WORDS, delta, measure, read
from state.voice import VoiceProfile

ESSAYS = Path(__file__).parents[3] / "examples" / "upkeep" / "voice"
NOUNS = ("lamp", "bridge", "kettle", "river", "window", "hinge", "rust", "paint", "bolt", "valve", "ladder", "torch")


def invented(seed: int, count: int, length: int, *, favours: str = "the") -> str:
    """About `count` words of prose with sentences of about `length` words, in paragraphs of five; repeatable."""
    chance = random.Random(seed)
    common = [*FUNCTION_WORDS[::3], *[favours] * 12]
    sentences: list[str] = []
    while sum(len(s.split()) for s in sentences) < count:
        size = max(3, round(chance.gauss(length, length / 4)))
        words = [chance.choice(common if i % 2 else NOUNS) for i in range(size)]
        sentences.append(" ".join(words).capitalize() + ".")
    return "\n\n".join(" ".join(sentences[i : i + 5]) for i in range(0, len(sentences), 5))


@pytest.fixture(scope="module")
def essays() -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(ESSAYS.glob("*.md"))]


@pytest.fixture(scope="module")
def known() -> VoiceProfile:
    """An invented author with enough samples for a gate."""
    return measure([invented(seed, 1100, 12) for seed in range(5)])


def test_the_numbers_are_what_they_say() -> None:
    """Means, shares and rates are those that one would count by hand."""
    sample = "I don't know. Do I?\n\nThe old lamp hums all night, and I have never minded it."
    found = measure([sample])
    assert found.words == 17
    assert found.sentence_mean == pytest.approx(17 / 3)
    assert found.sentence_spread == pytest.approx(statistics.pstdev([3, 2, 12]))
    assert found.paragraph_mean == pytest.approx(8.5)
    assert found.contractions == pytest.approx(1 / 17)
    assert found.questions == pytest.approx(1 / 3)
    assert found.first_person == pytest.approx(3 / 17)
    rates = {word: rate for word, rate, _ in found.function_words}
    assert rates["do"] == rates["not"] * 2 == pytest.approx(2 / 17)


def test_only_the_authors_own_words_count(known: VoiceProfile) -> None:
    """Quotations, block quotes, headings and markers change nothing."""
    text = invented(99, 800, 12)
    dressed = "# A heading of mine\n\n> Whom ye would see, ye shall.\n\n" + text.replace(".", " [e1].", 3)
    assert read(known, dressed).distance == pytest.approx(read(known, text).distance)
    quoting = text + ' He wrote "you yourself were neither here nor there, nor were yours".'
    plain = text + " He wrote."
    assert read(known, quoting).distance == pytest.approx(read(known, plain).distance, abs=0.01)


def test_the_author_is_within_the_threshold(known: VoiceProfile) -> None:
    """A further text of the author's is nearer than the threshold, and the gate is on."""
    readings = [read(known, invented(seed, 1000, 12)) for seed in range(100, 120)]
    assert all(reading.gate for reading in readings)
    assert sum(reading.distance > reading.threshold for reading in readings) <= 3


def test_another_way_of_writing_is_noticed_and_named(known: VoiceProfile) -> None:
    """Sentences twice as long and another favourite word put a text past the threshold, and the notes say so."""
    reading = read(known, invented(7, 1000, 26, favours="you"))
    assert reading.distance > reading.threshold
    assert 0 < len(reading.notes) <= 4
    assert any(
        re.fullmatch(r"Your sentences average 1\d words; these average 2\d: cut some in two\.", n)
        for n in reading.notes
    )
    assert any(note.startswith("You say you or your ") and note.endswith("say it less.") for note in reading.notes)


@pytest.mark.parametrize(("samples", "text", "gate"), [(5, 1000, True), (4, 1000, False), (5, 450, False)])
def test_too_little_to_judge_by_is_advice(samples: int, text: int, gate: bool) -> None:
    """Under 5,000 words of samples or 500 of text, there is no gate."""
    author = measure([invented(seed, 1050, 12) for seed in range(samples)])
    assert read(author, invented(50, text, 12)).gate is gate


def test_nothing_to_measure() -> None:
    """No samples, empty ones, or a text that is all quotation: no distance, no gate, no notes."""
    for empty in ([], [""], ["# Only a heading", "> only a quote"]):
        found = measure(empty)
        assert (found.words, found.threshold, len(found.samples)) == (0, 0.0, len(empty))
        reading = read(found, "Some words of mine.")
        assert (reading.distance, reading.gate, reading.notes) == (0.0, False, ())
    reading = read(measure(["One short sentence of mine."]), "> only a quote")
    assert (reading.distance, reading.gate) == (0.0, False)


def test_favourites_are_shared_by_samples() -> None:
    """A favourite stands in more than one sample, and is more than common words."""
    found = measure(
        ["It is a good deal of rust to see.", "He has a good deal of rust, and sells it.", "It is of it to be."]
    )
    assert found.favourites == ("a good deal of rust",)


def test_the_order_of_samples_is_no_matter(essays: list[str]) -> None:
    """The same samples make the same profile, in any order and however often."""
    assert measure(essays) == measure([*reversed(essays), essays[0]])
    assert len(measure(essays).samples) == len(essays)


def test_a_profile_survives_json(essays: list[str]) -> None:
    """A profile read back from JSON reads texts in the same way."""
    found = measure(essays)
    again = VoiceProfile.model_validate_json(found.model_dump_json())
    assert again == found
    assert read(again, essays[0]) == read(found, essays[0])


def test_the_example_author(essays: list[str]) -> None:
    """Each of four essays by one author lies within the threshold of the other three; it is advice, being too little."""
    for i, essay in enumerate(essays):
        reading = read(measure(essays[:i] + essays[i + 1 :]), essay)
        assert reading.distance < reading.threshold
        assert not reading.gate


def test_the_example_sources_are_further_than_the_author(essays: list[str]) -> None:
    """What other people wrote about the same subject lies further off than the author's own, with something to do about it."""
    own = [read(measure(essays[:i] + essays[i + 1 :]), essay).distance for i, essay in enumerate(essays)]
    author = measure(essays)
    sources = sorted((ESSAYS.parent / "sources").glob("*.md"))
    readings = [read(author, re.sub(r"(?s)^---.*?---", "", path.read_text(encoding="utf-8"))) for path in sources]
    assert statistics.fmean(reading.distance for reading in readings) > max(own)
    assert all(reading.notes for reading in readings)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_any_text_can_be_read(text: str) -> None:
    """Whatever the text, the distance is a finite number that isn't negative, and there are four notes at most."""
    reading = read(_small(), text)
    assert 0 <= reading.distance < 100
    assert len(reading.notes) <= 4


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=300), max_size=4))
def test_any_samples_can_be_measured(samples: list[str]) -> None:
    """Whatever the samples, there is a profile, and it can read them."""
    found = measure(samples)
    assert found.words >= 0
    assert all(0 <= read(found, sample).distance < 100 for sample in samples)


def _small() -> VoiceProfile:
    return measure(["The lamp hums. I don't mind it, and neither does the cat.\n\nWould you?"])


def test_the_t_table() -> None:
    """The quantile of Student's t agrees with the printed tables to two per cent."""
    for freedom, table in ((3, 2.353), (5, 2.015), (9, 1.833), (30, 1.697)):
        assert delta.student(freedom) == pytest.approx(table, rel=0.02)


# Real authors: a folder of folders, one an author, with a novel's middle in each .txt file.


@pytest.fixture(scope="module")
def novels() -> dict[str, list[str]]:
    """Paragraphs of about 120 words by `author/novel`; quotation marks dropped, so that dialogue counts."""
    folder = os.environ.get("FLYWHEEL_VOICE_CORPUS")
    if not folder:
        pytest.skip("FLYWHEEL_VOICE_CORPUS doesn't name a folder of authors")
    found = {}
    for path in sorted(Path(folder).glob("*/*.txt")):
        text = re.sub(r'["_]', "", path.read_text(encoding="utf-8"))
        if text.strip():
            found[f"{path.parent.name}/{path.stem}"] = pieces(re.split(r"(?<=[.!?;]) +", text), 120, " ")
    return found


def pieces(parts: list[str], size: int, joint: str) -> list[str]:
    """`parts` joined into pieces of `size` words or a little more; a shorter rest is left out."""
    found: list[str] = []
    taken: list[str] = []
    for part in parts:
        taken.append(part)
        if sum(len(p.split()) for p in taken) >= size:
            found.append(joint.join(taken))
            taken = []
    return found


def test_real_authors(novels: dict[str, list[str]]) -> None:
    """An author's held-out thousand words are nearly always nearer than other authors', and seldom past the threshold.

    The background that ships knows these novels: what it does for strangers is measured in benchmarks/voice.
    """
    texts = {name: pieces(paragraphs, 1000, "\n\n") for name, paragraphs in novels.items()}
    nearer, own_past, others_past = [], [], []
    for name, mine in list(texts.items())[::4]:
        author = measure(mine[::2][:8])
        own = [read(author, text) for text in mine[1::2][:8]]
        own_past += [reading.distance > reading.threshold for reading in own]
        for other, theirs in texts.items():
            if other.partition("/")[0] != name.partition("/")[0]:
                far = [read(author, text) for text in theirs[::12]]
                nearer += [statistics.median(r.distance for r in own) < reading.distance for reading in far]
                others_past += [reading.distance > reading.threshold for reading in far]
    assert statistics.fmean(nearer) > 0.95
    assert statistics.fmean(own_past) < 0.2
    assert statistics.fmean(others_past) > 0.8
