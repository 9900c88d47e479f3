"""DISTRIBUTION: a MonetizedDraft in, a Release out."""

from __future__ import annotations

from agents.distribution import thread
from agents.distribution.article import ArticleInput, articles, home_of, slug
from agents.distribution.by_rule import PARTS, by_rule
from agents.distribution.proposal import ThreadInput, ThreadsProposal
from agents.prompts import prompt, rework_section
from agents.writer import Task, Writer
from state.base import Frozen, digest_of
from state.channels import ChannelRules
from state.choices import Choice
from state.contracts.monetized import MonetizedDraft
from state.contracts.release import Post, Release, Window
from state.text import statements
from state.violations import Refusal

SLACK = len("/2026/06/01/") + len("-1a2b/")
"""Characters that a service puts round the slug in an article's URL."""


class DistributionInput(Frozen):
    """DISTRIBUTION's slice: the finished piece and where it goes. Not the evidence."""

    piece: str
    monetized: MonetizedDraft
    insight: tuple[str, ...] = ()
    """Ids of the evidence that the insight rests on."""
    channels: tuple[ChannelRules, ...]
    """In the workspace's order."""
    addresses: tuple[str, ...]
    """Where the article may come to stand, without its slug."""
    window: Window = Window()
    choices: tuple[Choice, ...] = ()
    """Times of day that were drawn by what paid, and what is known of the channels."""
    most: int
    """Posts that a thread may have."""
    variant: int = 0
    language: str = "en"
    mend: tuple[str, ...] = ()


async def run(given: DistributionInput, writer: Writer) -> Release | Refusal:
    """Raises WriterError. The home comes first, since its copies name it and the short posts link to it."""
    home, reserve = home_of(given.channels), _reserve(given)
    laid = ArticleInput(
        monetized=given.monetized,
        piece=given.piece,
        home=home,
        reserve=reserve,
        window=given.window,
        language=given.language,
    )
    posts: list[Post] = list(articles(laid, [rules for rules in given.channels if rules.article]))
    short = tuple(rules for rules in given.channels if not rules.article)
    if short:
        wanted = ThreadInput(
            piece=given.piece,
            monetized=given.monetized,
            channels=short,
            canonical=home,
            reserve=reserve,
            insight=given.insight,
            most=given.most,
            variant=given.variant,
            language=given.language,
        )
        proposal = await writer.write(
            Task(
                name="distribution.posts",
                agent="distribution",
                system=await prompt("distribution"),
                ask=_ask(given, wanted),
                given=wanted,
                wants=ThreadsProposal,
                by_rule=by_rule,
            )
        )
        posts += thread.assemble(wanted, proposal, given.window)
    return Release(parent=digest_of(given.monetized), piece=given.piece, posts=tuple(posts), choices=given.choices)


def _reserve(given: DistributionInput) -> int:
    """Characters that the article's URL may take, at whichever address it comes to stand."""
    return max(map(len, given.addresses), default=0) + len(slug(given.monetized.title, given.piece)) + SLACK


def _ask(given: DistributionInput, wanted: ThreadInput) -> str:
    told = "\n".join(f"[{s.id}] {s.text}" for s in statements(given.monetized.body))
    insight = [s.id for s in statements(given.monetized.body) if set(s.cites) & set(given.insight)]
    hint = f"\n\nThe insight stands in {', '.join(insight)}." if insight else ""
    limits = "\n".join(f"- {rules.name}: {_limits(rules, wanted)}" for rules in wanted.channels)
    return f"# {given.monetized.title}\n\n{told}{hint}\n\n# Channels\n\n{limits}{rework_section(given.mend)}"


def _limits(rules: ChannelRules, wanted: ThreadInput) -> str:
    """`a thread of at most 4 posts, each of at most 295 graphemes, the last of at most 180`."""
    whole, last = thread.room(rules), thread.room(rules) - thread.room_for_link(wanted, rules)
    if not rules.threads:
        return f"one post of at most {last} {rules.counting}; each part is a paragraph"
    parts = min(PARTS, wanted.most)
    ending = f", the last of at most {last}" if last < whole else ""
    return f"a thread of at most {parts} posts, each of at most {whole} {rules.counting}{ending}"
