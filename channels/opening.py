"""What a channel is opened with, and how it says that something is missing. Every `channels/NAME.py` has `open_channel(opening)`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from channels.identity import SiteIdentity


class NotConfigured(ValueError):
    """An option is wrong, or a credential isn't there; the message says which, and what to set."""


@dataclass(frozen=True)
class Opening:
    """`options` are those of `[channels.NAME]` in flywheel.toml, as text."""

    name: str
    options: Mapping[str, str]
    workspace: Path
    site: SiteIdentity
    database: str = ""
    """Where the ledger is, for the channel whose recipients stand in it."""

    def knows(self, *options: str) -> None:
        """Raise NotConfigured for an option that isn't among these."""
        if unknown := sorted(self.options.keys() - set(options)):
            known = ", ".join(options) or "none"
            raise NotConfigured(f"The channel {self.name} has no option {', '.join(unknown)}: it knows {known}.")

    def need(self, option: str, example: str) -> str:
        """Give an option that the channel can't do without. Raises NotConfigured."""
        value = self.options.get(option, "").strip()
        if not value:
            raise NotConfigured(f"[channels.{self.name}] needs {option}, such as {option} = {example!r}.")
        return value

    def switch(self, option: str, *, default: bool) -> bool:
        """Give an option that is on or off. Raises NotConfigured."""
        value = self.options.get(option, "true" if default else "false").strip().lower()
        if value not in ("true", "false"):
            raise NotConfigured(f"[channels.{self.name}] {option} is true or false, not {value!r}.")
        return value == "true"

    def secret(self, variable: str, what: str) -> SecretStr:
        """Give a credential from the environment. Raises NotConfigured, naming the variable and `what` it is."""
        value = os.environ.get(variable, "").strip()
        if not value:
            raise NotConfigured(f"{variable} isn't set: {self.name} needs {what}. Put it into .env.")
        return SecretStr(value)
