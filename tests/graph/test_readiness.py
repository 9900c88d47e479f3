"""A channel that can't be opened is left out before anybody reviews anything, and the review says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.readiness import asked, ready
from graph.transports import open_configured
from state.channels import Channel, OutgoingPost, Receipt, Strength, Unauthorized, Unreachable
from state.settings import ChannelSettings, Settings
from tests.desk.conftest import copied, on

pytestmark = pytest.mark.long

SETTINGS = Settings(
    workspace="/nowhere",
    database="sqlite:///x",
    channels=(ChannelSettings(name="site"), ChannelSettings(name="mastodon")),
)


class Server:
    """A server that says what it takes, or why it doesn't."""

    name = "mastodon"
    strength = Strength.KEYED

    def __init__(self, says: int | Exception) -> None:
        self.says, self.closed = says, False

    async def send(self, post: OutgoingPost) -> Receipt:
        raise NotImplementedError

    async def find(self, post: OutgoingPost) -> Receipt | None:
        raise NotImplementedError

    async def aclose(self) -> None:
        self.closed = True

    async def limit(self) -> int:
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


async def said(says: int | Exception) -> Settings:
    server = Server(says)

    def opened(settings: Settings, name: str) -> Channel | None:
        return server if name == "mastodon" else None

    found = await asked(SETTINGS, opened)
    assert server.closed
    return found


async def test_a_server_is_asked_for_its_limit() -> None:
    """What an instance takes holds for the piece, and is frozen into its settings."""
    assert (await said(5000)).channels[1].limit == 5000


async def test_a_server_that_is_away_leaves_nothing_out() -> None:
    """It may be back by the time the post is due: the channel's own rules hold."""
    settings = await said(Unreachable("no route"))
    assert settings.channels[1].limit is None
    assert ready(settings) == ("site", "mastodon")


async def test_refused_credentials_leave_a_channel_out() -> None:
    """A revoked token is known before the review, and says what to set."""
    settings = await said(Unauthorized("Revoked.", "Set MASTODON_ACCESS_TOKEN."))
    assert ready(settings) == ("site",)
    assert "MASTODON_ACCESS_TOKEN" in settings.channels[1].trouble


async def test_a_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A channel without its credential is left out, and the variable is named."""
    monkeypatch.delenv("MASTODON_ACCESS_TOKEN", raising=False)
    options = (("server", "http://127.0.0.1:9"),)
    only = SETTINGS.model_copy(update={"channels": (ChannelSettings(name="mastodon", options=options),)})
    settings = await asked(only, open_configured)
    assert ready(settings) == ()
    assert "MASTODON_ACCESS_TOKEN isn't set" in settings.channels[0].trouble


def test_the_review_says_what_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first review names the channel and the variable; the piece is made for the others, and goes out there."""
    monkeypatch.delenv("BLUESKY_APP_PASSWORD", raising=False)
    workspace = copied(tmp_path / "upkeep")
    with (workspace / "flywheel.toml").open("a") as file:
        file.write('\n[channels.bluesky]\nhandle = "nora.example"\n')
    flywheel = on(workspace)
    told = flywheel("run", "Why the bulb lasts", "--json").json
    shown = flywheel("review", told["piece"]).out
    assert "## Left out" in shown
    assert "BLUESKY_APP_PASSWORD isn't set" in shown
    while flywheel("show", told["piece"], "--json").json.get("waiting"):
        assert flywheel("review", told["piece"], "--approve").code == 0
    after = flywheel("show", told["piece"], "--json").json
    assert after["status"] == "published"
    assert {post["channel"] for post in after["posts"]} == {"site"}


def test_with_no_channel_left_nothing_is_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no channel can be opened, the error names what to set."""
    monkeypatch.delenv("BLUESKY_APP_PASSWORD", raising=False)
    workspace = copied(tmp_path / "upkeep")
    config = workspace / "flywheel.toml"
    config.write_text(
        config.read_text().replace("[channels.site]\nfolder", '[channels.bluesky]\nhandle = "a.b"\n# folder')
    )
    ran = on(workspace)("run", "Why the bulb lasts")
    assert ran.code == 1
    assert "BLUESKY_APP_PASSWORD isn't set" in ran.err
