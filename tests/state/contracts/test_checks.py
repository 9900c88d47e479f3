"""What holds of every check: it passes a sound piece, some test names it, and nothing that matters can be waived."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from state.contracts import CHECKS, MODELS, run_checks
from state.records import ContractName
from state.violations import Check, Severity, Violation
from tests.state.pieces import Chain

HERE = Path(__file__).parent
ROOM = HERE.parents[2] / "state" / "contracts"
EVERY = [(name, check) for name, checks in CHECKS.items() for check in checks]
MAY_BE_WAIVED = {
    "disputes_are_seen",
    "origins_are_several",
    "says_something_new",
    "names_are_vouched_for",
    "names_are_cited",
    "off_length",
    "off_structure",
    "links_lead_to_evidence",
    "said_twice",
    "off_phrases",
    "other_prices",
    "rules_are_kept",
    "says_it_afresh",
    "sounds_like_the_author",
}
"""Matters of taste and of judgement; provenance, approval, disclosure and channel limits are none."""
WAIVED = {
    "brief.disputed",
    "brief.few-origins",
    "brief.repeat",
    "draft.unknown-name",
    "draft.uncited-name",
    "draft.length",
    "draft.structure",
    "draft.domain",
    "draft.twice",
    "draft.banned-phrase",
    "draft.required-phrase",
    "draft.rule",
    "draft.no-samples",
    "draft.voice",
    "offer.other-price",
    "reply.repeat",
}


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for file in sorted(ROOM.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield file.name, node


def violations(node: ast.AST) -> Iterator[dict[str, ast.expr]]:
    """The keywords of every violation that is made below `node`."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Violation":
            yield {k.arg: k.value for k in call.keywords if k.arg}


def waivable(keywords: dict[str, ast.expr]) -> bool:
    value = keywords.get("waivable", ast.Constant(value=False))
    return not (isinstance(value, ast.Constant) and value.value is False)


@pytest.mark.parametrize(("name", "check"), EVERY, ids=lambda v: getattr(v, "__name__", str(v)))
def test_a_sound_piece_passes(name: ContractName, check: Check, made: Chain) -> None:
    """Every check finds nothing at all in a piece that is as it should be."""
    contract = next(c for c in vars(made).values() if isinstance(c, MODELS[name]))
    assert check(contract, made.facts) == ()


@pytest.mark.parametrize("check", dict.fromkeys(check for _, check in EVERY), ids=lambda c: c.__name__)
def test_every_check_has_a_test(check: Check) -> None:
    """A check that no test here names would be a check that nobody saw fail."""
    imported = {
        getattr(import_module(node.module), alias.name)
        for file in HERE.glob("test_*.py")
        if file != Path(__file__)
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("state.contracts.")
        for alias in node.names
    }
    assert check in imported


def test_every_code_has_a_test() -> None:
    """Each code that a check can give stands in some test."""
    told = "".join(file.read_text(encoding="utf-8") for file in HERE.glob("test_*.py") if file != Path(__file__))
    codes = {
        k["code"].value for _, node in functions() for k in violations(node) if isinstance(k["code"], ast.Constant)
    }
    assert len(codes) > 50
    assert [code for code in sorted(map(str, codes)) if f'"{code}"' not in told] == []


def test_what_can_be_waived() -> None:
    """Only matters of taste are waivable: no check of provenance, approval, disclosure or channel limits can say so."""
    found = [(node.name, k["code"]) for _, node in functions() for k in violations(node) if waivable(k)]
    assert {name for name, _ in found} <= MAY_BE_WAIVED
    assert {code.value for _, code in found if isinstance(code, ast.Constant)} == WAIVED
    assert all(isinstance(code, ast.Constant) for _, code in found)


def test_codes_name_their_contract() -> None:
    """A code is `contract.kebab-case`, and is given for one contract only."""
    prefixes = {"learnings", "assignment", "brief", "draft", "offer", "release", "reply", "check"}
    for file, node in functions():
        for k in violations(node):
            if isinstance(k["code"], ast.Constant):
                contract, _, rest = str(k["code"].value).partition(".")
                assert contract in prefixes, (file, node.name)
                assert rest and rest == rest.lower() and " " not in rest


def test_a_flag_passes_and_a_failure_does_not(made: Chain) -> None:
    """A verdict for each check, in order; only a failure makes it a failed one."""

    def flagging(contract: object, facts: object) -> tuple[Violation, ...]:
        return (Violation(code="x.y", where="w", message="m.", fix="f.", severity=Severity.FLAG),)

    def failing(contract: object, facts: object) -> tuple[Violation, ...]:
        return (Violation(code="x.z", where="w", message="m.", fix="f."),)

    verdicts = run_checks(made.brief, made.facts, (flagging, failing))
    assert [(v.check, v.passed, len(v.violations)) for v in verdicts] == [("flagging", True, 1), ("failing", False, 1)]
