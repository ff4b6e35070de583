"""The certificate and key of this installation: parties encrypt to it, and its answers are signed with it."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg
from sluis.settings import Settings


@dataclass(frozen=True, slots=True)
class MailIdentity:
    """What this installation signs and decrypts with. RSA: what every mail program can encrypt to."""

    certificate: x509.Certificate
    key: RSAPrivateKey = field(repr=False)


def mail_identity(settings: Settings) -> MailIdentity | None:
    """Return the identity that the settings name; None where they name none: that door is not there then."""
    if settings.mail_certificate_file is None or settings.mail_key_file is None:
        return None
    try:
        certificate = x509.load_pem_x509_certificate(settings.mail_certificate_file.read_bytes())
        key = load_pem_private_key(settings.mail_key_file.read_bytes(), password=None)
    except (OSError, ValueError, TypeError):
        raise _unreadable() from None
    if not isinstance(key, RSAPrivateKey) or certificate.public_key() != key.public_key():
        raise _unreadable()
    return MailIdentity(certificate, key)


def _unreadable() -> SluisError:
    return SluisError(
        "mail-identity",
        msg("Het certificaat voor versleutelde e-mail of zijn sleutel kan niet gebruikt worden."),
        remedy=msg("Geef in SLUIS_MAIL_CERTIFICATE_FILE en SLUIS_MAIL_KEY_FILE een RSA-certificaat met zijn sleutel."),
    )
