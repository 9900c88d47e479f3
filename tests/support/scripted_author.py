"""A well-behaved model, scripted: what it answers to each of the four agents, made from what it was asked."""

from __future__ import annotations

import re
from typing import Any

from tests.support.openai_server import Reply, Request, good


def sensible(request: Request) -> Reply:
    """What a well-behaved model answers to each of the four agents, VOICE in each of its passes."""
    answers = {"BriefProposal": brief, "DraftProposal": PASSES[passing(request)], "OfferChoice": offer}
    return good((answers | {"ThreadsProposal": threads})[request.wants](request.messages[-1][1]))


def passing(request: Request) -> str:
    """Which of its passes VOICE is in, by its prompt; `draft` for other agents."""
    _, _, said = request.messages[0][1].partition("## This pass: ")
    return said.split("\n", 1)[0] or "draft"


def passages(ask: str) -> dict[int, str]:
    return {
        int(n): text
        for n, text in re.findall(r"^\[(\d+)\] \(.*?, (?:no date|\d{4}-\d\d-\d\d)\) (.+)$", ask, re.MULTILINE)
    }


def brief(ask: str) -> dict[str, Any]:
    found = passages(ask)
    return {
        "insight": f"Whoever sets a lamp's life decides for everybody: {' '.join(found[1].split()[:9])}.",
        "insight_passages": [1],
        "evidence": list(found)[:6],
        "angles": [
            {"title": "Who chose the hours", "approach": "Follow the people who decided."},
            {"title": "Long life, little light", "approach": "Weigh brightness against years."},
        ],
        "next_steps": ["Open with the box in the cellar.", "Stress that somebody chose the number."],
    }


def draft(ask: str) -> dict[str, Any]:
    evidence = re.findall(r"^\[(e\d+)\] ", ask, re.MULTILINE)
    own = [
        "I keep dead bulbs in a box, and I look through them when it rains.",
        "Somebody chose how long each of them would burn.",
        "You can see why they did it, and you can still mind.",
        "A lamp is a bargain between brightness and years.",
        "Nobody asked the people who'd be changing them.",
        "I've come to like the dim ones best.",
    ]
    filler = (
        "It's the sort of thing you only notice once you start to look, and then you see it on every shelf in the shop. "
        "I don't hold it against anybody who had to pick a number and sign the drawing. Still, I'd have liked to be told. "
    )
    variants = [
        filler.replace("shop", place).replace("told", verb).replace("drawing", sheet)
        for place, verb, sheet in (
            ("shop", "told", "drawing"),
            ("village", "asked", "plan"),
            ("hardware store", "warned", "sheet"),
            ("market", "consulted", "form"),
            ("catalogue", "shown", "page"),
            ("window", "reminded", "order"),
        )
    ]
    paragraphs = [f"{a} I wrote this down: <<{e}>> {b}" for a, e, b in zip(own, evidence, variants, strict=False)]
    return {
        "title": "Who chose the hours",
        "body": "\n\n".join([*paragraphs, "So I read the box before I buy, and I write the date on the cap."]),
        "angle": "Who chose the hours",
    }


def edit(ask: str) -> dict[str, Any]:
    """The text that it was given, with two of its sentences shorter; nothing of what they say is lost."""
    title, body = text(ask)
    return {"title": title, "body": body.replace("It's the sort of thing you", "You"), "angle": "Who chose the hours"}


def polish(ask: str) -> dict[str, Any]:
    """The text that it was given, with a longer paragraph broken in two."""
    title, body = text(ask)
    return {"title": title, "body": body.replace(" Still, I'd", "\n\nStill, I'd", 1), "angle": "Who chose the hours"}


def text(ask: str) -> tuple[str, str]:
    """Title and body of the text that a pass begins with."""
    title, _, body = ask.split("# The text\n\n# ", 1)[1].partition("\n\n")
    return title, body


PASSES = {"draft": draft, "edit": edit, "polish": polish}


def offer(ask: str) -> dict[str, Any]:
    return {
        "offers": [
            {"offer": "bench-roll", "after_block": 99, "lead": "If you'd sooner mend the lamp than throw it out:"},
        ],
        "reason": "Readers who mend lamps need bits.",
    }


def threads(ask: str) -> dict[str, Any]:
    said = re.findall(r"^\[(s\d+)\] (.+)$", ask, re.MULTILINE)
    first = said[0]
    part = [{"text": first[1], "sources": [first[0]]}]
    return {"posts": [{"channel": c, "parts": [part]} for c in re.findall(r"^- (\w+): ", ask, re.MULTILINE)]}
