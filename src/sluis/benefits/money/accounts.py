"""Through whom and to which account a payee is paid.

Families choose one of five payers; who made no choice is paid by Fons, provisionally (Groeipakketdecreet). Accounts
and choices are registers beside the facts: `accounts.parquet` (person, iban, from) and `payers.parquet` (person, payer,
from).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

PAYERS: Final = {
    "fons": "Fons",
    "infino": "Infino",
    "kidslife": "KidsLife Vlaanderen",
    "myfamily": "MyFamily",
    "parentia": "Parentia",
}
"""The five payers by code, with the name that stands on an order."""

WITHOUT_CHOICE: Final = "fons"

TEST_COUNTRY: Final = "XX"
"""ISO 3166 gives XX to its users: an account with it can be nobody's."""

ACCOUNT: Final = pl.Schema({"person": pl.String(), "iban": pl.String(), "from": pl.Date()})
CHOICE: Final = pl.Schema({"person": pl.String(), "payer": pl.String(), "from": pl.Date()})


def read_accounts(facts: Path) -> pl.DataFrame:
    """Return the accounts beside a directory of facts; without the file nobody has one."""
    return _read(facts / "accounts.parquet", ACCOUNT)


def read_choices(facts: Path) -> pl.DataFrame:
    """Return the choices of a payer beside a directory of facts; without the file nobody chose."""
    return _read(facts / "payers.parquet", CHOICE)


def on_day(register: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return the row of each person that holds on a day: the last that began."""
    began = register.filter(pl.col("from").is_null() | (pl.col("from") <= day))
    return began.sort("from", nulls_last=False).unique("person", keep="last").drop("from")


def is_iban(written: str) -> bool:
    """Say whether the check digits of an IBAN are right (ISO 13616, remainder 1 of 97)."""
    plain = written.replace(" ", "").upper()
    if not (15 <= len(plain) <= 34 and plain.isascii() and plain.isalnum() and plain[:2].isalpha()):
        return False
    if not plain[2:4].isdigit():
        return False
    return int("".join(str(int(each, 36)) for each in plain[4:] + plain[:4])) % 97 == 1


def sample_iban(number: int) -> str:
    """Return the test account with this number (0 to 999,999,999,999): right check digits, and no country's."""
    body = f"{number:012d}"
    digits = "".join(str(int(each, 36)) for each in f"{body}{TEST_COUNTRY}00")
    return f"{TEST_COUNTRY}{98 - int(digits) % 97:02d}{body}"


def sample_accounts(payees: pl.DataFrame) -> pl.DataFrame:
    """Return a test account for each payee (`person`), numbered in their order: the same payees, the same accounts."""
    ordered = payees.select("person").unique().sort("person").get_column("person")
    ibans = [sample_iban(number) for number in range(1, len(ordered) + 1)]
    return pl.DataFrame({"person": ordered, "iban": ibans, "from": [None] * len(ordered)}, schema=ACCOUNT)


def _read(path: Path, schema: pl.Schema) -> pl.DataFrame:
    if not path.exists():
        return pl.DataFrame(schema=schema)
    found = pl.read_parquet(path)
    lacking = [name for name in schema if name not in found.columns and name != "from"]
    if lacking:
        raise ValueError(f"{path.name}: {', '.join(lacking)}")
    begun = found if "from" in found.columns else found.with_columns(pl.lit(None, dtype=pl.Date()).alias("from"))
    return begun.select(pl.col(name).cast(kind) for name, kind in schema.items())
