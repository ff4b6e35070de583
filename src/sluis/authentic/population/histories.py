"""Where people lived and with whom: residences, households and unions, each with its days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from sluis.authentic.population.chance import Chance, Flags, Ints, whole
from sluis.authentic.population.days import NONE, YEAR, day
from sluis.authentic.population.families import Families, draw_locality
from sluis.authentic.population.parents import APART, DECEASED, DIED, LEFT, WITH, Former, Parents
from sluis.authentic.population.people import People
from sluis.authentic.population.published import Localities, Published

MERGERS_2025: Final = day(date(2025, 1, 1))
"""From this day residences carry the codes of the municipalities of 2025; before it those of 2024."""

# Assumptions: who moved between municipalities in ten years, who of the parents apart lives in the same place.
_MOVED: Final = 0.22
_SAME_PLACE: Final = 0.6
_FAR: Final = 15  # so many places away in the list of codes, which runs by arrondissement

# Where those who left went: Brussels, Liège, Charleroi, abroad.
ABROAD: Final = (("BR", "21004"), ("WA", "62063"), ("WA", "52011"), ("XX", None))


@dataclass(frozen=True, slots=True)
class Spells:
    """Rows of who, what and from when to when; `to` is NONE while it goes on."""

    person: Ints
    what: Ints
    start: Ints
    to: Ints

    def where(self, keep: Flags) -> Spells:
        """Return the rows that are kept."""
        return Spells(self.person[keep], self.what[keep], self.start[keep], self.to[keep])


def joined(parts: list[Spells]) -> Spells:
    """Put rows below each other."""
    return Spells(
        np.concatenate([part.person for part in parts]),
        np.concatenate([part.what for part in parts]),
        np.concatenate([part.start for part in parts]),
        np.concatenate([part.to for part in parts]),
    )


@dataclass(frozen=True, slots=True)
class Histories:
    """`settled` is the day from which a family is known; residences tell the locality, households the number."""

    settled: Ints
    residences: Spells
    abroad: Spells
    households: Spells


def earlier(first: Ints, second: Ints) -> Ints:
    """Return the earlier of two days, where NONE is later than any."""
    return np.where(first == NONE, second, np.where(second == NONE, first, np.minimum(first, second)))


def _nearby(localities: Localities, municipality: Ints, rng: np.random.Generator) -> Ints:
    """Draw a locality in another municipality that is near in the list."""
    steps = whole(rng, 1, _FAR, municipality.size) * (2 * rng.integers(0, 2, size=municipality.size) - 1)
    return draw_locality(localities, (municipality + steps) % localities.first.size, rng)


def _settled(people: People, former: Former, families: Families, rng: np.random.Generator) -> Ints:
    """Return when a family took its place: of age, and before the first child."""
    oldest = people.born[families.first + families.children - 1]
    np.minimum.at(oldest, former.family, former.born)
    grown = people.born[people.first] + int(18 * YEAR)
    both = people.second >= 0
    grown[both] = np.maximum(grown[both], people.born[people.second[both]] + int(18 * YEAR))
    settled: Ints = np.minimum(oldest, np.maximum(grown, oldest - whole(rng, 0, 3000, oldest.size)))
    return settled


def _with_family(moved: Ints, old: Ints, new: Ints, who: Spells) -> Spells:
    """Split stays with a family (`what`) at its move and put the locality in the place of the family."""
    move = moved[who.what]
    split = (move != NONE) & (who.start < move)
    before = who.where(split)
    after = who.where(~split | (who.to == NONE) | (who.to >= move))
    moved_before, moved_after = moved[before.what], moved[after.what]
    return joined(
        [
            Spells(before.person, old[before.what], before.start, earlier(before.to, moved_before - 1)),
            Spells(after.person, new[after.what], np.maximum(after.start, moved_after), after.to),
        ]
    )


def _stays(people: People, families: Families, former: Former, parents: Parents, settled: Ints) -> Spells:
    """Return who lived with which family, and when."""
    count = people.children
    young = np.arange(count + people.former)
    end = np.full(young.size, NONE, dtype=np.int64)
    end[count:] = np.where(former.kind == DECEASED, former.end, np.where(former.kind == LEFT, former.end - 1, NONE))
    second = np.flatnonzero(people.second >= 0)
    other, since = parents.other[second], parents.since[second]
    second_end = np.where(other == APART, since - 1, np.where(other == DIED, since, NONE))
    stays = joined(
        [
            Spells(young, people.family[young], people.born[young], end),
            Spells(people.first, np.arange(families.count), settled, np.full(families.count, NONE, dtype=np.int64)),
            Spells(people.second[second], second, settled[second], second_end),
        ]
    )
    return stays.where((stays.to == NONE) | (stays.to >= stays.start))


def draw_histories(
    chance: Chance,
    figures: Published,
    families: Families,
    former: Former,
    parents: Parents,
    people: People,
    reference: date,
) -> Histories:
    """Draw the days of residences and households."""
    rng = chance.stream("histories")
    last = day(reference)
    settled = _settled(people, former, families, rng)
    moved = last - whole(rng, 30, 3650, families.count)
    moved = np.where((rng.random(families.count) < _MOVED) & (moved > settled), moved, NONE)
    old = _nearby(figures.localities, families.municipality, rng)
    elsewhere = _nearby(figures.localities, families.municipality, rng)
    apart_place = np.where(rng.random(families.count) < _SAME_PLACE, families.locality, elsewhere)
    stays = _stays(people, families, former, parents, settled)
    apart = np.flatnonzero(parents.other == APART)
    from_then = np.maximum(parents.since[apart], settled[apart])
    alone = Spells(people.second[apart], apart, from_then, np.full(apart.size, NONE, dtype=np.int64))
    left = np.flatnonzero(former.kind == LEFT)
    abroad = Spells(
        people.children + left,
        rng.integers(0, len(ABROAD), size=left.size),
        former.end[left],
        np.full(left.size, NONE, dtype=np.int64),
    )
    own_home = Spells(alone.person, apart_place[apart], alone.start, alone.to)
    own_household = Spells(alone.person, families.count + np.arange(apart.size), alone.start, alone.to)
    return Histories(
        settled=settled,
        residences=joined([_with_family(moved, old, families.locality, stays), own_home]),
        abroad=abroad,
        households=joined([stays, own_household]),
    )


def with_codes_of_their_time(residences: Spells) -> tuple[Spells, Flags]:
    """Split residences at the mergers of 2025; the flag says that a row carries the code of 2024."""
    before = residences.where(residences.start < MERGERS_2025)
    after = residences.where((residences.to == NONE) | (residences.to >= MERGERS_2025))
    ended = earlier(before.to, np.full(before.to.size, MERGERS_2025 - 1, dtype=np.int64))
    return (
        joined(
            [
                Spells(before.person, before.what, before.start, ended),
                Spells(after.person, after.what, np.maximum(after.start, MERGERS_2025), after.to),
            ]
        ),
        np.r_[np.ones(before.person.size, dtype=bool), np.zeros(after.person.size, dtype=bool)],
    )


def merged(localities: Localities, nis: list[str]) -> Flags:
    """Return which localities changed code with the mergers of 2025."""
    return np.array(
        [code != nis[place] for code, place in zip(localities.nis_2024, localities.municipality, strict=True)]
    )


def draw_unions(
    chance: Chance, people: People, families: Families, parents: Parents, histories: Histories
) -> tuple[Spells, Ints]:
    """Draw the unions of the parents: rows of first parent and second parent (`what`), and 1 where cohabiting."""
    rng = chance.stream("unions")
    both = np.flatnonzero(people.second >= 0)
    other, since = parents.other[both], parents.since[both]
    to = np.where(other == WITH, NONE, np.where(other == DIED, since, since - 1))
    start = histories.settled[both]
    # Registered partners and other cohabitants are one kind in the fact tables; of single parents it is not known.
    cohabiting = np.where(other == WITH, families.kind[both] != 0, rng.random(both.size) < 0.4)
    keep = (to == NONE) | (to >= start)
    return Spells(people.first[both], people.second[both], start, to).where(keep), cohabiting[keep].astype(np.int64)
