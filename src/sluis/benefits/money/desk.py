"""The pay desk: makes the orders and the statement of a run, and keeps what the bank says, beside the book of grants.

runs/0001/payments.parquet, links.parquet, claims.parquet, deductions.parquet, statement.json, order-*.xml
bank/<sha256>.xml           what the bank sent, each file once
decisions/<name>.parquet    what people decided on claims (see orders.PLAN)
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Final

import polars as pl

from sluis.benefits.grants.book import GrantBook, Run
from sluis.benefits.money.accounts import ACCOUNT, CHOICE, PAYERS, sample_accounts, sample_iban
from sluis.benefits.money.feedback import REJECTED, RETURNED, BankFile, read_bank_file
from sluis.benefits.money.orders import CLAIM, DEDUCTION, HELD, LINKED, PAYMENT, PLAN, Orders, Ways, make_orders
from sluis.benefits.money.pain001 import Debtor, OrderFile, order_files
from sluis.benefits.money.statement import Statement, refuse_unbalanced, state
from sluis.kernel.month import Month

# The payers' own accounts are not ours to know: test accounts, numbered at the end of the range.
DEBTORS: Final = tuple(
    Debtor(code, name, sample_iban(999_999_999_990 + place)) for place, (code, name) in enumerate(PAYERS.items())
)


@dataclass(frozen=True)
class Payees:
    """Who is paid and how: accounts, choices of payer and names; `with_test_accounts` gives everyone a test account."""

    accounts: pl.DataFrame
    choices: pl.DataFrame
    names: pl.DataFrame
    with_test_accounts: bool = False

    @classmethod
    def unknown(cls) -> Payees:
        """Return payees of whom nothing is known: for reading what is there, and paying nobody."""
        names = pl.DataFrame(schema={"person": pl.String(), "name": pl.String()})
        return cls(pl.DataFrame(schema=ACCOUNT), pl.DataFrame(schema=CHOICE), names)

    def accounts_for(self, decisions: pl.DataFrame) -> pl.DataFrame:
        """Return the accounts to pay to; test accounts only where nobody has a real one."""
        if not self.with_test_accounts:
            return self.accounts
        payees = decisions.select(pl.col("payee").alias("person"))
        return pl.concat([self.accounts, sample_accounts(payees.join(self.accounts, on="person", how="anti"))])


class PayDesk:
    """The payments of one book of grants."""

    def __init__(self, book: GrantBook, payees: Payees) -> None:
        self.book = book
        self.payees = payees

    def settle(
        self,
        folder: Path,
        decisions: pl.DataFrame,
        *,
        month: Month,
        run: int,
        pay_days: Mapping[str, date],
        base_day: date,
    ) -> Statement:
        """Write the orders and statement of a run into its folder; a SluisError where the statement does not hold."""
        earlier = self.book.runs()
        ways = Ways(
            accounts=self.payees.accounts_for(decisions) if decisions.height else self.payees.accounts,
            choices=self.payees.choices,
            pay_days=pay_days,
            base_day=base_day,
            open_claims=self.open_claims(earlier),
            plans=self.plans(),
            unpaid=self._unpaid(earlier),
        )
        orders = make_orders(decisions, month=month, run=run, ways=ways)
        prefix = f"GP{month.year}{month.month:02d}-{run:04d}"
        made_at = datetime.combine((month + 1).first_day, time(), UTC)
        files = list(
            order_files(orders.payments, debtors=DEBTORS, names=self.payees.names, prefix=prefix, made_at=made_at)
        )
        ids = pl.concat([_scan(one, "payments", PAYMENT).select("end_to_end_id") for one in earlier] or [_no_ids()])
        statement = state(decisions, orders, files, ids)
        refuse_unbalanced(statement)
        _write(folder, orders, files, statement)
        return statement

    def payments(self, runs: tuple[Run, ...] | None = None) -> pl.DataFrame:
        """Return every payment of the book with what the bank last said: `bank` and `reason`, null for nothing."""
        told = self.book.runs() if runs is None else runs
        frames = [
            _scan(run, "payments", PAYMENT).with_columns(run=pl.lit(run.number, dtype=pl.Int32())) for run in told
        ]
        if not frames:
            return pl.DataFrame(schema={**PAYMENT, "run": pl.Int32(), "bank": pl.String(), "reason": pl.String()})
        return pl.concat(frames).join(self._said().lazy(), on="end_to_end_id", how="left").collect()

    def take_bank_file(self, content: bytes) -> tuple[BankFile, bool]:
        """Keep a file of the bank and return its events; the second value says whether it is new."""
        read = read_bank_file(content)
        path = self.book.directory / "bank" / f"{read.digest}.xml"
        if path.exists():
            return read, False
        path.parent.mkdir(parents=True, exist_ok=True)
        order = len(list(path.parent.glob("*.xml"))) + 1
        unfinished = path.with_suffix(".unfinished")
        unfinished.write_bytes(content)
        unfinished.replace(path)
        (path.with_suffix(".order")).write_text(str(order), encoding="ascii")
        return read, True

    def open_claims(self, runs: tuple[Run, ...]) -> pl.DataFrame:
        """Return the claims with what is still open of each, after deductions and waivers."""
        if not runs:
            return pl.DataFrame(schema=CLAIM)
        claims = pl.concat([_scan(run, "claims", CLAIM) for run in runs])
        taken = pl.concat([_scan(run, "deductions", DEDUCTION) for run in runs])
        taken = taken.group_by("claim").agg(pl.col("cents").sum().alias("taken"))
        waived = self.plans().lazy().filter(pl.col("kind") == "waiver")
        waived = waived.group_by("claim").agg(pl.col("cents").sum().alias("waived"))
        left = pl.col("cents") - pl.col("taken").fill_null(0) - pl.col("waived").fill_null(0)
        joined = claims.join(taken, on="claim", how="left").join(waived, on="claim", how="left")
        return joined.with_columns(cents=left).select(CLAIM.names()).filter(pl.col("cents") > 0).collect()

    def plans(self) -> pl.DataFrame:
        """Return what people decided on claims."""
        paths = sorted((self.book.directory / "decisions").glob("*.parquet"))
        frames = [pl.read_parquet(path).select(PLAN.names()).cast(PLAN) for path in paths]
        return pl.concat(frames) if frames else pl.DataFrame(schema=PLAN)

    def _unpaid(self, runs: tuple[Run, ...]) -> pl.DataFrame:
        """Return the links of payments that reached nobody and were not ordered again yet."""
        if not runs:
            return pl.DataFrame(schema=LINKED)
        known = self.payments(runs)
        lost = known.filter((pl.col("state") == HELD) | pl.col("bank").is_in([REJECTED, RETURNED]))
        links = pl.concat(
            [_scan(run, "links", LINKED).with_columns(paid_in=pl.lit(run.number, dtype=pl.Int32())) for run in runs]
        ).collect()
        # A link that stands in a later run too was ordered again there: only its last payment counts.
        last = links.sort("paid_in").unique([*LINKED.names()[:6]], keep="last")
        return last.join(lost, on="end_to_end_id", how="semi").select(LINKED.names())

    def _said(self) -> pl.DataFrame:
        folder = self.book.directory / "bank"
        found: dict[str, tuple[str, str]] = {}
        paths = sorted(folder.glob("*.xml"), key=_arrival) if folder.exists() else []
        for path in paths:
            for event in read_bank_file(path.read_bytes()).events:
                if event.end_to_end_id:
                    found[event.end_to_end_id] = (event.state, event.reason)
                else:
                    found |= dict.fromkeys(self._ids_of(event.message_id), (event.state, event.reason))
        columns = {
            "end_to_end_id": list(found),
            "bank": [each[0] for each in found.values()],
            "reason": [each[1] for each in found.values()],
        }
        return pl.DataFrame(columns, schema={"end_to_end_id": pl.String(), "bank": pl.String(), "reason": pl.String()})

    def _ids_of(self, message_id: str) -> list[str]:
        """Return the payments of one message, read from its order file."""
        for run in self.book.runs():
            path = run.folder / f"order-{message_id}.xml"
            if message_id and path.name == f"order-{message_id}.xml" and path.is_file():
                content = path.read_text(encoding="utf-8")
                return [part.partition("<")[0] for part in content.split("<EndToEndId>")[1:]]
        return []


def names_beside(facts: Path) -> pl.DataFrame:
    """Return `person` and `name` from the register of names beside the facts; empty without it."""
    path = facts / "names.parquet"
    if not path.exists():
        return pl.DataFrame(schema={"person": pl.String(), "name": pl.String()})
    names = pl.read_parquet(path, columns=["person", "given_name", "family_name"])
    return names.select("person", name=pl.col("given_name") + " " + pl.col("family_name")).unique("person", keep="last")


def _write(folder: Path, orders: Orders, files: list[OrderFile], statement: Statement) -> None:
    for name, frame in (
        ("payments", orders.payments),
        ("links", orders.links),
        ("claims", orders.claims),
        ("deductions", orders.deductions),
    ):
        frame.write_parquet(folder / f"{name}.parquet", compression="zstd", row_group_size=250_000)
    for file in files:
        (folder / file.name).write_bytes(file.content)
    written = json.dumps(statement.as_json(), ensure_ascii=False, indent=1, sort_keys=True)
    (folder / "statement.json").write_text(written + "\n", encoding="utf-8")


def _scan(run: Run, name: str, schema: pl.Schema) -> pl.LazyFrame:
    path = run.folder / f"{name}.parquet"
    return pl.scan_parquet(path) if path.exists() else pl.LazyFrame(schema=schema)


def _no_ids() -> pl.LazyFrame:
    return pl.LazyFrame(schema={"end_to_end_id": pl.String()})


def _arrival(path: Path) -> tuple[int, str]:
    order = path.with_suffix(".order")
    return (int(order.read_text(encoding="ascii")) if order.exists() else 1 << 30, path.name)


__all__ = ["ACCOUNT", "DEBTORS", "PayDesk", "Payees", "names_beside"]
