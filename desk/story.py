"""The story of a piece for a person to read: handoffs, checks, decisions, posts, and where every sentence comes from."""

from __future__ import annotations

from rich.text import Text

from desk.faults import problem_of
from desk.opened import Opened
from desk.output import Output, problem_text, safe
from desk.progress import handoff_line
from desk.provenance import Ground, Provenance, Trace
from desk.report import Report
from desk.standing import post_line, say_headline, say_next
from state.records import Decision, Handoff

_SHA = 12
"""Hex digits of a sha256 that are shown: 48 bits, far more than tell the texts of one piece apart."""


def say_story(report: Report, origins: Provenance | None, opened: Opened, output: Output) -> None:
    say_headline(report, output)
    say_next(report, opened, output)
    cost = f", {report.spent.cost / 1e6:.4f} US dollars" if report.spent.cost else ""
    if report.row.title:
        output.say(f"topic: {report.row.topic}", indent=2)
    output.say(
        f"{report.spent.tokens} tokens{cost}, {report.seconds:.2f} s of work, begun {report.row.created_at:%Y-%m-%d %H:%M} UTC",
        indent=2,
    )
    _head("Handoffs", output)
    for handoff in report.handoffs:
        _say_handoff(handoff, output)
    if report.decisions:
        _head("Decisions", output)
    for decision in report.decisions:
        output.say(_decision_line(decision), indent=2)
    if report.posts:
        _head("Posts", output)
    for post in report.posts:
        output.say(post_line(post), indent=2)
    if origins is not None and origins.traces:
        _head("Where each sentence comes from", output)
        _say_provenance(origins, output)


def _head(title: str, output: Output) -> None:
    output.say()
    output.say(Text(title, style="bold underline"))


def _say_handoff(handoff: Handoff, output: Output) -> None:
    """The line of it, what was wrong, and each check by name."""
    output.say(handoff_line(handoff), indent=2)
    for violation in handoff.violations:
        output.say(problem_text(problem_of(violation)), indent=2)
    if handoff.checks:
        verdicts = (
            Text(f"{'✓' if c.passed else '✗'} {c.check}", style="dim" if c.passed else "red") for c in handoff.checks
        )
        output.say(Text("  ").join(verdicts), indent=6)


def _decision_line(decision: Decision) -> str:
    to = f" to {decision.to}" if decision.to else ""
    note = f": {decision.note}" if decision.note else ""
    return f"{decision.at:%Y-%m-%d %H:%M} UTC  {decision.point}  {decision.kind}{to} by {decision.by}{note}"


def _say_provenance(origins: Provenance, output: Output) -> None:
    for post in dict.fromkeys(t.post for t in origins.traces):
        mine = [t for t in origins.traces if t.post == post]
        plain = [t for t in mine if t.sources != ("furniture",)]
        output.say(Text(f"post {post}", style="bold"), indent=2)
        for trace in plain:
            _say_trace(trace, origins, output)
        if len(plain) < len(mine):
            output.say(
                f"and {len(mine) - len(plain)} lines of furniture: headings, counters, the list of sources", indent=4
            )


def _say_trace(trace: Trace, origins: Provenance, output: Output) -> None:
    """The sentence; then what it says in the draft, if that is more; then each source."""
    output.say(Text.assemble((f"{','.join(trace.sources)}  ", "cyan"), f"“{safe(trace.sentence)}”"), indent=4)
    for said in trace.draft:
        if said != trace.sentence:
            output.say(Text(f"in the draft: “{safe(said)}”", style="dim"), indent=8)
    for ref in trace.grounds:
        line = safe(_ground_line(origins.ground(ref)))
        output.say(Text.assemble(("← ", "dim"), (f"{ref} ", "green"), line), indent=8)
    if not trace.grounds:
        by_reviewer = "decision" in trace.sources
        why = (
            "a reviewer's own words, decided at review_release"
            if by_reviewer
            else "cites nothing: the author's joining words"
        )
        output.say(Text(f"← {why}", style="dim"), indent=8)


def _ground_line(ground: Ground) -> str:
    where = ground.url or ground.path or ground.origin
    read = (
        f", read {ground.retrieved_at[:16].replace('T', ' ')} UTC, sha256 {ground.sha256[:_SHA]}"
        if ground.sha256
        else ""
    )
    return f"{ground.title}, {where}{read}"
