"""Sums, extremes and ranks over groups of rows: one index per group key, made once a run, then whole-number arithmetic.

The index numbers the groups and knows where each ends in the order of its key. A sum is then a difference of running
totals (exact, also where the running total wraps: the difference wraps back), a rank one sort of one number. Why not a
group-by and a join for each: docs/decisions/rules-groups.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from sluis.rules.nodes import Op

_LARGEST_PACK: Final = 2**62
_ROW, _GROUP, _PLACE = "__row", "__group", "__place"


class Groups:
    """The groups of one key column. Rows without a key are in no group: what they ask of one is unknown."""

    def __init__(self, key: pl.Series) -> None:
        self._height = len(key)
        codes = key.cast(pl.Categorical).to_physical() if key.dtype == pl.String() else key
        self._order: pl.Series | None = None
        if key.null_count() or not codes.is_sorted():
            self._order = codes.arg_sort(nulls_last=True).head(self._height - key.null_count())
            codes = codes.gather(self._order)
        self._ends = codes.ne_missing(codes.shift(-1)) if len(codes) else pl.Series([], dtype=pl.Boolean)
        if len(codes):
            self._ends[len(codes) - 1] = True
        numbers = pl.select(pl.lit(codes).rle_id()).to_series() if len(codes) else pl.Series([], dtype=pl.UInt32)
        self.numbers = numbers if self._order is None else self._scattered(numbers)
        """The number of the group of each row; None for a row without a key."""

    def reduced(self, op: Op, values: pl.Series) -> pl.Series:
        """Return for each row the operation over its group: unknown where a member is, or where the row has no group.

        A truth of a group is true if one member's is, whatever the others are.
        """
        unknown = self._totals(values.is_null()) > 0 if values.null_count() else None
        if op is Op.ANY_IN:
            holds = self._totals(values.fill_null(value=False)) > 0
            return holds if unknown is None else _without(holds, unknown & ~holds)
        made = self._totals(values.fill_null(0)) if op is Op.SUM_IN else self._aggregated(op, values)
        return made if unknown is None else _without(made, unknown)

    def ranked(self, counts: pl.Series, by: Sequence[pl.Series], turned: Sequence[bool], tie: pl.Series) -> pl.Series:
        """Return the place, 1 first, in its group of each row for which `counts` is true, 0 for the others.

        Ordered by each of `by`, from the highest where it is turned, and at last by `tie`, which differs on every row.
        """
        order = [self.numbers.cast(pl.Int64), *(each.to_physical().cast(pl.Int64).fill_null(0) for each in (*by, tie))]
        taken = (
            pl.LazyFrame([column.alias(f"__by{at}") for at, column in enumerate(order)])
            .with_columns(counts.alias("__counts"), self.numbers.alias(_GROUP))
            .with_row_index(_ROW)
            .filter(pl.col("__counts") & pl.col(_GROUP).is_not_null())
        )
        place = pl.int_range(pl.len(), dtype=pl.Int64)
        first = pl.when(pl.col(_GROUP).ne_missing(pl.col(_GROUP).shift())).then(place).forward_fill()
        places = (
            _sorted(taken, order, (False, *turned, False)).select(_ROW, (place - first + 1).alias(_PLACE)).collect()
        )
        return pl.zeros(self._height, dtype=pl.Int64, eager=True).scatter(places[_ROW], places[_PLACE])

    def _totals(self, values: pl.Series) -> pl.Series:
        """Return for each row the sum over its group."""
        column = values.cast(pl.Int64)
        if self._order is not None:
            column = column.gather(self._order)
        ends = column.cum_sum().filter(self._ends)
        return (ends - ends.shift(1, fill_value=0)).gather(self.numbers)

    def _aggregated(self, op: Op, values: pl.Series) -> pl.Series:
        value = pl.col("value")
        make = {Op.GREATEST_IN: value.max, Op.LEAST_IN: value.min, Op.BITS_IN: value.bitwise_or}[op]
        table = pl.DataFrame([self.numbers.alias(_GROUP), values.alias("value")]).drop_nulls(_GROUP)
        groups = table.lazy().group_by(_GROUP).agg(make()).sort(_GROUP).collect()
        return groups["value"].cast(values.dtype).gather(self.numbers)

    def _scattered(self, numbers: pl.Series) -> pl.Series:
        made = pl.repeat(None, self._height, dtype=pl.UInt32, eager=True)
        return made if self._order is None else made.scatter(self._order, numbers)


def _without(values: pl.Series, unknown: pl.Series) -> pl.Series:
    return pl.select(pl.when(~pl.lit(unknown)).then(pl.lit(values))).to_series()


def _sorted(taken: pl.LazyFrame, order: list[pl.Series], turned: Sequence[bool]) -> pl.LazyFrame:
    """Sort by the columns, the first one first: by one number where they fit in it."""
    names = [f"__by{at}" for at in range(len(order))]
    packed, span = pl.lit(0, dtype=pl.Int64), 1
    for name, column, turn in zip(names, order, turned, strict=True):
        low, high = _number(column.min()), _number(column.max())
        span *= high - low + 1
        if span > _LARGEST_PACK:
            return taken.sort(names, descending=list(turned))
        packed = packed * (high - low + 1) + (high - pl.col(name) if turn else pl.col(name) - low)
    return taken.select(_ROW, _GROUP, packed.alias(_PLACE)).sort(_PLACE)


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
