"""The module that LangGraph's server imports: it compiles, does nothing else, and is what the README draws."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from graph import app
from tests.graph.rig import ROOT

NODES = {
    "assign",
    *("content", "review_brief", "voice", "review_draft", "revenue", "review_offer", "distribution", "review_release"),
    "publish",
}
WATCHED = """
import json, sys
seen = []

def watch(event, arguments):
    if event == "open" or event.startswith(("socket.", "sqlite3.", "subprocess.", "os.system", "os.mkdir", "os.rename", "os.remove")):
        seen.append([event, *map(repr, arguments[:2])])

sys.addaudithook(watch)
from graph.app import graph
from graph.send import graph as drainer
from graph.checkpoints import server_checkpointer
json.dump({"seen": seen, "roots": [*filter(None, sys.path), sys.prefix, sys.base_prefix], "nodes": list(graph.nodes)}, sys.stdout)
"""


def test_the_graph_has_ten_nodes() -> None:
    """The compiled graph has exactly the ten nodes of the design, and no checkpointer of its own."""
    assert set(app.graph.nodes) - {"__start__"} == NODES
    assert app.graph.checkpointer is None
    assert app.graph.name == "flywheel"


def test_importing_it_does_nothing(tmp_path: Path) -> None:
    """Importing the graphs reads Python's own folders alone: no file is written, no database or connection is opened."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("FLYWHEEL_", "DATABASE_URL", "COV_", "PYTEST"))}
    done = subprocess.run(
        [sys.executable, "-c", WATCHED],
        cwd=tmp_path,
        env=clean | {"PYTHONDONTWRITEBYTECODE": "1", "FLYWHEEL_WORKSPACE": str(tmp_path / "nowhere")},
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    assert set(told["nodes"]) - {"__start__"} == NODES
    events = {event for event, *_ in told["seen"]}
    # urllib3 makes a socket, and binds it to port 0, to learn whether there is IPv6; nothing goes through it.
    assert events <= {"open", "socket.__new__", "socket.bind"}, events
    readable = (*told["roots"], "/proc/", "/sys/", "/dev/")
    for path, mode in (arguments for event, *arguments in told["seen"] if event == "open"):
        assert mode in ("'r'", "'rb'", "None"), (path, mode)
        assert path.strip("'").startswith(readable) or path.isdigit(), path
    assert list(tmp_path.iterdir()) == []


def test_the_readme_draws_this_graph() -> None:
    """The picture in the README is the one that the code draws."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- graph:start -->\s*```mermaid\n(.*?)```\s*<!-- graph:end -->", readme, re.DOTALL)
    assert found, "README.md has no picture between <!-- graph:start --> and <!-- graph:end -->"
    drawn = app.graph.get_graph().draw_mermaid()
    assert found[1].strip() == drawn.strip(), (
        "the picture in README.md is stale: put graph.get_graph().draw_mermaid() there"
    )


def test_langgraph_json_names_modules() -> None:
    """What langgraph.json names can be imported, in the module form."""
    config = json.loads((ROOT / "langgraph.json").read_text(encoding="utf-8"))
    assert config["graphs"] == {
        "flywheel": "graph.app:graph",
        "send": "graph.send:graph",
        "amend": "graph.amend:graph",
        "engage": "graph.engage:graph",
        "learn": "graph.learn:graph",
    }


@pytest.mark.parametrize("node", sorted(NODES - {"assign", "publish"}))
def test_nodes_say_what_they_are_about(node: str) -> None:
    """Each agent's and each review's node carries who it is and its contract, for traces and Studio."""
    metadata = app.build().nodes[node].metadata or {}
    assert set(metadata) == {"agent", "contract"}
    assert metadata["agent"] == ("person" if node.startswith("review_") else node)
