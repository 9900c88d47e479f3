"""The author's own rules, held against a Draft."""

from __future__ import annotations

from typing import TYPE_CHECKING

from state.contracts.prose import SCARE_QUOTE
from state.facts import Facts
from state.rules import Rule
from state.text import Statement, statements, unquoted, words
from state.violations import Severity, Violation

if TYPE_CHECKING:
    from state.contracts.draft import Draft


def rules_are_kept(draft: Draft, facts: Facts) -> tuple[Violation, ...]:
    """No phrase that an active rule is against, outside quotations.

    A flag where the rule was learnt; a failure where a person wrote it or switched it on.
    """
    text = f"# {draft.title}\n\n{draft.body}"
    return tuple(
        Violation(
            code="draft.rule",
            where=f"rule {rule.number}",
            severity=Severity.FAIL if rule.confirmed else Severity.FLAG,
            waivable=True,
            message=f"“{said}” is in it, and {'your' if rule.confirmed else 'a learnt'} rule says: {rule.text}.",
            fix=f"Write “{rule.instead}”." if rule.instead else "Say it another way.",
        )
        for rule in facts.rules
        if rule.phrases and (said := broken_in(text, rule))
    )


def broken_in(text: str, rule: Rule) -> str:
    """The first of a rule's phrases that `text` (Markdown) holds outside quotations; empty if it holds none."""
    said = "".join(running(own_words(statement)) for statement in statements(text))
    wanted = (form for phrase in rule.phrases for form in forms(phrase))
    return next((form for form in wanted if f" {form} " in said), "")


def own_words(statement: Statement) -> str:
    """The author's words of a sentence: quotations of three words and more cut out, with a stop where each was."""
    return unquoted(statement.text, SCARE_QUOTE, gap=" | ") if statement.kind != "quote" else ""


def running(text: str) -> str:
    """Folded words in a row, parted by single spaces and set between them; a stop where a quotation was cut."""
    return f" {' | '.join(' '.join(words(part)) for part in text.split('|'))} "


def forms(phrase: str) -> tuple[str, ...]:
    """A phrase; of a single word also its regular endings: leverage, leverages, leveraged, leveraging."""
    ended = phrase.endswith(("ly", "ing", "ed")) or (phrase.endswith("s") and not phrase.endswith("ss"))
    if not phrase.isalpha() or len(phrase) < 4 or ended:
        return (phrase,)
    stem = phrase[:-1] if phrase.endswith("e") else phrase
    if phrase.endswith("y") and phrase[-2] not in "aeiou":
        return (phrase, f"{phrase[:-1]}ies", f"{phrase[:-1]}ied", f"{phrase}ing")
    plural = "es" if phrase.endswith(("x", "ch", "sh", "ss")) else "s"
    return (phrase, f"{phrase}{plural}", f"{stem}ed", f"{stem}ing")
