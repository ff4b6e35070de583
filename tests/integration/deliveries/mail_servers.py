"""Real SMTP servers for the tests: a good one (aiosmtpd) that refuses when told to, and broken ones on bare sockets."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Mailbox:
    """What a server took, and what it says to each step."""

    mails: list[Envelope] = field(default_factory=list)
    options: list[list[str]] = field(default_factory=list)
    rcpt: str = "250 OK"
    data: str = "250 OK"
    delay: Callable[[], None] = lambda: None

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        self.delay()
        if self.data.startswith("250"):
            self.mails.append(envelope)
        return self.data

    @property
    def receivers(self) -> list[str]:
        return [address for mail in self.mails for address in mail.rcpt_tos]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def mail_server(
    mailbox: Mailbox, *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None, password: str = ""
) -> Iterator[int]:
    """Run a server on loopback and give its port; with a password it takes mail from its account only."""

    def authenticate(_server: object, _session: object, _envelope: object, _how: str, data: object) -> AuthResult:
        good = isinstance(data, LoginPassword) and data.password == password.encode()
        return AuthResult(success=good, handled=good)

    port = free_port()
    words: dict[str, Any] = {"require_starttls": starttls is not None, "tls_context": starttls}
    if password:
        words |= {"authenticator": authenticate, "auth_required": True}
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, ssl_context=tls, **words)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@contextmanager
def bare_server(converse: Callable[[socket.socket, Event], None]) -> Iterator[int]:
    """Run a server of one's own making on loopback; `converse` gets each line and an event that says stop."""
    stopping = Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.1)

        def serve() -> None:
            while not stopping.is_set():
                try:
                    line, _ = listening.accept()
                except TimeoutError:
                    continue
                with line:
                    try:
                        converse(line, stopping)
                    except OSError:
                        continue

        thread = Thread(target=serve)
        thread.start()
        try:
            yield int(listening.getsockname()[1])
        finally:
            stopping.set()
            thread.join(10)


def make_certificate(folder: Path, name: str = "localhost") -> tuple[ssl.SSLContext, Path]:
    """Return a server's TLS with a self-signed certificate, and the file with which a client trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / f"{name}.pem", folder / f"{name}.key"
    chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, secret)
    return context, chain
