"""From a Bundle (or one Patient) to notices: who is whose mother, what it does, and every fault at once. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sluis.births.days import wrong_days
from sluis.births.fhir import table
from sluis.births.fhir.names import CHILD, EVENT_KINDS, EVENTS, MOTHER, ROLE_CODE, VALUE_SETS
from sluis.births.fhir.persons import Reader
from sluis.births.fhir.requests import check_requests, deletions, what
from sluis.births.fhir.walk import instant_of, walk
from sluis.births.model import Absence, Child, Fault, Item, Kind, Mother, Notice, Unfit
from sluis.kernel.text import Message, msg

_AHEAD: Final = timedelta(minutes=10)
_EARLIEST: Final = 2020
_MOST_FAULTS: Final = 200
_LETTERS: Final = str.maketrans("0123456789abcdef", "abcdefghijklmnop")

_WHO: Final = msg(
    "Het is niet duidelijk wie de moeder en wie het kind is. Verbind ze met een RelatedPerson (relationship MTH of"
    " NMTH, patient = het kind), of geef elke Patient ons profiel in meta.profile."
)
_NO_RESOURCE: Final = msg("Deze resource hoort niet bij een geboortemelding. Laat ze weg.")
_LONG_AGO: Final = msg("Dit tijdstip is te lang geleden. Kijk de klok van uw systeem na.")
_CLOCK: Final = msg("Dit tijdstip ligt in de toekomst. Kijk de klok van uw systeem na.")


_OTHER_ID: Final = msg("Dit id is niet dat van het kind op dit adres. Neem het uit het adres over, of laat het weg.")


@dataclass(frozen=True, slots=True)
class Meant:
    """What a Bundle asks: a notice per child, with the entry that it came in, its conditions and whom its url names."""

    notice: Notice
    entry: int
    if_none_exist: bool = False
    if_match: str | None = None
    newborn: UUID | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A Bundle as it was read. `header` is the id of the MessageHeader of a message."""

    type: str
    meant: tuple[Meant, ...]
    message_id: str
    header: str | None
    endpoint: str | None
    entries: int


@dataclass(frozen=True, slots=True)
class _Person:
    index: int
    url: str
    resource: Mapping[str, Any]
    path: str


def digest_id(body: bytes) -> str:
    """Return an id for a message that names none: of its content, in letters, so that it never looks like a number."""
    return "body-" + hashlib.sha256(body).hexdigest().translate(_LETTERS)[:40]


def read_bundle(bundle: Mapping[str, Any], *, sender: str, at: datetime, fictitious: bool, body: bytes) -> Asked:
    """Return what a Bundle of type message or transaction asks; raises `Unfit` with all faults."""
    faults = walk(bundle, table.BUNDLE, "Bundle")
    entries = bundle.get("entry")
    if not isinstance(entries, list) or not entries:
        raise Unfit((*faults, Fault("Bundle.entry", "required", msg("Deze Bundle heeft geen inhoud."))))
    if str(bundle.get("type")) not in VALUE_SETS["bundle-type"]:
        raise Unfit(tuple(faults))
    persons = _persons(entries, faults)
    header = _header(bundle, entries, faults)
    if faults:
        raise Unfit(tuple(faults))
    sent_at = instant_of(bundle["timestamp"]) if "timestamp" in bundle else at
    assert sent_at is not None  # an instant that cannot be read was a fault
    if sent_at > at + _AHEAD:
        raise Unfit((Fault("Bundle.timestamp", "value", _CLOCK),))
    if sent_at.year < _EARLIEST:  # also what the database cannot hold
        raise Unfit((Fault("Bundle.timestamp", "value", _LONG_AGO),))
    message_id = (
        bundle.get("identifier", {}).get("value") or (header or {}).get("id") or bundle.get("id") or digest_id(body)
    )
    event = None if header is None else EVENT_KINDS[header["eventCoding"]["code"]]
    meant = _meant(entries, persons, event, _Frame(sender, str(message_id)[:180], sent_at, fictitious, at.date()))
    return Asked(
        bundle["type"],
        meant,
        str(message_id),
        None if header is None else header.get("id"),
        None if header is None else header["source"]["endpoint"],
        len(entries),
    )


def read_child(
    resource: Mapping[str, Any], *, newborn: UUID, sender: str, reference: str, at: datetime, body: bytes
) -> Notice:
    """Return the correction that a whole Patient (the child) makes: what it leaves out is taken back."""
    faults = walk(resource, table.CHILD, "Patient")
    if not faults and resource.get("resourceType") != "Patient":
        faults = [Fault("Patient.resourceType", "structure", _NO_RESOURCE)]
    if faults:
        raise Unfit(tuple(faults))
    reader = Reader()
    child = reader.child(resource, "Patient")
    if "identifier" in resource and reader.reference(resource, "Patient") not in (reference, None):
        reader.fault("Patient.identifier", "value", msg("Dit kenmerk is niet dat van het kind op dit adres."))
    if resource.get("id", str(newborn)) != str(newborn):
        reader.fault("Patient.id", "value", _OTHER_ID)
    _check_days(reader, Kind.CORRECTION, "Patient", child, None, at.date())
    if reader.faults:
        raise Unfit(tuple(reader.faults))
    missing = dict(reader.missing)
    for item, value in (
        (Item.CHILD_NAME, child.name),
        (Item.CHILD_BIRTH_DATE, child.birth_date),
        (Item.CHILD_DEATH_DATE, child.death_date),
        (Item.CHILD_RELINQUISHED, child.relinquished),
    ):
        if value is None:
            missing.setdefault(item, Absence.WITHDRAWN)
    return Notice(digest_id(body), sender, Kind.CORRECTION, reference, at, Mother(), child, None, missing)


@dataclass(frozen=True, slots=True)
class _Frame:
    sender: str
    message_id: str
    sent_at: datetime
    fictitious: bool
    today: date


def _persons(entries: list[Any], faults: list[Fault]) -> dict[str, list[_Person]]:
    """Return the resources by kind, each walked by its table."""
    found: dict[str, list[_Person]] = {}
    raw: list[tuple[str, _Person]] = []
    for index, entry in enumerate(entries):
        if len(faults) >= _MOST_FAULTS:
            break
        if not isinstance(entry, dict) or "resource" not in entry:
            continue
        path = f"Bundle.entry[{index}].resource"
        resource = entry["resource"]
        if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
            faults.append(Fault(path, "structure", msg("Hier hoort een FHIR-resource met een resourceType.")))
            continue
        raw.append((resource["resourceType"], _Person(index, _url(entry), resource, path)))
    children = _children([(kind, one) for kind, one in raw if kind in ("Patient", "RelatedPerson")])
    for kind, one in raw:
        if len(faults) >= _MOST_FAULTS:
            break
        role = kind if kind != "Patient" else "child" if one.index in children else "mother"
        element = _TABLES.get(role)
        if element is None:
            faults.append(Fault(one.path, "not-agreed", _NO_RESOURCE))
            continue
        faults.extend(walk(one.resource, element, one.path))
        found.setdefault(role, []).append(one)
    return found


_TABLES: Final = {
    "mother": table.MOTHER,
    "child": table.CHILD,
    "RelatedPerson": table.RELATED,
    "Organization": table.ORGANISATION,
    "MessageHeader": table.HEADER,
}


def _url(entry: Mapping[str, Any]) -> str:
    url = entry.get("fullUrl")
    return url if isinstance(url, str) else ""


def _children(raw: list[tuple[str, _Person]]) -> set[int]:
    """Return which patients are children: those that a RelatedPerson names, or that bear our profile."""
    named = {
        reference
        for kind, one in raw
        if kind == "RelatedPerson"
        for reference in [_reference(one.resource.get("patient"))]
        if reference
    }
    patients = [one for kind, one in raw if kind == "Patient"]
    found = {one.index for one in patients if _names(one) & named or CHILD in _profiles(one)}
    mothers = {one.index for one in patients if MOTHER in _profiles(one)}
    if not found and mothers:
        found = {one.index for one in patients} - mothers
    if not found and len(patients) == 1 and not mothers:
        found = {patients[0].index}
    return found


def _reference(value: object) -> str | None:
    reference = value.get("reference") if isinstance(value, dict) else None
    return reference if isinstance(reference, str) else None


def _names(one: _Person) -> set[str]:
    own = one.resource.get("id")
    return {name for name in (one.url, f"Patient/{own}" if isinstance(own, str) else "") if name}


def _profiles(one: _Person) -> set[str]:
    meta = one.resource.get("meta")
    profiles = meta.get("profile") if isinstance(meta, dict) else None
    return {text for text in profiles if isinstance(text, str)} if isinstance(profiles, list) else set()


def _header(bundle: Mapping[str, Any], entries: list[Any], faults: list[Fault]) -> Mapping[str, Any] | None:
    if bundle.get("type") != "message":
        return None
    first = entries[0].get("resource") if isinstance(entries[0], dict) else None
    if not isinstance(first, dict) or first.get("resourceType") != "MessageHeader":
        text = msg("Een bericht begint met een MessageHeader.")
        faults.append(Fault("Bundle.entry[0].resource", "required", text))
        return None
    coding = first.get("eventCoding")
    if isinstance(coding, dict) and (coding.get("system") != EVENTS or str(coding.get("code")) not in EVENT_KINDS):
        allowed: tuple[tuple[str, object], ...] = (("codes", ", ".join(sorted(EVENT_KINDS))), ("system", EVENTS))
        text = Message(_EVENT.text, allowed)
        faults.append(Fault("Bundle.entry[0].resource.eventCoding", "code-invalid", text))
        return None
    return first


_EVENT: Final = msg("Gebruik een van deze codes: {codes}, uit {system}.", codes="…", system="…")


def _meant(
    entries: list[Any], persons: Mapping[str, list[_Person]], event: Kind | None, frame: _Frame
) -> tuple[Meant, ...]:
    reader = Reader()
    children, mothers, related = (persons.get(role, []) for role in ("child", "mother", "RelatedPerson"))
    check_requests(entries, frozenset(one.index for one in children), reader, is_message=event is not None)
    deleted = deletions(entries, reader) if event is None else []
    if reader.faults:
        raise Unfit(tuple(reader.faults))
    if (not children and not deleted) or len(mothers) > 1 or len(related) > max(len(children), 1):
        raise Unfit((Fault("Bundle.entry", "structure", _WHO),))
    _check_relations(related, reader)
    mother = _mother(mothers, related, reader, fictitious=frame.fictitious)
    of_mother = dict(reader.missing)
    if mother.birth_date is not None:
        holder = next(one for one in (*mothers, *related) if "birthDate" in one.resource)
        _check_days(reader, Kind.CORRECTION, holder.path, Child(), mother, frame.today)
    found: list[Meant] = []
    for one in children:
        reader.missing = dict(of_mother)
        child, reference = reader.child(one.resource, one.path), reader.reference(one.resource, one.path)
        asked = what(entries[one.index], one.index, event, reference, reader)
        kind = asked.kind
        _check_days(reader, kind, one.path, child, None, frame.today)
        if child.birth_date is None and kind is Kind.BIRTH and Item.CHILD_BIRTH_DATE not in reader.missing:
            reader.fault(f"{one.path}.birthDate", "required", _NO_DAY)
        if reference is not None and kind is not None:
            notice = _notice(frame, kind, reference, mother, child, reader.missing, number=len(found) + 1)
            found.append(Meant(notice, one.index, asked.if_none_exist, asked.if_match, asked.newborn))
    for index, reference, if_match in deleted:
        notice = _notice(frame, Kind.CANCELLATION, reference, Mother(), Child(), {}, number=len(found) + 1)
        found.append(Meant(notice, index, if_match=if_match))
    if reader.faults:
        raise Unfit(tuple(reader.faults))
    if len({meant.notice.reference for meant in found}) != len(found):
        raise Unfit((Fault("Bundle.entry", "structure", msg("Twee kinderen hebben hetzelfde kenmerk.")),))
    if len(found) == 1:
        found = [replace(found[0], notice=replace(found[0].notice, message_id=frame.message_id))]
    return tuple(found)


_DAYS: Final = {
    Item.CHILD_BIRTH_DATE: "birthDate",
    Item.CHILD_DEATH_DATE: "deceasedDateTime",
    Item.MOTHER_BIRTH_DATE: "birthDate",
}
_NO_DAY: Final = msg("De geboortedag ontbreekt: zo is een geboorte niet van een andere opname te onderscheiden.")


def _check_days(reader: Reader, kind: Kind | None, path: str, child: Child, mother: Mother | None, today: date) -> None:
    if kind is Kind.CANCELLATION:
        return
    for item, text in wrong_days(
        kind or Kind.CORRECTION,
        born=child.birth_date,
        died=child.death_date,
        mother=None if mother is None else mother.birth_date,
        today=today,
    ):
        reader.fault(f"{path}.{_DAYS[item]}", "value", text)


def _notice(
    frame: _Frame,
    kind: Kind,
    reference: str,
    mother: Mother,
    child: Child,
    missing: Mapping[Item, Absence],
    *,
    number: int,
) -> Notice:
    is_cancelled = kind is Kind.CANCELLATION
    return Notice(
        message_id=f"{frame.message_id}#{number}",
        sender=frame.sender,
        kind=kind,
        reference=reference,
        sent_at=frame.sent_at,
        mother=Mother() if is_cancelled else mother,
        child=Child() if is_cancelled else child,
        missing={} if is_cancelled else dict(missing),
    )


def _mother(mothers: list[_Person], related: list[_Person], reader: Reader, *, fictitious: bool) -> Mother:
    """Return the mother: a Patient, or the RelatedPerson of each of her children, who must all say the same."""
    told = [reader.mother(one.resource, one.path, fictitious=fictitious) for one in (*mothers, *related)]
    whole = [one for one in told if one != Mother()]
    if len(set(map(repr_of, whole))) > 1:
        reader.fault(
            "Bundle.entry",
            "structure",
            msg("De gegevens van de moeder staan twee keer in het bericht, en verschillen."),
        )
    return whole[0] if whole else Mother()


def repr_of(mother: Mother) -> tuple[object, ...]:
    """Return what makes two mothers equal, to compare within one message."""
    return (mother.name, mother.birth_date, mother.insz, mother.address, mother.contact)


def _check_relations(related: list[_Person], reader: Reader) -> None:
    for one in related:
        codes = [
            coding
            for concept in one.resource["relationship"]
            for coding in concept.get("coding", ())
            if coding["system"] == ROLE_CODE
        ]
        if not any(coding["code"] in VALUE_SETS["mother-relationship"] for coding in codes):
            allowed: tuple[tuple[str, object], ...] = (
                ("codes", ", ".join(sorted(VALUE_SETS["mother-relationship"]))),
                ("system", ROLE_CODE),
            )
            reader.fault(f"{one.path}.relationship", "code-invalid", Message(_EVENT.text, allowed))
