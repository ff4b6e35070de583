"""What is known of signatures on paper: who may sign, what is trusted, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sluis.kernel.outcome import Reason


@dataclass(frozen=True, slots=True)
class RegisteredSignatory:
    """Somebody who may sign for a body, known by one certificate.

    Of the certificate only its SHA-256 is kept, in 64 hexadecimal characters: that of an eID card states the national
    number of its holder.
    """

    party: str
    name: str
    function: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class TrustList:
    """What signatures are judged by, as it stood at one moment: all certificates and lists in DER."""

    roots: tuple[bytes, ...] = ()
    intermediates: tuple[bytes, ...] = ()
    revocations: tuple[bytes, ...] = ()
    signatories: tuple[RegisteredSignatory, ...] = ()


@dataclass(frozen=True, slots=True)
class SignatureFinding:
    """One signature: who, in which function, when, and whether it counts.

    `parties` are the registered bodies for which it counts. `claimed_at` is what the signer's own clock said;
    `proven_at` is the moment by which it is judged: that of a trusted time stamp, else that of receipt.
    """

    field: str
    signer: str
    function: str | None
    parties: tuple[str, ...]
    fingerprint: str
    claimed_at: datetime | None
    proven_at: datetime
    is_time_stamped: bool
    is_intact: bool
    covers_document: bool
    is_trusted: bool
    was_valid: bool
    was_not_revoked: bool
    reasons: tuple[Reason, ...]

    @property
    def is_valid(self) -> bool:
        """Return whether nothing is amiss with it."""
        return not self.reasons


@dataclass(frozen=True, slots=True)
class Validation:
    """What was found in a signed PDF: each signature, and what is amiss with the whole."""

    sha256: str
    text_hash: str | None
    pages: int
    signatures: tuple[SignatureFinding, ...]
    document_reasons: tuple[Reason, ...]

    @property
    def is_valid(self) -> bool:
        """Return whether the document and every signature on it are in order, and there is at least one."""
        return not self.reasons

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Return everything that is amiss, the document first."""
        return (*self.document_reasons, *(reason for found in self.signatures for reason in found.reasons))
