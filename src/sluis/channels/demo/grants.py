"""The demo's Groeipakket: two months decided for everybody of the demo, paid, stated and published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sluis.app import Installation
from sluis.benefits.grants.book import GrantBook
from sluis.benefits.horizon import last_known
from sluis.benefits.publishing import publish
from sluis.benefits.running import Summary, Switches, run_month
from sluis.gate.actions import day_of
from sluis.kernel.month import Month

PUBLISHER = "vutg"
_MONTHS = 2


@dataclass(frozen=True, slots=True)
class PublishedGrants:
    """What was published: the months, and of the last one how many children, what is due and what is not final."""

    first: Month
    last: Month
    children: int
    due_cents: int
    provisional: int
    undecided: int


def publish_months(house: Installation, facts: Path, *, at: datetime) -> PublishedGrants:
    """Decide the last two months whose amounts the law's sources give, and put them before payers and parents.

    A second time goes on where the book stands: the same facts change nothing, others make the differences due.
    """
    folder = house.settings.home / "groeipakket"
    book = GrantBook(folder)
    last = last_known(Month.of(day_of(at)))
    runs = book.runs()
    first = last - (_MONTHS - 1)
    begun = runs[-1].month if runs else first
    for month in begun.until(max(last, begun)):
        summary = run_month(facts, month, folder, Switches(with_test_accounts=True))
    for run in book.runs():
        with house.database.owner() as connection:
            publish(
                connection,
                book,
                run.number,
                beside=facts,
                party=PUBLISHER,
                by="command-line",
                at=at,
                secrets=house.keys.persons,
            )
    return _told(summary, first, Month.parse(summary["month"]))


def _told(summary: Summary, first: Month, last: Month) -> PublishedGrants:
    benefits = summary["benefits"].values()
    return PublishedGrants(
        first=first,
        last=last,
        children=summary["children"],
        due_cents=summary["amount_cents"],
        provisional=sum(each["provisional"] for each in benefits),
        undecided=sum(each["undecided"] for each in benefits),
    )
