"""The notebook on what paid, executed as a reader would."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

pytestmark = pytest.mark.server

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "02_what_paid.ipynb"
STRAY = ("OPENAI_", "ANTHROPIC_", "LANGSMITH_", "LANGCHAIN_", "LANGGRAPH_", "FLYWHEEL_", "DATABASE_URL")
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of this machine's, and a proxy that answers nobody: whatever asks the network fails. Jupyter's files go to a folder of our own."""
    for name in list(os.environ):
        if name.upper().startswith(STRAY) or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, NOWHERE)
        monkeypatch.setenv(name.upper(), NOWHERE)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    (tmp_path / "scratch").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "scratch"))
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))


def _read() -> nbformat.NotebookNode:
    return nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-any-return, no-untyped-call]


def _shown(notebook: nbformat.NotebookNode, kind: str) -> list[str]:
    """Everything that the cells displayed as this MIME type, in order."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    data: list[dict[str, Any]] = [output.get("data", {}) for cell in cells for output in cell.outputs]
    return [str(shown[kind]) for shown in data if kind in shown]


def _printed(notebook: nbformat.NotebookNode) -> str:
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return "".join(output.get("text", "") for cell in cells for output in cell.outputs)


@pytest.mark.parametrize("folder", [ROOT / "notebooks", ROOT], ids=["notebooks", "root"])
async def test_the_notebook_finds_what_was_made_to_pay(folder: Path, tmp_path: Path) -> None:
    """The angle that sells three times as often is told apart, what was made alike isn't, the books balance, and nothing stays behind."""
    client = NotebookClient(_read(), timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}})
    done = await client.async_execute()
    said = _printed(done)
    assert "“what it cost” earns most for each click" in said
    assert "No channel stands out yet" in said
    (funnel,) = _shown(done, "text/markdown")
    assert "The books balance" in funnel and "tell nothing" in funnel
    (table,) = _shown(done, "text/html")
    assert table.count("<tr>") == 4
    pictures = _shown(done, "image/svg+xml")
    assert len(pictures) == 5
    assert all(picture.startswith("<svg") for picture in pictures)
    assert list((tmp_path / "scratch").glob("flywheel-*")) == []


def test_the_notebook_is_stored_without_outputs() -> None:
    """What a run showed doesn't belong into the repository: each diff stays readable."""
    cells = [cell for cell in _read().cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in cells)


def test_no_cell_ends_with_a_compiled_graph() -> None:
    """Jupyter would ask a web service for its picture, and send it the graph."""
    for cell in _read().cells:
        assert cell.source.rstrip().splitlines()[-1] not in ("flywheel", "drainer", "graph"), cell.source
        assert "draw_mermaid_png" not in cell.source
