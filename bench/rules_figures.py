"""The figures of the ten rules, for every contender alike; no engine is loaded with them."""

from __future__ import annotations

MUNICIPALITIES = 285
FULL, LIMIT, CEILING = 10_250, 3_000_000, 4_500_000
BANDS = ((6, 2040), (12, 3570), (None, 6120))
OUTPUTS = (
    "age",
    "right_giving",
    "children",
    "house_income",
    "place",
    "entitled",
    "tide_allowance",
    "storm_bonus",
    "supplement",
    "total",
)


def supplement_of(municipality: int) -> int:
    """Return the supplement of a municipality in cents."""
    return 500 + 25 * (municipality - 25 * (municipality // 25))
