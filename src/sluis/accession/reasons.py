"""Reasons that people write for a step: they stay in the history, which every party reads."""

from __future__ import annotations

from sluis.kernel.text import Message, msg
from sluis.ledger.numbers import looks_like_insz

LONGEST_REASON = 1_000


def wrong_reason(reason: str) -> Message | None:
    """Return what is wrong with a reason; None where nothing is."""
    if not reason:
        return msg("Schrijf waarom u dit doet.")
    if len(reason) > LONGEST_REASON:
        return msg("Maak de reden korter: ten hoogste {most} tekens.", most=LONGEST_REASON)
    if looks_like_insz(reason):
        return msg("In de reden staat iets dat op een rijksregisternummer lijkt. Laat dat weg.")
    return None
