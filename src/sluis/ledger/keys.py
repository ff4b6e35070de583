"""The two secrets of a ledger, as files: the key that signs checkpoints and the secret behind references to persons.

Losing the signing key ends the ledger's name; losing the person secret loses every person in it. Both are made once,
readable by their owner only, and never shown. The public key stands beside them, to hand out.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg
from sluis.ledger.note import NoteError, Signer, Verifier
from sluis.ledger.persons import PersonSecret
from sluis.settings import Settings

_SIGNING: Final = "ledger-signing.key"
_PERSONS: Final = "ledger-person.secret"
_PUBLIC: Final = "ledger-public.key"


@dataclass(frozen=True, slots=True)
class LedgerKeys:
    """What a process that serves needs: the signer of checkpoints and the secret of persons."""

    signer: Signer
    persons: PersonSecret

    @property
    def verifier(self) -> Verifier:
        """The public key, to hand out."""
        return self.signer.verifier


def signing_key_file(settings: Settings) -> Path:
    """Return where the signing key lies."""
    return settings.ledger_signing_key_file or settings.home / "keys" / _SIGNING


def person_secret_file(settings: Settings) -> Path:
    """Return where the secret of persons lies."""
    return settings.ledger_person_secret_file or settings.home / "keys" / _PERSONS


def public_key_file(settings: Settings) -> Path:
    """Return where the public key lies."""
    return settings.home / "keys" / _PUBLIC


def ledger_keys(settings: Settings) -> LedgerKeys:
    """Return the keys of this installation; demo and test make them at first use, production never does."""
    if settings.environment != "production":
        make_keys(settings)
    return LedgerKeys(_read_signer(signing_key_file(settings)), _read_secret(person_secret_file(settings)))


def make_keys(settings: Settings) -> bool:
    """Make the keys that are not there yet; return whether any was made. Two processes at once end with one pair."""
    made = _create(signing_key_file(settings), Signer.generate(settings.origin).secret_text() + "\n")
    made |= _create(person_secret_file(settings), secrets.token_hex(32) + "\n")
    public = public_key_file(settings)
    _create(public, f"{_read_signer(signing_key_file(settings)).verifier}\n", mode=0o644)
    return made


def read_verifier(path: Path) -> Verifier:
    """Return the public key in a file."""
    try:
        return Verifier.parse(path.read_text(encoding="utf-8"))
    except (NoteError, UnicodeDecodeError):
        raise SluisError(
            "ledger-key-unreadable",
            msg("Het bestand {file} bevat geen publieke sleutel van een grootboek.", file=path.name),
            remedy=msg("Vraag de beheerder de regel die „sluis ledger key” toont."),
        ) from None
    except OSError:
        raise _missing(path) from None


def _read_signer(path: Path) -> Signer:
    try:
        return Signer.parse(_secret_text(path))
    except NoteError:
        raise _unreadable(path) from None


def _read_secret(path: Path) -> PersonSecret:
    try:
        return PersonSecret(bytes.fromhex(_secret_text(path).strip()))
    except ValueError:
        raise _unreadable(path) from None


def _secret_text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        raise _missing(path) from None
    except UnicodeDecodeError:
        raise _unreadable(path) from None


def _create(path: Path, text: str, *, mode: int = 0o600) -> bool:
    """Write a file that is not there yet, whole or not at all; whoever is first wins."""
    if path.exists():
        return False
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def _missing(path: Path) -> SluisError:
    return SluisError(
        "ledger-key-missing",
        msg("Het sleutelbestand {file} is er niet of is niet leesbaar.", file=str(path)),
        remedy=msg("Maak de sleutels één keer met: sluis ledger init. Of zet de bewaarde sleutels terug."),
    )


def _unreadable(path: Path) -> SluisError:
    return SluisError(
        "ledger-key-unreadable",
        msg("Het sleutelbestand {file} is beschadigd of is geen sleutel van een grootboek.", file=str(path)),
        remedy=msg("Zet het bewaarde sleutelbestand terug."),
    )
