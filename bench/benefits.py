"""A month of the Groeipakket over all children: against reading and writing alone, memory, growth, recomputation.

    uv run python -m bench.benefits [CHILDREN] [--facts DIR] [--turns N] [--long]

Whole processes from Parquet facts to Parquet decisions, all packages, of the synthetic Flanders. `--facts` uses a
population that was made before (and the tenth of it is then drawn anew). `--long` adds the 36 months and makes the
recomputation with all children instead of a tenth of them.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import polars as pl

from bench.benefits_contenders import MONTH
from sluis.authentic.population.generate import FLANDERS, generate
from sluis.benefits.explaining import explain
from sluis.benefits.explanation import Teller, family_of, interpreted
from sluis.benefits.grants.from_law import deciding, lines_of
from sluis.benefits.grants.kin import connected, restricted
from sluis.benefits.grants.late import touched
from sluis.benefits.law import decide, law
from sluis.benefits.tables import FactTables, read_directory
from sluis.kernel.month import Month

CHANGED = 0.05
YEAR = 12
LONG = 36
FAMILY = 3
TURNS = 21


@dataclass(frozen=True, slots=True)
class Took:
    """What a whole process took."""

    seconds: float
    peak_mebibytes: float
    processor_seconds: float


def process(*arguments: str) -> Took:
    """Run a contender; processor time tells more than the clock on a machine that others use too."""
    before, begun, peak = os.times(), time.perf_counter(), 0.0
    command = [sys.executable, "-m", "bench.benefits_contenders", *arguments]
    with subprocess.Popen(command) as run:
        while run.poll() is None:
            peak = max(peak, memory_of(run.pid))
            time.sleep(0.1)
    if run.returncode:
        raise subprocess.CalledProcessError(run.returncode, command)
    after = os.times()
    used = after.children_user - before.children_user + after.children_system - before.children_system
    return Took(time.perf_counter() - begun, peak, used)


def memory_of(pid: int) -> float:
    """Return the mebibytes that a process and its children hold, what they share counted once; 0 where it is gone."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        threads = [path.read_text(encoding="ascii").split() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return 0.0
    own = sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024
    return own + sum(memory_of(int(child)) for child in {*children, *(each for found in threads for each in found)})


def middle(told: list[Took]) -> Took:
    """Return the medians of several turns."""
    return Took(
        median(each.seconds for each in told),
        max(each.peak_mebibytes for each in told),
        median(each.processor_seconds for each in told),
    )


def single_month(facts: Path, turns: int) -> tuple[Took, Took]:
    """Decide a month in turn with reading and writing alone; return both."""
    decided = facts.parent / "decided" / facts.name
    ran: list[Took] = []
    copied: list[Took] = []
    for _ in range(turns):
        ran.append(process("month", str(facts), str(decided)))
        copied.append(process("copy", str(facts), str(decided)))
    return middle(ran), middle(copied)


def report_month(facts: Path, tenth: Path, turns: int) -> Took:
    """Print a month over all, over a tenth, and against reading and writing alone."""
    whole, copied = single_month(facts, turns)
    part, _ = single_month(tenth, turns)
    rows = pl.scan_parquet(facts.parent / "decided" / facts.name / "decisions.parquet")
    lines = rows.select(pl.len()).collect().item()
    ratio, processors = whole.seconds / copied.seconds, whole.processor_seconds / copied.processor_seconds
    print(f"  one month {MONTH}, {lines:,} lines: {whole.seconds:.1f} s ({whole.processor_seconds:.1f} s of processor)")
    print(f"  only reading and writing: {copied.seconds:.1f} s ({copied.processor_seconds:.1f} s of processor)")
    print(f"  ratio {ratio:.1f} by the clock, {processors:.1f} by the processor  (aim: at most 5)")
    print(f"  peak of memory {whole.peak_mebibytes:,.0f} MiB  (aim: at most 3,072)")
    growth = whole.seconds / part.seconds
    print(f"  a tenth of the children: {part.seconds:.1f} s, so ten times as many take {growth:.1f} times as long")
    return whole


def changed_incomes(tables: FactTables) -> FactTables:
    """Return the facts with another income for the beneficiaries of one child in twenty."""
    children = tables["beneficiaries"].select(pl.col("child").unique(maintain_order=True)).with_row_index("at")
    some = children.filter(pl.col("at") % round(1 / CHANGED) == 0).select("child")
    people = tables["beneficiaries"].join(some, on="child", how="semi").select(person="person").unique()
    incomes = tables["incomes"].join(people.with_columns(hit=True), on="person", how="left")
    amount = pl.when(pl.col("hit").fill_null(value=False) & (pl.col("year") >= 2021)).then(pl.col("amount") * 9 // 10)
    changed = incomes.with_columns(amount=amount.otherwise("amount")).drop("hit")
    return tables.with_table("incomes", changed.collect().lazy())


def report_recomputation(facts: Path) -> None:
    """Print twelve months for the families of 5 % changed children against twelve months for all."""
    before = read_directory(facts)
    after = changed_incomes(before)
    lines = deciding(sorted(law().benefits))
    last = Month.parse(MONTH)
    begun = time.perf_counter()
    people = connected(after, touched(before, after))
    part = restricted(after, people)
    kept = FactTables({name: part[name].collect().lazy() for name in part.frames}, part.present)
    recomputed = sum(lines(kept, last - back).height for back in range(YEAR))
    some = time.perf_counter() - begun
    begun = time.perf_counter()
    all_lines = sum(lines(before, last - back).height for back in range(YEAR))
    full = time.perf_counter() - begun
    print(f"  twelve months again for the families of 5 % of the children: {some:.1f} s for {recomputed:,} lines")
    print(f"  twelve months for all: {full:.1f} s for {all_lines:,} lines; ratio {some / full:.2f}  (aim: below 0.25)")


def kept_apart(tables: FactTables, homes: pl.DataFrame) -> pl.DataFrame:
    """Return the households that foster care or a judge ties to another one."""
    placed = tables["placements"].select(pl.col("child", "carer")).collect()
    people = pl.concat([placed["child"].alias("person"), placed["carer"].drop_nulls().alias("person")]).to_frame()
    return homes.join(people, on="person", how="semi").select("household")


def report_family(facts: Path) -> None:
    """Print one family of three: facts in memory to explained decisions, and of it the rules with their trace."""
    tables = read_directory(facts)
    month = Month.parse(MONTH)
    homes = tables["households"].filter(pl.col("to").is_null() & (pl.col("role") == "member")).collect()
    sizes = homes.group_by("household").len().filter(pl.col("len") == FAMILY + 1).sort("household")
    placed = kept_apart(tables, homes)
    sizes = sizes.join(placed, on="household", how="anti")
    people = homes.join(sizes.head(1), on="household", how="semi").select("person", earliest=pl.lit(0))
    part = restricted(tables, connected(tables, people))
    kept = FactTables({name: part[name].collect().lazy() for name in part.frames}, part.present)
    children = kept["beneficiaries"].filter(pl.col("to").is_null()).select("child").unique().collect()["child"]
    family = family_of(decide(kept, month, engine="interpreter"))
    teller = Teller()
    explained, decided_in, ruled, told_in = [], [], [], []
    for _ in range(TURNS):
        begun = time.process_time()
        explain(kept, month, children[0])
        explained.append(time.process_time() - begun)
        begun = time.process_time()
        decided = decide(kept, month, engine="interpreter")
        decided_in.append(time.process_time() - begun)
        begun = time.process_time()
        interpreted(family.law, family.in_force, family.rows, family.child_of)
        ruled.append(time.process_time() - begun)
        # What the family keeps of its explanations is made anew; what a month keeps for all families is not.
        begun = time.process_time()
        teller.explain(replace(family), children[0])
        told_in.append(time.process_time() - begun)
    print(f"  one family of {len(children)} children, all rules with their trace: {median(ruled) * 1000:.1f} ms")
    print(f"  the same, and every benefit of a child explained: {median(told_in) * 1000:.1f} ms  (aim: below 5)")
    print(f"  its facts gathered from 25 tables and decided: {median(decided_in) * 1000:.0f} ms of processor, ", end="")
    print(f"and every benefit in words on the command line: {median(explained) * 1000:.0f} ms")
    assert lines_of(decided, sorted(law().benefits)).height > 0, "the family has rights"


def main(children: int = FLANDERS, *, facts: Path | None = None, turns: int = 1, long: bool = False) -> None:
    """Print every figure; `turns` processes of each, of which the median is told."""
    with tempfile.TemporaryDirectory(prefix="sluis-") as made:
        folder = Path(made)
        whole, tenth = folder / "whole", folder / "tenth"
        if facts is None:
            generate(children=children, seed=1, out=whole)
        else:
            whole.symlink_to(facts.resolve())
        generate(children=max(children // 10, 1), seed=1, out=tenth)
        # Told at once: the bench takes minutes.
        print(f"benefits: {children:,} children, every package, whole processes, medians of {turns}")
        single = report_month(whole, tenth, turns)
        report_family(tenth)
        report_recomputation(whole if long else tenth)
        if long:
            took = process("months", str(whole), str(folder / "months"), MONTH, str(LONG))
            print(f"  {LONG} months: {took.seconds:.0f} s, {took.seconds / single.seconds:.1f} x one  (aim: below 30)")


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("children", type=int, nargs="?", default=FLANDERS)
    asked.add_argument("--facts", type=Path)
    asked.add_argument("--turns", type=int, default=1)
    asked.add_argument("--long", action="store_true")
    given = asked.parse_args()
    main(given.children, facts=given.facts, turns=given.turns, long=given.long)
