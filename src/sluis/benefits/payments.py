"""What a month's decisions come to: amounts by payee, with the latest day of payment."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import polars as pl

from sluis.benefits.deciding import Answered
from sluis.benefits.law import Decided
from sluis.benefits.model import Benefit, Calendar, Package, Payees
from sluis.benefits.payees import PAYEE_COLUMNS, beneficiaries, usual
from sluis.benefits.rows import child_rows
from sluis.kernel.month import Month
from sluis.kernel.working_days import add_working_days, calendars, is_working_day

_DAY: Final = timedelta(days=1)
_BASE_DAY, _CHILDCARE_DAY = 8, 20
HOLIDAYS: Final = "belgian_legal"
"""The payers' calendar: the ten legal holidays, since payers and banks are closed then."""


def pay_day(calendar: Calendar, month: Month) -> date | None:
    """Return the latest day on which the amount of a month is paid (BVR Begunstigden art. 11), where one is known.

    The 8th of the next month or the last working day before; childcare on the 20th or the first working day after.
    """
    days = calendars()[HOLIDAYS]
    following = (month + 1).first_day
    match calendar:
        case Calendar.BASE:
            day = following.replace(day=_BASE_DAY)
            while not is_working_day(day, days):
                day -= _DAY
            return day
        case Calendar.CHILDCARE:
            return add_working_days(following.replace(day=_CHILDCARE_DAY), 0, days)
        case Calendar.NONE:
            return None


def paid_to(decided: Decided, benefit: str, *, with_open: bool = False) -> pl.DataFrame:
    """Return the amounts of a benefit above nothing, by payee: `key`, `child`, the columns of payees, `amount`.

    A row without a payee is an amount for which nobody is known. `with_open` adds what is undecided, without an amount.
    """
    package, declared = _declared(decided, benefit)
    answered = decided.answered(benefit)
    paid = decided.reading.kept(
        f"paid for {answered.book.name} {declared.payees} {package.name if declared.payees is Payees.OWN else ''}",
        lambda: _paid(decided, answered, package, declared),
    )
    values = paid.with_columns(value=pl.lit(answered.values[benefit]).gather("row"))
    told = pl.col("value").is_null() | (pl.col("value") > 0) if with_open else pl.col("value") > 0
    return values.filter(told).select("key", "child", *PAYEE_COLUMNS, amount=split()).collect()


def _paid(decided: Decided, answered: Answered, package: Package, declared: Benefit) -> pl.LazyFrame:
    """Return a row for each key of a book and each of its payees, one without where there is none: with its `row`."""
    key, r = answered.book.key, decided.reading
    rows = pl.DataFrame([answered.values[key].alias("key"), answered.children]).with_row_index("row").lazy()
    if declared.payees is Payees.OWN and package.payees is not None:
        own_rows = r.kept(f"rows of {answered.book.name}", lambda: answered.book.rows(r))
        found = package.payees(r, own_rows).rename({key: "key"})
        if "together" not in found.collect_schema():
            found = found.with_columns(together=pl.lit(None, dtype=pl.String))
        return rows.join(found.select("key", *PAYEE_COLUMNS), on="key", how="left")
    payees = beneficiaries if declared.payees is Payees.BENEFICIARIES else usual
    found = payees(r, child_rows(r)).select("child", *PAYEE_COLUMNS)
    return rows.join(found, on="child", how="left")


def split() -> pl.Expr:
    """Return the share of each payee in cents: the larger share is rounded half up, the other has what is left."""
    value, parts, of = pl.col("value"), pl.col("parts"), pl.col("of")
    rounded = (2 * value * parts + of) // (2 * of)
    rest = value - (2 * value * (of - parts) + of) // (2 * of)
    return pl.when(parts.is_null() | (parts == of)).then(value).when(2 * parts > of).then(rounded).otherwise(rest)


def _declared(decided: Decided, benefit: str) -> tuple[Package, Benefit]:
    book, declared = decided.law.benefits[benefit]
    package = next(package for package in book.packages if declared in package.benefits)
    return package, declared
