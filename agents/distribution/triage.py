"""What wants an answer, and what gets none, by rule. The words are a stranger's: they are counted and matched, never obeyed."""

from __future__ import annotations

import re
from typing import Literal

import regex

from state.base import Frozen
from state.markup import domains, links
from state.text import words
from state.typography import fold

MANY_LINKS = 2
"""Links that no question needs."""
BARE_LINK = 5
"""Fewer words than this beside a link are a link and nothing else."""
OFTEN = 3
"""The same words so often are a machine's."""
LONG = 4
"""Words from which the same ones twice are no coincidence: many people say `Thank you`."""
LOUD, LOUD_FROM = 0.7, 20
"""Share of capitals, among so many letters that have a case or more, that is shouting."""
_SPAM = re.compile(
    r"""
    \b(?:dm|message|text|contact)\ me\b(?=.*\b(?:profit|trad\w+|invest\w*|crypto|whats?app|telegram|earn\w*|offer)\b)
    | \b(?:whats?app|telegram)\b.{0,20}[+@]?\d{5,} | \bcheck\ (?:out\ )?my\ (?:bio|profile|channel)\b
    | \b(?:double|triple)\ your\ (?:money|bitcoin|investment)\b | \b(?:crypto|bitcoin|forex)\ (?:giveaway|signals?)\b
    | \bearn\ (?:up\ to\ )?[$€£]\s?\d | \b[$€£]\s?\d[\d,.]*\s?(?:a|per)\ (?:day|week|hour)\ (?:from|at)\ home\b
    | \bfollow\ (?:back|for\ follow)\b | \b(?:buy|cheap)\ (?:followers|likes|backlinks|viagra|cialis)\b | \bonline\ casino\b
    | \b(?:seo|backlink)\ (?:services?|packages?)\b | \bguest\ posts?\ (?:on|for)\ your\ (?:site|blog)\b
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_ABUSE = re.compile(
    r"""
    \b(?:kill|hang)\ yourself\b | \bkys\b | \b(?:go|please)\ (?:and\ )?(?:die|to\ hell)\b
    | \b(?:fuck|screw)\ (?:you|off|u)\b | \byou(?:\ are|'re|r)?\ (?:an?\ )?(?:\w+\ )?(?:idiot|moron|imbecile|retard|scum|whore|bitch|bastard)\b
    | \bi(?:'ll|\ will|'m\ going\ to)\ (?:kill|find|hurt)\ you\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_QUESTION = re.compile(r"[?？؟⁇⁈⸮՞፧\u037e]\s*(?:$|\s|[\"'”’»)\]])|^\s*¿", re.MULTILINE)
_ASKS = re.compile(
    r"\s*(?:how|why|what|when|where|who|whose|which|can|could|would|do|does|did|is|are|was|were|has|have)\s\w+\s\w+",
    re.IGNORECASE,
)


class Judged(Frozen):
    mark: Literal["open", "spam", "abuse", "ignored"]
    reason: str = ""


def judge(said: str, times: int) -> Judged:
    """Whether `said` asks for an answer: then it stays open. `times` is how often the same words were said, here and elsewhere."""
    plain = fold(said)
    if found := _ABUSE.search(plain):
        return Judged(mark="abuse", reason=f"it says “{found.group()}”")
    if _shouts(said):
        return Judged(mark="abuse", reason="it shouts")
    if reason := _spam(said, plain, times):
        return Judged(mark="spam", reason=reason)
    if not asks(said):
        return Judged(mark="ignored", reason="it asks nothing")
    return Judged(mark="open")


def _spam(said: str, plain: str, times: int) -> str:
    """Why it is; empty when it isn't."""
    led = (*links(said), *domains(said))
    bare = words(_unlinked(said, led))
    if len(led) >= MANY_LINKS:
        return f"it holds {len(led)} links"
    if led and len(bare) < BARE_LINK:
        return "it is a link and little else"
    if found := _SPAM.search(plain):
        return f"it says “{found.group()[:60]}”"
    return f"{times} times the same words" if times >= OFTEN and len(bare) >= LONG else ""


def _unlinked(said: str, led: tuple[str, ...]) -> str:
    for url in led:
        said = said.replace(url, " ")
    return said


def _shouts(said: str) -> bool:
    """Capitals nearly everywhere. A script without them can't shout."""
    upper, lower = len(regex.findall(r"\p{Lu}", said)), len(regex.findall(r"\p{Ll}", said))
    return upper + lower >= LOUD_FROM and upper / (upper + lower) > LOUD


def asks(said: str) -> bool:
    """Whether it asks something: by its question mark, in whatever script, or by how an English question begins."""
    return bool(words(said)) and bool(_QUESTION.search(said) or _ASKS.match(fold(said)))
