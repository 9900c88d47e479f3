"""Whenever the sender is killed, the real servers hold exactly one copy of each post."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx

from channels.prose import prose
from state.channels import Strength
from tests.peers.servers import bluesky as bluesky_server
from tests.peers.servers import ghost as ghost_server
from tests.peers.servers import wordpress as wordpress_server
from tests.peers.servers.bluesky import Network
from tests.peers.servers.ghost import Site
from tests.peers.servers.mastodon import Account, MastodonServer
from tests.peers.servers.wordpress import Blog
from tests.peers.test_mastodon import patiently
from tests.support.killing import Say, kill_and_count


async def test_bluesky(bluesky: Network, tmp_path: Path, say: Say) -> None:
    """A record's key is ours: exactly one record of each part of a thread."""

    async def copies(text: str) -> int:
        return await asyncio.to_thread(bluesky_server.copies, bluesky, bluesky.author, text)

    options = {"handle": bluesky.author.handle, "service": bluesky.pds}
    secrets = {"BLUESKY_APP_PASSWORD": bluesky.author.app_password}
    say((await kill_and_count(tmp_path / "w", "bluesky", Strength.NATIVE, options, secrets, copies)).rows())


async def test_mastodon(mastodon: MastodonServer, tmp_path: Path, say: Say) -> None:
    """This server ignores keys, so the look-up alone has to find what went out."""
    account = await asyncio.to_thread(mastodon.join, "killed")

    async def copies(text: str) -> int:
        return await patiently(lambda: _statuses(mastodon.url, account, text))

    options, secrets = {"server": mastodon.url}, {"MASTODON_ACCESS_TOKEN": account.token}
    say((await kill_and_count(tmp_path / "w", "mastodon", Strength.KEYED, options, secrets, copies)).rows())


async def _statuses(url: str, account: Account, text: str) -> int:
    """How many of the account's newest statuses say exactly this."""
    headers = {"Authorization": f"Bearer {account.token}", "Connection": "close"}
    async with httpx.AsyncClient(base_url=f"{url}/api/v1/accounts/", headers=headers, timeout=30) as client:
        me = (await client.get("verify_credentials")).raise_for_status().json()["id"]
        newest = (await client.get(f"{me}/statuses", params={"limit": 40})).raise_for_status().json()
    return sum(prose(status["content"]) == text for status in newest)


async def test_wordpress(wordpress: Blog, tmp_path: Path, say: Say) -> None:
    """A tag marks the post: one that readers see, and no draft beside it."""

    async def copies(title: str) -> int:
        return sum((await asyncio.to_thread(wordpress_server.copies, wordpress, title)).values())

    options = {"url": wordpress.url, "user": wordpress.author.user}
    secrets = {"WORDPRESS_APP_PASSWORD": wordpress.author.app_password}
    say((await kill_and_count(tmp_path / "w", "wordpress", Strength.LOOKUP, options, secrets, copies)).rows())


async def test_ghost(ghost: Site, tmp_path: Path, say: Say) -> None:
    """An internal tag marks the post: one that readers see, and no draft beside it."""

    async def copies(title: str) -> int:
        return sum((await asyncio.to_thread(ghost_server.copies, ghost, title)).values())

    options, secrets = {"url": ghost.url}, {"GHOST_ADMIN_KEY": ghost.admin_key}
    say((await kill_and_count(tmp_path / "w", "ghost", Strength.LOOKUP, options, secrets, copies)).rows())
