"""Bluesky's own servers keep what every channel keeps, show posts as they were sent, and tell what people do with them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import httpx
import pytest
from atproto import AsyncClient, models
from PIL import Image

from channels import Opening, SiteIdentity, bluesky_listening, bluesky_session, open_channel
from channels.bluesky import BlueskyChannel
from state.channels import Gone, Kind, OutgoingImage, OutgoingPost, Receipt, Rejected, Unauthorized
from tests.peers.servers.bluesky import Account, Network, copies, posts
from tests.support.conformance import Conformance, post_for

IDENTITY = SiteIdentity(name="Upkeep", base_url="https://example.org", author="Noor")
T = TypeVar("T")


def the_post(number: int = 1, **fields: object) -> OutgoingPost:
    """A post that no other test has sent: the AppView, which is always a little late, would mix it up with that one."""
    return post_for("bluesky", number, **{"key": uuid4().hex, **fields})


async def eventually(look: Callable[[], Awaitable[T]], enough: Callable[[T], object], seconds: float = 30) -> T:
    """What `look` sees once it is enough: the AppView hears of everything a little later."""
    async with asyncio.timeout(seconds):
        while not enough(seen := await look()):
            await asyncio.sleep(0.05)
    return seen


@dataclass
class FarSide:
    channel: BlueskyChannel
    network: Network
    workspace: Path

    async def count(self) -> int:
        return len(self.posts())

    async def text_of(self, receipt: Receipt) -> str:
        return str((await self.seen(receipt))["record"]["text"])

    def posts(self) -> dict[str, dict[str, Any]]:
        return posts(self.network, self.network.author)

    async def seen(self, receipt: Receipt) -> dict[str, Any]:
        """A post as the AppView shows it to readers, in its newest version."""
        now = self._get(self.network.pds, "com.atproto.repo.getRecord", **_named(receipt.remote_id))["cid"]
        return await eventually(partial(self._view, receipt.remote_id), lambda view: view.get("cid") == now)

    async def _view(self, uri: str) -> dict[str, Any]:
        found = self._get(self.network.appview, "app.bsky.feed.getPosts", uris=uri)["posts"]
        return dict(found[0]) if found else {}

    def _get(self, server: str, method: str, **params: str) -> Any:
        return httpx.get(f"{server}/xrpc/{method}", params=params).raise_for_status().json()

    def blob(self, image: dict[str, Any]) -> bytes:
        params = {"did": self.network.author.did, "cid": image["image"]["ref"]["$link"]}
        return httpx.get(f"{self.network.pds}/xrpc/com.atproto.sync.getBlob", params=params).raise_for_status().content

    def picture(self, name: str, side: int = 40, **how: Any) -> OutgoingImage:
        """An image of noise, which no encoding makes much smaller."""
        noise = random.Random(name).randbytes(side * side * 3)
        Image.frombytes("RGB", (side, side), noise).save(self.workspace / name, **how)
        return OutgoingImage(path=name, alt=f"Noise, {side} wide: 👍🏽")


def _named(uri: str) -> dict[str, str]:
    repo, collection, rkey = uri.removeprefix("at://").split("/")
    return {"repo": repo, "collection": collection, "rkey": rkey}


def _opened(network: Network, workspace: Path, account: Account) -> BlueskyChannel:
    options = {"handle": account.handle, "service": network.pds}
    channel = open_channel(Opening(name="bluesky", options=options, workspace=workspace, site=IDENTITY))
    assert isinstance(channel, BlueskyChannel)
    return channel


@pytest.fixture
async def far_side(bluesky: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FarSide]:
    monkeypatch.setenv("BLUESKY_APP_PASSWORD", bluesky.author.app_password)
    channel = _opened(bluesky, tmp_path, bluesky.author)
    for uri in posts(bluesky, bluesky.author):
        await channel.delete(uri)
    yield FarSide(channel, bluesky, tmp_path)
    await channel.aclose()


@pytest.fixture
async def reader(bluesky: Network) -> AsyncIterator[AsyncClient]:
    """Somebody else, with a client of her own."""
    client = AsyncClient(base_url=bluesky.pds)
    await client.login(bluesky.reader.handle, bluesky.reader.app_password)
    yield client
    await client.request.close()


class TestBluesky(Conformance):
    pass


async def _thread(far_side: FarSide, parts: int, first: int = 1) -> list[Receipt]:
    sent: list[Receipt] = []
    for number in range(first, first + parts):
        before = sent[-1].remote_id if sent else None
        root = sent[0].remote_id if len(sent) > 1 else None
        sent.append(await far_side.channel.send(the_post(number, reply_to=before, root=root)))
    return sent


async def test_a_thread_hangs_together(far_side: FarSide) -> None:
    """Each part answers the one before it, all name the first as their root, and the app shows them as one thread."""
    first, second, third = await _thread(far_side, 3)
    held = far_side.posts()
    assert [held[r.remote_id]["reply"]["parent"]["uri"] for r in (second, third)] == [first.remote_id, second.remote_id]
    assert {held[r.remote_id]["reply"]["root"]["uri"] for r in (second, third)} == {first.remote_id}
    told = await eventually(lambda: far_side.channel.engagement(first.remote_id), lambda e: len(e.responses) == 2)
    assert {(r.remote_id, r.to, r.ours) for r in told.responses} == {
        (second.remote_id, first.remote_id, True),
        (third.remote_id, second.remote_id, True),
    }


async def test_links_and_tags_reach_readers(far_side: FarSide) -> None:
    """Links and tags are where the text has them, counted in bytes; a file's name and a handle stay words."""
    text = "👩🏽‍🔬 كل https://example.org/a?b=1&c=(d), main.py and @ravi.test. क्षत्रिय #पुस्तक https://example.com."
    record = (await far_side.seen(await far_side.channel.send(the_post(text=text))))["record"]
    marked = [
        (text.encode()[f["index"]["byteStart"] : f["index"]["byteEnd"]].decode(), f["features"][0])
        for f in record["facets"]
    ]
    assert [(said, feature.get("uri") or feature.get("tag")) for said, feature in marked] == [
        ("https://example.org/a?b=1&c=(d)", "https://example.org/a?b=1&c=(d)"),
        ("#पुस्तक", "पुस्तक"),
        ("https://example.com", "https://example.com"),
    ]


async def test_the_article_has_a_card(far_side: FarSide) -> None:
    """A post that begins a thread shows the article's card with its title and summary; another link is called by its host."""
    article = {"canonical": "https://example.org/p/1/", "title": "Who may undo the screws", "summary": "In short."}
    first = await far_side.channel.send(the_post(1, **article))
    second = await far_side.channel.send(
        the_post(2, text="See https://example.com/x.", reply_to=first.remote_id, **article)
    )
    cards = [(await far_side.seen(r))["embed"]["external"] for r in (first, second)]
    assert [(c["uri"], c["title"], c["description"]) for c in cards] == [
        ("https://example.org/p/1/", "Who may undo the screws", "In short."),
        ("https://example.com/x", "example.com", ""),
    ]


async def test_images_reach_readers(far_side: FarSide) -> None:
    """Four images come back with their descriptions and shapes, in their order; a post with images is found again."""
    images = tuple(far_side.picture(f"{n}.png", side) for n, side in enumerate((40, 60, 80, 100)))
    post = the_post(images=images, canonical="https://example.org/p/1/")
    view = await far_side.seen(await far_side.channel.send(post))
    shown = view["embed"]["images"]
    assert [i["alt"] for i in shown] == [i.alt for i in images]
    assert [i["aspectRatio"]["width"] for i in shown] == [40, 60, 80, 100]
    assert await far_side.channel.find(post)
    assert await far_side.channel.find(post.model_copy(update={"images": images[:3]})) is None


async def test_a_big_image_is_made_smaller(far_side: FarSide) -> None:
    """An image of 10 MB goes out within the far side's limit, without what the camera wrote into it."""
    exif = Image.Exif()
    exif[0x010E] = "Taken at home"
    image = far_side.picture("big.png", 1850, exif=exif)
    assert (far_side.workspace / "big.png").stat().st_size > 10_000_000
    sent = await far_side.channel.send(the_post(images=(image,)))
    data = far_side.blob(far_side.posts()[sent.remote_id]["embed"]["images"][0])
    assert 1_000_000 < len(data) <= 2_000_000
    assert not Image.open(BytesIO(data)).getexif()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [("none.png", None, "No such file"), ("bad.png", b"\x89PNG\r\n\x1a\nno", "can't be read")],
)
async def test_a_bad_image_posts_nothing(far_side: FarSide, name: str, content: bytes | None, said: str) -> None:
    """A missing or broken image is refused, and nothing was posted."""
    if content is not None:
        (far_side.workspace / name).write_bytes(content)
    with pytest.raises(Rejected, match=said):
        await far_side.channel.send(the_post(images=(OutgoingImage(path=name, alt="x"),)))
    assert await far_side.count() == 0


@pytest.mark.parametrize("unit", ["a", "👨‍👩‍👧‍👦", "🇺🇦", "क्षि", "e\u0301"])
async def test_the_limit_counts_what_readers_see(far_side: FarSide, unit: str) -> None:
    """300 graphemes are taken, and one more is refused for good; 3,000 bytes bound them too."""
    most = min(300, 3000 // len(unit.encode()))
    receipt = await far_side.channel.send(the_post(1, text=unit * most))
    assert await far_side.text_of(receipt) == unit * most
    with pytest.raises(Rejected, match="text"):
        await far_side.channel.send(the_post(2, text=unit * (most + 1)))
    assert await far_side.count() == 1


async def test_an_edit_keeps_the_place(far_side: FarSide) -> None:
    """An edited part keeps its time and its thread, and readers see the new words, link and all."""
    first, second, third = await _thread(far_side, 3)
    before = far_side.posts()[second.remote_id]
    later = the_post(2).published_at + timedelta(days=2)
    new = the_post(2, text="Mended: https://example.org/.", published_at=later)
    assert await far_side.channel.edit(new, second.remote_id) == second
    view = await far_side.seen(second)
    assert (view["record"]["text"], view["record"]["createdAt"]) == (new.text, before["createdAt"])
    assert view["record"]["reply"] == before["reply"]
    assert set(far_side.posts()) == {first.remote_id, second.remote_id, third.remote_id}


async def test_a_part_can_answer_one_that_was_edited(far_side: FarSide) -> None:
    """What answers an edited post names its new version, and stands in the same thread."""
    first, second = await _thread(far_side, 2)
    await far_side.channel.edit(the_post(1, text="Mended."), first.remote_id)
    await far_side.channel.edit(the_post(2, text="Mended too."), second.remote_id)
    third = await far_side.channel.send(the_post(3, reply_to=second.remote_id))
    told = await eventually(lambda: far_side.channel.engagement(first.remote_id), lambda e: len(e.responses) == 2)
    assert third.remote_id in {r.remote_id for r in told.responses}


async def test_what_is_deleted_is_gone(far_side: FarSide) -> None:
    """A deleted post can't be listened to, edited or answered, and nothing brings it back."""
    receipt = await far_side.channel.send(the_post())
    await far_side.seen(receipt)
    await far_side.channel.delete(receipt.remote_id)
    await eventually(partial(far_side._view, receipt.remote_id), lambda view: not view)
    with pytest.raises(Gone):
        await far_side.channel.engagement(receipt.remote_id)
    with pytest.raises(Gone):
        await far_side.channel.edit(the_post(text="New words."), receipt.remote_id)
    with pytest.raises(Rejected, match="isn't there any more"):
        await far_side.channel.send(the_post(2, reply_to=receipt.remote_id))
    assert await far_side.count() == 0


async def test_many_at_once_make_one(far_side: FarSide, bluesky: Network, tmp_path: Path) -> None:
    """The same post sent ten times at once, through three channels, is there once."""
    others = [_opened(bluesky, tmp_path, bluesky.author) for _ in range(2)]
    channels = [far_side.channel, *others]
    post = the_post()
    sent = await asyncio.gather(*(channels[n % 3].send(post) for n in range(10)))
    assert len({r.remote_id for r in sent}) == 1
    assert copies(bluesky, bluesky.author, post.text) == 1
    for channel in others:
        await channel.aclose()


async def test_it_is_told_what_people_do(far_side: FarSide, reader: AsyncClient, bluesky: Network) -> None:
    """Likes, reposts and replies of others come back with who did it, and so do replies to replies, ours marked."""
    sent = await far_side.channel.send(the_post())
    ref = models.ComAtprotoRepoStrongRef.Main.model_validate(_ref(far_side, sent))
    await reader.like(ref.uri, ref.cid)
    await reader.repost(ref.uri, ref.cid)
    answer = models.AppBskyFeedPost.ReplyRef(parent=ref, root=ref)
    said = await reader.send_post("Is it so? 🤔", reply_to=answer)
    await eventually(lambda: far_side.channel.engagement(sent.remote_id), lambda e: len(e.responses) == 3)
    ours = await far_side.channel.send(the_post(2, text="It is.", reply_to=said.uri, root=sent.remote_id))
    told = await eventually(lambda: far_side.channel.engagement(sent.remote_id), lambda e: len(e.responses) == 4)
    assert told.counts == {Kind.LIKE: 1, Kind.REPOST: 1, Kind.REPLY: 1, Kind.MENTION: 0}
    by_kind = {r.kind: r for r in told.responses if not r.ours}
    assert {r.author for r in by_kind.values()} == {bluesky.reader.handle}
    assert {r.to for r in by_kind.values()} == {sent.remote_id}
    assert (by_kind[Kind.REPLY].remote_id, by_kind[Kind.REPLY].text) == (said.uri, "Is it so? 🤔")
    assert [(r.remote_id, r.to) for r in told.responses if r.ours] == [(ours.remote_id, said.uri)]
    assert len({r.remote_id for r in told.responses}) == 4


def _ref(far_side: FarSide, receipt: Receipt) -> dict[str, Any]:
    found = far_side._get(far_side.network.pds, "com.atproto.repo.getRecord", **_named(receipt.remote_id))
    return {"uri": found["uri"], "cid": found["cid"]}


async def test_an_answer_is_posted_once(far_side: FarSide, reader: AsyncClient) -> None:
    """An answer to somebody's reply stands in her thread, whatever root we thought it had, and a replay adds none."""
    hers = await reader.send_post("A thread of mine.")
    post = the_post(text="Well said.", reply_to=hers.uri)
    assert len({(await far_side.channel.send(post)).remote_id for _ in range(3)}) == 1
    assert await far_side.channel.find(post)
    below = the_post(2, text="And more.", reply_to=(await far_side.channel.send(post)).remote_id)
    receipt = await far_side.channel.send(below)
    assert far_side.posts()[receipt.remote_id]["reply"]["root"]["uri"] == hers.uri
    assert await far_side.count() == 2


async def test_mentions_are_told(
    far_side: FarSide, reader: AsyncClient, bluesky: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who names us, or quotes us, in a thread of her own is told from a time on, page by page; what answers us is not."""
    monkeypatch.setattr(bluesky_listening, "_PAGE", 2)
    start = datetime.now(UTC)
    sent = await far_side.channel.send(the_post())
    ref = models.ComAtprotoRepoStrongRef.Main.model_validate(_ref(far_side, sent))
    named = [(await _naming(reader, bluesky.author, f"Number {n}")).uri for n in range(5)]
    quoted = await reader.send_post("Quite.", embed=models.AppBskyEmbedRecord.Main(record=ref))
    await _naming(reader, bluesky.author, "In answer", models.AppBskyFeedPost.ReplyRef(parent=ref, root=ref))
    told = await eventually(lambda: far_side.channel.mentions(start), lambda m: len(m) >= 6)
    assert {m.remote_id for m in told} == {*named, quoted.uri}
    assert {(m.author, m.kind, m.to, m.ours) for m in told} == {(bluesky.reader.handle, Kind.MENTION, "", False)}
    assert told[0].text == f"Number 0 @{bluesky.author.handle}"
    assert await far_side.channel.mentions(told[-1].at + timedelta(microseconds=1)) == ()
    counted = await eventually(lambda: far_side.channel.engagement(sent.remote_id), lambda e: e.counts[Kind.REPLY])
    assert counted.counts[Kind.MENTION] == 1


async def _naming(
    reader: AsyncClient, whom: Account, words: str, reply_to: models.AppBskyFeedPost.ReplyRef | None = None
) -> models.AppBskyFeedPost.CreateRecordResponse:
    text = f"{words} @{whom.handle}"
    index = models.AppBskyRichtextFacet.ByteSlice(byte_start=len(words) + 1, byte_end=len(text))
    facet = models.AppBskyRichtextFacet.Main(features=[models.AppBskyRichtextFacet.Mention(did=whom.did)], index=index)
    return await reader.send_post(text, facets=[facet], reply_to=reply_to)


async def test_a_deep_thread_is_read_to_its_end(far_side: FarSide, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replies below the depth of one answer are asked for."""
    monkeypatch.setattr(bluesky_listening, "_DEPTH", 2)
    sent = await _thread(far_side, 6)
    told = await eventually(lambda: far_side.channel.engagement(sent[0].remote_id), lambda e: len(e.responses) == 5)
    above = {r.remote_id: r.to for r in told.responses}
    assert [above[r.remote_id] for r in sent[1:]] == [r.remote_id for r in sent[:-1]]


@pytest.mark.parametrize("tokens", ["access", "access and refresh"])
async def test_a_thread_survives_its_token(far_side: FarSide, tokens: str) -> None:
    """A token that the server takes no more is replaced in the middle of a thread, by the refresh token or by a login."""
    first = await far_side.channel.send(the_post(1))
    (account, kept), *_ = [(a, s) for a, s in bluesky_session._kept.items() if a[0] == far_side.network.pds]
    handle, did, access, refresh, pds = kept.split(":::")
    broken = [_forged(t) if name in tokens else t for name, t in (("access", access), ("refresh", refresh))]
    bluesky_session._kept[account] = ":::".join([handle, did, *broken, pds])
    await far_side.channel.aclose()
    await far_side.channel.send(the_post(2, reply_to=first.remote_id))
    assert await far_side.count() == 2
    assert bluesky_session._kept[account].split(":::")[2] not in (access, broken[0])


def _forged(token: str) -> str:
    head, payload, signature = token.split(".")
    return f"{head}.{payload}.{signature[::-1]}"


async def test_a_wrong_password_names_the_variable(
    bluesky: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused credentials say which variable to set, and never what it holds."""
    monkeypatch.setenv("BLUESKY_APP_PASSWORD", "wrong-wrong-wrong")
    monkeypatch.setattr(bluesky_session, "_kept", {})
    channel = _opened(bluesky, tmp_path, bluesky.author)
    with pytest.raises(Unauthorized, match=r"BLUESKY_APP_PASSWORD") as refused:
        await channel.send(the_post())
    assert "wrong-wrong-wrong" not in str(refused.value)
    await channel.aclose()


async def test_another_accounts_post_is_left_alone(far_side: FarSide, reader: AsyncClient) -> None:
    """What another account posted is neither edited nor deleted."""
    hers = await reader.send_post("Mine.")
    for act in (far_side.channel.delete(hers.uri), far_side.channel.edit(the_post(), hers.uri)):
        with pytest.raises(Rejected, match="another account"):
            await act
    assert copies(far_side.network, far_side.network.reader, "Mine.") == 1
