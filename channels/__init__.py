"""Transport to where people read: one file a channel, used by the drainer alone."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import cast

from channels.identity import SiteIdentity
from channels.opening import NotConfigured, Opening
from channels.site import SiteChannel
from state.channels import RULES, Channel

__all__ = ["NotConfigured", "Opening", "SiteChannel", "SiteIdentity", "open_channel"]


def open_channel(opening: Opening) -> Channel:
    """Open the channel of this name, by `open_channel` of its module, which is imported only now: some carry a big library.

    No call is made. Raises NotConfigured for an option that it doesn't know or a credential that is missing.
    """
    if opening.name not in RULES:
        raise NotConfigured(f"There is no channel {opening.name}; there are {', '.join(RULES)}.")
    opener = cast(Callable[[Opening], Channel], import_module(f"channels.{opening.name}").open_channel)
    return opener(opening)
