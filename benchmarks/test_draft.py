"""How fast a Draft is judged, cold and warm, how fast the author is measured, and which check takes how long."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from agents.voice.profile import measure
from benchmarks.machine import slowness
from graph.facts import KnownFacts
from state.base import digest_of
from state.contracts import CHECKS, run_checks
from state.contracts.brief import Angle, Brief, Evidence, Insight
from state.contracts.draft import Citation, Draft
from state.settings import Identity, Settings
from state.sources import Snapshot
from state.text import loose_mark, numbers, quotations, split_sentences, words
from state.workspace import load_voice

EXAMPLE = Path(__file__).parent.parent / "examples" / "upkeep"
WORDS, SOURCES, SOURCE_WORDS, PROFILE_WORDS = 1500, 3, 18_000, 50_000
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
ROUNDS = 9
T = TypeVar("T")


def _sentences(folder: Path) -> list[str]:
    lines = [line for p in sorted(folder.glob("*.md")) for line in p.read_text(encoding="utf-8").splitlines()]
    prose = (line for line in lines if line and line[0].isalpha() and ":" not in line[:10])
    return [s for line in prose for s in split_sentences(line) if len(s.split()) > 5]


def _text(sentences: list[str], size: int, rng: random.Random) -> str:
    """About `size` words in paragraphs of four sentences, each with a word of its own, so that no two texts are alike."""
    paragraphs: list[str] = []
    count = 0
    while count < size:
        paragraphs.append(" ".join(f"{s[:-1]}, {_word(rng)}." for s in rng.choices(sentences, k=4)))
        count += len(paragraphs[-1].split())
    return "\n\n".join(paragraphs)


def _word(rng: random.Random) -> str:
    return "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=7))


def _judged(seed: int) -> tuple[Draft, KnownFacts]:
    """A Draft of 1,500 words that cites twelve quotations from three long sources, and what its checks are given."""
    rng = random.Random(seed)
    told, heard = _sentences(EXAMPLE / "sources"), _sentences(EXAMPLE / "voice")
    heard = [s for s in heard if not numbers(s) and not quotations(s) and not loose_mark(s)]
    sources = [
        Snapshot.of(_text(told, SOURCE_WORDS, rng), title=f"Record {i}", origin=f"record{i}.example", retrieved_at=NOW)
        for i in range(SOURCES)
    ]
    evidence = tuple(_evidence(f"e{i + 1}", sources[i % SOURCES], rng) for i in range(12))
    brief = Brief(
        parent="",
        topic="What holds",
        insight=Insight(text="What is looked after holds.", evidence=("e1",)),
        evidence=evidence,
        angles=(Angle(title="One", approach="So."), Angle(title="Two", approach="Or so.")),
        next_steps=("Open with it.",),
    )
    own = _text(heard, WORDS - sum(len(e.quote.split()) for e in evidence), rng).split("\n\n")
    cited = [f"Record puts it this way: “{e.quote}” [{e.id}]" for e in evidence]
    body = "\n\n".join(p for pair in zip(own, [*cited, *[""] * len(own)], strict=False) for p in pair if p)
    draft = Draft(parent=digest_of(brief), title="What holds", body=body, citations=tuple(map(Citation.of, evidence)))
    settings = Settings(workspace=str(EXAMPLE), database="", identity=Identity(author="Nora Whitlock"))
    facts = KnownFacts(
        now=NOW,
        piece="p",
        settings=settings,
        learnings="",
        brief=brief,
        snapshots={s.sha256: s for s in sources},
        folder=load_voice(EXAMPLE),
    )
    return draft, facts


def _evidence(ref: str, source: Snapshot, rng: random.Random) -> Evidence:
    quote = rng.choice([s for s in split_sentences(rng.choice(source.text.split("\n\n"))) if s in source.text])
    start = source.text.index(quote)
    return Evidence(
        id=ref,
        quote=quote,
        snapshot=source.sha256,
        start=start,
        end=start + len(quote),
        title=source.title,
        origin=source.origin,
        retrieved_at=NOW,
    )


def test_all_checks_of_a_draft(report: Callable[[str], None]) -> None:
    """All checks of a Draft of 1,500 words with three sources of 18,000 take 100 ms at most, the author being measured."""
    cold, warm, parts = [], [], dict.fromkeys((c.__name__ for c in CHECKS["Draft"]), 0.0)
    for seed in range(ROUNDS + 1):
        draft, facts = _judged(seed)
        measure(tuple(text for _, text in facts.folder.samples))
        verdicts, seconds = _timed(partial(run_checks, draft, facts, CHECKS["Draft"]))
        failed = [v for v in verdicts if not v.passed and v.check != "sounds_like_the_author"]
        assert not failed, failed
        again = _timed(partial(run_checks, draft, facts, CHECKS["Draft"]))[1]
        if seed:  # the first loads what is loaded once
            cold.append(seconds)
            warm.append(again)
        one, other = _judged(1000 + seed)
        for check in CHECKS["Draft"]:
            parts[check.__name__] += _timed(partial(check, one, other))[1] / (ROUNDS + 1)
    size = len(words(draft.body))
    worst = ", ".join(f"{name} {1000 * s:.1f}" for name, s in sorted(parts.items(), key=lambda p: -p[1])[:5])
    report(
        f"all checks of a draft of {size} words, {SOURCES} sources of {SOURCE_WORDS}: median {1000 * statistics.median(cold):.0f} ms cold, "
        f"{1000 * statistics.median(warm):.0f} ms warm, of the processor (best {1000 * min(cold):.0f}, {1000 * min(warm):.0f}; aim: 100). Each in turn, ms: {worst}"
    )
    assert min(cold) < 0.1 * slowness()


def test_profile_of_50000_words(report: Callable[[str], None]) -> None:
    """The author of 50,000 words in twenty samples is measured in 2 s at most."""
    rng = random.Random(50)
    heard = _sentences(EXAMPLE / "voice")
    samples = [_text(heard, PROFILE_WORDS // 20, rng) for _ in range(20)]
    author, seconds = _timed(lambda: measure(samples))
    report(f"the profile of {author.words} words: {seconds:.2f} s of the processor (aim: 2 s)")
    assert author.words >= PROFILE_WORDS
    assert seconds < 2 * slowness()


def _timed(job: Callable[[], T]) -> tuple[T, float]:
    """What it gives, and the processor's seconds: others may keep the machine busy."""
    began = time.process_time()
    done = job()
    return done, time.process_time() - began
