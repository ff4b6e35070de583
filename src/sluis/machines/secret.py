"""The installation's own key of the API: signs tokens and answers, and seals what only it or the asker may open.

A file like the other keys of an installation: made once by demo and test, never by production on its own. Several
processes read the same file.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from joserfc.jwk import ECKey

from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg
from sluis.machines.keys import PublicKey, described
from sluis.settings import Settings

_NAME = "api-signing.key"


@dataclass(frozen=True, slots=True)
class InstallationKey:
    """The private key (EC P-256) of this installation, and the secret that is derived from it."""

    private: ec.EllipticCurvePrivateKey = field(repr=False)
    public: PublicKey
    _secret: bytes = field(repr=False)

    @property
    def signer(self) -> ECKey:
        """The key for tokens."""
        return ECKey(self.private, self.private)

    def seal(self, content: bytes, *context: bytes) -> bytes:
        """Return the content encrypted under this installation and the context, which must be given again to open."""
        nonce = secrets.token_bytes(12)
        return nonce + AESGCM(self._derive(context)).encrypt(nonce, content, None)

    def open(self, sealed: bytes, *context: bytes) -> bytes | None:
        """Return what was sealed in this context; None in any other."""
        try:
            return AESGCM(self._derive(context)).decrypt(sealed[:12], sealed[12:], None)
        except InvalidTag:
            return None

    def mark(self, *context: bytes) -> bytes:
        """Return a name for something secret, that nobody without this key can guess back."""
        return self._derive((b"mark", *context))

    def _derive(self, context: tuple[bytes, ...]) -> bytes:
        told = b"".join(len(part).to_bytes(8, "big") + part for part in context)
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"sluis api 1" + told).derive(self._secret)


def key_file(settings: Settings) -> Path:
    """Return where the key lies."""
    return settings.api_signing_key_file or settings.home / "keys" / _NAME


def installation_key(settings: Settings) -> InstallationKey:
    """Return the key of this installation; demo and test make it at first use, production by `sluis machines init`."""
    path = key_file(settings)
    if settings.environment != "production":
        make_key(settings)
    try:
        private = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError):
        private = None
    if not isinstance(private, ec.EllipticCurvePrivateKey) or private.curve.name != "secp256r1":
        raise SluisError(
            "api-key-missing",
            msg("De sleutel van de API ({file}) is er niet of is niet leesbaar.", file=path.name),
            remedy=msg("Maak ze één keer met: sluis machines init. Of zet de bewaarde sleutel terug."),
        )
    secret = private.private_numbers().private_value.to_bytes(32, "big")
    return InstallationKey(private, described(ECKey(private, private)), secret)


def make_key(settings: Settings) -> bool:
    """Make the key when it is not there yet; two processes at once end with one."""
    path = key_file(settings)
    if path.exists():
        return False
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True
