"""The monthly statement: every right due has one payment, none twice, none skipped, and all sums agree to the cent.

It is made from what was written, not from what was meant: the order files are read back. A run whose statement does not
hold does not come to be.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import polars as pl

from sluis.benefits.grants.lines import KEY
from sluis.benefits.money.orders import HELD, ORDERED, Orders
from sluis.benefits.money.pain001 import OrderFile, totals_of
from sluis.kernel.errors import SluisError
from sluis.kernel.text import Message, msg


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold: its code, whether it does, and the two numbers that were compared."""

    code: str
    what: Message
    left: int
    right: int

    @property
    def holds(self) -> bool:
        """Whether both sides are the same."""
        return self.left == self.right


@dataclass(frozen=True)
class Statement:
    """What a run came to, and every check of it."""

    checks: tuple[Check, ...]
    totals: dict[str, int]

    @property
    def holds(self) -> bool:
        """Whether every check holds."""
        return all(check.holds for check in self.checks)

    def as_json(self) -> dict[str, object]:
        """Return the statement as JSON values."""
        checks = [{**asdict(check), "what": str(check.what), "holds": check.holds} for check in self.checks]
        return {"holds": self.holds, "totals": self.totals, "checks": checks}


def state(decisions: pl.DataFrame, orders: Orders, files: Sequence[OrderFile], earlier_ids: pl.LazyFrame) -> Statement:
    """Return the statement of a run; `earlier_ids` has the `end_to_end_id` of every payment of every earlier run."""
    due = decisions.filter(pl.col("due_cents") != 0)
    own = orders.links.join(decisions.select(*KEY, "run"), on=(*KEY, "run"), how="semi", nulls_equal=True)
    payments, ordered = orders.payments, orders.payments.filter(pl.col("state") == ORDERED)
    read = [totals_of(file.content) for file in files]
    rights = decisions.filter(pl.col("amount_cents").is_not_null() & (pl.col("doubt") != "recovery:barred"))
    twice = payments.lazy().select("end_to_end_id").join(earlier_ids, on="end_to_end_id", how="semi").collect()
    claimed, taken = _sum(orders.claims, "cents"), _sum(orders.deductions, "cents")
    checks = (
        Check("every-due-once", msg("Elk verschil staat in precies één betaling of terugvordering."),
              own.select(*KEY).n_unique(), due.height),
        Check("no-link-twice", msg("Geen enkel verschil staat er twee keer in."), own.height, due.height),
        Check("linked-cents", msg("De centen van de verschillen zijn die van de koppelingen."),
              _sum(own, "cents"), _sum(due, "due_cents")),
        Check("paid-cents", msg("Betalingen, inhoudingen en terugvorderingen maken samen de koppelingen."),
              _sum(payments, "amount_cents") + taken - claimed, _sum(orders.links, "cents")),
        Check("paid-is-right", msg("Wat over elk recht betaald is, is het bedrag van het recht."),
              _sum(rights, "paid_cents"), _sum(rights, "amount_cents")),
        Check("each-right-paid", msg("Geen enkel recht is te weinig of te veel betaald."),
              rights.filter(pl.col("paid_cents") != pl.col("amount_cents")).height, 0),
        Check("files-count", msg("De bestanden voor de bank bevatten elke opdracht."),
              sum(each.count for each in read), ordered.height),
        Check("files-cents", msg("De bestanden voor de bank bevatten elke cent."),
              sum(each.cents for each in read), _sum(ordered, "amount_cents")),
        Check("no-id-twice", msg("Geen betaling kreeg een kenmerk dat al bestond."), twice.height, 0),
        Check("unique-ids", msg("Elke betaling heeft een eigen kenmerk."),
              payments.get_column("end_to_end_id").n_unique(), payments.height),
        Check("nobody-pays-back-by-order", msg("Geen opdracht is nul of minder."),
              ordered.filter(pl.col("amount_cents") <= 0).height, 0),
    )  # fmt: skip
    held = payments.filter(pl.col("state") == HELD)
    totals = {
        "rights": decisions.filter(pl.col("amount_cents") > 0).height,
        "rights_cents": _sum(decisions, "amount_cents"),
        "undecided": decisions.filter(pl.col("amount_cents").is_null()).height,
        "provisional": decisions.filter(pl.col("status") == "provisional").height,
        "payments": ordered.height,
        "payments_cents": _sum(ordered, "amount_cents"),
        "held": held.height,
        "held_cents": _sum(held, "amount_cents"),
        "claims": orders.claims.height,
        "claims_cents": claimed,
        "deductions_cents": taken,
    }
    return Statement(checks, totals)


def refuse_unbalanced(statement: Statement) -> None:
    """Raise a SluisError that names every check that does not hold."""
    wrong = [check for check in statement.checks if not check.holds]
    if wrong:
        raise SluisError(
            "statement-unbalanced",
            msg("De maandstaat klopt niet: {wrong}. Er is niets beslist en niets betaald.", wrong=_told(wrong)),
            remedy=msg("Bewaar de feiten van deze run en verwittig de ontwikkelaars: dit is een fout van Sluis."),
        )


def _told(checks: Iterable[Check]) -> str:
    return "; ".join(f"{check.code} ({check.left} ≠ {check.right})" for check in checks)


def _sum(frame: pl.DataFrame, column: str) -> int:
    return int(frame.get_column(column).sum() or 0)
