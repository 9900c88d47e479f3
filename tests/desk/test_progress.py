"""How far a reading is: a spinner's words where there is a terminal, and nothing elsewhere."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from desk.progress import Watcher
from desk.session import Progress, open_desk
from tests.support.web import article, serving


def watcher(*, terminal: bool) -> tuple[Watcher, io.StringIO]:
    out = io.StringIO()
    return Watcher(Console(file=out, force_terminal=terminal, width=100)), out


def test_a_terminal_sees_how_far_it_is() -> None:
    """While a node reads, its spinner says how many of how many; the next node's says nothing of it."""
    seen, _ = watcher(terminal=True)
    with seen:
        seen(Progress(node="content", started=True))
        seen(Progress(node="", done=41, asked=200))
        assert seen._status is not None
        assert str(seen._status.status) == "content researches the Brief: reading 41 of 200 ..."
        seen(Progress(node="voice", started=True))
        assert "reading" not in str(seen._status.status)
    assert seen._status is None


def test_a_log_has_no_line_for_each_page() -> None:
    """Where no terminal is, nothing is said of single pages; and a silent watcher says nothing at all."""
    seen, out = watcher(terminal=False)
    with seen:
        seen(Progress(node="content", started=True))
        before = out.getvalue()
        seen(Progress(node="", done=41, asked=200))
        assert out.getvalue() == before != ""
    Watcher(None)(Progress(node="", done=1, asked=2))


@pytest.mark.long
async def test_a_run_tells_how_far_it_is(workspace: Path) -> None:
    """`assign` and `content` stream each page that they have read, through LangGraph, to whoever watches."""
    told: list[Progress] = []
    async with serving() as web:
        pages = [web.page(f"/{n}", article(title=f"Harbour {n}", paragraphs=4 + n)) for n in range(3)]
        file = workspace / "flywheel.toml"
        listed = f'folders = ["sources"]\npages = {pages!r}\nallow_loopback = true\n'.replace("'", '"')
        file.write_text(file.read_text().replace('folders = ["sources"]\n', listed, 1))
        async with open_desk(workspace) as desk:
            await desk.start("", watch=told.append)
    steps = [(step.done, step.asked) for step in told if step.asked]
    assert [done for done, _ in steps] == [1, 2, 3] * 2
    assert all(done <= asked <= 3 for done, asked in steps)
    nodes = [step.node for step in told if step.started]
    assert nodes[:2] == ["assign", "content"]
