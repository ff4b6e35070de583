"""Files and keys at rest: encrypted with age to this installation's own recipient, opened only to be used."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pyrage
from pyrage import x25519

from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg


@dataclass(frozen=True, slots=True)
class Vault:
    """Seals and opens what the lists slice keeps. Made at the edge from the installation's key file."""

    identity: x25519.Identity = field(repr=False)

    def seal(self, content: bytes) -> bytes:
        """Return the age ciphertext of the content."""
        return bytes(pyrage.encrypt(content, [self.identity.to_public()]))

    def open(self, ciphertext: bytes) -> bytes:
        """Return the content; a ciphertext that was changed or sealed elsewhere is an error."""
        try:
            return bytes(pyrage.decrypt(ciphertext, [self.identity]))
        except pyrage.DecryptError as error:
            raise SluisError(
                "vault-unreadable",
                msg("Een bewaard bestand kan niet meer geopend worden."),
                remedy=msg("Controleer of de sleutel van deze installatie nog de juiste is (SLUIS_FILES_KEY_FILE)."),
            ) from error


def open_vault(path: Path) -> Vault:
    """Return the vault of the key in this file; the first use of an installation makes one (mode 0600)."""
    if not path.exists():
        _make(path)
    try:
        return Vault(x25519.Identity.from_str(path.read_text(encoding="ascii").strip()))
    except (OSError, UnicodeDecodeError, pyrage.IdentityError):
        raise SluisError(
            "vault-key-unreadable",
            msg("De sleutel van deze installatie voor bestanden kan niet gelezen worden."),
            remedy=msg("Zet het bewaarde sleutelbestand terug (SLUIS_FILES_KEY_FILE), leesbaar voor Sluis."),
        ) from None


def _make(path: Path) -> None:
    """Write a fresh key, whole or not at all; of two processes at once the first one's key is everyone's."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{x25519.Identity.generate()}\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
