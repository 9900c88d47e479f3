"""What the Mastodon channel does beyond what every channel does, against a scripted server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from channels import NotConfigured
from channels.mastodon import MastodonChannel
from channels.prose import prose
from state.channels import OutgoingImage, OutgoingPost, Unreachable
from tests.channels.far import opened
from tests.support.conformance import post_for
from tests.support.dialects import as_mastodon_shows
from tests.support.scripted_api import ScriptedApi


@pytest.fixture
async def channel(api: ScriptedApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MastodonChannel]:
    channel = opened("mastodon", api.url, tmp_path, monkeypatch, visibility="unlisted", content_warning="Tools")
    assert isinstance(channel, MastodonChannel)
    channel.pause = 0.01
    yield channel
    await channel.aclose()


def now_post(number: int = 1, **fields: object) -> OutgoingPost:
    return post_for("mastodon", number, **{"published_at": datetime.now(UTC), **fields})


async def test_a_status_carries_its_key_and_the_options(channel: MastodonChannel, api: ScriptedApi) -> None:
    """The post's key is the idempotency key; visibility and content warning are the options'."""
    post = now_post()
    await channel.send(post)
    (request,) = api.requests
    assert request.headers["idempotency-key"] == post.key
    (held,) = api.shown("mastodon")
    assert (held.fields["visibility"], held.fields["spoiler_text"]) == ("unlisted", "Tools")


async def test_a_key_past_its_hour_is_made_good_by_the_look(channel: MastodonChannel, api: ScriptedApi) -> None:
    """When the server has forgotten the key, the look-up still finds the post, so that nobody sends it again."""
    post = now_post()
    receipt = await channel.send(post)
    api.store.keys.clear()
    assert await channel.find(post) == receipt


async def test_the_same_words_from_before_are_another_post(channel: MastodonChannel, api: ScriptedApi) -> None:
    """A status in the same words that is older than the post isn't taken for it; of two later ones, the first is."""
    post = now_post(text="Every Friday.")
    for minutes in (-60, 1, 2):
        held = api.store.keep("mastodon", "Every Friday.")
        held.at = (post.published_at + timedelta(minutes=minutes)).isoformat()
    found = await channel.find(post)
    assert found is not None
    assert found.remote_id == api.store.posts[1].id


async def test_what_was_just_sent_is_asked_for_by_its_id(channel: MastodonChannel, api: ScriptedApi) -> None:
    """The first look after a call that was answered is one request; a status that isn't there any more isn't found."""
    post = now_post(text="The one.")
    receipt = await channel.send(post)
    before = len(api.requests)
    assert await channel.find(post) == receipt
    assert [r.path for r in api.requests[before:]] == [f"/api/v1/statuses/{receipt.remote_id}"]
    other = now_post(2, text="Another.")
    await channel.delete((await channel.send(other)).remote_id)
    assert await channel.find(other) is None


async def test_a_post_is_found_behind_many_others(
    channel: MastodonChannel, api: ScriptedApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look-up by another process reads page after page, down to when the post was to go out and no further."""
    post = now_post(text="The one.")
    for number in range(95):
        api.store.keep("mastodon", f"Older {number}.").at = (post.published_at - timedelta(days=1)).isoformat()
    receipt = await channel.send(post)
    for number in range(90):
        api.store.keep("mastodon", f"Newer {number}.")
    later = opened("mastodon", api.url, tmp_path, monkeypatch, visibility="unlisted", content_warning="Tools")
    found = await later.find(post)
    assert found is not None
    assert found.remote_id == receipt.remote_id
    assert await later.find(post.model_copy(update={"text": "Another."})) is None
    await later.aclose()
    assert sum(request.path.endswith("/accounts/1/statuses") for request in api.requests) == 6


async def test_what_was_just_changed_is_asked_for_by_its_id(
    channel: MastodonChannel, api: ScriptedApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A correction is seen to be there though the account has since posted more than a look-up reads."""
    monkeypatch.setattr("channels.mastodon_calls.PAGES", 2)
    post = now_post(text="The one.")
    receipt = await channel.send(post)
    await channel.find(post)
    for number in range(81):
        api.store.keep("mastodon", f"Newer {number}.")
    corrected = post.model_copy(update={"text": "The other."})
    assert await channel.edit(corrected, receipt.remote_id) == receipt
    assert await channel.find(corrected) == receipt


async def test_too_many_to_read_is_no_none(
    channel: MastodonChannel, api: ScriptedApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where not all can be read, the look-up says so, and never that there is nothing."""
    monkeypatch.setattr("channels.mastodon_calls.PAGES", 2)
    for number in range(81):
        api.store.keep("mastodon", f"Newer {number}.")
    with pytest.raises(Unreachable, match="by hand"):
        await channel.find(post_for("mastodon"))


async def test_shortened_links_and_handles_are_found(channel: MastodonChannel, api: ScriptedApi) -> None:
    """Links of which the page shows a part, and handles without their host, are the words that were sent."""
    text = "See https://www.example.org/a/very/long/path/that/goes/on?x=1&y=2, says @ada@social.example.\n\nTwo\nlines, 2 < 3."
    receipt = await channel.send(now_post(text=text))
    found = await channel.find(now_post(text=text))
    assert found is not None
    assert found.remote_id == receipt.remote_id


async def test_images_are_worked_up_before_the_status_is_made(
    channel: MastodonChannel, api: ScriptedApi, tmp_path: Path
) -> None:
    """An upload with its description is waited for, and only then attached; four of them keep their order."""
    for number in range(4):
        Image.new("RGB", (20 + number, 20), "teal").save(tmp_path / f"{number}.png")
    images = tuple(OutgoingImage(path=f"{number}.png", alt=f"Picture {number} 💡") for number in range(4))
    await channel.send(now_post(images=images))
    assert [image["description"] for image in api.store.media.values()] == [image.alt for image in images]
    assert {image["asked"] for image in api.store.media.values()} == {2}
    body = next(request for request in api.requests if request.path == "/api/v1/statuses").body.decode()
    assert [part for part in body.split("&") if part.startswith("media_ids")] == [
        f"media_ids%5B%5D={n}" for n in range(1, 5)
    ]


async def test_an_upload_that_fails_has_posted_nothing(
    channel: MastodonChannel, api: ScriptedApi, tmp_path: Path
) -> None:
    """A call that breaks off while an image goes up is no unknown outcome, for there is no status yet."""
    Image.new("RGB", (20, 20), "teal").save(tmp_path / "lamp.png")
    api.reads.extend(["ok", "ok", "reset-after"])
    with pytest.raises(Unreachable):
        await channel.send(now_post(images=(OutgoingImage(path="lamp.png", alt="A lamp"),)))
    assert api.shown("mastodon") == []


async def test_the_limit_is_the_instances(channel: MastodonChannel, api: ScriptedApi) -> None:
    """The instance says how much it takes, and the content warning is part of that."""
    api.store.longest = 1000
    assert await channel.limit() == 995


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"server": "http://social.example"}, "https://"),
        ({"server": "social.example"}, "https://"),
        ({"server": "https://user@social.example"}, "such as"),
        ({"server": ""}, "needs server"),
        ({"visibility": "direct"}, "public, unlisted, private"),
        ({"language": "de"}, "no option language"),
    ],
)
def test_a_wrong_option_is_named(
    api: ScriptedApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, str], said: str
) -> None:
    """No token goes to a server in the clear, and no misspelt option is let pass."""
    with pytest.raises(NotConfigured, match=said):
        opened("mastodon", api.url, tmp_path, monkeypatch, **options)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>two<br />three</p>", "One\n\ntwo\nthree"),
        ("plain &amp; <b>bold</b>", "plain & bold"),
        ('<a href="https://example.org/long/path">example.org/lo…</a>', "https://example.org/long/path"),
        ('<a href="https://example.org/x">the report</a>', "the report"),
        ('<p><a href="https://h.example/@ada" class="mention">@<span>ada</span></a> yes</p>', "@ada yes"),
        ("<p>One\n two</p><script>alert(1)</script><ul><li>a</li><li>b</li></ul>", "One two\n\na\n\nb"),
        ("<p>open <a href='https://example.org'>example.org", "open example.org"),
        ("", ""),
    ],
)
def test_html_reads_as_a_reader_sees_it(html: str, text: str) -> None:
    """Paragraphs, breaks, entities and shortened links become plain text; scripts are nothing."""
    assert prose(html) == text


def test_what_mastodon_shows_reads_as_it_was_written() -> None:
    """The HTML that Mastodon makes of a text is read back as that text."""
    text = "See https://www.example.org/a/very/long/path/that/goes/on?x=1&y=2\n\nTwo\nlines, 2 < 3."
    assert prose(as_mastodon_shows(text)) == text
