"""The rule engine against itself written by hand, against openfisca-core, and its compile time.

    uv run --group bench python -m bench.rules [CHILDREN]

Each contender is a whole process from Parquet to Parquet, in turn, medians of 5; what they wrote is compared to the
cent. Openfisca-core is left out where the bench group is not installed.
"""

from __future__ import annotations

import importlib.util
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl

from bench.rules_figures import MUNICIPALITIES, OUTPUTS
from bench.rules_law import BOOK
from sluis.kernel.month import Month
from sluis.rules import RuleBook, Rules, Text, Truth, Whole, fact, interpret, number, when
from sluis.rules.plan import plan_of
from sluis.rules.rule import Rule
from sluis.rules.sql_dialects import DUCKDB
from sluis.rules.sql_engine import query_of

TURNS = 5
CHILDREN = 1_614_340


def facts(children: int) -> pl.DataFrame:
    """Return children in houses of one to four, deterministic."""
    random = np.random.default_rng(7)
    house = np.repeat(np.arange(children), random.choice([1, 2, 3, 4], size=children, p=[0.45, 0.38, 0.12, 0.05]))
    house = house[:children]
    first = date(1998, 1, 1).toordinal() - date(1970, 1, 1).toordinal()
    return pl.DataFrame(
        {
            "child": np.arange(children),
            "house": house,
            "municipality": [f"m{at:03d}" for at in (house * 7919) % MUNICIPALITIES],
            "born": pl.Series((first + random.integers(0, 9_190, children)).astype(np.int32)).cast(pl.Date),
            "below_sea": random.random(children) < 0.7,
            "income": random.integers(0, 4_000_000, children),
            "at_school": random.random(children) < 0.6,
        }
    )


def timed(contender: str, given: Path, out: Path) -> tuple[float, float]:
    """Return the seconds of a whole process and the most memory of any process so far, in MiB."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "bench.rules_contenders", contender, given, out], check=True)
    taken = time.perf_counter() - started
    return taken, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def contest(children: int) -> None:
    """Time every contender in turn and compare what they wrote."""
    names = ["copy", "hand", "engine", "duckdb"]
    names += ["openfisca"] if importlib.util.find_spec("openfisca_core") else []
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "facts.parquet"
        facts(children).write_parquet(given)
        taken: dict[str, list[float]] = {name: [] for name in names}
        for _ in range(TURNS):
            for name in names:
                taken[name].append(timed(name, given, Path(folder) / f"{name}.parquet")[0])
        medians = {name: median(times) for name, times in taken.items()}
        print(f"{children:,} children, ten rules, whole process, medians of {TURNS}:")
        for name, seconds in medians.items():
            print(f"  {name:10} {seconds:6.2f} s   {seconds / medians['engine']:5.2f} x the engine")
        print(f"  engine / by hand in Polars: {medians['engine'] / medians['hand']:.2f}  (aim: at most 1.1)")
        if "openfisca" in medians:
            print(f"  openfisca / engine: {medians['openfisca'] / medians['engine']:.2f}  (aim: at least 2.5)")
        compare(Path(folder), names)


def compare(folder: Path, names: list[str]) -> None:
    """Say whether all wrote the same; openfisca's floats are rounded to the cent first."""
    wanted = pl.read_parquet(folder / "hand.parquet").sort("child")
    for name in ("engine", "duckdb"):
        found = pl.read_parquet(folder / f"{name}.parquet").sort("child").select(wanted.columns)
        print(f"  {name} equals by hand: {found.equals(wanted)}")
    if "openfisca" in names:
        found = pl.read_parquet(folder / "openfisca.parquet").sort("child")
        cents = (found["total"].cast(pl.Float64) * 100).round().cast(pl.Int64)
        print(f"  openfisca: {(cents != wanted['total']).sum():,} children with another total")


def layered(rules: int, layers: int) -> RuleBook:
    """Return a book of so many rules in so many layers; each rests on two of the layer before."""
    written = Rules("Lagenwet")
    width = rules // layers
    for layer in range(layers):
        for at in range(width):
            written._rules.append(_layered(layer, at, width))  # the decorator wants a function of its own for each
    named = [fact("key", Text, always=True), fact("t", Truth), fact("w", Whole, most=1)]
    return RuleBook("layers", key="key", facts=named, rules=[written])


def _layered(layer: int, at: int, width: int) -> Rule:
    names = (f"r{layer - 1}_{at}", f"r{layer - 1}_{(at + 1) % width}") if layer else ("w", "w")

    def body(t: Truth, left: Whole, right: Whole) -> Whole:
        return when(t, left).otherwise(right - number(at))

    sample = Rules("Lagenwet")
    sample.rule("art. 1", since="2019-01", output=f"r{layer}_{at}")(body)
    rule = next(iter(sample))
    inputs = (("t", Truth), (names[0], Whole), (names[1], Whole))
    return Rule(rule.output, rule.unit, rule.article, rule.since, None, inputs, body, rule.title, "")


def compiling() -> None:
    """Time the way from rules to a plan and to SQL."""
    started = time.perf_counter()
    book = layered(1_000, 100)
    built = time.perf_counter()
    law = book.at(Month(2023, 3))
    plan, text = [], []
    for _ in range(TURNS):
        law = replace(law, _kept={})  # a law keeps its plan: each turn begins without
        before = time.perf_counter()
        plan_of(law)
        plan.append(time.perf_counter() - before)
        law = replace(law, _kept={})
        before = time.perf_counter()
        query_of(law, DUCKDB)
        text.append(time.perf_counter() - before)
    print(f"1,000 rules in 100 layers: checked in {built - started:.2f} s, ", end="")
    print(f"plan {median(plan) * 1000:.0f} ms, plan and SQL text {median(text) * 1000:.0f} ms")


def one_family() -> None:
    """Time the interpreter for one house of three children with all ten rules."""
    law = BOOK.at(Month(2023, 3), OUTPUTS)
    rows = facts(1_000).filter(pl.col("house") < 3).to_dicts()
    times = []
    for _ in range(200):
        before = time.perf_counter()
        interpret(law, rows)
        times.append(time.perf_counter() - before)
    print(f"one family of {len(rows)} children, ten rules, with trace: {median(times) * 1000:.2f} ms")


def main(children: int = CHILDREN) -> None:
    """Print every figure."""
    compiling()
    one_family()
    contest(children)


if __name__ == "__main__":
    main(*(int(each.replace("_", "").replace(",", "")) for each in sys.argv[1:]))
