"""Near-duplicates: the same story on many sites is one source, two reports of one event are two."""

from __future__ import annotations

import random
import time
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.content.duplicates import distinct, origins, stories
from state.sources import Snapshot

WIRE = """\
GENOA (Agency) - Inspectors closed the northern carriageway of the coastal motorway on Tuesday after routine tests found
corrosion in 14 of the 90 steel tendons that hold up a viaduct near Voltri, the operator said.

The bridge, opened in 1967, carries about 38,000 vehicles a day. Traffic was diverted through two tunnels, and queues of up
to nine kilometres formed by the early afternoon.

“We would rather answer for a traffic jam than for a collapse,” said Marta Ferri, the head of the regional inspectorate. She
said that the tendons had lost between a tenth and a quarter of their section since the last full survey in 2019.

The operator said that repairs would take eleven weeks and cost 6.4 million euros. It had planned to replace the tendons in
2027. Shares of the company fell 3.1 percent in Milan.

The transport ministry ordered surveys of 46 bridges of the same design within 30 days. Engineers have warned for years that
prestressed concrete hides its decay: the steel rusts inside ducts that nobody can look into without drilling.
"""

SECOND_REPORT = """\
Commuters west of Genoa woke to nine kilometres of standing traffic yesterday. The reason hangs 40 metres above the Leira
stream: a viaduct of 1967 whose cables are rusting from the inside.

Of the ninety tendons in its deck, fourteen showed damage when technicians from the inspectorate drilled into the ducts on
Monday night. Some had thinned by a quarter. Within hours one of the two carriageways was shut, and lorries were sent through
the tunnels.

“We would rather answer for a traffic jam than for a collapse,” Marta Ferri, who leads the inspectors, told reporters on the
slip road. Mayors along the coast were less sure. “We were promised new cables three years ago,” said Paolo Grillo of Arenzano,
whose town lost its bus service for the day.

The motorway company, whose share price slid by three percent, puts the bill at 6.4 million euros and the wait at eleven
weeks. Rome wants to know by the end of next month whether 46 sister bridges are in the same state. Nobody who has drilled
into one expects good news from all of them.
"""


def snapshot(text: str, origin: str = "a.example", **fields: object) -> Snapshot:
    about = {"title": "T", "retrieved_at": datetime(2024, 3, 5, tzinfo=UTC)}
    return Snapshot.of(text, origin=origin, **(about | fields))


def paragraphs(text: str) -> list[str]:
    return [" ".join(part.split()) for part in text.strip().split("\n\n")]


def published(*parts: str) -> str:
    return "\n\n".join(parts)


WHOLE = published(*paragraphs(WIRE))
COPIES = {
    "another headline": published("Viaduct shut near Genoa: 14 tendons corroded", *paragraphs(WIRE)),
    "boilerplate around it": published(
        "Share this article. Our newsletter brings you the day's news at seven.",
        *paragraphs(WIRE),
        "Read also: The ten bridges you should know about. Ferry strike enters its third day.",
        "© 2024 The Coast Courier. All rights reserved. Reproduction in whole or in part only with our written leave.",
    ),
    "cut after three paragraphs": published(*paragraphs(WIRE)[:3]),
    "an introduction by a desk": published(
        "Drivers on the coast need patience again: the motorway west of the city is half closed. Here is what we know about"
        " the closure, the repairs and the detours, as our agency reports it from the site.",
        *paragraphs(WIRE)[:4],
    ),
    "American spelling, other quotation marks": WHOLE.replace("kilometres", "kilometers")
    .replace("“", '"')
    .replace("”", '"')
    .replace("motorway", "highway"),
    "sentences dropped here and there": published(
        *(part.rpartition(". ")[0] + "." if ". " in part else part for part in paragraphs(WIRE))
    ),
}


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES)
def test_a_wire_story_in_another_dress_is_one(copy: str) -> None:
    """Other headlines, introductions, cuts and boilerplate don't make a second source."""
    (story,) = stories([snapshot(WHOLE), snapshot(copy, "b.example")])
    assert len(story.copies) == 1


def test_ten_sites_with_one_story_are_one_source() -> None:
    """All the copies of a story count as the origin that told it first."""
    sites = [snapshot(text, f"site{at}.example") for at, text in enumerate((WHOLE, *COPIES.values()))]
    assert len(stories(sites)) == 1
    assert set(origins(sites).values()) == {"site0.example"}


def test_two_reports_of_one_event_are_two() -> None:
    """The same facts and the same quotation in other words are a second source."""
    found = [snapshot(WHOLE), snapshot(published(*paragraphs(SECOND_REPORT)), "b.example")]
    assert len(stories(found)) == 2
    assert distinct(found) == tuple(found)


def test_the_first_telling_has_the_earliest_date() -> None:
    """Of copies the one with the earliest date is quoted; without dates, the one that was given first."""
    late, early, undated = (
        snapshot(text, origin, published=day)
        for text, origin, day in zip(
            (WHOLE, *COPIES.values()),
            ("late.example", "early.example", "undated.example"),
            (date(2024, 3, 6), date(2024, 3, 5), None),
            strict=False,
        )
    )
    assert distinct([undated, late, early]) == (early,)
    assert distinct([undated]) == (undated,)
    (story,) = stories([undated, late, early])
    assert story.copies == (undated, late)


def test_short_texts_are_the_same_only_word_for_word() -> None:
    """A headline or a note of a few words has no run of eight to compare."""
    texts = ["Rust never sleeps.", "rust NEVER sleeps", "Rust always sleeps.", ""]
    assert [len(story.copies) for story in stories([snapshot(text) for text in texts])] == [1, 0, 0]


def test_nothing_is_no_story() -> None:
    """Without snapshots there are no stories."""
    assert stories([]) == ()
    assert origins([]) == {}


@given(st.permutations([WHOLE, *COPIES.values(), published(*paragraphs(SECOND_REPORT)), "short", "and another text"]))
def test_the_order_of_reading_changes_no_group(texts: list[str]) -> None:
    """Whatever source answers first, the same texts stand together."""
    groups = {
        frozenset(found.sha256 for found in (story.first, *story.copies))
        for story in stories([snapshot(text) for text in texts])
    }
    assert sorted(map(len, groups)) == [1, 1, 1, len(COPIES) + 1]


def library(rng: random.Random, count: int, words: int = 800) -> list[str]:
    """Make texts of that many words from one vocabulary of common and rare words."""
    vocabulary = [f"word{number}" for number in range(4000)]
    weights = [1 / (number + 1) for number in range(4000)]
    return [" ".join(rng.choices(vocabulary, weights, k=words)) for _ in range(count)]


@pytest.mark.parametrize("alike", [False, True], ids=["all different", "all copies"])
def test_two_hundred_documents_are_grouped(alike: bool) -> None:
    """Of 200 documents of 800 words, all different or all copies with noise, each group is found, in at most 10 s.

    The figure that counts is in benchmarks/test_sources.py: a busy machine must not fail a test of behaviour.
    """
    rng = random.Random(7)
    texts = library(rng, 1 if alike else 200)
    if alike:
        words = texts[0].split()
        texts = [
            " ".join(word if rng.random() > 0.02 else "noise" for word in words) + f" end{at}" for at in range(200)
        ]
    found = [snapshot(text, f"site{at}.example") for at, text in enumerate(texts)]
    began = time.process_time()
    assert len(stories(found)) == (1 if alike else 200)
    assert time.process_time() - began < 10
