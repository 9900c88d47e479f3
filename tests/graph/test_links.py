"""A piece's redirects: its posts carry them, publishing writes down where they lead, and a reader gets there."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
from langchain_core.runnables import RunnableConfig
from starlette.applications import Starlette

from desk.web.redirect import Redirects
from graph import amend, preview
from graph.rooms import Rooms
from state.contracts import MonetizedDraft, Release
from state.ledger import Ledger, open_ledger
from state.links import code_of, landing_url, tracked_url
from state.settings import Settings
from state.workspace import database_url, load_offers, load_settings
from tests.graph.rig import NOON, PIECE, Clock, OpenFlow, changed, reviews, rooms_of

pytestmark = pytest.mark.long

BASE = "https://go.upkeep.example"
CHANNELS = ("site", "bluesky", "mastodon", "linkedin")


def counting(workspace: Path) -> None:
    changed(
        workspace,
        reviews=reviews(release="never"),
        tracking=f'url = "{BASE}"',
        channels__linkedin='author = "urn:li:person:abc123"',
        **{f"channels__{name}": "" for name in ("bluesky", "mastodon")},
    )


async def contracts(ledger: Ledger) -> tuple[Release, MonetizedDraft]:
    row = (await ledger.outbox(PIECE))[-1]
    release = Release.model_validate_json((await ledger.body(row.release) or ("", ""))[1])
    return release, MonetizedDraft.model_validate_json((await ledger.body(release.parent) or ("", ""))[1])


async def test_a_published_piece_has_its_links(flow: OpenFlow, workspace: Path) -> None:
    """Each channel of a piece has a code of its own for its offer; posts carry it, and the ledger knows the page behind it."""
    counting(workspace)
    piece = await flow().start()
    ledger = await piece.ledger()
    release, monetized = await contracts(ledger)
    (placed,) = monetized.insertions
    (offer,) = (o for o in load_offers(workspace) if o.id == placed.offer)
    assert placed.landing == landing_url(offer, PIECE, "site")
    links = {link.channel: link for link in await ledger.links()}
    assert set(links) == {post.channel for post in release.posts} == set(CHANNELS)
    for channel, link in links.items():
        assert (link.code, link.piece) == (code_of(PIECE, channel, offer.id), PIECE)
        assert link.url == landing_url(offer, PIECE, channel)
    for channel in ("site", "linkedin"):
        text = "".join(post.text for post in release.posts if post.channel == channel)
        assert text.count(f"{BASE}/r/{links[channel].code}") == 1
        assert not any(f"{BASE}/r/{link.code}" in text for name, link in links.items() if name != channel)
        assert offer.url not in text
    settings = load_settings(workspace)
    shown = {p.id: p for p in preview.preview(release, monetized, settings, {}, NOON)}
    spans = [span.text for span in shown["linkedin-1"].spans if span.kind == "offer"]
    assert spans == [f"{BASE}/r/{links['linkedin'].code}"]
    assert await ledger.followed() == {}


async def test_publishing_again_writes_no_link_twice(flow: OpenFlow, workspace: Path) -> None:
    """`publish` that runs again after a kill leaves the links as they were, though the offer leads elsewhere by now."""
    counting(workspace)
    changed(workspace, reviews=reviews())
    piece = await flow().to("review_release")
    assert await (await piece.ledger()).links() == ()
    await piece.accept()
    history = [snapshot async for snapshot in piece.graph.aget_state_history(piece.config)]
    before = next(snapshot for snapshot in history if snapshot.next == ("publish",))
    links = await (await piece.ledger()).links()
    assert links
    offers = workspace / "offers.toml"
    offers.write_text(offers.read_text().replace("https://upkeep.example/course", "https://elsewhere.example/course"))
    await piece.graph.ainvoke(None, before.config)
    assert await (await piece.ledger()).links() == links
    assert not any("elsewhere" in link.url for link in links)


async def test_without_redirects_nothing_is_written(flow: OpenFlow, workspace: Path) -> None:
    """Where no address for them is set, posts carry the offer's own address with its tags, and the ledger no link."""
    changed(workspace, reviews=reviews(release="never"))
    piece = await flow().start()
    ledger = await piece.ledger()
    release, monetized = await contracts(ledger)
    (placed,) = monetized.insertions
    (offer,) = (o for o in load_offers(workspace) if o.id == placed.offer)
    assert tracked_url(offer, PIECE, "site") == landing_url(offer, PIECE, "site") == placed.url
    assert placed.url in release.posts[0].text
    assert not placed.landing
    assert await ledger.links() == ()


async def test_an_amendment_keeps_and_writes_links(flow: OpenFlow, workspace: Path, clock: Clock) -> None:
    """An amended Release has its links, though the settings name no address for redirects any more."""
    counting(workspace)
    piece = await flow().start()
    ledger = await piece.ledger()
    links = await ledger.links()
    changed(workspace, tracking="")
    await piece.drain()
    rows = await piece.posts()
    for row in rows:
        await ledger.move_post(
            row.key, state=row.state.__class__.CONFIRMED, now=NOON, url="https://x.example/1", remote_id=row.key
        )
    graph = amend.build(rooms_of(clock)).compile(checkpointer=piece.saver)
    config: RunnableConfig = {"configurable": {"thread_id": f"{PIECE}-amend"}}
    found = await graph.ainvoke({"piece": PIECE}, config, context=piece.context)
    shown = found["shown"]
    assert not [v for v in shown.violations if v.code.startswith("release.untracked")]
    assert await ledger.links() == links


async def test_a_reader_gets_there(flow: OpenFlow, workspace: Path) -> None:
    """The link of a post that the graph made leads to the offer, and the click is that piece's, channel's and offer's."""
    counting(workspace)
    piece = await flow().start()
    release, monetized = await contracts(await piece.ledger())
    (post,) = (post for post in release.posts if post.channel == "linkedin")
    path = post.text[post.text.index(f"{BASE}/r/") + len(BASE) :].split()[0]

    async def settings() -> Settings:
        return await asyncio.to_thread(load_settings, workspace)

    redirects = Redirects(settings, Rooms().ledger_of)
    async with redirects.running():
        transport = httpx.ASGITransport(Starlette(routes=redirects.routes))
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as reader:
            answer = await reader.get(path, headers={"user-agent": "Mozilla/5.0"})
    assert answer.status_code == 302
    assert "utm_source=linkedin" in answer.headers["location"]
    ledger = await open_ledger(database_url(load_settings(workspace)))
    ((code, followed),) = (await ledger.followed()).items()
    link = await ledger.link(code)
    await ledger.close()
    assert link is not None
    assert (link.piece, link.channel, link.offer) == (PIECE, "linkedin", monetized.insertions[0].offer)
    assert followed == (1, 0)
