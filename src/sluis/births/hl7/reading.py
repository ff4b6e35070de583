"""From a message to a notice, by the mapping of the hospital: every field is an item, technical, borne or a fault."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sluis.births.days import wrong_days
from sluis.births.hl7.items import Reader, not_agreed, read_items, typed
from sluis.births.hl7.mapping import OTHERS, HospitalMapping, without_marks
from sluis.births.hl7.message import Field, Message, Segment, part
from sluis.births.hl7.values import moment_of
from sluis.births.model import Child, Item, Kind, Mother, Notice, Unfit
from sluis.kernel.text import msg
from sluis.ledger.numbers import looks_like_insz

VERSIONS: Final = (
    "2.1",
    "2.2",
    "2.3",
    "2.3.1",
    "2.4",
    "2.5",
    "2.5.1",
    "2.6",
    "2.7",
    "2.7.1",
    "2.8",
    "2.8.1",
    "2.8.2",
    "2.9",
)
_AHEAD: Final = timedelta(hours=26)
_LONGEST_MARK: Final = 100

_TECHNICAL: Final[dict[str, frozenset[int]]] = {
    "MSH": frozenset(range(1, 26)) - {14},
    "SFT": frozenset(range(1, 7)),
    "EVN": frozenset({1, 2, 3, 4, 6, 7}),
    "PID": frozenset({1, 30, 31, 32, 33}),
    "NK1": frozenset({1, 3, 7}),
    "PV1": frozenset({1, 2}),
    "MRG": frozenset({1}),
}


@dataclass(frozen=True, slots=True)
class Taken:
    """What a message says, and the fields that the mapping bears and that were not read, by name."""

    notice: Notice
    not_read: tuple[str, ...] = ()


def read_notice(
    message: Message,
    mapping: HospitalMapping,
    *,
    sender: str,
    fictitious: bool,
    at: datetime,
    processing: frozenset[str] = frozenset({"P"}),
) -> Taken:
    """Return the notice of a message; raises `Unfit` with every fault. `processing` is what MSH-11 may say here."""
    reader = Reader(message, mapping, sender, fictitious, at)
    kind = _check_header(reader, processing)
    pid = _one(reader, "PID")
    mother = _mother(reader)
    if kind is None or pid is None:
        raise Unfit(tuple(reader.faults))
    reference = _reference(reader, pid)
    replaces = _replaced(reader)
    for segment in message.segments:
        _walk(reader, segment, mother)
    if kind is not Kind.CANCELLATION:
        read_items(reader, kind, mother)
        _check_days(reader, kind)
    sent_at = _sent_at(reader)
    if reader.faults or sent_at is None:
        raise Unfit(tuple(reader.faults))
    return Taken(_notice(reader, kind, reference, replaces, sent_at), tuple(dict.fromkeys(reader.not_read)))


def _notice(reader: Reader, kind: Kind, reference: str, replaces: str | None, sent_at: datetime) -> Notice:
    found = reader.values
    return Notice(
        message_id=reader.message.header.text(10).strip(),
        sender=reader.sender,
        kind=kind,
        reference=reference,
        sent_at=sent_at,
        mother=Mother(
            name=found.get(Item.MOTHER_NAME),
            birth_date=found.get(Item.MOTHER_BIRTH_DATE),
            insz=found.get(Item.MOTHER_INSZ),
            address=found.get(Item.MOTHER_ADDRESS),
            contact=found.get(Item.MOTHER_CONTACT),
        ),
        child=Child(
            name=found.get(Item.CHILD_NAME),
            birth_date=found.get(Item.CHILD_BIRTH_DATE),
            death_date=found.get(Item.CHILD_DEATH_DATE),
            relinquished=found.get(Item.CHILD_RELINQUISHED),
        ),
        replaces=replaces,
        missing=dict(reader.missing),
    )


def _check_header(reader: Reader, processing: frozenset[str]) -> Kind | None:
    header = reader.message.header
    version = header.text(12).strip()
    if version not in VERSIONS:
        reader.fault(
            "MSH-12", "not-supported", msg("Deze versie van HL7 wordt hier niet gelezen. Gebruik 2.3 tot 2.8.2.")
        )
    if header.text(11).strip() not in processing:
        reader.fault(
            "MSH-11",
            "not-supported",
            msg(
                "MSH-11 is hier {known}. Proefberichten gaan naar de proefomgeving.",
                known=" / ".join(sorted(processing)),
            ),
        )
    mark = header.text(10).strip()
    if not mark:
        reader.fault("MSH-10", "required", msg("MSH-10, het nummer van het bericht, ontbreekt."))
    elif len(mark) > _LONGEST_MARK or not mark.isprintable() or looks_like_insz(mark):
        reader.fault(
            "MSH-10", "value", msg("MSH-10 is te lang, heeft vreemde tekens of lijkt op een nummer van een persoon.")
        )
    if header.repetitions(14):
        reader.fault(
            "MSH-14", "not-supported", msg("Een bericht in stukken wordt niet gelezen. Stuur het in één keer.")
        )
    return _kind(reader, header)


def _kind(reader: Reader, header: Segment) -> Kind | None:
    code, trigger = header.text(9).strip(), header.text(9, 2).strip()
    if not trigger and code == "ADT":
        trigger = next((one.text(1).strip() for one in reader.message.named("EVN")), "")
    if not code:
        reader.fault("MSH-9", "required", msg("MSH-9, de soort van het bericht, ontbreekt."))
        return None
    kind = reader.mapping.file.events.get(f"{code}^{trigger}")
    if kind is None and code in ("ORM", "OML", "ORU"):
        reader.fault(
            "MSH-9",
            "not-supported",
            msg(
                "Een order of uitslag (ORM, OML, ORU) meldt geen geboorte en bevat gegevens over gezondheid. "
                "Stuur ADT A01 of A28."
            ),
        )
    elif kind is None:
        reader.fault(
            "MSH-9",
            "not-supported",
            msg(
                "Dit bericht meldt hier geen geboorte. Gelezen worden: {known}.",
                known=", ".join(sorted(reader.mapping.file.events)).replace("^", " "),
            ),
        )
    return kind


def _one(reader: Reader, name: str) -> Segment | None:
    found = reader.message.named(name)
    if len(found) > 1:
        reader.fault(name, "structure", msg("Er staat meer dan één {name} in. Stuur één bericht per kind.", name=name))
    if not found:
        reader.fault(name, "required", msg("Het segment {name} ontbreekt.", name=name))
    return found[0] if found else None


def _mother(reader: Reader) -> Segment | None:
    codes = {without_marks(one) for one in reader.mapping.file.mother_relationships}
    found = [one for one in reader.message.named("NK1") if without_marks(one.text(3)) in codes]
    if len(found) > 1:
        reader.fault("NK1", "structure", msg("Er staat meer dan één moeder in. Stuur er één."))
    return found[0] if found else None


def _reference(reader: Reader, pid: Segment) -> str:
    wanted = reader.mapping.file.reference
    name, number = wanted.field.split("-")
    segment = pid if name == "PID" else next(iter(reader.message.named(name)), None)
    field_ = () if segment is None else segment.repetitions(int(number))
    return _identifier(reader, field_, wanted.field)


def _identifier(reader: Reader, field_: Field, path: str) -> str:
    types = set(reader.mapping.file.reference.types)
    chosen = ""
    for repetition in field_:
        kind, value = part(repetition, 5).strip().upper(), part(repetition, 1).strip()
        if not value:
            continue
        if looks_like_insz(value) or kind in set(reader.mapping.file.insz_types) - types:
            reader.fault(
                path,
                "not-agreed",
                msg("{field} bevat een nationaal nummer van het kind. Dat is geen van de negen gegevens.", field=path),
            )
        elif kind in types and not chosen:
            chosen = value
        else:
            not_agreed(reader, typed(path, kind))
    if not chosen:
        reader.fault(path, "required", msg("{field}, de eigen referentie van het kind, ontbreekt.", field=path))
    elif len(chosen) > _LONGEST_MARK or not chosen.isprintable():
        reader.fault(path, "too-long", msg("{field} is te lang of heeft vreemde tekens.", field=path))
    return chosen


def _replaced(reader: Reader) -> str | None:
    merged = reader.message.named("MRG")
    if reader.message.header.text(9, 2).strip() != "A40":
        return None
    if not merged:
        reader.fault("MRG", "required", msg("Het segment {name} ontbreekt.", name="MRG"))
        return None
    return _identifier(reader, merged[0].repetitions(1), "MRG-1") or None


def _walk(reader: Reader, segment: Segment, mother: Segment | None) -> None:
    """Name every field that stands in a segment and is neither technical nor an item."""
    if segment.name == "NK1" and segment is not mother:
        if any(True for _ in segment.filled()):
            not_agreed(reader, f"NK1[{OTHERS}]")
        return
    technical = _TECHNICAL.get(segment.name, frozenset())
    wanted = reader.mapping.file.reference.field
    if not technical and not any(place[:3] == segment.name for place in (*reader.mapping.item_at, wanted)):
        not_agreed(reader, segment.name)
        return
    for one in segment.filled():
        path = f"{segment.name}-{one}"
        if one not in technical and path != wanted and path not in reader.mapping.item_at:
            not_agreed(reader, path)


def _check_days(reader: Reader, kind: Kind) -> None:
    values = reader.values
    born = values.get(Item.CHILD_BIRTH_DATE)
    for item, text in wrong_days(
        kind,
        born=born,
        died=values.get(Item.CHILD_DEATH_DATE),
        mother=values.get(Item.MOTHER_BIRTH_DATE),
        today=reader.at.date(),
    ):
        reader.fault(reader.mapping.file.items[item][0], "value", text)
    if born is None and kind is Kind.BIRTH and not reader.faults and Item.CHILD_BIRTH_DATE not in reader.missing:
        reader.fault(
            reader.mapping.file.items[Item.CHILD_BIRTH_DATE][0],
            "required",
            msg("De geboortedag ontbreekt: zo is een geboorte niet van een andere opname te onderscheiden."),
        )


def _sent_at(reader: Reader) -> datetime | None:
    header = reader.message.header
    texts = [header.text(7), *(one.text(2) for one in reader.message.named("EVN"))]
    given = next((one for one in texts if one.strip()), "")
    found = moment_of(given)
    if found is None:
        reader.fault(
            "MSH-7", "required", msg("MSH-7 zegt niet wanneer dit bericht gemaakt is. Schrijf JJJJMMDDUUMMSS+ZZZZ.")
        )
    elif found > reader.at + _AHEAD:
        reader.fault("MSH-7", "value", msg("MSH-7 ligt in de toekomst. Kijk de klok van uw systeem na."))
    return found
