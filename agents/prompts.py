"""Prompts are Markdown files beside their agent, read once and off the event loop."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from pathlib import Path

_ROOT = Path(__file__).parent


@lru_cache
def _read(agent: str, name: str) -> str:
    return (_ROOT / agent / name).read_text(encoding="utf-8")


async def prompt(agent: str, *names: str) -> str:
    """The text of these files of agents/AGENT, one below the other; of prompt.md if none is named.

    Raises FileNotFoundError if the checkout is broken.
    """
    parts = [await asyncio.to_thread(_read, agent, name) for name in names or ("prompt.md",)]
    return "\n".join(parts)


def rework_section(notes: tuple[str, ...]) -> str:
    """What was wrong with the last try, as a section of the message to a model; empty on the first."""
    return "\n\n## What to mend this time\n\n" + "\n".join(f"- {n}" for n in notes) if notes else ""
