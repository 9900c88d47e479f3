"""From a topic to a published thread on a real server, to a stranger's question, to our answer: by the commands that a person types."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from channels.prose import prose
from tests.desk.conftest import copied, on
from tests.peers.harness import folder_of, free_port, peer
from tests.peers.servers import bluesky as bluesky_server
from tests.peers.servers.bluesky import Network
from tests.peers.servers.mastodon import MastodonServer
from tests.peers.test_mastodon import Person, patiently
from tests.support.environment import STRAY

TOPIC = "What the label on a light bulb doesn't say"
QUESTION = "How many hours did the Phoebus cartel set as the standard life of a household bulb?"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key of this machine's reaches a test."""
    for name in list(os.environ):
        if name.startswith(STRAY) and name != "FLYWHEEL_PEERS":
            monkeypatch.delenv(name)
    monkeypatch.setenv("LANGSMITH_TRACING", "false")


def published(folder: Path, channel: str, options: str) -> tuple[Any, str, list[dict[str, Any]]]:
    """Commands on a copy of the example with one more channel, the piece, and its posts there."""
    workspace = copied(folder / "upkeep")
    with (workspace / "flywheel.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[channels.{channel}]\n{options}\n")
    flywheel = on(workspace)
    told = flywheel("run", TOPIC, "--approve-all", "--json").json
    assert told["status"] == "published", told
    posts = [post for post in flywheel("outbox", "--all", "--json").json["posts"] if post["channel"] == channel]
    assert posts and all(post["state"] == "confirmed" for post in posts)
    return flywheel, str(told["piece"]), posts


def answered(flywheel: Any, count: Callable[[], int]) -> dict[str, Any]:
    """Engage until the question has come; approve the answer; engage again, twice. `count` is how many answers of ours stand there."""
    for _ in range(60):
        waiting = flywheel("engage", "--json").json["waiting"]
        if waiting:
            break
        time.sleep(1)
    (question,) = waiting
    assert QUESTION.split("?", maxsplit=1)[0] in question["text"]
    assert count() == 0
    shown = flywheel("review", question["id"], "--json").json
    ran = flywheel("review", question["id"], "--approve", "--json")
    assert ran.code == 0, ran.err
    for _ in range(2):
        assert flywheel("engage", "--json").json["waiting"] == []
        assert flywheel("send").code == 0
    assert count() == 1
    return dict(shown)


def test_bluesky(bluesky: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second user likes and asks; the like is counted, the answer is drafted from the piece, approved, and there once."""
    monkeypatch.setenv("BLUESKY_APP_PASSWORD", bluesky.author.app_password)
    options = f'handle = "{bluesky.author.handle}"\nservice = "{bluesky.pds}"'
    flywheel, _, posts = published(tmp_path, "bluesky", options)
    first = posts[0]["remote_id"]
    held = bluesky_server.posts(bluesky, bluesky.author)
    with httpx.Client(base_url=f"{bluesky.pds}/xrpc/", timeout=30) as client:
        account = {"identifier": bluesky.reader.handle, "password": bluesky.reader.app_password}
        token = client.post("com.atproto.server.createSession", json=account).raise_for_status().json()["accessJwt"]
        repo, _, rkey = first.removeprefix("at://").partition("/app.bsky.feed.post/")
        params = {"repo": repo, "collection": "app.bsky.feed.post", "rkey": rkey}
        ref = client.get("com.atproto.repo.getRecord", params=params).raise_for_status().json()
        at = {"uri": ref["uri"], "cid": ref["cid"]}

        def write(collection: str, record: dict[str, Any]) -> None:
            body = {"repo": bluesky.reader.did, "collection": collection, "record": {"$type": collection, **record}}
            headers = {"Authorization": f"Bearer {token}"}
            client.post("com.atproto.repo.createRecord", json=body, headers=headers).raise_for_status()

        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        write("app.bsky.feed.like", {"subject": at, "createdAt": now})
        reply = {"root": at, "parent": at}
        write("app.bsky.feed.post", {"text": QUESTION, "reply": reply, "createdAt": now})

    def count() -> int:
        return len(bluesky_server.posts(bluesky, bluesky.author).keys() - held.keys())

    shown = answered(flywheel, count)
    assert "1,000" in shown["payload"]["description"]
    (told,) = [p for p in flywheel("engage", "--json").json["posts"] if p["counts"].get("like")]
    assert told["counts"]["like"] == 1


def test_mastodon(mastodon: MastodonServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second user favourites and asks; the answer names them, is approved, and there once. On a server of its own."""
    work = tmp_path / "server"
    work.mkdir()
    with peer("mastodon").start(folder_of("mastodon"), work, free_port) as server:
        author, reader = (Person(server.url, server.join(name)) for name in ("nora", "ada"))
        monkeypatch.setenv("MASTODON_ACCESS_TOKEN", author.account.token)
        flywheel, _, posts = published(tmp_path, "mastodon", f'server = "{server.url}"')
        first = posts[0]["remote_id"]
        asyncio.run(reader.call("POST", "statuses", status=f"@nora {QUESTION}", in_reply_to_id=first))
        asyncio.run(patiently(lambda: reader.call("POST", f"statuses/{first}/favourite")))

        def count() -> int:
            async def own() -> list[str]:
                me = await author.read("accounts/verify_credentials")
                return [prose(s["content"]) for s in await author.read(f"accounts/{me['id']}/statuses?limit=40")]

            return len(asyncio.run(own())) - len(posts)

        answered(flywheel, count)
