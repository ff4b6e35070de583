"""Who is paid for a child, since when a child gives right to a sociale toeslag, and the ranks of before 2019."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from sluis.authentic.population.calibration import MILLION
from sluis.authentic.population.chance import Chance, Flags, Ints, choose, rank_within
from sluis.authentic.population.days import NONE, day, first_of_month, last_of_month, months
from sluis.authentic.population.families import Families
from sluis.authentic.population.histories import Spells, earlier, joined
from sluis.authentic.population.incomes import FIRST_NEW_AMOUNTS, Incomes
from sluis.authentic.population.parents import APART, DIED, LEFT, WITH, Former, Parents
from sluis.authentic.population.people import People

BEGUNSTIGDE, BIJSLAGTREKKENDE = range(2)
ROLES: Final = ("begunstigde", "bijslagtrekkende")

# When a right that still holds began, in percent of families. Assumption: beginnings of years of grant.
_BEGAN: Final = [date(2019, 1, 1), date(2020, 10, 1), date(2021, 10, 1), date(2022, 10, 1), date(2023, 1, 1)]
_BEGAN_WEIGHTS: Final = [32, 16, 18, 20, 14]
_MIDDLE_BAND: Final = day(date(2023, 4, 1))  # decree in force for one and two children above the lowest limit
_DECIDED_AGAIN: Final = 250_000  # of a million: two rows without a gap, one right
_INTERRUPTED: Final = 100_000  # a year without the right between two rows
_HAD_BEFORE: Final = 80_000  # of the families without: a right that ended
_YEAR_OF_GRANT: Final = (day(date(2021, 10, 1)), day(date(2022, 10, 1)))


def _ends(people: People, former: Former) -> Ints:
    """Return for every child the last day on which it can give right; NONE for those that still do."""
    count = people.children
    end = np.full(count + people.former, NONE, dtype=np.int64)
    end[count:] = np.where(former.kind == LEFT, former.end - 1, former.end)
    return end


def draw_beneficiaries(former: Former, parents: Parents, people: People) -> tuple[Spells, Ints]:
    """Return child, payee (`what`) and role: one or two begunstigden per child.

    Both parents, where known and alive, for a child born from 2019 on (Groeipakketdecreet art. 57); for an older one
    the bijslagtrekkende of 31 December 2018, as a rule the mother, goes on alone as begunstigde (art. 225).
    """
    child = np.arange(people.children + people.former)
    family, born, end = people.family[child], people.born[child], _ends(people, former)
    other, since = parents.other[family], parents.since[family]
    old = born < FIRST_NEW_AMOUNTS
    payee = people.first[family]
    from_2019 = np.maximum(born, FIRST_NEW_AMOUNTS)
    goes_on = (end == NONE) | (end >= FIRST_NEW_AMOUNTS)
    before = Spells(child, payee, born, earlier(end, np.full(end.size, FIRST_NEW_AMOUNTS - 1, dtype=np.int64)))
    after = Spells(child, payee, from_2019, end)
    with_other = ~old & ((other == WITH) | (other == APART) | ((other == DIED) & (since >= born)))
    other_end = np.where(other == DIED, earlier(end, since), end)
    second = Spells(child, people.second[family], born, other_end)
    parts = [before.where(old), after.where(goes_on), second.where(with_other)]
    role = np.full(sum(part.person.size for part in parts), BEGUNSTIGDE, dtype=np.int64)
    role[: parts[0].person.size] = BIJSLAGTREKKENDE
    return joined(parts), role


def _began(people: People, families: Families, incomes: Incomes, rng: np.random.Generator) -> Ints:
    """Return on which day each family's present right began."""
    days = np.array([day(on) for on in _BEGAN], dtype=np.int64)
    began = days[choose(rng, _BEGAN_WEIGHTS, families.count)]
    large = families.children >= 3
    began = np.where(incomes.middle & ~large, _MIDDLE_BAND, began)
    # A large family in the middle band needs its third child and a child with new amounts.
    third = people.born[np.where(large, families.first + families.children - 3, families.first)]
    child = np.arange(people.children)
    new = np.where(people.born[child] >= FIRST_NEW_AMOUNTS, people.born[child], np.iinfo(np.int64).max)
    first_new = np.minimum.reduceat(new, families.first)
    reached = first_of_month(months(np.maximum(third, np.where(first_new < np.iinfo(np.int64).max, first_new, third))))
    return np.where(incomes.middle & large, np.maximum(began, reached), began)


@dataclass(frozen=True, slots=True)
class _Draw:
    """What happened to each family's right."""

    began: Ints
    decided_again: Flags
    interrupted: Flags
    had_before: Flags


def _draw(people: People, families: Families, incomes: Incomes, chance: Chance) -> _Draw:
    rng = chance.stream("rights")
    began = _began(people, families, incomes, rng)
    fate = rng.integers(0, MILLION, size=families.count)
    early = began < _YEAR_OF_GRANT[0]
    return _Draw(
        began=began,
        decided_again=early & (fate < _DECIDED_AGAIN),
        interrupted=early & (fate >= _DECIDED_AGAIN) & (fate < _DECIDED_AGAIN + _INTERRUPTED),
        had_before=~incomes.right & (fate < _HAD_BEFORE),
    )


def draw_entitlements(
    chance: Chance, families: Families, former: Former, people: People, incomes: Incomes, reference: date
) -> Spells:
    """Return the rights to a sociale toeslag, past and present: child, from, to (`what` is not used)."""
    draw = _draw(people, families, incomes, chance)
    child = np.arange(people.children + people.former)
    family = people.family[child]
    end = _ends(people, former)
    end = np.where(end == NONE, NONE, last_of_month(months(end)))
    birth_month = first_of_month(months(people.born[child]))
    nothing = np.zeros(child.size, dtype=np.int64)

    def rows(which: Flags, start: Ints | int, to: Ints | int) -> Spells:
        """Rights from the month of birth at the earliest, to the end of the child's right at the latest."""
        begins = np.maximum(birth_month, start)
        ends = earlier(np.broadcast_to(np.asarray(to, dtype=np.int64), end.shape), end)
        return Spells(child, nothing, begins, ends).where(which & ((ends == NONE) | (ends >= begins)))

    right, again, broken = incomes.right[family], draw.decided_again[family], draw.interrupted[family]
    began = draw.began[family]
    first_end, second_start = _YEAR_OF_GRANT[0] - 1, _YEAR_OF_GRANT[1]
    whole_right = right & ~again & ~broken
    had = draw.had_before[family]
    found = joined(
        [
            rows(whole_right, began, NONE),
            rows(right & again, began, first_end),
            rows(right & again, np.maximum(began, _YEAR_OF_GRANT[0]), NONE),
            rows(right & broken, began, first_end),
            rows(right & broken, np.maximum(began, second_start), NONE),
            rows(had, began, np.where(began < _YEAR_OF_GRANT[0], first_end, second_start - 1)),
        ]
    )
    return found.where(found.start <= day(reference))


def draw_old_rights(people: People) -> tuple[Ints, Ints]:
    """Return the children with an opened right on 31 December 2018 and their rank (1 to 3, youngest lowest).

    The ranks are those after the reversal turned back: rank 1 was the oldest child of the group.
    """
    child = np.flatnonzero(people.born[: people.children] < FIRST_NEW_AMOUNTS)
    rank = rank_within(people.family[child], people.born[child])
    return child, np.minimum(rank, 2) + 1
