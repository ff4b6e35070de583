"""A hospital with its agreement in force, a small authority of certificates, and a client of MLLP."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import rfc8785
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sluis.agreements import store as agreements
from sluis.agreements.catalogue import template
from sluis.agreements.lifecycle import IN_FORCE
from sluis.agreements.text import canonical
from sluis.app import Installation
from sluis.births.hl7.framing import framed
from sluis.births.hl7.message import write
from sluis.births.hl7.writing import as_message
from sluis.births.model import Address, Child, Contact, Kind, Mother, Name, Notice
from sluis.channels.doors import DoorThread
from sluis.channels.mllp.certificates import read_client_certificate
from sluis.channels.mllp.server import Limits, MllpServer
from sluis.channels.mllp.serving import door_of
from sluis.channels.registration.actions import register_key
from sluis.channels.registration.model import PartyKey
from sluis.database import Connection, Database
from sluis.gate.conditions import Condition, record_condition
from sluis.gate.store import Actor, RoleGrant, insert_actor, insert_role
from sluis.kernel.insz import Insz
from sluis.ledger.persons import PersonSecret
from sluis.settings import Settings

WARD, OTHER, RECEIVER = "az-voorbeeld", "az-ander", "opgroeien-regie"
AGREEMENT = "geboorten-az-voorbeeld"
AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
MOTHER = Insz("92601500158")


def agree(connection: Connection, *, party: str, agreement: str, at: datetime) -> None:
    """Put the standard agreement of births into force for a hospital, past the verbs of signing."""
    text: dict[str, Any] = json.loads(canonical(template("geboorten-materniteit")))
    text |= {"id": agreement, "is_template": False, "to_complete": [], "offer": None}
    text["term"] |= {"in_force_from": (at - timedelta(days=300)).date().isoformat()}
    for one in text["parties"]:
        if one["id"] == "ziekenhuis":
            one |= {"body": party, "name": "AZ Voorbeeld (fictief)"}
    for leg in text["legs"].values():
        for item in leg["items"]:
            item["retention"]["at_most_days"] = 365
    raw = rfc8785.dumps({name: value for name, value in text.items() if value is not None})
    digest = sha256(raw).hexdigest()
    agreements.add_text(connection, digest=digest, canonical=raw, at=at)
    agreements.add_agreement(
        connection,
        agreement=agreement,
        template="geboorten-materniteit",
        title="Geboorten (fictief)",
        digest=digest,
        in_force_from=(at - timedelta(days=300)).date(),
        until=None,
        state=IN_FORCE,
        at=at - timedelta(days=300),
    )
    agreements.add_parties(connection, agreement=agreement, digest=digest, parties=frozenset({party, RECEIVER}))


def furnish(database: Database, home: Path, **settings: object) -> Installation:
    """Return an installation with two hospitals of which one has an agreement."""
    house = Installation.open(
        Settings(environment="test", fictitious_insz=True, home=home, **settings),  # type: ignore[arg-type]
        database,
    )
    with database.transaction() as connection:
        for party, name in ((WARD, "AZ Voorbeeld (fictief)"), (OTHER, "AZ Ander (fictief)")):
            agreements.add_party(connection, agreements.PartyRow(party, "hospital", name, None, None, "nl", None))
            for role, short in (("access-manager", "access"), ("officer", "officer")):
                actor = f"{party}-{short}"
                insert_actor(
                    connection, Actor(actor, "person", f"{name.removesuffix(' (fictief)')}, {short} (fictief)", None)
                )
                since = AT.date() - timedelta(days=300)
                insert_role(connection, RoleGrant(actor, party, role, since, None, "head", "proef"))
        agree(connection, party=WARD, agreement=AGREEMENT, at=AT)
        _inform(connection, house.gate.secret)
    return house


def _inform(connection: Connection, secrets: PersonSecret) -> None:
    record_condition(
        connection,
        Condition(AGREEMENT, WARD, "citizens-informed"),
        evidence="proef",
        by=f"{WARD}-access",
        at=AT - timedelta(days=200),
        correlation="proef",
        secrets=secrets,
    )


def a_notice(number: int = 1, *, kind: Kind = Kind.BIRTH, sender: str = WARD, **child: object) -> Notice:
    """Return a complete notice of a fictional birth."""
    return Notice(
        message_id=f"M-{number}",
        sender=sender,
        kind=kind,
        reference=f"K-{number}",
        sent_at=AT,
        mother=Mother(
            name=Name("Janssens", "Zoë"),
            birth_date=(AT - timedelta(days=11_000)).date(),
            insz=MOTHER,
            address=Address(street="Kerkstraat", number="12", postal_code="8750", city="Wingene", country="BE"),
            contact=Contact(mobile="+32470123456", email="zoe@post.example"),
        ),
        child=Child(name=Name("Peeters", "Lotte"), birth_date=AT.date(), **child),  # type: ignore[arg-type]
    )


def bytes_of(notice: Notice, *, processing: str = "T") -> bytes:
    """Return the HL7 v2 of a notice."""
    return write(as_message(notice, processing=processing))


@dataclass(frozen=True)
class Authority:
    """A small authority: it makes certificates of servers and clients."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def make(cls, folder: Path, name: str = "Proefinstantie") -> Authority:
        folder.mkdir(parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        made = _builder(name, name, key, days=30).add_extension(x509.BasicConstraints(True, 0), critical=True)
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        certificate = made.add_extension(usage, critical=True).sign(key, hashes.SHA256())
        (folder / "ca.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
        return cls(folder, key, certificate)

    def issue(self, name: str, *, server: bool = False, days: int = 10) -> Path:
        """Write `<name>.pem` and `<name>.key`; return the first."""
        key = ec.generate_private_key(ec.SECP256R1())
        use = ExtendedKeyUsageOID.SERVER_AUTH if server else ExtendedKeyUsageOID.CLIENT_AUTH
        made = _builder(name, _common_name(self.certificate), key, days=days)
        made = made.add_extension(x509.ExtendedKeyUsage([use]), critical=False)
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        made = made.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), False)
        certificate = made.sign(self.key, hashes.SHA256())
        path = self.folder / f"{name}.pem"
        path.write_bytes(certificate.public_bytes(Encoding.PEM))
        path.with_suffix(".key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return path


def _builder(name: str, issuer: str, key: ec.EllipticCurvePrivateKey, *, days: int) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1 if days > 0 else 20))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _common_name(certificate: x509.Certificate) -> str:
    return str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


@dataclass(frozen=True)
class Door:
    """A house whose MLLP door is open on loopback."""

    house: Installation
    authority: Authority
    port: int
    server: MllpServer

    def register(self, certificate: Path, party: str = WARD) -> PartyKey:
        fingerprint, content = read_client_certificate(certificate.read_bytes(), at=datetime.now(UTC))
        with self.house.database.transaction() as connection:
            return register_key(
                connection,
                kind="tls",
                party=party,
                fingerprint=fingerprint,
                content=content,
                name="EPD",
                evidence="proef",
                by=f"{party}-access",
                at=AT,
                secrets=self.house.gate.secret,
            )

    def connect(self, certificate: Path | None, *, timeout: float = 10.0) -> ssl.SSLSocket:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.authority.folder / "ca.pem")
        if certificate is not None:
            context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=timeout)
        return context.wrap_socket(raw, server_hostname="localhost")


@contextmanager
def open_door(house: Installation, authority: Authority, limits: Limits | None = None) -> Iterator[Door]:
    """Serve MLLP in a thread of the test."""
    thread = DoorThread("mllp", lambda: MllpServer(house.settings, door_of(house), clock=lambda: AT, limits=limits))
    port = thread.start()
    assert thread.server is not None
    try:
        yield Door(house, authority, port, thread.server)
    finally:
        thread.stop()


def send(line: ssl.SSLSocket, message: bytes) -> bytes:
    """Send one message in its frame and return the answer out of its frame."""
    line.sendall(framed(message))
    return receive(line)


def receive(line: ssl.SSLSocket) -> bytes:
    """Return the next answer, b"" where the line was cut."""
    found = b""
    while not found.endswith(b"\x1c\r"):
        data = line.recv(65_536)
        if not data:
            return b""
        found += data
    return found[1:-2]
