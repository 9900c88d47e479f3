"""What each channel says when a piece begins: whether it can be opened at all, and what its server takes."""

from __future__ import annotations

import asyncio

from graph.transports import OpenChannel
from state.channels import Telling, Unauthorized, Unreachable
from state.settings import ChannelSettings, Settings

PATIENCE = 10.0
"""Seconds for a server to say what it takes; past that the channel's own rules hold."""


async def asked(settings: Settings, open_channel: OpenChannel) -> Settings:
    """The settings with each channel's answer in them: a person learns before the review what can't go out, and not after."""
    channels = await asyncio.gather(*(_asked(channel, settings, open_channel) for channel in settings.channels))
    return settings.model_copy(update={"channels": tuple(channels)})


def ready(settings: Settings) -> tuple[str, ...]:
    """The channels that a piece is made for, in the workspace's order."""
    return tuple(c.name for c in settings.channels if not c.trouble)


async def _asked(channel: ChannelSettings, settings: Settings, open_channel: OpenChannel) -> ChannelSettings:
    try:
        transport = await asyncio.to_thread(open_channel, settings, channel.name)
    except ValueError as error:
        return channel.model_copy(update={"trouble": str(error)})
    if transport is None:
        return channel
    try:
        if isinstance(transport, Telling):
            async with asyncio.timeout(PATIENCE):
                return channel.model_copy(update={"limit": await transport.limit()})
    except Unauthorized as error:
        return channel.model_copy(update={"trouble": str(error)})
    except (Unreachable, TimeoutError):
        return channel  # it may be back by the time the post is due
    finally:
        await transport.aclose()
    return channel
