"""The canonical form of a text and its fingerprints."""

from __future__ import annotations

import json
from typing import Any

import rfc8785

from sluis.agreements.model import Agreement
from sluis.agreements.policy import Policy, compile_policy, text_hash


def plain(agreement: Agreement) -> dict[str, Any]:
    """Return the text as plain values, absent ones left out: what is hashed, printed and compared."""
    dumped: dict[str, Any] = agreement.model_dump(mode="json", exclude_none=True)
    return dumped


def canonical(agreement: Agreement) -> bytes:
    """Return the RFC 8785 form of the text: the bytes that are signed."""
    return rfc8785.dumps(plain(agreement))


def from_canonical(text: bytes) -> Agreement:
    """Return the agreement that these signed bytes state."""
    return Agreement.model_validate(json.loads(text))


def hash_of(agreement: Agreement) -> str:
    """Return the hex SHA-256 that parties sign and that each ledger entry names."""
    return text_hash(canonical(agreement))


def draft_hash(agreement: Agreement) -> str:
    """Return the fingerprint that an advice names: of the text without the advices themselves."""
    return hash_of(agreement.model_copy(update={"advices": ()}))


def policy_of(agreement: Agreement) -> Policy:
    """Return what the text permits, through the same bytes that the gate reads."""
    return compile_policy(canonical(agreement))
