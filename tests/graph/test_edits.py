"""What a person writes into a review: it passes the same checks, is kept when it doesn't, and is what goes out when it does."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from state.base import digest_of
from state.contracts import Draft
from state.contracts.base import Contract
from state.records import PostState
from state.violations import Refusal
from tests.graph.rig import Acting, Clock, OpenFlow, broken, changed

pytestmark = pytest.mark.long

VOUCHED = "I counted 41 rivets on that one by hand."


@pytest.fixture
def three_channels(workspace: Path) -> Path:
    changed(workspace, channels__bluesky='handle = "a.example"', channels__mastodon='server = "https://a.example"')
    return workspace


async def test_an_edit_is_what_is_published(flow: OpenFlow) -> None:
    """An edited draft is what REVENUE gets, what the release is made of and what stands on the site, to the letter."""
    acting = Acting()
    piece = await flow(acting).to("review_draft")
    head, _, end = (await piece.args())["draft"].rpartition("\n\n")
    await piece.edit(draft=f"{head}\n\nIt was raining the whole time.\n\n{end}")
    assert "It was raining the whole time." in acting.given["revenue"][-1].draft.body
    await piece.accept(2)
    await piece.drain()
    (page,) = piece.pages()
    assert "It was raining the whole time." in page.read_text(encoding="utf-8")
    decision = next(d for d in await piece.decisions() if d.kind == "edit")
    draft = (await piece.state())["draft"]
    assert draft is not None
    assert decision.digest == digest_of(draft)


async def test_an_edit_that_breaks_the_contract_is_told_so(flow: OpenFlow) -> None:
    """A number that nothing vouches for is refused with the sentence and the way out, the words stay, and nothing is decided."""
    piece = await flow().to("review_draft")
    edited = (await piece.args())["draft"] + "\n\nIn 1823 I counted 57 of them."
    await piece.edit(draft=edited)
    shown = await piece.shown()
    assert (shown.point, shown.stuck) == ("review_draft", False)
    assert (await piece.args())["draft"] == edited
    assert "The edit breaks the contract" in shown.description
    (told,) = (v for v in shown.violations if v.code == "draft.untraceable")
    assert "57" in told.message
    assert "[me]" in told.fix
    assert "approve" not in shown.open
    assert [d.point for d in await piece.decisions()] == ["review_brief"]
    person = [h for h in await piece.handoffs() if h.producer == "person"]
    assert [(h.contract, h.passed) for h in person] == [("Draft", False)]


async def test_a_reviewer_may_vouch(flow: OpenFlow) -> None:
    """`[me]` behind a sentence with a number makes it the author's own note, attested by this decision, and it is published."""
    piece = await flow().to("review_draft")
    text = (await piece.args())["draft"]
    await piece.edit(draft=f"{text}\n\n{VOUCHED} [me]")
    assert (await piece.shown()).point == "review_offer"
    draft = (await piece.state())["draft"]
    assert draft is not None
    assert [(n.text, n.origin) for n in draft.notes][-1] == (VOUCHED, "decision:review_draft")
    await piece.accept(2)
    await piece.drain()
    assert VOUCHED in piece.pages()[0].read_text(encoding="utf-8")


async def test_a_second_edit_starts_from_what_the_agent_made(flow: OpenFlow) -> None:
    """What a refused edit left out can be put back by the next, and what it vouched for can be said otherwise."""
    piece = await flow().start()
    text = (await piece.args())["brief"]
    head, _, rest = text.partition("## Evidence\n\n")
    evidence, _, tail = rest.partition("\n\n## Angles")
    first = evidence.split("\n\n")[0]
    await piece.edit(brief=f"{head}## Evidence\n\n{first}\n\n## Angles{tail}")
    assert "brief.evidence-count" in await piece.codes()
    await piece.edit(brief=text.replace("## Next steps", "## Next steps\n\n- Keep all of it in."))
    assert (await piece.shown()).point == "review_draft"
    draft = (await piece.args())["draft"]
    await piece.edit(draft=f"{draft}\n\n{VOUCHED} [me]\n\nIn 1823 there were 57.")
    assert "draft.untraceable" in await piece.codes()
    await piece.edit(draft=f"{draft}\n\nI counted 40 rivets, not more. [me]")
    assert (await piece.shown()).point == "review_offer"
    state = await piece.state()
    assert state["draft"] is not None
    attested = [n.text for n in state["draft"].notes if n.origin.startswith("decision:")]
    assert attested == ["I counted 40 rivets, not more."]


async def test_a_refused_attestation_doesnt_haunt_the_rework(flow: OpenFlow) -> None:
    """A sentence vouched for in an edit that was refused is no note of the next draft: nobody decided on it."""
    piece = flow(Acting(voice=[broken] * 3))
    await piece.to("review_draft")
    text = (await piece.args())["draft"]
    await piece.edit(draft=f"{text}\n\n{VOUCHED} [me]")
    assert (await piece.shown()).stuck
    await piece.rework("voice")
    shown = await piece.shown()
    assert (shown.point, shown.stuck) == ("review_draft", False)
    assert VOUCHED not in (await piece.args())["draft"]


async def test_an_attested_note_survives_a_rework(flow: OpenFlow) -> None:
    """What a reviewer vouched for in an edit that passed is still a note when VOICE writes again."""
    acting = Acting()
    piece = await flow(acting).to("review_draft")
    await piece.edit(draft=f"{(await piece.args())['draft']}\n\n{VOUCHED} [me]")
    await piece.rework("voice")
    assert [n.text for n in acting.given["voice"][-1].notes if n.origin.startswith("decision:")] == [VOUCHED]
    shown = await piece.shown()
    assert (shown.point, shown.stuck) == ("review_draft", False)
    assert VOUCHED in (await piece.args())["draft"]


async def test_a_stuck_piece_can_be_mended_by_hand(flow: OpenFlow) -> None:
    """An edit that mends what the agent couldn't takes a stuck piece on."""
    changed_text = []

    def miscounted(made: Contract | Refusal) -> Draft:
        assert isinstance(made, Draft)
        changed_text.append(made)
        return made.model_copy(update={"body": f"{made.body} There were 1,{len(changed_text)}00 of them."})

    piece = flow(Acting(voice=[miscounted] * 3))
    await piece.to("review_draft")
    assert (await piece.shown()).stuck
    text = (await piece.args())["draft"]
    await piece.edit(draft=text.replace(" There were 1,300 of them.", ""))
    assert (await piece.shown()).point == "review_offer"


async def test_a_typo_goes_back_to_voice(flow: OpenFlow) -> None:
    """At review_offer the author's text can't be touched: the refusal says to send a typo back to VOICE."""
    piece = await flow().to("review_offer")
    text = (await piece.args())["offer"]
    await piece.edit(offer=text.replace("I did it for a living", "I did it for my living"))
    shown = await piece.shown()
    assert shown.point == "review_offer"
    (told,) = (v for v in shown.violations if v.code == "offer.text-changed")
    assert "send a typo back to VOICE" in told.fix
    await piece.rework("voice", "a living is my living")
    assert (await piece.shown()).point == "review_draft"


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("Disclosure: This one is mine: I made it and I sell it.", "Disclosure:", "offer.disclosure"),
        ("Lead:", "Lead: Only 5 left, and it is the best:", "offer.lead"),
        ("49.00 GBP", "39.00 GBP", "offer.words"),
        ("utm_source=site", "utm_source=elsewhere", "offer.link"),
        ("::: offer inspection-course", "::: offer bridge-for-sale", "offer.unknown"),
        ("Link: ", "Link ", "form.unreadable"),
    ],
)
async def test_an_offer_keeps_its_words(before: str, after: str, code: str, flow: OpenFlow) -> None:
    """An edit of the offer that drops its disclosure, promises, or changes its price or link is refused."""
    piece = await flow().to("review_offer")
    text = (await piece.args())["offer"]
    assert before in text
    edited = text.replace(before, after, 1)
    await piece.edit(offer=edited)
    assert code in await piece.codes()
    assert await piece.args() == {"offer": edited, "decision": ""}


async def test_one_post_is_edited_alone(three_channels: Path, flow: OpenFlow) -> None:
    """An edit of one channel's posts leaves the other channels' bytes as they were shown."""
    piece = await flow().to("review_release")
    before = await piece.args()
    assert list(before) == ["site", "bluesky", "mastodon", "decision"]
    first, _, rest = before["bluesky"].partition("\n\n")
    await piece.answer({"type": "edit", "args": {"bluesky": f"{first}\n\nIt rained.\n\n{rest}"}})
    release = (await piece.state())["release"]
    assert release is not None
    texts = {p.id: p.text for p in release.posts}
    assert "It rained." in texts["bluesky-1"]
    assert texts["site"] in before["site"]
    for post in release.posts:
        if post.channel == "mastodon":
            assert post.text in before["mastodon"]


async def test_one_channel_is_dropped_alone(three_channels: Path, flow: OpenFlow) -> None:
    """Emptying a channel's text drops its posts; the rest is published, and what has no transport parks: the piece is partial."""
    piece = await flow().to("review_release")
    await piece.edit(mastodon="")
    release = (await piece.state())["release"]
    assert release is not None
    assert release.dropped == ("mastodon",)
    posts = await piece.drain()
    assert {p.channel for p in posts} == {"site", "bluesky"}
    assert {p.state for p in posts if p.channel == "site"} == {PostState.CONFIRMED}
    parked = [p for p in posts if p.channel == "bluesky"]
    assert {p.state for p in parked} == {PostState.PARKED}
    assert "no transport for bluesky yet" in parked[0].reason
    row = await piece.row()
    assert row.status == "partial"
    assert "bluesky-1: there is no transport" in row.reason


async def test_a_channel_that_was_dropped_in_a_refused_edit_can_come_back(three_channels: Path, flow: OpenFlow) -> None:
    """Emptied in an edit that another channel's mistake refused, a channel is there again when its text is."""
    piece = await flow().to("review_release")
    args = await piece.args()
    await piece.edit(mastodon="", bluesky=args["bluesky"] + " " + "Far too long. " * 40)
    assert "release.too-long" in await piece.codes()
    assert (await piece.args())["mastodon"] == ""
    await piece.edit(mastodon=args["mastodon"], bluesky=args["bluesky"])
    release = (await piece.state())["release"]
    assert release is not None
    assert (release.dropped, {p.channel for p in release.posts}) == ((), {"site", "bluesky", "mastodon"})


async def test_what_was_edited_in_a_refused_edit_stays_edited(three_channels: Path, flow: OpenFlow) -> None:
    """Mending the one channel that broke keeps the person's words in the others, even when only the mended one is sent."""
    piece = await flow().to("review_release")
    args = await piece.args()
    site = args["site"].replace("## Sources", "It rained, in the end.\n\n## Sources")
    await piece.edit(site=site, bluesky=args["bluesky"] + " " + "Far too long. " * 40)
    assert "release.too-long" in await piece.codes()
    await piece.answer({"type": "edit", "args": {"bluesky": args["bluesky"]}})
    release = (await piece.state())["release"]
    assert release is not None
    assert "It rained, in the end." in release.posts[0].text


async def test_every_channel_empty_is_no_release(three_channels: Path, flow: OpenFlow) -> None:
    """Emptying all channels is refused with the way out: keep one, or drop the piece."""
    piece = await flow().to("review_release")
    await piece.edit(site="", bluesky="", mastodon="")
    assert "Keep one, or drop the piece" in (await piece.shown()).description


async def test_a_release_says_no_more_than_the_draft(flow: OpenFlow) -> None:
    """At the last review point a number, a link or a quotation that the draft doesn't have is refused, each by its code."""
    piece = await flow().to("review_release")
    site = (await piece.args())["site"]
    more = "In 1823 somebody wrote “I never saw it fall” at [this place](https://elsewhere.example/)."
    await piece.edit(site=site.replace("## Sources", f"{more}\n\n## Sources"))
    assert {"release.new-claim", "release.link"} <= set(await piece.codes())
    assert more in (await piece.args())["site"]


async def test_a_window_that_a_reviewer_gives_is_kept(flow: OpenFlow, workspace: Path, clock: Clock) -> None:
    """A line above a channel's posts says when they may go out, by that channel's clock; one that is over is told at the review."""
    changed(workspace, channels__site='timezone = "Asia/Tokyo"\nquiet = "02:00-08:00"')
    piece = await flow().to("review_release")
    assert "`Window: 2026-11-30 09:00 to 2026-12-02 18:00`" in (await piece.shown()).description
    text = (await piece.args())["site"]
    over, given = "Window: until 2026-06-01 20:59", "Window: 2026-06-02 01:30 to 2026-06-04 18:00"
    await piece.edit(site=text.replace("\n\n", f"\n{over}\n\n", 1))
    assert "release.window-over" in await piece.codes()
    assert over in (await piece.args())["site"]
    await piece.edit(site=text.replace("\n\n", f"\n{given}\n\n", 1))
    opens = datetime(2026, 6, 2, 1, 30, tzinfo=ZoneInfo("Asia/Tokyo"))
    clock.now = opens - timedelta(minutes=1)
    (post,) = await piece.drain()
    assert (post.state, post.not_before) == (PostState.INTENDED, opens)
    clock.now = opens
    (post,) = await piece.drain()
    assert post.state is PostState.CONFIRMED
    assert given not in piece.pages()[0].read_text(encoding="utf-8")
