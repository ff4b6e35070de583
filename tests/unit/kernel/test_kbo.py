"""A KBO number names a body, never one of its establishment units."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.be import vat

from sluis.kernel.kbo import Kbo, KboFault, format_kbo, read_kbo


@st.composite
def kbos(draw: st.DrawFn) -> str:
    eight = draw(st.integers(1_000_000, 19_999_999))
    return f"{eight:08d}{97 - eight % 97:02d}"


@pytest.mark.parametrize(
    "text",
    [
        "0692793497",
        "0692.793.497",
        "692.793.497",
        "BE 0692.793.497",
        "be0692793497",
        "BE0692-793-497",
        "0692\u00a0793 497",
    ],
)
def test_a_kbo_number_is_read_in_every_usual_notation(text: str) -> None:
    assert read_kbo(text) == "0692793497"


def test_where_nothing_is_left_over_the_check_number_is_97() -> None:
    assert int("06927934") % 97 == 0
    assert read_kbo("0692793497") == "0692793497"
    assert read_kbo("0692793400") is KboFault.WRONG_CHECK_DIGITS


@pytest.mark.parametrize("text", ["2.123.456.789", "8000000000"])
def test_an_establishment_unit_is_not_a_body(text: str) -> None:
    assert read_kbo(text) is KboFault.ESTABLISHMENT_UNIT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "OVO002277",
        "12345678",
        "12345678901",
        "9123456789",
        "0000000000",
        "０６９２７９３４９７",
        "0692793497x",
        "0" * 99,
    ],
)
def test_everything_else_is_malformed(text: str) -> None:
    assert read_kbo(text) is KboFault.MALFORMED


@given(kbos())
def test_a_kbo_number_is_written_and_read_back(text: str) -> None:
    assert read_kbo(format_kbo(Kbo(text))) == text
    assert vat.is_valid(text)


@given(st.integers(0, 1_999_999_999).map("{:010d}".format))
def test_stdnum_agrees_except_on_a_check_number_of_zero(text: str) -> None:
    assert (read_kbo(text) == text) == (vat.is_valid(text) and not text.endswith("00"))


@given(kbos(), st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_never_another_body(text: str, place: int, shift: int) -> None:
    wrong = text[:place] + str((int(text[place]) + shift) % 10) + text[place + 1 :]
    assert isinstance(read_kbo(wrong), KboFault)


@given(st.text(max_size=80))
def test_any_text_gives_ten_digits_or_a_fault(text: str) -> None:
    read = read_kbo(text)
    assert isinstance(read, KboFault) or (len(read) == 10 and read.isascii() and read.isdigit())


@pytest.mark.parametrize("fault", list(KboFault))
def test_a_fault_says_what_is_wrong_and_what_to_do(fault: KboFault) -> None:
    assert str(fault.what).endswith(".")
    assert str(fault.remedy).endswith(".")
    assert fault.code.startswith("kbo-")
