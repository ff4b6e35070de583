"""What a page shows of a family: its lines by child and month, what is next, and the reasons of one decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from sluis.benefits.explanation import Explanation, Otherwise, Teller, family_of, next_change, otherwise, with_payment
from sluis.benefits.explanation.words import benefit_title
from sluis.benefits.family_facts import family_tables
from sluis.benefits.grants.book import GrantBook
from sluis.benefits.grants.running import read_frozen
from sluis.benefits.law import decide, law
from sluis.benefits.store import Line, Person
from sluis.benefits.tables import FactTables
from sluis.kernel.errors import SluisError
from sluis.kernel.month import Month
from sluis.kernel.text import Message, msg

_STEPS: Final[tuple[tuple[int, Message], ...]] = (
    (6, msg("wordt 6 jaar: een andere leeftijdsbijslag voor een kind van voor 2019")),
    (12, msg("wordt 12 jaar: een andere leeftijdsbijslag voor een kind van voor 2019")),
    (18, msg("wordt 18 jaar: daarna hangt het recht af van studies of werk")),
    (21, msg("wordt 21 jaar: het recht door een zorgbehoefte loopt tot het einde van die maand")),
    (25, msg("wordt 25 jaar: het recht loopt tot het einde van die maand")),
)


@dataclass(frozen=True, slots=True)
class Spell:
    """Months on end in which a child has the same decision about a benefit: the file's row over time."""

    benefit: str
    title: Message
    since: Month
    until: Month
    amount_cents: int | None
    status: str
    payees: tuple[str, ...]
    is_now: bool


@dataclass(frozen=True, slots=True)
class ChildFile:
    """One child of a file."""

    child: str
    person: Person | None
    spells: tuple[Spell, ...]
    expected: tuple[tuple[Month, Message], ...]


def month_of(count: int) -> Month:
    """Return the month of a number: year x 12 + month - 1."""
    return Month(count // 12, count % 12 + 1)


def child_files(lines: Sequence[Line], people: dict[str, Person], *, now: Month) -> list[ChildFile]:
    """Return the file of each child: what holds since when, the newest first, and what is expected next."""
    found = []
    for child in sorted({line.child for line in lines}):
        own = [line for line in lines if line.child == child]
        person = people.get(child)
        expected = _expected(person.born, now) if person is not None and person.born is not None else ()
        found.append(ChildFile(child, person, tuple(_spells(own, now)), tuple(expected)))
    return found


def _spells(lines: Sequence[Line], now: Month) -> list[Spell]:
    months: dict[tuple[str, int], list[Line]] = {}
    for line in lines:
        if line.amount_cents != 0:
            months.setdefault((line.benefit, line.month), []).append(line)
    spells: list[Spell] = []
    for (benefit, month), held in sorted(months.items()):
        amounts = [line.amount_cents for line in held]
        amount = None if None in amounts else sum(each or 0 for each in amounts)
        status = "undecided" if amount is None else max((line.status for line in held), key=_WEIGHT.index)
        payees = tuple(sorted({line.payee for line in held if line.payee}))
        at = month_of(month)
        last = spells[-1] if spells else None
        same = last is not None and (last.benefit, last.amount_cents, last.status, last.payees) == (
            benefit, amount, status, payees,
        )  # fmt: skip
        if last is not None and same and last.until + 1 == at:
            spells[-1] = Spell(benefit, last.title, last.since, at, amount, status, payees, at >= now)
        else:
            spells.append(Spell(benefit, benefit_title(benefit), at, at, amount, status, payees, at >= now))
    return sorted(spells, key=lambda spell: (not spell.is_now, -(spell.until - Month(2000, 1)), spell.benefit))


_WEIGHT: Final = ("final", "provisional", "undecided")


def _expected(born: date, now: Month) -> list[tuple[Month, Message]]:
    """Return the birthdays at which the law looks again, at most two, and the start of the next award year."""
    is_old = born.year < _NEW_AMOUNTS_FROM
    steps = [(years, words) for years, words in _STEPS if is_old or years >= _GROWN]
    found = [(Month(born.year + years, born.month), words) for years, words in steps]
    later = [(month, words) for month, words in found if month > now][:2]
    september = Month(now.year + (now.month >= _SEPTEMBER), _SEPTEMBER)
    return sorted(
        [
            *later,
            (
                september,
                _AWARD_YEAR,
            ),
        ],
        key=lambda each: each[0],
    )


_SEPTEMBER: Final = 9
_NEW_AMOUNTS_FROM: Final = 2019
_GROWN: Final = 18
_AWARD_YEAR: Final = msg("nieuw toekenningsjaar: wij kijken opnieuw naar het inkomen, en de bedragen kunnen stijgen")


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why: the explanation of one benefit of one child in one month, with what would change it."""

    told: Explanation
    changes: tuple[Otherwise, ...]
    next_change: tuple[Month, int | None] | None


def family_of_run(directory: Path, *, run: int, child: str) -> FactTables:
    """Return the facts of a child's family as a run had them; a SluisError where there is no such run."""
    book = GrantBook(directory)
    found = next((each for each in book.runs() if each.number == run), None)
    if found is None:
        raise _unknown()
    return family_tables(read_frozen(book, found.inputs), child)


def reasons_of(
    tables: FactTables, *, child: str, month: Month, benefit: str, teller: Teller, budget: int = 60
) -> Reasons:
    """Return the reasons of a decision from the facts of a family; a SluisError where there are none."""
    if benefit not in law().benefits:
        raise _unknown()
    decided = decide(tables, month, engine="interpreter")
    family = family_of(decided)
    told = teller.explain(family, child, benefits=(benefit,))
    if not told:
        raise _unknown()
    return Reasons(
        with_payment(told[0], decided),
        otherwise(family, child, benefit, budget=budget),
        next_change(family, child, benefit, months=13),
    )


def _unknown() -> SluisError:
    return SluisError(
        "decision-unknown",
        msg("Over deze beslissing is hier niets te lezen."),
        remedy=msg("Ga terug naar het dossier en kies een maand die erin staat."),
    )
