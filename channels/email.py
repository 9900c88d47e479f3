"""A newsletter by e-mail, one message a reader. What becomes of each is written down before and after, so that none gets it twice.

A server can't be asked whether it has a mail. So the ledger has a row a reader: `send` continues where an earlier call stopped,
and a mail that was being handed over when a process or a connection died is unknown, and never sent again by itself.
"""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar, Literal

from channels.email_options import OPTIONS, letterhead_of, number_of, server_of, signing_of
from channels.identity import unprintable
from channels.mailing import Letterhead, Signing, compose, message_id
from channels.opening import Opening
from channels.smtp import Deferred, Line, Lost, Refused, Server
from state.channels import OutcomeUnknown, OutgoingPost, Receipt, Rejected, Strength, Unauthorized, Unreachable
from state.folder import held
from state.ledger import Ledger, LedgerError, ledger_at
from state.settings import Settings
from state.subscribers import Mail, MailState, SubscriberState
from state.workspace import WorkspaceError, database_url

ABANDONED = timedelta(minutes=15)
"""After which a mail that another machine had in hand is given up: no server takes longer to answer."""


def open_channel(opening: Opening) -> EmailChannel:
    """Options: `host`, `from`, `unsubscribe`, `address`; and with defaults `port`, `security` (starttls; or tls, none), `user` with
    SMTP_PASSWORD, `reply_to`, `per_minute` (60), and for a signature `dkim_domain`, `dkim_selector`, `dkim_key`.
    """
    opening.knows(*OPTIONS)
    head = letterhead_of(opening)
    return EmailChannel(
        head,
        server_of(opening, head.address),
        signing_of(opening),
        workspace=opening.workspace,
        database=opening.database,
        per_minute=number_of(opening, "per_minute", 60, most=1_000_000),
    )


class EmailChannel:
    """Sends each post to those who subscribe when its mailing begins; whoever leaves before their turn isn't sent it.

    `Unreachable` means that some weren't tried or are to be tried again: the next `send` continues with them alone.
    `OutcomeUnknown` comes last, when all others are settled.
    """

    name: ClassVar[str] = "email"
    strength: ClassVar[Strength] = Strength.NONE
    resumes: ClassVar[Literal[True]] = True

    def __init__(
        self,
        head: Letterhead,
        server: Server,
        signing: Signing | None,
        *,
        workspace: Path,
        database: str,
        per_minute: int,
        patience: float = 5.0,
    ) -> None:
        """`patience` is how many seconds a send waits for another process that sends the same mailing."""
        self._head, self._server, self._signing = head, server, signing
        self._workspace, self._database = workspace, database
        self._pause, self._patience = 60 / per_minute, patience

    async def send(self, post: OutgoingPost) -> Receipt:
        """Send it to all who haven't got it. Raises a channel's errors."""
        if wrong := _refusal(post):
            raise wrong
        folder = self._workspace / ".flywheel" / "mailings" / post.key
        try:
            async with held(folder, patience=self._patience):
                return await self._send(await self._ledger(), post)
        except TimeoutError as error:
            raise Unreachable("another process is sending this mailing") from error
        except (LedgerError, WorkspaceError, OSError) as error:
            raise Unreachable(f"what becomes of each mail can't be written down: {error}") from error

    async def find(self, post: OutgoingPost) -> Receipt | None:
        """Give the receipt when the mailing of these words is over: every mail of it was sent, or refused for good."""
        try:
            mails = await (await self._ledger()).mailing(post.key)
        except (LedgerError, WorkspaceError) as error:
            raise Unreachable(f"the ledger can't be read: {error}") from error
        over = all(mail.state in (MailState.SENT, MailState.REFUSED) for mail in mails)
        return _receipt(post, mails) if mails and over and self._in_these_words(post, mails) else None

    async def aclose(self) -> None:
        """Nothing stays open between two calls; the ledger is its opener's."""

    async def _ledger(self) -> Ledger:
        settings = Settings(workspace=str(self._workspace), database=self._database)
        return await ledger_at(await asyncio.to_thread(database_url, settings))

    async def _send(self, ledger: Ledger, post: OutgoingPost) -> Receipt:
        await self._begin(ledger, post)
        holder = socket.gethostname()
        await ledger.disown_mails(post.key, holder=holder, older_than=ABANDONED, now=_now())
        waiting = [mail for mail in await ledger.mailing(post.key) if mail.state is MailState.INTENDED]
        if waiting:
            tokens = {reader.address: reader.token for reader in await ledger.subscribers()}
            async with Line(self._server, self._head.address) as line:
                for number, mail in enumerate(waiting):
                    await asyncio.sleep(self._pause if number else 0)
                    text = await self._compose(post, mail, tokens[mail.address])
                    await self._hand_over(ledger, line, mail, text, holder)
        return _outcome(post, await ledger.mailing(post.key))

    async def _begin(self, ledger: Ledger, post: OutgoingPost) -> None:
        """Write down who gets it, unless that was done. Raises Rejected where there is nobody, or it has begun in other words."""
        mails = await ledger.mailing(post.key)
        if not self._in_these_words(post, mails):
            said = f"The mailing of {post.key} has begun in other words, and a mail can't be changed."
            raise Rejected(said, "Send a correction as a piece of its own.")
        if mails:
            return
        readers = await ledger.subscribers(SubscriberState.ACTIVE)
        if not readers:
            fix = "`flywheel subscribers add` and `import` add readers."
            raise Rejected("Nobody subscribes, so there is nobody to send it to.", fix)
        names = {reader.address: message_id(post, reader.address, self._head.domain) for reader in readers}
        await ledger.begin_mailing(post.key, names, now=_now())

    def _in_these_words(self, post: OutgoingPost, mails: Sequence[Mail]) -> bool:
        return all(mail.message_id == message_id(post, mail.address, self._head.domain) for mail in mails)

    async def _compose(self, post: OutgoingPost, mail: Mail, token: str) -> bytes:
        return await asyncio.to_thread(
            compose, post, self._head, to=mail.address, token=token, name=mail.message_id, signing=self._signing
        )

    async def _hand_over(self, ledger: Ledger, line: Line, mail: Mail, text: bytes, holder: str) -> None:
        """Send one mail and write down what became of it. Raises Unreachable or Unauthorized, with the mail intended as before."""

        async def settle(state: MailState, reason: str = "") -> None:
            await ledger.settle_mail(mail.post, mail.address, state, reason=reason, now=_now())

        async def arm() -> bool:
            return await ledger.arm_mail(mail.post, mail.address, holder=holder, now=_now())

        try:
            taken = await line.hand_over(text, mail.address, arm)
        except Refused as error:
            await settle(MailState.REFUSED, str(error))
            if error.gone:
                await ledger.suppress(mail.address, reason=f"its server said {error}", now=_now())
        except Deferred as error:
            await settle(MailState.INTENDED, str(error))
        except Lost as error:
            await settle(MailState.UNKNOWN, str(error))
        except (Unreachable, Unauthorized) as error:
            await settle(MailState.INTENDED, str(error))
            raise
        else:
            if taken:
                await settle(MailState.SENT)
            else:
                await ledger.refuse_departed(mail.post, mail.address, now=_now())


def _outcome(post: OutgoingPost, mails: Sequence[Mail]) -> Receipt:
    """What the mailing came to. Raises Unreachable while mails are open, OutcomeUnknown, or Rejected when none was taken."""
    count = Counter(mail.state for mail in mails)
    if still := count[MailState.INTENDED] + count[MailState.ARMED]:
        why = next((mail.reason for mail in mails if mail.state is MailState.INTENDED and mail.reason), "")
        raise Unreachable(f"{still} of {len(mails)} mails are still to be sent{f': {why}' if why else ''}")
    if lost := count[MailState.UNKNOWN]:
        raise OutcomeUnknown(
            f"nobody knows whether {lost} of {len(mails)} mails arrived (`flywheel subscribers mailing {post.key}` lists them); "
            f"{count[MailState.SENT]} were sent"
        )
    if not count[MailState.SENT]:
        raise Rejected(
            f"None of {len(mails)} mails was taken: {mails[0].reason}.", "Mend that, and review the piece again."
        )
    return _receipt(post, mails)


def _receipt(post: OutgoingPost, mails: Sequence[Mail]) -> Receipt:
    sent = sum(mail.state is MailState.SENT for mail in mails)
    refused = len(mails) - sent
    return Receipt(
        url=None, remote_id=post.key, detail=f"sent to {sent}" + (f", refused by {refused}" if refused else "")
    )


def _refusal(post: OutgoingPost) -> Rejected | None:
    """Say why no mail can be made of this post; None when one can."""
    if not post.title or not post.title.isprintable():
        return Rejected(f"{post.key} has no title on one line.", "A mail needs one as its subject.")
    if post.published_at.utcoffset() is None:
        return Rejected(f"The time {post.published_at} of {post.key} has no zone.", "Give published_at in UTC.")
    if where := unprintable(post.text):
        return Rejected(f"The text of {post.key} holds the control character {where}.", "Take it out.")
    return None


def _now() -> datetime:
    return datetime.now(UTC)
