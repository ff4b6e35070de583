"""Who belongs together: everyone whose facts can touch the rights of the same children.

A changed fact of one person can change what children elsewhere get: in another household of a parent, in a group of
before 2019. So a recomputation takes whole connected families: persons linked by a household, a union, parentage, a
beneficiary, a group, a placement or a tax dependant. More than needed is harmless; less would leave a right wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from sluis.benefits.tables import FactTables

PERSONS: Final[Mapping[str, tuple[str, ...]]] = {
    "persons": ("id",),
    "residences": ("person",),
    "stay_rights": ("person",),
    "households": ("person",),
    "unions": ("a", "b"),
    "parentage": ("child", "parent"),
    "births": ("child",),
    "beneficiaries": ("child", "person"),
    "custody": ("child",),
    "old_rights": ("child",),
    "incomes": ("person",),
    "replacement_incomes": ("person",),
    "alarm_bells": ("beneficiary",),
    "illness": ("person",),
    "disabilities": ("person",),
    "care_scores": ("child",),
    "placements": ("child", "carer"),
    "education": ("pupil",),
    "childcare_days": ("child",),
    "work": ("person",),
    "fiscal_dependants": ("dependant", "provider"),
    "requests": ("child", "person", "by"),
    "adoptions": ("child", "adopter"),
    "entitlements": ("person",),
    "stays": ("person",),
    "care_links": ("carer", "cared_for"),
    "dependency_scores": ("person",),
    "debts": ("person",),
    "decisions": ("person",),
}
"""The columns of each table that name a person. `organisations` names none: a change there touches who is placed."""

SHARED: Final[Mapping[str, tuple[str, str]]] = {
    # table: (person, what persons share)
    "households": ("person", "household"),
    "custody": ("child", "household"),
    "old_rights": ("child", "group"),
}

_NODE: Final = pl.Schema({"node": pl.String(), "earliest": pl.Int32()})


def connected(tables: FactTables, touched: pl.DataFrame) -> pl.DataFrame:
    """Return everyone in the families of touched persons: `person`, `earliest` (the earliest month for the family).

    `touched` has `person` and `earliest`, the month (year x 12 + month - 1) from which a fact of theirs differs.
    """
    if touched.is_empty():
        return touched.select("person", "earliest")
    links = _links(tables)
    reached = touched.select(("p:" + pl.col("person")).alias("node"), pl.col("earliest").cast(pl.Int32()))
    reached = reached.group_by("node").agg(pl.col("earliest").min())
    frontier = reached
    while not frontier.is_empty():
        near = links.join(frontier.lazy(), left_on="a", right_on="node").select(
            pl.col("b").alias("node"), pl.col("earliest")
        )
        better = near.group_by("node").agg(pl.col("earliest").min()).collect(engine="streaming")
        merged = better.join(reached, on="node", how="left", suffix="_known")
        frontier = merged.filter(
            pl.col("earliest_known").is_null() | (pl.col("earliest") < pl.col("earliest_known"))
        ).select(_NODE.names())
        reached = pl.concat([reached, frontier]).group_by("node").agg(pl.col("earliest").min())
    people = reached.filter(pl.col("node").str.starts_with("p:"))
    return people.select(pl.col("node").str.slice(2).alias("person"), "earliest").sort("person")


def restricted(tables: FactTables, people: pl.DataFrame) -> FactTables:
    """Return the tables with the rows that name one of these persons; whole families must be given."""
    wanted = people.lazy().select("person").unique()
    frames: dict[str, pl.LazyFrame] = {}
    for name in tables.frames:
        frame = tables[name]
        columns = [column for column in PERSONS.get(name, ()) if column in frame.collect_schema()]
        if not columns:
            frames[name] = frame
            continue
        kept = frame.with_row_index("__row") if len(columns) > 1 else frame
        if len(columns) == 1:
            frames[name] = kept.join(wanted, left_on=columns[0], right_on="person", how="semi")
            continue
        rows = pl.concat([kept.join(wanted, left_on=each, right_on="person", how="semi") for each in columns])
        frames[name] = rows.unique("__row").sort("__row").drop("__row")
    return FactTables(frames, tables.present)


def _links(tables: FactTables) -> pl.LazyFrame:
    """Return every link in both directions, as `a` and `b`: persons with persons, and with what they share."""
    found: list[pl.LazyFrame] = []
    for name, columns in PERSONS.items():
        if name in tables.frames and len(columns) > 1:
            frame = tables[name]
            first = columns[0]
            found += [_pairs(frame, "p:", first, "p:", other) for other in columns[1:]]
    for name, (person, shared) in SHARED.items():
        if name in tables.frames:
            found.append(_pairs(tables[name], "p:", person, f"{shared[0]}:", shared))
    found += [pl.LazyFrame(schema={"a": pl.String(), "b": pl.String()})]
    one_way = pl.concat(found).drop_nulls().unique()
    # Kept in memory: each round of the search reads it.
    both = pl.concat([one_way, one_way.select(pl.col("b").alias("a"), pl.col("a").alias("b"))])
    return both.collect(engine="streaming").lazy()


def _pairs(frame: pl.LazyFrame, a_kind: str, a: str, b_kind: str, b: str) -> pl.LazyFrame:
    return frame.select((a_kind + pl.col(a)).alias("a"), (b_kind + pl.col(b)).alias("b"))
