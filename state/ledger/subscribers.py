"""Who gets the newsletter, and each mail on its way: one row a reader, so that none gets it twice."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select

from state.ledger import tables
from state.ledger.store import Store, batches, read
from state.subscribers import Mail, MailState, Subscriber, SubscriberState

_people = tables.subscribers
_mails = tables.mailings
_BATCH = 200


class Subscribers(Store):
    """Addresses are given in their normal form, as `address_of` makes them."""

    async def subscribe(self, addresses: Iterable[str], *, source: str, now: datetime) -> tuple[str, ...]:
        """Add those that aren't here, and return them. Who is here, or has left, stays as they are."""
        added: list[str] = []
        async with self._database.writing() as connection:
            for batch in batches(dict.fromkeys(addresses), _BATCH):
                rows = [_new(address, source, now) for address in batch]
                insert = self._database.insert(_people).on_conflict_do_nothing().returning(_people.c.address)
                added += (await connection.scalars(insert.values(rows))).all()
        return tuple(added)

    async def resubscribe(self, address: str, *, source: str, now: datetime) -> None:
        """Take one in again who had left or was suppressed: they said so anew, at `source`."""
        values = {"state": SubscriberState.ACTIVE.value, "source": source, "reason": "", "at": now}
        async with self._database.writing() as connection:
            await connection.execute(_people.update().where(_people.c.address == address).values(values))

    async def unsubscribe(self, token: str, *, reason: str, now: datetime) -> Subscriber | None:
        """Let the reader with this token go, and return them; None for an unknown token. Again, it changes nothing."""
        await self._leave(SubscriberState.UNSUBSCRIBED, reason, now, _people.c.token == token)
        return await self._one(_people.c.token == token)

    async def remove_subscriber(self, address: str, *, reason: str, now: datetime) -> Subscriber | None:
        """Unsubscribe an address, and return its reader; None for one that isn't here."""
        await self._leave(SubscriberState.UNSUBSCRIBED, reason, now, _people.c.address == address)
        return await self._one(_people.c.address == address)

    async def suppress(self, address: str, *, reason: str, now: datetime) -> None:
        """Send nothing to this address any more: it bounced, or somebody complained."""
        await self._leave(SubscriberState.SUPPRESSED, reason, now, _people.c.address == address)

    async def subscriber(self, *, token: str) -> Subscriber | None:
        return await self._one(_people.c.token == token)

    async def subscribers(self, state: SubscriberState | None = None) -> tuple[Subscriber, ...]:
        """Return those in this state, or all, by address."""
        query = select(_people).order_by(_people.c.address)
        if state is not None:
            query = query.where(_people.c.state == state.value)
        async with self._database.reading() as connection:
            return read(Subscriber, await connection.execute(query))

    async def begin_mailing(self, post: str, message_ids: Mapping[str, str], *, now: datetime) -> None:
        """Write down everybody who gets it, address to Message-ID; nothing where it has begun: who came later doesn't get it."""
        async with self._database.writing() as connection:
            if await connection.scalar(select(_mails.c.post).where(_mails.c.post == post).limit(1)):
                return
            for batch in batches(message_ids.items(), _BATCH):
                rows = [Mail(post=post, address=to, message_id=name, at=now).model_dump() for to, name in batch]
                await connection.execute(self._database.insert(_mails).on_conflict_do_nothing(), rows)

    async def mailing(self, post: str) -> tuple[Mail, ...]:
        """Return its mails by address; none where it hasn't begun."""
        query = select(_mails).where(_mails.c.post == post).order_by(_mails.c.address)
        async with self._database.reading() as connection:
            return read(Mail, await connection.execute(query))

    async def arm_mail(self, post: str, address: str, *, holder: str, now: datetime) -> bool:
        """Mark a mail as about to be handed over by `holder`; False when it isn't intended any more, or its reader has left.

        One statement, so that of two processes one gets it.
        """
        stays = exists().where(_people.c.address == address, _people.c.state == SubscriberState.ACTIVE.value)
        return await self._move(post, address, MailState.ARMED, holder, now, stays)

    async def refuse_departed(self, post: str, address: str, *, now: datetime) -> bool:
        """Settle an intended mail whose reader has left since; False when they haven't."""
        stays = exists().where(_people.c.address == address, _people.c.state == SubscriberState.ACTIVE.value)
        said = "its reader had left before it was sent"
        return await self._move(post, address, MailState.REFUSED, said, now, ~stays)

    async def settle_mail(self, post: str, address: str, state: MailState, *, now: datetime, reason: str = "") -> None:
        """Say what became of a mail."""
        mine = (_mails.c.post == post, _mails.c.address == address)
        update = _mails.update().where(*mine).values(state=state.value, reason=reason, at=now)
        async with self._database.writing() as connection:
            await connection.execute(update)

    async def disown_mails(self, post: str, *, holder: str, older_than: timedelta, now: datetime) -> int:
        """Mark as unknown what was armed and never settled, and count it: by `holder`, who is dead, or by another long ago."""
        theirs = or_(_mails.c.reason == holder, _mails.c.at <= now - older_than)
        lost = (_mails.c.post == post, _mails.c.state == MailState.ARMED.value, theirs)
        said = "the process that handed it over broke off"
        update = _mails.update().where(*lost).values(state=MailState.UNKNOWN.value, reason=said, at=now)
        async with self._database.writing() as connection:
            return (await connection.execute(update)).rowcount

    async def _move(
        self, post: str, address: str, state: MailState, reason: str, now: datetime, only: ColumnElement[bool]
    ) -> bool:
        """Move a mail that is intended, where `only` holds."""
        mine = (_mails.c.post == post, _mails.c.address == address, _mails.c.state == MailState.INTENDED.value)
        update = _mails.update().where(*mine, only).values(state=state.value, reason=reason, at=now)
        async with self._database.writing() as connection:
            return (await connection.execute(update)).rowcount == 1

    async def _leave(self, state: SubscriberState, reason: str, now: datetime, who: ColumnElement[bool]) -> None:
        active = _people.c.state == SubscriberState.ACTIVE.value
        update = _people.update().where(who, active).values(state=state.value, reason=reason, at=now)
        async with self._database.writing() as connection:
            await connection.execute(update)

    async def _one(self, who: ColumnElement[bool]) -> Subscriber | None:
        async with self._database.reading() as connection:
            found = read(Subscriber, await connection.execute(select(_people).where(who)))
        return found[0] if found else None


def _new(address: str, source: str, now: datetime) -> dict[str, Any]:
    """The row of a reader, with a token that nobody can guess: 256 bits."""
    return Subscriber(address=address, token=secrets.token_urlsafe(32), source=source, at=now).model_dump()
