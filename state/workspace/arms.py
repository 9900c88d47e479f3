"""What [optimizer] may pin and ban: `part:name`, each name one that its part can have."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import get_args

from state.channels import RULES as CHANNEL_RULES
from state.hooks import HOOKS
from state.placements import PLACEMENTS
from state.trade import Part
from state.workspace.problems import Refused, meant
from state.workspace.times import time_of_day

PARTS: tuple[str, ...] = get_args(Part)
_NAMED: Mapping[str, tuple[str, ...]] = {"channels": tuple(CHANNEL_RULES), "hooks": HOOKS, "placements": PLACEMENTS}


def arm_rule(workspace: Path) -> Callable[[str], str]:
    """Make the rule for what is pinned and banned; a misspelt ban would ban nothing."""

    def arm(value: str) -> str:
        part, colon, name = (side.strip() for side in value.partition(":"))
        if not colon or not name:
            raise Refused(f"`{value}` doesn't say what of which part.", "Write it as `offers:NAME`.")
        if part not in PARTS:
            raise Refused(f"`{part}` is no part that is learnt about.", meant(part, PARTS, what="parts"))
        if part == "times":
            return f"times:{time_of_day(name)}"
        known = _offers(workspace) if part == "offers" else _NAMED.get(part)
        if known is not None and name not in known:
            fix = meant(name, known, what=part) if known else "Write an [[offer]] in offers.toml, or take it out."
            raise Refused(f"there is nothing called `{name}` among the {part}.", fix)
        return f"{part}:{name}"

    return arm


def _offers(workspace: Path) -> tuple[str, ...] | None:
    """Ids in offers.toml; None where it can't be read, of which its own loader tells."""
    try:
        text = (workspace / "offers.toml").read_text(encoding="utf-8-sig")
        tables = tomllib.loads(text).get("offer", [])
    except FileNotFoundError:
        return ()
    except (OSError, ValueError):
        return None
    return (
        tuple(str(t["id"]) for t in tables if isinstance(t, dict) and "id" in t) if isinstance(tables, list) else None
    )
