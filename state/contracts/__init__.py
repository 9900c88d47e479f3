"""The seven contracts. Each file holds a schema and its checks; this page says which is made by whom, from what.

Three have a second page of checks: how a Draft is written (prose.py), what a Release's posts say (telling.py), and what a Reply says (saying.py).
"""

from __future__ import annotations

from collections.abc import Mapping

from state.base import AgentName
from state.contracts import assignment, brief, draft, learnings, monetized, release, reply
from state.contracts.assignment import Assignment
from state.contracts.base import Contract, run_checks
from state.contracts.brief import Brief
from state.contracts.draft import Draft
from state.contracts.learnings import Learnings
from state.contracts.monetized import MonetizedDraft
from state.contracts.release import Release
from state.contracts.reply import Reply
from state.records import ContractName
from state.violations import Check

CHECKS: Mapping[ContractName, tuple[Check, ...]] = {
    "Learnings": learnings.CHECKS,
    "Assignment": assignment.CHECKS,
    "Brief": brief.CHECKS,
    "Draft": draft.CHECKS,
    "MonetizedDraft": monetized.CHECKS,
    "Release": release.CHECKS,
    "Reply": reply.CHECKS,
}
MODELS: Mapping[ContractName, type[Contract]] = {
    "Learnings": Learnings,
    "Assignment": Assignment,
    "Brief": Brief,
    "Draft": Draft,
    "MonetizedDraft": MonetizedDraft,
    "Release": Release,
    "Reply": Reply,
}
PRODUCED_BY: Mapping[ContractName, AgentName] = {
    "Brief": "content",
    "Draft": "voice",
    "MonetizedDraft": "revenue",
    "Release": "distribution",
    "Reply": "distribution",
}

__all__ = [
    "CHECKS",
    "MODELS",
    "PRODUCED_BY",
    "Assignment",
    "Brief",
    "Contract",
    "Draft",
    "Learnings",
    "MonetizedDraft",
    "Release",
    "Reply",
    "run_checks",
]
