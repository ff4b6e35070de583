"""Local authorities: which body this is, where it is competent on a day, and who follows when it ends.

A body (a municipality or an OCMW) is known by its KBO and OVO numbers and keeps its id whatever happens to its name or
NIS code. Truth to hold on to: Antwerpen keeps its code and gains territory; Wingene changes code and stays the same
body; Ruiselede's agreements pass to Wingene; Kruibeke's end in a new body that must sign anew.
Provinces are not in these tables. Source and open points: `tables/README.md`, docs/decisions/kernel-territory.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal, get_args

from sluis.kernel.kbo import Kbo, KboFault, read_kbo
from sluis.kernel.nis import (
    Municipality,
    codes_on,
    day_or_none,
    municipalities,
    municipality,
    nis_on,
    rows,
    within,
)

__all__ = [
    "Body",
    "BodyKind",
    "Continues",
    "Municipality",
    "MustSignAnew",
    "PassesTo",
    "bodies",
    "find_body",
    "municipalities",
    "municipality",
    "nis_of",
    "nis_on",
    "succession",
    "territory",
]

BodyKind = Literal["municipality", "ocmw"]
_DUTCH: Mapping[BodyKind, str] = {"municipality": "Gemeente", "ocmw": "OCMW"}
_BEGINNING = date(1977, 1, 1)  # no code or name in the tables is younger than this unless it says so


@dataclass(frozen=True, slots=True)
class Span:
    """A NIS code, and the municipality's name under it, that a body had from day to day."""

    nis: str
    name: str
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Body:
    """A municipality or an OCMW. `id` never changes; `ended_on` is its last day; `successor` the id of who follows."""

    id: str
    kind: BodyKind
    ovo: str
    kbo: Kbo
    began_on: date | None
    ended_on: date | None
    successor: str | None
    successor_signs_anew: bool
    spans: tuple[Span, ...]

    @property
    def name(self) -> str:
        """The latest name, with its kind: `Gemeente Wingene`."""
        return f"{_DUTCH[self.kind]} {self.spans[-1].name}"

    def name_on(self, day: date) -> str:
        """Return the name that the body had on the day; outside its life the nearest one."""
        past = [span for span in self.spans if span.valid_from is None or span.valid_from <= day]
        return f"{_DUTCH[self.kind]} {(past or self.spans)[-1 if past else 0].name}"

    def lives_on(self, day: date) -> bool:
        """Say whether the body exists on the day."""
        return within(day, self.began_on, self.ended_on)


@dataclass(frozen=True, slots=True)
class Continues:
    """The body itself still stands on the day: its agreements go on."""

    body: Body


@dataclass(frozen=True, slots=True)
class PassesTo:
    """The body was absorbed: `body`, which existed before, takes its agreements over from the day `since`."""

    body: Body
    since: date


@dataclass(frozen=True, slots=True)
class MustSignAnew:
    """The body went up in a new one: its agreements ended, and `body` has none until it signs."""

    body: Body
    since: date


Succession = Continues | PassesTo | MustSignAnew


@lru_cache(maxsize=1)
def bodies() -> tuple[Body, ...]:
    """Return every local authority that the tables know, ended ones too, by id."""
    spans: dict[str, list[Span]] = {}
    for row in rows("body_nis.csv"):
        first, last = day_or_none(row["valid_from"]), day_or_none(row["valid_to"])
        place = municipality(row["nis"], first or last or _BEGINNING)
        if place is None:
            raise ValueError(f"body_nis.csv gives {row['body']} a code that was not in use: {row['nis']}")
        spans.setdefault(row["body"], []).append(Span(row["nis"], place.name, first, last))
    return tuple(_body(row, tuple(spans[row["id"]])) for row in rows("bodies.csv"))


def find_body(text: str) -> Body | None:
    """Return the body of an id, an OVO number, a KBO number in any notation, or an exact name; None if there is none.

    A name without its kind (`Wingene`) is the municipality; an OCMW is only found with the word. Names and ids of
    before a merger find the body that bore them: `Gemeente Ham` is the body that is Tessenderlo-Ham since 2025.
    """
    kbo = read_kbo(text)
    return _register().get(_key(text) if isinstance(kbo, KboFault) else kbo)


def nis_of(body: Body, day: date) -> str | None:
    """Return the NIS code of the body on the day; None where it does not exist."""
    if not body.lives_on(day):
        return None
    return next((span.nis for span in body.spans if within(day, span.valid_from, span.valid_to)), None)


@lru_cache(maxsize=4096)
def territory(body: Body, day: date) -> frozenset[str]:
    """Return the NIS codes, old and new, of the places that lie in the body's territory on the day.

    A residence that was written down as 11007 still counts as Antwerpen after Borsbeek joined it. Empty where the body
    does not exist on the day. Codes that come into use after the day are not in it.
    """
    nis = nis_of(body, day)
    return codes_on(nis, day) if nis else frozenset()


def succession(body: Body, day: date) -> Succession:
    """Say what becomes on the day of the agreements that the body signed, through every merger up to then."""
    heir, since, anew = body, body.ended_on, False
    while heir.ended_on and heir.ended_on < day and heir.successor:
        anew = anew or heir.successor_signs_anew
        heir = _register()[heir.successor]
    if heir is body or since is None:
        return Continues(body)
    since += timedelta(days=1)
    return MustSignAnew(heir, since) if anew else PassesTo(heir, since)


def _body(row: Mapping[str, str], spans: tuple[Span, ...]) -> Body:
    kind = next(kind for kind in get_args(BodyKind) if kind == row["kind"])
    kbo = read_kbo(row["kbo"])
    if isinstance(kbo, KboFault):
        raise ValueError(f"bodies.csv gives {row['id']} no right KBO number")
    if bool(row["valid_to"]) != bool(row["successor"]) or bool(row["successor"]) != bool(row["agreements"]):
        raise ValueError(
            f"bodies.csv must say of {row['id']} when it ended, who follows and what agreements do, or none"
        )
    return Body(
        id=row["id"],
        kind=kind,
        ovo=row["ovo"],
        kbo=kbo,
        began_on=day_or_none(row["valid_from"]),
        ended_on=day_or_none(row["valid_to"]),
        successor=row["successor"] or None,
        successor_signs_anew=row["agreements"] == "sign_anew",
        spans=spans,
    )


@lru_cache(maxsize=1)
def _register() -> Mapping[str, Body]:
    """Return every way to call a body -> the body; refuse tables in which one call has two answers."""
    found: dict[str, Body] = {}
    for body in bodies():
        for call in _calls(body):
            if found.setdefault(call, body) is not body:
                raise ValueError(f"The tables give two bodies for {call}: {found[call].id} and {body.id}")
    return found


def _calls(body: Body) -> set[str]:
    calls = {body.id, body.kbo, body.ovo.lower()}
    for span in body.spans:
        name = span.name.lower()
        calls |= {f"{_DUTCH[body.kind].lower()} {name}", f"{_DUTCH[body.kind].lower()}-{_slug(name)}"}
        if body.kind == "municipality":
            calls |= {name, f"stad {name}"}
    return calls


def _key(text: str) -> str:
    return " ".join(text.lower().split())


def _slug(name: str) -> str:
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")
