"""What rules come of lessons: new ones, those that were seen again, those that a reviewer let be broken. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from agents.voice.rules.lesson import Lesson, worded
from agents.voice.rules.matching import spoken
from agents.voice.rules.shape import asks, in_person
from state.contracts.habits import broken_in, forms, own_words, running
from state.rules import Example, Rule
from state.text import statements

EXAMPLES = 5
TWICE = 2
"""What one edit can count for at most: it is one opinion, however often it says so."""
EXCERPT = 200
OPPOSITE: Mapping[str, str] = {
    "form:contract": "form:write-out",
    "form:write-out": "form:contract",
    "length:split": "length:join",
    "length:join": "length:split",
    "opening:question": "opening:no-question",
    "opening:no-question": "opening:question",
}
Changed = tuple[Rule, str]
"""A rule as it is now, and what happened to it."""


def learn(rules: Sequence[Rule], lessons: Sequence[Lesson], *, piece: str, decision: str) -> tuple[Changed, ...]:
    """Every rule that the lessons make or change. `decision` is what taught them: `review_draft edit`."""
    standing, changed = {rule.key: rule for rule in rules}, {}
    for lesson in lessons:
        example = Example(piece=piece, decision=decision, before=_excerpt(lesson.before), after=_excerpt(lesson.after))
        before = standing.get(lesson.key)
        now = _new(lesson, example) if before is None else _again(before, lesson, example)
        standing[lesson.key] = now
        changed[lesson.key] = (now, _said(before, lesson))
        other = standing.get(OPPOSITE.get(lesson.key, ""))
        if other is not None and other.source != "person":
            weaker = other.model_copy(update={"against": other.against + 1})
            standing[other.key] = weaker
            changed[other.key] = (weaker, "contradicted by an edit")
    return tuple(changed.values())


def reread(rules: Sequence[Rule], body: str) -> Iterator[Changed]:
    """The learnt rules that a text which a reviewer let stand bears out or goes against.

    Absence proves nothing: a rule is borne out by what shows it, such as the word that it prefers.
    """
    for rule in rules:
        shows = shown_by(rule, body) if rule.source != "person" and rule.switch != "off" else None
        if shows is True:
            yield rule.model_copy(update={"kept": rule.kept + 1}), "borne out by an approved draft"
        elif shows is False:
            yield rule.model_copy(update={"against": rule.against + 1}), "an approved draft goes against it"


def shown_by(rule: Rule, body: str) -> bool | None:
    """Whether a text shows that the rule holds (True), that it doesn't (False), or neither."""
    told = spoken(body)
    if rule.phrases and told:
        if broken_in(body, rule):
            return False
        said = "".join(running(own_words(s)) for s in statements(body))
        return True if rule.instead and any(f" {form} " in said for form in forms(rule.instead)) else None
    if not told:
        return None
    match rule.key:
        case "opening:short":
            return len(told[0].words) <= rule.words
        case "opening:question":
            return asks(told[0])
        case "opening:no-question":
            return False if asks(told[0]) else None
        case "opening:self":
            return in_person(told[0])
        case "length:split":
            return False if any(len(s.words) >= rule.words for s in told) else None
        case _:
            return None


def _new(lesson: Lesson, example: Example) -> Rule:
    return Rule(
        key=lesson.key,
        kind=lesson.kind,
        text=lesson.text or worded(lesson.kind, lesson.key, lesson.phrases, lesson.instead),
        phrases=lesson.phrases,
        instead=lesson.instead,
        words=lesson.words,
        source=lesson.source,
        seen=min(lesson.times, TWICE),
        needs=lesson.needs,
        examples=(example,),
    )


def _again(rule: Rule, lesson: Lesson, example: Example) -> Rule:
    """The rule seen once more. A person's words stay as they are; of two ways to replace a phrase neither is the rule."""
    update: dict[str, object] = {
        "seen": rule.seen + min(lesson.times, TWICE),
        "needs": min(rule.needs, lesson.needs),
        "examples": (example, *rule.examples)[:EXAMPLES],
    }
    if lesson.kind == "note":
        update |= {"kind": "note", "text": lesson.text, "phrases": lesson.phrases, "instead": lesson.instead}
        update |= {"source": "person" if "person" in (rule.source, lesson.source) else "note"}
        update |= {"switch": ""} if lesson.source == "person" else {}
    elif rule.kind != "note":
        phrases = tuple(dict.fromkeys((*rule.phrases, *lesson.phrases)))
        instead = rule.instead if rule.instead == lesson.instead else ""
        kind = "never" if rule.kind == "prefer" and not instead else rule.kind
        text = lesson.text or worded(kind, rule.key, phrases, instead)
        words = min(rule.words, lesson.words) if rule.words else lesson.words
        update |= {"phrases": phrases, "instead": instead, "kind": kind, "text": text, "words": words}
    return rule.model_copy(update=update)


def _said(before: Rule | None, lesson: Lesson) -> str:
    if before is not None and lesson.source != "person":
        return "seen again"
    return {"edit": "learnt from an edit", "note": "said in a note", "person": "written down"}[lesson.source]


def _excerpt(text: str) -> str:
    return text if len(text) <= EXCERPT else f"{text[: EXCERPT - 1]}…"
