"""What DISTRIBUTION makes of a piece for the channels that a test names, and what the contract finds in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from agents.distribution.agent import DistributionInput, run
from agents.writer import ExtractiveWriter, Writer
from state.channels import RULES
from state.contracts import CHECKS, Release
from state.contracts.base import run_checks
from state.violations import Violation
from tests.state.pieces import IDENTITY, Chain, Known, vary

Releases = Callable[..., Awaitable[Release]]


def slice_of(made: Chain, *channels: str, **fields: Any) -> DistributionInput:
    """What the graph cuts out for DISTRIBUTION; `rules` are those that a test wants otherwise."""
    rules = fields.pop("rules", {})
    values: dict[str, Any] = {
        "piece": "piece-1",
        "monetized": made.monetized,
        "insight": made.brief.insight.evidence,
        "channels": tuple(rules.get(name, RULES[name]) for name in channels or made.assignment.channels),
        "addresses": (IDENTITY.url,),
        "most": 6,
    }
    return DistributionInput(**values | fields)


async def release_of(made: Chain, *channels: str, writer: Writer | None = None, **fields: Any) -> Release:
    release = await run(slice_of(made, *channels, **fields), writer or ExtractiveWriter())
    assert isinstance(release, Release)
    return release


def found_in(release: Release, facts: Known) -> list[Violation]:
    """What the contract finds in a Release that was asked for on the channels that it has."""
    assert facts.assignment is not None
    channels = tuple(dict.fromkeys(p.channel for p in release.posts))
    facts = replace(facts, assignment=vary(facts.assignment, channels=channels))
    return [v for verdict in run_checks(release, facts, CHECKS["Release"]) for v in verdict.violations]
