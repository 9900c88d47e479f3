"""What a workspace says of its newsletter, read and judged. Each raises NotConfigured, with what to write instead."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from pydantic import SecretBytes

from channels.mailing import Letterhead, Signing
from channels.opening import NotConfigured, Opening
from channels.smtp import Security, Server
from state.base import one_line
from state.subscribers import NoAddress, address_of

_PORTS: dict[Security, int] = {"starttls": 587, "tls": 465, "none": 25}
_DKIM = ("dkim_domain", "dkim_selector", "dkim_key")
OPTIONS = (
    *("host", "port", "security", "user", "from", "reply_to", "per_minute", "unsubscribe", "address"),
    *_DKIM,
)


def server_of(opening: Opening, sender: str) -> Server:
    """Where mails are handed over. In the open only to this machine, and with a password only where `user` is set."""
    host = opening.need("host", "smtp.example.org")
    security = _security(opening, host)
    user = opening.options.get("user", "").strip()
    return Server(
        host=host,
        port=number_of(opening, "port", _PORTS[security], most=65535),
        security=security,
        user=user,
        password=opening.secret("SMTP_PASSWORD", f"the password of {user}") if user else None,
        greeting=sender.rpartition("@")[2],
    )


def _security(opening: Opening, host: str) -> Security:
    security = opening.options.get("security", "starttls").strip()
    if security not in _PORTS:
        raise NotConfigured(f"[channels.{opening.name}] security is {', '.join(_PORTS)}, not {security!r}.")
    if security == "none" and not _is_loopback(host):
        raise NotConfigured(
            f"[channels.{opening.name}] security is none, which is for a server on this machine: {host} would get every reader's "
            "address in the open. Write starttls or tls."
        )
    known: Security = security
    return known


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def letterhead_of(opening: Opening) -> Letterhead:
    """What the law wants on each mail is needed: a way out, and where its sender can be found.

    A postal address: 15 U.S.C. 7704(a)(5)(A)(iii) (CAN-SPAM), and Directive 2000/31/EC, article 5. A way to unsubscribe:
    15 U.S.C. 7704(a)(3), and Directive 2002/58/EC, article 13(4).
    """
    postal = one_line(opening.options.get("address", ""))
    if not postal:
        raise NotConfigured(
            f"[channels.{opening.name}] needs address, the postal address of who sends it: CAN-SPAM (15 U.S.C. 7704(a)(5)) and the "
            "EU's e-commerce directive want it in each mail. Such as address = '1 Main Street, Springfield'."
        )
    reply_to = opening.options.get("reply_to", "").strip()
    return Letterhead(
        name=opening.site.name,
        author=opening.site.author,
        address=_mail_address(opening, "from", opening.need("from", "letters@example.org")),
        reply_to=_mail_address(opening, "reply_to", reply_to) if reply_to else "",
        postal=postal,
        unsubscribe=_unsubscribe(opening),
        language=opening.site.language,
    )


def _mail_address(opening: Opening, option: str, value: str) -> str:
    try:
        return address_of(value)
    except NoAddress as error:
        raise NotConfigured(f"[channels.{opening.name}] {option}: {error}") from error


def _unsubscribe(opening: Opening) -> str:
    """Where the server answers. RFC 8058, 3.1: an https address."""
    url = opening.need("unsubscribe", "https://letters.example.org").rstrip("/")
    parts = urlsplit(url)
    secure = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or ""))
    if not secure or not parts.hostname or parts.query or parts.fragment or not re.fullmatch(r"[!-~]+", url):
        raise NotConfigured(
            f"[channels.{opening.name}] unsubscribe {url!r} is no https address. Write where `flywheel`'s server answers: "
            "a click on /unsubscribe/... there is what lets a reader go."
        )
    return url


def number_of(opening: Opening, option: str, default: int, *, most: int) -> int:
    value = opening.options.get(option, str(default)).strip()
    if not re.fullmatch(r"\d{1,9}", value) or not 0 < int(value) <= most:
        raise NotConfigured(f"[channels.{opening.name}] {option} is a number from 1 to {most}, not {value!r}.")
    return int(value)


def signing_of(opening: Opening) -> Signing | None:
    """The DKIM key, where one is given; reads its file."""
    given = [option for option in _DKIM if opening.options.get(option, "").strip()]
    if not given:
        return None
    domain, selector, name = (opening.need(option, f"{option.partition('_')[2]}") for option in _DKIM)
    path = (opening.workspace / name).resolve()
    if not path.is_relative_to(opening.workspace.resolve()):
        raise NotConfigured(f"[channels.{opening.name}] dkim_key {name!r} lies outside the workspace.")
    try:
        key = path.read_bytes()
    except OSError as error:
        raise NotConfigured(f"[channels.{opening.name}] dkim_key {name} can't be read: {error.strerror}.") from error
    if b"PRIVATE KEY-----" not in key:
        raise NotConfigured(
            f"[channels.{opening.name}] dkim_key {name} holds no private key in PEM: RSA, 2048 bits or more."
        )
    return Signing(domain=domain, selector=selector, key=SecretBytes(key))
