"""Whose family changed in a month: only for them it matters what the family was before it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import polars as pl

from sluis.benefits.reading import Reading, holding

_WHO: Final = {
    "households": ("person",),
    "unions": ("a", "b"),
    "parentage": ("child", "parent"),
    "beneficiaries": ("child", "person"),
    "custody": ("child",),
    "placements": ("child", "carer"),
}
"""The tables that make up a family, and the columns with the persons that a change in them concerns."""


def changed_children(r: Reading, day: date) -> pl.LazyFrame:
    """Return the children whose family can have changed since the day before the month, in a column `child`.

    Every child that lives in, or has a payee in, a household of somebody to whom something happened: their income core
    and the size of their family are worked out again as they were.
    """
    return r.kept("children of changed families", lambda: _changed_children(r, day))


def _changed_children(r: Reading, day: date) -> pl.LazyFrame:
    households = r.kept("changed households", lambda: changed_households(r, day))
    there = holding(r["households"], day, r.last).join(households, on="household", how="semi").select("person")
    people = r.step(pl.concat([there, _people(r)]).unique())
    raised = r.at("beneficiaries", day).join(people, on="person", how="semi").select("child")
    return pl.concat([raised, people.rename({"person": "child"})]).unique()


def changed_households(r: Reading, day: date) -> pl.LazyFrame:
    """Return the households in which somebody with a change lived on a day from `day` to the end of the month.

    The other household of a payee of such a child is among them: a child is raised in both.
    """
    homes = holding(r["households"], day, r.last).select("person", "household")
    people = _people(r)
    near = r.at("beneficiaries", day)
    raised_by = near.join(people, on="person", how="semi").select("child")
    children = pl.concat([raised_by, people.rename({"person": "child"})])
    parents = near.join(children.unique(), on="child", how="semi").select("person")
    first = homes.join(pl.concat([people, parents]).unique(), on="person", how="semi").select("household").unique()
    there = homes.join(first, on="household", how="semi").select("person").unique()
    raised = near.join(there, on="person", how="semi").select("child").unique()
    others = near.join(raised, on="child", how="semi").select("person").unique()
    return pl.concat([first, homes.join(others, on="person", how="semi").select("household")]).unique()


def _people(r: Reading) -> pl.LazyFrame:
    return r.kept("people with a change", lambda: _changed(r))


def _changed(r: Reading) -> pl.LazyFrame:
    """Return the persons of every spell that begins in the month, or ended so that it no longer held at its end."""
    first, last = r.first, r.last
    found = []
    for table, columns in _WHO.items():
        begun = (pl.col("from") >= first) & (pl.col("from") <= last)
        ended = (pl.col("to") >= first - timedelta(days=1)) & (pl.col("to") < last)
        rows = r[table].filter(begun | ended.fill_null(value=False))
        found += [rows.select(pl.col(column).alias("person")) for column in columns]
    died = r["persons"].filter((pl.col("died") >= first) & (pl.col("died") <= last))
    return pl.concat([*found, died.select(pl.col("id").alias("person"))]).drop_nulls().unique()
