"""Money in whole cents, read from text and never from a float."""

from __future__ import annotations

import re
from typing import Final, Literal, NewType

from sluis.kernel.faults import Fault
from sluis.kernel.text import msg

Cents = NewType("Cents", int)
"""An amount in whole euro cents. Negative amounts are debts."""

_LONGEST_TEXT: Final = 40
_BLANKS: Final = dict.fromkeys(map(ord, "\u00a0\u202f\u2009"), " ")
_CURRENCY: Final = re.compile(r"^(?:€|EUR)\s*|\s*(?:€|EUR)$", re.IGNORECASE)
_MINUS: Final = "\u2212"
_GROUPED: Final = re.compile(r"\d{1,3}(?:([ .,'])\d{3})(?:\1\d{3})*(?:([.,])(\d{1,2}))?", re.ASCII)
_PLAIN: Final = re.compile(r"(\d+)(?:[.,](\d{1,2}))?", re.ASCII)
_ONE_GROUP: Final = re.compile(r"\d{1,3}[.,]\d{3}", re.ASCII)


class CentsFault(Fault):
    """Why a text is not an amount."""

    MALFORMED = (
        "amount-malformed",
        msg("Dit is geen bedrag in euro met hoogstens twee cijfers na de komma."),
        msg("Schrijf het bedrag zoals 1234,56."),
    )
    AMBIGUOUS = (
        "amount-ambiguous",
        msg("Dit bedrag is op twee manieren te lezen: het teken kan duizendtallen of decimalen scheiden."),
        msg("Schrijf het bedrag met twee cijfers na de komma, zoals 1234,00."),
    )


def read_cents(text: str) -> Cents | CentsFault:
    """Return the amount of a text: `1.234,56`, `1234.56`, `1 234,5`, `€ 12`, `-0,01`.

    One separator followed by three digits (`1.234`) is refused as ambiguous rather than guessed.
    """
    if len(text) > _LONGEST_TEXT:
        return CentsFault.MALFORMED
    shown = _CURRENCY.sub("", text.translate(_BLANKS).strip().replace(_MINUS, "-"))
    negative = shown.startswith("-")
    shown = _CURRENCY.sub("", shown.removeprefix("-").lstrip()) if negative else shown
    if _ONE_GROUP.fullmatch(shown):
        return CentsFault.AMBIGUOUS
    euros, cents = _parts(shown)
    if not euros:
        return CentsFault.MALFORMED
    amount = int(euros) * 100 + int(cents.ljust(2, "0"))
    return Cents(-amount if negative else amount)


def format_cents(cents: Cents, language: Literal["nl", "fr", "en", "de"]) -> str:
    """Write the amount for a reader: `€ 1.234,56` (nl), `1 234,56 €` (fr), `€1,234.56` (en), `1.234,56 €` (de).

    The blanks are no-break blanks.
    """
    euros, rest = divmod(abs(cents), 100)
    sign = "-" if cents < 0 else ""
    group, point = {"nl": (".", ","), "fr": ("\u202f", ","), "en": (",", "."), "de": (".", ",")}[language]
    number = f"{euros:,}".replace(",", group) + f"{point}{rest:02d}"
    if language == "nl":
        return f"€\u00a0{sign}{number}"
    return f"{sign}€{number}" if language == "en" else f"{sign}{number}\u00a0€"


def half_up_divide(numerator: int, denominator: int) -> int:
    """Return the quotient rounded to a whole number, a half going up (towards plus infinity), in whole numbers only.

    Only where the law rounds. For a debt round the amount first and then put the sign, or -2,5 becomes -2.
    """
    if denominator <= 0:
        raise ValueError("Divide by a positive number.")
    return (2 * numerator + denominator) // (2 * denominator)


def _parts(shown: str) -> tuple[str, str]:
    """Return euros and cents as digits; no euros if the text is no amount."""
    plain = _PLAIN.fullmatch(shown)
    if plain:
        return plain[1], plain[2] or ""
    grouped = _GROUPED.fullmatch(shown)
    if grouped is None or grouped[1] == grouped[2]:
        return "", ""
    whole = shown[: -1 - len(grouped[3])] if grouped[3] else shown
    return whole.replace(grouped[1], ""), grouped[3] or ""
