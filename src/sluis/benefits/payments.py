"""What a month's decisions come to: amounts by payee, with the latest day of payment."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import polars as pl

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
    told = pl.col("value").is_null() | (pl.col("value") > 0) if with_open else pl.col("value") > 0
    values = decided.values(benefit).lazy().filter(told)
    rows = child_rows(decided.reading)
    if declared.payees is Payees.OWN and package.payees is not None:
        book = decided.law.benefits[benefit][0]
        own_rows = decided.reading.kept(f"rows of {book.name}", lambda: book.rows(decided.reading))
        found = package.payees(decided.reading, own_rows).rename({book.key: "key"})
        if "together" not in found.collect_schema():
            found = found.with_columns(together=pl.lit(None, dtype=pl.String))
        joined = values.join(found.select("key", *PAYEE_COLUMNS), on="key", how="left")
    else:
        payees = beneficiaries if declared.payees is Payees.BENEFICIARIES else usual
        found = payees(decided.reading, rows).select("child", *PAYEE_COLUMNS)
        joined = values.join(found, on="child", how="left")
    return joined.with_columns(amount=split()).drop("value").collect()


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
