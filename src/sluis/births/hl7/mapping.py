"""The mapping of a hospital: which of its fields holds which of the nine items. A file that both sides review.

What a mapping cannot do: add an item, or have a field pass unnamed. A field that is neither an item nor technical is
refused, unless the file declares it under `not_read`, with the reason why the sender's system cannot leave it out.
Such a field is named in every answer and is never stored; see docs/decisions/births-not-read.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from sluis.agreements.problems import Problem
from sluis.agreements.reading import read_part
from sluis.births.hl7.charset import KNOWN, codec_of
from sluis.births.model import Absence, Item, Kind, Name
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg

FOLDER: Final = Path(__file__).with_name("mappings")
STANDARD: Final = "standard"
_LARGEST_FILE: Final = 100_000

EVENTS: Final = frozenset(
    {f"ADT^A{number:02d}" for number in (1, 4, 8, 11, 28, 31, 40)} | {"ORM^O01", "OML^O21", "ORU^R01"}
)
"""The events that a mapping may give a meaning."""

CLINICAL: Final = frozenset({"OBX", "OBR", "DG1", "AL1", "PR1", "SPM", "RXA", "RXE", "RXO", "IAM", "PRB", "DRG", "NTE"})
"""Segments that may hold data about health: a mapping bears them until a day only."""

TIME: Final = "time"
LANDLINE: Final = "landline"
OTHERS: Final = "others"

_PLACE: Final = r"^[A-Z][A-Z0-9]{2}-[1-9]\d?$"
_NOT_READ: Final = r"^[A-Z][A-Z0-9]{2}(?:-[1-9]\d?(?:\.(?:time|landline|[A-Z][A-Z0-9]{0,7}))?|\[others\])?$"

Place = Annotated[str, Field(pattern=_PLACE, examples=["NK1-2"])]
Text = Annotated[str, Field(min_length=1, max_length=80)]

_DATES: Final = (Item.MOTHER_BIRTH_DATE, Item.CHILD_BIRTH_DATE, Item.CHILD_DEATH_DATE)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class NotRead(_Strict):
    """A field that the hospital's system cannot leave out. It is named in each answer, never stored."""

    field: str = Field(pattern=_NOT_READ)
    because: str = Field(min_length=10, max_length=300)
    until: date | None = None

    @model_validator(mode="after")
    def _clinical_ends(self) -> NotRead:
        if self.field[:3] in CLINICAL and self.until is None:
            raise ValueError("a segment about health is borne until a day only: give `until`")
        return self


class Reviewed(_Strict):
    """Who looked at the file for both sides, and when."""

    on: date
    by: list[Text] = Field(min_length=1, max_length=10)


class Reference(_Strict):
    """Where the hospital's own reference of the newborn stands, and of which types (CX.5) it may be."""

    field: Literal["PID-2", "PID-3", "PID-18", "PV1-19"] = "PID-3"
    types: list[Annotated[str, Field(pattern=r"^[A-Z]{0,8}$")]] = Field(min_length=1, max_length=10)


class MappingFile(_Strict):
    """A mapping as it stands in its file."""

    format: Literal["sluis-hl7-mapping/1"]
    name: str = Field(pattern=r"^[a-z][a-z0-9-]{1,59}$")
    title: Text
    supplier: Text | None = None
    parties: list[Annotated[str, Field(pattern=r"^[a-z][a-z0-9:._-]{0,79}$")]] = Field(max_length=100)
    reviewed: Reviewed
    charset: Text | None = None
    events: dict[str, Kind]
    reference: Reference
    mother_relationships: list[Text] = Field(min_length=1, max_length=20)
    insz_types: list[Annotated[str, Field(pattern=r"^[A-Z]{0,8}$")]] = Field(min_length=1, max_length=10)
    items: dict[Item, list[Place]]
    yes: list[Text] = Field(min_length=1, max_length=10)
    absence: dict[Text, Absence]
    unnamed: list[Text] = Field(max_length=100)
    not_read: list[NotRead] = Field(max_length=100)

    @field_validator("charset")
    @classmethod
    def _known_letters(cls, value: str | None) -> str | None:
        if value is not None and not codec_of(value):
            raise ValueError(f"one of: {', '.join(KNOWN)}")
        return value

    @field_validator("events")
    @classmethod
    def _known_events(cls, value: dict[str, Kind]) -> dict[str, Kind]:
        unknown = sorted(set(value) - EVENTS)
        if unknown:
            raise ValueError(f"not an event that can mean a birth: {', '.join(unknown)}")
        if Kind.BIRTH not in value.values():
            raise ValueError("no event means a birth")
        return value

    @field_validator("unnamed")
    @classmethod
    def _readable(cls, value: list[str]) -> list[str]:
        for one in value:
            if "*" in one.rstrip("*"):
                raise ValueError("a * stands at the end only")
        return value

    @model_validator(mode="after")
    def _one_meaning(self) -> MappingFile:
        places = [place for found in self.items.values() for place in found]
        double = sorted({place for place in places if places.count(place) > 1})
        if double:
            raise ValueError(f"a field has one meaning: {', '.join(double)}")
        both = sorted(set(places) & {one.field for one in self.not_read})
        if both:
            raise ValueError(f"an item and not read at once: {', '.join(both)}")
        if not {Item.CHILD_BIRTH_DATE, Item.MOTHER_NAME} <= set(self.items):
            raise ValueError("the birth date of the child and the name of the mother need a field")
        return self


@dataclass(frozen=True, slots=True)
class HospitalMapping:
    """A mapping ready for use."""

    file: MappingFile
    not_read: frozenset[str]
    item_at: Mapping[str, Item]

    @property
    def name(self) -> str:
        """Its name in evidence and answers."""
        return self.file.name


def read_mapping(source: bytes, *, on: date) -> tuple[HospitalMapping | None, tuple[Problem, ...]]:
    """Return the mapping of a file as it counts `on` a day, or every mistake in it with its line."""
    model, problems = read_part(MappingFile, source)
    return (ready(model, on=on) if isinstance(model, MappingFile) else None), problems


def ready(file: MappingFile, *, on: date) -> HospitalMapping:
    """Return the mapping as it counts on a day."""
    borne = frozenset(one.field for one in file.not_read if one.until is None or on <= one.until)
    return HospitalMapping(file, borne, {place: item for item, places in file.items.items() for place in places})


def mapping_for(party: str, *, on: date, folder: Path | None = None) -> HospitalMapping:
    """Return the mapping of a party: its own, else the standard one. `folder` holds the installation's own files.

    Raises `SluisError` where two files name the party or a file cannot be used.
    """
    files = _files(*_listed(FOLDER), *(() if folder is None else _listed(folder)))
    own = [file for file in files if party in file.parties]
    if len(own) > 1:
        raise SluisError(
            "mapping-double",
            msg("Twee afbeeldingen noemen hetzelfde ziekenhuis: {names}.", names=", ".join(one.name for one in own)),
            remedy=msg("Laat één bestand het ziekenhuis noemen."),
        )
    return ready(own[0] if own else next(file for file in files if file.name == STANDARD), on=on)


def _listed(folder: Path) -> Iterable[tuple[str, int]]:
    return ((str(path), path.stat().st_mtime_ns) for path in sorted(folder.glob("*.yaml")))


@lru_cache(maxsize=4)
def _files(*listed: tuple[str, int]) -> tuple[MappingFile, ...]:
    found = []
    for path, _changed in listed:
        with Path(path).open("rb") as file:
            model, problems = read_part(MappingFile, file.read(_LARGEST_FILE))
        if not isinstance(model, MappingFile):
            raise SluisError(
                "mapping-wrong",
                msg(
                    "De afbeelding {file} kan niet gebruikt worden: regel {line}.",
                    file=Path(path).name,
                    line=problems[0].line or 1,
                ),
                remedy=msg("Ga ze na met: sluis births mapping BESTAND."),
            )
        found.append(model)
    return tuple(found)


def without_marks(text: str) -> str:
    """Return a text as placeholders are compared: upper case, one blank between words."""
    return re.sub(r"\s+", " ", text).strip().upper()


def is_placeholder(name: Name, patterns: Iterable[str]) -> bool:
    """Return whether a name is nobody's: a `*` at the end of a pattern stands for whatever follows."""
    text = without_marks(name.given or name.family or "")
    shown = [without_marks(one) for one in patterns]
    return any(text and (text == one or (one.endswith("*") and text.startswith(one[:-1]))) for one in shown)


def standard_unnamed() -> list[str]:
    """Return the placeholders of the standard mapping, which count for FHIR as well."""
    return next(file.unnamed for file in _files(*_listed(FOLDER)) if file.name == STANDARD)
