"""KBO: the number under which the Crossroads Bank for Enterprises knows a body.

Ten digits that begin with 0 or 1; the last two are 97 minus the first eight modulo 97, and 97 where nothing is left
over (0692.793.497). Numbers of establishment units begin with 2 to 8 and are not KBO numbers of a body.
Source: exchange facts E.2 (MAGDA validation methods); python-stdnum (be.vat) is the oracle of the tests. It also lets
the check number 00 through where nothing is left over; the MAGDA page gives 97, so 00 is refused here.
"""

from __future__ import annotations

from typing import Final, NewType

from sluis.kernel.faults import Fault
from sluis.kernel.text import msg

Kbo = NewType("Kbo", str)
"""Ten digits with a right check number."""

_DIGITS: Final = 10
_LONGEST_TEXT: Final = 64
_MARKS: Final = dict.fromkeys(map(ord, ".-/() \t\u00a0\u202f\u2009\u2011\u2013"))


class KboFault(Fault):
    """Why a text is not the KBO number of a body."""

    MALFORMED = (
        "kbo-malformed",
        msg("Dit is geen KBO-nummer: een KBO-nummer heeft 10 cijfers en begint met 0 of 1."),
        msg("Schrijf de 10 cijfers, bijvoorbeeld 0692.793.497."),
    )
    WRONG_CHECK_DIGITS = (
        "kbo-wrong-check-digits",
        msg("De controlecijfers van dit KBO-nummer kloppen niet."),
        msg("Vergelijk het nummer met de Kruispuntbank van Ondernemingen en verbeter de tikfout."),
    )
    ESTABLISHMENT_UNIT = (
        "kbo-establishment-unit",
        msg("Dit is het nummer van een vestigingseenheid, niet van een bestuur."),
        msg("Gebruik het KBO-nummer van het bestuur zelf. Het begint met 0 of 1."),
    )


def read_kbo(text: str) -> Kbo | KboFault:
    """Return the KBO number in any usual notation (`0692.793.497`, `BE 0692793497`, nine digits of before 2005)."""
    if len(text) > _LONGEST_TEXT:
        return KboFault.MALFORMED
    digits = text.translate(_MARKS).upper().removeprefix("BE")
    if not digits.isascii() or not digits.isdigit() or not _DIGITS - 1 <= len(digits) <= _DIGITS:
        return KboFault.MALFORMED
    digits = digits.zfill(_DIGITS)
    if "2" <= digits[0] <= "8":
        return KboFault.ESTABLISHMENT_UNIT
    if digits[0] == "9" or int(digits) == 0:
        return KboFault.MALFORMED
    if int(digits[8:]) != 97 - int(digits[:8]) % 97:
        return KboFault.WRONG_CHECK_DIGITS
    return Kbo(digits)


def format_kbo(kbo: Kbo) -> str:
    """Write the number as the Crossroads Bank does: `0692.793.497`."""
    return f"{kbo[0:4]}.{kbo[4:7]}.{kbo[7:10]}"
