"""What paid shapes the next piece, through the compiled graph: and never into what a contract would refuse."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agents.optimizer.counting import finding, prior_from
from agents.revenue.proposal import OfferChoice, OfferPlace
from state.contracts.learnings import Finding, Learnings, Tally
from state.hooks import HOOKS, hook_of
from state.placements import placement_of
from state.records import OutboxRow
from tests.graph.rig import NOON, Flow, OpenFlow, Script, changed, standing

pytestmark = pytest.mark.long

OFFERS = ("inspection-course", "bench-roll", "upkeep-letter")
FAVOURITE = "bench-roll"


def found(**clicks: int) -> tuple[Finding, ...]:
    """Findings of so many clicks in 2,000 views each; `_` in a name is `-`."""
    tallies = {name.replace("_", "-"): Tally(views=2000, clicks=n) for name, n in clicks.items()}
    prior = prior_from(tallies)
    return tuple(finding(name, t, prior, n=2000, clicks=int(t.clicks)) for name, t in tallies.items())


PAID = found(bench_roll=600, inspection_course=4, upkeep_letter=200)


async def learnt(piece: Flow, **parts: tuple[Finding, ...]) -> Flow:
    learnings = Learnings.model_validate({"parent": "", "as_of": NOON, **parts})
    await (await piece.ledger()).put_learnings(learnings, now=NOON)
    return piece


def offers(workspace: Path, edits: Mapping[str, str] | None = None) -> None:
    """Make every offer fit every piece on bridges; `edits` are lines for the favourite, in place of its own of that key."""
    path = workspace / "offers.toml"
    text = re.sub(r"(?m)^keywords = .*$", 'keywords = ["bridge"]', path.read_text(encoding="utf-8"))
    head, start, rest = text.partition(f'id = "{FAVOURITE}"')
    mine, gap, after = rest.partition("[[offer]]")
    for key, value in (edits or {}).items():
        mine = re.sub(rf"(?m)^{key} = .*$", f"{key} = {value}", mine)
    path.write_text(f"{head}{start}{mine}{gap}{after}", encoding="utf-8")


@pytest.fixture(autouse=True)
def by_draws(workspace: Path) -> None:
    """Every offer fits, and nothing is taken by lot."""
    offers(workspace)
    changed(workspace, optimizer="explore = 0.0")


async def offered(piece: Flow) -> str:
    (insertion,) = standing((await piece.state())["monetized"]).insertions
    return insertion.offer


async def test_nothing_learnt_says_so(flow: OpenFlow) -> None:
    """Without Learnings the agents go by their own rules, contracts hold no choice, and each review says why."""
    piece = flow()
    for point in ("review_draft", "review_offer", "review_release"):
        await piece.to(point) if point == "review_draft" else await piece.accept()
        shown = await piece.shown()
        assert (shown.point, "Not enough data yet." in shown.description) == (point, True)
    state = await piece.state()
    for slot in ("assignment", "brief", "draft", "monetized", "release"):
        assert not {"choice", "choices"} & standing(state[slot]).model_dump().keys()


async def test_what_paid_is_offered(flow: OpenFlow) -> None:
    """The offer that was clicked most is placed, is recorded with what was drawn, and the review says it in plain words."""
    piece = await (await learnt(flow(), offers=PAID)).to("review_offer")
    monetized, shown = (await piece.state())["monetized"], await piece.shown()
    assert monetized is not None
    (choice,) = monetized.choices
    assert (await offered(piece), choice.picked, choice.how, choice.ranked[0]) == (
        FAVOURITE,
        FAVOURITE,
        "drawn",
        FAVOURITE,
    )
    assert {c.name for c in choice.candidates} == set(OFFERS)
    assert "- Offer: bench-roll (the highest draw). bench-roll: 600 of 2,000 clicked (" in shown.description
    assert "inspection-course: 4 of 2,000 clicked (" in shown.description
    assert monetized.reason.startswith("It fits. It had the highest draw: 600 of 2,000 clicked (")
    assert shown.violations == ()


@pytest.mark.parametrize(
    "why",
    [{"live_until": "2026-05-31"}, {"live_from": "2026-06-02"}, {"keywords": '["zeppelin"]'}],
    ids=["expired", "not yet", "unfit"],
)
@pytest.mark.parametrize("pin", [False, True], ids=["favourite", "pinned"])
async def test_what_the_contract_refuses_is_never_taken(
    why: dict[str, str], pin: bool, workspace: Path, flow: OpenFlow
) -> None:
    """A favourite that isn't live or doesn't fit is no candidate, not even a pinned one: the next best is placed, and nothing fails."""
    offers(workspace, why)
    if pin:
        changed(workspace, optimizer=f'pin = ["offers:{FAVOURITE}"]\nexplore = 0.0')
    piece = await (await learnt(flow(), offers=PAID)).to("review_offer")
    assert (await offered(piece), (await piece.shown()).stuck) == ("upkeep-letter", False)
    said, _, fit = (await piece.shown()).description.partition("## Fit")
    assert FAVOURITE not in said
    assert FAVOURITE not in fit or f"- {FAVOURITE}: 0.00\n" in fit
    assert all(h.passed for h in await piece.handoffs())


async def test_what_was_sent_back_is_no_candidate(flow: OpenFlow) -> None:
    """An offer that a person sent back isn't drawn again for the piece, and the draws of the others stand."""
    piece = await (await learnt(flow(), offers=PAID)).to("review_offer")
    before = (await piece.state())["monetized"]
    await piece.rework("revenue", "not this one")
    after = (await piece.state())["monetized"]
    assert before is not None and after is not None
    assert await offered(piece) == "upkeep-letter"
    assert set(after.choices[0].candidates) < set(before.choices[0].candidates)


async def test_a_ban_and_a_pin(workspace: Path, flow: OpenFlow) -> None:
    """A banned offer is never placed, learnt about or not, and the review says that it is banned; a pinned one wins over the draws."""
    changed(workspace, optimizer=f'ban = ["offers:{FAVOURITE}"]\npin = ["offers:inspection-course"]')
    piece = await (await learnt(flow(), offers=PAID)).to("review_offer")
    assert await offered(piece) == "inspection-course"
    said = (await piece.shown()).description
    assert "Offer: inspection-course (pinned in flywheel.toml)" in said
    assert "banned in flywheel.toml" in said
    changed(workspace, optimizer='ban = ["offers:inspection-course", "offers:upkeep-letter"]')
    second = await (await learnt(flow(piece="piece-2"))).to("review_offer")
    assert await offered(second) == FAVOURITE


async def test_no_room_for_an_offer(workspace: Path, flow: OpenFlow) -> None:
    """Where the contract allows no offer none is placed, whatever paid, and no choice is claimed."""
    changed(workspace, contracts__offer="max_insertions = 0", optimizer=f'pin = ["offers:{FAVOURITE}"]')
    piece = await (await learnt(flow(), offers=PAID, placements=found(middle=500))).to("review_offer")
    monetized = (await piece.state())["monetized"]
    assert monetized is not None
    assert (monetized.insertions, monetized.choices) == ((), ())


async def test_a_writer_that_takes_another(flow: OpenFlow) -> None:
    """A model may take another offer than the drawn one, or none: the contract says so, for the books and for the reviewer."""

    def other(offer: str) -> Script:
        placed = (OfferPlace(offer=offer, after_block=99, lead=""),) if offer else ()
        answer = OfferChoice(offers=placed, reason="It serves this reader better.")
        return Script(answers={"revenue.offer": lambda task: answer})

    piece = await (await learnt(flow(script=other("upkeep-letter")), offers=PAID)).to("review_offer")
    assert "Offer: upkeep-letter (the writer's own, against the draw)" in (await piece.shown()).description
    second = await (await learnt(flow(script=other(""), piece="piece-2"), offers=PAID)).to("review_offer")
    assert "Offer: none (the writer's own, against the draw)" in (await second.shown()).description


@pytest.mark.parametrize("kind", ["end", "after-insight", "middle"])
async def test_where_it_stands(kind: str, flow: OpenFlow) -> None:
    """The place that paid is the place, between two blocks; it is measured to be that place."""
    clicks = {"end": 2, "after-insight": 2, "middle": 2} | {kind: 700}
    piece = await (await learnt(flow(), offers=PAID, placements=found(**clicks))).to("review_offer")
    state = await piece.state()
    monetized, brief = state["monetized"], state["brief"]
    assert monetized is not None and brief is not None
    (insertion,) = monetized.insertions
    assert placement_of(monetized.body, insertion.at, brief.insight.evidence) == kind
    assert (monetized.choices[1].part, monetized.choices[1].picked) == ("placements", kind)
    assert "offer.place" not in await piece.codes()


@pytest.mark.parametrize("hook", ["quotation", "scene"])
async def test_how_it_opens(hook: str, flow: OpenFlow) -> None:
    """The rule-based writer opens as it was drawn, with a line of the author's or a quotation, and tells the angle that was drawn."""
    clicks = dict.fromkeys(HOOKS, 2) | {hook: 700}
    told = await learnt(flow(), hooks=found(**clicks), angles=found(first_hand=1, witnesses=600))
    piece = await told.to("review_draft")
    state = await piece.state()
    draft, brief = state["draft"], state["brief"]
    assert draft is not None and brief is not None
    assert (hook_of(draft.body), draft.angle) == (hook, brief.angles[1].title)
    assert [(c.part, c.picked, c.how) for c in draft.choices] == [
        ("angles", "witnesses", "drawn"),
        ("hooks", hook, "drawn"),
    ]
    assert not (await piece.shown()).stuck
    assert f"Opening: {hook} (the highest draw)" in (await piece.shown()).description


async def test_a_model_is_told_how_to_open(flow: OpenFlow, workspace: Path) -> None:
    """A model is told the kind of opening and the angle; what it made of that is measured, and recorded as its own where it differs."""
    changed(workspace, models='default = "openai:gpt-5-mini"', optimizer='pin = ["hooks:question", "angles:witnesses"]')
    script = Script()
    piece = await flow(script=script).to("review_draft")
    (asked,) = [task.ask for task in script.asked if task.name == "voice.draft"]
    assert "Open with a question" in asked and "more than one witness”" in asked
    draft = (await piece.state())["draft"]
    assert draft is not None
    assert hook_of(draft.body) != "question"
    assert [(c.picked, c.how) for c in draft.choices] == [("witnesses", "pinned"), (hook_of(draft.body), "otherwise")]


async def released(piece: Flow) -> Any:
    release = (await piece.state())["release"]
    assert release is not None
    return release


def clock_of(row: OutboxRow) -> time:
    """When it is planned, by the author's clock."""
    assert row.due_at is not None
    return row.due_at.astimezone(ZoneInfo("Europe/London")).time()


async def test_when_it_goes_out(workspace: Path, flow: OpenFlow) -> None:
    """The time that paid is drawn once, into the Release, for each channel alone; publishing again writes the same row."""
    changed(workspace, channels__bluesky='times = ["13:00", "17:00"]')
    times = found(**{"08:00": 500, "17:00": 200, "13:00": 1, "21:00": 1, "Sunday": 900})
    piece = await (await learnt(flow(), times=times)).to("review_release")
    drawn = {c.channel: c for c in (await released(piece)).choices}
    assert {name: c.picked for name, c in drawn.items()} == {"site": "08:00", "bluesky": "17:00"}
    assert "Time on site: 08:00 (the highest draw)" in (await piece.shown()).description
    before = (await piece.snapshot()).config
    await piece.accept()
    rows = await piece.posts()
    assert {r.channel: clock_of(r) for r in rows} == {"site": time(8), "bluesky": time(17)}
    async for _ in piece.graph.astream(None, before, context=piece.context):
        pass
    assert await piece.posts() == rows


async def test_a_time_that_doesnt_come(workspace: Path, flow: OpenFlow) -> None:
    """A favourite time in the quiet hours, or a banned one, is never the plan."""
    changed(workspace, schedule='quiet = "07:00-09:00"', optimizer='explore = 0.0\nban = ["times:17:00"]')
    piece = await (await learnt(flow(), times=found(**{"08:00": 500, "17:00": 400, "13:00": 1}))).to("review_release")
    await piece.accept()
    assert [clock_of(r) for r in await piece.posts()] == [time(13)]


async def test_channels_are_told_and_none_is_dropped(workspace: Path, flow: OpenFlow) -> None:
    """Which channels paid is said at the review; the one that paid nothing is posted to as well."""
    changed(workspace, channels__bluesky="")
    piece = await (await learnt(flow(), channels=found(site=300, bluesky=0))).to("review_release")
    release = await released(piece)
    assert {p.channel for p in release.posts} == {"site", "bluesky"}
    assert (
        "- Channels (for you to know; nothing was chosen by it). site: 300 of 2,000"
        in (await piece.shown()).description
    )


async def test_themes(workspace: Path, flow: OpenFlow) -> None:
    """A scouted piece says how its themes were drawn; a pinned theme comes first, and nothing is written about a banned one."""
    first = await (await learnt(flow(), themes=found(bridge=300, kettle=2))).start(None)
    assignment = (await first.state())["assignment"]
    assert assignment.choice is not None
    assert assignment.themes == assignment.choice.ranked == ("bridge", "kettle")
    assert "Theme: bridge (the highest draw)" in (await first.shown()).description
    assert "“bridge” has earned attention lately (300 of 2,000 clicked (" in assignment.why
    await first.drop()
    changed(workspace, optimizer='ban = ["themes:bridge"]')
    second = await flow(piece="piece-2").start(None)
    topics = [
        (await second.state())["assignment"].topic,
        *(c.topic for c in (await second.state())["assignment"].runners_up),
    ]
    assert not any("bridge" in topic.lower() for topic in topics)
