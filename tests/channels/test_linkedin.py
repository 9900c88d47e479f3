"""What the LinkedIn channel does beyond what every channel does, against a scripted server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from channels import NotConfigured
from channels.linkedin import LinkedinChannel, little
from state.channels import OutcomeUnknown, OutgoingImage, Rejected
from tests.channels.far import opened
from tests.support.conformance import post_for
from tests.support.dialects import from_little
from tests.support.scripted_api import ScriptedApi


@pytest.fixture
async def channel(api: ScriptedApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LinkedinChannel]:
    channel = opened("linkedin", api.url, tmp_path, monkeypatch)
    assert isinstance(channel, LinkedinChannel)
    yield channel
    await channel.aclose()


@given(st.text() | st.text(alphabet="ab #|{}@[]()<>\\*_~\n", max_size=40))
def test_any_text_survives_the_little_format(text: str) -> None:
    """Whatever is written is what is read: no bracket, underscore or backslash ends the post early."""
    assert from_little(little(text)) == text


def test_a_hashtag_stays_one() -> None:
    """A number sign before a word makes a hashtag; one before a digit or behind a letter is a sign."""
    assert little("#tools and C# and #1") == r"#tools and C\# and \#1"


async def test_a_post_with_an_article_has_a_card(channel: LinkedinChannel, api: ScriptedApi) -> None:
    """The canonical URL becomes a link card, titled by the post or by its first line."""
    await channel.send(post_for("linkedin", text="Who may undo it?\n\nMore.", canonical="https://example.org/a"))
    card = api.shown("linkedin")[0].fields["content"]["article"]
    assert (card["source"], card["title"]) == ("https://example.org/a", "Who may undo it?")


async def test_an_image_comes_with_its_description(channel: LinkedinChannel, api: ScriptedApi, tmp_path: Path) -> None:
    """An image is uploaded first, and takes the card's place."""
    Image.new("RGB", (20, 20), "teal").save(tmp_path / "lamp.png")
    images = (OutgoingImage(path="lamp.png", alt="A lamp 💡"),)
    await channel.send(post_for("linkedin", images=images, canonical="https://example.org/a"))
    assert api.shown("linkedin")[0].fields["content"] == {"media": {"id": "urn:li:image:1", "altText": "A lamp 💡"}}
    assert api.store.media["1"]["bytes"] > 0


async def test_an_upload_elsewhere_is_refused(channel: LinkedinChannel, api: ScriptedApi, tmp_path: Path) -> None:
    """The token doesn't go to a host that isn't LinkedIn's, whoever names it."""
    Image.new("RGB", (20, 20), "teal").save(tmp_path / "lamp.png")
    api.store.url = f"http://localhost:{api.port}"
    with pytest.raises(Rejected, match="localhost"):
        await channel.send(post_for("linkedin", images=(OutgoingImage(path="lamp.png", alt="A lamp"),)))
    assert api.shown("linkedin") == []


async def test_a_duplicate_of_ours_is_the_receipt(channel: LinkedinChannel, api: ScriptedApi) -> None:
    """What LinkedIn calls a duplicate, and shows in the same words, is there already: its id is the receipt, and there is one copy."""
    post = post_for("linkedin", text="Once (only) #tools.")
    first = await channel.send(post)
    again = await channel.send(post)
    assert (again.remote_id, again.url) == (first.remote_id, first.url)
    assert "already" in again.detail
    assert len(api.shown("linkedin")) == 1


async def test_a_duplicate_that_cant_be_read_is_left_to_a_person(channel: LinkedinChannel, api: ScriptedApi) -> None:
    """Without the permission to read, a person is told which post it is, and decides."""
    post = post_for("linkedin")
    receipt = await channel.send(post)
    api.reads.append("401")
    with pytest.raises(OutcomeUnknown, match=receipt.remote_id):
        await channel.send(post)


async def test_a_duplicate_of_a_ghost_is_refused(
    channel: LinkedinChannel, api: ScriptedApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LinkedIn goes on refusing the words of a deleted post for a while: other words are wanted then."""
    post = post_for("linkedin")
    await channel.send(post)
    same = api.store.posts[0]
    await channel.delete(f"urn:li:share:{same.id}")
    monkeypatch.setattr(api.store, "same", lambda channel, text: same)
    with pytest.raises(Rejected, match="isn't there any more"):
        await channel.send(post)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"author": "noor"}, "urn:li:person"),
        ({"author": ""}, "needs author"),
        ({"version": "latest"}, "a year and a month"),
        ({"server": "http://api.linkedin.example"}, "https://"),
    ],
)
def test_a_wrong_option_is_named(
    api: ScriptedApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, str], said: str
) -> None:
    """An author or a version that LinkedIn would refuse is refused before the first review."""
    with pytest.raises(NotConfigured, match=said):
        opened("linkedin", api.url, tmp_path, monkeypatch, **options)
