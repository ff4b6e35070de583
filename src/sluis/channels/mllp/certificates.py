"""The client certificate of a hospital as it is handed in, and the TLS that asks for it."""

from __future__ import annotations

import ssl
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause
from sluis.kernel.text import msg
from sluis.settings import Settings

_SHORTEST_RSA = 2_048
_SECURITY = Clause("AVG", "art. 32")


def read_client_certificate(content: bytes, *, at: datetime) -> tuple[str, bytes]:
    """Return the fingerprint (SHA-256, hexadecimal) and the DER; raises `SluisError` where it is not fit."""
    try:
        pem = content.lstrip().startswith(b"-----BEGIN")
        certificate = x509.load_pem_x509_certificate(content) if pem else x509.load_der_x509_certificate(content)
        key = certificate.public_key()
        is_client = _is_client(certificate)
    except (ValueError, TypeError):
        raise _unfit() from None
    is_strong = isinstance(key, ec.EllipticCurvePublicKey) or (
        isinstance(key, rsa.RSAPublicKey) and key.key_size >= _SHORTEST_RSA
    )
    if not is_strong or not is_client or not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise _unfit()
    return fingerprint(certificate), certificate.public_bytes(Encoding.DER)


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the name under which a certificate is registered."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def tls_context(settings: Settings) -> ssl.SSLContext:
    """Return the TLS of the door: 1.2 or newer, and a certificate of the authorities in the settings is required."""
    certificate, key, trust = settings.mllp_certificate_file, settings.mllp_key_file, settings.mllp_trust_file
    if certificate is None or key is None or trust is None:
        raise SluisError(
            "mllp-not-set-up",
            msg("De deur voor HL7 (MLLP) is niet ingesteld."),
            remedy=msg("Zet SLUIS_MLLP_CERTIFICATE_FILE, SLUIS_MLLP_KEY_FILE en SLUIS_MLLP_TRUST_FILE."),
        )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    # A ticket would bring somebody back in without showing the certificate again.
    context.options |= ssl.OP_NO_TICKET | ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    context.num_tickets = 0
    try:
        context.load_cert_chain(certificate, key)
        context.load_verify_locations(trust)
    except (OSError, ssl.SSLError):
        raise SluisError(
            "mllp-identity",
            msg("Het certificaat van de deur voor HL7, zijn sleutel of de vertrouwde instanties zijn niet bruikbaar."),
            remedy=msg("Kijk de drie bestanden van SLUIS_MLLP_… na: PEM, bij elkaar horend en leesbaar."),
        ) from None
    return context


def _is_client(certificate: x509.Certificate) -> bool:
    try:
        uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return ExtendedKeyUsageOID.CLIENT_AUTH in uses


def _unfit() -> SluisError:
    return SluisError(
        "certificate-unfit",
        msg("Dit is geen certificaat waarmee een systeem hier binnenkomt."),
        clause=_SECURITY,
        remedy=msg("Geef een geldig clientcertificaat met een EC-sleutel of een RSA-sleutel van minstens 2048 bits."),
    )
