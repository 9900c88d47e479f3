"""The notebook, executed as a reader would."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

pytestmark = pytest.mark.server


ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "01_first_piece.ipynb"
STRAY = ("OPENAI_", "ANTHROPIC_", "LANGSMITH_", "LANGCHAIN_", "LANGGRAPH_", "FLYWHEEL_", "DATABASE_URL")


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No key, endpoint, database, proxy or tracing of this machine's; Jupyter's and IPython's files go to a folder of our own."""
    for name in list(os.environ):
        if name.upper().startswith(STRAY) or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LANGSMITH_TRACING", "false")
    (tmp_path / "scratch").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "scratch"))
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))


def _read() -> nbformat.NotebookNode:
    return nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-any-return, no-untyped-call]


async def _executed(folder: Path) -> nbformat.NotebookNode:
    """The notebook after a run in `folder`; raises CellExecutionError."""
    client = NotebookClient(_read(), timeout=60, kernel_name="python3", resources={"metadata": {"path": str(folder)}})
    return await client.async_execute()


def _outputs(notebook: nbformat.NotebookNode, kind: str) -> list[str]:
    """Everything that the cells displayed as this MIME type, in order."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    data: list[dict[str, Any]] = [output.get("data", {}) for cell in cells for output in cell.outputs]
    return [str(shown[kind]) for shown in data if kind in shown]


def _printed(notebook: nbformat.NotebookNode) -> str:
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return "".join(output.get("text", "") for cell in cells for output in cell.outputs)


def _stray_files(folder: Path) -> list[Path]:
    return [p for p in folder.rglob("*") if ".flywheel" in p.parts or "site" in p.parts]


@pytest.mark.parametrize("folder", [ROOT / "notebooks", ROOT], ids=["notebooks", "root"])
async def test_the_notebook_makes_a_piece_wherever_it_is_started(folder: Path, tmp_path: Path) -> None:
    """It ends on a published page, with the picture and the table in between, and leaves nothing behind."""
    before = _stray_files(ROOT / "examples")
    done = await _executed(folder)

    assert "scheduled -> published: Nothing is kept by leaving it alone" in _printed(done)
    (picture,) = _outputs(done, "image/svg+xml")
    for node in ("assign", "content", "review_brief", "voice", "review_release", "publish"):
        assert f">{node}</text>" in picture
    (table,) = _outputs(done, "text/html")
    assert table.count("<tr>") == 7  # a head, the assignment, four agents and a person's edit
    for producer in ("assign", "content", "voice", "person", "revenue", "distribution"):
        assert f"<td>{producer}</td>" in table
    brief, draft, page, source = _outputs(done, "text/markdown")
    assert brief.startswith("# Brief: please review")
    assert draft.startswith("# Draft: please review")
    assert page.startswith("# Nothing is kept by leaving it alone")
    assert "Sources" in page
    assert source.startswith("> ")

    assert _stray_files(ROOT / "examples") == before
    assert list((tmp_path / "scratch").glob("flywheel-*")) == []


def test_the_notebook_is_stored_without_outputs() -> None:
    """What a run showed doesn't belong into the repository: each diff stays readable."""
    cells = [cell for cell in _read().cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in cells)


def test_no_cell_ends_with_a_compiled_graph() -> None:
    """Jupyter would ask a web service for its picture, and send it the graph."""
    for cell in _read().cells:
        last = cell.source.rstrip().splitlines()[-1]
        assert last not in ("flywheel", "drainer", "graph"), cell.source
        assert "draw_mermaid_png" not in cell.source
