"""Windows that a post can still go out in: not over, not past the end of the approval, not closed before what it waits for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from state.facts import Facts
from state.settings import Clock
from state.violations import Violation
from state.workspace.times import lies_in

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
    zone, days = facts.settings.zone_of(post.channel), facts.settings.schedule.approval_days

    def told(moment: datetime) -> str:
        return f"{moment.astimezone(zone):%Y-%m-%d %H:%M} {zone.key}"

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
    if opens and closes and _is_hushed(opens, closes, facts.settings.clock_of(post.channel)):
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


def _is_hushed(opens: datetime, closes: datetime, clock: Clock) -> bool:
    """Whether the quiet hours in which it opens last until it closes."""
    start = opens.astimezone(clock.zone)
    if clock.quiet is None or not lies_in(f"{start:%H:%M}", clock.quiet):
        return False
    end = datetime.combine(start, time.fromisoformat(clock.quiet.partition("-")[2]), clock.zone)
    return closes < (end if end > start else end + timedelta(days=1))
