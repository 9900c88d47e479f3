"""What WordPress and Ghost have in common: what a failure means, and when a channel can't be opened."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from channels import NotConfigured, Opening, SiteIdentity, open_channel
from channels.ghost import GhostChannel
from channels.wordpress import WordPressChannel
from state.channels import Channel, OutcomeUnknown, Rejected, Unauthorized, Unreachable
from tests.support.conformance import post_for
from tests.support.web import Handler, Web, answer, serving

PASSWORD = "abcd efgh ijkl mnop"
KEY = f"{'a1' * 12}:{'b2' * 32}"
ADMIN = "/ghost/api/admin/posts/"


def says(status: int, body: object, **headers: str) -> Handler:
    return answer(status, json.dumps(body), "application/json", **headers)


async def reset(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def hang(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3600)


@dataclass
class Far:
    """A blog that answers as it was told. `calls` are the answers to a whole send, in order, by path."""

    web: Web
    channel: Channel
    calls: Mapping[str, list[Handler]]
    last: str
    draft: list[Handler]
    """The answers to the look for a marker that a draft bears."""

    def answers(self, first: Handler | None = None, last: Handler | None = None) -> None:
        """Answer as the blog does, but the first or the last call of a send otherwise."""
        path = next(iter(self.calls))
        script = {path: list(handlers) for path, handlers in self.calls.items()}
        if first:
            script[path][0] = first
        if last:
            script[self.last][-1] = last
        for path, handlers in script.items():
            self.web.on(path, *handlers)


def wordpress(web: Web, workspace: Path) -> Far:
    draft = {"id": 12, "status": "draft"}
    sent = {"id": 12, "status": "publish", "link": web.url("/article-1/")}
    calls = [
        says(200, []),
        says(201, {"id": 7}),
        says(201, draft),
        says(200, [{"id": 7}]),
        says(200, [draft]),
        says(200, sent),
    ]
    channel = WordPressChannel(web.url("/blog"), "noor", SecretStr(PASSWORD), workspace, timeout=5)
    return Far(
        web, channel, {"/blog/": calls}, "/blog/", draft=[says(200, [{"id": 7}]), says(200, [draft]), says(200, sent)]
    )


def _listed(*posts: object) -> Handler:
    return says(200, {"posts": posts, "meta": {"pagination": {"next": None}}})


def ghost(web: Web, workspace: Path) -> Far:
    draft = {"id": "65a1", "status": "draft", "updated_at": "2025-11-22T11:00:00.000Z", "feature_image": None}
    sent = draft | {"status": "published", "url": web.url("/article-1/")}
    posts = [_listed(), says(201, {"posts": [draft]}), _listed(draft)]
    channel = GhostChannel(web.url().rstrip("/"), SecretStr(KEY), workspace, timeout=5)
    calls = {ADMIN: posts, f"{ADMIN}65a1/": [says(200, {"posts": [sent]})]}
    return Far(web, channel, calls, f"{ADMIN}65a1/", draft=[_listed(draft)])


@pytest.fixture(params=[wordpress, ghost])
async def far(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Far]:
    make: Callable[[Web, Path], Far] = request.param
    async with serving() as web:
        far = make(web, tmp_path)
        yield far
        await far.channel.aclose()


MOVED = answer(301, location="https://elsewhere.example/")
PAGE = answer(200, "<html>Welcome</html>")


@pytest.mark.parametrize(
    ("first", "last", "raises", "said"),
    [
        (reset, None, Unreachable, "can't be reached"),
        (hang, None, Unreachable, "can't be reached"),
        (answer(503, "Down"), None, Unreachable, "503 Down"),
        (answer(404, "Nothing here"), None, Unreachable, "Check url"),
        (MOVED, None, Unreachable, "elsewhere.example"),
        (PAGE, None, Unreachable, "isn't JSON"),
        (says(401, {}), None, Unauthorized, "WORDPRESS_APP_PASSWORD|GHOST_ADMIN_KEY"),
        (None, reset, OutcomeUnknown, "broke off"),
        (None, hang, OutcomeUnknown, "broke off"),
        (None, answer(500, "Oops"), OutcomeUnknown, "500 Oops"),
        (None, PAGE, OutcomeUnknown, "isn't JSON"),
        (None, MOVED, Unreachable, "elsewhere.example"),
        (None, says(401, {}), Unauthorized, "WORDPRESS_APP_PASSWORD|GHOST_ADMIN_KEY"),
        (None, says(422, {"message": "No such thing"}), Rejected, "No such thing"),
    ],
)
async def test_what_a_failure_means(
    far: Far, first: Handler | None, last: Handler | None, raises: type[Exception], said: str
) -> None:
    """Before the last call nothing can have been published; from there on it may have been. No error holds a secret."""
    far.answers(first, last)
    with pytest.raises(raises, match=said) as raised:
        await far.channel.send(post_for(far.channel.name))
    assert not any(secret in f"{raised.value!r} {far.channel!r}" for secret in (PASSWORD, KEY, KEY.partition(":")[2]))


@pytest.mark.parametrize("where", ["first", "last"])
async def test_a_far_side_names_its_time(far: Far, where: str) -> None:
    """Too many calls is a pause as long as the far side says, at whichever call."""
    far.answers(**{where: says(429, {}, retry_after="7")})
    with pytest.raises(Unreachable) as raised:
        await far.channel.send(post_for(far.channel.name))
    assert raised.value.retry_after == 7


async def test_a_failure_and_then_a_send(far: Far) -> None:
    """A send after one that failed goes all the way, and gives the address."""
    far.answers(last=answer(500, "Oops"))
    with pytest.raises(OutcomeUnknown):
        await far.channel.send(post_for(far.channel.name))
    far.answers()
    assert (await far.channel.send(post_for(far.channel.name))).url == far.web.url("/article-1/")


async def test_what_is_sent_is_marked_from_the_first_write_on(far: Far) -> None:
    """The marker is in the first write, and nothing before the last one publishes."""
    far.answers()
    post = post_for(far.channel.name)
    await far.channel.send(post)
    *before, last = far.web.posted
    assert f"fw-{post.key}" in before[0]
    assert "publish" in last and not any('"publish' in body for body in before)


async def test_a_draft_that_a_crash_left_is_completed(far: Far) -> None:
    """Where the marker shows a draft, the one write there is publishes that one."""
    far.answers()
    far.web.on(next(iter(far.calls)), *far.draft)
    post = post_for(far.channel.name)
    assert (await far.channel.send(post)).url == far.web.url("/article-1/")
    (written,) = far.web.posted
    assert '"publish' in written and "The first paragraph" in written


def opening(name: str, **options: str) -> Opening:
    site = SiteIdentity(name="N", base_url="https://example.org", author="A")
    return Opening(name=name, options=options, workspace=Path(), site=site)


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("wordpress", {"user": "noor"}, "needs url, such as"),
        ("wordpress", {"url": "https://example.org"}, "needs user"),
        ("wordpress", {"url": "https://example.org", "user": "noor"}, "WORDPRESS_APP_PASSWORD isn't set"),
        ("wordpress", {"url": "http://example.org", "user": "noor"}, "begin with https"),
        ("wordpress", {"url": "https://noor:pw@example.org", "user": "noor"}, "is an address alone"),
        ("wordpress", {"url": "example.org", "user": "noor"}, "is an address alone"),
        ("wordpress", {"urll": "x"}, "no option urll: it knows url, user"),
        ("ghost", {}, "needs url"),
        ("ghost", {"url": "https://example.org"}, "GHOST_ADMIN_KEY isn't set"),
        ("ghost", {"url": "https://example.org/?a"}, "is an address alone"),
    ],
)
def test_what_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, options: Mapping[str, str], said: str
) -> None:
    """An option or a variable that is missing or wrong is named before anything is sent, and a password isn't."""
    for variable in ("WORDPRESS_APP_PASSWORD", "GHOST_ADMIN_KEY"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(NotConfigured, match=said) as raised:
        open_channel(opening(name, **options))
    assert "noor:" not in str(raised.value)


@pytest.mark.parametrize(
    "key", ["b2" * 13, f"{'a1' * 12}:{'b2' * 31}", f"{'a1' * 12}{'b2' * 32}", f"{'g1' * 12}:{'b2' * 32}"]
)
def test_a_key_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """Something else than an Admin API key is refused when the channel is opened, and not said."""
    monkeypatch.setenv("GHOST_ADMIN_KEY", key)
    with pytest.raises(NotConfigured, match="isn't an Admin API key") as raised:
        open_channel(opening("ghost", url="https://example.org"))
    assert key not in str(raised.value)


@pytest.mark.parametrize(
    "url", ["http://localhost:8080/blog/", "http://wordpress", "http://192.168.1.5", "https://example.org/blog"]
)
def test_addresses_that_do(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """https anywhere, and http where it stays at home."""
    monkeypatch.setenv("WORDPRESS_APP_PASSWORD", PASSWORD)
    monkeypatch.setenv("GHOST_ADMIN_KEY", KEY)
    assert open_channel(opening("wordpress", url=url, user="noor")).name == "wordpress"
    assert open_channel(opening("ghost", url=url, member="noor@example.org")).name == "ghost"
