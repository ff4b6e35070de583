"""What a notification of birth is: nine items at most, who sent it, and what of it is known to be missing.

The nine items are those of the minister's answer of 26 October 2023 (written question 82), by the names under which
the template `geboorten-materniteit` agrees them. Nothing else has a place here: a door that meets anything more
refuses it by the name of its field (`Unfit`) and keeps no value of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from sluis.kernel.insz import Insz
from sluis.kernel.text import Message, msg


class Item(StrEnum):
    """The nine items, by the names of the agreement."""

    MOTHER_NAME = "mother-name"
    MOTHER_BIRTH_DATE = "mother-birth-date"
    MOTHER_INSZ = "mother-insz"
    MOTHER_ADDRESS = "mother-address"
    MOTHER_CONTACT = "mother-contact"
    CHILD_NAME = "child-name"
    CHILD_BIRTH_DATE = "child-birth-date"
    CHILD_DEATH_DATE = "child-death-date"
    CHILD_RELINQUISHED = "child-relinquished"


ONLY_WHEN_APPLICABLE: Final = frozenset({Item.CHILD_DEATH_DATE, Item.CHILD_RELINQUISHED})
"""Items 8 and 9: delivered where applicable only, so their absence is not a gap."""

ALWAYS_EXPECTED: Final = tuple(item for item in Item if item not in ONLY_WHEN_APPLICABLE)

ITEM_WORDS: Mapping[Item, Message] = MappingProxyType(
    {
        Item.MOTHER_NAME: msg("naam en voornaam van de moeder"),
        Item.MOTHER_BIRTH_DATE: msg("geboortedatum van de moeder"),
        Item.MOTHER_INSZ: msg("INSZ van de moeder"),
        Item.MOTHER_ADDRESS: msg("adres van de moeder"),
        Item.MOTHER_CONTACT: msg("gsm-nummer en e-mailadres van de moeder"),
        Item.CHILD_NAME: msg("naam en voornaam van het kind"),
        Item.CHILD_BIRTH_DATE: msg("geboortedatum van het kind"),
        Item.CHILD_DEATH_DATE: msg("datum van overlijden van het kind"),
        Item.CHILD_RELINQUISHED: msg("dat het kind voor adoptie werd afgestaan"),
    }
)


class Kind(StrEnum):
    """What a notice does. A later death or adoption is a correction that sets item 8 or 9."""

    BIRTH = "birth"
    CORRECTION = "correction"
    CANCELLATION = "cancellation"


class Absence(StrEnum):
    """Why an item is not delivered.

    `WITHDRAWN` takes back what an earlier notice said of the item (a death that was reported of the wrong child); the
    others say why there is nothing to deliver, and never undo what is known.
    """

    UNKNOWN = "unknown"
    REFUSED = "refused"
    NOT_APPLICABLE = "not-applicable"
    NOT_YET = "not-yet"
    WITHDRAWN = "withdrawn"


ABSENCE_WORDS: Mapping[Absence, Message] = MappingProxyType(
    {
        Absence.UNKNOWN: msg("niet gekend"),
        Absence.REFUSED: msg("de moeder wil het niet geven"),
        Absence.NOT_APPLICABLE: msg("niet van toepassing"),
        Absence.NOT_YET: msg("nog niet gekend"),
        Absence.WITHDRAWN: msg("teruggenomen door het ziekenhuis"),
    }
)


@dataclass(frozen=True, slots=True, repr=False)
class Name:
    """A name as delivered: the family name, the given names in one text; either may be missing."""

    family: str | None = None
    given: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """Where the mother lives. `country` is ISO 3166 alpha-2; `line` is street and number where they are not apart."""

    street: str | None = None
    number: str | None = None
    box: str | None = None
    line: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Contact:
    """How to reach the mother: a mobile number (E.164 where it could be read as one) and an e-mail address."""

    mobile: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Mother:
    """Items 1 to 5; None is not delivered."""

    name: Name | None = None
    birth_date: date | None = None
    insz: Insz | None = None
    address: Address | None = None
    contact: Contact | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Child:
    """Items 6 to 9; None is not delivered. `relinquished` is True or None: that it was not is no item."""

    name: Name | None = None
    birth_date: date | None = None
    death_date: date | None = None
    relinquished: bool | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """One message about one newborn, from one hospital.

    `message_id` is the sender's own and unique per sender: the same id again is the same message. A message about
    twins makes a notice per child, whose ids its door tells apart (`<id>#1`, `<id>#2`). `reference` is the hospital's
    own reference of this newborn, technical and never a number of a person; `replaces` is a reference that this one
    takes over (ADT A40). `sent_at` (aware) is the sender's time and orders what it says: arrival does not.
    `missing` says of items that are not delivered why.
    """

    message_id: str
    sender: str
    kind: Kind
    reference: str
    sent_at: datetime
    mother: Mother = field(default_factory=Mother, repr=False)
    child: Child = field(default_factory=Child, repr=False)
    replaces: str | None = None
    missing: Mapping[Item, Absence] = field(default_factory=dict)

    @property
    def items(self) -> frozenset[Item]:
        """The items that this notice delivers."""
        return frozenset(item for item, value in values_of(self.mother, self.child).items() if value is not None)


def values_of(mother: Mother, child: Child) -> Mapping[Item, object]:
    """Return what is delivered of each of the nine items, None where nothing is."""
    return {
        Item.MOTHER_NAME: mother.name,
        Item.MOTHER_BIRTH_DATE: mother.birth_date,
        Item.MOTHER_INSZ: mother.insz,
        Item.MOTHER_ADDRESS: mother.address,
        Item.MOTHER_CONTACT: mother.contact,
        Item.CHILD_NAME: child.name,
        Item.CHILD_BIRTH_DATE: child.birth_date,
        Item.CHILD_DEATH_DATE: child.death_date,
        Item.CHILD_RELINQUISHED: child.relinquished,
    }


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a message: where (a FHIRPath expression or `PID-7`), a stable code, and a sentence.

    Neither ever holds a value of the message. Codes: `not-agreed` (not one of the nine items), `required`,
    `value` (cannot be read), `code-invalid`, `too-long`, `structure`, `not-supported`.
    """

    path: str
    code: str
    text: Message


class Unfit(Exception):
    """A message that is refused: all its faults together. The exception names fields, never values."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(", ".join(sorted({fault.code for fault in faults})))
        self.faults = faults
