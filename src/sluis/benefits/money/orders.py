"""From the decisions of a run to payments: who gets how much, on which day, through whom, and what is held or claimed.

A payment is one amount to one payee on one day; its links say for which decisions. Corrections of one payee are set off
among themselves. What then is to be asked back becomes a claim: it is not taken from the month's benefits until a
person made a plan (art. 97 and 103), so that no family loses a month's benefit without a decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from sluis.benefits.grants.lines import CORRECTED, DECISION
from sluis.benefits.money.accounts import WITHOUT_CHOICE, on_day
from sluis.kernel.month import Month

PAYMENT: Final = pl.Schema(
    {
        "end_to_end_id": pl.String(),
        "payer": pl.String(),
        "payee": pl.String(),
        "payee_kind": pl.String(),
        "iban": pl.String(),
        "amount_cents": pl.Int64(),
        "pay_on": pl.Date(),
        "state": pl.String(),
    }
)
"""`state`: ordered, or held because no account is known; a held payment gets an order in a later run."""

LINK: Final = pl.Schema({**{name: DECISION[name] for name in ("child", "benefit", "payee", "payee_kind", "month")}})
LINKED: Final = pl.Schema({**LINK, "run": pl.Int32(), "cents": pl.Int64(), "end_to_end_id": pl.String()})
"""Which decision a payment is for (negative: set off in it), or, with a claim's id, which claim it is part of."""

CLAIM: Final = pl.Schema({"claim": pl.String(), "payee": pl.String(), "payee_kind": pl.String(), "cents": pl.Int64()})
DEDUCTION: Final = pl.Schema({"claim": pl.String(), "end_to_end_id": pl.String(), "cents": pl.Int64()})
PLAN: Final = pl.Schema({"claim": pl.String(), "kind": pl.String(), "cents": pl.Int64()})
"""What people decided on claims, in their order: a `plan` takes at most `cents` from each month's payment, and the last
one holds; a `waiver` gives up `cents`."""

ORDERED, HELD = "ordered", "held"
_ACCOUNT_LESS: Final = ("organisation",)


@dataclass(frozen=True)
class Orders:
    """What a run makes to pay and to ask back."""

    payments: pl.DataFrame
    links: pl.DataFrame
    claims: pl.DataFrame
    deductions: pl.DataFrame


@dataclass(frozen=True)
class Ways:
    """What payments need beside decisions: accounts, choices of payer, and the latest pay day of each benefit.

    `pay_days` maps a benefit to its day; corrections and what has no day of its own go with `base_day`. `open_claims`
    (claim, payee, payee_kind, cents still open) and `plans` (see PLAN) come from earlier runs and from people.
    `unpaid` holds the links of earlier payments that never reached anybody: they are ordered again.
    """

    accounts: pl.DataFrame
    choices: pl.DataFrame
    pay_days: Mapping[str, date]
    base_day: date
    open_claims: pl.DataFrame
    plans: pl.DataFrame
    unpaid: pl.DataFrame


def make_orders(decisions: pl.DataFrame, *, month: Month, run: int, ways: Ways) -> Orders:
    """Return the payments of a run with their links, its claims and its deductions."""
    due = decisions.filter(pl.col("due_cents") != 0)
    is_back = (pl.col("change") == CORRECTED) | (pl.col("due_cents") < 0)
    links = due.select(*LINK.names(), "run", pl.col("due_cents").alias("cents"), is_back=is_back, day=_day_of(ways))
    again = ways.unpaid.select(
        *LINK.names(), pl.col("run").cast(pl.Int32()), "cents", is_back=pl.lit(False), day=pl.lit(ways.base_day)
    )
    links = _separated(pl.concat([links, again]), ways.base_day)
    bundled = links.group_by(_BUNDLE).agg(pl.col("cents").sum())
    to_pay, to_claim = bundled.filter(~pl.col("is_claim")), bundled.filter("is_claim")
    named = _named(to_pay, month=month, run=run)
    claims = _claims(to_claim, month=month, run=run)
    names = pl.concat([named.select(*_BUNDLE, "end_to_end_id"), claims.select(*_BUNDLE, "end_to_end_id")])
    linked = links.join(names, on=_BUNDLE, how="left", nulls_equal=True)
    deductions = _deductions(named, ways, month)
    taken = deductions.group_by("end_to_end_id").agg(pl.col("cents").sum().alias("taken"))
    paid = named.join(taken, on="end_to_end_id", how="left")
    paid = paid.with_columns(amount_cents=pl.col("cents") - pl.col("taken").fill_null(0))
    return Orders(
        payments=_with_ways(paid, ways),
        links=_typed(linked, LINKED).sort("end_to_end_id", "child", "benefit", "month"),
        claims=_typed(claims.with_columns(claim="end_to_end_id", cents=-pl.col("cents")), CLAIM).sort("claim"),
        deductions=_typed(deductions, DEDUCTION).sort("end_to_end_id", "claim"),
    )


_BUNDLE: Final = ("payee", "payee_kind", "pay_on", "is_claim")


def _day_of(ways: Ways) -> pl.Expr:
    if not ways.pay_days:
        return pl.lit(ways.base_day)
    days = dict(ways.pay_days)
    return pl.col("benefit").replace_strict(days, default=ways.base_day, return_dtype=pl.Date())


def _separated(links: pl.DataFrame, base_day: date) -> pl.DataFrame:
    """Keep what is asked back out of the month's payments: corrections of a payee that come to less than nothing."""
    net = pl.col("cents").filter("is_back").sum().over("payee", "payee_kind")
    return links.with_columns(
        is_claim=pl.col("is_back") & (net < 0), pay_on=pl.when("is_back").then(pl.lit(base_day)).otherwise("day")
    )


def _named(bundles: pl.DataFrame, *, month: Month, run: int) -> pl.DataFrame:
    """Give each payment its end-to-end id: month, run and its place in the order; nothing of a person stands in it."""
    ordered = bundles.sort(*_BUNDLE).with_row_index("place", offset=1)
    place = pl.col("place").cast(pl.String()).str.zfill(8)
    return ordered.with_columns(end_to_end_id=pl.format(f"GP{month.year}{month.month:02d}-{run:04d}-{{}}", place))


def _claims(bundles: pl.DataFrame, *, month: Month, run: int) -> pl.DataFrame:
    ordered = bundles.sort(*_BUNDLE).with_row_index("place", offset=1)
    place = pl.col("place").cast(pl.String()).str.zfill(8)
    return ordered.with_columns(end_to_end_id=pl.format(f"TV{month.year}{month.month:02d}-{run:04d}-{{}}", place))


def _deductions(named: pl.DataFrame, ways: Ways, month: Month) -> pl.DataFrame:
    """Take what plans allow from the payments of the base day: at most the plan, what is open, and what is paid."""
    made = ways.plans.filter(pl.col("kind") == "plan")
    plans = made.group_by("claim", maintain_order=True).agg(pl.col("cents").last().alias("plan"))
    open_now = ways.open_claims.filter(pl.col("cents") > 0).join(plans, on="claim")
    monthly = named.filter(pl.col("pay_on") == ways.base_day)
    joined = open_now.join(monthly, on=("payee", "payee_kind"), suffix="_paid").sort("claim")
    wanted = joined.with_columns(wish=pl.min_horizontal("plan", "cents"))
    before = pl.col("wish").cum_sum().over("end_to_end_id") - pl.col("wish")
    left = (pl.col("cents_paid") - before).clip(0)
    taken = wanted.with_columns(take=pl.min_horizontal(pl.col("wish"), left))
    return taken.filter(pl.col("take") > 0).select("claim", "end_to_end_id", pl.col("take").alias("cents"))


def _with_ways(paid: pl.DataFrame, ways: Ways) -> pl.DataFrame:
    accounts, choices = on_day(ways.accounts, ways.base_day), on_day(ways.choices, ways.base_day)
    joined = paid.join(accounts, left_on="payee", right_on="person", how="left").join(
        choices, left_on="payee", right_on="person", how="left"
    )
    joined = joined.with_columns(
        payer=pl.col("payer").fill_null(WITHOUT_CHOICE),
        state=pl.when(pl.col("amount_cents") == 0)
        .then(pl.lit("set_off"))
        .when(pl.col("iban").is_null())
        .then(pl.lit(HELD))
        .otherwise(pl.lit(ORDERED)),
    )
    return _typed(joined, PAYMENT).sort("payer", "end_to_end_id")


def _typed(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    return frame.select(pl.col(name).cast(kind) for name, kind in schema.items())
