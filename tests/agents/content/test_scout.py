"""What scouting makes of documents: themes, what is near to what is out, and why a candidate ranks where it does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings

from agents.content.reasons import Grounds, why
from agents.content.scout import ScoutInput, freshness, scout
from agents.content.themes import Collection
from agents.likeness import ByMeaning, ByWords, Likeness, nearest
from state.facts import Published
from state.sources import Snapshot

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
FERRY = (
    "The electric ferry crosses the fjord of Lavik on batteries, and each crossing of the ferry saves fuel number {n}."
)
BREAD = "The monks of Stavanger bake a loaf of rye bread with sourdough number {n}, and the bread rests in the cellar."
HIVES = "The beekeeper on the roof in Turin moved hive number {n}, and the honey of the hive was sold at the school."


def document(text: str, n: int, *, origin: str = "", published: date | None = None, times: int = 4) -> Snapshot:
    body = " ".join(text.format(n=n * 10 + at) for at in range(times))
    title = " ".join(text.split()[1:4]) + f" {n}"
    return Snapshot.of(body, title=title, origin=origin or f"site{n}.example", retrieved_at=NOW, published=published)


def several(*counts: int, origin: str = "", published: date | None = None) -> tuple[Snapshot, ...]:
    """So many documents on ferries, on bread and on hives."""
    return tuple(
        document(text, n, origin=origin, published=published)
        for text, count in zip((FERRY, BREAD, HIVES), counts, strict=False)
        for n in range(1, count + 1)
    )


def scouting(**fields: object) -> ScoutInput:
    return ScoutInput.model_validate({"notes": (), "snapshots": several(3, 3, 3), "now": NOW, **fields})


def test_documents_on_one_matter_are_one_theme() -> None:
    """Documents are grouped by what they are about, whatever their order, and a theme is known by its words."""
    found = several(3, 2, 1)
    themes = Collection((found[0], found[3], found[5], *found[1:3], found[4])).themes()
    assert [len(theme.documents) for theme in themes] == [3, 2, 1]
    assert {"ferry", "battery"} <= set(themes[0].words)
    assert "hive" in themes[2].words
    assert Collection(()).themes() == ()


def test_a_collection_finds_what_holds_the_words() -> None:
    """The documents that hold most of the weight of some words come first; those that hold none don't come."""
    found = Collection(several(2, 2, 2)).on(["honey", "hive", "unheard"], 5)
    assert {d.title.split()[0] for d in found} == {"beekeeper"}
    assert Collection(several(2)).on(["honey"], 5) == ()


@pytest.fixture(params=["words", "meaning"])
def likeness(request: pytest.FixtureRequest) -> Likeness:
    """Each way to compare."""
    return ByWords() if request.param == "words" else ByMeaning(DeterministicFakeEmbedding(size=64))


async def test_the_same_is_near_and_nothing_is_far(likeness: Likeness) -> None:
    """The same text is wholly alike, likeness lies between 0 and 1, and where nothing is out nothing is near."""
    out = ("bread from a cellar", "electric ferries in Norway")
    same, other = await nearest(likeness, ["electric ferries in Norway", "xylophones"], out)
    assert (same.at, round(same.likeness, 6)) == (1, 1.0)
    assert 0 <= other.likeness < 1
    assert [near.likeness for near in await nearest(likeness, ["a", "b"], ())] == [0.0, 0.0]
    assert await nearest(likeness, (), out) == ()


async def test_shared_words_are_likeness() -> None:
    """The more of a text's telling words were published, the nearer it is; one that shares none isn't near at all."""
    out = ("electric ferries of Norway save fuel", "rye bread")
    near = await nearest(
        ByWords(), ["electric ferries of Norway", "ferries and quays and cables", "honey of Turin"], out
    )
    assert near[0].likeness > near[1].likeness > near[2].likeness == 0.0
    assert [n.at for n in near] == [0, 0, -1]


async def test_a_single_published_piece_is_enough() -> None:
    """With one text on each side likeness is still told: Okapi's own weight would be nought."""
    (near,) = await nearest(ByWords(), ["electric ferries"], ["electric ferries"])
    assert near.likeness == pytest.approx(1.0)


class Broken(Embeddings):
    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        raise ConnectionError("refused")

    def embed_query(self, text: str) -> list[float]:
        raise ConnectionError("refused")


async def test_a_model_that_fails_is_heard() -> None:
    """What the model's client raises reaches whoever asked, who can compare words instead."""
    with pytest.raises(ConnectionError):
        await nearest(ByMeaning(Broken()), ["a"], ["b"])


@pytest.mark.parametrize(
    ("published", "seen", "value"),
    [
        (date(2026, 6, 1), None, 1.0),
        (date(2026, 5, 18), None, 0.75),
        (date(2016, 1, 1), None, 0.5),
        (None, None, 1.0),
        (date(2026, 6, 1), timedelta(days=3), 0.5),
        (None, timedelta(days=14), 0.25),
        (date(2027, 1, 1), None, 1.0),
    ],
)
def test_freshness(published: date | None, seen: timedelta | None, value: float) -> None:
    """Half for being new to us, half for the date: its own, else when it was seen first; 14 days halve it, a future one is today."""
    found = document(FERRY, 1, published=published)
    given = scouting(seen={} if seen is None else {found.sha256: NOW - seen})
    assert freshness(found, given) == pytest.approx(value, abs=0.01)


async def test_what_is_new_ranks_first() -> None:
    """Of three themes the one that came in since the last run is first, and the others say that nothing new has."""
    old = several(3, 0, 3)
    given = scouting(snapshots=several(3, 3, 3), seen={d.sha256: NOW - timedelta(days=9) for d in old})
    first, *others = await scout(given, ByWords())
    assert first.topic.startswith("monks of Stavanger")
    assert first.why.startswith("Three sources write about this and all three are new")
    assert all("nothing new on it has come in since the last run" in c.why for c in others)


async def test_what_was_published_ranks_last() -> None:
    """Of themes alike in all else, the one that is out comes last and names the piece that it is close to."""
    out = (Published(piece="p", topic="monks of Stavanger bake rye bread", insight="bread sourdough cellar loaf rest"),)
    candidates = await scout(scouting(published=out), ByWords())
    assert candidates[-1].topic.startswith("monks of Stavanger")
    assert "your piece on “monks of Stavanger bake rye bread”" in candidates[-1].why


async def test_the_best_theme_of_the_learnings_ranks_first() -> None:
    """What did best counts more than what did second best, and both more than nothing."""
    candidates = await scout(scouting(themes=("honey", "rye bread")), ByWords())
    assert [c.topic.split()[0] for c in candidates] == ["beekeeper", "monks", "electric"]
    assert "“honey” has earned attention lately" in candidates[0].why


async def test_taken_topics_and_long_ones_are_left_out() -> None:
    """A topic of another piece isn't taken again, whatever its capitals."""
    first = (await scout(scouting(), ByWords()))[0]
    topics = {c.topic for c in await scout(scouting(taken=(first.topic.upper(),)), ByWords())}
    assert first.topic not in topics
    assert topics


async def test_what_can_hardly_be_quoted_comes_after_the_rest() -> None:
    """A theme with fewer passages than a Brief needs is halved, and says so."""
    thin = document(BREAD, 1, times=1)
    first, last = await scout(scouting(snapshots=(*several(3), thin, *several(0, 0, 1)[:0])), ByWords())
    assert first.topic.startswith("electric ferry")
    assert last.why == "Site1.example writes about this, but few sentences in them can be quoted."


async def test_a_large_collection_is_looked_at_in_part() -> None:
    """Of a thousand documents the latest are looked at, a note's among them, and it is done in seconds."""
    many = tuple(document(FERRY + f" Word{n} and word{n + 1}.", n, published=date(2020, 1, 1)) for n in range(900))
    note = (
        "voice/notes/honey.md",
        "# Honey from a school's roof\n\nThe beekeeper and the hive and the honey of Turin.\n",
    )
    candidates = await scout(scouting(snapshots=(*many, *several(0, 0, 3)), notes=(note,)), ByWords())
    assert candidates[0].topic == "Honey from a school's roof"
    assert candidates[0].why.startswith("You have a note of your own on this, with one source to bear it out")


def grounds(**fields: object) -> Grounds:
    plain = {"note": False, "enough": True, "new": 1, "first_run": False, "near": "", "likeness": None, "theme": ""}
    return Grounds.model_validate({**plain, "now": NOW, **fields})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (grounds(documents=(document(FERRY, 1),)), "Site1.example writes about this and it is new."),
        (
            grounds(documents=several(2), new=1, likeness=0.1, theme="ferries"),
            "Two sources write about this, one of them is new, nothing you have published comes near it, and “ferries” has earned "
            "attention lately.",
        ),
        (
            grounds(documents=several(2, origin="a.example"), new=0, likeness=0.6, near="Boats"),
            "Two sources, all from a.example, write about this, but nothing new on it has come in since the last run and it is "
            "close to your piece on “Boats”.",
        ),
        (
            grounds(documents=several(1, published=date(2026, 5, 31)), first_run=True, likeness=0.3, near="Boats"),
            "Site1.example writes about this and it was written yesterday, but it is related to your piece on “Boats”.",
        ),
        (
            grounds(documents=several(12), note=True, first_run=True, enough=False, new=12),
            "You have a note of your own on this, with 12 sources to bear it out, but few sentences in them can be quoted.",
        ),
    ],
)
def test_why(given: Grounds, said: str) -> None:
    """One sentence says what speaks for a candidate, and then what speaks against it."""
    assert why(given) == said
