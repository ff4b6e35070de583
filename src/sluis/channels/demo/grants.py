"""The demo's Groeipakket: two months decided for everybody of the demo, paid, stated and published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sluis.agreements import store
from sluis.agreements.actions import draft_agreement, publish_agreement, sign_agreement
from sluis.agreements.catalogue import example_completion, template
from sluis.agreements.completion import Completion, complete
from sluis.agreements.model import Agreement
from sluis.agreements.parties import Advice
from sluis.agreements.text import draft_hash
from sluis.agreements.yamlfile import read_yaml
from sluis.app import Installation
from sluis.benefits.grants.book import GrantBook
from sluis.benefits.horizon import last_known
from sluis.benefits.money.accounts import PAYERS
from sluis.benefits.publishing import publish
from sluis.benefits.running import Summary, Switches, run_month
from sluis.benefits.through_the_gate import TEMPLATE
from sluis.database import Connection
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


def settle_payers(connection: Connection, *, at: datetime) -> None:
    """Bring each payer's agreement about the facts of families into force; a second time changes nothing."""
    for payer, name in PAYERS.items():
        code = f"{TEMPLATE}-{payer}"
        if store.read_state(connection, code) is not None:
            continue
        agreement = completed_for(code, payer, name, day=day_of(at))
        drafted = draft_agreement(connection, agreement=agreement, party=payer, by=f"{payer}-signatory", at=at)
        for party in (payer, PUBLISHER):
            sign_agreement(
                connection,
                agreement=code,
                text_hash=drafted.text_hash,
                party=party,
                by=f"{party}-signatory",
                at=at,
            )
        publish_agreement(connection, agreement=code, party=PUBLISHER, by=f"{PUBLISHER}-signatory", at=at)


def completed_for(code: str, payer: str, name: str, *, day: date) -> Agreement:
    """Return the standard agreement about the facts of families as this payer completes it, with both advices."""
    answers: Any = read_yaml(example_completion(TEMPLATE))[0].value
    answers["parties"]["uitbetaler"] |= {"name": name, "body": payer}
    answers |= {"agreement": code, "term": {"in_force_from": day, "until": date(day.year + 1, day.month, 1)}}
    agreement = complete(template(TEMPLATE), Completion.model_validate(answers))
    if isinstance(agreement, list):
        raise ValueError("; ".join(str(problem.what) for problem in agreement))
    draft = draft_hash(agreement)
    advices = tuple(
        Advice(party=party, by=f"{party} (fictief)", date=day, verdict="favourable", draft_hash=draft)
        for party in ("uitbetaler", PUBLISHER)
    )
    return agreement.model_copy(update={"advices": advices})


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
