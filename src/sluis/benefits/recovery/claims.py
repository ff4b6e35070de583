"""The claims of a book that are still open, with what they are for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

from sluis.benefits.grants.book import GrantBook
from sluis.benefits.money.desk import PayDesk, Payees
from sluis.benefits.money.orders import LINKED

MOST_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class ClaimPart:
    """A decision that the claim comes from: a benefit of a child in a month (year x 12 + month - 1), in cents."""

    child: str = field(repr=False)
    benefit: str
    month: int
    cents: int


@dataclass(frozen=True, slots=True)
class OpenClaim:
    """What somebody still has to pay back, in cents; `plan_cents` is what a plan takes each month, 0 without one."""

    claim: str
    payee: str = field(repr=False)
    payee_kind: str
    open_cents: int
    plan_cents: int
    parts: tuple[ClaimPart, ...]


def open_claims(directory: Path, *, claim: str = "") -> tuple[OpenClaim, ...]:
    """Return the claims of a book that are still open, the newest first, or one of them; at most 200."""
    book = GrantBook(directory)
    runs = book.runs()
    desk = PayDesk(book, Payees.unknown())
    found = desk.open_claims(runs).sort("claim", descending=True)
    if claim:
        found = found.filter(pl.col("claim") == claim)
    found = found.head(MOST_SHOWN)
    if found.is_empty():
        return ()
    paths = [run.folder / "links.parquet" for run in runs if (run.folder / "links.parquet").exists()]
    links = pl.concat([pl.scan_parquet(path).select(LINKED.names()) for path in paths])
    named = links.join(found.lazy().select(end_to_end_id="claim"), on="end_to_end_id", how="semi")
    parts = named.collect().sort("month", "child", "benefit")
    plans = {row["claim"]: row["cents"] for row in desk.plans().iter_rows(named=True) if row["kind"] == "plan"}
    return tuple(
        OpenClaim(
            claim=row["claim"],
            payee=row["payee"],
            payee_kind=row["payee_kind"],
            open_cents=row["cents"],
            plan_cents=min(plans.get(row["claim"], 0), row["cents"]),
            parts=tuple(
                ClaimPart(each["child"], each["benefit"], each["month"], -each["cents"])
                for each in parts.filter(pl.col("end_to_end_id") == row["claim"]).iter_rows(named=True)
            ),
        )
        for row in found.iter_rows(named=True)
    )
