"""Where a piece stands, in a few lines: what every command that moved it says at its end."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from desk.opened import Opened
from desk.output import Output
from desk.report import Report
from state.records import OutboxRow


def say_standing(report: Report, opened: Opened, output: Output) -> None:
    """The piece, its status, its posts, and the command that moves it on."""
    say_headline(report, output)
    for post in report.posts:
        output.say(post_line(post), indent=2)
    for line in report.left_out:
        output.say(line, indent=2)
    say_next(report, opened, output)


def say_headline(report: Report, output: Output) -> None:
    row = report.row
    output.say(Text.assemble("Piece ", (row.piece, "bold"), f" {_headline(report)}"))
    if row.title or row.topic:
        output.say(row.title or row.topic, indent=2)
    if row.reason and row.status != "waiting":
        output.say(row.reason, indent=2)


def say_next(report: Report, opened: Opened, output: Output) -> None:
    for line in _next(report, opened):
        output.say(line, indent=2)


def _headline(report: Report) -> str:
    row, waiting = report.row, report.waiting
    if waiting is not None:
        stuck = "is stuck at" if waiting.shown.stuck else "waits at"
        return f"{stuck} {waiting.shown.point}; open: {', '.join(waiting.shown.open)}"
    return f"is {row.status} at {row.waiting_at}" if row.waiting_at else f"is {row.status}"


def _next(report: Report, opened: Opened) -> Iterator[str]:
    row = report.row
    if row.driver == "server":
        return
    if report.waiting is not None:
        for v in report.waiting.shown.violations if report.waiting.shown.stuck else ():
            yield f"{v.code} ({v.where}): {v.message} {v.fix}"
        yield f"Answer it with: {opened.place.command('review', row.piece)}"
    elif row.status == "running":
        yield f"It is running, or was cut off. Take it up again with: {opened.resume_command(row.piece)}"
    elif row.status == "scheduled":
        yield f"What is due is sent with: {opened.place.command('send')}; at once, after a failure: {opened.resume_command(row.piece)}"


def post_line(post: OutboxRow) -> str:
    """`site: confirmed https://...`, or why it is not."""
    name = post.channel if post.post_id == post.channel else f"{post.channel} ({post.post_id})"
    due = f", not before {post.not_before:%Y-%m-%d %H:%M} UTC" if post.not_before and post.state == "intended" else ""
    done = {"edit": "changed, ", "delete": "taken down, "}.get(post.action, "")
    return f"{name}: {done}{post.state.value}{due}{f' {post.url}' if post.url else ''}{f': {post.reason}' if post.reason else ''}"
