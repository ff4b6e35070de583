"""The fifty cases of the conformance test: fictional families, and what a supplier's message about each must say.

The cases of a day are always the same: a supplier makes them in its system, exports the messages, and finds in the
report what differs. MSH-10 begins with the code of the case (`C07-…`); the reference of a newborn is that of the case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from sluis.births.model import Absence, Address, Child, Contact, Item, Kind, Mother, Name, Notice
from sluis.kernel.insz import Insz, check_digits
from sluis.kernel.text import Message, msg


class Group(StrEnum):
    """What a case is about."""

    COMPLETE = "complete"
    MISSING = "missing"
    UNNAMED = "unnamed"
    TWINS = "twins"
    CORRECTION = "correction"
    CANCELLATION = "cancellation"
    MERGE = "merge"
    DEATH = "death"
    ADOPTION = "adoption"
    REPEAT = "repeat"


GROUP_WORDS: Mapping[Group, Message] = MappingProxyType(
    {
        Group.COMPLETE: msg("Een geboorte met alle gegevens."),
        Group.MISSING: msg("Een gegeven ontbreekt; zeg waarom."),
        Group.UNNAMED: msg("Het kind heeft nog geen naam."),
        Group.TWINS: msg("Een tweeling: twee berichten, elk kind met zijn eigen referentie."),
        Group.CORRECTION: msg("Een verbetering van wat eerder gestuurd werd."),
        Group.CANCELLATION: msg("Een geboorte die niet had mogen gemeld worden: trek ze in."),
        Group.MERGE: msg("Twee dossiers blijken hetzelfde kind: voeg ze samen."),
        Group.DEATH: msg("Het kind is overleden, of dat werd verkeerd gemeld."),
        Group.ADOPTION: msg("Het kind werd afgestaan voor adoptie."),
        Group.REPEAT: msg("Stuur hetzelfde bericht nog eens, met hetzelfde nummer."),
    }
)

COUNT: Final = 50
_MOTHERS: Final = (
    "Janssens Zoë", "Peeters An", "Maes Léa", "Jacobs Noor", "Mertens Inès", "Willems Fatma", "Claes Britt",
    "Goossens Aïcha", "Wouters Els", "De Smet Marie-Lou", "Van den Bossche Jo", "Müller Käthe", "Dubois Chloé",
    "D’Hondt Sofie", "Yılmaz Elif", "Nguyễn Linh", "El Amrani Samira", "Öztürk Ayşe", "Vermeulen Lies", "Øberg Liv",
)  # fmt: skip
_CHILDREN: Final = ("Lotte", "Arthur", "Zoé", "Noah", "Émile", "Jean-Pierre", "Anaïs", "Björn", "Marie Louise", "Ali")
_PLACES: Final = (("8750", "Wingene"), ("9000", "Gent"), ("2000", "Antwerpen"), ("3000", "Leuven"), ("3500", "Hasselt"))


@dataclass(frozen=True, slots=True)
class Case:
    """One case: its code, what it is about, and the notice that its message must say."""

    code: str
    group: Group
    notice: Notice


def cases_of(day: date, *, sender: str = "ziekenhuis") -> tuple[Case, ...]:
    """Return the fifty cases of a day."""
    notices = list(_all(day, sender))
    assert len(notices) == COUNT
    made: list[Case] = []
    for number, (group, notice) in enumerate(notices, 1):
        code = f"C{number:02d}"
        if group is Group.REPEAT:  # the very same message, its moment included
            made.append(Case(code, group, made[number - 1 - _BACK].notice))
            continue
        sent = datetime.combine(day, time(8), tzinfo=UTC) + timedelta(minutes=number)
        made.append(Case(code, group, replace(notice, message_id=f"{code}-{day:%y%m%d}", sent_at=sent)))
    return tuple(made)


_BACK: Final = 47
"""A repeated message is the one of 47 cases before: the last three cases repeat the first three."""


def _all(day: date, sender: str) -> Iterator[tuple[Group, Notice]]:
    births = [_birth(day, sender, number) for number in range(1, 32)]
    yield from ((Group.COMPLETE, one) for one in births[:12])
    yield from ((Group.MISSING, one) for one in _with_gaps(births[12:19]))
    unnamed = [_unnamed(one) for one in births[19:22]]
    yield from ((Group.UNNAMED, one) for one in unnamed)
    for first in births[22:25]:
        second = replace(first, reference=f"{first.reference}B", child=replace(first.child, name=_other(first)))
        yield Group.TWINS, first
        yield Group.TWINS, second
    yield from ((Group.CORRECTION, one) for one in _corrections(unnamed, births))
    yield from ((Group.CANCELLATION, _cancel(one)) for one in births[3:6])
    for kept, gone in ((births[6], births[7]), (births[8], births[9])):
        yield Group.MERGE, replace(kept, kind=Kind.CORRECTION, replaces=gone.reference)
    yield from ((Group.DEATH, one) for one in _deaths(births))
    given_up = births[27:29]
    yield from ((Group.ADOPTION, replace(one, child=replace(one.child, relinquished=True))) for one in given_up)
    yield Group.ADOPTION, replace(births[29], kind=Kind.CORRECTION, child=replace(births[29].child, relinquished=True))
    yield from ((Group.REPEAT, one) for one in births[:3])


def _birth(day: date, sender: str, number: int) -> Notice:
    family, _, given = _MOTHERS[(number - 1) % len(_MOTHERS)].rpartition(" ")
    postal_code, city = _PLACES[number % len(_PLACES)]
    born = date(1985 + number % 15, 1 + number % 12, 1 + number % 28)
    return Notice(
        message_id="",
        sender=sender,
        kind=Kind.BIRTH,
        reference=f"CT{day:%y%m%d}-{number:02d}",
        sent_at=datetime.combine(day, time(8), tzinfo=UTC),
        mother=Mother(
            name=Name(family, given),
            birth_date=born,
            insz=_fictitious(born, number),
            address=Address(street="Proefstraat", number=str(number), postal_code=postal_code, city=city, country="BE"),
            contact=Contact(mobile=f"+324700000{number:02d}", email=f"moeder{number}@proef.example"),
        ),
        child=Child(
            name=Name(family, _CHILDREN[number % len(_CHILDREN)]), birth_date=day - timedelta(days=1 + number % 5)
        ),
    )


def _fictitious(born: date, number: int) -> Insz:
    nine = int(f"{born:%y}{born.month + 60:02d}{born:%d}{2 * number:03d}")
    return Insz(f"{nine:09d}{check_digits(nine, from_2000=False):02d}")


def _with_gaps(births: Sequence[Notice]) -> Iterator[Notice]:
    gaps = (
        (Item.MOTHER_INSZ, "insz", Absence.NOT_APPLICABLE),
        (Item.MOTHER_INSZ, "insz", Absence.UNKNOWN),
        (Item.MOTHER_ADDRESS, "address", Absence.UNKNOWN),
        (Item.MOTHER_ADDRESS, "address", Absence.REFUSED),
        (Item.MOTHER_CONTACT, "contact", Absence.REFUSED),
        (Item.MOTHER_CONTACT, "contact", Absence.UNKNOWN),
        (Item.MOTHER_BIRTH_DATE, "birth_date", Absence.UNKNOWN),
    )
    for birth, (item, name, why) in zip(births, gaps, strict=True):
        yield replace(birth, mother=replace(birth.mother, **{name: None}), missing={item: why})


def _unnamed(birth: Notice) -> Notice:
    return replace(birth, child=replace(birth.child, name=None), missing={Item.CHILD_NAME: Absence.NOT_YET})


def _other(birth: Notice) -> Name:
    assert birth.child.name is not None
    return Name(birth.child.name.family, "Tweede")


def _corrections(unnamed: Sequence[Notice], births: Sequence[Notice]) -> Iterator[Notice]:
    for one in unnamed:
        yield replace(
            one,
            kind=Kind.CORRECTION,
            child=replace(one.child, name=Name(one.mother.name.family if one.mother.name else None, "Later")),
            missing={},
        )
    moved, called, renamed, born = births[25], births[26], births[10], births[11]
    address = Address(street="Nieuwstraat", number="1", postal_code="9000", city="Gent", country="BE")
    yield replace(moved, kind=Kind.CORRECTION, mother=replace(moved.mother, address=address))
    yield replace(called, kind=Kind.CORRECTION, mother=replace(called.mother, contact=Contact(mobile="+32470999999")))
    yield replace(renamed, kind=Kind.CORRECTION, mother=replace(renamed.mother, name=Name("Verbeterd", "Naam")))
    assert born.child.birth_date is not None
    earlier = born.child.birth_date - timedelta(days=1)
    yield replace(born, kind=Kind.CORRECTION, child=replace(born.child, birth_date=earlier))


def _cancel(birth: Notice) -> Notice:
    return replace(birth, kind=Kind.CANCELLATION, mother=Mother(), child=Child(), missing={})


def _deaths(births: Sequence[Notice]) -> Iterator[Notice]:
    at_birth = births[30]
    yield replace(at_birth, child=replace(at_birth.child, death_date=at_birth.child.birth_date))
    for one in births[0:2]:
        assert one.child.birth_date is not None
        yield replace(one, kind=Kind.CORRECTION, child=replace(one.child, death_date=one.child.birth_date))
    taken_back = births[1]
    yield replace(taken_back, kind=Kind.CORRECTION, missing={Item.CHILD_DEATH_DATE: Absence.WITHDRAWN})
