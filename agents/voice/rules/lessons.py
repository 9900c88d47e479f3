"""What the difference between two drafts says about style. What was put right isn't style: facts teach nothing here."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

from agents.voice.profile.phrases import STOCK
from agents.voice.profile.tally import FUNCTION_WORDS, uncontracted
from agents.voice.rules.lesson import Lesson
from agents.voice.rules.matching import Match, Spoken, matched, spoken
from agents.voice.rules.shape import openings, splits
from state.contracts.habits import forms, running
from state.numerals import DATE_WORDS
from state.text import numbers

FILLERS = ("really", "actually", "basically", "simply", "truly", "indeed", "literally", "essentially", "undoubtedly")
"""Words that can be cut from any sentence; cutting another word may be a cut of what it says."""
LONGEST = 3
"""Words of a phrase that is replaced; what is longer is a new sentence, not a new word."""
_STOCK = tuple(phrase for phrase in map(str.strip, STOCK) if phrase)
_TURNS = frozenset("not no never none nor neither without cannot hardly more less most least".split())  # noqa: SIM905
"""Words whose coming or going turns what is said."""
_WORD = re.compile(r"[^\W\d_]+(?:['\-][^\W\d_]+)*")
Change = tuple[Spoken, Spoken, tuple[str, ...], tuple[str, ...], int]
"""Two wordings, the tokens that gave way, those that came, and where the first ones stood."""


def derive(before: str, after: str, known: str) -> tuple[Lesson, ...]:
    """The lessons of an edit from the body `before` to the body `after`, both in Markdown.

    `known` holds all that is about the matter or the author's own: evidence, notes, samples, names. Its words become no rule.
    """
    old, new = spoken(before), spoken(after)
    matches = matched(old, new)
    if not matches:
        return ()
    said, stands = (running(" | ".join(" ".join(s.words) for s in some)) for some in (old, new))
    theirs = running(known)
    changes = [change for match in matches if (pair := match.pair) for change in _changes(*pair)]
    worn = list(_worn(matches, changes, said, stands, theirs))
    forms_told = {form for lesson in worn for phrase in lesson.phrases for form in forms(phrase)}
    chosen = _chosen(changes, stands, theirs)
    return (
        *worn,
        *(x for x in chosen if not any(f" {form} " in f" {x.phrases[0]} " for form in forms_told)),
        *_contracted(changes),
        *openings(old, new, matches),
        *splits(matches),
    )


def _changes(a: Spoken, b: Spoken) -> Iterator[Change]:
    """What gave way to what within a sentence."""
    went, came = ([token.casefold() for token in s.tokens] for s in (a, b))
    for tag, i, j, k, m in SequenceMatcher(None, went, came, autojunk=False).get_opcodes():
        if tag in ("replace", "delete"):
            yield a, b, a.tokens[i:j], b.tokens[k:m], i


def _worn(matches: Sequence[Match], changes: Sequence[Change], said: str, stands: str, known: str) -> Iterator[Lesson]:
    """Phrases of nobody's that an edit took out and left nowhere. One in a sentence that was cut whole is a weaker sign."""
    gone = [p for p in _STOCK if _counted(p, said) and not _counted(p, stands) and not _counted(p, known)]
    for phrase in gone:
        if any(other != phrase and f" {other} " in f" {phrase} " for other in gone):
            continue
        where = next((m for m in matches for s in m.before if _counted(phrase, running(" ".join(s.words)))), None)
        if where is not None:
            yield Lesson(
                key=f"word:{phrase}",
                kind="never",
                phrases=(phrase,),
                instead=_instead(phrase, changes),
                times=_counted(phrase, said),
                needs=1 if where.after else 2,
                before=" ".join(s.text for s in where.before),
                after=" ".join(s.text for s in where.after),
            )


def _counted(phrase: str, text: str) -> int:
    return sum(text.count(f" {form} ") for form in forms(phrase))


def _instead(phrase: str, changes: Iterable[Change]) -> str:
    """What stands for it now, if that is the same everywhere and no fact was changed with it."""
    found = {
        _plain(came) for a, b, went, came, _ in changes if _plain(went) in forms(phrase) and a.facts == b.facts
    } - {""}
    return next(iter(found)) if len(found) == 1 and len(min(found).split()) <= LONGEST + 1 else ""


def _chosen(changes: Sequence[Change], stands: str, known: str) -> Iterator[Lesson]:
    """Words that gave way to others, or fillers that were cut, and that stand nowhere any more."""
    found: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        a, b, went, came, at = change
        evidence = any(ref.startswith("e") for ref in (*a.cites, *b.cites))
        phrase = _plain(went)
        if a.facts == b.facts and not evidence and _is_style(went, came, at) and not _counted(phrase, stands + known):
            found[phrase].append(change)
    for phrase, made in found.items():
        ways = Counter(_plain(came) for _, _, _, came, _ in made)
        instead = next(iter(ways)) if len(ways) == 1 else ""
        a, b, *_ = made[0]
        yield Lesson(
            key=f"word:{phrase}",
            kind="prefer" if instead else "never",
            phrases=(phrase,),
            instead=instead,
            times=len(made),
            before=a.text,
            after=b.text,
        )


def _is_style(went: Sequence[str], came: Sequence[str], at: int) -> bool:
    """Whether a change of words can be one of taste: no number, date, name, quotation or turn of meaning is in it."""
    both = (*went, *came)
    if not went or len(went) > LONGEST or len(came) > LONGEST + 1 or not all(map(_WORD.fullmatch, both)):
        return False
    phrase, plain = _plain(went), {token.casefold() for token in both}
    if any(token[0].isupper() for token in both) or at == 0:
        return False
    if plain & _TURNS or plain & DATE_WORDS or any(w.endswith("n't") for w in plain) or numbers(" ".join(both)):
        return False
    if not came:
        return phrase in FILLERS
    return not set(phrase.split()).issubset(FUNCTION_WORDS) and not _inflected(phrase, _plain(came))


def _inflected(one: str, other: str) -> bool:
    """Whether it is the same word with another ending: decide, decided."""
    shared = next((i for i, (x, y) in enumerate(zip(one, other, strict=False)) if x != y), min(len(one), len(other)))
    return shared >= max(3, min(len(one), len(other)) - 2)


def _contracted(changes: Sequence[Change]) -> Iterator[Lesson]:
    """Words that were contracted, and contractions that were written out: a lesson each way."""
    ways: dict[str, list[tuple[str, str, Change]]] = {"form:contract": [], "form:write-out": []}
    for change in changes:
        went, came = ([t.casefold() for t in part] for part in change[2:4])
        if _spelt(came) == went:
            ways["form:contract"].append((" ".join(went), " ".join(came), change))
        elif _spelt(went) == came:
            ways["form:write-out"].append((" ".join(went), " ".join(came), change))
    for key, found in ways.items():
        if found:
            pairs = dict.fromkeys((went, came) for went, came, _ in found)
            yield Lesson(
                key=key,
                kind="contract",
                phrases=tuple(dict.fromkeys(went for went, _ in pairs)),
                instead=next(iter(pairs))[1] if len(pairs) == 1 else "",
                times=len(found),
                before=found[0][2][0].text,
                after=found[0][2][1].text,
            )


def _spelt(tokens: Sequence[str]) -> list[str] | None:
    """The tokens without contractions; None if there are none, or one whose full form is open ('d)."""
    full, shortened = uncontracted(tokens)
    return full if shortened and "" not in full else None


def _plain(tokens: Sequence[str]) -> str:
    return " ".join(token.casefold() for token in tokens if token[0].isalnum())
