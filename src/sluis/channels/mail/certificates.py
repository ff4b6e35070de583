"""A party's certificate as it is handed in: PEM or DER, RSA of at least 2048 bits, valid now, for one mail address."""

from __future__ import annotations

from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding

from sluis.deliveries.mail import is_address
from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause
from sluis.kernel.text import msg

_SHORTEST_RSA = 2_048


def read_certificate(content: bytes, *, address: str, at: datetime) -> tuple[str, bytes]:
    """Return the fingerprint (SHA-256, hexadecimal) and the DER of a certificate.

    Raises `SluisError` where it is none, names other addresses only, is not valid now, or has a weak or other key.
    """
    try:
        pem = content.lstrip().startswith(b"-----BEGIN")
        certificate = x509.load_pem_x509_certificate(content) if pem else x509.load_der_x509_certificate(content)
        key, named = certificate.public_key(), addresses_of(certificate)
    except (ValueError, TypeError):
        raise _unfit() from None
    if not isinstance(key, RSAPublicKey) or key.key_size < _SHORTEST_RSA or not is_address(address):
        raise _unfit()
    if not is_valid(certificate, at) or (named and address.lower() not in named):
        raise _unfit()
    return certificate.fingerprint(hashes.SHA256()).hex(), certificate.public_bytes(Encoding.DER)


def is_valid(certificate: x509.Certificate, at: datetime) -> bool:
    """Return whether a certificate is within its dates."""
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def addresses_of(certificate: x509.Certificate) -> frozenset[str]:
    """Return the mail addresses that a certificate names, in lower case."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return frozenset()
    return frozenset(name.lower() for name in names.get_values_for_type(x509.RFC822Name))


def _unfit() -> SluisError:
    return SluisError(
        "certificate-unfit",
        msg("Dit is geen certificaat dat Sluis voor dit adres aanvaardt."),
        clause=Clause("AVG", "art. 32"),
        remedy=msg("Geef een geldig S/MIME-certificaat met een RSA-sleutel van minstens 2048 bits en dit adres erin."),
    )
