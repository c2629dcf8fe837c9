"""Mail: by SMTP (RFC 5321), or to nowhere in development."""

import asyncio
import hashlib
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Protocol
from urllib.parse import unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from models.clock import BEIJING
from models.message import Message
from subscriptions.sending import SendFailed

TIMEOUT = 20.0  # seconds for one mail, from the first packet to the server's yes
FAREWELL = 2.0  # seconds for QUIT, when the mail is already accepted
PERMANENT = 500  # reply codes from here on say: do not try that again (RFC 5321 §4.2.1)
DOT_ATOM = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")


class Mailer(Protocol):
    """Sends one mail."""

    async def send(self, message: Message) -> str:
        """Answer the id under which it went out. Raises SendFailed."""


@dataclass(frozen=True)
class Security:
    """How a scheme of the URL protects the connection."""

    port: int
    tls_at_once: bool
    starttls: bool


SCHEMES = {
    "smtp": Security(25, tls_at_once=False, starttls=False),
    "smtps": Security(465, tls_at_once=True, starttls=False),
    "smtp+starttls": Security(587, tls_at_once=False, starttls=True),
}


class LocalMailer:
    """Sends nothing: in development the outbox itself is where mail is read."""

    async def send(self, message: Message) -> str:
        return f"local-{message.key}"


class SmtpMailer:
    """Sends by a mail server, one connection a mail.

    :param url: smtp://, smtps:// or smtp+starttls://[user:password@]host[:port]
    :param sender: the From header, such as `Portcard <no-reply@example.org>`
    :param timeout: seconds for one mail
    :param tls: what to trust, or None for the system's authorities
    :raises ValueError: `url` or `sender` cannot be read
    """

    def __init__(
        self, url: str, sender: str, timeout: float = TIMEOUT, tls: ssl.SSLContext | None = None
    ) -> None:
        name, address = parseaddr(sender)
        self._sender = _address(address, name)
        self._timeout, self._tls = timeout, tls
        parts = urlsplit(url)
        if parts.scheme not in SCHEMES or not parts.hostname:
            raise ValueError(f"a mail server's URL begins with {', '.join(SCHEMES)} and names it")
        self._host, self._security = parts.hostname, SCHEMES[parts.scheme]
        self._port = parts.port or self._security.port
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None

    async def send(self, message: Message) -> str:
        """Answer the Message-ID. Raises SendFailed.

        A refusal by code 5xx is final. Trouble with the server or with our account there says
        nothing about the mail, which is tried again.
        """
        mail = compose(message, self._sender)
        async with self._connected() as server:
            try:
                async with asyncio.timeout(self._timeout):
                    await server.send_message(mail)
            except (SMTPException, OSError) as error:
                raise _failure(error) from error
        return str(mail["Message-ID"])

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[SMTP]:
        server = self._server()
        try:
            await self._connect(server)
            yield server
            with suppress(SMTPException, OSError):  # the mail is accepted, whatever QUIT does
                await server.quit(timeout=FAREWELL)
        finally:
            server.close()

    def _server(self) -> SMTP:
        return SMTP(
            hostname=self._host,
            port=self._port,
            username=self._user,
            password=self._password,
            use_tls=self._security.tls_at_once,
            start_tls=self._security.starttls,
            tls_context=self._tls,
            timeout=self._timeout,
            local_hostname=self._sender.domain,  # else the resolver is asked for every mail
        )

    async def _connect(self, server: SMTP) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                await server.connect()
        except (SMTPException, OSError) as error:
            detail = f"no session with the mail server: {_name(error)}"
            raise SendFailed(detail, retryable=True, answer=_words(error)) from error


def compose(message: Message, sender: Address) -> EmailMessage:
    """The mail of an outbox row; made again, it is the same mail with the same Message-ID.

    Raises SendFailed when the row cannot become a mail.
    """
    mail = EmailMessage()
    try:
        mail["From"] = sender
        mail["To"] = _address(message.recipient)
        mail["Subject"] = " ".join(message.subject.split())  # a line break would start a header
        mail["Date"] = format_datetime(message.created_at.astimezone(BEIJING))
        mail["Message-ID"] = f"<{_message_id(message)}@{sender.domain}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office replies
        mail.set_content(message.body, cte="base64")  # passes servers without 8BITMIME
    except ValueError as error:
        detail = f"not fit for a mail: {type(error).__name__}"
        raise SendFailed(detail, retryable=False) from error
    return mail


def _address(address: str, name: str = "") -> Address:
    """Raises ValueError unless it is exactly one address."""
    try:
        parsed = Address(name, addr_spec=address)
    except (MessageError, IndexError) as error:
        raise ValueError("not a mail address") from error
    if not parsed.domain:
        raise ValueError("not a mail address")
    return parsed


def _message_id(message: Message) -> str:
    """The key, with the time of writing: a new database counts its keys from the start again,
    and a mailbox drops a Message-ID that it knows.
    """
    fit = DOT_ATOM.fullmatch(message.key)
    key = message.key if fit else hashlib.sha256(message.key.encode()).hexdigest()
    return f"{key}.{int(message.created_at.timestamp())}"


def _failure(error: Exception) -> SendFailed:
    retryable = not isinstance(error, SMTPNotSupported) and _code(error) < PERMANENT
    if isinstance(error, SMTPSenderRefused):  # our address is refused, not this mail
        retryable = True
    detail = f"the mail server refused: {_name(error)}"
    return SendFailed(detail, retryable=retryable, answer=_words(error))


def _code(error: Exception) -> int:
    """The server's reply code, 0 when it did not answer."""
    if isinstance(error, SMTPRecipientsRefused):
        return max(refused.code for refused in error.recipients)
    return error.code if isinstance(error, SMTPResponseException) else 0


def _name(error: Exception) -> str:
    return f"{type(error).__name__} {_code(error) or ''}".strip()


def _words(error: Exception) -> str:
    if isinstance(error, SMTPRecipientsRefused):
        return "; ".join(refused.message for refused in error.recipients)
    return error.message if isinstance(error, SMTPException) else str(error)
