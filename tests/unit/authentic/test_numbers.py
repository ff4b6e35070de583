"""Numbers of persons who do not exist: right, unique, and never a real person's."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluis.authentic.population.days import day
from sluis.authentic.population.numbers import MOST_PER_DAY_AND_SEX, check_digits, fictitious_insz
from sluis.kernel import insz as kernel
from sluis.kernel.errors import SluisError


@given(st.lists(st.tuples(st.integers(0, 999_999_999), st.booleans()), min_size=1))
def test_the_check_digits_are_those_of_the_kernel(parts: list[tuple[int, bool]]) -> None:
    nine = np.array([number for number, _ in parts], dtype=np.int64)
    from_2000 = np.array([int(late) for _, late in parts], dtype=np.int64)
    assert check_digits(nine, from_2000=from_2000).tolist() == [
        kernel.check_digits(number, from_2000=late) for number, late in parts
    ]


@given(st.lists(st.tuples(st.dates(date(1920, 1, 1), date(2049, 12, 31)), st.integers(0, 1)), min_size=1, max_size=200))
def test_every_number_is_fictitious_right_and_given_once(births: list[tuple[date, int]]) -> None:
    born = np.array([day(on) for on, _ in births], dtype=np.int64)
    female = np.array([sex for _, sex in births], dtype=np.int64)
    numbers = [str(number).zfill(11) for number in fictitious_insz(born, female, np.arange(born.size)).tolist()]
    assert len(set(numbers)) == len(numbers)
    for number, (on, sex) in zip(numbers, births, strict=True):
        assert kernel.read_insz(number, fictitious=True) == number
        assert kernel.read_insz(number, fictitious=False) is kernel.InszFault.FICTITIOUS
        assert (int(number[0:2]), int(number[2:4]) - 60, int(number[4:6])) == (on.year % 100, on.month, on.day)
        assert int(number[6:9]) % 2 == 1 - sex
        expected = kernel.check_digits(int(number[:9]), from_2000=on.year >= 2000)
        assert int(number[9:]) == expected


def test_a_day_has_499_numbers_for_each_sex_and_no_more() -> None:
    full = np.full(MOST_PER_DAY_AND_SEX, day(date(2010, 5, 5)), dtype=np.int64)
    female = np.ones(full.size, dtype=np.int64)
    numbers = fictitious_insz(full, female, np.arange(full.size)) // 100 % 1000
    assert sorted(numbers.tolist()) == list(range(2, 1000, 2))
    with pytest.raises(SluisError) as refused:
        fictitious_insz(np.r_[full, full[:1]], np.r_[female, 1], np.arange(full.size + 1))
    assert refused.value.code == "population-too-large"
