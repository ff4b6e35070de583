"""What an explanation holds: values and sentences, for a page, for JSON and for a letter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sluis.kernel.month import Month
from sluis.kernel.outcome import Clause
from sluis.kernel.text import Message
from sluis.rules.trace import Written

Decision = Literal["granted", "refused", "undecided"]


@dataclass(frozen=True, slots=True)
class UsedFact:
    """A fact that the decision looked at: what it is, its value, and the registers that it was read from.

    `decided_by` names the rule when an earlier book decided it; then it has no register of its own.
    """

    name: str
    what: Message
    value: Written
    shown: Message
    is_group: bool
    tables: tuple[str, ...]
    sources: tuple[Message, ...]
    decided_by: str = ""


@dataclass(frozen=True, slots=True)
class UsedValue:
    """A parameter of the law that was read: the value of the month, since when, where from and how sure."""

    name: str
    title: Message
    article: Clause
    since: Month
    value: Written
    shown: Message
    confidence: str
    reason: Message
    sources: tuple[str, ...]
    is_weak: bool


@dataclass(frozen=True, slots=True)
class Link:
    """One rule of the chain for one row, with what it says in words and what came out."""

    book: str
    subject: str
    child: str
    rule: str
    title: Message
    article: Clause
    valid: str
    value: Written
    shown: Message
    text: tuple[tuple[int, Message], ...]
    facts: tuple[UsedFact, ...]
    values: tuple[UsedValue, ...]
    rests_on: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """Something without which nothing can be decided: a fact with whom to ask, or a value of the law."""

    lack: str
    name: str
    what: Message
    remedy: Message
    ask: Message | None = None


@dataclass(frozen=True, slots=True)
class Paid:
    """To whom how much of the amount goes, in cents; `kind` is person, organisation or savings_account."""

    payee: str
    kind: str
    amount_cents: int
    parts: int
    of: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """One benefit of one child in one month. `amount_cents` is None while undecided; 0 is no right."""

    child: str
    benefit: str
    month: Month
    title: Message
    amount_cents: int | None
    missing: tuple[Missing, ...]
    weak: tuple[UsedValue, ...]
    chain: tuple[Link, ...]
    provisional_because: Message | None = None
    payees: tuple[Paid, ...] = ()
    pay_day: date | None = None
    receipts: tuple[tuple[str, str], ...] = ()
    """Of each book the hash of engine, rules, parameters and inputs that decided (see `sluis.rules.receipt`)."""

    @property
    def decision(self) -> Decision:
        """What was decided."""
        if self.amount_cents is None:
            return "undecided"
        return "granted" if self.amount_cents else "refused"

    @property
    def is_provisional(self) -> bool:
        """Whether there is a decision that rests on a value that is not sure."""
        return self.amount_cents is not None and bool(self.weak or self.provisional_because)

    @property
    def article(self) -> Clause:
        """The article on which the decision itself rests."""
        return self.chain[0].article
