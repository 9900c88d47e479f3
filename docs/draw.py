"""Draws the graph into the README, between its two markers: `python docs/draw.py`."""

from __future__ import annotations

from pathlib import Path

from graph.app import graph

README = Path(__file__).parent.parent / "README.md"
START, END = "<!-- graph:start -->", "<!-- graph:end -->"


def picture() -> str:
    """The compiled graph as Mermaid, fenced for GitHub."""
    return f"\n```mermaid\n{graph.get_graph().draw_mermaid().strip()}\n```\n"


def drawn(text: str) -> str:
    """`text` with the picture between its markers. Raises ValueError if a marker is missing."""
    head, rest = text.split(START, 1)
    _, tail = rest.split(END, 1)
    return f"{head}{START}{picture()}{END}{tail}"


if __name__ == "__main__":
    README.write_text(drawn(README.read_text(encoding="utf-8")), encoding="utf-8")
