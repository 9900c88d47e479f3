"""Passages: which sentences can be quoted, and that no text, however hostile, makes finding them slow or finds parts of them."""

from __future__ import annotations

from datetime import UTC, datetime
from time import process_time

import pytest

from agents.content.evidence import WINDOW, passages
from state.sources import Snapshot

PLAIN = "The Lamp Trials Office in Port Aldous burned 840 light bulbs in 1931 and kept every one of them."


def found(text: str) -> tuple[str, ...]:
    source = Snapshot.of(text, title="T", origin="o.example", retrieved_at=datetime(2026, 6, 1, tzinfo=UTC))
    assert all(text[p.start : p.end] == p.text for p in passages([source]))
    return tuple(p.text for p in passages([source]))


def test_a_plain_sentence_can_be_quoted() -> None:
    """Ten words or more that stand alone, a time and a hyphen among them."""
    assert found(PLAIN) == (PLAIN,)
    timed = "At 12:30 the twenty-one inspectors of Port Aldous switched the makers' ‘best’ lamps off again."
    assert found(timed) == (timed,)


@pytest.mark.parametrize(
    "mark",
    [
        "{canonical}",
        ":::",
        "`lamps`",
        "*all*",
        "_all_",
        "a\\b",
        "&lt;b&gt;",
        "&amp;",
        "ftp://x.example",
        "data:text/html",
        "l\u0430mps",
        "\u202enp.exe",
    ],
)
def test_what_could_not_be_quoted_to_the_letter_is_no_passage(mark: str) -> None:
    """What Markdown, a slot or a form would take for its own, and what is seen as something else, would only jam the piece later."""
    assert found(PLAIN.replace("light", mark)) == ()


def test_a_long_paragraph_gives_whole_sentences() -> None:
    """A paragraph longer than what is read at once loses the sentences at the cuts, and no part of one passes for a whole."""
    sentences = [
        f"The Lamp Trials Office in Port Aldous burned {n} light bulbs in Hall B of Pier 9." for n in range(1000, 1600)
    ]
    quoted = found(" ".join(sentences))
    assert set(quoted) <= set(sentences)
    assert len(quoted) >= len(sentences) - 2 * (len(" ".join(sentences)) // WINDOW + 1)


@pytest.mark.long
@pytest.mark.parametrize("text", ["“", "“a ", '"x ', "«»“", "‘a’b", "'a 'cause ", "The ", "1,", "[", "a. "])
def test_a_page_made_to_be_slow_is_not(text: str) -> None:
    """Five million characters of what makes sentence finders slow are behind us in a few seconds of the processor's time."""
    began = process_time()
    assert found(text * (5_000_000 // len(text))) == ()
    assert process_time() - began < 20
