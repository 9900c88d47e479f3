"""What a Bluesky server's failures mean, what its account's tokens go through, and what a post's record holds."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from blockbuster import blockbuster_ctx
from PIL import Image
from pydantic import SecretStr

from channels import NotConfigured, Opening, SiteIdentity, bluesky_session, open_channel
from channels.bluesky import BlueskyChannel
from channels.bluesky_record import record, says
from channels.bluesky_session import BlueskySession
from channels.tid import tid
from state.channels import OutcomeUnknown, OutgoingImage, OutgoingPost, Rejected, Unauthorized, Unreachable
from tests.support.conformance import post_for
from tests.support.web import Handler, Web, answer, serving

DID = "did:plc:noor"
PUT = "/xrpc/com.atproto.repo.putRecord"
GET = "/xrpc/com.atproto.repo.getRecord"
LOG_IN = "/xrpc/com.atproto.server.createSession"
RENEW = "/xrpc/com.atproto.server.refreshSession"
UPLOAD = "/xrpc/com.atproto.repo.uploadBlob"
PASSWORD = "only-between-us"


def said(status: int, body: object, **headers: str) -> Handler:
    return answer(status, json.dumps(body), "application/json", **headers)


def refusal(status: int, name: str, **headers: str) -> Handler:
    return said(status, {"error": name, "message": f"{name} it is"}, **headers)


async def reset(writer: Any) -> None:
    """Take the request, then break the connection off."""
    writer.transport.abort()


async def silent(writer: Any) -> None:
    await asyncio.sleep(60)


def token(name: str) -> str:
    """One of the kind that servers give, good for an hour."""
    claims = {"scope": "com.atproto.access", "sub": DID, "exp": int(time.time()) + 3600, "jti": name}
    return ".".join(urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({}, claims, name))


def tokens(name: str, **more: object) -> Handler:
    body = {"did": DID, "handle": "noor.example", "accessJwt": token(name), "refreshJwt": token(f"{name} again")}
    return said(200, body | more)


def posted(number: int = 1) -> Handler:
    return said(200, {"uri": uri(number), "cid": "bafy"})


def uri(number: int = 1) -> str:
    return f"at://{DID}/app.bsky.feed.post/{tid(the_post(number).published_at, the_post(number).key)}"


def the_post(number: int = 1, **fields: object) -> OutgoingPost:
    return post_for("bluesky", number, **fields)


@dataclass
class Server:
    web: Web
    workspace: Path

    def channel(self, timeout: float = 20) -> BlueskyChannel:
        session = BlueskySession(self.web.url("").rstrip("/"), "noor.example", SecretStr(PASSWORD), timeout=timeout)
        return BlueskyChannel(session, self.workspace, "en")

    def bearers(self, path: str) -> list[str]:
        names = {f"Bearer {token(name)}": name for name in ("first", "first again", "second", "second again")}
        return [names[headers["authorization"]] for asked, headers in self.web.asked if asked == path]


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    monkeypatch.setattr(bluesky_session, "_kept", {})
    monkeypatch.setattr(time, "time", lambda now=time.time(): now)
    async with serving() as web:
        web.on(LOG_IN, tokens("first"), tokens("second"))
        web.on(PUT, posted())
        yield Server(web, tmp_path)


@pytest.fixture
async def channel(server: Server) -> AsyncIterator[BlueskyChannel]:
    channel = server.channel()
    yield channel
    await channel.aclose()


async def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    """A refused connection posted nothing."""
    channel = BlueskyChannel(BlueskySession("http://127.0.0.1:9", "a.example", SecretStr(PASSWORD)), tmp_path, "en")
    with pytest.raises(Unreachable, match="broke off"):
        await channel.send(the_post())


@pytest.mark.parametrize(
    ("there", "meant"),
    [
        (reset, OutcomeUnknown),
        (silent, OutcomeUnknown),
        (refusal(500, "InternalServerError"), OutcomeUnknown),
        (answer(502, "<h1>Bad gateway</h1>"), OutcomeUnknown),
        (answer(200, "no JSON", "application/json"), OutcomeUnknown),
        (said(200, {"uri": 1}), OutcomeUnknown),
        (refusal(400, "InvalidRequest"), Rejected),
        (refusal(413, "PayloadTooLarge"), Rejected),
        (refusal(429, "RateLimitExceeded"), Unreachable),
        (refusal(403, "Forbidden"), Unauthorized),
        (refusal(400, "InvalidSwap"), Unreachable),
    ],
)
async def test_what_a_failed_post_means(server: Server, there: Handler, meant: type[Exception]) -> None:
    """Whether a failure may have posted decides what is raised; one that did nothing is followed by a post."""
    server.web.on(PUT, there, posted())
    channel = server.channel(timeout=5)
    with pytest.raises(meant) as raised:
        await channel.send(the_post())
    assert PASSWORD not in repr(raised.value)
    assert (await channel.send(the_post())).remote_id == uri()
    await channel.aclose()


async def test_a_server_that_goes_away_before_the_post(server: Server, channel: BlueskyChannel) -> None:
    """A connection that was refused after the login posted nothing either."""
    away = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": "http://127.0.0.1:9"}
    server.web.on(LOG_IN, tokens("first", didDoc={"id": DID, "service": [away]}))
    with pytest.raises(Unreachable, match="broke off"):
        await channel.send(the_post())
    assert server.web.paths() == [LOG_IN]


@pytest.mark.parametrize(
    "there",
    [reset, refusal(500, "InternalServerError"), refusal(502, "UpstreamFailure"), refusal(400, "RepoTakendown")],
)
async def test_a_look_that_fails_says_nothing(server: Server, channel: BlueskyChannel, there: Handler) -> None:
    """A look-up that doesn't get through is no sign that the post isn't there."""
    server.web.on(GET, there)
    with pytest.raises(Unreachable):
        await channel.find(the_post())


async def test_nothing_there_is_told_from_no_answer(server: Server, channel: BlueskyChannel) -> None:
    """Only when the server says that it doesn't have the record is it not found."""
    server.web.on(GET, refusal(400, "RecordNotFound"))
    assert await channel.find(the_post()) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "7"}, 7),
        ({"RateLimit_Reset": str(int(time.time()) + 86_400)}, pytest.approx(86_400, abs=3_600)),
        ({}, None),
    ],
)
@pytest.mark.parametrize("path", [PUT, LOG_IN])
async def test_it_waits_as_long_as_it_is_asked_to(
    server: Server, channel: BlueskyChannel, path: str, headers: dict[str, str], seconds: object
) -> None:
    """A limit that was reached tells how long to wait, of posts as of logins."""
    server.web.on(path, refusal(429, "RateLimitExceeded", **headers))
    with pytest.raises(Unreachable) as raised:
        await channel.send(the_post())
    assert raised.value.retry_after == seconds


@pytest.mark.parametrize(
    "stale", [refusal(400, "ExpiredToken"), refusal(400, "InvalidToken"), refusal(401, "AuthMissing")]
)
async def test_a_token_is_renewed_in_mid_thread(server: Server, channel: BlueskyChannel, stale: Handler) -> None:
    """A token that is taken no more is renewed with the refresh token, and the thread goes on, without another login."""
    server.web.on(PUT, posted(1), stale, posted(2))
    server.web.on(GET, said(200, {"uri": uri(1), "cid": "bafy", "value": record(the_post(1), language="en")}))
    server.web.on(RENEW, tokens("second"))
    first = await channel.send(the_post(1))
    second = await channel.send(the_post(2, reply_to=first.remote_id))
    assert second.remote_id == uri(2)
    assert server.bearers(PUT) == ["first", "first", "second"]
    assert server.bearers(RENEW) == ["first again"]
    assert server.web.paths().count(LOG_IN) == 1


async def test_a_revoked_session_logs_in_again(server: Server, channel: BlueskyChannel) -> None:
    """Where the refresh token is taken no more either, it logs in, once for all calls that wait."""
    server.web.on(PUT, refusal(400, "ExpiredToken"), refusal(400, "ExpiredToken"), posted())
    server.web.on(RENEW, refusal(400, "ExpiredToken"))
    await asyncio.gather(*(channel.send(the_post()) for _ in range(2)))
    assert server.web.paths().count(LOG_IN) == 2


async def test_a_revoked_password_is_told(server: Server, channel: BlueskyChannel) -> None:
    """An app password that was taken back names the variable to set, and what to set it to; nothing is tried forever."""
    server.web.on(LOG_IN, tokens("first"), refusal(401, "AuthenticationRequired"))
    server.web.on(PUT, refusal(401, "InvalidToken"))
    server.web.on(RENEW, refusal(401, "ExpiredToken"))
    with pytest.raises(Unauthorized, match="BLUESKY_APP_PASSWORD to an app password") as raised:
        await channel.send(the_post())
    assert PASSWORD not in str(raised.value)
    assert server.web.paths().count(PUT) == 1


async def test_it_logs_in_once_a_process(server: Server, channel: BlueskyChannel) -> None:
    """However many channels are opened, and posts sent at once, the account logs in once."""
    other = server.channel()
    await channel.send(the_post())
    await asyncio.gather(*(c.send(the_post()) for c in (channel, other) for _ in range(3)))
    await other.aclose()
    await other.send(the_post())
    await other.aclose()
    assert server.web.paths().count(LOG_IN) == 1


async def test_an_image_that_did_not_arrive_posted_nothing(server: Server, channel: BlueskyChannel) -> None:
    """Until the post itself is sent, nobody sees anything, so a failed upload is tried again later."""
    Image.new("RGB", (5, 5)).save(server.workspace / "a.png")
    post = the_post(images=(OutgoingImage(path="a.png", alt="Black"),))
    for there in (reset, refusal(500, "InternalServerError")):
        server.web.on(UPLOAD, there)
        with pytest.raises(Unreachable):
            await channel.send(post)
    assert PUT not in server.web.paths()


async def test_a_missing_image_is_found_before_any_call(server: Server, channel: BlueskyChannel) -> None:
    """An image that isn't there is refused before anything is asked of the server."""
    with pytest.raises(Rejected, match="No such file"):
        await channel.send(the_post(images=(OutgoingImage(path="a.png", alt=""),)))
    assert server.web.asked == []


async def first_calls(workspace: Path) -> None:
    """All that a channel does, while every blocking call in the loop is an error."""
    async with serving() as web:
        web.on(LOG_IN, tokens("first"))
        web.on(PUT, posted())
        web.on(GET, said(200, {"uri": uri(), "cid": "bafy", "value": record(the_post(), language="en")}))
        web.on("/xrpc/app.bsky.feed.getPostThread", refusal(400, "NotFound"))
        web.on("/xrpc/app.bsky.notification.listNotifications", said(200, {"notifications": []}))
        channel = Server(web, workspace).channel()
        with blockbuster_ctx():
            await channel.send(the_post())
            await channel.find(the_post())
            await channel.engagement(uri())
            await channel.mentions(the_post().published_at)
        await channel.aclose()


@pytest.mark.long
def test_the_loop_is_never_blocked(tmp_path: Path) -> None:
    """Loading the library and making the first calls block nothing in the loop, as the graph server demands."""
    program = f"import asyncio, tests.channels.test_bluesky as t; asyncio.run(t.first_calls(t.Path({str(tmp_path)!r})))"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[2])


def test_the_library_is_loaded_late() -> None:
    """Opening a channel doesn't load the library, which takes seconds."""
    program = "import sys, channels.bluesky; print('atproto' in sys.modules, 'atproto_client' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "False"]


def _opening(tmp_path: Path, **options: str) -> Opening:
    site = SiteIdentity(name="Upkeep", base_url="https://example.org", author="Noor")
    return Opening(name="bluesky", options=options, workspace=tmp_path, site=site)


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ({}, "needs handle"),
        ({"handle": "a.example", "server": "x"}, "no option server: it knows handle, service"),
        ({"handle": "a.example", "service": "bsky.social"}, "service is an address"),
        ({"handle": "a.example", "service": "http://bsky.example"}, "service has to begin with https"),
    ],
)
def test_a_wrong_option_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, str], wrong: str
) -> None:
    """What is missing or wrong in flywheel.toml is named; a password never goes out unencrypted."""
    monkeypatch.setenv("BLUESKY_APP_PASSWORD", PASSWORD)
    with pytest.raises(NotConfigured, match=wrong):
        open_channel(_opening(tmp_path, **options))


def test_a_missing_password_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the app password no channel is opened, and the variable is named."""
    monkeypatch.delenv("BLUESKY_APP_PASSWORD", raising=False)
    with pytest.raises(NotConfigured, match="BLUESKY_APP_PASSWORD isn't set"):
        open_channel(_opening(tmp_path, handle="a.example"))


ARTICLE = {"canonical": "https://example.org/p/", "title": "The lamp", "summary": "In short."}


@pytest.mark.parametrize(
    ("fields", "card"),
    [
        ({"text": "No link."}, None),
        ({"text": "See https://a.example/x."}, ("https://a.example/x", "a.example", "")),
        ({"text": "See https://a.example/x.", **ARTICLE}, ("https://example.org/p/", "The lamp", "In short.")),
        ({"text": "No link.", "reply_to": uri(2), **ARTICLE}, None),
        (
            {"text": "https://example.org/p/", "reply_to": uri(2), **ARTICLE},
            ("https://example.org/p/", "The lamp", "In short."),
        ),
        ({"text": "No link.", "images": (OutgoingImage(path="a.png", alt=""),), **ARTICLE}, None),
    ],
)
def test_a_card_tells_where_its_link_leads(fields: dict[str, Any], card: tuple[str, str, str] | None) -> None:
    """The article's card stands at the head of a thread, elsewhere that of the first link; the article's words are no other page's."""
    external = record(the_post(**fields), language="en").get("embed", {}).get("external")
    assert (external and (external["uri"], external["title"], external["description"])) == card


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "Other words."},
        {"reply_to": uri(2)},
        {"images": (OutgoingImage(path="a.png", alt="A lamp"),)},
        {"canonical": "https://example.org/p/"},
    ],
)
def test_another_post_is_told_apart(fields: dict[str, Any]) -> None:
    """A record is the post only if its words, its card, its images and what it answers are the same."""
    there = record(the_post(), language="en")
    assert says(there, the_post(), "en")
    assert not says(there, the_post(**fields), "en")
