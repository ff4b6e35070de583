"""Reading the data types of HL7 v2 into the nine items: names, dates, numbers, addresses, telephones, moments.

Each reader returns a value, or raises `WrongValue` with a sentence that names no value. What the type holds beside the
item (a prefix, a county) is told by its place, so that nothing is left out in silence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo

from sluis.births.hl7.charset import is_garbled
from sluis.births.hl7.message import NULL, Field, Repetition, part
from sluis.births.model import Address, Contact, Name
from sluis.kernel.insz import Insz, InszFault, read_insz
from sluis.kernel.text import Message, msg

LONGEST_TEXT: Final = 200
_HOME: Final = ZoneInfo("Europe/Brussels")
_DAY: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(.*)", re.ASCII | re.DOTALL)
_MOMENT: Final = re.compile(
    r"(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(?:(\d{2})(?:\.\d{1,4})?)?(?:([+-])(\d{2})(\d{2})|Z)?", re.ASCII
)
_MAIL: Final = re.compile(r"[^\s@<>\"']{1,64}@[^\s@<>\"']{1,185}\.[A-Za-z]{2,24}")
_MOBILE: Final = re.compile(r"\+32 ?4\d{8}|\+(?!32)\d{7,15}", re.ASCII)
_COUNTRIES: Final = {"BEL": "BE", "NLD": "NL", "FRA": "FR", "DEU": "DE", "LUX": "LU", "GBR": "GB"}
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class WrongValue(Exception):
    """A value that cannot be read: the code of the fault and the sentence."""

    def __init__(self, text: Message, *, code: str = "value") -> None:
        super().__init__(code)
        self.code, self.text = code, text


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside the item in its field, by the names that a mapping knows: `time`, `landline`, a type."""

    marks: tuple[str, ...] = ()
    unkept: tuple[int, ...] = ()
    """Components that are part of the data type and of no item."""


def clean(text: str) -> str:
    """Return a text that can be kept: no control characters, one blank between words, not too long, not garbled."""
    if is_garbled(text):
        raise WrongValue(msg("De letters zijn onderweg verminkt. Kijk na in welke tekenset uw systeem schrijft."))
    if _CONTROL.search(text.replace("\n", " ").replace("\t", " ")):
        raise WrongValue(msg("Er staan stuurtekens in."))
    shown = re.sub(r"\s+", " ", text).strip()
    if len(shown) > LONGEST_TEXT:
        raise WrongValue(msg("Dit is langer dan {most} tekens.", most=LONGEST_TEXT), code="too-long")
    return shown


def is_null(field: Field) -> bool:
    """Return whether the sender says that there is no value."""
    return bool(field) and part(field[0], 1) == NULL


def code_of(field: Field) -> str:
    """Return what a field holds as one code, for the table of absences; "" where it is more than that."""
    if len(field) != 1:
        return ""
    texts = {text for component in field[0] for text in component if text}
    return texts.pop() if len(texts) == 1 else ""


def name_of(repetition: Repetition) -> tuple[Name | None, Beside]:
    """Return the name of an XPN (or the old PN): family and given names together with the second ones."""
    family = clean(part(repetition, 1))
    given = clean(f"{part(repetition, 2)} {part(repetition, 3)}")
    found = Name(family or None, given or None) if family or given else None
    return found, Beside(unkept=_filled(repetition, 4, 5, 6))


def day_of(field: Field) -> tuple[date, Beside]:
    """Return the day of a DT, TS or DTM; that it holds a time as well is told."""
    match = _DAY.fullmatch(part(field[0], 1).strip())
    if match is None:
        raise WrongValue(msg("Dit is geen datum. Schrijf ze als JJJJMMDD."))
    try:
        found = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise WrongValue(msg("Deze dag bestaat niet.")) from None
    if match[4] and not re.fullmatch(r"[\d.]*(?:[+-]\d{4})?", match[4], re.ASCII):
        raise WrongValue(msg("Dit is geen datum. Schrijf ze als JJJJMMDD."))
    has_time = re.sub(r"[+-]\d{4}$", "", match[4]).strip("0.") != ""
    return found, Beside(marks=("time",) if has_time else ())


def moment_of(text: str) -> datetime | None:
    """Return the moment of a DTM in UTC, None where it is none; without a zone it is the time of Brussels."""
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        return None
    zone: timezone | ZoneInfo = UTC if match[0].endswith("Z") else _HOME  # FHIR writes Z; HL7 v2 systems do too
    if match[7]:
        hours, minutes = int(match[8]), int(match[9])
        if hours > 14 or minutes > 59:
            return None
        zone = timezone((1 if match[7] == "+" else -1) * timedelta(hours=hours, minutes=minutes))
    try:
        found = datetime(*(int(one) for one in match.groups()[:5]), int(match[6] or 0), tzinfo=zone)  # type: ignore[misc,arg-type] # five numbers
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def insz_of(text: str, *, fictitious: bool) -> Insz:
    """Return the number; a wrong one is a mistake to mend, never kept."""
    read = read_insz(text, fictitious=fictitious)
    if isinstance(read, InszFault):
        raise WrongValue(read.what)
    return read


def address_of(repetition: Repetition) -> tuple[Address | None, Beside]:
    """Return the address of an XAD (or the old AD)."""
    street, number = clean(part(repetition, 1, 2)), clean(part(repetition, 1, 3))
    line = "" if street else clean(part(repetition, 1))
    country = clean(part(repetition, 6)).upper()
    found = Address(
        street=street or None,
        number=number or None,
        box=clean(part(repetition, 2)) or None,
        line=line or None,
        postal_code=clean(part(repetition, 5)) or None,
        city=clean(part(repetition, 3)) or None,
        country=_country(country),
    )
    return (found if found != Address() else None), Beside(unkept=_filled(repetition, 4, 8, 9, 10, 11))


def contact_of(field: Field) -> tuple[Contact | None, Beside]:
    """Return the first mobile number and e-mail address of the repetitions of an XTN; a fixed line is told."""
    found, has_landline = Contact(), False
    for repetition in field:
        mail = clean(part(repetition, 4)) or _mail_in(clean(part(repetition, 1)))
        if mail:
            if not _MAIL.fullmatch(mail):
                raise WrongValue(msg("Dit is geen e-mailadres."))
            found = found if found.email else replace(found, email=mail)
        number = _number(repetition)
        if number is None:
            continue
        if _is_mobile(number, equipment=part(repetition, 3).strip().upper()):
            found = found if found.mobile else replace(found, mobile=number)
        else:
            has_landline = True
    return (found if found != Contact() else None), Beside(marks=("landline",) if has_landline else ())


def _filled(repetition: Repetition, *components: int) -> tuple[int, ...]:
    return tuple(one for one in components if len(repetition) >= one and repetition[one - 1])


def _country(code: str) -> str | None:
    if not code:
        return None
    code = _COUNTRIES.get(code, code)
    if re.fullmatch(r"[A-Z]{2,3}", code, re.ASCII) is None:
        raise WrongValue(msg("Schrijf het land als code van ISO 3166, zoals BE."))
    return code


def _mail_in(text: str) -> str:
    return text if "@" in text else ""


def _number(repetition: Repetition) -> str | None:
    """Return the number of a repetition in one writing: + and digits where it can be told, None where there is none."""
    first = part(repetition, 1)
    country, area, local = (re.sub(r"\D", "", part(repetition, one)) for one in (5, 6, 7))
    text = part(repetition, 12) or (first if "@" not in first else "")
    if not re.search(r"\d", text):
        text = (f"+{country}{area.removeprefix('0')}{local}" if country else f"{area}{local}") if local else ""
    return _written(clean(text))


def mobile_in(text: str) -> str | None:
    """Return a mobile number in its international writing, None for a fixed line or what is no number."""
    try:
        number = _written(clean(text))
    except WrongValue:
        return None
    return number if number is not None and _is_mobile(number, equipment="") else None


def _written(text: str) -> str | None:
    digits = re.sub(r"[\s./()-]", "", text)
    if not digits:
        return None
    if re.fullmatch(r"\+?\d{6,16}", digits, re.ASCII) is None:
        raise WrongValue(msg("Dit is geen telefoonnummer."))
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    if digits.startswith("+320"):
        digits = f"+32{digits[4:]}"
    return f"+32{digits[1:]}" if re.fullmatch(r"04\d{8}", digits, re.ASCII) else digits


def _is_mobile(number: str, *, equipment: str) -> bool:
    if number.startswith("+32"):
        return _MOBILE.fullmatch(number) is not None
    if re.fullmatch(r"0[1-9]\d{7}|\d{1,8}", number, re.ASCII):
        return False  # a Belgian fixed line, or too short for any mobile number, whatever it is called
    return equipment == "CP" or (equipment == "" and _MOBILE.fullmatch(number) is not None)
