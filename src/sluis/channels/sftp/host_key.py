"""The key by which clients know this server: made once, kept in the home, the same for every process."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

import asyncssh

from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg


def host_key(path: Path) -> asyncssh.SSHKey:
    """Return the host key in this file; the first use makes one (Ed25519, mode 0600), and a damaged one is told."""
    if not path.exists():
        _make(path)
    try:
        return asyncssh.read_private_key(path)
    except (OSError, asyncssh.KeyImportError):
        raise SluisError(
            "host-key-unreadable",
            msg("De sleutel van de SFTP-server kan niet gelezen worden."),
            remedy=msg("Zet het bewaarde sleutelbestand terug (SLUIS_SFTP_HOST_KEY_FILE), leesbaar voor Sluis."),
        ) from None


def _make(path: Path) -> None:
    """Write a fresh key, whole or not at all; of two processes at once the first one's key is everyone's."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(asyncssh.generate_private_key("ssh-ed25519", comment="sluis").export_private_key())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
