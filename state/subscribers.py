"""Who gets the newsletter, and what became of each mail. Values here; the ledger keeps them."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum

from state.base import Frozen

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")


class SubscriberState(StrEnum):
    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"
    """By the reader, or by the owner at the reader's wish."""
    SUPPRESSED = "suppressed"
    """The address bounced, or somebody complained."""


class Subscriber(Frozen):
    address: str
    token: str
    """What an unsubscribe link says instead of the address."""
    state: SubscriberState = SubscriberState.ACTIVE
    source: str
    """Where the consent was given, in the owner's words."""
    reason: str = ""
    at: datetime
    """Of the last change."""


class MailState(StrEnum):
    INTENDED = "intended"
    ARMED = "armed"
    """Its text is about to be handed over, or nobody knows whether it was."""
    SENT = "sent"
    """The server took it."""
    REFUSED = "refused"
    """The server refused it for good, or its reader left before it was sent."""
    UNKNOWN = "unknown"
    """The connection or the process broke off while it was handed over. It is never sent again by itself."""


SETTLED = frozenset((MailState.SENT, MailState.REFUSED, MailState.UNKNOWN))


class Mail(Frozen):
    """One message of a mailing, to one reader."""

    post: str
    """The key of the post."""
    address: str
    message_id: str
    state: MailState = MailState.INTENDED
    reason: str = ""
    at: datetime


class NoAddress(ValueError):
    """Not a mail address that we can send to; the message says why."""


def address_of(text: str) -> str:
    """Give the address in its normal form: its domain in lower case, and in ASCII (RFC 5890). Raises NoAddress.

    RFC 5321, 4.5.3.1: at most 64 characters before the @, and 254 in all. Quoted and non-ASCII names before the @ are
    legal and hardly anywhere in use; they are refused.
    """
    local, at, domain = text.strip().rpartition("@")
    try:
        host = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        host = ""
    if not at or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(host):
        raise NoAddress(f"{text.strip()!r} is not a mail address such as reader@example.org.")
    if len(local) > 64 or len(local) + 1 + len(host) > 254:
        raise NoAddress(f"{text.strip()!r} is longer than a mail address may be.")
    return f"{local}@{host}"
