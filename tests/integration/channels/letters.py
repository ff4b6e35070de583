"""Letters as a mail program makes them: S/MIME by OpenSSL's command line, certificates by `cryptography`."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

XLSX = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Owner:
    """A certificate with its key, as files for OpenSSL."""

    address: str
    certificate: Path
    key: Path


def make_owner(folder: Path, address: str, *, days: int = 3_650, names: tuple[str, ...] | None = None) -> Owner:
    """Make a key and a certificate for an address, valid around the tests' time and now."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, address)])
    begin = datetime(2025, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=days))
        .add_extension(
            x509.SubjectAlternativeName([x509.RFC822Name(one) for one in names or (address,)]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    stem = address.replace("@", "-at-")
    certificate, secret = folder / f"{stem}.pem", folder / f"{stem}.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return Owner(address, certificate, secret)


def letter(content: bytes, name: str = "vraag.xlsx", text: str = "In bijlage de lijst.") -> bytes:
    """Return the MIME entity that is signed: a text and a workbook."""
    message = EmailMessage(policy=SMTP)
    message.set_content(text)
    message.add_attachment(content, maintype="application", subtype=XLSX, filename=name)
    return message.as_bytes()


def openssl(*words: str, given: bytes = b"") -> bytes:
    """Run OpenSSL and return what it wrote; a failure is an error with its words."""
    run = subprocess.run(["openssl", *words], input=given, capture_output=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr.decode()
    return run.stdout


def signed(entity: bytes, owner: Owner, *, opaque: bool = False, digest: str = "sha256") -> bytes:
    """Sign as a mail program does, detached unless told otherwise."""
    how = ["-nodetach"] if opaque else []
    return openssl(
        "cms", "-sign", "-md", digest, "-signer", str(owner.certificate), "-inkey", str(owner.key), *how, given=entity
    )


def encrypted(entity: bytes, receiver: Path, *, cipher: str = "-aes-256-cbc") -> bytes:
    """Encrypt as a mail program does."""
    return openssl("cms", "-encrypt", cipher, "-recip", str(receiver), given=entity)


def addressed(mail: bytes, sender: str, *, message_id: str = "<1@example>", more: str = "") -> bytes:
    """Put the headers of the way on top."""
    head = (
        f"From: Griffie <{sender}>\r\nTo: sluis@sluis.example\r\nSubject: lijst\r\nMessage-ID: {message_id}\r\n{more}"
    )
    return head.encode() + mail


def opened(mail: bytes, owner: Owner, sender: Path) -> bytes:
    """Decrypt with the receiver's key and verify the sender's signature, with OpenSSL."""
    inner = openssl("cms", "-decrypt", "-recip", str(owner.certificate), "-inkey", str(owner.key), given=mail)
    return openssl("cms", "-verify", "-CAfile", str(sender), "-purpose", "any", given=inner)
