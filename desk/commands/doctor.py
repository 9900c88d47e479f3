"""`flywheel doctor`: is everything there that a piece needs, and if not, what to do."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.text import Text

from desk.checkup import alerts, files, models, outside
from desk.checkup.finding import Finding, State
from desk.output import Output, safe
from desk.place import Place

MARKS: Mapping[State, tuple[str, str]] = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "failed": ("✗", "bold red")}


def run(place: Place, *, as_json: bool) -> int:
    """1 when anything failed; a warning is no failure."""
    output = Output(as_json=as_json)
    findings = asyncio.run(_look(place.workspace))
    for finding in findings:
        mark, style = MARKS[finding.state]
        output.say(Text.assemble((f"{mark} ", style), (f"{safe(finding.about)}: ", "bold"), safe(finding.message)))
        if finding.fix:
            output.say(finding.fix, indent=4)
    bad = sum(f.state == "failed" for f in findings)
    output.say()
    output.say(_verdict(findings))
    output.result({"ok": not bad, "checks": [asdict(f) for f in findings]})
    return 1 if bad else 0


def _verdict(findings: list[Finding]) -> str:
    bad = sum(f.state == "failed" for f in findings)
    doubts = sum(f.state == "warning" for f in findings)
    said = f"{bad} of {len(findings)} failed" if bad else "Nothing is in the way"
    return f"{said}; {doubts} {'warning' if doubts == 1 else 'warnings'}." if doubts else f"{said}."


async def _look(workspace: Path) -> list[Finding]:
    """Everything that can be looked at; with settings that can't be read, the files alone."""
    settings, found = await asyncio.to_thread(files.settings_of, workspace)
    zone = ZoneInfo(settings.identity.timezone if settings else "UTC")
    found += await asyncio.to_thread(lambda: list(files.files(workspace, settings, datetime.now(zone).date())))
    if settings is None:
        return [*found, *outside.tracing()]
    sources, asked = await asyncio.gather(files.sources(settings), models.models(settings.models))
    kept = [*await outside.database(settings), *await outside.checkpoints(settings)]
    sites = await asyncio.to_thread(lambda: list(outside.channels(settings)))
    told = await asyncio.to_thread(lambda: list(alerts.alerts()))
    return [*found, *sources, *kept, *asked, *sites, *told, *outside.tracing()]
