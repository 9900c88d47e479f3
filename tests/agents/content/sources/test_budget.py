"""The budget of a whole reading, and hearing how far it has come."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from agents.content.sources import Fetcher, PageSource, Progress, open_fetcher, open_sources, read_all
from state.settings import ReadingBudget
from state.sources import Reading
from tests.support.sources import Make
from tests.support.web import Web


async def read(urls: Sequence[str], make: Make, told: list[Progress] | None = None, **budget: int) -> Reading:
    limits = make.limits.model_copy(update={"total_seconds": 30, "silent_seconds": 30})
    tell = told.append if told is not None else None
    async with open_fetcher(limits, allow_loopback=True, budget=ReadingBudget(**budget), tell=tell) as fetcher:
        return await read_all([PageSource(url, fetcher) for url in urls])


async def test_no_more_pages_are_asked_for_than_allowed(web: Web, make: Make, tmp_path: Path) -> None:
    """Beyond the budget nothing is asked for, and one problem says how much that was."""
    urls = [web.page(f"/{number}", make.article(title=f"Page {number}", paragraphs=number + 3)) for number in range(6)]
    reading = await read(urls, make, pages=2)
    assert len(reading.snapshots) == len(web.asked) == 2
    (found,) = reading.problems
    assert (found.source, found.code) == (urls[2], "source.budget-spent")
    assert "2 pages" in found.message
    assert "3 more addresses" in found.message


async def test_bytes_are_counted_as_they_come(web: Web, make: Make) -> None:
    """Two pages that would pass the budget together end with what the budget allows."""
    urls = [web.page(f"/{number}", make.article(paragraphs=50)) for number in range(4)]
    size = len(make.article(paragraphs=50))
    reading = await read(urls, make, bytes=size + 10)
    assert len(reading.snapshots) <= 1
    assert {found.code for found in reading.problems} == {"source.budget-spent"}


@pytest.mark.long
async def test_the_last_second_cuts_off_what_still_runs(web: Web, make: Make) -> None:
    """A reading that takes too long ends in time, with what it has."""

    async def slow(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    urls = [web.page("/quick", make.article()), web.on("/slow", slow), web.on("/slower", slow), web.on("/late", slow)]
    began = time.monotonic()
    reading = await read(urls, make, seconds=3)
    assert time.monotonic() - began < 30
    assert len(reading.snapshots) == 1
    assert "3 s" in reading.problems[0].message


async def test_progress_is_told_after_each_fetch(web: Web, make: Make) -> None:
    """Each fetch is told of, with its address, whether it failed, and the sums so far."""
    urls = [web.page("/a", make.article()), web.url("/gone")]
    told: list[Progress] = []
    await read(urls, make, told)
    assert {(step.url, step.failed) for step in told} == {(urls[0], False), (urls[1], True)}
    assert [step.done for step in told] == [1, 2]
    assert told[-1].asked == 2
    assert told[-1].bytes >= len(make.article())
    assert told[-1].seconds > 0


async def test_one_problem_of_the_budget_is_left_as_it_is(
    web: Web, make: Make, tmp_path: Path, fetcher: Fetcher
) -> None:
    """Problems of other kinds stay, in their order."""
    sources = open_sources(tmp_path, ["none"], [], [web.url("/gone")], fetcher)
    codes = [found.code for found in (await read_all(sources)).problems]
    assert codes == ["source.folder-missing", "source.not-found"]


@pytest.mark.parametrize("field", ["pages", "bytes", "seconds"])
def test_a_budget_allows_something(field: str) -> None:
    """Zero of anything is a mistake."""
    with pytest.raises(ValueError, match=field):
        ReadingBudget(**{field: 0})
