"""DISTRIBUTION: a MonetizedDraft in, a Release out."""

from __future__ import annotations

from agents.distribution import thread
from agents.distribution.article import article, slug
from agents.prompts import prompt, rework_section
from agents.writer import Task, Writer
from state.base import Frozen, digest_of
from state.channels import RULES
from state.contracts.monetized import MonetizedDraft
from state.contracts.release import Post, Release, Window
from state.settings import Identity
from state.text import statements
from state.violations import Refusal


class DistributionInput(Frozen):
    """DISTRIBUTION's slice: the finished piece and where it goes. Not the evidence."""

    piece: str
    monetized: MonetizedDraft
    channels: tuple[str, ...]
    identity: Identity
    window: Window = Window()
    most: int
    """Posts that a thread may have."""
    variant: int = 0
    mend: tuple[str, ...] = ()


async def run(given: DistributionInput, writer: Writer) -> Release | Refusal:
    """Raises WriterError. The article comes first, since the short posts link to it."""
    articles = [article(given.monetized, c, given.piece, given.window) for c in given.channels if RULES[c].article]
    short = tuple(RULES[c] for c in given.channels if not RULES[c].article)
    posts: list[Post] = list(articles)
    if short:
        canonical = articles[0].id if articles else None
        wanted = thread.ThreadInput(
            monetized=given.monetized,
            channels=short,
            canonical=canonical,
            reserve=_reserve(given),
            most=given.most,
            variant=given.variant,
        )
        proposal = await writer.write(
            Task(
                name="distribution.posts",
                agent="distribution",
                system=await prompt("distribution"),
                ask=_ask(given, wanted),
                given=wanted,
                wants=thread.ThreadsProposal,
                by_rule=thread.by_rule,
            )
        )
        posts += thread.assemble(wanted, proposal, given.window)
    return Release(parent=digest_of(given.monetized), piece=given.piece, posts=tuple(posts))


def _reserve(given: DistributionInput) -> int:
    """Characters that the article's URL may take."""
    return len(f"{given.identity.url}/posts/{slug(given.monetized.title, given.piece)}/") + 16


def _ask(given: DistributionInput, wanted: thread.ThreadInput) -> str:
    told = "\n".join(f"[{s.id}] {s.text}" for s in statements(given.monetized.body))
    limits = "\n".join(
        f"- {r.name}: {thread.room(r, wanted)} {r.counting} a part, at most {min(4, given.most)} parts"
        for r in wanted.channels
    )
    return f"# {given.monetized.title}\n\n{told}\n\n# Channels\n\n{limits}{rework_section(given.mend)}"
