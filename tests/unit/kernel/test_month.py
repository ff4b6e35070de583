"""Months follow each other; periods include both their ends and may have no end yet."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluis.kernel.errors import SluisError
from sluis.kernel.month import Month, Period

MONTHS = st.builds(Month, st.integers(1900, 2200), st.integers(1, 12))
DAYS = st.dates(date(1990, 1, 1), date(1990, 3, 1))  # few days, so that periods touch often


@st.composite
def periods(draw: st.DrawFn) -> Period:
    first = draw(DAYS)
    length = draw(st.none() | st.integers(0, 40))
    return Period(first, None if length is None else first + timedelta(days=length))


def test_a_month_is_read_and_written() -> None:
    assert Month.parse("2023-04") == Month(2023, 4)
    assert str(Month(2023, 4)) == "2023-04"
    assert (Month(2024, 2).first_day, Month(2024, 2).last_day) == (date(2024, 2, 1), date(2024, 2, 29))


@pytest.mark.parametrize(
    "text", ["", "2023", "2023-4", "2023-13", "2023-00", "0000-01", "2023-04-01", " 2023-04", "２０２３-04"]
)
def test_what_is_not_a_month_says_how_to_write_one(text: str) -> None:
    with pytest.raises(SluisError) as refused:
        Month.parse(text)
    assert refused.value.code == "month-malformed"
    assert "2023-04" in str(refused.value.remedy)


def test_there_is_no_thirteenth_month() -> None:
    with pytest.raises(ValueError, match="no month 13"):
        Month(2023, 13)


@given(MONTHS, st.integers(-2000, 2000))
def test_adding_months_is_undone_by_taking_them_away(month: Month, months: int) -> None:
    later = month + months
    assert later - months == month
    assert later - month == months
    assert (later > month) == (months > 0)


@given(MONTHS)
def test_a_month_ends_the_day_before_the_next_begins(month: Month) -> None:
    assert month.last_day + timedelta(days=1) == (month + 1).first_day
    assert Month.parse(str(month)) == month
    assert month.period.adjoins((month + 1).period)


@given(st.dates())
def test_every_day_lies_in_its_month_only(day: date) -> None:
    month = Month.of(day)
    assert day in month
    assert day in month.period
    assert month.first_day <= day <= month.last_day


@given(MONTHS, st.integers(-3, 30))
def test_months_up_to_another_are_counted_with_both(month: Month, more: int) -> None:
    assert len(list(month.until(month + more))) == max(0, more + 1)


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(SluisError) as refused:
        Period(date(2024, 2, 1), date(2024, 1, 31))
    assert refused.value.code == "period-reversed"


def test_a_period_includes_both_its_ends() -> None:
    period = Period(date(2024, 1, 1), date(2024, 1, 31))
    assert date(2024, 1, 1) in period
    assert date(2024, 1, 31) in period
    assert date(2024, 2, 1) not in period
    assert date.max in Period(date(2024, 1, 1))


@given(periods(), periods(), DAYS)
def test_a_day_lies_in_the_intersection_exactly_if_it_lies_in_both(one: Period, other: Period, day: date) -> None:
    both = one.intersect(other)
    assert (both is not None and day in both) == (day in one and day in other)
    assert both == other.intersect(one)
    assert one.overlaps(other) == (both is not None)


@given(periods(), periods())
def test_periods_that_adjoin_share_no_day_and_leave_none_between(one: Period, other: Period) -> None:
    assert one.adjoins(other) == other.adjoins(one)
    if one.adjoins(other):
        assert not one.overlaps(other)
        earlier, later = sorted((one, other), key=lambda period: period.first)
        assert earlier.last is not None
        assert (later.first - earlier.last).days == 1


@given(periods(), periods())
def test_a_period_covers_another_exactly_if_it_has_its_first_and_last_day(one: Period, other: Period) -> None:
    expected = other.first in one and (other.last in one if other.last else one.last is None)
    assert one.covers(other) == expected


def test_a_period_is_written_as_an_interval() -> None:
    assert str(Period(date(2024, 1, 1))) == "2024-01-01/.."
    assert str(Month(2024, 1).period) == "2024-01-01/2024-01-31"
