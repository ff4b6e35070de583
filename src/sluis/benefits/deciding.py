"""One book in one month: the facts of its packages joined to its rows, and the rules applied on an engine of choice."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import polars as pl

from sluis.benefits.model import Book, Column, Package, Scalar
from sluis.benefits.places import Ints, Places, fetched, spread
from sluis.benefits.reading import Reading
from sluis.rules import Fact, InForce, Interpretation, Lack, interpret
from sluis.rules.plan import plan_of
from sluis.rules.polars_engine import Result, run
from sluis.rules.polars_expressions import dtype_of
from sluis.rules.sql_engine import run_duckdb
from sluis.rules.units import Kind

Engine = Literal["polars", "duckdb", "interpreter"]

DOUBTS = {"lack": pl.String(), "name": pl.String()}


@dataclass(frozen=True)
class Answered:
    """What a book decided in a month: `facts` as the rules saw them, a row per key; `values`, its outputs."""

    book: Book
    law: InForce
    facts: pl.DataFrame
    values: pl.DataFrame
    result: Result | None = None
    interpretation: Interpretation | None = None

    def lacks(self, output: str) -> pl.DataFrame:
        """Return the key, `lack` and `name` of everything that leaves an output open or makes it provisional."""
        if self.result is not None:
            return self.result.lacks(output)
        told = self.interpretation
        assert told is not None, "an answer comes from an engine or from the interpreter"
        found: dict[str, list[str]] = {self.book.key: [], "lack": [], "name": []}
        for subject in told.subjects:
            outcome = told.outcome(subject, output)
            doubts = [(str(each.lack), each.name) for each in outcome.missing]
            for lack, name in [*doubts, *((str(Lack.WEAK), name) for name in outcome.weak)]:
                found[self.book.key].append(subject)
                found["lack"].append(lack)
                found["name"].append(name)
        return pl.DataFrame(found, schema={self.book.key: pl.String(), **DOUBTS}).unique()

    def marks(self, output: str) -> pl.DataFrame:
        """Return the key and `doubt`, what `lacks` says joined as `fact:income;weak:limit`, for rows that have any.

        Millions of rows have a few different doubts: the words are made once for each.
        """
        key = self.book.key
        masks = [] if self.result is None else self._masks(output)
        if self.result is None or not masks:
            words = pl.format("{}:{}", "lack", "name").unique().sort().str.join(";")
            return self.lacks(output).group_by(key).agg(doubt=words)
        names = [name for _, name in masks]
        own = self.result.frame.select(key, *names, is_open=pl.col(output).is_null())
        own = own.filter(pl.any_horizontal(pl.col(names) != 0))
        kinds = own.select(*names, "is_open").unique()
        told = [self._word(masks, row) for row in kinds.iter_rows(named=True)]
        kinds = kinds.with_columns(pl.Series("doubt", told, dtype=pl.String))
        return own.join(kinds, on=[*names, "is_open"]).filter(pl.col("doubt") != "").select(key, "doubt")

    def _masks(self, output: str) -> list[tuple[int, str]]:
        assert self.result is not None, "only engines give masks"
        plan, columns = self.result.plan, self.result.frame.columns
        return [(word, names[output]) for word, names in enumerate(plan.masks) if names.get(output) in columns]

    def _word(self, masks: list[tuple[int, str]], row: Mapping[str, object]) -> str:
        assert self.result is not None, "only engines give masks"
        doubts = [each for word, name in masks for each in self.result.plan.named(word, int(str(row[name])))]
        wanted = [each for each in doubts if (each.lack is Lack.WEAK) != row["is_open"]]
        return ";".join(sorted({f"{each.lack}:{each.name}" for each in wanted}))

    @cached_property
    def children(self) -> pl.Series:
        """The child of each row of `values`."""
        key = self.book.key
        if self.values[key].equals(self.facts[key]):
            return self.facts["child"]
        return fetched(self.facts["child"], Places(self.facts[key]).of(self.values[key]))

    @cached_property
    def places(self) -> Places:
        """Where each key stands in `values`."""
        return Places(self.values[self.book.key])

    @cached_property
    def child_of(self) -> pl.DataFrame:
        """The key of each row with its child."""
        return self.facts.select(self.book.key, *([] if self.book.key == "child" else ["child"]))


def fact_frame(book: Book, law: InForce, r: Reading, earlier: Mapping[str, Answered]) -> pl.DataFrame:
    """Return the row of each key with the facts that the law of the month reads; other packages are left out."""
    read = set(law.facts_read())
    rows = r.kept(f"rows of {book.name}", lambda: book.rows(r))
    frame = rows.collect()
    places = Places(frame[book.key])
    made: list[pl.Series] = []
    for package in book.packages:
        facts = {each.fact.name: each for each in package.facts if each.fact.name in read}
        wanted = []
        for found in _frames(package, r, rows) if facts else ():
            names = [name for name in found.collect_schema() if name in facts]
            if names:
                wanted.append(found.select(book.key, *names))
        columns: dict[str, pl.Series] = {}
        for found_ in pl.collect_all(wanted):
            for series in _spread(places, book.key, found_, facts):
                columns[series.name] = series
        for name, each in facts.items():
            if package.columns is None or any(not r.has(table) for table in each.tables):
                columns[name] = pl.repeat(None, frame.height, dtype=dtype_of(each.fact.unit), eager=True).alias(name)
        made += columns.values()
    places_in: dict[str, Ints] = {}
    for fact in book.facts:
        if fact.name in read:
            made.append(_of_earlier(earlier[fact.name], fact, frame["child"], places_in))
    return frame.with_columns(made)


def _nothing(fact: Fact) -> Scalar:
    """Return what an earlier outcome is for a child that the earlier book has no row of: nothing, or unknown."""
    none: Mapping[Kind, Scalar] = {Kind.TRUTH: False, Kind.CENTS: 0}
    return none.get(fact.unit.kind)


def _frames(package: Package, r: Reading, rows: pl.LazyFrame) -> Sequence[pl.LazyFrame]:
    if package.columns is None:
        return ()
    found = package.columns(r, rows)
    return (found,) if isinstance(found, pl.LazyFrame) else found


def _spread(places: Places, key: str, found: pl.DataFrame, facts: Mapping[str, Column]) -> list[pl.Series]:
    """Return the facts of a frame on the rows of the book; where there is no row, each has its `otherwise`."""
    height = len(places.keys)
    columns = [facts[name] for name in found.columns if name in facts]
    if found.is_empty():  # as where a register has nothing of a kind: no need to look anybody up
        return [
            pl.repeat(each.otherwise, height, dtype=dtype_of(each.fact.unit), eager=True).alias(each.fact.name)
            for each in columns
        ]
    # What has a value elsewhere gets the type of the fact, so that the value fits.
    typed = found.with_columns(
        pl.col(each.fact.name).cast(dtype_of(each.fact.unit))
        for each in columns
        if each.otherwise is not None and found.schema[each.fact.name].is_integer()
    )
    values = typed.select(each.fact.name for each in columns)
    if found.height == height and found[key].equals(places.keys):
        return values.get_columns()
    otherwise = {each.fact.name: each.otherwise for each in columns}
    return spread(values, places.of(found[key]), height, otherwise)


def _of_earlier(answered: Answered, fact: Fact, child: pl.Series, places_in: dict[str, Ints]) -> pl.Series:
    """Return an outcome per child: itself, or the sum (a truth: any) over the sides; unknown if one of them is."""
    name = fact.name
    unit = answered.law.book.unit_of(name)
    if name not in answered.values.columns:
        known = pl.Series(name, child.is_in(answered.child_of["child"].implode()))
        nothing = pl.lit(_nothing(fact), dtype=dtype_of(unit))
        return pl.select(pl.when(pl.lit(~known)).then(nothing).alias(name)).to_series()
    if answered.book.key == "child":
        if answered.book.name not in places_in:
            places_in[answered.book.name] = answered.places.of(child)
        return fetched(answered.values[name], places_in[answered.book.name], _nothing(fact))
    value = pl.col(name)
    whole = value.any() if dtype_of(unit) == pl.Boolean() else value.sum()
    frame = answered.values.select(name, answered.children)
    found = frame.group_by("child").agg(pl.when(value.null_count() == 0).then(whole).alias(name))
    return fetched(found[name], Places(found["child"]).of(child), _nothing(fact))


def answer(book: Book, law: InForce, facts: pl.DataFrame, engine: Engine) -> Answered:
    """Apply the law of the month to the fact rows of a book."""
    if engine == "interpreter":
        told = interpret(law, facts.select(name for name in facts.columns if name in law.book.facts).to_dicts())
        values = {book.key: list(told.subjects)} | {
            output: [told.outcome(subject, output).value for subject in told.subjects] for output in law.outputs
        }
        schema = {book.key: pl.String()} | {name: dtype_of(law.book.unit_of(name)) for name in law.outputs}
        return Answered(book, law, facts, pl.DataFrame(values, schema=schema, strict=False), interpretation=told)
    result = _duckdb(law, facts) if engine == "duckdb" else run(law, facts)
    return Answered(book, law, facts, result.frame.select(book.key, *law.outputs), result=result)


def _duckdb(law: InForce, facts: pl.DataFrame) -> Result:
    """Apply the law with DuckDB over a Parquet file of the facts: the cross-check."""
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "facts.parquet", Path(folder) / "values.parquet"
        facts.select(name for name in facts.columns if name in law.book.facts).write_parquet(source)
        run_duckdb(law, source, out)
        frame = pl.read_parquet(out)
    typed = [pl.col(name).cast(dtype_of(law.book.unit_of(name))) for name in law.outputs]
    return Result(plan_of(law), frame.with_columns(typed).sort(law.book.key))
