"""The mail addresses of bodies: kept one by one, or from a CSV file, all of it or nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sluis.database import Connection
from sluis.kernel.errors import SluisError
from sluis.kernel.territory import find_body
from sluis.kernel.text import Message, msg
from sluis.outreach import campaign_store
from sluis.outreach.places import places_on
from sluis.outreach.policy import wrong_address

LARGEST_FILE = 1_048_576
_MOST_ROWS = 2_000
_MOST_FAULTS = 50
_BODY_WORDS = ("bestuur", "body", "administration", "verwaltung", "kbo", "ovo", "id")
_ADDRESS_WORDS = ("e-mail", "email", "e-mailadres", "adres", "address", "adresse", "mail")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong on a line of a file."""

    line: int
    what: Message


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file brought: addresses that were kept, or the faults for which nothing was."""

    kept: int
    faults: tuple[Fault, ...]


def set_address(connection: Connection, *, body: str, address: str, by: str, at: datetime, day: date) -> None:
    """Keep the address of one body; an empty one takes it away."""
    if body not in {place.id for place in places_on(day)}:
        raise SluisError("body-unknown", msg("Dit bestuur bestaat niet."), remedy=msg("Kies een bestuur uit de lijst."))
    wanted = address.strip()
    if wanted and (wrong := wrong_address(wanted)):
        raise SluisError("mail-address", wrong, remedy=msg("Schrijf één adres zoals dienst@bestuur.example."))
    campaign_store.put_address(connection, body=body, address=wanted or None, by=by, at=at)


def import_addresses(connection: Connection, *, content: bytes, by: str, at: datetime, day: date) -> Imported:
    """Keep the addresses of a CSV file with a column for the body and one for the address.

    A body is named by its id, name, KBO or OVO number. Semicolons, commas and tabs are read alike. One wrong line, and
    nothing of the file is kept.
    """
    rows, faults = _read(content, day)
    if not faults:
        for body, address in rows.items():
            campaign_store.put_address(connection, body=body, address=address, by=by, at=at)
    return Imported(0 if faults else len(rows), tuple(faults[:_MOST_FAULTS]))


def _read(content: bytes, day: date) -> tuple[Mapping[str, str], list[Fault]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return {}, [Fault(1, msg("Bewaar het bestand als CSV in UTF-8."))]
    if "\x00" in text:
        return {}, [Fault(1, msg("Bewaar het bestand als CSV in UTF-8."))]
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    except csv.Error:
        return {}, [Fault(1, msg("Dit is geen CSV-bestand dat Sluis kan lezen."))]
    if not lines or (columns := _columns(lines[0])) is None:
        return {}, [Fault(1, msg("De eerste regel noemt de kolommen: bestuur en e-mail."))]
    if len(lines) > _MOST_ROWS:
        return {}, [Fault(_MOST_ROWS, msg("Een bestand heeft ten hoogste {most} regels.", most=_MOST_ROWS))]
    known = {place.id for place in places_on(day)}
    found: dict[str, str] = {}
    faults = []
    for number, body, address in _cells(lines[1:], columns):
        named = find_body(body)
        if named is None or named.id not in known:
            faults.append(Fault(number, msg("Dit bestuur is niet bekend: {body}", body=body[:100])))
        elif (wrong := wrong_address(address)) is not None:
            faults.append(Fault(number, wrong))
        elif found.get(named.id, address) != address:
            faults.append(Fault(number, msg("{body} staat er twee keer in, met twee adressen.", body=named.name)))
        else:
            found[named.id] = address
    return found, faults


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max(";,\t", key=first.count)


def _columns(head: list[str]) -> tuple[int, int] | None:
    names = [name.strip().casefold() for name in head]
    body = next((names.index(word) for word in _BODY_WORDS if word in names), None)
    address = next((names.index(word) for word in _ADDRESS_WORDS if word in names), None)
    return None if body is None or address is None else (body, address)


def _cells(lines: list[list[str]], columns: tuple[int, int]) -> Iterator[tuple[int, str, str]]:
    """Yield the number of the line in the file, the body and the address; empty lines are passed over."""
    for number, line in enumerate(lines, start=2):
        if any(cell.strip() for cell in line):
            body, address = (line[column].strip() if column < len(line) else "" for column in columns)
            yield number, body, address
