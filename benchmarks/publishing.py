"""A process that sends all that is due in a workspace, and says as JSON what that took: its figures are the sender's alone.

Its arguments are the workspace, and the addresses of servers for the channels that are stood in for: NAME=TRANSPORT=ADDRESS.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from benchmarks.machine import peak_megabytes
from channels import Opening, SiteIdentity, open_channel
from graph import send
from graph.rooms import Rooms
from graph.transports import open_configured
from state.channels import Channel
from state.flywheel import Context
from state.ledger import close_ledgers
from state.settings import Settings

CHANNELS = ("site", "devto", "mastodon", "linkedin", "x")


@dataclass(frozen=True)
class Doubles:
    """Opens channels; one of these names by the transport of another channel, over a server of its own."""

    by_name: Mapping[str, tuple[str, str]]
    """Transport and address."""

    def open(self, settings: Settings, name: str) -> Channel | None:
        if name not in self.by_name:
            return open_configured(settings, name)
        transport, address = self.by_name[name]
        site = SiteIdentity(name="Upkeep", base_url="https://upkeep.example", author="Noor")
        return open_channel(Opening(transport, {"server": address}, Path(settings.workspace), site))


async def main(workspace: str, *doubles: str) -> None:
    given = (double.split("=", 2) for double in doubles)
    rooms = Rooms(open_channel=Doubles({name: (transport, address) for name, transport, address in given}).open)
    drainer = send.build(rooms).compile()
    for name in CHANNELS:
        import_module(f"channels.{name}")  # start-up doesn't count
    began, worked = time.perf_counter(), time.process_time()
    try:
        await drainer.ainvoke({}, context=Context(workspace=workspace))
    finally:
        await close_ledgers()
    figures = {
        "seconds": time.perf_counter() - began,
        "processor": time.process_time() - worked,
        "mb": peak_megabytes(),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
