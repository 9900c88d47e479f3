"""What channels take, how they count, and what the drainer and a channel tell each other. Pure: no network, no clock, no credentials."""

from __future__ import annotations

from state.channels.counting import measure, over_limit
from state.channels.engagement import Engagement, Kind, Response
from state.channels.rules import RULES, ChannelRules, Counting, Position
from state.channels.transport import (
    Channel,
    Deleting,
    Editing,
    Gone,
    Listening,
    OutcomeUnknown,
    OutgoingImage,
    OutgoingPost,
    Receipt,
    Rejected,
    Resuming,
    Strength,
    Telling,
    Unauthorized,
    Unreachable,
)

__all__ = [
    "RULES",
    "Channel",
    "ChannelRules",
    "Counting",
    "Deleting",
    "Editing",
    "Engagement",
    "Gone",
    "Kind",
    "Listening",
    "OutcomeUnknown",
    "OutgoingImage",
    "OutgoingPost",
    "Position",
    "Receipt",
    "Rejected",
    "Response",
    "Resuming",
    "Strength",
    "Telling",
    "Unauthorized",
    "Unreachable",
    "measure",
    "over_limit",
]
