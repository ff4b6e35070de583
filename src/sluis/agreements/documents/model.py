"""What is known of a document, and the limits on one of a stranger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

MEBIBYTE: Final = 1024 * 1024
MOST_BYTES: Final = 20 * MEBIBYTE
MOST_PAGES: Final = 2_000
ATTACHMENT: Final = "overeenkomst.json"
"""The name under which the canonical text travels inside the paper."""

Kind = Literal["attachment", "signed"]


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What a checked PDF is: its SHA-256 in 64 hexadecimal characters, its bytes and pages."""

    sha256: str
    size_bytes: int
    pages: int


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document that belongs to an agreement.

    `signed` ones are the agreement's own paper with signatures on it; a certificate in it may state the national number
    of who signed, so those are for the parties, never for a public page.
    """

    agreement: str
    sha256: str
    kind: Kind
    party: str
    code: str
    text_hash: str
    pages: int
    size_bytes: int
    added_at: datetime

    @property
    def file_name(self) -> str:
        """Return a name for a download: it names the agreement and the document, never a person."""
        return f"{self.agreement}-{self.code}-{self.sha256[:12]}.pdf"
