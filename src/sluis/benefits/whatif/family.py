"""The facts of a family as rows that can be changed, who is at home, and a family that nobody is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

import polars as pl

from sluis.benefits.reading import FIRST_NEW_AMOUNTS
from sluis.benefits.schema import TABLES
from sluis.benefits.tables import FactTables

Row = dict[str, Any]

OF_AGE: Final = 18
MOST_MEMBERS: Final = 20
_FIRST_INCOME_YEAR: Final = 2017  # the first award year (2019) looks at it
_GROWN: Final = date(1988, 1, 15)
_DAY: Final = timedelta(days=1)
_OLD_RANKS: Final = ("rank1", "rank2", "rank3")


@dataclass(frozen=True)
class Facts:
    """Fact rows by table, typed as `schema.TABLES` has them; `present` as in `FactTables`. Never changed in place."""

    rows: Mapping[str, tuple[Row, ...]] = field(repr=False)
    present: frozenset[str]

    def __getitem__(self, table: str) -> tuple[Row, ...]:
        """Return the rows of a table."""
        return self.rows.get(table, ())

    def holding(self, table: str, day: date) -> list[Row]:
        """Return the rows of a table with `from` and `to` that hold on a day."""
        return [row for row in self[table] if row["from"] <= day and (row["to"] is None or row["to"] >= day)]

    def with_rows(self, table: str, rows: Sequence[Row]) -> Facts:
        """Return the facts with other rows in one table; columns that a row lacks are null."""
        columns = TABLES[table].columns
        filled = tuple({column: row.get(column) for column in columns} for row in rows)
        return Facts({**self.rows, table: filled}, self.present | {table})

    def plus(self, table: str, *rows: Row) -> Facts:
        """Return the facts with rows added to a table."""
        return self.with_rows(table, (*self[table], *rows))

    def ended(self, table: str, column: str, people: frozenset[str], last: date) -> Facts:
        """Return the facts with every spell of these people in a table over after `last`."""
        kept = []
        for row in self[table]:
            if row[column] in people:
                if row["from"] > last:
                    continue
                kept.append({**row, "to": last if row["to"] is None else min(row["to"], last)})
            else:
                kept.append(row)
        return self.with_rows(table, kept)

    def tables(self) -> FactTables:
        """Return the facts as the rules read them."""
        frames = {
            table: pl.DataFrame(list(rows), schema=dict(TABLES[table].columns), orient="row").lazy()
            for table, rows in self.rows.items()
        }
        return FactTables(frames, self.present)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody at home; `place` counts from 1 in the form, so that no number of a person stands in it."""

    place: int
    person: str = field(repr=False)
    born: date = field(repr=False)
    is_child: bool


def facts_of(tables: FactTables) -> Facts:
    """Return the facts of a family as rows. The tables are those of one family: everything is read."""
    names = sorted(tables.frames)
    frames = pl.collect_all([tables[name] for name in names])
    return Facts({name: tuple(frame.to_dicts()) for name, frame in zip(names, frames, strict=True)}, tables.present)


def members_of(facts: Facts, person: str, day: date) -> tuple[Member, ...]:
    """Return who lives in the household of a person on a day: grown-ups first, then children, the oldest first."""
    own = {row["household"] for row in facts.holding("households", day) if row["person"] == person}
    at_home = {row["person"] for row in facts.holding("households", day) if row["household"] in own} | {person}
    born = {row["id"]: row["born"] for row in facts["persons"] if row["died"] is None or row["died"] >= day}
    people = sorted((one for one in at_home if one in born), key=lambda one: (born[one], one))
    children = {row["child"] for row in facts["parentage"] if row["parent"] in at_home}
    found = sorted(people, key=lambda one: one in children)[:MOST_MEMBERS]
    return tuple(Member(place, one, born[one], one in children) for place, one in enumerate(found, start=1))


def is_of_age(member: Member, day: date) -> bool:
    """Say whether somebody is 18 or older on a day."""
    return day.year - member.born.year - ((day.month, day.day) < (member.born.month, member.born.day)) >= OF_AGE


def income_rows(person: str, kind: str, cents: int, until: int) -> list[Row]:
    """Return the same income of a person for every year that a rule can ask, up to and including `until`."""
    years = range(_FIRST_INCOME_YEAR, until + 1)
    return [{"person": person, "year": year, "kind": kind, "amount": cents} for year in years]


def made_family(incomes: Sequence[int], births: Sequence[date], *, until: int) -> Facts:
    """Return a family that nobody is: one or two grown-ups with their yearly wages in cents, and their children.

    Belgian, at one address in Flanders since 2010, beneficiaries of all children. Children from before 2019 have old
    amounts, and one payee. Nobody goes to school or childcare: what is not told is not the matter.
    """
    adults = [f"volwassene-{number}" for number, _ in enumerate(incomes, start=1)]
    children = [f"kind-{number}" for number, _ in enumerate(births, start=1)]
    since = min((_GROWN.replace(year=2010), *births))
    starts = {**dict.fromkeys(adults, since), **dict(zip(children, births, strict=True))}
    facts = Facts({}, frozenset(TABLES))
    facts = facts.with_rows(
        "persons",
        [
            *({"id": one, "born": _GROWN.replace(year=_GROWN.year - place)} for place, one in enumerate(adults)),
            *({"id": one, "born": starts[one]} for one in children),
        ],
    )
    facts = facts.with_rows(
        "residences", [{"person": one, "region": "VL", "register": "population", "from": starts[one]} for one in starts]
    )
    facts = facts.with_rows(
        "households", [{"person": one, "household": "huis", "from": start} for one, start in starts.items()]
    )
    if len(adults) > 1:
        facts = facts.with_rows("unions", [{"a": adults[0], "b": adults[1], "kind": "married", "from": since}])
    both = [(child, adult) for child in children for adult in adults]
    facts = facts.with_rows(
        "parentage",
        [{"child": child, "parent": adult, "kind": "birth", "from": starts[child]} for child, adult in both],
    )
    old = [child for child in sorted(children, key=lambda one: starts[one]) if starts[child] < FIRST_NEW_AMOUNTS]
    rights = [{"child": child, "person": adult, "role": "begunstigde"} for child, adult in both if child not in old]
    rights += [{"child": child, "person": adults[0], "role": "bijslagtrekkende"} for child in old]
    facts = facts.with_rows("beneficiaries", [{**right, "from": starts[right["child"]]} for right in rights])
    facts = facts.with_rows(
        "old_rights",
        [
            {"child": child, "group": "groep", "rank": rank, "orphan": False, "ref_date": FIRST_NEW_AMOUNTS - _DAY}
            for child, rank in zip(old, (*_OLD_RANKS, *[_OLD_RANKS[-1]] * len(old)), strict=False)
        ],
    )
    return facts.with_rows(
        "incomes",
        [row for adult, cents in zip(adults, incomes, strict=True) for row in income_rows(adult, "wage", cents, until)],
    )


def day_before(day: date) -> date:
    """Return the day before."""
    return day - _DAY
