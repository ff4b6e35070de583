"""What the births slice is built from, made at the edge and passed down; and who hands something in."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final, Protocol

from sluis.database import Database
from sluis.gate.actions import Gate
from sluis.kernel.insz import Insz

LEG: Final = "geboorte"
"""The leg of the template `geboorten-materniteit` along which a hospital delivers."""

RECEIVER: Final = "opgroeien-regie"
"""The party that receives births: its people see the files, and only they."""


class Vault(Protocol):
    """Seals what is kept of a person, and opens it again; the installation's own key."""

    def seal(self, content: bytes) -> bytes:
        """Return the content encrypted."""
        ...

    def open(self, ciphertext: bytes) -> bytes:
        """Return the content; what was changed is an error."""
        ...


@dataclass(frozen=True, slots=True)
class Births:
    """The slice with its parts. `fictitious` admits official test numbers (month + 60)."""

    database: Database
    gate: Gate
    vault: Vault = field(repr=False)
    fictitious: bool

    def mark(self, what: bytes, content: bytes) -> bytes:
        """Return a name for something secret that nobody without the installation's secret can guess back."""
        return hmac.new(self.gate.secret.secret, b"births " + what + b"\x00" + content, sha256).digest()

    def mother_tag(self, insz: Insz) -> bytes:
        """Return the tag under which the newborns of one mother are found."""
        return self.mark(b"mother", insz.encode())


@dataclass(frozen=True, slots=True)
class Delivery:
    """Who delivers, along which way, when. `agreement` and `purpose` where the token names them."""

    party: str
    actor: str
    channel: str
    at: datetime
    correlation: str = ""
    agreement: str | None = None
    purpose: str | None = None
    evidence: Mapping[str, str] = field(default_factory=dict)
