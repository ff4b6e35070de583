"""Families of Waterland."""

from __future__ import annotations

from datetime import date

from sluis.rules.nodes import Scalar


def child(name: str, **facts: Scalar) -> dict[str, Scalar]:
    """A child of Waterland: ten years old, below the sea, in the north, without income or boats unless told."""
    usual: dict[str, Scalar] = {
        "child": name,
        "house": "dyke-1",
        "polder": "north",
        "born": date(2013, 1, 15),
        "below_sea": True,
        "income": 0,
        "boats": 0,
    }
    return usual | facts
