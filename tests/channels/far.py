"""The channels that a scripted server stands for, opened as a workspace opens them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from channels import Opening, SiteIdentity, open_channel
from state.channels import Channel, Receipt
from tests.support.scripted_api import TOKEN, ScriptedApi

VARIABLES: Mapping[str, str] = {
    "mastodon": "MASTODON_ACCESS_TOKEN",
    "devto": "DEVTO_API_KEY",
    "linkedin": "LINKEDIN_ACCESS_TOKEN",
    "x": "X_ACCESS_TOKEN",
}
OPTIONS: Mapping[str, Mapping[str, str]] = {
    "mastodon": {},
    "devto": {},
    "linkedin": {"author": "urn:li:person:abc123"},
    "x": {"price": "0.015"},
}
SITE = SiteIdentity(name="Upkeep", base_url="https://example.org/blog", author="Noor Lindqvist")


def opened(name: str, url: str, workspace: Path, monkeypatch: pytest.MonkeyPatch, **options: str) -> Channel:
    monkeypatch.setenv(VARIABLES[name], TOKEN)
    given = {"server": url, **OPTIONS[name], **options}
    return open_channel(Opening(name=name, options=given, workspace=workspace, site=SITE))


@dataclass
class Scripted:
    """One channel and the server behind it."""

    channel: Channel
    api: ScriptedApi

    async def count(self) -> int:
        return len(self.api.shown(self.channel.name))

    async def text_of(self, receipt: Receipt) -> str:
        id_ = receipt.remote_id.rpartition(":")[2]
        text = next(post.text for post in self.api.shown(self.channel.name) if post.id == id_)
        return text.partition("\n\n[//]: #")[0] if self.channel.name == "devto" else text
