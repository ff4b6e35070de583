"""Client certificates: is this one of an authority that we trust, in its term, meant for signing in, not revoked?

Of the certificate only its fingerprint (SHA-256 of the whole) is used and kept. The subject of an eID certificate holds
the number of the national register: it is not read, not shown and not logged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from sluis.kernel.text import msg
from sluis.settings import Settings
from sluis.web.signin.failures import SignInFailed, certificate_refused

LONGEST_CERTIFICATE: Final = 32_768
_XFCC: Final = re.compile(r'(?:^|;)Cert="?([^";,]+)"?', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Trust:
    """The authorities of client certificates, and their lists of revoked ones."""

    authorities: tuple[x509.Certificate, ...]
    revoked: tuple[x509.CertificateRevocationList, ...]

    @classmethod
    def of(cls, settings: Settings) -> Trust | None:
        """Return what the settings name, read anew each time: a renewed list counts at once. None without that door."""
        trusted, revoked = settings.certificate_trust_file, settings.certificate_crl_file
        if trusted is None or revoked is None:
            return None
        try:
            return cls(tuple(x509.load_pem_x509_certificates(trusted.read_bytes())), _lists(revoked))
        except (OSError, ValueError):
            raise _unusable() from None


def parse_header(value: str) -> x509.Certificate:
    """Return the certificate that a proxy puts in its header: PEM with %-escapes, bare, or as `Cert=` of XFCC."""
    found = _XFCC.search(value)
    text = unquote(found[1] if found else value)
    if len(text) > LONGEST_CERTIFICATE:
        raise _unreadable()
    # Some proxies fold the lines of PEM with tabs or spaces.
    body = re.search(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", text, re.DOTALL)
    plain = "".join((body[1] if body else "").split())
    try:
        return x509.load_pem_x509_certificate(
            f"-----BEGIN CERTIFICATE-----\n{plain}\n-----END CERTIFICATE-----\n".encode()
        )
    except ValueError:
        raise _unreadable() from None


def fingerprint(certificate: x509.Certificate) -> bytes:
    """Return the name under which a certificate is registered."""
    return certificate.fingerprint(hashes.SHA256())


def check_certificate(trust: Trust, certificate: x509.Certificate, *, at: datetime) -> bytes:
    """Return the fingerprint of a certificate that counts at this moment; raises `SignInFailed` for any other."""
    roots = [one for one in trust.authorities if one.subject == one.issuer]
    between = [one for one in trust.authorities if one.subject != one.issuer]
    try:
        verifier = (
            PolicyBuilder()
            .store(Store(roots))
            .time(at.replace(tzinfo=None))
            .extension_policies(ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=_of_a_person())
            .build_client_verifier()
        )
        chain = verifier.verify(certificate, between).chain
    except (VerificationError, ValueError):
        raise certificate_refused(
            msg("Dit certificaat is verlopen of niet van een instantie die we vertrouwen.")
        ) from None
    for one, issuer in pairwise(chain):
        _check_not_revoked(trust, one, issuer, at)
    return fingerprint(certificate)


def _of_a_person() -> ExtensionPolicy:
    """Return what the certificate of a person must say: it may sign, and where it names uses, signing in is one.

    Without a name of a host: a card of a person has none, though the rules for the web ask one.
    """
    return (
        ExtensionPolicy.permit_all()
        .may_be_present(x509.BasicConstraints, Criticality.AGNOSTIC, _is_no_authority)
        .require_present(x509.KeyUsage, Criticality.AGNOSTIC, _may_sign)
        .may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _may_sign_in)
    )


def _is_no_authority(_policy: Policy, _one: x509.Certificate, found: x509.BasicConstraints | None) -> None:
    if found is not None and found.ca:
        raise ValueError("an authority does not sign in")


def _may_sign(_policy: Policy, _one: x509.Certificate, found: x509.KeyUsage) -> None:
    # The eID has two certificates; the one for signatures (content_commitment) is not for signing in.
    if not found.digital_signature or found.content_commitment:
        raise ValueError("not for signing in")


def _may_sign_in(_policy: Policy, _one: x509.Certificate, found: x509.ExtendedKeyUsage | None) -> None:
    if found is not None and ExtendedKeyUsageOID.CLIENT_AUTH not in found:
        raise ValueError("not for signing in")


def _check_not_revoked(trust: Trust, one: x509.Certificate, issuer: x509.Certificate, at: datetime) -> None:
    """Refuse a revoked certificate, and one of which no list in force tells that it is not."""
    lists = [found for found in trust.revoked if found.issuer == issuer.subject and _is_in_force(found, issuer, at)]
    if not lists:
        raise certificate_refused(msg("We kunnen nu niet nagaan of dit certificaat ingetrokken is."))
    if any(found.get_revoked_certificate_by_serial_number(one.serial_number) is not None for found in lists):
        raise certificate_refused(msg("Dit certificaat is ingetrokken."))


def _is_in_force(found: x509.CertificateRevocationList, issuer: x509.Certificate, at: datetime) -> bool:
    ends = found.next_update_utc
    if ends is None or not found.last_update_utc <= at < ends:
        return False
    try:
        return found.is_signature_valid(issuer.public_key())  # type: ignore[arg-type] # other keys raise TypeError
    except (InvalidSignature, TypeError, ValueError):
        return False


def _lists(path: Path) -> tuple[x509.CertificateRevocationList, ...]:
    end = b"-----END X509 CRL-----"
    parts = [part for part in path.read_bytes().split(end) if b"BEGIN X509 CRL" in part]
    return tuple(x509.load_pem_x509_crl(part + end + b"\n") for part in parts)


def _unreadable() -> SignInFailed:
    return certificate_refused(msg("Dit certificaat kunnen we niet lezen."))


def _unusable() -> SignInFailed:
    return SignInFailed(
        "certificate-trust-unreadable",
        msg("De lijst van instanties die we vertrouwen, kan niet gelezen worden."),
        remedy=msg("Meld u op een andere manier aan en verwittig de beheerder van Sluis."),
        status=503,
    )
