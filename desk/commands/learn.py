"""`flywheel learn`: what worked, with its evidence, as the next piece gets it."""

from __future__ import annotations

from collections.abc import Iterator

from langchain_core.runnables import RunnableConfig

from agents.optimizer.choosing import told
from agents.optimizer.telling import NOTHING_YET, weighed
from desk.opened import Opened, opened
from desk.output import Output
from desk.place import Place
from graph.learn import graph
from graph.observing import UNTOLD
from state.contracts import Learnings
from state.contracts.learnings import PARTS
from state.flywheel import Context
from state.trade import Part


def run(place: Place, *, as_json: bool) -> int:
    """1 when a channel couldn't be asked; what is known is learnt all the same."""
    output = Output(as_json=as_json)
    with opened(place) as desk:
        config: RunnableConfig = {"run_name": "learn", "tags": ["learn"]}
        said = desk.do(graph.ainvoke({}, config, context=Context(workspace=str(place.workspace))))
        learnings = _newest(desk)
        output.rows(("what", "how it did"), [row for part in PARTS for row in _rows(part, learnings)])
        output.say(f"Views that a channel doesn't tell are taken to be {UNTOLD} a post.")
        output.say("The next piece is made by this." if said["changed"] else "Nothing new since the last time.")
        for trouble in said["troubles"]:
            output.say(f"Not asked: {trouble}")
        output.result(
            {
                "learnings": said["learnings"],
                "changed": said["changed"],
                "troubles": list(said["troubles"]),
                **{part: [f.model_dump(mode="json") for f in learnings.of(part)] for part in PARTS},
            }
        )
    return 1 if said["troubles"] else 0


def _newest(desk: Opened) -> Learnings:
    kept = desk.do(desk.desk.ledger.latest_learnings())
    return Learnings.model_validate_json(kept) if kept else Learnings(parent="")


def _rows(part: Part, learnings: Learnings) -> Iterator[tuple[str, str]]:
    """Named as [optimizer] pins and bans it."""
    findings = learnings.of(part)
    known = told(part, (f.name for f in findings), findings)
    yield from ((f"{part}:{c.name}", weighed(known, c.name)) for c in known.candidates)
    if not findings:
        yield part, NOTHING_YET
