"""What a review point shows: rendered and hashed here, before the review node runs, since that node runs again on resume."""

from __future__ import annotations

import json
from collections.abc import Mapping

from agents.optimizer.telling import NOTHING_YET, listed, said
from graph.boundaries import Boundary
from state.base import digest_of, one_line, sha256_text
from state.contracts.assignment import Assignment
from state.contracts.base import Contract
from state.contracts.brief import Brief
from state.contracts.draft import Draft, Pass
from state.contracts.monetized import MonetizedDraft
from state.contracts.release import Release
from state.contracts.reply import Reply
from state.flywheel import Attempts, Shown
from state.forms import brief as brief_form
from state.forms import draft as draft_form
from state.forms import monetized as monetized_form
from state.forms import release as release_form
from state.forms import reply as reply_form
from state.markup import nothing_loaded
from state.records import DecisionKind
from state.settings import EXTRACTIVE, Bounds, Settings
from state.violations import Violation, failures

DIGEST = (
    "*No model wrote this. It is a digest: other people's sentences, quoted, with who said them, joined by your notes and by the "
    "joining sentences in voice/framing.toml (ours, where you gave none). Read it as a start.*"
)
AMENDMENT = (
    "*This is published. What you change here is changed there; a channel whose text you empty is taken down there; a post that was "
    "dropped or refused goes only in other words; drop leaves all as it is.*"
)
ABOVE = (
    "*In an edit, write below an article's slug, or above a short post's words: a picture of yours as `Image: media/FILE | what it shows`; "
    "when it may go out as `Window: 2026-11-30 09:00 to 2026-12-02 18:00`, by the channel's clock or with a zone behind it.*"
)
DECISION = "decision"
"""The key under which a form carries an editable decision."""


def show(
    boundary: Boundary,
    contract: Contract | None,
    violations: tuple[Violation, ...],
    attempts: Attempts,
    settings: Settings,
    *,
    assignment: Assignment | None = None,
    stuck: bool = False,
    texts: Mapping[str, str] | None = None,
    trouble: str = "",
    about: str = "",
) -> Shown:
    """`texts` are a person's own words, kept when their edit didn't pass; `trouble` says why they are asked again; `about` is
    Markdown that they have to read first: what a Reply answers.

    At review_brief the `assignment`'s runners-up are shown, to be swapped in.
    """
    decisions = _open(contract, violations, attempts, settings.bounds)
    form = form_of(boundary, contract, settings)
    args = dict(texts or form)
    args[DECISION] = "approve" if "approve" in decisions else ""
    remark = DIGEST if isinstance(contract, Draft) and settings.models.of("voice") == EXTRACTIVE else about
    scouted = assignment if boundary.point == "review_brief" else None
    swaps = tuple(c.topic for c in scouted.runners_up) if scouted and "rework" in decisions else ()
    description = _describe(
        boundary,
        contract,
        form,
        violations,
        decisions,
        left=settings.bounds.person - attempts.person,
        stuck=stuck,
        trouble=trouble,
        remark=remark,
        topics=_topics(scouted, swappable=bool(swaps)),
        left_out=_left_out(settings) if boundary.point in ("review_brief", "review_release") else "",
    )
    digest = digest_of(contract) if contract else ""
    seal = [boundary.point, digest, sorted(args.items()), description]
    return Shown(
        point=boundary.point,
        contract=boundary.contract,
        digest=digest,
        args=tuple(args.items()),
        description=description,
        violations=violations,
        stuck=stuck,
        open=decisions,
        swaps=swaps,
        sha256=sha256_text(json.dumps(seal, ensure_ascii=False)),
    )


def form_of(boundary: Boundary, contract: Contract | None, settings: Settings) -> dict[str, str]:
    """The contract's plain text by key; nothing where there is no contract."""
    match contract:
        case Brief():
            return {boundary.text_key: brief_form.render(contract)}
        case Draft():
            return {boundary.text_key: draft_form.render(contract)}
        case MonetizedDraft():
            return {boundary.text_key: monetized_form.render(contract)}
        case Release():
            return release_form.render(contract, settings.zone_of)
        case Reply():
            return {boundary.text_key: reply_form.render(contract)}
        case _:
            return {}


def _open(
    contract: Contract | None, violations: tuple[Violation, ...], attempts: Attempts, bounds: Bounds
) -> tuple[DecisionKind, ...]:
    """The decisions that can be taken. Approve never, while a check that can't be waived fails."""
    decisions: list[DecisionKind] = []
    if contract is not None:
        decisions += ["approve"] if all(v.waivable for v in failures(violations)) else []
        decisions += ["edit"]
    if attempts.person < bounds.person:
        decisions += ["rework"]
    return (*decisions, "drop")


def _describe(
    boundary: Boundary,
    contract: Contract | None,
    form: Mapping[str, str],
    violations: tuple[Violation, ...],
    decisions: tuple[DecisionKind, ...],
    *,
    left: int,
    stuck: bool,
    trouble: str,
    remark: str,
    topics: str,
    left_out: str,
) -> str:
    """Markdown: what is asked, what is wrong, the contract itself, what can be decided. No image in it is loaded where it is shown."""
    amended = isinstance(contract, Release) and bool(contract.amends)
    parts = ["# Amendment: please review", AMENDMENT] if amended else [f"# {_heading(boundary, stuck)}"]
    if trouble:
        parts.append(f"**Not taken:** {trouble}")
    parts += [remark] if remark else []
    if violations:
        parts.append("## To look at\n\n" + "\n".join(_line(v) for v in violations))
    parts += [f"## {key}\n\n{text}" if isinstance(contract, Release) else text for key, text in form.items()]
    parts += [ABOVE] if isinstance(contract, Release) else []
    if isinstance(contract, MonetizedDraft):
        parts.append(f"**{_why(contract)}:** {contract.reason}")
        parts += [_fit(contract)] if contract.considered else []
    if isinstance(contract, Draft | MonetizedDraft | Release):
        parts.append(f"## By what paid\n\n{listed(contract.choices)}")
    if isinstance(contract, Draft) and contract.passes:
        parts.append("## Passes\n\n" + "\n".join(map(_pass, contract.passes)))
    if isinstance(contract, Draft) and contract.notes:
        parts.append("## Notes\n\n" + "\n".join(f"- [{n.id}] {n.origin}: {n.text}" for n in contract.notes))
    parts += [topics] if topics else []
    parts += [left_out] if left_out else []
    times = f"{left} more time{'s' if left > 1 else ''}"
    back = f"Rework can go to {', '.join(boundary.upstream)}, {times}." if left > 0 else "No rework is left."
    parts.append(f"**Open decisions:** {', '.join(decisions)}. {back}")
    return nothing_loaded("\n\n".join(parts))


def _why(offered: MonetizedDraft) -> str:
    return f"Why {'no offer' if not offered.insertions else 'this offer' if len(offered.insertions) == 1 else 'these offers'}"


def _fit(offered: MonetizedDraft) -> str:
    """How well each offer fits, as it was weighed."""
    placed = {i.offer for i in offered.insertions}
    lines = (f"- {c.offer}: {c.fit:.2f}{', placed' if c.offer in placed else ''}" for c in offered.considered)
    return "## Fit, from 0 to 1\n\n" + "\n".join(lines)


def _topics(assignment: Assignment | None, *, swappable: bool) -> str:
    """Why this topic, and the runners-up by number; nothing of a topic that a person gave."""
    if assignment is None or assignment.origin == "given":
        return ""
    ranked = "\n".join(f"{at}. **{one_line(c.topic)}**: {c.why}" for at, c in enumerate(assignment.runners_up, 1))
    how = "Decide `swap NUMBER` to write about one of them in its place.\n\n" if swappable else ""
    others = f"\n\n## Runners-up\n\n{how}{ranked}" if ranked else ""
    paid = said(assignment.choice) if assignment.choice else f"Theme: {NOTHING_YET.lower()}."
    return f"## Why this topic\n\n**{one_line(assignment.topic)}**: {assignment.why}\n\n{paid}{others}"


def _left_out(settings: Settings) -> str:
    """The channels that couldn't be opened when the piece began, and why."""
    listed = "\n".join(f"- **{c.name}**: {c.trouble}" for c in settings.channels if c.trouble)
    return f"## Left out\n\nThe piece isn't made for these channels:\n\n{listed}" if listed else ""


def _pass(done: Pass) -> str:
    """How a pass of VOICE's went: what stands, and how far from the author."""
    outcome = "kept" if done.kept else f"not kept. {done.reason}"
    if done.after is None:
        return f"- {done.name}: {outcome}"
    still = done.before is None or done.before == done.after
    moved = f"{done.after:.2f}" if still else f"{done.before:.2f} → {done.after:.2f}"
    return f"- {done.name} (distance to the author {moved}): {outcome}"


def _heading(boundary: Boundary, stuck: bool) -> str:
    return f"{boundary.contract}: stuck, {boundary.agent} asks you" if stuck else f"{boundary.contract}: please review"


def _line(v: Violation) -> str:
    kind = "flag" if v.severity == "flag" else "can be waived" if v.waivable else "must be mended"
    return f"- **{v.code}** ({kind}, {v.where}): {v.message} {v.fix}"


def waits_for_person(shown: Shown, settings: Settings) -> bool:
    """Whether a person is asked: always when stuck, else as the review point's policy says.

    What isn't stuck shows flags only, or, once a person's own edit was refused, what was wrong with that: they're asked again.
    """
    policy = settings.reviews.policy(shown.point)
    return shown.stuck or policy == "always" or (policy == "on_flag" and bool(shown.violations))
