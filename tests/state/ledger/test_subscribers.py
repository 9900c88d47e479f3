"""Readers of the newsletter, and the rows of a mailing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from state.ledger import Ledger
from state.subscribers import MailState, SubscriberState

Later = Callable[[float], datetime]
ADA, BEN = "ada@example.org", "ben@example.org"


async def test_readers_are_added_once(ledger: Ledger, now: datetime, later: Later) -> None:
    """Who is here stays as they are; each has a token of their own."""
    assert set(await ledger.subscribe([ADA, BEN, ADA], source="a form", now=now)) == {ADA, BEN}
    assert await ledger.subscribe([ADA], source="another", now=later(1)) == ()
    one, two = await ledger.subscribers()
    assert (one.address, one.source, one.state, one.at) == (ADA, "a form", SubscriberState.ACTIVE, now)
    assert one.token != two.token and len(one.token) >= 40
    assert await ledger.subscribe([], source="", now=now) == ()


async def test_leaving_is_once_and_for_good(ledger: Ledger, now: datetime, later: Later) -> None:
    """A token lets its reader go, again without a change; an unknown one nobody; only a new consent takes them in again."""
    await ledger.subscribe([ADA, BEN], source="a form", now=now)
    ada = (await ledger.subscribers())[0]
    for seconds in (1.0, 2.0):
        left = await ledger.unsubscribe(ada.token, reason="a click", now=later(seconds))
        assert left is not None and (left.state, left.at) == (SubscriberState.UNSUBSCRIBED, later(1))
    assert await ledger.unsubscribe("x", reason="a click", now=now) is None
    assert [reader.address for reader in await ledger.subscribers(SubscriberState.ACTIVE)] == [BEN]
    await ledger.suppress(ADA, reason="bounced", now=later(3))
    assert (await ledger.subscribers(SubscriberState.UNSUBSCRIBED))[0].reason == "a click"
    await ledger.resubscribe(ADA, source="a letter", now=later(4))
    back = await ledger.subscriber(token=ada.token)
    assert back is not None and (back.state, back.source) == (SubscriberState.ACTIVE, "a letter")


async def test_a_mailing_begins_once(ledger: Ledger, now: datetime, later: Later) -> None:
    """Who came after it had begun isn't in it."""
    await ledger.begin_mailing("k", {ADA: "<1@x>"}, now=now)
    await ledger.begin_mailing("k", {ADA: "<2@x>", BEN: "<3@x>"}, now=later(1))
    (mail,) = await ledger.mailing("k")
    assert (mail.address, mail.message_id, mail.state, mail.at) == (ADA, "<1@x>", MailState.INTENDED, now)
    assert await ledger.mailing("other") == ()


async def test_one_of_many_arms_a_mail(ledger: Ledger, now: datetime) -> None:
    """Of ten that ask at once, one gets it; of somebody who has left, none does."""
    await ledger.subscribe([ADA, BEN], source="a form", now=now)
    await ledger.begin_mailing("k", {ADA: "<1@x>", BEN: "<2@x>"}, now=now)
    got = await asyncio.gather(*(ledger.arm_mail("k", ADA, holder=str(n), now=now) for n in range(10)))
    assert got.count(True) == 1
    assert not await ledger.refuse_departed("k", BEN, now=now)
    await ledger.remove_subscriber(BEN, reason="by hand", now=now)
    assert not await ledger.arm_mail("k", BEN, holder="h", now=now)
    assert await ledger.refuse_departed("k", BEN, now=now)
    assert [mail.state for mail in await ledger.mailing("k")] == [MailState.ARMED, MailState.REFUSED]


async def test_what_a_dead_process_had_in_hand_is_unknown(ledger: Ledger, now: datetime, later: Later) -> None:
    """What this machine armed is given up at once, what another did only when it is old; nothing else moves."""
    people = [f"r{number}@example.org" for number in range(4)]
    await ledger.subscribe(people, source="a form", now=now)
    await ledger.begin_mailing("k", {address: f"<{address}>" for address in people}, now=now)
    await ledger.arm_mail("k", people[0], holder="here", now=later(50))
    await ledger.arm_mail("k", people[1], holder="there", now=later(50))
    await ledger.arm_mail("k", people[2], holder="there", now=later(1))
    assert await ledger.disown_mails("k", holder="here", older_than=timedelta(seconds=30), now=later(60)) == 2
    states = [mail.state for mail in await ledger.mailing("k")]
    assert states == [MailState.UNKNOWN, MailState.ARMED, MailState.UNKNOWN, MailState.INTENDED]
    await ledger.settle_mail("k", people[1], MailState.SENT, now=later(70))
    assert (await ledger.mailing("k"))[1].state is MailState.SENT
