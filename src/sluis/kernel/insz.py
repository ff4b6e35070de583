"""INSZ: read the identification number of social security as people and spreadsheets write it.

What is checked, and nothing more:

* eleven digits, after the marks between them are taken out;
* the check digits, under the rule for births before 2000 or under the rule for births from 2000. Either will do:
  the number does not say which of the two applies, so nobody here asks;
* months 60 and up (official test numbers are month + 60) only where fictitious numbers are allowed.

The date part never makes a number wrong: months and days may be zero (unknown, or a day's series used up), a BIS
number adds 20 or 40 to the month, and the sixth digit can be raised. The number is never read for age, sex or birth:
nothing in this module returns them. A birth date comes from the register.

Source: the instructions of the National Register and the KSZ as described by python-stdnum (be.nn, be.bis), which is
the oracle of the tests. See docs/decisions/kernel-insz.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final, NewType

from sluis.kernel.faults import Fault
from sluis.kernel.text import msg

Insz = NewType("Insz", str)
"""Eleven digits with right check digits. Never in an address, a log, an error text or an exception."""

_DIGITS: Final = 11
_FEWEST_DIGITS: Final = 8  # a number of early 2000 that lost its zeros in a spreadsheet
_ELEVEN_DIGITS: Final = 10**10
_TWELVE_DIGITS: Final = 10**11
_LONGEST_CELL: Final = 64
_FROM_2000: Final = 2_000_000_000
_BELOW_MONTH: Final = 10_000_000  # what stands behind the month: day, serial, check digits
_FIRST_FICTITIOUS_MONTH: Final = 60
_FIRST_FICTITIOUS: Final = str(_FIRST_FICTITIOUS_MONTH)
# The first nine digits and the check number together are a multiple of 97: with a 2 before them, or without.
_RIGHT_SUMS: Final = frozenset({0, -_FROM_2000 % 97})

_INVISIBLE: Final = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202c\u202d\u2060\ufeff"))
_SEPARATORS: Final = dict.fromkeys(
    map(
        ord,
        ".-/ \t\r\n"
        "\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f"  # blanks: no-break, figure, thin, narrow
        "\u2010\u2011\u2012\u2013\u2014\u2212"  # dashes, and the minus that a word processor makes of them
        "\u00b7",
    )
)
_DECIMALS_OF_ZERO: Final = re.compile(r"(\d+)[.,]0+", re.ASCII)
_SCIENTIFIC: Final = re.compile(r"(\d(?:[.,]\d{1,15})?)[eE]\+?(\d{1,2})", re.ASCII)


class InszFault(Fault):
    """Why a text is not an INSZ that is accepted here. The messages never repeat the text."""

    EMPTY = (
        "insz-empty",
        msg("Er staat geen INSZ."),
        msg("Vul het INSZ in of laat de rij weg."),
    )
    MALFORMED = (
        "insz-malformed",
        msg("Dit is geen INSZ: een INSZ heeft 11 cijfers."),
        msg("Schrijf de 11 cijfers. Punten, streepjes en spaties mogen ertussen staan."),
    )
    ROUNDED = (
        "insz-rounded",
        msg("Het rekenblad heeft dit nummer afgerond. Er ontbreken cijfers."),
        msg("Maak de kolom op als tekst en vul het INSZ opnieuw in."),
    )
    WRONG_CHECK_DIGITS = (
        "insz-wrong-check-digits",
        msg("De controlecijfers van dit INSZ kloppen niet."),
        msg("Vergelijk het nummer met de bron en verbeter de tikfout."),
    )
    FICTITIOUS = (
        "insz-fictitious",
        msg("Dit is een fictief nummer (maand boven 60). Fictieve nummers worden hier niet aanvaard."),
        msg("Gebruik het INSZ uit het register. Fictieve nummers zijn alleen voor proeven."),
    )


def check_digits(nine: int, *, from_2000: bool) -> int:
    """Return the check number, 1 to 97, of the first nine digits of an INSZ.

    `from_2000` chooses the rule for births from 2000, which puts a 2 before the nine digits.
    """
    if not 0 <= nine < 10**9:
        raise ValueError("The first part of an INSZ has nine digits.")
    return 97 - (nine + _FROM_2000 if from_2000 else nine) % 97


def read_insz(text: str | int | float, *, fictitious: bool) -> Insz | InszFault:
    """Return the INSZ that a cell holds, or why it holds none.

    Accepts dots, dashes, slashes and every kind of blank between the digits, `17673003319.0`, `1.7673003319E10`, and
    numbers whose leading zeros a spreadsheet dropped: 8 to 10 digits count if their zero-padded form passes the check.
    `fictitious` admits official test numbers (month + 60); it is off in production.
    """
    cell = _cell(text)
    if cell is None or len(cell) > _LONGEST_CELL:
        return InszFault.MALFORMED
    shown = cell.translate(_INVISIBLE).strip().removeprefix("'")
    if not shown:
        return InszFault.EMPTY
    scientific = _SCIENTIFIC.fullmatch(shown)
    digits = _expanded(scientific) if scientific else _compact(shown)
    if digits is None:
        return InszFault.MALFORMED
    read = _judged(digits.zfill(_DIGITS), fictitious=fictitious)
    if read is InszFault.WRONG_CHECK_DIGITS and (scientific or len(digits) < _DIGITS):
        return InszFault.ROUNDED if scientific else InszFault.MALFORMED
    return read


def read_insz_column(values: Sequence[str | int | float], *, fictitious: bool) -> list[Insz | InszFault]:
    """Return what `read_insz` says of each value, in the same order; cells without surprises take a short way."""
    if all_plain := _all_plain(values):
        return [
            Insz(number)
            if (int(number[:9]) + (check := int(number[9:]))) % 97 in _RIGHT_SUMS
            and 0 < check <= 97
            and (fictitious or number[2:4] < _FIRST_FICTITIOUS)
            else _judged(number, fictitious=fictitious)
            for number in all_plain
        ]
    read: list[Insz | InszFault] = []
    append = read.append
    for value in values:
        digits = _plain(value)
        append(_judged(digits, fictitious=fictitious) if digits else read_insz(value, fictitious=fictitious))
    return read


def is_fictitious(insz: Insz) -> bool:
    """Say whether the number lies in the range that no register issues (month 60 and up)."""
    return int(insz) // _BELOW_MONTH % 100 >= _FIRST_FICTITIOUS_MONTH


def format_insz(insz: Insz) -> str:
    """Write the number as on the card: `YY.MM.DD-SSS.CC`."""
    return f"{insz[0:2]}.{insz[2:4]}.{insz[4:6]}-{insz[6:9]}.{insz[9:11]}"


def mask_insz(insz: Insz) -> str:
    """Show the check digits only, for a person who must recognise a row that is already before them."""
    return f"••.••.••-•••.{insz[9:11]}"


def _judged(number: str, *, fictitious: bool) -> Insz | InszFault:
    """Judge exactly eleven ASCII digits."""
    whole = int(number)
    nine, check = divmod(whole, 100)
    expected = 97 - check
    if nine % 97 != expected and (nine + _FROM_2000) % 97 != expected:
        return InszFault.WRONG_CHECK_DIGITS
    if not fictitious and whole // _BELOW_MONTH % 100 >= _FIRST_FICTITIOUS_MONTH:
        return InszFault.FICTITIOUS
    return Insz(number)


def _all_plain(values: Sequence[str | int | float]) -> list[str] | None:
    """Return the values when every one of them is plainly eleven digits, as in most lists."""
    texts = [value for value in values if type(value) is str and len(value) == _DIGITS]
    together = "".join(texts)
    return texts if len(texts) == len(values) and together.isascii() and together.isdigit() else None


def _plain(value: str | int | float) -> str | None:
    """Return eleven digits if the cell holds them plainly; None if it must be read with care."""
    if not isinstance(value, str):
        return str(int(value)) if _ELEVEN_DIGITS <= value < _TWELVE_DIGITS and value == int(value) else None
    # Two marks or more between a first and a last digit: this cannot be a decimal number.
    if len(value) > _DIGITS + 1 and "0" <= value[0] <= "9" and "0" <= value[-1] <= "9":
        value = value.replace(".", "").replace("-", "").replace(" ", "")
    return value if len(value) == _DIGITS and value.isascii() and value.isdigit() else None


def _cell(value: str | int | float) -> str | None:
    """Return the value as text; None for a number that cannot be an INSZ (a truth value, a fraction, not a number)."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not 0 <= value < _TWELVE_DIGITS or value != int(value):
        return None
    return str(int(value))


def _compact(shown: str) -> str | None:
    """Take the marks out; None unless 8 to 11 digits are left."""
    as_number = _DECIMALS_OF_ZERO.fullmatch(shown)
    # Not left to the separators: 1690700131.0 would become eleven digits with a zero at the wrong end.
    digits = as_number[1] if as_number else shown.translate(_SEPARATORS)
    # A text that begins with a mark is a negative number or a stray sign, not a way to write an INSZ.
    if not shown[0].isdigit() or not digits.isascii() or not digits.isdigit():
        return None
    return digits if _FEWEST_DIGITS <= len(digits) <= _DIGITS else None


def _expanded(scientific: re.Match[str]) -> str | None:
    """Write `1.7673003319E10` out. What was rounded away ends in zeros, which the check digits then reject."""
    number = Decimal(scientific[1].replace(",", ".")).scaleb(int(scientific[2]))
    if number != number.to_integral_value():
        return None
    digits = str(int(number))
    return digits if _FEWEST_DIGITS <= len(digits) <= _DIGITS else None
