"""The two registers beside the facts: through which payer a family is paid, and to which account.

Accounts are of country XX, which ISO 3166 leaves to its users: right check digits (ISO 13616), and nobody's.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from sluis.authentic.population import parquet
from sluis.authentic.population.calibration import MILLION
from sluis.authentic.population.chance import Ints, choose
from sluis.authentic.population.days import NONE
from sluis.authentic.population.drawn import Columns, Drawn
from sluis.authentic.population.incomes import FIRST_NEW_AMOUNTS
from sluis.authentic.population.placing import draw_placements, institutions

PAYERS: Final = ("fons", "infino", "kidslife", "myfamily", "parentia")
# Assumption: the shares of the payers in the families, in percent. No published shares are in hand.
SHARES: Final = (18, 27, 22, 19, 14)
_WITHOUT_CHOICE: Final = 30_000  # of a million families: Fons pays them until they choose

_XX_IN_DIGITS: Final = 333_300  # X is 33 in the sum of ISO 13616, and the check digits are 00 there


def _payees(drawn: Drawn) -> tuple[Ints, Ints]:
    """Return the parents and their families, by number."""
    people = drawn.people
    known = np.flatnonzero(people.second >= 0)
    person = np.r_[people.first, people.second[known]]
    family = np.r_[np.arange(drawn.families.count), known]
    order = np.argsort(drawn.rank[person], kind="stable")
    return person[order], family[order]


def payers(drawn: Drawn) -> Columns:
    """Return the payer that a family chose, the same for both parents, since it could or since it had children."""
    rng = drawn.chance.stream("payers")
    count = drawn.families.count
    payer = choose(rng, list(SHARES), count)
    chose = rng.integers(0, MILLION, size=count) >= _WITHOUT_CHOICE
    person, family = _payees(drawn)
    keep = chose[family]
    person, family = person[keep], family[keep]
    oldest = drawn.people.born[drawn.families.first + drawn.families.children - 1]
    return {
        "person": drawn.insz(person),
        "payer": parquet.texts(PAYERS, payer[family]),
        "from": parquet.dates(np.maximum(oldest[family], FIRST_NEW_AMOUNTS)),
    }


def check_digits(numbers: Ints) -> Ints:
    """Return the check digits (2 to 98) of the accounts XX.. with these numbers of twelve digits."""
    return 98 - (numbers * 1_000_000 + _XX_IN_DIGITS) % 97


def accounts(drawn: Drawn) -> Columns:
    """Return an account for every parent, for every placed child whose third is saved, and for every institution."""
    person, _ = _payees(drawn)
    placed = draw_placements(drawn)
    saving = np.sort(placed.child[placed.saved == 1])
    homes = institutions(drawn)
    ids = pl.concat([drawn.insz(person), drawn.insz(saving), parquet.codes("I", np.arange(homes) + 1)])
    number = np.arange(1, ids.len() + 1, dtype=np.int64)
    # Neighbours in the list have accounts far apart: a prime that no power of ten divides keeps them different.
    number = number * 7_919_191 % 1_000_000_000_000
    digits = pl.Series(check_digits(number)).cast(pl.String).str.zfill(2)
    iban = pl.Series(["XX"]).new_from_index(0, ids.len()) + digits + pl.Series(number).cast(pl.String).str.zfill(12)
    return {
        "person": ids,
        "iban": iban,
        "from": parquet.dates(np.full(ids.len(), NONE, dtype=np.int64)),
    }
