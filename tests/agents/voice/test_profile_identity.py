"""Where a text lies among other people's writing, and the threshold that an author's own samples give."""

from __future__ import annotations

import base64
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.voice.profile import measure, mixed, read
from agents.voice.profile.background import Background, Register, codes, fit, levelled, shipped, tallied
from agents.voice.profile.identity import limit
from agents.voice.profile.tally import FUNCTION_WORDS

SUBJECTS = ("lamp", "bridge", "kettle", "river", "window", "hinge", "rust", "paint")


def written(seed: int, frames: tuple[str, ...], count: int = 600) -> str:
    """About `count` words of sentences made from `frames`, each with two nouns to fill in; repeatable."""
    rng = random.Random(seed)
    parts: list[str] = []
    while sum(len(part.split()) for part in parts) < count:
        parts.append(rng.choice(frames).format(rng.choice(SUBJECTS), rng.choice(SUBJECTS)))
    return "\n\n".join(" ".join(parts[i : i + 5]) for i in range(0, len(parts), 5))


PLAIN = (
    "I took the {} and put it by the {}.",
    "It was cold, so I didn't mind the {} or the {}.",
    "You can't fix a {} with a {}, can you?",
    "The {} broke again and I got up to see the {}.",
)
ORNATE = (
    "There is, upon the whole, nothing so instructive as a {} which has long been neglected by its {}.",
    "Whoever would consider the {}, must first have acquainted himself with the nature of every {}.",
    "Nor was it without some degree of hesitation that the {} had been entrusted to the {}.",
    "Such were the reflections, which the {} of that unhappy house, and its {}, could not but occasion.",
)


@pytest.fixture(scope="module")
def small() -> Background:
    """A background of three plain and three ornate authors, so that no figure of the one that ships matters."""
    vocabulary = np.unique(codes(levelled(" ".join(PLAIN + ORNATE))))
    windows = {
        f"a{i}": [
            np.stack(
                [tallied(levelled(written(100 * i + 10 * j + k, (PLAIN, ORNATE)[i % 2])), vocabulary) for k in range(4)]
            )
            for j in range(2)
        ]
        for i in range(6)
    }
    words = np.zeros(len(FUNCTION_WORDS), dtype=np.float32)
    return Background(vocabulary=vocabulary, registers=(fit("invented", windows, words),), digest="invented")


def test_what_the_n_grams_see() -> None:
    """Case, names inside sentences, digits, quotation marks and kinds of dash make no difference."""
    assert levelled("Then Mr Bell saw “Anna” -- in 1868 — twice.") == levelled("then # # saw # - in 0000 - twice.")


def test_codes_are_one_a_gram() -> None:
    """A text of n characters, with a space at each end, has n, n-1 and n-2 n-grams of 3, 4 and 5; each its own code."""
    found = codes("lamp")
    assert len(found) == 4 + 3 + 2
    assert len(set(found.tolist())) == 9
    assert tallied("lamp lamp", np.sort(np.unique(found))).sum() == 2 * 9


def test_no_direction_of_nuisance_is_left(small: Background) -> None:
    """Where a text is placed has length one, and nothing in the directions in which one author varies."""
    register = small.registers[0]
    place = register.place(tallied(levelled(written(1, PLAIN)), small.vocabulary))
    assert np.linalg.norm(place) == pytest.approx(1, abs=1e-5)
    assert np.abs(register.nuisance @ place).max() < 1e-3
    assert np.allclose(register.nuisance @ register.nuisance.T, np.eye(len(register.nuisance)), atol=1e-3)


def test_two_ways_of_writing_are_told_apart() -> None:
    """Texts on one subject in another manner lie past the threshold, the author's own within it."""
    author = measure([written(seed, PLAIN, 1200) for seed in range(5)])
    own, other = read(author, written(9, PLAIN)), read(author, written(9, ORNATE))
    assert own.gate
    assert own.distance <= own.threshold < other.distance
    assert other.notes


def test_the_threshold_depends_on_length() -> None:
    """Between two lengths the threshold lies between theirs; beyond them it is the nearest's."""
    limits = ((500, 0.9), (1000, 0.8), (2000, 0.7))
    assert [limit(limits, words) for words in (10, 500, 1000, 2000, 9000)] == pytest.approx([0.9, 0.9, 0.8, 0.7, 0.7])
    assert 0.8 < limit(limits, 700) < 0.9


def test_another_background_is_refused(small: Background) -> None:
    """A profile can't be read with a background other than its own, and the error says what to do."""
    author = measure([written(seed, PLAIN) for seed in range(4)], small)
    with pytest.raises(LookupError, match="measure the samples again"):
        read(author, written(9, PLAIN))


def test_without_english_the_words_decide() -> None:
    """Samples in another language get a profile without a background, and can be read."""
    german = "Der alte Kessel stand auf dem Herd, und niemand wollte ihn reparieren. Wir sahen ihn jeden Tag."
    author = measure([german] * 2)
    assert (author.grams, author.background) == ("", "")
    assert read(author, german).distance < 1


def test_a_profile_stays_small() -> None:
    """A profile is 40 kB of JSON at most, and its place is a unit vector of 16-bit floats."""
    author = measure([written(seed, PLAIN, 1500) for seed in range(6)])
    place = np.frombuffer(base64.b64decode(author.grams), dtype="<f2")
    assert len(place) == len(shipped().vocabulary)
    assert np.linalg.norm(place.astype(float)) == pytest.approx(1, abs=1e-2)
    assert len(author.model_dump_json()) < 40_000


def test_the_background_that_ships_is_small_and_whole() -> None:
    """It is at most 300 kB, its n-grams ascend, and its registers hold finite numbers of the right shapes."""
    held = shipped()
    size = len(held.vocabulary)
    assert (np.diff(held.vocabulary) > 0).all()
    for register in held.registers:
        assert register.mean.shape == register.scale.shape == (size,)
        assert register.words.shape == (len(FUNCTION_WORDS),)
        assert all(np.isfinite(part).all() for part in (register.mean, register.scale, register.nuisance))
        assert (register.scale > 0).all()


def test_samples_by_two_authors_are_flagged(small: Background) -> None:
    """Three samples each in two manners are parted by manner and flagged; six in one manner aren't."""
    two = mixed([written(seed, (PLAIN, ORNATE)[seed % 2]) for seed in range(6)], small)
    assert two.two
    assert two.groups == ((0, 2, 4), (1, 3, 5))
    assert two.note.startswith("Samples 1, 3, 5 and 2, 4, 6 read as if two people wrote them")
    one = mixed([written(seed, PLAIN) for seed in range(6)], small)
    assert not one.two


def test_too_little_to_tell_two_authors() -> None:
    """With fewer than three samples of some length, it says what it would take."""
    for samples in ([], [written(1, PLAIN)] * 2, ["Short."] * 9):
        found = mixed(samples)
        assert (found.two, found.likeness) == (False, 1.0)
        assert found.note.startswith("It takes 3 samples of 400 words")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_has_a_place(text: str) -> None:
    """Whatever the text, its place is finite, and of length one at most."""
    held = shipped()
    register: Register = held.nearest(tallied(levelled(text), held.vocabulary))
    place = register.place(tallied(levelled(text), held.vocabulary))
    assert np.isfinite(place).all()
    assert np.linalg.norm(place) < 1.001
