"""Rules in a terminal: the list, one rule's history, what was learnt, and how to undo it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from desk.output import Output, safe
from desk.place import Place
from state.rules import Rule, RuleVersion, Standing

_ORDER: tuple[Standing, ...] = ("active", "suggested", "faded", "off")


def public(version: RuleVersion) -> dict[str, object]:
    """A version for machines."""
    rule = {**version.rule.model_dump(mode="json"), "standing": version.rule.standing}
    return {**rule, "change": version.change, "cause": version.cause, "at": version.at.isoformat()}


def say_rules(rules: Sequence[Rule], place: Place, output: Output) -> None:
    """Those that hold first."""
    if not rules:
        output.say("There are no rules yet. Edits at review_draft teach them, and notes to VOICE.")
        output.say(f"Write one down with: {place.command('voice', 'rules', '--add', 'never “leverage”')}")
        return
    listed = sorted(rules, key=lambda rule: (_ORDER.index(rule.standing), rule.number))
    output.rows(("rule", "standing", "says", "from"), [(str(r.number), r.standing, r.text, _from(r)) for r in listed])
    output.say()
    if any(rule.standing == "suggested" for rule in rules):
        output.say("A suggestion holds once it is seen again, or with --on RULE.")
    output.say(f"--off RULE, --on RULE, --revert RULE and --history RULE: {place.command('voice', 'rules')}")


def _from(rule: Rule) -> str:
    seen = {"person": "you wrote it", "note": "a note of yours", "edit": "edits"}[rule.source]
    told = f"{seen}, seen {rule.seen}×" if rule.source != "person" else seen
    told += f", kept {rule.kept}×" if rule.kept else ""
    return told + (f", against {rule.against}×" if rule.against else "")


def say_history(versions: Sequence[RuleVersion], output: Output) -> None:
    """Every version: when, what changed, what it says, and what it was learnt from."""
    rule = versions[-1].rule
    output.say(Text.assemble((f"Rule {rule.number}", "bold"), f" ({rule.standing}): {safe(rule.text)}"))
    for version in versions:
        output.say(f"version {version.rule.version}  {version.at:%Y-%m-%d %H:%M} UTC  {version.change}", indent=2)
        output.say(f"{version.rule.standing}: {version.rule.text}", indent=4)
    for example in rule.examples:
        if not example.piece:
            continue
        output.say()
        output.say(f"{example.decision} of piece {example.piece}", indent=2)
        if example.before:
            output.say(f"before: {example.before}", indent=4)
            output.say(f"after:  {example.after or '(cut)'}", indent=4)


def say_changed(version: RuleVersion, place: Place, output: Output) -> None:
    """What a person did to a rule, what that means, and how to undo it."""
    rule = version.rule
    output.say(f"Rule {rule.number} was {version.change}; it is {rule.standing}: {rule.text}.")
    if rule.standing == "active":
        output.say(_meaning(rule))
    undo = ("--revert", str(rule.number)) if rule.version > 1 else ("--off", str(rule.number))
    output.say(f"Undo it with: {place.command('voice', 'rules', *undo)}")


def _meaning(rule: Rule) -> str:
    if not rule.phrases:
        return "VOICE is told it; there is nothing in it that a check could look for."
    listed = ", ".join(f"“{phrase}”" for phrase in rule.phrases)
    does = "fails its check, which you may waive" if rule.confirmed else "is flagged"
    return f"VOICE is told it, and a draft with {listed} {does}."


def say_learnt(versions: Sequence[RuleVersion], place: Place, output: Output) -> None:
    """What a decision taught, a line each, and where to look."""
    lines = [line for version in versions for line in _learnt(version)]
    for line in lines:
        output.say(line)
    if lines:
        number = str(versions[0].rule.number)
        rules, off = place.command("voice", "rules"), place.command("voice", "rules", "--off", number)
        output.say(f"`{rules}` lists the rules; `{off}` switches one off.", indent=2)


def _learnt(version: RuleVersion) -> Iterator[str]:
    rule = version.rule
    if version.change.startswith("borne out"):
        return
    if "against" in version.change or "contradicted" in version.change:
        yield f"Weaker now, {rule.standing}: {rule.text} (rule {rule.number})."
    elif rule.standing == "active":
        yield f"Learnt: {rule.text} (rule {rule.number})."
    elif rule.standing == "suggested":
        yield f"Noted, to hold if it is seen again: {rule.text} (rule {rule.number})."
