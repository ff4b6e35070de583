"""How far the law reaches: the last month for which its amounts are known."""

from __future__ import annotations

from typing import Final

from sluis.benefits.law import law
from sluis.kernel.month import Month

_BASE: Final = "bedrag_basis"


def last_known(month: Month) -> Month:
    """Return the last month up to this one for which the law's base amount is known; the month itself where all are.

    A month without a known amount would leave everything open and explain nothing.
    """
    values = next(iter(law().rules.values())).parameters[_BASE].values
    unknown = next((each.since for each in reversed(values) if each.value is None), None)
    return month if unknown is None else min(month, unknown - 1)
