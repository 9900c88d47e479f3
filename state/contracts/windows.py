"""Windows that a post can still go out in: not over, not past the end of the approval, not closed before what it waits for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from state.facts import Facts
from state.violations import Violation

if TYPE_CHECKING:
    from state.contracts.release import Post, Release


def windows_can_be_met(release: Release, facts: Facts) -> tuple[Violation, ...]:
    """Of an amendment nothing is asked: what is out already keeps the window in which it went."""
    if release.amends:
        return ()
    posts = {post.id: post for post in release.posts}
    return tuple(v for post in release.posts for v in _unmet(post, posts, facts))


def _unmet(post: Post, posts: dict[str, Post], facts: Facts) -> Iterator[Violation]:
    opens, closes, where = post.window.not_before, post.window.not_after, f"post {post.id}"
    clock, days = facts.settings.clock_of(post.channel), facts.settings.schedule.approval_days

    def told(moment: datetime) -> str:
        return f"{moment.astimezone(clock.zone):%Y-%m-%d %H:%M} {clock.timezone}"

    if closes and closes <= facts.now:
        yield Violation(
            code="release.window-over",
            where=where,
            message=f"Its window closed at {told(closes)}.",
            fix="Give it a later one, or take the line out.",
        )
    if opens and opens >= facts.now + timedelta(days=days):
        yield Violation(
            code="release.window-far",
            where=where,
            message=f"Its window opens at {told(opens)}, and an approval holds for {days} days.",
            fix="Give it an earlier one, or more approval_days in [schedule].",
        )
    if opens and closes and closes < clock.after_quiet(opens):
        yield Violation(
            code="release.window-quiet",
            severity="flag",
            where=where,
            message=f"All of its window, {told(opens)} to {told(closes)}, lies in the quiet hours: it would go out in them.",
            fix="Give it another one, unless that is what you want.",
        )
    for name in (*post.depends_on, *((post.reply_to,) if post.reply_to else ())):
        first = posts[name].window.not_before if name in posts else None
        if closes and first and closes <= first:
            yield Violation(
                code="release.window-order",
                where=where,
                message=f"Its window closes at {told(closes)}, before that of {name}, which it waits for, opens.",
                fix=f"Let it close after {told(first)}.",
            )
