"""A certificate authority of the demo and the tests: root, intermediate, signatories and revocations, all made anew.

Every name is fictional and every key is made when it is asked for; none is ever written in the project.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sluis.agreements.signatures.hands import KeyFile
from sluis.agreements.signatures.model import RegisteredSignatory, TrustList

_YEARS = timedelta(days=3_650)


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: EllipticCurvePrivateKey | RSAPrivateKey = field(repr=False)

    @property
    def der(self) -> bytes:
        """Return the certificate in DER."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of the certificate in hexadecimal."""
        return self.certificate.fingerprint(SHA256()).hex()


@dataclass(slots=True)
class DemoPki:
    """Root, intermediate and what they revoked. Nothing outside the demo and the tests trusts it."""

    root: Issued
    intermediate: Issued
    made_at: datetime
    revoked: dict[int, datetime] = field(default_factory=dict)

    @classmethod
    def make(cls, *, at: datetime, name: str = "Sluis demo") -> DemoPki:
        """Return a new authority, valid from a year before `at` for ten years."""
        start = at - timedelta(days=366)
        root = _issue(f"{name} root (fictief)", None, start=start, end=start + _YEARS, authority=1)
        between = _issue(f"{name} uitgever (fictief)", root, start=start, end=start + _YEARS, authority=0)
        return cls(root, between, at)

    def signatory(
        self,
        name: str,
        *,
        organisation: str = "fictief",
        function: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        may_sign: bool = True,
    ) -> Issued:
        """Return the certificate of a fictional person; without dates from a month before to two years after."""
        return _issue(
            name,
            self.intermediate,
            start=start or self.made_at - timedelta(days=30),
            end=end or self.made_at + timedelta(days=730),
            organisation=organisation,
            function=function,
            may_sign=may_sign,
        )

    def time_stamper(self, name: str = "Sluis demo tijdstempel (fictief)") -> Issued:
        """Return the certificate of an authority that attests times."""
        return _issue(
            name,
            self.intermediate,
            start=self.made_at - timedelta(days=366),
            end=self.made_at + timedelta(days=1_500),
            stamps=True,
        )

    def revoke(self, issued: Issued, *, at: datetime) -> None:
        """Revoke a certificate from this moment on; the next lists name it."""
        self.revoked[issued.certificate.serial_number] = at

    def revocations(self, *, at: datetime) -> tuple[bytes, ...]:
        """Return the lists of root and intermediate as published at this moment, good for ninety days."""
        return (_list(self.root, {}, at=at), _list(self.intermediate, self.revoked, at=at))

    def key_file(self, issued: Issued, *, passphrase: str | None = None) -> KeyFile:
        """Return the key, its certificate and its chain as PKCS#12."""
        sealed = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
        chain = [self.intermediate.certificate]
        return KeyFile(
            serialize_key_and_certificates(b"sluis", issued.key, issued.certificate, chain, sealed), passphrase
        )

    def trust_list(self, *signatories: RegisteredSignatory, at: datetime) -> TrustList:
        """Return a list that trusts this authority."""
        return TrustList((self.root.der,), (self.intermediate.der,), self.revocations(at=at), signatories)


def _issue(
    name: str,
    issuer: Issued | None,
    *,
    start: datetime,
    end: datetime,
    authority: int | None = None,
    organisation: str = "Sluis (fictief)",
    function: str | None = None,
    may_sign: bool = True,
    stamps: bool = False,
) -> Issued:
    # RSA for time stamps: so do the authorities that attest times.
    key = generate_rsa(65_537, 2_048) if stamps else generate_private_key(SECP256R1())
    parts = [(NameOID.COUNTRY_NAME, "BE"), (NameOID.ORGANIZATION_NAME, organisation), (NameOID.COMMON_NAME, name)]
    parts += [(NameOID.TITLE, function)] if function else []
    subject = x509.Name([x509.NameAttribute(kind, value[:64]) for kind, value in parts])
    signing = issuer.key if issuer else key
    usage = x509.KeyUsage(
        digital_signature=authority is None,
        content_commitment=authority is None and may_sign,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority is not None,
        crl_sign=authority is not None,
        encipher_only=False,
        decipher_only=False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=authority is not None, path_length=authority), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False)
    )
    if stamps:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return Issued(builder.sign(signing, SHA256()), key)


def _list(issuer: Issued, revoked: dict[int, datetime], *, at: datetime) -> bytes:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(at)
        .next_update(at + timedelta(days=90))
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
        .add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
    )
    for serial, since in revoked.items():
        one = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since).build()
        builder = builder.add_revoked_certificate(one)
    return builder.sign(issuer.key, SHA256()).public_bytes(Encoding.DER)
