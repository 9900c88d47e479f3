"""One mail of a newsletter, composed: text and HTML, how to leave in one click, who sends it, and a signature. Pure, but for the signature's time.

No `Precedence` header: RFC 2076 discourages it, and what answers by itself knows a list by its List-Id (RFC 3834, 5230).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from html import escape
from importlib.resources import files
from string import Template

import dkim
from pydantic import SecretBytes

from channels.html import article_html
from channels.plaintext import to_text
from state.base import digest_of, sha256_text
from state.channels import OutgoingPost
from state.wording import words_in

SIGNED = (
    *(b"from", b"from", b"to", b"subject", b"date", b"message-id", b"reply-to", b"mime-version", b"content-type"),
    *(b"list-id", b"list-unsubscribe", b"list-unsubscribe-post"),
)
"""Headers that the signature covers: both of List-Unsubscribe, or no mail program offers the one click (RFC 8058, 4); From twice,
so that none can be added."""
_STYLES: Mapping[str, str] = {
    "p": "margin:0 0 1.1em",
    "h2": "margin:1.8em 0 .6em;font-size:1.25em;line-height:1.3",
    "h3": "margin:1.5em 0 .5em;font-size:1.1em;line-height:1.3",
    "ul": "margin:0 0 1.1em;padding:0 0 0 1.3em",
    "ol": "margin:0 0 1.1em;padding:0 0 0 1.3em",
    "li": "margin:0 0 .4em",
    "blockquote": "margin:0 0 1.1em;padding:0 0 0 1em;border-left:3px solid #8b3a14",
    "pre": "margin:0 0 1.1em;padding:1em;background:#f5f1e6;white-space:pre-wrap",
    "aside": "margin:1.8em 0;padding:1em 1.2em;background:#f5f1e6;border:1px solid #e3dccb;font-size:.95em",
    "section": "margin:2.5em 0 0;padding:1em 0 0;border-top:1px solid #e3dccb;font-size:.9em;color:#645f55",
    "a": "color:#8b3a14",
}
"""Many mail programs drop a style sheet, so that each element carries its own."""
_ELEMENT = re.compile(rf"<({'|'.join(_STYLES)})(?=[ >])")


@dataclass(frozen=True)
class Signing:
    """A DKIM key: RSA, as PEM."""

    domain: str
    selector: str
    key: SecretBytes


@dataclass(frozen=True)
class Letterhead:
    """What each mail says of its sender."""

    name: str
    """The newsletter's."""
    author: str
    address: str
    """Who it is from: a mail address."""
    reply_to: str
    postal: str
    unsubscribe: str
    """Where the server answers, without a slash at its end."""
    language: str

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def message_id(post: OutgoingPost, address: str, domain: str) -> str:
    """Name the mail of these words to this reader: the same each time, so that a second one would show as the first."""
    return f"<{sha256_text(f'{post.key} {address} {digest_of(post)}')[:40]}@{domain}>"


def unsubscribe_url(head: Letterhead, token: str) -> str:
    return f"{head.unsubscribe}/unsubscribe/{token}"


def compose(post: OutgoingPost, head: Letterhead, *, to: str, token: str, name: str, signing: Signing | None) -> bytes:
    """The mail's bytes, with CRLF. `name` is its Message-ID. The same arguments give the same bytes, but for a signature's time."""
    leave = unsubscribe_url(head, token)
    mail = EmailMessage(policy=SMTP)
    user, _, domain = head.address.rpartition("@")
    mail["From"] = Address(head.author, user, domain)
    mail["To"] = to
    if head.reply_to:
        mail["Reply-To"] = head.reply_to
    mail["Subject"] = post.title
    mail.set_content(_text(post, head, leave), cte="quoted-printable")
    mail.add_alternative(_html(post, head, leave), subtype="html", cte="quoted-printable")
    mail.set_boundary(f"=_{sha256_text(name)[:32]}")
    # The machine's own headers are put before, as the email package would encode an address longer than a line.
    plain = {
        "Date": format_datetime(post.published_at),
        "Message-ID": name,
        "List-Id": f"<newsletter.{head.domain}>",
        "List-Unsubscribe": f"<{leave}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    written = "".join(f"{header}: {value}\r\n" for header, value in plain.items()).encode() + mail.as_bytes()
    return _signed(written, signing) if signing else written


def _signed(mail: bytes, signing: Signing) -> bytes:
    signature: bytes = dkim.sign(
        mail,
        signing.selector.encode(),
        signing.domain.encode(),
        signing.key.get_secret_value(),
        canonicalize=(b"relaxed", b"relaxed"),
        include_headers=list(SIGNED),
    )
    return signature + mail


def _text(post: OutgoingPost, head: Letterhead, leave: str) -> str:
    """The article, and below the mark that mail programs know a signature by, who sends it and how to leave."""
    words = words_in(head.language)
    web = [f"{words.on_the_web} {post.canonical}"] if post.canonical else []
    foot = [words.subscribed.format(name=head.name), *web, f"{words.unsubscribe}: {leave}", head.postal]
    return "\n".join([to_text(post.text), "", "-- ", *foot, ""])


def _html(post: OutgoingPost, head: Letterhead, leave: str) -> str:
    words = words_in(head.language)
    text = {
        "language": head.language,
        "title": post.title or "",
        "name": head.name,
        "author": head.author,
        "leave": leave,
        "by": words.by,
        "subscribed": words.subscribed.format(name=head.name),
        "unsubscribe": words.unsubscribe,
        "postal": head.postal,
    }
    shown = {name: escape(value) for name, value in text.items()}
    way = f'<a href="{escape(post.canonical or "")}" style="color:#645f55">{escape(words.read_on_the_web)}</a><br>'
    web = way if post.canonical else ""
    body = _ELEMENT.sub(lambda found: f'{found[0]} style="{_STYLES[found[1]]}"', article_html(post, head.language))
    return Template(_page()).substitute(shown, body=body, web=web)


@cache
def _page() -> str:
    return files("channels").joinpath("templates", "mail.html").read_text(encoding="utf-8")
