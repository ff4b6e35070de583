"""Fictitious INSZ for a whole population at once: month + 60, unique, with the check digits of their century.

Odd serials for male and even for female persons, 499 of each a day (001 to 998), as the register issues them. Nobody
may read a sex or an age from a number; the tests compare the check digits with `sluis.kernel.insz`.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from sluis.authentic.population.chance import Ints, rank_within
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg

MOST_PER_DAY_AND_SEX: Final = 499


def check_digits(nine: Ints, *, from_2000: Ints) -> Ints:
    """Return the check digits (1 to 97) of numbers of nine digits; `from_2000` is 1 for births from 2000 on."""
    digits: Ints = 97 - (nine + 2_000_000_000 * from_2000) % 97
    return digits


def fictitious_insz(born: Ints, female: Ints, chance: Ints) -> Ints:
    """Return an INSZ as a whole number for each person.

    Serials follow `chance` within a day and sex, so that neighbours in the list do not get neighbouring numbers.
    Raises `SluisError` when a day has more births than serials.
    """
    rank = rank_within(born * 2 + female, chance)
    if rank.size and int(rank.max()) >= MOST_PER_DAY_AND_SEX:
        raise SluisError(
            "population-too-large",
            msg("Op één dag zijn er meer geboorten dan er nummers zijn (998 per dag)."),
            remedy=msg("Vraag minder kinderen: heel Vlaanderen telt er 1.614.340."),
        )
    days = born.astype("datetime64[D]")
    month_start = days.astype("datetime64[M]")
    months = month_start.astype(np.int64)
    day_of_month = (days - month_start.astype("datetime64[D]")).astype(np.int64) + 1
    year = months // 12 + 1970
    serial = rank * 2 + 1 + female
    nine = ((year % 100 * 100 + months % 12 + 1 + 60) * 100 + day_of_month) * 1000 + serial
    numbers: Ints = nine * 100 + check_digits(nine, from_2000=(year >= 2000).astype(np.int64))
    return numbers
