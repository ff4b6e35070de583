"""To whom a child's benefits go in a month (art. 57-59, 66-68, 225; BVR Begunstigden).

A change of payee in a month counts from the next one, so the payees are those of the last day of the month before; for
a child that had none then, the first ones of the month itself. Parents choose an account together; where no choice is
known the youngest chooses. Who lives together is paid together: `together` names the other one.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import polars as pl

from sluis.benefits.reading import Reading, holding

PERSON: Final = "person"
ORGANISATION: Final = "organisation"
SAVINGS: Final = "savings_account"

PAYEE_COLUMNS: Final = ("payee", "kind", "parts", "of", "together")

_OWN_ACCOUNT_AGE: Final = 16
_WITH_CARER: Final = ("perspective_seeking", "perspective_giving")


def beneficiaries(r: Reading, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Return the beneficiaries of each child, whole: the child and the columns of payees."""
    return r.kept("beneficiaries of the month", lambda: _beneficiaries(r, rows))


def usual(r: Reading, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Return the payees of each child with the split of a placement: two thirds to the institution, one third not."""
    return r.kept("usual payees", lambda: _usual(r, rows))


def _usual(r: Reading, rows: pl.LazyFrame) -> pl.LazyFrame:
    whole = beneficiaries(r, rows)
    before = r.first - timedelta(days=1)
    placed = holding(r["placements"], before, before).filter(pl.col("kind") == "institution")
    placed = placed.sort("from").unique("child", keep="last", maintain_order=True)
    saved = placed.filter(pl.col("third_to") == SAVINGS)
    homes = placed.select("child", payee="organisation", kind=pl.lit(ORGANISATION), **_parts(2, 3), **_alone())
    thirds = whole.join(placed, on="child", how="semi").join(saved, on="child", how="anti")
    return pl.concat(
        [
            whole.join(placed, on="child", how="anti"),
            homes,
            thirds.with_columns(**_parts(1, 3)),
            saved.select("child", payee=pl.lit(SAVINGS), kind=pl.lit(SAVINGS), **_parts(1, 3), **_alone()),
        ]
    )


def _parts(parts: int, of: int) -> dict[str, pl.Expr]:
    return {"parts": pl.lit(parts, dtype=pl.Int64), "of": pl.lit(of, dtype=pl.Int64)}


def _alone() -> dict[str, pl.Expr]:
    return {"together": pl.lit(None, dtype=pl.String)}


def _beneficiaries(r: Reading, rows: pl.LazyFrame) -> pl.LazyFrame:
    adults = _adults(r)
    fostered = _fostered(r).join(rows.select("child"), on="child", how="semi")
    themselves = _themselves(r, rows).join(fostered, on="child", how="anti")
    others = adults.join(fostered, on="child", how="anti").join(themselves, on="child", how="anti")
    alone = pl.concat([fostered, themselves.select("child", payee="child")])
    return pl.concat(
        [
            others.with_columns(kind=pl.lit(PERSON), **_parts(1, 1)).select("child", *PAYEE_COLUMNS),
            alone.with_columns(kind=pl.lit(PERSON), **_parts(1, 1), **_alone()).select("child", *PAYEE_COLUMNS),
        ]
    )


def _adults(r: Reading) -> pl.LazyFrame:
    """Return `child`, `payee` (the youngest beneficiary) and `together` (the other, in the same household)."""
    before = r.first - timedelta(days=1)
    held = holding(r["beneficiaries"], before, before)
    started = r["beneficiaries"].filter((pl.col("from") >= r.first) & (pl.col("from") <= r.last))
    first = started.join(held, on="child", how="anti")
    found = pl.concat([held, first]).select("child", "person").unique()
    alive = r["persons"].filter(pl.col("died").is_null() | (pl.col("died") > before)).select("born", person="id")
    homes = r.at("households", before).select("person", "household").unique("person")
    people = found.join(alive, on="person").join(homes, on="person", how="left")
    number = pl.len().over("child")
    one = people.filter(number == 1).select("child", payee="person", **_alone())
    more = people.filter(number > 1).sort("child", "born", "person")
    several = more.group_by("child", maintain_order=True).agg(
        payee=pl.col("person").last(),
        together=pl.when(pl.col("household").n_unique() == 1).then(pl.col("person").first()),
    )
    return pl.concat([one, several])


def _fostered(r: Reading) -> pl.LazyFrame:
    """Return the foster carers, who are educators of a child in long-term foster care."""
    before = r.first - timedelta(days=1)
    foster = holding(r["placements"], before, before).filter(
        (pl.col("kind") == "foster") & pl.col("form").is_in(_WITH_CARER) & pl.col("carer").is_not_null()
    )
    return foster.sort("from").unique("child", keep="last", maintain_order=True).select("child", payee="carer")


def _themselves(r: Reading, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Return the children that are paid themselves: married, with an own child, or from 16 on living apart."""
    before = r.first - timedelta(days=1)
    grown = rows.filter(pl.col("born").dt.offset_by(f"{_OWN_ACCOUNT_AGE}y") <= before).select("child")
    married = r.at("unions", before).filter(pl.col("kind") == "married")
    wed = pl.concat([married.select(child="a"), married.select(child="b")])
    parents = r.at("beneficiaries", before).filter(pl.col("person") != pl.col("child")).select(child="person")
    return pl.concat(
        [
            rows.select("child").join(pl.concat([wed, parents]).unique(), on="child", how="semi"),
            _apart(r, grown),
        ]
    ).unique()


def _apart(r: Reading, grown: pl.LazyFrame) -> pl.LazyFrame:
    """Return those of the children who live in a household without any parent or beneficiary, and are not placed."""
    before = r.first - timedelta(days=1)
    homes = r.at("households", before).select("person", "household").unique("person")
    own = grown.join(homes, left_on="child", right_on="person")
    raising = pl.concat(
        [r["parentage"].select("child", person="parent"), r["beneficiaries"].select("child", "person")]
    ).filter(pl.col("child") != pl.col("person"))
    raised = raising.join(grown, on="child", how="semi").unique().join(homes, on="person")
    placed = holding(r["placements"], before, before)
    return own.join(raised, on=["child", "household"], how="anti").join(placed, on="child", how="anti").select("child")
