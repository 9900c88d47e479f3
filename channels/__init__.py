"""Transport to where people read: one file a channel, used by the drainer alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from channels.identity import SiteIdentity
from channels.site import SiteChannel
from state.channels import Channel

__all__ = ["SiteChannel", "SiteIdentity", "open_channel"]


def open_channel(name: str, options: Mapping[str, str], *, workspace: Path, site: SiteIdentity) -> Channel | None:
    """Open the channel of this name; None when it has no transport yet.

    The site's one option is `folder`, from the workspace on (`site` unless set). An option that the channel doesn't
    know raises a `ValueError`.
    """
    if name != SiteChannel.name:
        return None
    if unknown := sorted(options.keys() - {"folder"}):
        raise ValueError(f"The channel {name} has no option {', '.join(unknown)}: it knows folder.")
    folder = workspace / Path(options.get("folder", "site")).expanduser()
    return SiteChannel(folder, base_url=site.base_url, site_name=site.name, author=site.author, language=site.language)
