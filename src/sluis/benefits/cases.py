"""Acceptance cases run against the law: what each expectation says, what came out, and why not where they differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import polars as pl

from sluis.benefits.case_files import MUNICIPAL, Case, Expected, read_case
from sluis.benefits.cases_together import BENEFICIARIES, Together, months_of, renamed
from sluis.benefits.deciding import Engine
from sluis.benefits.law import Decided, law
from sluis.benefits.model import Benefit
from sluis.benefits.payees import PERSON
from sluis.benefits.payments import paid_to, pay_day
from sluis.benefits.tables import cents_of
from sluis.kernel.errors import SluisError
from sluis.kernel.month import Month
from sluis.kernel.text import Message, msg
from sluis.rules import Lack

AT_ONCE = 500
MOST_TOLD = 3


@dataclass(frozen=True)
class Checked:
    """One expectation with what came out: met, or the sentences that say why not."""

    expected: Expected
    failures: tuple[Message, ...]

    @property
    def met(self) -> bool:
        """Whether everything that the row expects came out."""
        return not self.failures


@dataclass(frozen=True)
class CaseResult:
    """One file: its expectations, or the sentence that says why it could not be run."""

    name: str
    title: str
    checked: tuple[Checked, ...]
    error: SluisError | None = None

    @property
    def passed(self) -> bool:
        """Whether every expectation of the case is met."""
        return self.error is None and all(each.met for each in self.checked)


def run_case(path: Path, *, engine: Engine = "polars", refuse_weak: bool = False) -> CaseResult:
    """Run one case file; a file that is no case is a result with its error."""
    return next(iter(run_cases([path], engine=engine, refuse_weak=refuse_weak)))


def run_cases(paths: Iterable[Path], *, engine: Engine = "polars", refuse_weak: bool = False) -> Iterator[CaseResult]:
    """Run case files and give their results in order.

    What several cases ask of one month is decided once, for all their families together, as for a whole region.
    """
    waiting = iter(paths)
    while some := list(islice(waiting, AT_ONCE)):
        cases: dict[int, Case] = {}
        refused: dict[int, CaseResult] = {}
        for number, path in enumerate(some):
            try:
                cases[number] = read_case(path)
            except SluisError as fault:
                refused[number] = CaseResult(path.name, "", (), fault)
        together = Together(cases, engine, refuse_weak)
        for number in range(len(some)):
            yield refused[number] if number in refused else _checked(cases[number], number, together)


def _checked(case: Case, number: int, together: Together) -> CaseResult:
    runner = _Runner(case, number, together)
    return CaseResult(case.id, case.title, tuple(runner.check(each) for each in case.expect))


class _Runner:
    def __init__(self, case: Case, number: int, together: Together) -> None:
        self._case = case
        self._number = number
        self._together = together

    def check(self, expected: Expected) -> Checked:
        """Compare one expectation, each of its months."""
        try:
            failures = tuple(self._failures(expected))
        except SluisError as fault:
            failures = (fault.what,)
        except pl.exceptions.PolarsError as fault:  # facts that no reading foresaw: this row fails, the others go on
            failures = (msg("De feiten zijn niet te verwerken ({kind}).", kind=type(fault).__name__),)
        return Checked(expected, failures)

    def _failures(self, expected: Expected) -> Iterable[Message]:
        if expected.benefit.startswith(MUNICIPAL):
            yield msg("Gemeentelijke toelagen toetst deze opdracht niet.")
            return
        if expected.subject not in self._case.people:
            yield msg("{subject} staat niet in persons.", subject=expected.subject)
            return
        if expected.paid is not None:
            yield msg("Wat na schuldverrekening overblijft, toetst deze opdracht niet.")
        benefit = law().benefits[expected.benefit][1] if expected.benefit in law().benefits else None
        if benefit is None:
            yield msg("Er zijn geen regels voor {benefit}.", benefit=expected.benefit)
            return
        named = renamed(expected, self._number)
        for months in months_of(expected, benefit, self._case):
            yield from self._compared(named, benefit, months)

    def _compared(self, expected: Expected, benefit: Benefit, months: list[Month]) -> Iterable[Message]:
        """Compare what the months come to together with the row."""
        decided = [self._at(month, expected) for month in months]
        period = f"{months[0]}" if len(months) == 1 else f"{months[0]}..{months[-1]}"
        got = [_amount(each, benefit.name, expected) for each in decided]
        if None in got:
            for each in decided:
                yield from _why_undecided(each, benefit.name, expected.subject)
            return
        total = sum(amount for amount in got if amount is not None)
        if expected.amount is not None and total != cents_of(expected.amount):
            yield msg(
                "{period}: verwacht {wanted}, gekregen {got}.",
                period=period,
                wanted=expected.amount,
                got=_written(total),
            )
        if expected.granted is not None and expected.granted != (total > 0):
            yield msg("{period}: gekregen {got}.", period=period, got=_written(total))
        # Of the months of a year only those with an amount are paid; without any, all are looked at.
        paying = [each for each, amount in zip(decided, got, strict=True) if amount] or decided
        yield from self._details(expected, benefit, paying, period)

    def _details(self, expected: Expected, benefit: Benefit, decided: list[Decided], period: str) -> Iterable[Message]:
        if expected.paid_on is not None:
            days = {pay_day(benefit.calendar, each.month) for each in decided}
            if days != {expected.paid_on}:
                got = ", ".join(str(day or "-") for day in sorted(days, key=str))
                yield msg("{period}: betaald uiterlijk op {got}.", period=period, got=got)
        for wanted, output, what in (
            (expected.income_year, benefit.income_year, "income_year"),
            (expected.points, benefit.points, "points"),
        ):
            if wanted is not None:
                found = {value for each in decided for value in _told(each, output, expected.subject)}
                if found != {wanted}:
                    got = ", ".join(sorted(map(str, found))) or "-"
                    yield msg("{period}: {what} is {got}.", period=period, what=what, got=got)
        if expected.provisional is not None:
            got_one = any(provisional(each, benefit, expected.subject) for each in decided)
            if got_one != expected.provisional:
                yield msg("{period}: provisional is {got}.", period=period, got=str(got_one).lower())

    def _at(self, month: Month, expected: Expected) -> Decided:
        return self._together.at(self._number, month, expected.as_of or self._case.as_of)


def provisional(decided: Decided, benefit: Benefit, child: str) -> bool:
    """Say whether a child's benefit is to be looked at again: a weak value was used, or the rules say so."""
    if benefit.provisional and True in _told(decided, benefit.provisional, child):
        return True
    doubts = decided.doubts(benefit.name)
    return not doubts.filter((pl.col("child") == child) & (pl.col("lack") == "weak")).is_empty()


def _amount(decided: Decided, benefit: str, expected: Expected) -> int | None:
    """Return the cents of the child, in all or to the payee; None when undecided. Who is not there yet gets nothing."""
    if not decided.has(benefit):
        raise _no_rule(benefit, decided.month)
    values = decided.values(benefit).filter(pl.col("child") == expected.subject)["value"]
    if values.null_count() and expected.paid_to in (None, BENEFICIARIES):
        return None
    if expected.paid_to is None:
        return int(values.sum())
    paid = paid_to(decided, benefit, with_open=True).filter(pl.col("child") == expected.subject)
    if expected.paid_to == BENEFICIARIES:
        return int(paid.filter(pl.col("kind") == PERSON)["amount"].sum())
    to = (pl.col("payee") == expected.paid_to) | (pl.col("together") == expected.paid_to) | pl.col("payee").is_null()
    own = paid.filter(to.fill_null(value=False))
    if own["amount"].null_count():
        return None  # what another family of the child waits for does not matter here
    return int(own.filter(pl.col("payee").is_not_null())["amount"].sum())


def _no_rule(benefit: str, month: Month) -> SluisError:
    return SluisError(
        "rule-without-month",
        msg("Er is geen regel voor {output} in {month}.", output=benefit, month=month),
        remedy=msg("Kies een maand waarvoor er een regel is."),
    )


def _told(decided: Decided, output: str, child: str) -> list[object]:
    if not output or not decided.has(output):
        return []
    found = decided.values(output).filter((pl.col("child") == child) & pl.col("value").is_not_null())
    return list(found["value"])


def _why_undecided(decided: Decided, benefit: str, child: str) -> Iterable[Message]:
    """Tell in words what is not known, each thing once and not more than a few of them."""
    doubts = decided.doubts(benefit).filter((pl.col("child") == child) & (pl.col("lack") != "weak"))
    missing = sorted(set(zip(doubts["lack"], doubts["name"], strict=True)))
    if missing:
        told, *others = [_in_words(lack, name) for lack, name in missing[:MOST_TOLD]]
        for other in others:
            told = Message("{one}; {other}", (("one", told), ("other", other)))
        if len(missing) > MOST_TOLD:
            told = msg("{told}; en nog {number} andere", told=told, number=len(missing) - MOST_TOLD)
        yield msg("{period}: onbeslist, want dit is niet bekend: {told}.", period=decided.month, told=told)


def _in_words(lack: str, name: str) -> Message:
    """Return the title of a fact or rule beside its name; a parameter without a value has its name only."""
    for book in law().rules.values():
        if lack == Lack.FACT.value and name in book.facts:
            return Message("{title} ({name})", (("title", book.facts[name].what), ("name", name)))
    return Message("{name}", (("name", name),))


def _written(cents: int) -> str:
    sign, whole = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}{whole // 100}.{whole % 100:02d}"
