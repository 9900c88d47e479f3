"""`publish`: writes outbox rows and ends the run. It sends nothing: the drainer does (graph/send.py)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from graph.closing import close, is_out, standing
from graph.errors import NotApproved
from graph.rooms import Node, Rooms, Update
from graph.timing import closes, planned
from state.base import digest_of, sha256_text
from state.channels import RULES
from state.contracts import MonetizedDraft
from state.contracts.release import Post, Release, home_of, is_addressed
from state.flywheel import PublishState
from state.ledger import Ledger
from state.links import code_of, tracked_for
from state.records import Action, OutboxRow, PostState
from state.settings import Settings
from state.trade import Link


def publish_node(rooms: Rooms) -> Node[PublishState]:
    """Raises NotApproved when no decision in the ledger covers these bytes."""

    async def publish(state: PublishState) -> Update:
        release = state["release"]
        piece, ledger, now = state["piece"], await rooms.ledger_of(state["settings"]), rooms.clock()
        digest = digest_of(release) if release else ""
        decision = await ledger.approved(piece, digest) if release else None
        if release is None or decision is None:
            raise NotApproved(
                piece, "The release has no approval that covers it.", "Send it through review_release again."
            )
        before, links = await _amended(release, ledger), await _links(release, ledger)
        async with ledger.together():
            rows = standing(await ledger.outbox(piece))
            told = Told(release, digest, decision.at, state["settings"], rows)
            await ledger.write_outbox(told.rows(before))
            await ledger.write_links(links, now=now)
            await close(piece, ledger, now)  # `scheduled`, or what became of it if this runs again after a kill
        return {"shown": None, "rework": None}

    return publish


async def _amended(release: Release, ledger: Ledger) -> Release | None:
    """The published Release that this one amends."""
    body = await ledger.body(release.amends) if release.amends else None
    return Release.model_validate_json(body[1]) if body else None


async def _links(release: Release, ledger: Ledger) -> tuple[Link, ...]:
    """What the codes of its redirects lead to, on each of its channels: the landing page that was approved. None without redirects."""
    body = await ledger.body(release.parent)
    placed = MonetizedDraft.model_validate_json(body[1]).insertions if body else ()
    return tuple(
        Link(
            code=code_of(release.piece, channel, i.offer, i.variant),
            piece=release.piece,
            channel=channel,
            offer=i.offer,
            variant=i.variant,
            url=tracked_for(i.landing, channel),
        )
        for i in placed
        if i.landing
        for channel in dict.fromkeys(post.channel for post in release.posts)
    )


@dataclass(frozen=True)
class Told:
    """An approved Release, and what its rows are made from."""

    release: Release
    digest: str
    approved_at: datetime
    settings: Settings
    standing: Mapping[str, OutboxRow]
    """The piece's posts as they rest, by id."""

    def rows(self, before: Release | None) -> Iterator[OutboxRow]:
        """A row for each post; for an amendment, for each post that is new, that changed, and that is there no more.

        What shows another article's address than before has changed, too, and waits for that article. One that was given up, or
        refused for good, goes in other words or not at all: nobody asked for it again.
        """
        there = {post.id: post for post in before.posts} if before else {}
        for post in self.release.posts:
            out = self.standing.get(post.id) if post.id in there else None
            home = _home_of(post, self.release)
            moved = before is not None and out is not None and home != _home_of(there[post.id], before)
            changed = out is None or moved or _content(post) != _content(there[post.id])
            if out is not None and is_out(out):
                if changed:
                    yield self._change(post.id, post.channel, "edit", out, after=(home,) if moved and home else ())
            elif out is None or changed or out.state is not PostState.REJECTED:
                yield self._row(post, "create")
        kept = {post.id for post in self.release.posts}
        for post in (p for p in there.values() if p.id not in kept):
            out = self.standing.get(post.id)
            if out and is_out(out):
                yield self._change(post.id, post.channel, "delete", out)

    def _row(self, post: Post, action: Action) -> OutboxRow:
        """Its date is the approval's, so that writing it again writes the same."""
        drawn = (c for c in self.release.choices if c.part == "times" and c.channel == post.channel)
        best = next((c.ranked for c in drawn), ())
        return OutboxRow(
            key=sha256_text(f"{self.release.piece}/{self.digest}/{post.id}")[:32],
            piece=self.release.piece,
            post_id=post.id,
            channel=post.channel,
            release=self.digest,
            action=action,
            depends_on=(*post.depends_on, *((post.reply_to,) if post.reply_to else ())),
            not_before=post.window.not_before,
            not_after=closes(post.window, self.approved_at, self.settings),
            due_at=planned(post.window, post.channel, self.approved_at, self.settings, best),
            published_at=self.approved_at,
        )

    def _change(
        self, post_id: str, channel: str, action: Action, out: OutboxRow, *, after: tuple[str, ...] = ()
    ) -> OutboxRow:
        """A correction goes out at once, whatever the post's window was; the post keeps its date, by which some channels find it."""
        return OutboxRow(
            key=sha256_text(f"{self.release.piece}/{self.digest}/{post_id}")[:32],
            piece=self.release.piece,
            post_id=post_id,
            channel=channel,
            release=self.digest,
            action=action,
            depends_on=after,
            target=out.target or out.key,
            not_after=self.approved_at + timedelta(days=self.settings.schedule.window_days),
            published_at=out.published_at,
            url=out.url,
            remote_id=out.remote_id,
        )


def _content(post: Post) -> tuple[object, ...]:
    return post.title, post.slug, post.summary, post.text, post.images


def _home_of(post: Post, release: Release) -> str | None:
    """The article whose address readers see with the post: in its words, on its card, or as what it is a copy of. A letter, which
    can't be changed, is left as it went.
    """
    home = home_of(post, release.posts)
    carded = post.channel in RULES and RULES[post.channel].card and post.reply_to is None
    shown = is_addressed(post) or (not post.title and (post.slots or carded))
    return home.id if home and shown else None
