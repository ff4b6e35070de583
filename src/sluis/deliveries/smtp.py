"""The mail channel: one delivery, one conversation with an SMTP server, always within its time.

STARTTLS or TLS with a checked certificate; a server that does not offer it gets nothing in the clear. What the server
answers decides: for good (5xx about the receiver or the text), or later (4xx, a cut line, a fault of our own account).
"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from socket import SHUT_RDWR
from threading import Event, Thread
from typing import Any, Literal

from sluis.deliveries.mail import CHANNEL, compose
from sluis.deliveries.model import Answer, Bounced, Delivery, Sent, TryLater
from sluis.settings import Settings

Security = Literal["starttls", "tls", "none"]
_PORTS: dict[Security, int] = {"starttls": 587, "tls": 465, "none": 25}
_LARGEST_MAIL = 262_144
_PERMANENT = 500
# What went wrong on the way, the narrower kind first.
_FAULTS: tuple[tuple[type[Exception], str], ...] = (
    (ssl.SSLError, "smtp-tls"),
    (smtplib.SMTPNotSupportedError, "smtp-not-offered"),
    (TimeoutError, "smtp-timeout"),
    (smtplib.SMTPServerDisconnected, "smtp-cut-off"),
    (ConnectionResetError, "smtp-cut-off"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail leaves: the relay of the installation, and as whom."""

    host: str
    port: int
    security: Security
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    timeout_seconds: float = 60.0
    """The whole conversation takes no longer than this, also with a server that sends a byte now and then."""

    @classmethod
    def from_settings(cls, settings: Settings) -> MailServer | None:
        """Return the server that the settings name; None where they name none: mail then waits."""
        if settings.smtp_host is None or settings.smtp_from is None:
            return None
        secret = settings.smtp_password_file
        return cls(
            host=settings.smtp_host,
            port=settings.smtp_port or _PORTS[settings.smtp_security],
            security=settings.smtp_security,
            sender=settings.smtp_from,
            user=settings.smtp_user,
            password=secret.read_text(encoding="utf-8").strip() if secret else None,
            ca_file=settings.smtp_ca_file,
            timeout_seconds=settings.smtp_timeout_seconds,
        )


@dataclass(frozen=True, slots=True)
class SmtpChannel:
    """Sends deliveries of the channel `mail` through one server."""

    server: MailServer
    code: str = CHANNEL

    def send(self, delivery: Delivery) -> Answer:
        """Send one mail and say what the server made of it; the receiver's address stands in no fault."""
        try:
            content = compose(delivery, sender=self.server.sender).as_bytes()
        except (KeyError, ValueError):
            return Bounced("mail-unreadable")
        return Bounced("mail-too-large") if len(content) > _LARGEST_MAIL else self.send_content(delivery, content)

    def send_content(self, delivery: Delivery, content: bytes) -> Answer:
        """Send a whole mail that another channel composed (an encrypted one) to the delivery's address."""
        try:
            return self._converse(delivery, content)
        except (smtplib.SMTPException, OSError) as error:
            return _judged(error)

    def _converse(self, delivery: Delivery, content: bytes) -> Answer:
        server = self.server
        context = ssl.create_default_context(cafile=None if server.ca_file is None else str(server.ca_file))
        with _open(server, context) as smtp:
            if server.security == "starttls":
                smtp.starttls(context=context)
            smtp.ehlo_or_helo_if_needed()
            if server.user is not None:
                smtp.login(server.user, server.password or "")
            options = [f"ENVID={delivery.id}", "RET=HDRS"] if smtp.has_extn("dsn") else []
            smtp.sendmail(server.sender, [str(delivery.payload["to"])], content, mail_options=options)
            return Sent()


class _Deadline:
    """Cuts the line of a conversation that takes too long: a time-out per read cannot, a server may drip for ever."""

    def __init__(self, seconds: float, *_: object, **__: object) -> None:
        self._over = Event()
        self._seconds = seconds

    def watch(self, smtp: smtplib.SMTP) -> None:
        """Begin to count."""
        Thread(target=self._cut, args=(smtp,), name="smtp-deadline", daemon=True).start()

    def end(self) -> None:
        """The conversation is over."""
        self._over.set()

    def _cut(self, smtp: smtplib.SMTP) -> None:
        wait = self._seconds
        while not self._over.wait(wait):
            wait = 1.0  # again: TLS may have put another socket in the place of the one that was cut
            sock = getattr(smtp, "sock", None)
            if sock is not None:
                with suppress(OSError):
                    sock.shutdown(SHUT_RDWR)


class _Plain(smtplib.SMTP):
    """A conversation with a deadline that begins before the first byte."""

    def __init__(self, deadline: _Deadline, **words: Any) -> None:  # noqa: ANN401 - whatever smtplib takes
        self.deadline = deadline
        deadline.watch(self)
        try:
            super().__init__(**words)
        except BaseException:
            deadline.end()
            raise

    def close(self) -> None:
        """Close the line and stop the clock."""
        self.deadline.end()
        super().close()


class _Tls(_Plain, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""


def _open(server: MailServer, context: ssl.SSLContext) -> smtplib.SMTP:
    words: dict[str, Any] = {"host": server.host, "port": server.port, "timeout": server.timeout_seconds}
    deadline = _Deadline(server.timeout_seconds)
    return _Tls(deadline, context=context, **words) if server.security == "tls" else _Plain(deadline, **words)


def _judged(error: smtplib.SMTPException | OSError) -> Answer:
    """Return what a failed conversation means; only the receiver's own refusal is for good."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return _by_code(code, text)
    if isinstance(error, smtplib.SMTPDataError):
        return _by_code(error.smtp_code, error.smtp_error)
    if isinstance(error, smtplib.SMTPResponseException):
        # The greeting, our own account or our own address: a fault on our side of the receiver, so it can be mended.
        return TryLater(_fault(error.smtp_code, error.smtp_error))
    return TryLater(next((fault for kind, fault in _FAULTS if isinstance(error, kind)), "smtp-unreachable"))


def _by_code(code: int, text: bytes | str) -> Answer:
    fault = _fault(code, text)
    return Bounced(fault) if code >= _PERMANENT else TryLater(fault)


def _fault(code: int, text: bytes | str) -> str:
    """Return the code with its enhanced status (RFC 3463) where there is one; the server's sentence may name people."""
    words = (text.decode("ascii", "replace") if isinstance(text, bytes) else text).split()
    status = words[0] if words and words[0].count(".") == 2 and words[0].replace(".", "").isdigit() else ""
    return f"smtp-{code}-{status[:11]}".rstrip("-")
