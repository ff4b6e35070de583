"""Families written in a line, for tests of the sociale toeslag: many in one set of tables, decided at once."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import polars as pl

from sluis.benefits.deciding import Engine
from sluis.benefits.law import Decided, decide
from sluis.benefits.tables import FactTables, tables_of_rows
from sluis.kernel.month import Month

LONG_AGO = date(2010, 1, 1)


class Families:
    """Rows of fact tables, gathered family by family."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, object]]] = defaultdict(list)

    def row(self, table: str, **columns: object) -> None:
        """Add a row; `from_` stands for `from`."""
        self.rows[table].append({name.rstrip("_"): value for name, value in columns.items()})

    def adult(self, person: str, household: str, *, since: date = LONG_AGO) -> None:
        self.row("persons", id=person, born=date(1985, 5, 5))
        self.row("residences", person=person, region="VL", from_=LONG_AGO)
        self.row("households", person=person, household=household, from_=since)

    def couple(self, one: str, other: str, *, since: date = LONG_AGO) -> None:
        self.row("unions", a=one, b=other, kind="cohabiting", from_=since)

    def child(self, child: str, household: str, *payees: str, born: date = date(2020, 2, 2), rank: str = "") -> None:
        """Add a child raised by these; with a rank of 2018 it has transition amounts and the first is its payee."""
        start = max(born, LONG_AGO)
        self.row("persons", id=child, born=born)
        self.row("residences", person=child, region="VL", from_=start)
        self.row("households", person=child, household=household, from_=start)
        role = "bijslagtrekkende" if rank else "begunstigde"
        for payee in payees:
            self.row("parentage", child=child, parent=payee, kind="birth", from_=born)
        for payee in payees[:1] if rank else payees:
            self.row("beneficiaries", child=child, person=payee, role=role, from_=born)
        if rank:
            day = date(2018, 12, 31)
            self.row("old_rights", child=child, group=household, rank=rank, orphan=False, ref_date=day)

    def income(self, person: str, year: int, cents: int, kind: str = "wage") -> None:
        amount = f"{cents // 100}.{cents % 100:02d}"
        self.row("incomes", person=person, year=year, kind=kind, amount=amount)

    def tables(self) -> FactTables:
        return tables_of_rows(self.rows)

    def decided(self, month: str, engine: Engine = "polars") -> Decided:
        return decide(self.tables(), Month.parse(month), engine=engine, benefits=["sociale_toeslag"])

    def amounts(self, month: str, engine: Engine = "polars") -> dict[str, int | None]:
        """Return the cents of each child in all, None where undecided."""
        return per_child(self.decided(month, engine))


def per_child(decided: Decided, output: str = "sociale_toeslag") -> dict[str, int | None]:
    """Return the sum over the sides of each child, None where one of them is open."""
    values = decided.values(output)
    summed = values.group_by("child").agg(
        pl.when(pl.col("value").null_count() == 0).then(pl.col("value").sum()).alias("value")
    )
    return dict(zip(summed["child"], summed["value"], strict=True))
