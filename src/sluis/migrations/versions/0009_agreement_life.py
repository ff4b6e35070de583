"""The whole life of an agreement: advice, offers, suspension, notice, amendment, changes of law."""

from __future__ import annotations

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Nothing yet."""
