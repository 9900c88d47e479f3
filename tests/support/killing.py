"""The kill test: a sender dies before, during and after its calls, starts again, and the copies are counted on the far side."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from state.channels import RULES, Strength
from state.contracts.release import Post
from state.ledger import Ledger, close_ledgers, ledger_at
from state.records import PostState
from state.workspace import database_url, load_settings
from tests.support.approving import approve

MOMENTS = ("before", "during", "after")
KILLS = 20
"""At each moment."""
AGAIN = 6
"""Restarts after which a post has to have come to rest."""
Say = Callable[[Iterable[str]], None]
"""Prints a table's rows."""
Copies = Callable[[str], int] | Callable[[str], Awaitable[int]]
"""How many copies of a post readers see, by its title, or by its words where it has none."""


def workspace_for(folder: Path, channel: str, options: Mapping[str, str]) -> Path:
    folder.mkdir(parents=True)
    lines = [f"{name} = {json.dumps(value)}" for name, value in options.items()]
    text = ['[identity]\nname = "Upkeep"\nauthor = "Noor"\nurl = "https://upkeep.example"', f"[channels.{channel}]"]
    (folder / "flywheel.toml").write_text("\n".join([*text, *lines, ""]))
    (folder / "offers.toml").write_text("")
    return folder


def posts_of(piece: str, channel: str) -> tuple[Post, ...]:
    """One article, a thread of two, or one post: what the channel takes. Their words are like no other's."""
    if RULES[channel].article:
        said = f"An article that is {piece} and nothing else."
        return (
            Post(id=channel, channel=channel, title=f"Piece {piece}", slug=f"piece-{piece}", text=said, sentences=()),
        )
    first = Post(id=f"{channel}-1", channel=channel, text=f"First words of {piece}.", sentences=())
    if not RULES[channel].threads:
        return (first,)
    second = Post(
        id=f"{channel}-2", channel=channel, text=f"Last words of {piece}.", sentences=(), reply_to=f"{channel}-1"
    )
    return (first, second)


def name_of(post: Post) -> str:
    return post.title or post.text


@dataclass
class Sender:
    """The parent of the processes that die."""

    process: subprocess.Popen[str]

    def order(self, piece: str, moment: str = "never", *, call: int = 1, delay: float = 0, ahead: float = 0) -> float:
        """Send what is due of a piece; the seconds that it took. A process that is to die, and doesn't, was too quick."""
        assert self.process.stdin and self.process.stdout
        wanted = {"piece": piece, "moment": moment, "call": call, "delay": delay, "ahead": ahead}
        self.process.stdin.write(json.dumps(wanted) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the sender is gone"
        told = json.loads(line)
        assert told["signal"] in ((0, signal.SIGKILL) if moment == "during" else (0,) if moment == "never" else (9,))
        return float(told["seconds"])


@contextmanager
def sender(workspace: Path, channel: str, secrets: Mapping[str, str]) -> Iterator[Sender]:
    command = [sys.executable, "-m", "tests.support.killed_sender", str(workspace), channel]
    environment = os.environ | dict(secrets) | {"LANGSMITH_TRACING": "false"}
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root, env=environment
    ) as process:
        try:
            assert process.stdout and process.stdout.readline() == "ready\n"
            yield Sender(process)
        finally:
            process.kill()


@dataclass
class Table:
    """By moment: what became of the posts, as (state, copies)."""

    channel: str
    strength: Strength
    found: dict[str, Counter[tuple[str, int]]] = field(default_factory=dict)

    def rows(self) -> Iterator[str]:
        for moment, counted in self.found.items():
            said = ", ".join(
                f"{n} {state} with {copies} cop{'y' if copies == 1 else 'ies'}"
                for (state, copies), n in sorted(counted.items())
            )
            yield f"| {self.channel} | {self.strength} | {moment} | {said} |"


async def kill_and_count(
    folder: Path,
    channel: str,
    strength: Strength,
    options: Mapping[str, str],
    secrets: Mapping[str, str],
    copies: Callable[[str], Awaitable[int]],
    *,
    kills: int = KILLS,
    prepare: Callable[[Ledger], Awaitable[None]] | None = None,
) -> Table:
    """`kills` seeded deaths at each moment, each on a piece of its own; then restarts until all posts rest.

    `prepare` is given the ledger first. Asserts what the strength promises: exactly one copy of each post; or, where nothing
    can be looked up, never two, and a person asked about the rest.
    """
    workspace = workspace_for(folder, channel, options)
    settings = load_settings(workspace)
    ledger = await ledger_at(database_url(settings))
    if prepare:
        await prepare(ledger)
    table, chance = Table(channel, strength), random.Random(f"{channel} 20251122")
    parts = len(posts_of("x", channel))
    try:
        await approve("rehearsal", posts_of("rehearsal", channel), settings, ledger)
        with sender(workspace, channel, secrets) as process:
            span = process.order("rehearsal")
            for moment in MOMENTS:
                table.found[moment] = Counter()
                for n in range(kills):
                    piece = f"{moment}{n}"
                    await approve(piece, posts_of(piece, channel), settings, ledger)
                    call, delay = chance.randint(1, parts), chance.uniform(0, span)
                    process.order(piece, moment, call=call, delay=delay)
                    await _until_it_rests(piece, process, ledger)
                    for row, post in zip(await ledger.outbox(piece), posts_of(piece, channel), strict=True):
                        there = await copies(name_of(post))
                        table.found[moment][row.state.value, there] += 1
                        _hold(strength, row.state, there, f"{post.id} of {piece}: {row.reason}")
    finally:
        await close_ledgers()
    return table


async def _until_it_rests(piece: str, process: Sender, ledger: Ledger) -> None:
    for n in range(1, AGAIN + 1):
        process.order(piece, ahead=300.0 * n)
        if not await ledger.open_posts(piece):
            return
    states = {row.post_id: (row.state.value, row.reason) for row in await ledger.outbox(piece)}
    raise AssertionError(f"{piece} doesn't come to rest: {states}")


def _hold(strength: Strength, state: PostState, copies: int, about: str) -> None:
    if strength is Strength.NONE:
        assert copies <= 1, f"two copies: {about}"
        assert copies == 1 or state is PostState.PARKED, about
    else:
        assert (state, copies) == (PostState.CONFIRMED, 1), f"{copies} copies, {state}: {about}"
