"""`flywheel voice rules`: what the author's edits taught; switched off and on, reverted, written down."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from agents.voice.rules import learn, written
from agents.voice.rules.notes import LONGEST
from desk.errors import NoSuchRule, WrongUsage
from desk.kept import ask
from desk.output import Output
from desk.place import Place
from desk.rules_said import public, say_changed, say_history, say_rules
from state.ledger import Ledger
from state.rules import Rule, RuleVersion
from state.text import words

PERSON = "person"


@dataclass(frozen=True)
class Asked:
    """The options, at most one of the first five; without one the rules are listed."""

    off: int | None = None
    on: int | None = None
    revert: int | None = None
    history: int | None = None
    add: str | None = None
    to: int | None = None

    def refuse_contradictions(self) -> None:
        """Raises WrongUsage."""
        given = {"--off": self.off, "--on": self.on, "--revert": self.revert, "--history": self.history}
        named = [name for name, value in {**given, "--add": self.add}.items() if value is not None]
        if len(named) > 1:
            raise WrongUsage(f"{' and '.join(named)} exclude each other.", fix="Give one of them.")
        if self.to is not None and self.revert is None:
            raise WrongUsage("--to names the version to go back to, and goes with --revert.", fix="Add --revert RULE.")
        if self.add is not None and (not words(self.add) or len(self.add) > LONGEST):
            fix = "Such as `flywheel voice rules --add \"never 'leverage'\"`."
            raise WrongUsage(f"A rule is a sentence: some words, {LONGEST} characters at most.", fix=fix)


def run(place: Place, asked: Asked, *, as_json: bool) -> int:
    """Raises WrongUsage, or NoSuchRule for a rule or a version that isn't there."""
    asked.refuse_contradictions()
    output = Output(as_json=as_json)
    if asked.history is not None:
        versions = ask(place, lambda kept: _history(kept.ledger, asked.history or 0))
        say_history(versions, output)
        output.result({"rule": asked.history, "versions": [public(v) for v in versions]})
    elif (change := _change(asked)) is not None:
        (version,) = ask(place, lambda kept: change(kept.ledger))
        say_changed(version, place, output)
        output.result({"changed": public(version)})
    else:
        rules = ask(place, lambda kept: kept.ledger.rules())
        say_rules(rules, place, output)
        output.result({"rules": [{**rule.model_dump(mode="json"), "standing": rule.standing} for rule in rules]})
    return 0


Change = Callable[[Ledger], Awaitable[tuple[RuleVersion, ...]]]


def _change(asked: Asked) -> Change | None:
    if asked.off is not None:
        number = asked.off
        return lambda ledger: _switched(ledger, number, on=False)
    if asked.on is not None:
        number = asked.on
        return lambda ledger: _switched(ledger, number, on=True)
    if asked.revert is not None:
        number = asked.revert
        return lambda ledger: _reverted(ledger, number, asked.to)
    if asked.add is not None:
        text = asked.add
        return lambda ledger: _added(ledger, text)
    return None


async def _history(ledger: Ledger, number: int) -> tuple[RuleVersion, ...]:
    versions = await ledger.rule_versions(number)
    if not versions:
        raise NoSuchRule(f"There is no rule {number}.", fix="`flywheel voice rules` lists those there are.")
    return versions


async def _switched(ledger: Ledger, number: int, *, on: bool) -> tuple[RuleVersion, ...]:
    async with ledger.together():
        await ledger.hold_rules()
        latest = (await _history(ledger, number))[-1].rule
        rule = latest.model_copy(update={"switch": "on" if on else "off"})
        return await _written(ledger, rule, f"switched {rule.switch}")


async def _reverted(ledger: Ledger, number: int, to: int | None) -> tuple[RuleVersion, ...]:
    """The rule as it was in version `to`, or before its latest change, as a new version."""
    async with ledger.together():
        await ledger.hold_rules()
        versions = await _history(ledger, number)
        wanted = versions[-1].rule.version - 1 if to is None else to
        found = next((v.rule for v in versions if v.rule.version == wanted), None)
        if found is None:
            said = f"Rule {number} has no version {wanted}; its latest is {versions[-1].rule.version}."
            fix = f"`flywheel voice rules --history {number}` lists them; --off switches a rule off."
            raise NoSuchRule(said, fix=fix)
        return await _written(ledger, found, f"reverted to version {wanted}")


async def _added(ledger: Ledger, text: str) -> tuple[RuleVersion, ...]:
    async with ledger.together():
        await ledger.hold_rules()
        ((rule, change),) = learn(await ledger.rules(), [written(text)], piece="", decision=PERSON)
        return await _written(ledger, rule, change)


async def _written(ledger: Ledger, rule: Rule, change: str) -> tuple[RuleVersion, ...]:
    return await ledger.write_rules([(rule, change)], cause=PERSON, now=datetime.now(UTC))
