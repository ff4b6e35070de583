"""Other facts, other decisions: each change does what it says, to nothing else, and tells nobody about others."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluis.benefits.explanation import Teller
from sluis.benefits.whatif import Comparison, Facts, Reader, changed, compare, made_family, members_of
from sluis.benefits.whatif.changes import (
    NEW_CHILD,
    NEW_HOUSE,
    Birth,
    CareScore,
    Change,
    Death,
    Income,
    Leefloon,
    Move,
    Partner,
    Separation,
    Studies,
    children_after,
)
from sluis.benefits.whatif.form import Sent, changes_of, span_of
from sluis.kernel.month import Month

TELLER = Teller()
DAY = date(2024, 3, 5)
APRIL = Month(2024, 4)
FAMILY = made_family([2_000_000, 1_000_000], [date(2005, 5, 5), date(2015, 3, 1), date(2021, 3, 1)], until=2025)
HOME = members_of(FAMILY, "volwassene-1", DAY)
SECOND, FIRST, STUDENT, OLD, YOUNG = HOME


def compared(
    *changes: Change, month: Month = APRIL, facts: Facts = FAMILY, households: frozenset[str] | None = None
) -> Comparison:
    after = changed(facts, changes)
    children = {one.person for one in HOME if one.is_child} | children_after(after, "volwassene-1", month.last_day)
    reader = Reader(TELLER, households)
    return compare(facts, after, children=children, first=month, months=1, reader=reader)


def amounts(comparison: Comparison) -> dict[tuple[str, str], tuple[int | None, int | None]]:
    return {(one.child, str(one.title)): (one.now[0], one.then[0]) for one in comparison.differences}


def test_the_first_ones_at_home_are_grown_up_and_everyone_has_a_place() -> None:
    assert [(one.place, one.is_child) for one in HOME] == [(1, False), (2, False), (3, True), (4, True), (5, True)]


@pytest.mark.parametrize(
    ("change", "child", "benefit", "amount"),
    [
        (Income(FIRST, "wage", 9_000_000, 2025), "kind-3", "de sociale toeslag", 0),
        (Birth(DAY, HOME), NEW_CHILD, "het basisbedrag", 17_666),
        (Death(FIRST, DAY), "kind-3", "de wezentoeslag", 14_133),
        (CareScore(YOUNG, DAY, (4, 0, 0)), "kind-3", "de zorgtoeslag", 8_916),
        (Move(DAY, "WA", HOME), "kind-3", "het basisbedrag", 0),
    ],
)
def test_a_change_gives_another_amount_with_its_article_and_the_fact(
    change: Change, child: str, benefit: str, amount: int
) -> None:
    found = next(one for one in compared(change).differences if (one.child, str(one.title)) == (child, benefit))
    assert found.then == (amount,)
    assert found.told is not None
    assert found.told.chain[0].article.instrument == "Groeipakketdecreet"
    assert found.other_facts or child == NEW_CHILD


def test_who_studies_keeps_the_right_that_ends_a_year_after_eighteen() -> None:
    comparison = compared(Studies(STUDENT, "higher", date(2023, 9, 1), 60), month=Month(2024, 6))
    assert amounts(comparison)["kind-1", "het rangbedrag (kind van voor 2019)"] == (0, 18_816)


def test_parents_apart_have_half_a_supplement_each_and_a_partner_who_earns_ends_it() -> None:
    apart = compared(Separation(FIRST, DAY, "equal", HOME))
    # 103.62 of three children together; apart half of 103.62 with one parent and half of 70.50 with the other.
    assert amounts(apart) == {("kind-3", "de sociale toeslag"): (10_362, 8_706)}
    alone = made_family([2_000_000], [date(2021, 3, 1)], until=2025)
    home = members_of(alone, "volwassene-1", DAY)
    joined = changed(alone, [Partner(DAY, 5_000_000, 2025, home)])
    reader = Reader(TELLER)
    told = compare(alone, joined, children={"kind-1"}, first=APRIL, months=1, reader=reader)
    assert amounts(told) == {("kind-1", "de sociale toeslag"): (7_050, 0)}


def test_one_parent_reads_nothing_of_the_household_of_the_other() -> None:
    both: list[Change] = [Separation(FIRST, DAY, "equal", HOME), Leefloon(SECOND, DAY)]
    apart = changed(FAMILY, both)
    other = changed(apart, [Income(FIRST, "wage", 9_000_000, 2025)])
    reader = Reader(TELLER, frozenset({"huis"}))
    told = compare(apart, other, children={"kind-3"}, first=APRIL, months=1, reader=reader)
    assert told.differences == ()
    assert told.difference_cents == 0
    whole = compare(apart, other, children={"kind-3"}, first=APRIL, months=1, reader=Reader(TELLER))
    assert whole.difference_cents < 0
    assert NEW_HOUSE not in repr(told)


_FIELDS = (
    ("geboorte", "inkomen_wie", "inkomen_bedrag", "inkomen_soort", "scheiding_wie", "scheiding_dag", "partner_dag"),
    ("partner_inkomen", "studie_wie", "studie_dag", "studie_aantal", "overlijden_wie", "overlijden_dag", "zorg_wie"),
    ("zorg_dag", "zorg_p1", "verhuis_dag", "verhuis_naar", "leefloon_wie", "leefloon_dag", "maand", "maanden"),
)
_WRITTEN = ("1", "3", "6", "2024-03-05", "2024-02-30", "30.000", "1.2.3", "-1", "2024-13", "BR", "²", "٣")


@given(
    fields=st.dictionaries(
        st.sampled_from([name for names in _FIELDS for name in names]),
        st.one_of(st.sampled_from(_WRITTEN), st.text(alphabet="0123456789-., ²a", max_size=12)),
    )
)
def test_whatever_is_sent_is_read_or_named_as_a_mistake_and_changes_nothing_in_place(fields: dict[str, str]) -> None:
    before = {name: tuple(dict(row) for row in rows) for name, rows in FAMILY.rows.items()}
    sent = Sent(fields)
    span = span_of(sent, APRIL)
    made = changes_of(sent, HOME, span)
    assert 1 <= span.months <= 12
    changed(FAMILY, made).tables()
    assert {name: tuple(dict(row) for row in rows) for name, rows in FAMILY.rows.items()} == before
    assert {name for name, _ in sent.errors} <= {name for names in _FIELDS for name in names}
