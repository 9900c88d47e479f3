"""What the X channel does beyond what every channel does, against a scripted server."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from channels import NotConfigured
from channels.x import XChannel
from state.channels import OutgoingImage, Rejected, Unauthorized
from tests.channels.far import opened
from tests.support.conformance import post_for
from tests.support.scripted_api import ScriptedApi


@pytest.fixture
async def channel(api: ScriptedApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[XChannel]:
    channel = opened("x", api.url, tmp_path, monkeypatch)
    assert isinstance(channel, XChannel)
    yield channel
    await channel.aclose()


async def test_each_post_has_its_price(channel: XChannel) -> None:
    """A receipt says what the post cost, in millionths of a dollar, from the price that the owner set."""
    assert (await channel.send(post_for("x"))).cost == 15_000


async def test_the_parts_of_a_thread_answer_one_another(channel: XChannel, api: ScriptedApi) -> None:
    """A part names the one before; a token that expires in mid-thread leaves the parts that are out, and a new one goes on."""
    first = await channel.send(post_for("x", 1))
    api.turns.append("401")
    second = post_for("x", 2, reply_to=first.remote_id)
    with pytest.raises(Unauthorized, match="X_ACCESS_TOKEN"):
        await channel.send(second)
    await channel.send(second)
    assert [held.fields.get("reply") for held in api.shown("x")] == [None, {"in_reply_to_tweet_id": first.remote_id}]


async def test_images_come_with_their_descriptions(channel: XChannel, api: ScriptedApi, tmp_path: Path) -> None:
    """Each image is uploaded and described before the post is made."""
    for name in ("a", "b"):
        Image.new("RGB", (20, 20), "teal").save(tmp_path / f"{name}.png")
    images = tuple(OutgoingImage(path=f"{name}.png", alt=f"Picture {name}") for name in ("a", "b"))
    await channel.send(post_for("x", images=images))
    assert api.shown("x")[0].fields["media"] == {"media_ids": ["1", "2"]}
    assert [image["alt_text"] for image in api.store.media.values()] == [{"text": "Picture a"}, {"text": "Picture b"}]
    assert base64.b64decode(api.store.media["1"]["media"]).startswith(b"\x89PNG")


async def test_a_duplicate_is_refused_and_not_taken_for_a_bad_key(channel: XChannel, api: ScriptedApi) -> None:
    """X says 403 to words that it has: the person is told of the post, not asked for a new token."""
    await channel.send(post_for("x"))
    with pytest.raises(Rejected, match="already"):
        await channel.send(post_for("x"))
    assert len(api.shown("x")) == 1


@pytest.mark.parametrize(
    ("turn", "said"), [("402", "credits"), ("403", "refused the credentials")], ids=["no credits", "no permission"]
)
async def test_what_an_account_may_not_is_a_matter_of_its_credentials(
    channel: XChannel, api: ScriptedApi, turn: str, said: str
) -> None:
    """Used-up credits and a missing permission hold all posts of the channel until a person mends them."""
    api.turns.append(turn)
    with pytest.raises(Unauthorized, match=said):
        await channel.send(post_for("x"))


@pytest.mark.parametrize("price", ["", "free", "-1", "NaN", "1000000"])
def test_a_price_is_wanted(api: ScriptedApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, price: str) -> None:
    """Without a price that is one, the channel doesn't open: each post is billed."""
    with pytest.raises(NotConfigured, match="price"):
        opened("x", api.url, tmp_path, monkeypatch, price=price)
