"""The income of a set of persons in a year, read from the table of incomes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from sluis.benefits.model import Column, column
from sluis.benefits.reading import Reading
from sluis.kernel.text import Message, msg
from sluis.rules import Money

TAX: Final = msg("de FOD Financiën")
SOCIAL: Final = msg("het OCMW of de FOD Sociale Zekerheid")

PARTS: Final[Mapping[str, tuple[tuple[str, ...], Message, Message]]] = {
    "loon_en_pensioen": (
        ("wage", "pension", "international_salary"),
        msg("het brutoloon, het pensioen en de wedde van een internationale instelling"),
        TAX,
    ),
    "zelfstandig": (("self_employed_net",), msg("het netto-inkomen als zelfstandige"), TAX),
    "vervanging": (("replacement_income",), msg("de uitkeringen bij ziekte en werkloosheid"), TAX),
    "overleving": (("survivor_pension",), msg("het overlevingspensioen"), TAX),
    "onderhoud_ontvangen": (("maintenance_received",), msg("het ontvangen onderhoudsgeld"), TAX),
    "onderhoud_betaald": (("maintenance_paid",), msg("het betaalde onderhoudsgeld"), TAX),
    "leefloon": (("leefloon",), msg("het leefloon van het jaar"), SOCIAL),
    "ivt": (("ivt",), msg("de inkomensvervangende tegemoetkoming"), SOCIAL),
    "ki": (("ki_other_use",), msg("het niet-geïndexeerde kadastraal inkomen vreemd gebruik"), TAX),
    "ki_geindexeerd": (("ki_other_use_indexed",), msg("het geïndexeerde kadastraal inkomen vreemd gebruik"), TAX),
    "ki_beroep": (
        ("ki_own_professional_use_indexed",),
        msg("het geïndexeerde kadastraal inkomen voor het eigen beroep"),
        TAX,
    ),
}
"""The parts of an income: the kinds of the table that each sums, what it is called, and whom to ask."""


def income_columns(prefix: str, *, guarded: bool = False) -> tuple[Column, ...]:
    """Declare the facts that `people_income` gives under this prefix; unknown where it gives no row.

    `guarded`: the package says with a fact of its own whether the income is known, and reads it only then.
    """
    return tuple(
        column(
            f"{prefix}_{part}",
            Money,
            what,
            ask=ask,
            otherwise=0 if guarded else None,
            tables=() if guarded else ["incomes"],
        )
        for part, (_, what, ask) in PARTS.items()
    )


def people_income(r: Reading, people: pl.LazyFrame, key: str, year: int, prefix: str) -> pl.LazyFrame:
    """Return, per key, each part of the income of its persons in the year: the key and `{prefix}_{part}` in cents.

    `people` has the key and `person`, a row per person whose income counts. A person without any row for the year is
    somebody whose income is not known: every part of that key is then null, never zero. A kind without a row for a
    person who has others in that year is zero: the assessment does not mention it.
    """
    incomes = r.kept(f"incomes of {year}", lambda: _by_person(r, year))
    found = people.select(key, "person").unique().join(incomes, on="person", how="left")
    known = pl.col("__known").is_not_null().all()
    return found.group_by(key).agg(pl.when(known).then(pl.col(part).sum()).alias(f"{prefix}_{part}") for part in PARTS)


def no_income(prefix: str) -> list[pl.Expr]:
    """Return the parts as unknown: for rows without persons."""
    return [pl.lit(None, dtype=pl.Int64).alias(f"{prefix}_{part}") for part in PARTS]


def _by_person(r: Reading, year: int) -> pl.LazyFrame:
    """Return a row per person with an income in the year; a kind that the rows do not mention adds nothing."""
    rows = r["incomes"].filter(pl.col("year") == year)
    amounts = (
        pl.when(pl.col("kind").is_in(list(kinds))).then(pl.col("amount")).otherwise(0).alias(part)
        for part, (kinds, _, _) in PARTS.items()
    )
    spread = rows.select("person", *amounts)
    return spread.group_by("person").agg(*(pl.col(part).sum() for part in PARTS), pl.lit(value=True).alias("__known"))
