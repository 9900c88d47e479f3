"""Channels, opened as a workspace configures them: for the drainer, which acts, and for engage, which listens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from channels import Opening, SiteIdentity, open_channel
from state.channels import Channel
from state.settings import Settings

OpenChannel = Callable[[Settings, str], Channel | None]


def open_configured(settings: Settings, name: str) -> Channel:
    """The transport of a channel as the workspace configures it. Raises ValueError, with what to set."""
    who = settings.identity
    opening = Opening(
        name=name,
        options=next((dict(c.options) for c in settings.channels if c.name == name), {}),
        workspace=Path(settings.workspace),
        site=SiteIdentity(name=who.name, base_url=who.url, author=who.author, language=who.language),
        database=settings.database,
    )
    return open_channel(opening)
