"""A test PKI: a root, an authority below it, and cards of fictional people as an eID has them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
# Fictitious: month + 60. It stands in the certificate, and must stand nowhere else.
CARD_NUMBER = "90653100156"


@dataclass(frozen=True)
class Signed:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()


def authority(name: str, issuer: Signed | None = None, *, at: datetime = NOW) -> Signed:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signer, by = (key, subject) if issuer is None else (issuer.key, issuer.certificate.subject)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=365))
        .not_valid_after(at + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if issuer is not None:
        known = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
        builder = builder.add_extension(known, critical=False)
    return Signed(key, builder.sign(signer, hashes.SHA256()))


def card(
    issuer: Signed,
    *,
    at: datetime = NOW,
    days: tuple[int, int] = (-10, 365),
    signature: bool = False,
    server_only: bool = False,
    ca: bool = False,
) -> Signed:
    """Return the authentication certificate of a card; `signature` makes its other one."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "BE"),
            x509.NameAttribute(NameOID.COMMON_NAME, "An Proef (Authentication)"),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, CARD_NUMBER),
        ]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at + timedelta(days=days[0]))
        .not_valid_after(at + timedelta(days=days[1]))
        .add_extension(_usage(content=signature), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
    )
    if server_only:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    if ca:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return Signed(key, builder.sign(issuer.key, hashes.SHA256()))


def revocations(
    issuer: Signed, *revoked: Signed, at: datetime = NOW, hours: tuple[int, int] = (-1, 24), by: Signed | None = None
) -> x509.CertificateRevocationList:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(at + timedelta(hours=hours[0]))
        .next_update(at + timedelta(hours=hours[1]))
    )
    for one in revoked:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(one.certificate.serial_number)
            .revocation_date(at - timedelta(hours=1))
            .build()
        )
    return builder.sign((by or issuer).key, hashes.SHA256())


def write(path: Path, *signed: Signed | x509.CertificateRevocationList) -> Path:
    pem = serialization.Encoding.PEM
    path.write_bytes(
        b"".join(
            one.certificate.public_bytes(pem) if isinstance(one, Signed) else one.public_bytes(pem) for one in signed
        )
    )
    return path


def _usage(*, signs_certificates: bool = False, content: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=content,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
