"""What can be otherwise in a family: each change makes other facts of the facts, and says in words what it does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, Protocol

from sluis.benefits.whatif.family import Facts, Member, Row, day_before, income_rows, members_of
from sluis.kernel.text import Message, msg

NEW_CHILD: Final = "wat-als-kind"
NEW_PARTNER: Final = "wat-als-partner"
NEW_HOUSE: Final = "wat-als-huis"

_MAIN_SHARE: Final = 0.7  # more than half of the time: what more it is changes nothing
_PARTNER_BORN: Final = date(1988, 1, 15)
_SCHOOL_YEARS: Final = 3
_SEPTEMBER: Final = 9
_INCOMES_REPLACED: Final = frozenset(
    {"wage", "self_employed_net", "replacement_income", "pension", "survivor_pension", "international_salary"}
)

Children = Literal["equal", "stay", "leave"]
Level = Literal["none", "secondary", "higher"]


class Change(Protocol):
    """One fact that is otherwise."""

    @property
    def words(self) -> Message:
        """What is otherwise, without the name of anybody."""
        ...

    def apply(self, facts: Facts) -> Facts:
        """Return the facts as they would be."""
        ...


@dataclass(frozen=True, slots=True)
class Birth:
    """A child is born in the household, and its startbedrag is asked for."""

    day: date
    home: tuple[Member, ...]

    @property
    def words(self) -> Message:
        """What is otherwise."""
        return msg("er wordt een kind geboren, en u vraagt het startbedrag aan")

    def apply(self, facts: Facts) -> Facts:
        """Add the child with the parents at home, as their other children have them."""
        adults = [member.person for member in self.home if not member.is_child]
        siblings = {member.person for member in self.home if member.is_child}
        parents = [
            one
            for one in adults
            if any(row["parent"] == one and row["child"] in siblings for row in facts["parentage"])
        ]
        parents = (parents or adults)[:2]
        facts = facts.plus("persons", {"id": NEW_CHILD, "born": self.day})
        for table in ("residences", "households"):
            own = next((row for row in facts.holding(table, self.day) if row["person"] == parents[0]), None)
            if own is not None:
                facts = facts.plus(table, {**own, "person": NEW_CHILD, "from": self.day, "role": None})
        facts = facts.plus("births", {"child": NEW_CHILD, "stillborn": False, "registered_on": self.day})
        facts = facts.plus("requests", _asked(parents[0], self.day))
        for parent in parents:
            facts = facts.plus("parentage", _tie(parent, self.day, kind="birth", key="parent"))
            facts = facts.plus("beneficiaries", _tie(parent, self.day, role="begunstigde", key="person"))
        return facts


def _asked(parent: str, day: date) -> Row:
    return {"kind": "startbedrag_geboorte", "by": parent, "child": NEW_CHILD, "date": day}


def _tie(parent: str, day: date, *, key: str, **more: str) -> Row:
    return {"child": NEW_CHILD, key: parent, "from": day, **more}


@dataclass(frozen=True, slots=True)
class Income:
    """Somebody's income of work or benefit is another one in every year; other income stays."""

    who: Member
    kind: str
    cents: int
    until: int

    @property
    def words(self) -> Message:
        """What is otherwise."""
        return msg("persoon {place} heeft een ander inkomen, in elk jaar dat telt", place=self.who.place)

    def apply(self, facts: Facts) -> Facts:
        """Replace the income."""
        person = self.who.person
        kept = [row for row in facts["incomes"] if row["person"] != person or row["kind"] not in _INCOMES_REPLACED]
        return facts.with_rows("incomes", [*kept, *income_rows(person, self.kind, self.cents, self.until)])


@dataclass(frozen=True, slots=True)
class Separation:
    """Somebody leaves the household; the children have a main residence, or live equally with both."""

    who: Member
    day: date
    children: Children
    home: tuple[Member, ...]

    @property
    def words(self) -> Message:
        """What is otherwise."""
        return msg("persoon {place} gaat apart wonen", place=self.who.place)

    def apply(self, facts: Facts) -> Facts:
        """Move whoever leaves, and set the residence of the children whose parent leaves."""
        leaver, last = self.who.person, day_before(self.day)
        shared = [row for row in facts.holding("households", last) if row["person"] == leaver]
        if not shared:
            return facts
        house = shared[-1]["household"]
        mine = {row["child"] for row in facts["parentage"] if row["parent"] == leaver}
        moved = [child for child in (one.person for one in self.home if one.is_child) if child in mine]
        going = frozenset({leaver, *(moved if self.children == "leave" else ())})
        facts = facts.ended("households", "person", going, last)
        facts = facts.plus(
            "households", *({"person": one, "household": NEW_HOUSE, "from": self.day} for one in sorted(going))
        )
        facts = _parted(facts, leaver, frozenset(one.person for one in self.home), last)
        facts = facts.ended("custody", "child", frozenset(moved), last)
        stays = {"equal": 0.5, "stay": _MAIN_SHARE, "leave": round(1 - _MAIN_SHARE, 2)}[self.children]
        return facts.plus("custody", *(row for child in moved for row in _shares(child, house, stays, self.day)))


def _shares(child: str, house: str, stays: float, day: date) -> Iterable[Row]:
    yield {"child": child, "household": house, "share": stays, "from": day}
    yield {"child": child, "household": NEW_HOUSE, "share": round(1 - stays, 2), "from": day}


def _parted(facts: Facts, one: str, others: frozenset[str], last: date) -> Facts:
    """End the unions of somebody with these others."""

    def ends(row: Row) -> bool:
        together = {row["a"], row["b"]}
        return one in together and together - {one} <= others and row["kind"] != "kin" and row["to"] is None

    return facts.with_rows("unions", [{**row, "to": last} if ends(row) else row for row in facts["unions"]])


@dataclass(frozen=True, slots=True)
class Partner:
    """Somebody with an own income comes to live in the household, as a partner."""

    day: date
    cents: int
    until: int
    home: tuple[Member, ...]

    @property
    def words(self) -> Message:
        """What is otherwise."""
        return msg("er komt een partner bij u wonen")

    def apply(self, facts: Facts) -> Facts:
        """Add the partner of the first grown-up at home."""
        adult = next(member.person for member in self.home if not member.is_child)
        own = next((row for row in facts.holding("households", self.day) if row["person"] == adult), None)
        facts = facts.plus("persons", {"id": NEW_PARTNER, "born": _PARTNER_BORN})
        facts = facts.plus("residences", {"person": NEW_PARTNER, "region": "VL", "from": self.day})
        if own is not None:
            facts = facts.plus("households", {"person": NEW_PARTNER, "household": own["household"], "from": self.day})
        facts = facts.plus("unions", {"a": adult, "b": NEW_PARTNER, "kind": "cohabiting", "from": self.day})
        return facts.plus("incomes", *income_rows(NEW_PARTNER, "wage", self.cents, self.until))


@dataclass(frozen=True, slots=True)
class Studies:
    """A child studies from a day on, or stops; `amount` is hours a week, or credits in higher education."""

    who: Member
    level: Level
    day: date
    amount: int

    @property
    def words(self) -> Message:
        """What is otherwise."""
        if self.level == "none":
            return msg("persoon {place} studeert niet meer", place=self.who.place)
        return msg("persoon {place} volgt andere studies", place=self.who.place)

    def apply(self, facts: Facts) -> Facts:
        """End what is followed, and add the school years from the day on."""
        child, last = self.who.person, day_before(self.day)
        facts = facts.ended("education", "pupil", frozenset({child}), last)
        return facts if self.level == "none" else facts.plus("education", *self._years(child))

    def _years(self, child: str) -> list[Row]:
        first = self.day.year - (self.day.month < _SEPTEMBER)
        quantity = "credits" if self.level == "higher" else "hours_per_week"
        return [
            {
                "pupil": child,
                "school_year": f"{year}-{year + 1}",
                "level": self.level,
                "recognised_vl": True,
                "from": max(self.day, date(year, _SEPTEMBER, 1)),
                "to": date(year + 1, 8, 31),
                "registered_on": max(self.day, date(year, _SEPTEMBER, 1)),
                quantity: self.amount,
            }
            for year in range(first, first + _SCHOOL_YEARS)
        ]


@dataclass(frozen=True, slots=True)
class Death:
    """Somebody dies."""

    who: Member
    day: date

    @property
    def words(self) -> Message:
        """What is otherwise."""
        return msg("persoon {place} overlijdt", place=self.who.place)

    def apply(self, facts: Facts) -> Facts:
        """Set the day, and end what ends with a life."""
        person = self.who.person
        people = [{**row, "died": self.day} if row["id"] == person else row for row in facts["persons"]]
        facts = facts.with_rows("persons", people)
        for table in ("households", "residences", "beneficiaries"):
            facts = facts.ended(table, "person", frozenset({person}), self.day)
        everybody = frozenset(row["id"] for row in people)
        return _parted(facts, person, everybody, self.day)


@dataclass(frozen=True, slots=True)
class CareScore:
    """A child gets another score of its care, in three pillars."""

    who: Member
    day: date
    points: tuple[int, int, int]

    @property
    def words(self) -> Message:
        """What is otherwise."""
        return msg("persoon {place} krijgt een andere zorgscore, en de zorgtoeslag is gevraagd", place=self.who.place)

    def apply(self, facts: Facts) -> Facts:
        """End the score that holds, and add the other one with its request."""
        child = self.who.person
        facts = facts.ended("care_scores", "child", frozenset({child}), day_before(self.day))
        first, second, third = self.points
        facts = facts.plus("care_scores", {"child": child, "p1": first, "p2": second, "p3": third, "from": self.day})
        payee = next(
            (row["person"] for row in facts.holding("beneficiaries", self.day) if row["child"] == child), child
        )
        return facts.plus("requests", {"kind": "zorgtoeslag", "by": payee, "child": child, "date": self.day})


@dataclass(frozen=True, slots=True)
class Move:
    """Everybody at home moves to another part of the country, or abroad (`XX`)."""

    day: date
    region: str
    home: tuple[Member, ...]

    @property
    def words(self) -> Message:
        """What is otherwise."""
        return msg("het gezin verhuist")

    def apply(self, facts: Facts) -> Facts:
        """End where they live, and let them live elsewhere."""
        people = frozenset(member.person for member in self.home)
        facts = facts.ended("residences", "person", people, day_before(self.day))
        rows = [{"person": one, "region": self.region, "from": self.day} for one in sorted(people)]
        return facts.plus("residences", *rows)


@dataclass(frozen=True, slots=True)
class Leefloon:
    """Somebody gets a leefloon from a day on."""

    who: Member
    day: date

    @property
    def words(self) -> Message:
        """What is otherwise."""
        return msg("persoon {place} krijgt een leefloon", place=self.who.place)

    def apply(self, facts: Facts) -> Facts:
        """Add the leefloon."""
        return facts.plus("replacement_incomes", {"person": self.who.person, "kind": "leefloon", "from": self.day})


def changed(facts: Facts, changes: Sequence[Change]) -> Facts:
    """Return the facts with every change made, in the order given."""
    for change in changes:
        facts = change.apply(facts)
    return facts


def children_after(facts: Facts, person: str, day: date) -> frozenset[str]:
    """Return the children at home on a day, one that would be born included."""
    return frozenset(member.person for member in members_of(facts, person, day) if member.is_child)
