"""What each failure of a far side means to the drainer, for each channel that a scripted server stands for.

The whole table: whatever may have posted is OutcomeUnknown, whatever surely hasn't is told apart by who can mend it.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from channels.devto import DevtoChannel
from channels.linkedin import LinkedinChannel
from channels.mastodon import MastodonChannel
from channels.x import XChannel
from state.channels import (
    Channel,
    Deleting,
    Editing,
    Gone,
    OutcomeUnknown,
    Rejected,
    Strength,
    Unauthorized,
    Unreachable,
)
from tests.channels.far import VARIABLES, opened
from tests.support.conformance import post_for
from tests.support.scripted_api import ScriptedApi

NAMES = list(VARIABLES)
MEANINGS = [
    ("reset-before", OutcomeUnknown, 0),
    ("reset-after", OutcomeUnknown, 1),
    ("500", OutcomeUnknown, 0),
    ("500-after", OutcomeUnknown, 1),
    ("429 7", Unreachable, 0),
    ("401", Unauthorized, 0),
    ("422", Rejected, 0),
]


@pytest.fixture(params=NAMES)
async def channel(
    request: pytest.FixtureRequest, api: ScriptedApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Channel]:
    channel = opened(request.param, api.url, tmp_path, monkeypatch)
    yield channel
    await channel.aclose()


@pytest.mark.parametrize(("turn", "error", "posted"), MEANINGS)
async def test_a_failed_send_says_whether_anything_may_be_there(
    channel: Channel, api: ScriptedApi, turn: str, error: type[Exception], posted: int
) -> None:
    """A send that may have posted is an unknown outcome; one that surely hasn't says whether waiting, a key or other words help."""
    api.turns.append(turn)
    with pytest.raises(error):
        await channel.send(post_for(channel.name))
    assert len(api.shown(channel.name)) == posted


@pytest.mark.parametrize(("turn", "error"), [(turn, error) for turn, error, _ in MEANINGS])
async def test_a_failed_edit_or_deletion_means_what_a_failed_send_does(
    channel: Channel, api: ScriptedApi, turn: str, error: type[Exception]
) -> None:
    """Edits and deletions fail as sends do, and can be sent again."""
    receipt = await channel.send(post_for(channel.name))
    new = post_for(channel.name, text="Corrected words.")
    if isinstance(channel, Editing):
        api.turns.append(turn)
        with pytest.raises(error):
            await channel.edit(new, receipt.remote_id)
        await channel.edit(new, receipt.remote_id)
    assert isinstance(channel, Deleting)
    api.turns.append(turn)
    with pytest.raises(error):
        await channel.delete(receipt.remote_id)
    await channel.delete(receipt.remote_id)
    assert api.shown(channel.name) == []


@pytest.mark.parametrize("turn", ["reset-before", "reset-after", "500", "500-after"])
async def test_after_an_unknown_outcome_a_look_tells_what_is_there(
    channel: Channel, api: ScriptedApi, turn: str
) -> None:
    """Where anything can be found, a look after a broken call finds exactly what is there, and a retry after it leaves one copy."""
    post = post_for(channel.name)
    api.turns.append(turn)
    with pytest.raises(OutcomeUnknown):
        await channel.send(post)
    if channel.strength is Strength.NONE:
        assert await channel.find(post) is None
        return
    found = await channel.find(post)
    assert (found is not None) == bool(api.shown(channel.name))
    receipt = found or await channel.send(post)
    assert [held.id for held in api.shown(channel.name)] == [receipt.remote_id]


@pytest.mark.parametrize("turn", ["reset-before", "reset-after", "500", "429 7"])
async def test_a_look_up_that_fails_says_nothing_of_the_post(channel: Channel, api: ScriptedApi, turn: str) -> None:
    """A look-up that breaks off is no answer: it can be asked again, and never says that the post isn't there."""
    if channel.strength is Strength.NONE:
        pytest.skip("nothing is looked up there")
    post = post_for(channel.name)
    receipt = await channel.send(post)
    api.reads.append(turn)
    with pytest.raises(Unreachable):
        await channel.find(post)
    found = await channel.find(post)
    assert found is not None
    assert found.remote_id == receipt.remote_id


async def test_an_answer_that_says_nothing_may_have_been_a_yes(channel: Channel, api: ScriptedApi) -> None:
    """A success whose body isn't what is documented leaves the outcome unknown; the same for a look-up is no answer."""
    post = post_for(channel.name)
    api.turns.append("junk-after")
    with pytest.raises(OutcomeUnknown):
        await channel.send(post)
    assert len(api.shown(channel.name)) == 1
    if channel.strength is not Strength.NONE:
        api.reads.append("junk-after")
        with pytest.raises(Unreachable):
            await channel.find(post)


async def test_an_asked_for_wait_is_passed_on(channel: Channel, api: ScriptedApi) -> None:
    """The seconds that a far side asks us to wait reach the drainer, and the channel itself doesn't wait."""
    api.turns.append("429 7")
    with pytest.raises(Unreachable) as caught:
        await channel.send(post_for(channel.name))
    assert caught.value.retry_after == 7


async def test_a_silent_far_side_may_have_posted(
    channel: Channel, api: ScriptedApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A far side that takes the post and never answers leaves the outcome unknown once the time is up."""
    quick(channel, 5)
    api.turns.append("silent-after")
    with pytest.raises(OutcomeUnknown):
        await channel.send(post_for(channel.name))
    assert len(api.shown(channel.name)) == 1


async def test_a_far_side_that_isnt_there_has_nothing(
    api: ScriptedApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With nobody listening at the address, nothing was posted, and the same call may work later."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{held.getsockname()[1]}"
        for name in NAMES:
            channel = opened(name, api.url, tmp_path, monkeypatch, server=nobody)
            with pytest.raises(Unreachable):
                await channel.send(post_for(name))
            await channel.aclose()


async def test_a_revoked_token_names_its_variable(channel: Channel, api: ScriptedApi) -> None:
    """Refused credentials name the variable to set, in the middle of a piece too, and the token is in no error."""
    await channel.send(post_for(channel.name, 1))
    api.store.token = "another"
    with pytest.raises(Unauthorized) as caught:
        await channel.send(post_for(channel.name, 2))
    assert VARIABLES[channel.name] in caught.value.fix
    assert (
        "good-token"
        not in f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__cause__.__context__ if caught.value.__cause__ else ''!r}"
    )
    assert len(api.shown(channel.name)) == 1


async def test_a_redirect_is_not_followed(api: ScriptedApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A far side that sends us elsewhere gets no second call: a POST would become a GET, or the token would go astray."""
    for name in NAMES:
        channel = opened(name, api.url, tmp_path, monkeypatch)
        api.turns.append("301")
        with pytest.raises(Rejected, match="301"):
            await channel.send(post_for(name))
        await channel.aclose()
    assert len(api.requests) == len(NAMES)


async def test_a_post_that_was_taken_down_there_is_gone(channel: Channel, api: ScriptedApi) -> None:
    """An edit of what a person deleted there says so, and posts nothing."""
    if not isinstance(channel, Editing):
        pytest.skip("nothing can be edited there")
    receipt = await channel.send(post_for(channel.name))
    api.store.posts.clear()
    with pytest.raises(Gone):
        await channel.edit(post_for(channel.name, text="Corrected words."), receipt.remote_id)
    assert api.store.posts == []


def quick(channel: Channel, seconds: float) -> None:
    if isinstance(channel, MastodonChannel):
        channel._calls.api.request_timeout = seconds
    else:
        assert isinstance(channel, DevtoChannel | LinkedinChannel | XChannel)
        channel._api._client.timeout = httpx.Timeout(seconds)
