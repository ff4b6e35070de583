"""What the design page shows: each component with example content in every state."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause, Reason
from sluis.kernel.text import msg
from sluis.web.kit import Tile

TOKENS = (
    "ground",
    "paper",
    "sunken",
    "ink",
    "ink-soft",
    "line",
    "line-strong",
    "water",
    "water-strong",
    "water-pale",
    "gate",
    "focus",
    "success",
    "success-pale",
    "warning",
    "warning-pale",
    "danger",
    "danger-pale",
)


def examples() -> dict[str, object]:
    """Return the context of the design page."""
    return {
        "tokens": TOKENS,
        "tile": Tile(msg("Lijsten"), msg("Antwoorden die klaarliggen om op te halen."), "/ontwerp#tegels", 3),
        "quiet_tile": Tile(msg("Overeenkomsten"), msg("Wat uw organisatie mag uitwisselen."), "/ontwerp#tegels"),
        "reasons": (
            Reason(
                "not-in-force",
                msg("De overeenkomst is nog niet in werking."),
                Clause("protocol", "art. 8 §1"),
                msg("Laat de andere partij ondertekenen."),
            ),
            Reason(
                "items-outside",
                msg("U vraagt meer gegevens dan de overeenkomst noemt."),
                Clause("AVG", "art. 5.1.c"),
                msg("Vraag alleen de gegevens uit bijlage 1."),
            ),
        ),
        "mistake": SluisError(
            "not-encrypted",
            msg("Het bestand is niet versleuteld."),
            remedy=msg("Sla het op met het afgesproken wachtwoord en stuur het opnieuw."),
        ),
        "hash": "9f2c1d7ab04e5c6688a1f03b2d9e7741c5b0aa3e6f1d8c2294be7705d3a1f68c",
        "day": date(2026, 10, 2),
        "moment": datetime(2026, 10, 2, 12, 30, tzinfo=UTC),
    }
