"""Money is whole cents, read from text as people write it and never guessed."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluis.kernel.money import Cents, CentsFault, format_cents, half_up_divide, read_cents

Language = Literal["nl", "fr", "en", "de"]
AMOUNTS = st.integers(-(10**12), 10**12).map(Cents)


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("1.234,56", 123456),
        ("1234.56", 123456),
        ("1,234.56", 123456),
        ("1 234,56", 123456),
        ("1\u202f234,5", 123450),
        ("1.234.567", 123456700),
        ("1 234", 123400),
        ("1234", 123400),
        ("€ 12", 1200),
        ("12,5 EUR", 1250),
        ("-0,01", -1),
        ("€ -5", -500),
        ("\u22125,00 €", -500),
        ("0", 0),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, cents: int) -> None:
    assert read_cents(text) == cents


@pytest.mark.parametrize("text", ["1.234", "1,234", "12.500", "-1.234"])
def test_one_separator_before_three_digits_is_not_guessed(text: str) -> None:
    assert read_cents(text) is CentsFault.AMBIGUOUS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "€",
        "-",
        "--1",
        "1,2345",
        "1.23,45",
        "1.234.56",
        "1,234,56",
        "1e3",
        "nan",
        "inf",
        "1_000",
        "12,",
        ",5",
        "１２",
        "1" * 99,
    ],
)
def test_what_is_not_an_amount_is_malformed(text: str) -> None:
    assert read_cents(text) is CentsFault.MALFORMED


@given(AMOUNTS, st.sampled_from(get_args(Language)))
def test_an_amount_is_written_for_every_reader_and_read_back(cents: Cents, language: Language) -> None:
    assert read_cents(format_cents(cents, language)) == cents


@pytest.mark.parametrize(
    ("language", "text"),
    [("nl", "€\u00a0-1.234,05"), ("fr", "-1\u202f234,05\u00a0€"), ("en", "-€1,234.05"), ("de", "-1.234,05\u00a0€")],
)
def test_each_language_writes_an_amount_its_own_way(language: Language, text: str) -> None:
    assert format_cents(Cents(-123405), language) == text


@given(st.text(max_size=60))
def test_any_text_gives_whole_cents_or_a_fault(text: str) -> None:
    assert isinstance(read_cents(text), int | CentsFault)


@given(st.integers(), st.integers(1, 10**9))
def test_a_half_goes_up_and_everything_else_to_the_nearest(numerator: int, denominator: int) -> None:
    error = half_up_divide(numerator, denominator) - Fraction(numerator, denominator)
    assert Fraction(-1, 2) < error <= Fraction(1, 2)


def test_a_denominator_is_positive() -> None:
    with pytest.raises(ValueError, match="positive"):
        half_up_divide(1, 0)


@pytest.mark.parametrize("fault", list(CentsFault))
def test_a_fault_says_what_is_wrong_and_what_to_do(fault: CentsFault) -> None:
    assert str(fault.what).endswith(".")
    assert str(fault.remedy).endswith(".")
    assert fault.code.startswith("amount-")
