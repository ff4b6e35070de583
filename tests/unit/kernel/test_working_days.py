"""Working days are counted under the calendar of the authority that must act."""

from __future__ import annotations

from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluis.kernel.working_days import (
    AuthorityKind,
    Calendar,
    DayOff,
    add_working_days,
    calendar_of,
    calendars,
    easter,
    is_working_day,
    working_days_between,
)

LEGAL, FLEMISH, FEDERAL = calendar_of("municipality"), calendar_of("flemish"), calendar_of("federal")
DAYS = st.dates(date(2015, 1, 1), date(2040, 12, 31))
CALENDARS = st.sampled_from(list(calendars().values()))


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (1818, date(1818, 3, 22)),
        (1943, date(1943, 4, 25)),
        (2000, date(2000, 4, 23)),
        (2019, date(2019, 4, 21)),
        (2024, date(2024, 3, 31)),
        (2025, date(2025, 4, 20)),
        (2026, date(2026, 4, 5)),
        (2285, date(2285, 3, 22)),
    ],
)
def test_easter_falls_where_the_church_puts_it(year: int, day: date) -> None:
    assert easter(year) == day


@given(st.integers(1583, 4099))
def test_easter_is_a_sunday_between_22_march_and_25_april(year: int) -> None:
    assert easter(year).weekday() == 6
    assert date(year, 3, 22) <= easter(year) <= date(year, 4, 25)


def test_belgium_has_ten_legal_holidays() -> None:
    days = sorted(day for rule in LEGAL.days_off for day in rule.days_in(2026))
    assert [f"{day:%m-%d}" for day in days] == [
        "01-01", "04-06", "05-01", "05-14", "05-25", "07-21", "08-15", "11-01", "11-11", "12-25",
    ]  # fmt: skip


def test_the_flemish_government_has_fourteen_holidays_and_closes_until_new_year() -> None:
    single = [rule for rule in FLEMISH.days_off if rule.first == rule.last or rule.after_easter is not None]
    assert len(single) == 14
    assert add_working_days(date(2026, 12, 24), 1, FLEMISH) == date(2027, 1, 4)
    assert add_working_days(date(2026, 12, 24), 1, LEGAL) == date(2026, 12, 28)


@pytest.mark.parametrize("day", [date(2025, 7, 11), date(2026, 11, 2), date(2024, 11, 15)])
def test_an_extra_flemish_holiday_is_a_working_day_for_a_municipality(day: date) -> None:
    assert not is_working_day(day, FLEMISH)
    assert is_working_day(day, LEGAL)


def test_the_federal_government_works_on_11_july_and_takes_its_bridge_days() -> None:
    assert is_working_day(date(2025, 7, 11), FEDERAL)
    assert not is_working_day(date(2026, 5, 15), FEDERAL)
    assert is_working_day(date(2026, 5, 15), FLEMISH)
    assert not is_working_day(date(2026, 12, 29), FEDERAL)


def test_five_working_days_after_a_wednesday_before_easter() -> None:
    assert add_working_days(date(2026, 4, 1), 5, LEGAL) == date(2026, 4, 9)


def test_no_working_days_is_the_first_day_on_which_the_authority_works() -> None:
    assert add_working_days(date(2026, 4, 4), 0, LEGAL) == date(2026, 4, 7)
    assert add_working_days(date(2026, 4, 7), 0, LEGAL) == date(2026, 4, 7)


def test_a_term_runs_forward() -> None:
    with pytest.raises(ValueError, match="forward"):
        add_working_days(date(2026, 4, 4), -1, LEGAL)


@given(DAYS, st.integers(1, 60), CALENDARS)
def test_a_term_ends_on_a_working_day_that_is_so_many_working_days_away(day: date, n: int, calendar: Calendar) -> None:
    end = add_working_days(day, n, calendar)
    assert is_working_day(end, calendar)
    assert working_days_between(day, end, calendar) == n
    assert working_days_between(day, end - timedelta(days=1), calendar) == n - 1


@given(DAYS, st.integers(1, 30), st.integers(1, 30))
def test_two_terms_after_each_other_are_one_long_term(day: date, first: int, second: int) -> None:
    whole = add_working_days(day, first + second, FLEMISH)
    assert add_working_days(add_working_days(day, first, FLEMISH), second, FLEMISH) == whole


@given(DAYS, DAYS)
def test_counting_back_is_the_negative_of_counting_forward(one: date, other: date) -> None:
    assert working_days_between(one, other, LEGAL) == -working_days_between(other, one, LEGAL)


def test_an_authority_can_close_on_days_of_its_own() -> None:
    own = LEGAL.also_closed("Brugdag", [date(2026, 5, 15)])
    assert not is_working_day(date(2026, 5, 15), own)
    assert is_working_day(date(2027, 5, 14), own)
    assert is_working_day(date(2026, 5, 15), LEGAL)


def test_local_authorities_follow_the_legal_calendar_until_they_say_otherwise() -> None:
    assert calendar_of("municipality", "gemeente-wingene") == calendar_of("ocmw") == calendars()["belgian_legal"]


@pytest.mark.parametrize("kind", get_args(AuthorityKind))
def test_every_kind_of_authority_has_a_calendar_with_a_source(kind: AuthorityKind) -> None:
    assert calendar_of(kind).source.startswith("https://")


def test_a_rule_can_begin_and_end_with_a_year() -> None:
    rule = DayOff("Proef", first=(3, 1), last=(3, 2), since=2025, until=2026)
    assert [len(rule.days_in(year)) for year in (2024, 2025, 2026, 2027)] == [0, 2, 2, 0]


def test_a_rule_that_gives_no_day_is_an_error_of_the_table() -> None:
    with pytest.raises(ValueError, match="neither a day"):
        DayOff("Leeg").days_in(2026)
