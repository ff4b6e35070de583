"""A notice as the standard mapping reads it: the examples that a supplier sees, and what conformance is tested with."""

from __future__ import annotations

from datetime import UTC, date
from typing import Final

from sluis.births.hl7.message import NULL, Delimiters, Field, Message, Segment, head, segment
from sluis.births.model import Absence, Address, Contact, Item, Kind, Name, Notice

_EVENTS: Final = {Kind.BIRTH: "A28", Kind.CORRECTION: "A31", Kind.CANCELLATION: "A11"}
_STRUCTURES: Final = {"A28": "ADT_A05", "A31": "ADT_A05", "A11": "ADT_A09", "A40": "ADT_A39"}
_CODES: Final = {
    Absence.UNKNOWN: "UNK",
    Absence.REFUSED: "REFUSED",
    Absence.NOT_APPLICABLE: "NVT",
    Absence.NOT_YET: "NAV",
}


def as_message(notice: Notice, *, processing: str = "P", delimiters: Delimiters | None = None) -> Message:
    """Return the ADT of a notice, in UTF-8."""
    marks = delimiters or Delimiters()
    event = "A40" if notice.replaces is not None else _EVENTS[notice.kind]
    sent = notice.sent_at.astimezone(UTC).strftime("%Y%m%d%H%M%S+0000")
    header = head(
        "EPD",
        notice.sender,
        "SLUIS",
        "OPGROEIEN",
        sent,
        "",
        ("ADT", event, _STRUCTURES[event]),
        notice.message_id,
        processing,
        "2.5.1",
        *[""] * 5,
        "UNICODE UTF-8",
        delimiters=marks,
    )
    lines = [header, segment("EVN", "", sent), _child(notice)]
    if notice.kind is not Kind.CANCELLATION and (mother := _mother(notice)) is not None:
        lines.append(mother)
    if notice.kind is Kind.CANCELLATION:
        lines.append(segment("PV1", "", "I"))
    if notice.replaces is not None:
        lines.append(segment("MRG", (notice.replaces, "", "", "", "MR")))
    if notice.child.relinquished:
        lines.append(segment("ZAD", "J"))
    elif notice.missing.get(Item.CHILD_RELINQUISHED) is Absence.WITHDRAWN:
        lines.append(segment("ZAD", NULL))
    return Message(marks, tuple(lines))


def _child(notice: Notice) -> Segment:
    child = notice.child
    fields: list[Field | str | tuple[str, ...]] = [""] * 32
    fields[0] = "1"
    fields[2] = (notice.reference, "", "", "", "MR")
    if notice.kind is not Kind.CANCELLATION:
        fields[4] = _name(child.name) or _absent(notice, Item.CHILD_NAME)
        fields[6] = _day(child.birth_date) or _absent(notice, Item.CHILD_BIRTH_DATE)
        fields[28] = _day(child.death_date) or _absent(notice, Item.CHILD_DEATH_DATE)
    return segment("PID", *fields)


def _mother(notice: Notice) -> Segment | None:
    mother = notice.mother
    fields: list[Field | str | tuple[str, ...]] = [""] * 33
    fields[1] = _name(mother.name) or _absent(notice, Item.MOTHER_NAME)
    fields[3] = _address(mother.address) or _absent(notice, Item.MOTHER_ADDRESS)
    fields[4] = _contact(mother.contact) or _absent(notice, Item.MOTHER_CONTACT)
    fields[15] = _day(mother.birth_date) or _absent(notice, Item.MOTHER_BIRTH_DATE)
    fields[32] = (
        (str(mother.insz), "", "", "", "NNBEL") if mother.insz is not None else _absent(notice, Item.MOTHER_INSZ)
    )
    if not any(fields):
        return None
    fields[0], fields[2] = "1", ("MTH", "Mother", "HL70063")
    return segment("NK1", *fields)


def _absent(notice: Notice, item: Item) -> str:
    reason = notice.missing.get(item)
    if reason is None:
        return ""
    return NULL if reason is Absence.WITHDRAWN else _CODES[reason]


def _name(name: Name | None) -> tuple[str, ...] | None:
    return None if name is None else (name.family or "", name.given or "", "", "", "", "", "L")


def _day(day: date | None) -> str:
    return "" if day is None else day.strftime("%Y%m%d")


def _address(address: Address | None) -> Field | None:
    if address is None:
        return None
    street = ("", address.street, address.number or "") if address.street else (address.line or "",)
    parts = (street, *((one or "",) for one in (address.box, address.city, "", address.postal_code, address.country)))
    return (tuple(tuple(part) for part in parts),)


def _contact(contact: Contact | None) -> Field | None:
    if contact is None:
        return None
    found: list[tuple[tuple[str, ...], ...]] = []
    if contact.mobile:
        found.append(((contact.mobile,), ("PRN",), ("CP",)))
    if contact.email:
        found.append(((), ("NET",), ("Internet",), (contact.email,)))
    return tuple(found)
