"""What a channel is opened with, and how it says that something is missing. Every `channels/NAME.py` has `open_channel(opening)`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

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

    def address(self, option: str, example: str, default: str = "") -> str:
        """Give a far side's address, without a slash at its end; `default` where it isn't set.

        Raises NotConfigured, also where it begins with http:// and leads out of this network: credentials would leave in the clear.
        """
        address = (self.options.get(option, "").strip() or default or self.need(option, example)).rstrip("/")
        parts = urlsplit(address)
        alone = parts.hostname and not (parts.username or parts.query or parts.fragment)
        if parts.scheme not in ("http", "https") or not alone:
            raise NotConfigured(
                f"[channels.{self.name}] {option} is an address alone, such as {example}, with no name, password or query in it."
            )
        if parts.scheme == "http" and not _is_near(parts.hostname or ""):
            raise NotConfigured(
                f"[channels.{self.name}] {option} has to begin with https://: over http anybody on the way could read the credentials."
            )
        return address

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


def _is_near(host: str) -> bool:
    """Whether a host lies on this machine or in its own network, going by its name."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".local", ".localhost", ".test", ".internal"))
