"""Fact tables as the Polars engine takes them: the right types, promises kept, what is absent unknown."""

from __future__ import annotations

import polars as pl

from sluis.kernel.text import msg
from sluis.rules.book import InForce
from sluis.rules.polars_expressions import dtype_of
from sluis.rules.rows import fact_refused
from sluis.rules.rule import Fact
from sluis.rules.units import Kind


def taken(law: InForce, facts: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame:
    """Return the facts that the law reads, typed and checked; a SluisError names the fact and the mend."""
    read = [law.book.facts[name] for name in sorted({*law.facts_read(), law.book.key})]
    table = facts.lazy()
    schema = table.collect_schema()
    present = [fact for fact in read if schema.get(fact.name, pl.Null()) != pl.Null()]
    if law.book.key not in {fact.name for fact in present}:
        raise fact_refused(law.book.facts[law.book.key], msg("ontbreekt op een rij"))
    frame = table.select(_column(fact, schema[fact.name]) for fact in present).collect()
    absent = (
        pl.repeat(None, frame.height, dtype=dtype_of(fact.unit), eager=True).alias(fact.name)
        for fact in read
        if fact not in present
    )
    frame = frame.with_columns(*absent)
    _check(law, frame)
    return frame


def never_unknown(frame: pl.DataFrame) -> frozenset[str]:
    """Return the facts that are known on every row of the table."""
    return frozenset(name for name in frame.columns if frame[name].null_count() == 0)


def _column(fact: Fact, found: pl.DataType) -> pl.Expr:
    wanted = dtype_of(fact.unit)
    if not _fits(fact.unit.kind, found):
        raise fact_refused(fact, msg("heeft een kolom van een andere soort"))
    return pl.col(fact.name) if found == wanted else pl.col(fact.name).cast(wanted)


def _fits(kind: Kind, found: pl.DataType) -> bool:
    match kind:
        case Kind.TRUTH:
            return found == pl.Boolean()
        case Kind.DAY:
            return found == pl.Date()
        case Kind.TEXT:
            return found == pl.String() or isinstance(found, pl.Categorical | pl.Enum)
        case _:
            return found.is_integer()


def _check(law: InForce, frame: pl.DataFrame) -> None:
    read = [law.book.facts[name] for name in frame.columns]
    for fact in read:
        if frame[fact.name].null_count() and (fact.always or fact.name == law.book.key):
            raise fact_refused(fact, msg("ontbreekt op een rij"))
    bounded = [
        fact for fact in read if fact.most and frame[fact.name].dtype == pl.Int64 and fact.unit.kind is not Kind.MONTH
    ]
    sizes = frame.select(
        ((pl.col(fact.name).max() > fact.most) | (pl.col(fact.name).min() < -fact.most))
        .fill_null(value=False)
        .alias(fact.name)
        for fact in bounded
    )
    for fact in bounded:
        if sizes.height and sizes[fact.name].item():
            raise fact_refused(fact, msg("is op een rij groter dan {most}", most=fact.most))
