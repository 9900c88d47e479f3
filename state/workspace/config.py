"""flywheel.toml: read, checked whole, and made into `Settings`. Every mistake in it is reported at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path as FilePath
from typing import Any

from pydantic import Field

from state.base import Frozen
from state.channels import RULES as CHANNEL_RULES
from state.settings import (
    Bounds,
    Ceilings,
    ChannelSettings,
    ContractBounds,
    Identity,
    Models,
    Optimizer,
    ReadingBudget,
    RevenueSettings,
    Reviews,
    SalesSettings,
    Schedule,
    Searches,
    Settings,
    SourceSettings,
    Tracking,
    Wheel,
)
from state.workspace.bounds import MODELS as CONTRACTS
from state.workspace.bounds import contradictions, loosened
from state.workspace.database import settled, written
from state.workspace.document import Document, read_document
from state.workspace.explain import Model, fill, shown
from state.workspace.lines import Path
from state.workspace.problems import Problem, Refused, WorkspaceError, closest, meant
from state.workspace.rates import rate_of
from state.workspace.values import Rule, rules

CONFIG = "flywheel.toml"
SECTIONS: Mapping[str, type[Frozen]] = {
    "identity": Identity,
    "models": Models,
    "reviews": Reviews,
    "bounds": Bounds,
    "ceilings": Ceilings,
    "schedule": Schedule,
    "optimizer": Optimizer,
    "tracking": Tracking,
    "wheel": Wheel,
    "revenue": RevenueSettings,
}
SOURCES: Mapping[str, type[Searches | ReadingBudget]] = {"searches": Searches, "budget": ReadingBudget}
TABLES = (*SECTIONS, "sources", "contracts", "channels", "database", "sales")
_SECRET_KEY = re.compile(r"passw|secret|token|api_?key|credential", re.IGNORECASE)
_SECRET = re.compile(r"://[^/\s@]*:[^/\s@]*@|-----BEGIN [A-Z ]*PRIVATE KEY-----")


class ChannelTable(Frozen):
    """What the table of every channel may say, beside the channel's own options."""

    enabled: bool = True
    times: tuple[str, ...] = ()
    timezone: str | None = None
    quiet: str | None = None
    per_hour: int | None = Field(default=None, ge=1)

    @property
    def settings(self) -> dict[str, Any]:
        return self.model_dump(exclude={"enabled"})


def load_settings(workspace: FilePath, *, database_url: str | None = None) -> Settings:
    """Read the workspace's flywheel.toml; `database_url`, then DATABASE_URL, win over its `[database] url`.

    Reads files, so give it a thread of its own in async code. Raises `WorkspaceError` with every problem found.
    """
    folder = workspace.expanduser().resolve()
    document = _config(folder)
    reader = _Reader(folder, document)
    database = reader.database(database_url)
    read: dict[str, Any] = {name: reader.section((name,), model) for name, model in SECTIONS.items()}
    read |= {"sources": reader.sources(), "contracts": reader.contracts(), "channels": reader.channels()}
    read |= {"sales": reader.sales()}
    reader.unknown((), TABLES, "tables")
    reader.publishing()
    reader.timing(read["identity"], read["schedule"], read["channels"])
    reader.optimizing(read["optimizer"])
    if reader.problems:
        raise WorkspaceError(reader.problems)
    return Settings(workspace=str(folder), database=database, **read)


def stamp_of(folder: FilePath) -> tuple[int, int]:
    """What flywheel.toml's time and size are now: others say that it has to be read again. Blocks."""
    try:
        found = (folder / CONFIG).stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)


def _config(folder: FilePath) -> Document:
    try:
        return read_document(folder, CONFIG)
    except FileNotFoundError:
        there = "in" if folder.is_dir() else "since there is no folder"
        said = f"There is no {CONFIG} {there} {folder}."
        fix = f"Make a workspace there with `flywheel init {folder}`, or name the folder of one."
        raise WorkspaceError([Problem(path=CONFIG, message=said, fix=fix)]) from None


class _Reader:
    """Takes one document apart and gathers what is wrong with it."""

    def __init__(self, folder: FilePath, document: Document) -> None:
        self.problems: list[Problem] = list(document.problems)
        self._folder = folder
        self._document = document
        self._rules = rules(folder)

    def section(self, where: tuple[str, ...], model: type[Model], *, apart: Collection[str] = ()) -> Model:
        """Read the table at `where` as `model`; a key with a mistake is reported and keeps its default, as do those `apart`."""
        self.unknown(where, tuple(model.model_fields), "keys")
        return self._filled(where, model, apart)

    def _filled(self, where: tuple[str, ...], model: type[Model], apart: Collection[str] = ()) -> Model:
        known = model.model_fields.keys() - set(apart)
        values = {key: self._ruled((*where, key), v) for key, v in self._table(where).items() if key in known}
        filled, problems = fill(model, self._document, where, values, {})
        told = {(problem.line, problem.key) for problem in self.problems}
        self.problems += (problem for problem in problems if (problem.line, problem.key) not in told)
        return filled

    def unknown(self, where: tuple[str, ...], known: tuple[str, ...], what: str) -> None:
        """Report each key of the table at `where` that isn't among the `known` ones, and say what was meant."""
        for key, value in self._table(where).items():
            if key in known:
                continue
            homes = [] if isinstance(value, Mapping) else _homes(key)
            fix = f"It belongs in {' or '.join(homes)}." if homes else meant(key, known, what=what)
            self._wrong((*where, key), "unknown table." if isinstance(value, Mapping) else "unknown key.", fix)

    def sources(self) -> SourceSettings:
        """Read [sources] and the tables below it."""
        inner = {name: self.section(("sources", name), model) for name, model in SOURCES.items()}
        return self.section(("sources",), SourceSettings, apart=SOURCES).model_copy(update=inner)

    def contracts(self) -> ContractBounds:
        """Read the tables below [contracts]."""
        self.unknown(("contracts",), tuple(CONTRACTS), "contracts")
        read = {name: self.section(("contracts", name), model) for name, model in CONTRACTS.items()}
        bounds = ContractBounds.model_validate(read)
        found = [f for name in CONTRACTS for f in loosened(name, self._table(("contracts", name)))]
        for where, message, fix in (*found, *contradictions(bounds)):
            self._wrong(("contracts", *where), message, fix)
        return bounds

    def sales(self) -> SalesSettings:
        """Read [sales] and the rates below it."""
        read = self.section(("sales",), SalesSettings, apart=("rates",))
        given = self._table(("sales", "rates"))
        rates = tuple((code, text) for code, value in given.items() if (text := self._rate(code, value, read.currency)))
        if given and read.currency is None and "currency" not in self._table(("sales",)):
            said = "there is nothing to convert into."
            self._wrong(("sales", "rates"), said, 'Add currency = "GBP", or whichever is yours, to [sales].')
        return read.model_copy(update={"rates": rates})

    def _rate(self, code: str, value: object, home: str | None) -> str | None:
        """Give one rate; None for one that won't do (reported)."""
        try:
            return rate_of(code, value, home)
        except Refused as error:
            self._wrong(("sales", "rates", code), error.message, error.fix)
            return None

    def channels(self) -> tuple[ChannelSettings, ...]:
        """Read the channels that are on, in the file's order; without any table at all, the site alone."""
        if "channels" not in self._document.data:
            return (ChannelSettings(name="site"),)
        self.unknown(("channels",), tuple(CHANNEL_RULES), "channels")
        named = [name for name in self._table(("channels",)) if name in CHANNEL_RULES]
        found = tuple(channel for name in named if (channel := self._channel(name)))
        if not found:
            self._wrong(("channels",), "no channel is on.", "Add [channels.site], or take out an `enabled = false`.")
        return found

    def _channel(self, name: str) -> ChannelSettings | None:
        where = ("channels", name)
        common = self._filled(where, ChannelTable)
        own = {key: value for key, value in self._table(where).items() if key not in ChannelTable.model_fields}
        options = tuple((key, self._option((*where, key), value)) for key, value in own.items())
        if not common.enabled:
            return None
        return ChannelSettings(name=name, options=options, **common.settings)

    def _option(self, where: tuple[str, ...], value: object) -> str:
        """Give a channel's own option as text; one of another kind, or a secret, is reported."""
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if not isinstance(value, str | int | float):
            guess = closest(where[-1], ChannelTable.model_fields)
            fix = f"Did you mean `{guess}`?" if guess else 'Put it in quotes: "...".'
            self._wrong(where, f"expected text, a number, true or false, got {shown(value)}.", fix)
        elif _SECRET_KEY.search(where[-1]) or _SECRET.search(text):
            self._wrong(where, "this is no place for a secret.", "Move it to .env or the environment.")
        return text

    def database(self, given: str | None) -> str:
        """Choose the ledger's address; an empty one where that failed (reported)."""
        self.unknown(("database",), ("url",), "keys")
        url = self._table(("database",)).get("url")
        in_file = None
        if isinstance(url, str):
            try:
                in_file = written(self._folder, url)
            except Refused as error:
                self._wrong(("database", "url"), error.message, error.fix)
        elif url is not None:
            self._wrong(("database", "url"), f"expected text, got {shown(url)}.", 'Put it in quotes: "...".')
        try:
            return settled(self._folder, given=given, in_file=in_file)
        except WorkspaceError as error:
            self.problems += error.problems
            return ""

    def publishing(self) -> None:
        """Hold that nothing goes out unseen unless its owner said so by name."""
        reviews = self._table(("reviews",))
        if reviews.get("release", "always") != "always" and reviews.get("autopublish") is not True:
            said = "pieces would go out with nobody having looked."
            fix = 'Write release = "always", or add autopublish = true if that is what you want.'
            self._wrong(("reviews", "release"), said, fix)

    def timing(self, identity: Identity, schedule: Schedule, channels: Collection[ChannelSettings]) -> None:
        """Hold that a post's window isn't longer than its approval lasts, and that no channel posts in the quiet hours."""
        window, approval = schedule.window_days, schedule.approval_days
        if window > approval:
            said = (
                f"{window} is more than approval_days, which is {approval}: the approval would end before the window."
            )
            self._wrong(("schedule", "window_days"), said, f"Write {approval} or less, or more approval_days.")
        for channel in channels:
            clock = channel.clock(identity, schedule)
            for time in channel.times:
                if clock.is_quiet_at(time):
                    said = f"{time} lies in the quiet hours, {clock.quiet}."
                    self._wrong(("channels", channel.name, "times"), said, "Choose another time, or other quiet hours.")

    def optimizing(self, optimizer: Optimizer) -> None:
        """Hold that nothing is both pinned and banned."""
        for name in optimizer.pin:
            if name in optimizer.ban:
                said = f"{name} is banned as well."
                self._wrong(("optimizer", "pin"), said, "Take it out of pin, or out of ban.")

    def _table(self, where: tuple[str, ...]) -> dict[str, Any]:
        """Return the table at `where`, or an empty one where it is missing or is something else (reported)."""
        value: Any = self._document.data
        for part in where:
            value = value.get(part, {}) if isinstance(value, Mapping) else {}
        if isinstance(value, Mapping):
            return dict(value)
        self._wrong(where, f"expected a table, got {shown(value)}.", f"Write [{'.'.join(where)}] on a line of its own.")
        return {}

    def _ruled(self, where: tuple[str, ...], value: Any) -> Any:
        """Put a text, or each text of a list, into its normal form; what a rule refuses is reported and left alone."""
        rule = self._rules.get(where)
        if rule and isinstance(value, str):
            return self._try(rule, where, value)
        if rule and isinstance(value, list):
            items = [self._try(rule, (*where, i), v) if isinstance(v, str) else v for i, v in enumerate(value)]
            return list(dict.fromkeys(items)) if all(isinstance(item, str) for item in items) else items
        return value

    def _try(self, rule: Rule, where: Path, value: str) -> str:
        try:
            return rule(value)
        except Refused as error:
            self._wrong(where, error.message, error.fix)
            return value

    def _wrong(self, where: Path, message: str, fix: str) -> None:
        self.problems.append(self._document.problem(where, message, fix))


def _homes(key: str) -> list[str]:
    """Name the tables that have a key of this name."""
    models: dict[str, type[Frozen]] = {**SECTIONS, "sources": SourceSettings, "sales": SalesSettings}
    models |= {f"sources.{name}": model for name, model in SOURCES.items()}
    models |= {f"contracts.{name}": model for name, model in CONTRACTS.items()}
    models["channels.NAME"] = ChannelTable
    return [f"[{name}]" for name, model in models.items() if key in model.model_fields]
