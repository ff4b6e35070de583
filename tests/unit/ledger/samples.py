"""Entries, persons and keys for the tests of the ledger; every INSZ is fictitious (month + 60)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sluis.kernel.insz import Insz, check_digits
from sluis.kernel.outcome import Clause
from sluis.ledger import AgreementText, Entry, Ground, PersonSecret

AT = datetime(2026, 3, 14, 9, 26, 53, 589793, tzinfo=UTC)
SECRETS = PersonSecret(bytes(range(32)))


def insz(number: int) -> Insz:
    """Return the fictitious INSZ of one of a million persons."""
    day, serial = divmod(number, 997)
    nine = int(f"{60 + day // 364:02}{61 + day // 28 % 12:02}{1 + day % 28:02}{serial:03}")
    return Insz(f"{nine:09}{check_digits(nine, from_2000=False):02}")


def release(**changes: Any) -> Entry:
    """Return a release as the gate records it."""
    given: dict[str, Any] = {
        "at": AT,
        "kind": "release",
        "party": "0207500123",
        "actor": "person:3f2b8c1e-5d0a-4a3e-9a55-0c6a1f0b7d21",
        "correlation": "0b7d2b1e-5d0a-4a3e-9a55-0c6a1f3f2b8c",
        "outcome": "permitted",
        "counterparty": "0886886638",
        "agreement": AgreementText("sociale-toeslag-antwerpen", "ab" * 32),
        "leg": "answer",
        "purpose": "automatische toekenning",
        "channel": "file",
        "items": ("kind.insz", "recht.sinds"),
        "details": {"rows": 12},
    }
    return Entry(**{**given, **changes})


def refusal(**changes: Any) -> Entry:
    """Return a refusal with its ground."""
    given: dict[str, Any] = {
        "kind": "refusal",
        "outcome": "refused",
        "grounds": (Ground("agreement-not-in-force", Clause("e-govdecreet 18 juli 2008", "8 §1")),),
    }
    return release(**{**given, **changes})
