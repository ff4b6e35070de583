"""Reading the nine items out of the fields that the mapping names; what stands beside them is borne or refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

from sluis.births.hl7.mapping import LANDLINE, OTHERS, HospitalMapping, is_placeholder, without_marks
from sluis.births.hl7.message import Field, Message, Segment, part
from sluis.births.hl7.values import (
    Beside,
    WrongValue,
    address_of,
    clean,
    code_of,
    contact_of,
    day_of,
    insz_of,
    is_null,
    name_of,
)
from sluis.births.model import ONLY_WHEN_APPLICABLE, Absence, Address, Contact, Fault, Item, Kind, Name
from sluis.kernel.insz import Insz
from sluis.kernel.text import Message as Sentence
from sluis.kernel.text import msg

MOST_FAULTS: Final = 50
# Table 0203 as far as systems send it; what stands in CX.5 and is none of these may be a name, and is not repeated.
_TYPES: Final = frozenset(
    {
        "AM",
        "AN",
        "ANON",
        "BC",
        "BR",
        "BRN",
        "CC",
        "DL",
        "DN",
        "DR",
        "EI",
        "EN",
        "EPI",
        "FI",
        "GI",
        "GN",
        "HC",
        "JHN",
        "LN",
        "LR",
        "MA",
        "MB",
        "MC",
        "MCN",
        "MCR",
        "MD",
        "MI",
        "MR",
        "MRN",
        "MRT",
        "MS",
        "NE",
        "NH",
        "NI",
        "NN",
        "NPI",
        "PE",
        "PEN",
        "PI",
        "PN",
        "PNT",
        "PPN",
        "PRC",
        "PRN",
        "PT",
        "RI",
        "RR",
        "SL",
        "SN",
        "SR",
        "SS",
        "TAX",
        "U",
        "UPIN",
        "VN",
        "VS",
        "WC",
        "XX",
    }
)
_ALIAS_TYPES: Final = frozenset({"TEMP", "NAV", "S", "U"})
"""Types of a name (XPN.7, table 0200) that say that it is nobody's name."""


@dataclass
class Reader:
    """The state of one reading. Faults are gathered: the sender learns them all at once."""

    message: Message
    mapping: HospitalMapping
    sender: str
    fictitious: bool
    at: datetime
    faults: list[Fault] = field(default_factory=list)
    not_read: list[str] = field(default_factory=list)
    missing: dict[Item, Absence] = field(default_factory=dict)
    values: dict[Item, Any] = field(default_factory=dict)

    def fault(self, path: str, code: str, text: Sentence) -> None:
        """Keep one fault, once per place and code."""
        if len(self.faults) < MOST_FAULTS and (path, code) not in {(one.path, one.code) for one in self.faults}:
            self.faults.append(Fault(path, code, text))


def not_agreed(reader: Reader, path: str) -> None:
    """Bear a field that the mapping names, or its whole segment; refuse any other by its name."""
    if path in reader.mapping.not_read or path[:3] in reader.mapping.not_read:
        reader.not_read.append(path)
    else:
        reader.fault(path, "not-agreed", _sentence(path))


def _sentence(path: str) -> Sentence:
    if path.endswith(".time"):
        return msg("{field} bevat ook een uur. Stuur alleen de dag: JJJJMMDD.", field=path.removesuffix(".time"))
    if path.endswith(f".{LANDLINE}"):
        return msg(
            "{field} bevat een vast nummer. Alleen een gsm-nummer en een e-mailadres zijn overeengekomen.",
            field=path.removesuffix(f".{LANDLINE}"),
        )
    if path == f"NK1[{OTHERS}]":
        return msg(
            "Er staat een NK1 in dat NK1-3 niet de moeder noemt. Is het de moeder, zet daar MTH; anders: laat het"
            " segment weg."
        )
    return msg("{field} is geen van de negen gegevens. Laat het weg.", field=path)


def typed(path: str, kind: str) -> str:
    """Return the path with the type behind it, where that is surely a type and not a value in the wrong place."""
    return f"{path}.{kind}" if kind in _TYPES or re.fullmatch(r"NN[A-Z]{3}", kind, re.ASCII) else path


def _places(reader: Reader, item: Item, mother: Segment | None) -> Iterator[tuple[str, Field]]:
    for place in reader.mapping.file.items.get(item, ()):
        name, number = place.split("-")
        if name == "NK1":
            segments: tuple[Segment, ...] = () if mother is None else (mother,)
        else:
            segments = reader.message.named(name)[:1]
        for segment in segments:
            if found := segment.repetitions(int(number)):
                yield place, found


def read_items(reader: Reader, kind: Kind, mother: Segment | None) -> None:
    """Read every item from its places into the reader."""
    for item in Item:
        for place, found in _places(reader, item, mother):
            try:
                _read_place(reader, kind, item, place, found)
            except WrongValue as wrong:
                reader.fault(place, wrong.code, wrong.text)
    _read_flags(reader)
    for item in reader.values:
        reader.missing.pop(item, None)
    if not reader.values and not reader.missing and not reader.faults and kind is Kind.BIRTH:
        reader.fault("PID", "required", msg("Er staat geen enkel gegeven in."))


def _read_place(reader: Reader, kind: Kind, item: Item, place: str, found: Field) -> None:
    if is_null(found):
        if kind is Kind.BIRTH and item in ONLY_WHEN_APPLICABLE:
            return  # no death and no adoption: nothing is missing
        reader.missing.setdefault(item, Absence.WITHDRAWN if kind is Kind.CORRECTION else Absence.UNKNOWN)
        return
    absence = reader.mapping.file.absence.get(without_marks(code_of(found)))
    if absence is not None:
        reader.missing.setdefault(item, absence)
        return
    value = _READERS[item](reader, place, found)
    if value is None:
        return
    if item not in reader.values:
        reader.values[item] = value
    elif isinstance(value, Name):
        # PID-6 is a maiden name where NK1-2 is there as well: the first place counts, the other is told.
        if reader.values[item] != value:
            reader.not_read.append(place)
    elif reader.values[item] != value:
        reader.fault(place, "value", msg("{field} spreekt een ander veld van hetzelfde gegeven tegen.", field=place))


def _beside(reader: Reader, place: str, beside: Beside) -> None:
    for mark in beside.marks:
        not_agreed(reader, f"{place}.{mark}")
    reader.not_read += [f"{place}.{number}" for number in beside.unkept]


def _read_mother_name(reader: Reader, place: str, found: Field) -> Name | None:
    value, beside = name_of(found[0])
    _beside(reader, place, beside)
    _tell_others(reader, place, found[1:], value)
    return value


def _tell_others(reader: Reader, place: str, others: Field, value: Name | None) -> None:
    if any(name_of(one)[0] not in (None, value) for one in others):
        reader.not_read.append(f"{place}.SECOND")  # a birth is not refused for a maiden name beside the name


def _read_child_name(reader: Reader, place: str, found: Field) -> Name | None:
    chosen = next((one for one in found if part(one, 7).strip().upper() not in _ALIAS_TYPES), None)
    value, beside = (None, Beside()) if chosen is None else name_of(chosen)
    _beside(reader, place, beside)
    _tell_others(reader, place, tuple(one for one in found if one is not chosen), value)
    if value is None or is_placeholder(value, reader.mapping.file.unnamed):
        # That the child has no name yet is known; the placeholder is nobody's name and is not kept.
        reader.missing[Item.CHILD_NAME] = Absence.NOT_YET
        return None
    return value


def _read_day(reader: Reader, place: str, found: Field) -> date:
    value, beside = day_of(found)
    _beside(reader, place, beside)
    return value


def _read_insz(reader: Reader, place: str, found: Field) -> Insz | None:
    value = None
    for repetition in found:
        text, kind = part(repetition, 1).strip(), part(repetition, 5).strip().upper()
        if not text:
            continue
        if kind in reader.mapping.file.insz_types and value is None:
            value = insz_of(text, fictitious=reader.fictitious)
        else:
            not_agreed(reader, typed(place, kind))
    return value


def _read_address(reader: Reader, place: str, found: Field) -> Address | None:
    value, beside = address_of(found[0])
    _beside(reader, place, beside)
    if len(found) > 1:
        not_agreed(reader, f"{place}.SECOND")
    return value


def _read_contact(reader: Reader, place: str, found: Field) -> Contact | None:
    value, beside = contact_of(found)
    _beside(reader, place, beside)
    known = reader.values.get(Item.MOTHER_CONTACT)
    if value is not None and known is not None:  # NK1-40 completes NK1-5
        reader.values[Item.MOTHER_CONTACT] = replace(
            known, mobile=known.mobile or value.mobile, email=known.email or value.email
        )
        return None
    return value


def _read_relinquished(reader: Reader, place: str, found: Field) -> bool | None:
    said = without_marks(clean(part(found[0], 1)))
    if said in {without_marks(one) for one in reader.mapping.file.yes}:
        return True
    if said in ("N", "0", "NO", "NEE"):
        return None
    raise WrongValue(msg("Hier staat ja of nee: J of N."), code="code-invalid")


_READERS: Final[dict[Item, Callable[[Reader, str, Field], Any]]] = {
    Item.MOTHER_NAME: _read_mother_name,
    Item.MOTHER_BIRTH_DATE: _read_day,
    Item.MOTHER_INSZ: _read_insz,
    Item.MOTHER_ADDRESS: _read_address,
    Item.MOTHER_CONTACT: _read_contact,
    Item.CHILD_NAME: _read_child_name,
    Item.CHILD_BIRTH_DATE: _read_day,
    Item.CHILD_DEATH_DATE: _read_day,
    Item.CHILD_RELINQUISHED: _read_relinquished,
}


def _read_flags(reader: Reader) -> None:
    """Read PID-30 (deceased) and PID-32 (which of the patient's data are not sure, table 0445)."""
    pid = reader.message.named("PID")[0]
    if pid.text(30).strip().upper() == "Y" and Item.CHILD_DEATH_DATE not in reader.values:
        reader.missing[Item.CHILD_DEATH_DATE] = Absence.UNKNOWN
    flags = {part(one, 1).strip().upper() for one in pid.repetitions(32)}
    if "AL" in flags and reader.values.pop(Item.CHILD_NAME, None) is not None:
        reader.missing[Item.CHILD_NAME] = Absence.NOT_YET
    if "UD" in flags and reader.values.pop(Item.CHILD_BIRTH_DATE, None) is not None:
        reader.missing[Item.CHILD_BIRTH_DATE] = Absence.UNKNOWN
