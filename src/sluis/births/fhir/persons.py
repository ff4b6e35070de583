"""Mother and child from their resources, once these fit the table. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sluis.births.fhir.names import ABSENCES, ABSENT, HOUSE_NUMBER, POST_BOX, SSIN, SSIN_OID, STREET
from sluis.births.fhir.walk import day_of
from sluis.births.hl7.mapping import is_placeholder, standard_unnamed
from sluis.births.hl7.values import mobile_in
from sluis.births.model import Absence, Address, Child, Contact, Fault, Item, Mother, Name
from sluis.kernel.insz import InszFault, read_insz
from sluis.kernel.text import msg

_EMAIL: Final = re.compile(r"[^@\s<>\"]{1,64}@[^@\s<>\"]{1,180}\.[^@\s<>\".]{1,60}")
_PHONE: Final = re.compile(r"\+?[0-9 ()./-]{6,30}")

_CHILD_NUMBER: Final = msg("Het INSZ van het kind hoort niet bij de negen afgesproken gegevens. Laat het weg.")
_OTHER_NUMBER: Final = msg(
    "Van de moeder is alleen het INSZ afgesproken, met system {system}. Laat andere nummers weg.", system=SSIN
)
_LONGEST_REFERENCE: Final = 120  # as the database keeps it
_LONG_REFERENCE: Final = msg("Dit kenmerk is te lang: ten hoogste {most} tekens.", most=_LONGEST_REFERENCE - 13)
_LETTERS: Final = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
_TWO: Final = msg("Geef dit gegeven één keer: het is niet duidelijk welk van de twee geldt.")
_BOTH: Final = msg("Hier staat een waarde naast de reden waarom ze ontbreekt. Laat een van beide weg.")
_ONE_NAME: Final = msg("Geef één naam, de officiële. Laat andere namen weg.")
_LINE: Final = msg(
    "In line staat meer dan in de straat, het nummer en de bus ernaast. Geef ze gelijk, of laat line weg."
)
_NOBODYS: Final = ("temp", "anonymous")
_LANDLINE: Final = msg("Alleen een gsm-nummer en een e-mailadres zijn afgesproken. Laat andere weg.")
_DEAD_WITHOUT_DATE: Final = msg("Geef de datum van overlijden in deceasedDateTime; alleen die is afgesproken.")


def reference_of(system: str, value: str) -> str:
    """Return the reference that stands for an identifier: two systems of one hospital may give the same value.

    The system stands in it as a mark in letters: an OID beside a number would look like the number of a person.
    """
    return f"{value}@{hashlib.sha256(system.encode()).hexdigest()[:12].translate(_LETTERS)}"


class Reader:
    """Collects what is delivered, what is absent with its reason, and the faults of values."""

    def __init__(self) -> None:
        self.missing: dict[Item, Absence] = {}
        self.faults: list[Fault] = []

    def fault(self, path: str, code: str, text: Any) -> None:  # noqa: ANN401 - a Message; named so for the short lines below
        """Note a fault."""
        self.faults.append(Fault(path, code, text))

    def mother(self, found: Mapping[str, Any], path: str, *, fictitious: bool) -> Mother:
        """Return the mother that a Patient or RelatedPerson tells of."""
        return Mother(
            name=self._name(found, path, Item.MOTHER_NAME),
            birth_date=self._day(found, "birthDate", path, Item.MOTHER_BIRTH_DATE),
            insz=self._insz(found, path, fictitious=fictitious),
            address=self._address(found, path),
            contact=self._contact(found, path),
        )

    def child(self, found: Mapping[str, Any], path: str) -> Child:
        """Return the child that a Patient tells of."""
        died = self._day(found, "deceasedDateTime", path, Item.CHILD_DEATH_DATE)
        if found.get("deceasedBoolean") is True and died is None:
            self.fault(f"{path}.deceasedBoolean", "value", _DEAD_WITHOUT_DATE)
        elif found.get("deceasedBoolean") is False:
            self.missing[Item.CHILD_DEATH_DATE] = Absence.WITHDRAWN
        return Child(
            name=self._name(found, path, Item.CHILD_NAME),
            birth_date=self._day(found, "birthDate", path, Item.CHILD_BIRTH_DATE),
            death_date=died,
            relinquished=self._relinquished(found, path),
        )

    def reference(self, found: Mapping[str, Any], path: str) -> str | None:
        """Return the hospital's own reference of the child; its INSZ is refused."""
        own = []
        for index, one in enumerate(found.get("identifier", ())):
            here = f"{path}.identifier[{index}]"
            if one["system"] in (SSIN, SSIN_OID):
                self.fault(here, "not-agreed", _CHILD_NUMBER)
            elif "value" in one:
                own.append((here, reference_of(one["system"], one["value"])))
        if len(own) != 1:
            self.fault(
                f"{path}.identifier",
                "required",
                msg(
                    "Geef elk kind precies één eigen kenmerk van uw ziekenhuis, met een eigen system: zo herkennen we"
                    " een verbetering en houden we tweelingen uit elkaar."
                ),
            )
            return None
        if len(own[0][1]) > _LONGEST_REFERENCE:
            self.fault(f"{own[0][0]}.value", "too-long", _LONG_REFERENCE)
            return None
        return own[0][1]

    def _relinquished(self, found: Mapping[str, Any], path: str) -> bool | None:
        said = {one["valueBoolean"] for one in found.get("extension", ())}
        if len(said) > 1:
            self.fault(f"{path}.extension", "structure", _TWO)
        if said == {False}:
            self.missing[Item.CHILD_RELINQUISHED] = Absence.WITHDRAWN
        return True in said or None

    def _day(self, found: Mapping[str, Any], key: str, path: str, item: Item) -> Any:  # noqa: ANN401 - a date or None
        if self._why_absent(found.get(f"_{key}"), item) and key in found:
            self.fault(f"{path}.{key}", "structure", _BOTH)
        return day_of(found[key]) if key in found else None

    def _name(self, found: Mapping[str, Any], path: str, item: Item) -> Name | None:
        names = []
        for index, one in enumerate(found.get("name", ())):
            holders = (one, one.get("_family"), *one.get("_given", ()))
            is_absent = any(self._why_absent(holder, item) for holder in holders)
            if is_absent and {"family", "given"} <= one.keys():
                self.fault(f"{path}.name[{index}]", "structure", _BOTH)
            if not is_absent or {"family", "given"} & one.keys():
                names.append((index, one))
        if not names:
            return None
        official = [one for _, one in names if one.get("use", "official") in ("official", "usual")]
        if len(official or names) > 1:
            self.fault(f"{path}.name", "structure", _TWO)
        chosen = official[0] if official else names[0][1]
        for index, one in names:
            if official and one not in official:
                self.fault(f"{path}.name[{index}]", "not-agreed", _ONE_NAME)
        name = Name(_tidy(chosen.get("family", "")), _tidy(" ".join(one or "" for one in chosen.get("given", ()))))
        if item is Item.CHILD_NAME and (chosen.get("use") in _NOBODYS or is_placeholder(name, standard_unnamed())):
            self.missing[item] = Absence.NOT_YET  # as over HL7: the placeholder is nobody's name and is not kept
            return None
        return name

    def _insz(self, found: Mapping[str, Any], path: str, *, fictitious: bool) -> Any:  # noqa: ANN401 - an Insz or None
        numbers = []
        for index, one in enumerate(found.get("identifier", ())):
            here = f"{path}.identifier[{index}]"
            if self._why_absent(one, Item.MOTHER_INSZ) or self._why_absent(one.get("_value"), Item.MOTHER_INSZ):
                if "value" in one:
                    self.fault(here, "structure", _BOTH)
                continue
            if one["system"] != SSIN:
                self.fault(here, "not-agreed", _OTHER_NUMBER)
                continue
            read = read_insz(one.get("value", ""), fictitious=fictitious)
            if isinstance(read, InszFault):
                self.fault(f"{here}.value", "value", read.what)
            else:
                numbers.append(read)
        if len(set(numbers)) > 1:
            self.fault(f"{path}.identifier", "structure", _TWO)
        return numbers[0] if numbers else None

    def _address(self, found: Mapping[str, Any], path: str) -> Address | None:
        places = []
        for index, one in enumerate(found.get("address", ())):
            if not self._why_absent(one, Item.MOTHER_ADDRESS):
                places.append(one)
            elif one.keys() - {"extension", "use", "type"}:
                self.fault(f"{path}.address[{index}]", "structure", _BOTH)
        if len(places) > 1:
            self.fault(f"{path}.address", "structure", _TWO)
        if not places:
            return None
        one = places[0]
        parts = {part["url"]: part.get("valueString") for part in _line_extensions(one)}
        line = ", ".join(text for text in one.get("line", ()) if text) or None
        street = parts.get(STREET)
        if street and line and not _words(line) <= _words(" ".join(str(text) for text in parts.values())):
            self.fault(f"{path}.address[0].line", "value", _LINE)
        return Address(
            street=street,
            number=parts.get(HOUSE_NUMBER),
            box=parts.get(POST_BOX),
            line=None if street else line,
            postal_code=one.get("postalCode"),
            city=one.get("city"),
            country=one.get("country"),
        )

    def _contact(self, found: Mapping[str, Any], path: str) -> Contact | None:
        mobile: list[str] = []
        email: list[str] = []
        for index, one in enumerate(found.get("telecom", ())):
            here, value = f"{path}.telecom[{index}]", one.get("value", "")
            if self._why_absent(one, Item.MOTHER_CONTACT) or self._why_absent(one.get("_value"), Item.MOTHER_CONTACT):
                if value:
                    self.fault(here, "structure", _BOTH)
                continue
            is_phone = one.get("system") == "phone"
            if is_phone and one.get("use", "mobile") != "mobile":
                self.fault(here, "not-agreed", _LANDLINE)
            elif not (_PHONE if is_phone else _EMAIL).fullmatch(value):
                self.fault(f"{here}.value", "value", msg("Dit is geen gsm-nummer of e-mailadres."))
            elif not is_phone:
                email.append(value)
            elif (number := mobile_in(value)) is None:
                self.fault(here, "not-agreed", _LANDLINE)
            else:
                mobile.append(number)
        if len(mobile) > 1 or len(email) > 1:
            self.fault(f"{path}.telecom", "structure", _TWO)
        if not mobile and not email:
            return None
        return Contact(mobile[0] if mobile else None, email[0] if email else None)

    def _why_absent(self, holder: object, item: Item) -> bool:
        """Note why an item is absent, where this part says so."""
        if not isinstance(holder, Mapping):
            return False
        for one in holder.get("extension", ()):
            if one["url"] == ABSENT:
                self.missing[item] = ABSENCES[one["valueCode"]]
                return True
        return False


def _line_extensions(address: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    beside = [one for one in address.get("_line", ()) if isinstance(one, Mapping)]
    return [part for one in (address, *beside) for part in one.get("extension", ())]


def _tidy(text: str) -> str | None:
    return " ".join(text.split()) or None


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text.casefold())) - {"bus", "bte", "box", "boîte", "nr"}
