"""Signed notes and checkpoints as C2SP describes them (c2sp.org/signed-note, c2sp.org/tlog-checkpoint), with Ed25519.

A checkpoint is three lines, the origin, the size and the root, signed by the ledger and, where parties co-sign it, by
them. Keys are written as Go's sumdb tools write them: `name+hash+key` and `PRIVATE+KEY+name+hash+key`. What is parsed
here has one spelling only: a base64 or a number that could be written otherwise is refused.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sluis.ledger.tree import HASH_BYTES, Hash

_ED25519: Final = b"\x01"
_DASH: Final = "\u2014 "
_PRIVATE: Final = "PRIVATE+KEY+"
_MOST_SIGNATURES: Final = 64
_LONGEST_NOTE: Final = 1 << 20


class NoteError(ValueError):
    """The text is not a signed note, or not one that the key signed. The message says which, in English."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key with its name: checks signatures."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, text: str) -> Verifier:
        """Read `name+hash+key`; `NoteError` when it is none."""
        name, _, rest = text.strip().partition("+")
        digest, _, encoded = rest.partition("+")
        raw = _decoded(encoded)
        if len(raw) != 1 + HASH_BYTES or raw[:1] != _ED25519:
            raise NoteError("the key is not an Ed25519 key of a signed note")
        verifier = cls(name, raw[1:])
        if not _is_name(name) or verifier.key_hash.hex() != digest:
            raise NoteError("the key does not belong to its name")
        return verifier

    @property
    def key_hash(self) -> bytes:
        """The four bytes by which a signature names its key."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_hash.hex()}+{_encoded(_ED25519 + self.public)}"

    def verify(self, text: str, signature: bytes) -> bool:
        """Say whether the key made this signature over the text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key with its name: makes signatures. Never shown, not even by mistake."""

    name: str
    key: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def generate(cls, name: str) -> Signer:
        """Make a new key."""
        if not _is_name(name):
            raise NoteError("the name of a key has no blanks and no plus sign")
        return cls(name, Ed25519PrivateKey.generate())

    @classmethod
    def parse(cls, text: str) -> Signer:
        """Read `PRIVATE+KEY+name+hash+key`; `NoteError` when it is none."""
        stripped = text.strip()
        name, _, rest = stripped.removeprefix(_PRIVATE).partition("+")
        digest, _, encoded = rest.partition("+")
        raw = _decoded(encoded)
        if not stripped.startswith(_PRIVATE) or len(raw) != 1 + HASH_BYTES or raw[:1] != _ED25519:
            raise NoteError("the private key is not an Ed25519 key of a signed note")
        signer = cls(name, Ed25519PrivateKey.from_private_bytes(raw[1:]))
        if not _is_name(name) or signer.verifier.key_hash.hex() != digest:
            raise NoteError("the private key does not belong to its name")
        return signer

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, self.key.public_key().public_bytes_raw())

    def secret_text(self) -> str:
        """Write the private key as `parse` reads it, for its file and nowhere else."""
        seed = self.key.private_bytes_raw()
        return f"{_PRIVATE}{self.name}+{self.verifier.key_hash.hex()}+{_encoded(_ED25519 + seed)}"

    def signature_line(self, text: str) -> str:
        """Return the line that signs a text."""
        return f"{_DASH}{self.name} {_encoded(self.verifier.key_hash + self.key.sign(text.encode()))}\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of the tree at one size."""

    origin: str
    size: int
    root: Hash

    def text(self) -> str:
        """Return the text that is signed."""
        return f"{self.origin}\n{self.size}\n{_encoded(self.root)}\n"


def sign(text: str, signers: Sequence[Signer]) -> str:
    """Return the note of a text with the signatures of all signers."""
    if not text.endswith("\n") or any(ord(sign) < 0x20 and sign != "\n" for sign in text):
        raise NoteError("the text of a note ends in a newline and has no control characters")
    return text + "\n" + "".join(signer.signature_line(text) for signer in signers)


def cosign(note: str, signer: Signer) -> str:
    """Add a party's signature to a note, after that party has checked it."""
    return note + signer.signature_line(split(note)[0])


def split(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Return the text of a note and its signatures: name, key hash, signature."""
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n") or len(note) > _LONGEST_NOTE:
        raise NoteError("this is not a signed note: a text, a blank line and signatures")
    text += "\n"
    if any(ord(sign) < 0x20 and sign != "\n" for sign in note):
        raise NoteError("the note has control characters")
    signatures = [_signature(line) for line in lines[:-1].split("\n")]
    if len(signatures) > _MOST_SIGNATURES:
        raise NoteError("the note has too many signatures")
    return text, signatures


def open_note(note: str, verifiers: Iterable[Verifier], *, strict: bool = False) -> str:
    """Return the text of a note that every given key has signed.

    Signatures of other keys are ignored, as the specification asks; with `strict` they are refused, so that no byte of
    the note is left unchecked.
    """
    text, signatures = split(note)
    wanted = {(verifier.name, verifier.key_hash): verifier for verifier in verifiers}
    if not wanted:
        raise NoteError("no key was given to check the note with")
    found = set()
    for name, key_hash, signature in signatures:
        verifier = wanted.get((name, key_hash))
        if verifier is None:
            if strict:
                raise NoteError("the note has a signature of a key that was not given")
            continue
        if (name, key_hash) in found or not verifier.verify(text, signature):
            raise NoteError("a signature of the note is wrong")
        found.add((name, key_hash))
    if found != wanted.keys():
        raise NoteError("the note is not signed by the key")
    return text


def read_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint that the text of a note holds, written as we write it."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[0] or not (lines[1].isascii() and lines[1].isdigit()):
        raise NoteError("the note is not a checkpoint of three lines")
    checkpoint = Checkpoint(lines[0], int(lines[1]) if len(lines[1]) < 19 else -1, _decoded(lines[2]))
    if len(checkpoint.root) != HASH_BYTES or checkpoint.text() != text:
        raise NoteError("the checkpoint is not written in its one form")
    return checkpoint


def open_checkpoint(
    note: str, verifier: Verifier, *, cosigners: Sequence[Verifier] = (), strict: bool = False
) -> Checkpoint:
    """Return the checkpoint of a note that the ledger and the co-signers have signed; its origin names the ledger."""
    checkpoint = read_checkpoint(open_note(note, (verifier, *cosigners), strict=strict))
    if checkpoint.origin != verifier.name:
        raise NoteError("the checkpoint is of another ledger")
    return checkpoint


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    raw = _decoded(encoded)
    if not line.startswith(_DASH) or not _is_name(name) or len(raw) < 5:
        raise NoteError("a line below the note is not a signature")
    return name, raw[:4], raw[4:]


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(sign.isspace() or ord(sign) < 0x20 for sign in name)


def _encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _decoded(text: str) -> bytes:
    """Decode base64 that has the one spelling of its bytes: the unused bits at the end are zero."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise NoteError("this is not base64") from None
    if _encoded(raw) != text:
        raise NoteError("this base64 has another spelling")
    return raw
