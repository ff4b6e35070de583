"""Files of strangers: each kind is refused with its own code, in words, and never with a value from the file."""

from __future__ import annotations

import re
import time

import pytest

from sluis.lists.workbook import Limits, RequestColumn, WorkbookFault, read_request
from tests.integration.lists.workbook.hostile import HOSTILE, NUMBERS, PASSWORD, Book

LIMITS = Limits(rows=100)


@pytest.mark.parametrize("kind", HOSTILE)
def test_each_hostile_kind_is_refused_with_its_own_code(kind):
    code, build = HOSTILE[kind]
    file = build()
    started = time.monotonic()
    fault = read_request(file, PASSWORD, limits=LIMITS)
    assert isinstance(fault, WorkbookFault), fault
    assert fault.code == code
    assert time.monotonic() - started < LIMITS.wall_seconds
    said = f"{fault.what} {fault.remedy} {fault.rows} {fault.columns} {fault.sheets}"
    assert not any(number in said for number in NUMBERS)
    assert not re.search(r"\d{6}", said)


def test_the_book_that_all_hostile_files_are_made_from_is_itself_fine():
    column = read_request(Book().encrypted(), PASSWORD, limits=LIMITS)
    assert isinstance(column, RequestColumn)
    assert column.rows == [(2, NUMBERS[0]), (3, NUMBERS[1]), (4, NUMBERS[2])]
    assert (column.column, column.heading_row) == ("A", 1)


@pytest.mark.parametrize("password", ["", "x" * 100_000, "VelvetSweatshop", "é", "\ud800", "\0", PASSWORD + " "])
def test_a_strange_password_is_a_wrong_password(password):
    fault = read_request(Book().encrypted(), password, limits=LIMITS)
    assert isinstance(fault, WorkbookFault)
    assert fault.code == "workbook-wrong-password"


@pytest.mark.parametrize("password", ["VelvetSweatshop", "", PASSWORD])
def test_the_default_password_counts_as_no_encryption_whatever_key_is_given(password):
    fault = read_request(Book().encrypted("VelvetSweatshop"), password, limits=LIMITS)
    assert isinstance(fault, WorkbookFault)
    assert fault.code == "workbook-default-password"


def test_a_fault_says_where_with_rows_letters_and_positions_only():
    _, formulas = HOSTILE["formula with a value"]
    _, columns = HOSTILE["two columns"]
    _, sheets = HOSTILE["very hidden sheet"]
    assert getattr(read_request(formulas(), PASSWORD, limits=LIMITS), "rows", None) == (3,)
    assert getattr(read_request(columns(), PASSWORD, limits=LIMITS), "columns", None) == ("A", "C")
    assert getattr(read_request(sheets(), PASSWORD, limits=LIMITS), "sheets", None) == (1,)


def test_a_file_over_the_size_limit_is_not_even_given_to_the_reader():
    fault = read_request(b"\xd0" * 2_000_000, PASSWORD, limits=Limits(rows=1, file_bytes=1_000_000))
    assert isinstance(fault, WorkbookFault)
    assert fault.code == "workbook-too-large"
