"""What a channel takes in this workspace: its rules, and what its own server said otherwise."""

from __future__ import annotations

from state.channels import RULES, ChannelRules
from state.settings import Settings


def rules_of(settings: Settings, channel: str) -> ChannelRules:
    """The rules of `channel`, with the limit that its server named when the piece began. Raises KeyError for no channel of ours."""
    said = next((c.limit for c in settings.channels if c.name == channel), None)
    return RULES[channel] if said is None else RULES[channel].model_copy(update={"limit": said})
