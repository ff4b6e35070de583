"""A fact table larger than memory, in parts that no family is split over."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import polars as pl

from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg
from sluis.rules.book import InForce
from sluis.rules.nodes import GROUPED
from sluis.rules.plan import Plan, plan_of
from sluis.rules.polars_engine import Result, run


def run_in_parts(
    law: InForce, facts: pl.LazyFrame, *, by: str, rows: int = 1_000_000, check: bool = True
) -> Iterator[Result]:
    """Apply the law part by part, each of about so many rows; all parts share one plan, so `whole()` frames stack.

    The table is sorted by `by`, a column of which each group (household, beneficiary) has one value only. A SluisError
    says so when it is not; `check=False` leaves the second promise to the caller.
    """
    cuts = _cuts(facts, by, rows)
    plan = plan_of(law)
    if check:
        _check_groups(plan, facts, by)
    for first, after in pairwise(cuts):
        yield run(law, facts.slice(first, after - first), plan=plan)


def _cuts(facts: pl.LazyFrame, by: str, rows: int) -> list[int]:
    """Return the row at which each part begins, and the number of rows at the end."""
    column = facts.select(by).collect().to_series()
    if column.null_count() or not column.is_sorted():
        raise _unfit(by)
    begins = pl.arg_where(column.ne_missing(column.shift(1)), eager=True) if len(column) else column.head(0)
    cuts = [0]
    for begin in begins.to_list():
        if begin - cuts[-1] >= rows:
            cuts.append(begin)
    return [*cuts, len(column)] if len(column) else [0, 0]


def _check_groups(plan: Plan, facts: pl.LazyFrame, by: str) -> None:
    law = plan.law
    keys = {str(column.node.payload[0]) for column in plan.values.values() if column.node.op in GROUPED}
    for key in sorted((keys & set(law.book.facts)) - {by}):
        pairs = facts.select(key, by).drop_nulls(key).unique()
        split = pairs.group_by(key).len().filter(pl.col("len") > 1).head(1).collect(engine="streaming")
        if split.height:
            raise _unfit(by)


def _unfit(by: str) -> SluisError:
    return SluisError(
        "parts-split-groups",
        msg("De tabel is niet in delen te verdelen volgens {by}.", by=by),
        remedy=msg("Sorteer de tabel op een kolom zonder lege waarden waarin elke groep geheel in een waarde ligt."),
    )
