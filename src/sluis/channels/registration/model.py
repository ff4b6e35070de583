"""A key of a party as a value; never a private one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

Kind = Literal["ssh", "smime", "tls"]

CHANNELS: dict[Kind, str] = {"ssh": "sftp", "smime": "encrypted-mail", "tls": "hl7"}
"""The channel of an agreement that each kind of key opens."""


@dataclass(frozen=True, slots=True)
class PartyKey:
    """A public key (OpenSSH's one line) or a certificate (DER) that an access manager registered for a party."""

    id: UUID
    kind: Kind
    party: str
    actor: str
    fingerprint: str
    content: bytes = field(repr=False)
    address: str | None
    name: str
    evidence: str
    added_at: datetime
    added_by: str
    removed_at: datetime | None = None
