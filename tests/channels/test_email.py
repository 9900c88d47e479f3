"""The newsletter: each reader gets it once, whatever breaks, and can leave with one click."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from channels import NotConfigured, Opening, SiteIdentity, open_channel
from channels.email import EmailChannel
from state.channels import OutcomeUnknown, Receipt, Rejected, Unauthorized, Unreachable
from state.ledger import Ledger, close_ledgers, ledger_at
from state.subscribers import MailState, SubscriberState
from tests.support.conformance import Conformance, Parse, post_for
from tests.support.smtp_sink import KEEP_AND_LOSE, LOSE, Sink, counts, messages, raw, words_of

article = partial(post_for, "email")
SITE = SiteIdentity(name="The Upkeep Letter", base_url="https://upkeep.example", author="Nóra Whitlock")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
OPTIONS = {
    "host": "127.0.0.1",
    "security": "none",
    "from": "letters@upkeep.example",
    "unsubscribe": "https://letters.upkeep.example/a-rather-long-path/that-goes-on/and-on",
    "address": "1 Main Street, Springfield",
    "per_minute": "1000000",
}
ADA, BEN, CLEO = "ada@example.org", "ben@example.org", "cleo@example.org"
Open = Callable[..., EmailChannel]


@pytest.fixture
async def sink(tmp_path: Path) -> AsyncIterator[Sink]:
    async with Sink(tmp_path / "mail").running() as running:
        yield running


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/ledger.db"


@pytest.fixture
async def ledger(database: str) -> AsyncIterator[Ledger]:
    yield await ledger_at(database)
    await close_ledgers()


@pytest.fixture
def opened(tmp_path: Path, database: str, sink: Sink) -> Open:
    def make(**options: str) -> EmailChannel:
        settings = {**OPTIONS, "port": str(sink.port), **options}
        opening = Opening(name="email", options=settings, workspace=tmp_path, site=SITE, database=database)
        channel = open_channel(opening)
        assert isinstance(channel, EmailChannel)
        return channel

    return make


@pytest.fixture
def channel(opened: Open) -> EmailChannel:
    return opened()


async def subscribe(ledger: Ledger, *addresses: str) -> None:
    await ledger.subscribe(addresses, source="a form", now=NOW)


async def states(ledger: Ledger, post: Any = None) -> dict[str, str]:
    return {mail.address: mail.state.value for mail in await ledger.mailing((post or article()).key)}


@dataclass
class Inbox:
    channel: EmailChannel
    folder: Path

    async def count(self) -> int:
        return len(messages(self.folder))

    async def text_of(self, receipt: Receipt) -> str:
        (mail,) = messages(self.folder)
        return words_of(mail, "plain").replace("\r\n", "\n").partition("\n\n-- \n")[0]


@pytest.fixture
async def far_side(channel: EmailChannel, sink: Sink, ledger: Ledger) -> Inbox:
    await subscribe(ledger, ADA)
    return Inbox(channel, sink.folder)


class TestEmail(Conformance):
    pass


async def test_each_reader_gets_one_of_their_own(channel: EmailChannel, ledger: Ledger, sink: Sink) -> None:
    """A message a reader, to nobody else, with their own way out; a replay and a look send nothing more."""
    await subscribe(ledger, ADA, BEN)
    receipt = await channel.send(article())
    assert await channel.send(article()) == receipt == await channel.find(article())
    assert counts(sink.folder) == {ADA: 1, BEN: 1}
    tokens = {reader.address: reader.token for reader in await ledger.subscribers()}
    for mail in messages(sink.folder):
        assert mail["To"] in tokens and mail["Cc"] is None and mail["Bcc"] is None
        assert mail["List-Unsubscribe"] == f"<{OPTIONS['unsubscribe']}/unsubscribe/{tokens[mail['To']]}>"
        other = BEN if mail["To"] == ADA else ADA
        assert tokens[other] not in mail.as_string() and other not in mail.as_string()


async def test_the_headers_are_those_of_a_list(channel: EmailChannel, ledger: Ledger, sink: Sink) -> None:
    """One-click headers on one line each (RFC 8058), List-Id, the post's own date, a Message-ID that a replay would repeat."""
    await subscribe(ledger, ADA)
    await channel.send(
        article(title="Eine Lampe — für “alle” Tage, und noch ein langer Titel, der nicht in eine Zeile passt")
    )
    (mail,) = messages(sink.folder)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Id"] == "<newsletter.upkeep.example>"
    assert mail["From"] == "Nóra Whitlock <letters@upkeep.example>"
    assert mail["Subject"].startswith("Eine Lampe — für “alle” Tage")
    assert mail["Date"].datetime == article().published_at
    assert mail["Message-ID"].endswith("@upkeep.example>")
    assert mail["Precedence"] is None
    (content,) = raw(sink.folder)
    assert any(
        line.startswith(b"List-Unsubscribe: <https://") and line.endswith(b">") for line in content.split(b"\r\n")
    )
    assert max(map(len, content.split(b"\r\n"))) <= 998


TEXT = """The bulb [[1]](#source-1) is *old*, see [this](https://a.example/x).

::: offer
Advertisement: Buy [the lamp](https://shop.example/?a=1&b=2 "sponsored")
:::

> Quoted words

## Sources

1. [First](https://b.example), by A.
"""


async def test_text_and_html_say_the_same(channel: EmailChannel, ledger: Ledger, sink: Sink, parse: Parse) -> None:
    """The text reads without markup, its links' addresses in brackets; the HTML has its own styles, and loads nothing."""
    await subscribe(ledger, ADA)
    await channel.send(article(text=TEXT, canonical="https://upkeep.example/posts/lamp/"))
    (mail,) = messages(sink.folder)
    text, html = (words_of(mail, kind) for kind in ("plain", "html"))
    assert "The bulb [1] is old, see this (https://a.example/x)." in text
    assert "| Advertisement: Buy the lamp (https://shop.example/?a=1&b=2)" in text
    assert "> Quoted words" in text and "1. First (https://b.example), by A." in text
    page = parse(html)
    assert page.xpath("//h1/text()") == ["Article 1"]
    assert page.xpath("//aside/@style") and page.xpath("//blockquote/@style")
    assert not page.xpath("//script | //link | //img | //style | //form")
    for part in (text, html):
        assert "1 Main Street, Springfield" in part
        assert "because you subscribed to The Upkeep Letter" in part
        assert "https://upkeep.example/posts/lamp/" in part
        assert "/unsubscribe/" in part


async def test_a_signature_covers_what_rfc_8058_wants(opened: Open, ledger: Ledger, sink: Sink, tmp_path: Path) -> None:
    """A mail with a DKIM key verifies against the published key, List-Unsubscribe headers included; a changed one doesn't."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (tmp_path / "dkim.pem").write_bytes(
        private.private_bytes(pem, serialization.PrivateFormat.TraditionalOpenSSL, plain)
    )
    der = private.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(der)

    def dns(name: bytes, timeout: int = 5) -> bytes | None:
        return record if name.rstrip(b".") == b"news._domainkey.upkeep.example" else None

    channel = opened(dkim_domain="upkeep.example", dkim_selector="news", dkim_key="dkim.pem")
    await subscribe(ledger, ADA)
    await channel.send(article(text=TEXT))
    (content,) = raw(sink.folder)
    assert dkim.verify(content, dnsfunc=dns)
    signed = content.partition(b"h=")[2].partition(b";")[0].lower()
    assert b"list-unsubscribe " in signed and b"list-unsubscribe-post" in signed
    assert not dkim.verify(content.replace(b"One-Click", b"Two-Click"), dnsfunc=dns)
    assert not dkim.verify(b"From: x@evil.example\r\n" + content, dnsfunc=dns)


async def test_who_left_gets_nothing_more(channel: EmailChannel, ledger: Ledger, sink: Sink) -> None:
    """After a click the next mailing leaves them out, and so does one that had begun; who came later waits for the next."""
    await subscribe(ledger, ADA, BEN)
    sink.rcpt = {ADA: "450 4.2.1 Later", BEN: "450 4.2.1 Later"}
    with pytest.raises(Unreachable, match=r"2 of 2 mails are still to be sent: 450 4\.2\.1 Later"):
        await channel.send(article())
    await subscribe(ledger, CLEO)
    (ada, *_) = await ledger.subscribers()
    await ledger.unsubscribe(ada.token, reason="a click", now=NOW)
    sink.rcpt = {}
    receipt = await channel.send(article())
    assert receipt.detail == "sent to 1, refused by 1"
    assert counts(sink.folder) == {BEN: 1}
    await channel.send(article(2))
    assert counts(sink.folder) == {BEN: 2, CLEO: 1}


async def test_a_mailbox_that_is_not_there_is_left_out_for_good(
    channel: EmailChannel, ledger: Ledger, sink: Sink
) -> None:
    """A 5xx for one reader stops no other; 550 5.1.1 suppresses the address, another refusal doesn't."""
    await subscribe(ledger, ADA, BEN, CLEO)
    sink.rcpt = {ADA: "550 5.1.1 No such user"}
    sink.data = {BEN: "554 5.7.1 Looks like spam"}
    receipt = await channel.send(article())
    assert receipt.detail == "sent to 1, refused by 2"
    assert counts(sink.folder) == {CLEO: 1}
    assert await states(ledger) == {ADA: "refused", BEN: "refused", CLEO: "sent"}
    (gone,) = await ledger.subscribers(SubscriberState.SUPPRESSED)
    assert gone.address == ADA and "5.1.1 No such user" in gone.reason
    sink.rcpt, sink.data = {}, {}
    await channel.send(article(2))
    assert counts(sink.folder) == {BEN: 1, CLEO: 2}


@pytest.mark.parametrize("stage", ["rcpt", "data"])
async def test_a_421_in_the_middle_stops_and_goes_on_later(
    channel: EmailChannel, ledger: Ledger, sink: Sink, stage: str
) -> None:
    """When the server closes, those that weren't sent are tried by the next call, and nobody gets two."""
    await subscribe(ledger, ADA, BEN, CLEO)
    setattr(sink, stage, {BEN: "421 4.3.2 Going down"})
    with pytest.raises(Unreachable, match=r"421 4\.3\.2 Going down"):
        await channel.send(article())
    assert await states(ledger) == {ADA: "sent", BEN: "intended", CLEO: "intended"}
    setattr(sink, stage, {})
    await channel.send(article())
    assert counts(sink.folder) == {ADA: 1, BEN: 1, CLEO: 1}


@pytest.mark.parametrize("how", [LOSE, KEEP_AND_LOSE])
async def test_a_lost_answer_is_unknown_and_never_repeated(
    channel: EmailChannel, ledger: Ledger, sink: Sink, how: str
) -> None:
    """A connection that breaks on a text leaves that one reader unknown; all others get theirs, and a person is told how to see it."""
    await subscribe(ledger, ADA, BEN, CLEO)
    sink.data = {BEN: how}
    for _ in range(2):
        with pytest.raises(OutcomeUnknown, match=r"whether 1 of 3 mails arrived .*subscribers mailing 0{31}1"):
            await channel.send(article())
        sink.data = {}
    assert counts(sink.folder) == {ADA: 1, CLEO: 1} | ({BEN: 1} if how == KEEP_AND_LOSE else {})
    assert await states(ledger) == {ADA: "sent", BEN: "unknown", CLEO: "sent"}
    assert await channel.find(article()) is None


async def test_none_taken_is_a_refusal(channel: EmailChannel, ledger: Ledger, sink: Sink) -> None:
    """A mailing that nobody's server took is refused, with the server's words."""
    await subscribe(ledger, ADA)
    sink.data = {ADA: "554 5.7.1 Blocked"}
    with pytest.raises(Rejected, match=r"None of 1 mails was taken: 554 5\.7\.1 Blocked"):
        await channel.send(article())


async def test_nobody_to_send_to_is_a_refusal(channel: EmailChannel, ledger: Ledger) -> None:
    """Without a reader nothing is sent, and it says how to add some."""
    with pytest.raises(Rejected, match="flywheel subscribers add"):
        await channel.send(article())


async def test_other_words_under_the_same_key_are_refused(channel: EmailChannel, ledger: Ledger, sink: Sink) -> None:
    """What has gone out can't be changed, so a mailing never goes on in other words."""
    await subscribe(ledger, ADA)
    await channel.send(article())
    with pytest.raises(Rejected, match="begun in other words"):
        await channel.send(article(text="Other words."))
    assert counts(sink.folder) == {ADA: 1}


async def test_two_processes_of_one_mailing_share_it(opened: Open, ledger: Ledger, sink: Sink) -> None:
    """Two channels that send the same post at once send each mail once."""
    readers = [f"reader{number}@example.org" for number in range(12)]
    await subscribe(ledger, *readers)
    results = await asyncio.gather(*(opened().send(article()) for _ in range(3)), return_exceptions=True)
    assert any(isinstance(result, Receipt) for result in results)
    assert all(isinstance(result, Receipt | Unreachable) for result in results)
    assert counts(sink.folder) == dict.fromkeys(readers, 1)


async def test_a_mail_that_another_machine_has_in_hand_is_waited_for(
    channel: EmailChannel, ledger: Ledger, sink: Sink
) -> None:
    """It may still be under way: it isn't sent here, and isn't given up before its time."""
    await subscribe(ledger, ADA, BEN)
    sink.rcpt = {ADA: "450 Later", BEN: "450 Later"}
    with pytest.raises(Unreachable):
        await channel.send(article())
    sink.rcpt = {}
    assert await ledger.arm_mail(article().key, ADA, holder="elsewhere", now=datetime.now(UTC))
    with pytest.raises(Unreachable, match="1 of 2 mails are still to be sent"):
        await channel.send(article())
    assert counts(sink.folder) == {BEN: 1}
    await ledger.settle_mail(article().key, ADA, MailState.ARMED, reason="elsewhere", now=NOW)
    with pytest.raises(OutcomeUnknown):
        await channel.send(article())
    assert counts(sink.folder) == {BEN: 1}


async def test_a_server_that_is_not_there_is_unreachable(opened: Open, ledger: Ledger) -> None:
    """Nobody's mail is touched, and the address of the server is named."""
    await subscribe(ledger, ADA)
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:1 can't be reached"):
        await opened(port="1").send(article())
    assert await states(ledger) == {ADA: "intended"}


async def test_a_login_that_is_refused_says_what_to_set(
    tmp_path: Path, database: str, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong password is told apart from a server that is down, and stands in no message."""
    monkeypatch.setenv("SMTP_PASSWORD", "s3cret")
    await subscribe(ledger, ADA)
    options: dict[str, Any] = {"auth_require_tls": False, "authenticator": lambda *_: _refuse()}
    async with Sink(tmp_path / "closed").running(**options) as closed:
        settings = {**OPTIONS, "port": str(closed.port), "user": "letters"}
        opening = Opening(name="email", options=settings, workspace=tmp_path, site=SITE, database=database)
        with pytest.raises(Unauthorized, match="SMTP_PASSWORD") as caught:
            await open_channel(opening).send(article())
    assert "s3cret" not in str(caught.value)
    assert await states(ledger) == {ADA: "intended"}


def _refuse() -> Any:
    from aiosmtpd.smtp import AuthResult

    return AuthResult(success=False, handled=False)


async def test_a_server_without_tls_gets_no_password(
    opened: Open, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where STARTTLS is wanted and not offered, nothing is sent."""
    monkeypatch.setenv("SMTP_PASSWORD", "s3cret")
    await subscribe(ledger, ADA)
    with pytest.raises(Unreachable, match="STARTTLS"):
        await opened(security="starttls", user="letters").send(article())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"host": ""}, "needs host"),
        ({"host": "smtp.example.org"}, "every reader's address in the open"),
        ({"security": "ssl"}, "security is starttls, tls, none"),
        ({"from": "Nora <n@example.org>"}, "not a mail address"),
        ({"reply_to": "nobody"}, "not a mail address"),
        ({"address": " "}, "CAN-SPAM"),
        ({"unsubscribe": ""}, "needs unsubscribe"),
        ({"unsubscribe": "http://letters.example.org"}, "no https address"),
        ({"per_minute": "0"}, "per_minute is a number from 1"),
        ({"port": "smtp"}, "port is a number from 1"),
        ({"user": "letters"}, "SMTP_PASSWORD isn't set"),
        ({"dkim_domain": "example.org"}, "needs dkim_selector"),
        ({"dkim_domain": "e.org", "dkim_selector": "s", "dkim_key": "../key.pem"}, "outside the workspace"),
        ({"dkim_domain": "e.org", "dkim_selector": "s", "dkim_key": "none.pem"}, "can't be read"),
        ({"bcc": "x"}, "no option bcc"),
    ],
)
async def test_a_wrong_option_is_named(
    opened: Open, monkeypatch: pytest.MonkeyPatch, options: dict[str, str], words: str
) -> None:
    """Whatever is missing or wrong is said before any review, with what to write."""
    monkeypatch.delenv("SMTP_PASSWORD", raising=False)
    with pytest.raises(NotConfigured, match=words):
        opened(**options)
