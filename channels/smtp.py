"""One connection to a mail server: a mail handed over in steps, so that it is known which one failed."""

from __future__ import annotations

import re
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self

import aiosmtplib
from pydantic import SecretStr

from state.channels import Unauthorized, Unreachable

Security = Literal["starttls", "tls", "none"]
_TIMEOUT = 60.0
"""Seconds for each answer."""
_NO_SUCH_MAILBOX = re.compile(r"5\.1\.1\b")
"""RFC 3463, 3.2: bad destination mailbox address."""


@dataclass(frozen=True)
class Server:
    host: str
    port: int
    security: Security
    user: str
    password: SecretStr | None
    greeting: str
    """What we call ourselves (EHLO)."""


class Refused(Exception):
    """The server refused this mail for good. `gone`: because there is no such mailbox."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__(f"{code} {' '.join(said.split())}")
        self.gone = code == 550 and _NO_SUCH_MAILBOX.match(said) is not None


class Deferred(Exception):
    """The server won't have this mail now; others may go on."""


class Lost(Exception):
    """The connection broke off while the mail was handed over: nobody knows whether the server took it."""


class Line:
    """A connection, opened when it is first needed and again when it was lost. Raises Unauthorized or Unreachable when it can't be."""

    def __init__(self, server: Server, sender: str) -> None:
        self._server, self._sender = server, sender
        self._client: aiosmtplib.SMTP | None = None

    async def __aenter__(self) -> Self:
        await self._open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None and self._client.is_connected:
            try:
                await self._client.quit()
            except (aiosmtplib.SMTPException, OSError):
                self._client.close()

    async def hand_over(self, mail: bytes, to: str, arm: Callable[[], Awaitable[bool]]) -> bool:
        """Name the sender and the reader, `arm`, and hand over the text; False when arming said not to.

        Raises Refused or Deferred for this mail, Lost, and Unreachable or Unauthorized when nothing of it was handed over.
        """
        client = await self._open()
        try:
            await client.mail(self._sender)
            await client.rcpt(to)
        except aiosmtplib.SMTPRecipientRefused as error:
            await self._forget(client)
            raise _verdict(error) from error
        except aiosmtplib.SMTPSenderRefused as error:
            raise self._sender_refused(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise self._unreachable(error) from error
        if not await arm():
            await self._forget(client)
            return False
        try:
            await client.data(mail)
        except aiosmtplib.SMTPDataError as error:
            raise _verdict(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Lost(_told(error)) from error
        return True

    async def _open(self) -> aiosmtplib.SMTP:
        if self._client is not None and self._client.is_connected:
            return self._client
        server = self._server
        self._client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            username=server.user or None,
            password=server.password.get_secret_value() if server.password else None,
            local_hostname=server.greeting,
            timeout=_TIMEOUT,
        )
        try:
            await self._client.connect()
        except aiosmtplib.SMTPAuthenticationError as error:
            fix = "Set user in flywheel.toml and SMTP_PASSWORD in .env to what the server knows."
            raise Unauthorized(f"{server.host} refused the login: {_told(error)}.", fix) from error
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError) as error:
            raise self._unreachable(error) from error
        return self._client

    async def _forget(self, client: aiosmtplib.SMTP) -> None:
        """Have the server forget the mail that was begun; a connection that can't is closed."""
        try:
            if client.is_connected:
                await client.rset()
        except (aiosmtplib.SMTPException, OSError):
            client.close()

    def _sender_refused(self, error: aiosmtplib.SMTPSenderRefused) -> Exception:
        if error.code < 500:
            return self._unreachable(error)
        fix = "Set from to an address that this user may send as, or log in with user and SMTP_PASSWORD."
        return Unauthorized(f"{self._server.host} won't send for {self._sender}: {_told(error)}.", fix)

    def _unreachable(self, error: Exception) -> Unreachable:
        return Unreachable(f"{self._server.host}:{self._server.port} can't be reached: {_told(error)}")


def _verdict(error: aiosmtplib.SMTPRecipientRefused | aiosmtplib.SMTPDataError) -> Exception:
    """A 4xx is for now (RFC 5321, 4.2.1), and 421 closes the connection; a 5xx is for good."""
    if error.code == 421:
        return Unreachable(f"the mail server closes the connection: {_told(error)}")
    return Refused(error.code, error.message) if error.code >= 500 else Deferred(_told(error))


def _told(error: Exception) -> str:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{error.code} {' '.join(error.message.split())}"
    return str(error) or type(error).__name__
