"""A change of law before it is law: who wins, who loses and what it costs, from the facts as they are.

Both laws decide the same month from the same facts on the same engine; nothing is written to a book of grants. What is
open under one of the laws is counted apart and in no sum: a missing fact is not a loss.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import polars as pl

from sluis.benefits.deciding import Engine
from sluis.benefits.law import Decided, Law, decide
from sluis.benefits.tables import FactTables
from sluis.kernel.month import Month
from sluis.rules import Parameters

BANDS: Final[Sequence[int]] = (-10_000, -5_000, -1_000, 0, 1_000, 5_000, 10_000)
"""The borders, in cents a month, between the groups in which families' differences are told."""

_AMOUNT: Final = pl.Schema(
    {"child": pl.String(), "benefit": pl.String(), "before_cents": pl.Int64(), "after_cents": pl.Int64()}
)


@dataclass(frozen=True)
class Simulation:
    """What two laws give in one month.

    `amounts` has a row per child and benefit whose amount is known under both laws; `families` one per household with
    `children` and the sums. `undecided` has, by benefit, how many outcomes are open before and after.
    """

    month: Month
    changed: tuple[str, ...]
    amounts: pl.DataFrame
    families: pl.DataFrame
    undecided: pl.DataFrame

    @cached_property
    def by_benefit(self) -> pl.DataFrame:
        """The sums of each benefit before and after, their difference, winning and losing children; largest first."""
        difference = pl.col("after_cents") - pl.col("before_cents")
        told = self.amounts.group_by("benefit").agg(
            pl.col("before_cents").sum(),
            pl.col("after_cents").sum(),
            difference.sum().alias("difference_cents"),
            (difference > 0).sum().cast(pl.Int64).alias("winners"),
            (difference < 0).sum().cast(pl.Int64).alias("losers"),
        )
        return told.sort(pl.col("difference_cents").abs(), "benefit", descending=[True, False])

    @cached_property
    def bands(self) -> pl.DataFrame:
        """`from_cents`, `to_cents` (null: no border), `families`, `children`: how differences spread over families."""
        difference = self.families.select(
            "children", difference=pl.col("after_cents") - pl.col("before_cents")
        ).with_columns(band=pl.col("difference").replace_strict({0: -1}, default=None, return_dtype=pl.Int64()))
        place = pl.sum_horizontal([(pl.col("difference") >= border).cast(pl.Int64) for border in BANDS])
        told = difference.with_columns(band=pl.col("band").fill_null(place)).group_by("band")
        counted = told.agg(pl.len().cast(pl.Int64).alias("families"), pl.col("children").sum())
        return (
            counted.sort("band")
            .with_columns(
                from_cents=pl.col("band").replace_strict(_LOWER, default=None, return_dtype=pl.Int64()),
                to_cents=pl.col("band").replace_strict(_UPPER, default=None, return_dtype=pl.Int64()),
            )
            .select("from_cents", "to_cents", "families", "children")
        )

    @property
    def cost_cents(self) -> int:
        """What the change costs in this month; negative: what it saves."""
        return self._sum("after_cents") - self._sum("before_cents")

    @property
    def before_cents(self) -> int:
        """What the law as it is gives in this month, over the outcomes that are known under both."""
        return self._sum("before_cents")

    @property
    def winners(self) -> int:
        """How many families get more."""
        return self.families.filter(pl.col("after_cents") > pl.col("before_cents")).height

    @property
    def losers(self) -> int:
        """How many families get less."""
        return self.families.filter(pl.col("after_cents") < pl.col("before_cents")).height

    def _sum(self, column: str) -> int:
        return int(self.amounts.get_column(column).sum() or 0)


# Band -1 is "exactly nothing"; band n lies between the borders n - 1 and n.
_LOWER: Final = {-1: 0, **dict(enumerate(BANDS, start=1))}
_UPPER: Final = {-1: 0, **dict(enumerate(BANDS))}


def first_month_of(change: Parameters) -> Month:
    """Return the first month in which every changed value holds: the month to simulate when none is asked for."""
    return max(max(dated.since for dated in parameter.values) for parameter in change.values())


def simulate(
    tables: FactTables,
    change: Parameters,
    *,
    month: Month,
    law: Law,
    benefits: Collection[str] | None = None,
    engine: Engine = "polars",
) -> Simulation:
    """Return what a change of parameters does in a month; `benefits` None means all of the law."""
    told = tuple(law.benefits) if benefits is None else tuple(benefits)
    before = decide(tables, month, benefits=told, engine=engine, law_=law)
    after = decide(tables, month, benefits=told, engine=engine, law_=law.with_parameters(change))
    amounts, undecided = [], []
    for benefit in told:
        if not before.has(benefit) or not after.has(benefit):
            continue
        both = _amounts(before, after, benefit)
        undecided.append(_open(both, benefit))
        amounts.append(both.drop_nulls().select(_AMOUNT.names()))
    known = pl.concat(amounts) if amounts else pl.DataFrame(schema=_AMOUNT)
    return Simulation(
        month=month,
        changed=tuple(sorted(change)),
        amounts=known,
        families=_families(known, before),
        undecided=pl.concat(undecided) if undecided else _open(known, ""),
    )


def _amounts(before: Decided, after: Decided, benefit: str) -> pl.DataFrame:
    values = [
        each.values(benefit)
        .group_by("child")
        .agg(pl.when(pl.col("value").null_count() == 0).then(pl.col("value").sum()).alias(name))
        for each, name in ((before, "before_cents"), (after, "after_cents"))
    ]
    return values[0].join(values[1], on="child", how="full", coalesce=True).with_columns(benefit=pl.lit(benefit))


def _open(both: pl.DataFrame, benefit: str) -> pl.DataFrame:
    return both.select(
        pl.lit(benefit).alias("benefit"),
        pl.col("before_cents").null_count().cast(pl.Int64).alias("before"),
        pl.col("after_cents").null_count().cast(pl.Int64).alias("after"),
    )


def _families(known: pl.DataFrame, decided: Decided) -> pl.DataFrame:
    homes = decided.answers[decided.law.books[0].name].facts.select("child", "household")
    joined = known.join(homes, on="child", how="left").with_columns(
        family=pl.coalesce("household", pl.format("child {}", "child"))
    )
    return joined.group_by("family").agg(
        pl.col("child").n_unique().cast(pl.Int64).alias("children"),
        pl.col("before_cents").sum(),
        pl.col("after_cents").sum(),
    )
