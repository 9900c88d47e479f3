"""Offers in a piece, through the compiled graph: none where none fits, several in a long piece, never two side by side."""

from __future__ import annotations

import json
import re
from collections import deque
from pathlib import Path

import pytest

from agents.optimizer.choosing import seed_of
from agents.revenue.proposal import OfferChoice, OfferPlace
from state.contracts import Draft
from state.contracts.base import Contract
from state.contracts.monetized import MonetizedDraft
from state.placements import block_before, words_between
from state.text import word_count
from state.violations import Refusal
from tests.graph.rig import Acting, Flow, OpenFlow, Script, changed
from tests.graph.test_choices import PAID, found, learnt
from tests.support.openai_server import OpenAIServer, Reply, Request, raw, status

pytestmark = pytest.mark.long

SEEN = ("ladder", "gate", "rope", "lamp", "bucket", "boat", "coat", "basket", "broom", "barrow")
FROM = ("the near bank", "the far bank", "the old quay", "a field above it", "the steps below")
APART = 600
COURSE = """
[[offer]]
id = "course"
kind = "own"
name = "How to Look at a Bridge"
url = "https://upkeep.example/course"
price = "49.00"
currency = "GBP"
pitch = "It costs {price}."
keywords = ["bridge"]
disclosure = "own"
"""


def long(made: Contract | Refusal) -> Contract | Refusal:
    """The draft with so many plain paragraphs of the author's that it has room for two offers."""
    assert isinstance(made, Draft)
    more = [
        " ".join(
            f"I looked at the bridge from {place}, where somebody had left a {thing} by the wall." for place in FROM
        )
        for thing in SEEN
    ]
    return made.model_copy(update={"body": "\n\n".join([made.body, *more])})


def keywords(workspace: Path, words: str) -> None:
    """Every offer with these keywords."""
    path = workspace / "offers.toml"
    text = re.sub(r"(?m)^keywords = .*$", f"keywords = {words}", path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")


async def offered(piece: Flow) -> MonetizedDraft:
    monetized = (await piece.state())["monetized"]
    assert monetized is not None
    return monetized


async def test_nothing_fits(workspace: Path, flow: OpenFlow) -> None:
    """No offer is forced on a piece that speaks of none: the review says so, which came nearest, and what it lacks."""
    keywords(workspace, '["zeppelin", "rye bread", "harpsichord", "bridge"]')
    changed(workspace, revenue="enough = 0.6")
    piece = await flow().to("review_offer")
    monetized, shown = await offered(piece), await piece.shown()
    best = monetized.considered[0]
    assert (monetized.insertions, shown.stuck, shown.violations) == ((), False, ())
    assert 0 < best.fit < 0.6
    assert (
        f"**Why no offer:** No offer fits well enough: the best is {best.offer}, by {best.fit:.2f}" in shown.description
    )
    assert f"- {best.offer}: {best.fit:.2f}" in shown.description
    keywords(workspace, '["zeppelin"]')
    second = await flow(piece="piece-2").to("review_offer")
    assert (await offered(second)).insertions == ()
    assert "speaks of no keyword of any" in (await second.shown()).description
    await second.accept(2)
    assert len(second.pages()) <= 1 and not (await second.waits())


async def test_another_price_in_the_piece(workspace: Path, flow: OpenFlow) -> None:
    """An offer whose price the author tells otherwise isn't placed beside it: the review says which, and a person may let both stand."""
    (workspace / "offers.toml").write_text(COURSE, encoding="utf-8")
    piece = await flow().to("review_draft")
    text = (await piece.args())["draft"]
    await piece.edit(draft=f"{text}\n\nMy How to Look at a Bridge costs £39. [me]")
    shown = await piece.shown()
    assert shown.point == "review_offer"
    assert (await offered(piece)).insertions == ()
    assert "The piece says £39 where it speaks of How to Look at a Bridge; the offer is 49.00 GBP." in shown.description
    assert [h.passed for h in await piece.handoffs() if h.contract == "MonetizedDraft"] == [False, True]
    other = await flow(piece="piece-2").to("review_offer")
    block = re.search(r"(?ms)^::: offer .*?^:::$", (await other.args())["offer"])
    assert block is not None
    mine = block[0].replace("piece-2", "piece-1")
    await piece.edit(offer=f"{(await piece.args())['offer'].rstrip()}\n\n{mine}\n")
    shown = await piece.shown()
    assert (shown.point, await piece.codes()) == ("review_offer", ["offer.other-price"])
    assert "approve" in shown.open
    await piece.accept()
    assert (await piece.shown()).point == "review_release"
    assert [i.offer for i in (await offered(piece)).insertions] == ["course"]


async def test_two_in_a_long_piece(workspace: Path, flow: OpenFlow) -> None:
    """A piece of 1,200 words and more carries two different offers, so many words apart, and both stand in the article."""
    keywords(workspace, '["bridge"]')
    piece = await flow(Acting(voice=[long])).to("review_offer")
    monetized = await offered(piece)
    one, other = monetized.insertions
    body = monetized.body
    assert 2 * APART <= word_count(body) < 3 * APART
    assert one.offer != other.offer and other.at == len(body)
    assert words_between(body, block_before(body, one.at), block_before(body, other.at)) >= APART
    said = (await piece.shown()).description
    assert said.count("\n::: offer ") == 2 and "**Why these offers:** " in said
    assert said.count(", placed") == 2
    await piece.accept()
    release = (await piece.state())["release"]
    assert release is not None
    (article,) = release.posts
    assert article.text.count("\n::: offer\n") == 2
    assert article.text.index(one.text) < article.text.index(other.text)


async def test_a_short_piece_carries_one(workspace: Path, flow: OpenFlow) -> None:
    """However many fit, a piece that is no longer than most carries one."""
    keywords(workspace, '["bridge"]')
    monetized = await offered(await flow().to("review_offer"))
    assert word_count(monetized.body) < 2 * APART
    assert len(monetized.insertions) == 1


async def test_a_third_too_close(workspace: Path, flow: OpenFlow) -> None:
    """A person who puts in a third offer beside another is told both what is too many and what is too close, and keeps their words."""
    keywords(workspace, '["bridge"]')
    piece = await flow(Acting(voice=[long])).to("review_offer")
    shown = (await piece.args())["offer"]
    (third,) = {"inspection-course", "bench-roll", "upkeep-letter"} - {
        i.offer for i in (await offered(piece)).insertions
    }
    other = await flow(Acting(voice=[long]), piece="piece-2").to("review_offer")
    await other.rework("revenue", "Not these.")
    block = re.search(r"(?ms)^::: offer .*?^:::$", (await other.args())["offer"])
    assert block is not None and third in block[0]
    mine = block[0].replace("piece-2", "piece-1")
    await piece.edit(offer=f"{shown.rstrip()}\n\n{mine}\n")
    assert {"offer.too-many", "offer.too-close"} <= set(await piece.codes())
    said = await piece.shown()
    assert "approve" not in said.open and mine in (await piece.args())["offer"]
    assert f"and {third} stand 0 words apart; at least 600" in said.description
    await piece.edit(offer=shown)
    assert len((await piece.state())["approvals"]) == 3


async def test_each_is_drawn_by_a_seed_of_its_own(workspace: Path, flow: OpenFlow) -> None:
    """The second offer is drawn from what the first left, with a seed of its own; the contract keeps both, and the review shows them."""
    keywords(workspace, '["bridge"]')
    changed(workspace, optimizer="explore = 0.0")
    piece = flow(Acting(voice=[long]))
    await (await learnt(piece, offers=PAID, placements=found(end=600, middle=300, after_insight=2))).to("review_offer")
    monetized = await offered(piece)
    drawn = [c for c in monetized.choices if c.part == "offers"]
    assert [(c.turn, c.picked, c.how) for c in drawn] == [(1, "bench-roll", "drawn"), (2, "upkeep-letter", "drawn")]
    assert [c.seed for c in drawn] == [seed_of("piece-1", "offers"), seed_of("piece-1", "offers", "2")]
    assert {w.name for w in drawn[1].candidates} == {"inspection-course", "upkeep-letter"}
    assert {i.offer for i in monetized.insertions} == {"bench-roll", "upkeep-letter"}
    said = (await piece.shown()).description
    assert "- Offer: bench-roll (the highest draw)" in said and "- Offer 2: upkeep-letter (the highest draw)" in said


async def test_a_model_that_places_two(workspace: Path, flow: OpenFlow) -> None:
    """A model is told how many may stand and how far apart; two side by side go back to it, and both offers are still open to it."""
    keywords(workspace, '["bridge"]')
    names = ("upkeep-letter", "inspection-course")

    def placing(*blocks: int) -> OfferChoice:
        at = zip(names, blocks, strict=True)
        return OfferChoice(
            offers=tuple(OfferPlace(offer=o, after_block=n, lead="") for o, n in at), reason="Both serve."
        )

    script = Script(answers={"revenue.offer": deque([placing(98, 99), placing(2, 99)])})
    piece = await flow(Acting(voice=[long]), script=script).to("review_offer")
    asked = [task.ask for task in script.asked if task.name == "revenue.offer"]
    assert len(asked) == 2 and all("At most 2. Two stand 600 words apart." in ask for ask in asked)
    assert all(f"- {name} (" in ask for name in names for ask in asked)
    assert "Move one of them, or take it out." in asked[1]
    assert [h.passed for h in await piece.handoffs() if h.contract == "MonetizedDraft"] == [False, True]
    assert [i.offer for i in (await offered(piece)).insertions] == list(names)


async def test_what_was_sent_back_by_name(workspace: Path, flow: OpenFlow) -> None:
    """Of two offers the one that the reviewer's note names isn't placed again; the other may stay."""
    keywords(workspace, '["bridge"]')
    piece = await flow(Acting(voice=[long])).to("review_offer")
    one, other = (await offered(piece)).insertions
    await piece.rework("revenue", f"I'd rather not have {one.offer}, thank you.")
    after = {i.offer for i in (await offered(piece)).insertions}
    assert one.offer not in after and other.offer in after and len(after) == 2


def embedded(request: Request) -> Reply:
    """Texts on repair are one thing, all others another."""
    texts = request.body["input"]
    data = [
        {"object": "embedding", "index": n, "embedding": [1.0, 0.0] if "repair morning" in text else [0.3, 1.0]}
        for n, text in enumerate(texts)
    ]
    usage = {"prompt_tokens": 9, "total_tokens": 9}
    return raw(json.dumps({"object": "list", "model": "m", "data": data, "usage": usage}).encode())


async def test_by_meaning(workspace: Path, flow: OpenFlow, monkeypatch: pytest.MonkeyPatch) -> None:
    """With an embedding model named, what it says ranks the offers; where it fails words are compared, and the piece goes on."""
    keywords(workspace, '["bridge"]')
    changed(workspace, revenue='fit = "openai:m"\nenough = 0.75')
    monkeypatch.setenv("OPENAI_API_KEY", "sk-scripted")
    with OpenAIServer() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        server.otherwise = embedded
        monetized = await offered(await flow().to("review_offer"))
        assert [r.path for r in server.requests] == ["/v1/embeddings"]
        fits = {c.offer: c.fit for c in monetized.considered}
        assert fits["bench-roll"] == pytest.approx((1 + 0.3 / 1.09**0.5) / 2, abs=0.01)
        assert fits["inspection-course"] == fits["upkeep-letter"] == 1.0
        assert {i.offer for i in monetized.insertions} <= {"inspection-course", "upkeep-letter"}
        server.otherwise = lambda request: status(401)
        second = await offered(await flow(piece="piece-2").to("review_offer"))
    assert len(second.insertions) == 1 and all(c.fit < 0.75 for c in second.considered)
