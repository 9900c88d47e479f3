"""`flywheel voice`: how the author writes, as a page; and how far a text is from that."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agents.voice.profile import key_of, read
from agents.voice.profile.portrait import portrait
from desk.errors import DeskError, WrongUsage
from desk.kept import kept
from desk.output import Output
from desk.pages import write_page
from desk.place import Place
from desk.texts import read_words
from desk.voice_page import KIND, page
from desk.voice_said import say_portrait, say_reading
from graph.author import profile_of
from state.contracts.habits import broken_in
from state.rules import Rule, active
from state.settings import Settings
from state.voice import Portrait, VoiceProfile
from state.workspace import VoiceFolder, load_voice

PAGE = Path(".flywheel") / "voice.html"


@dataclass(frozen=True)
class Author:
    """What is known of the author. `measured` is when the profile was taken, in UTC."""

    settings: Settings
    folder: VoiceFolder
    profile: VoiceProfile
    rules: tuple[Rule, ...]
    """All of them, latest versions."""
    measured: datetime


def run(place: Place, *, to: Path | None, as_json: bool) -> int:
    """Show the portrait, and write its page to `to`, else to .flywheel/voice.html. Raises DeskError without samples."""
    output = Output(as_json=as_json)
    author = asyncio.run(known(place))
    samples = [(path.removeprefix("voice/"), text) for path, text in author.folder.samples]
    found = portrait(samples, author.profile)
    rules = active(author.rules)
    file = to or Path(author.settings.workspace) / PAGE
    html = page(author.settings.identity.author, found, rules, author.measured)
    write_page(file, html, KIND, option="--page")
    say_portrait(author.settings.identity.author, found, rules, output)
    output.say()
    output.say(f"The page with its plots: {file}")
    output.say(f"How far a text is from this: {place.command('voice', '--check', 'FILE')}")
    output.result({**_public(found), "rules": len(rules), "page": str(file.resolve())})
    return 0


def _public(found: Portrait) -> dict[str, object]:
    """The portrait for machines: without the vector, which only code of ours can read."""
    return found.model_dump(mode="json", exclude={"profile": {"grams"}})


def check(place: Place, file: Path, *, as_json: bool) -> int:
    """1 when a draft like this would fail: too far from the author where that is a gate, or against a rule of theirs."""
    output = Output(as_json=as_json)
    text = _text(file)
    author = asyncio.run(known(place))
    reading = read(author.profile, text)
    broken = [(rule, said) for rule in active(author.rules) if rule.phrases and (said := broken_in(text, rule))]
    say_reading(file, reading, broken, output)
    failed = (reading.gate and reading.distance > reading.threshold) or any(rule.confirmed for rule, _ in broken)
    output.result(
        {
            "file": str(file),
            "passed": not failed,
            **reading.model_dump(mode="json"),
            "rules": [{"rule": rule.number, "text": rule.text, "said": said} for rule, said in broken],
        }
    )
    return 1 if failed else 0


async def known(place: Place) -> Author:
    """Read the workspace and the ledger; measure what wasn't measured yet. Raises DeskError for samples without words."""
    folder = await asyncio.to_thread(load_voice, place.workspace)
    async with kept(place) as opened:
        ledger = opened.ledger
        profile = await profile_of(folder, ledger, datetime.now(UTC))
        if profile is None or not profile.words:
            fix = "Put three or more essays of the author's own into voice/, as Markdown or plain text."
            raise DeskError("There are no samples in voice/, so there is no voice to show.", fix=fix)
        known = await ledger.profile(key_of([text for _, text in folder.samples]))
        measured = known[1] if known else datetime.now(UTC)
        return Author(opened.settings, folder, profile, await ledger.rules(), measured)


def _text(file: Path) -> str:
    """Raises WrongUsage for a file that isn't there, isn't text, or is empty."""
    text = read_words(file, missing="Name a text file.")
    if not text.strip():
        raise WrongUsage(f"{file} is empty.", fix="Name a file with a text in it.")
    return text
