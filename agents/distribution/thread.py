"""Short posts: threads that lead to the article. Each sentence keeps where it comes from."""

from __future__ import annotations

from collections.abc import Iterator

from state.base import Frozen, one_line
from state.channels import ChannelRules, measure
from state.contracts.monetized import MonetizedDraft
from state.contracts.release import Post, Slot, Window
from state.contracts.tracing import PostSentence
from state.text import Statement, statements

LEAD_IN = "Read it all: {canonical}"
PARTS = 3
"""Parts of a thread that the rule-based writer makes."""


class ThreadInput(Frozen):
    monetized: MonetizedDraft
    channels: tuple[ChannelRules, ...]
    canonical: str | None
    """Id of the post that the thread links to."""
    reserve: int
    """Characters that its URL may take."""
    most: int
    variant: int = 0


class SentenceProposal(Frozen):
    text: str
    sources: tuple[str, ...]


class ThreadProposal(Frozen):
    channel: str
    parts: tuple[tuple[SentenceProposal, ...], ...]


class ThreadsProposal(Frozen):
    posts: tuple[ThreadProposal, ...]


def by_rule(given: ThreadInput) -> ThreadsProposal:
    """The opening, then the sentences that quote or state something, whole, as far as they fit; a block quote has lost its marks here."""
    return ThreadsProposal(
        posts=tuple(ThreadProposal(channel=rules.name, parts=tuple(_parts(given, rules))) for rules in given.channels)
    )


def _parts(given: ThreadInput, rules: ChannelRules) -> Iterator[tuple[SentenceProposal, ...]]:
    told = [s for s in statements(given.monetized.body) if s.kind not in ("heading", "quote")]
    evidence = [s for s in told if any(ref.startswith("e") for ref in s.cites)]
    wanted = [*told[:1], *evidence[given.variant :], *told[1:2]]
    made = 0
    for s in dict.fromkeys(wanted):
        last = made == min(PARTS, given.most) - 1
        if measure(s.text, rules) <= room(rules, given) - (room_for_link(given, rules) if last else 0):
            yield (_sentence(s),)
            made += 1
        if made == min(PARTS, given.most):
            return
    if not made:
        yield (SentenceProposal(text=given.monetized.title, sources=("title",)),)


def _sentence(s: Statement) -> SentenceProposal:
    return SentenceProposal(text=s.text, sources=(s.id,))


def room(rules: ChannelRules, given: ThreadInput) -> int:
    """What a part may hold beside its counter (`1/4`, and the line before it)."""
    return (rules.limit or 10_000) - len("\n\n9/9")


def room_for_link(given: ThreadInput, rules: ChannelRules) -> int:
    return len("\n\n" + LEAD_IN) + (rules.url_length or given.reserve) if given.canonical else 0


def assemble(given: ThreadInput, proposal: ThreadsProposal, window: Window) -> tuple[Post, ...]:
    """Posts with counters, and the link to the article at the end of the last part; a link that doesn't fit gets its own."""
    posts: list[Post] = []
    for rules in given.channels:
        parts = next((p.parts for p in proposal.posts if p.channel == rules.name), ())
        sentences = [
            [PostSentence(text=one_line(s.text), sources=_sources(s)) for s in part if s.text.strip()] for part in parts
        ]
        posts += _thread(given, rules, [s for s in sentences if s], window)
    return tuple(posts)


def _thread(given: ThreadInput, rules: ChannelRules, parts: list[list[PostSentence]], window: Window) -> Iterator[Post]:
    if given.canonical:
        last = " ".join(s.text for s in parts[-1]) if parts else ""
        if not parts or measure(last, rules) + room_for_link(given, rules) > room(rules, given):
            parts = [*parts, []]
    for i, part in enumerate(parts, 1):
        linked = bool(given.canonical) and i == len(parts)
        counter = f"{i}/{len(parts)}" if len(parts) > 1 else ""
        furniture = [t for t in (LEAD_IN if linked else "", counter) if t]
        text = "\n\n".join([*([" ".join(s.text for s in part)] if part else []), *furniture])
        yield Post(
            id=f"{rules.name}-{i}",
            channel=rules.name,
            text=text,
            window=window,
            sentences=tuple(_resplit(text, part)),
            slots=(Slot(name="canonical", reserve=given.reserve),) if linked else (),
            depends_on=(given.canonical,) if given.canonical else (),
            reply_to=f"{rules.name}-{i - 1}" if i > 1 else None,
        )


def _sources(s: SentenceProposal) -> tuple[str, ...]:
    """The ids that were named; `decision` is a reviewer's to give, and a sentence without any comes from nowhere."""
    return tuple(ref for ref in s.sources if ref != "decision") or ("nowhere",)


def _resplit(text: str, part: list[PostSentence]) -> Iterator[PostSentence]:
    """The post's sentences as the contract reads them, each with the sources that were named for it."""
    for s in statements(text):
        named = [p for p in part if s.text == p.text or s.text in p.text or p.text in s.text]
        yield PostSentence(text=s.text, sources=named[0].sources if named and named[0].sources else ("furniture",))
