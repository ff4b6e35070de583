"""The fields that a standard agreement leaves to a party, in steps: its open places, and where it may ask for less."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sluis.accession.model import Field, Kind
from sluis.agreements.legs import Leg
from sluis.agreements.model import Agreement
from sluis.agreements.problems import quoted
from sluis.agreements.text import plain
from sluis.agreements.tree import Tree
from sluis.kernel.text import Message, msg

REGISTERED = ("name", "body", "kbo", "ovo", "nis")
"""What the register of bodies says of a party: filled in by Sluis and never asked, where the register has it."""

_DECISION = msg("De beslissing van uw bestuur")
_PLAN = msg("Uw veiligheidsplan")
_DPO = msg("Uw functionaris voor gegevensbescherming")
_PDF_HINT = msg("Een PDF van ten hoogste 20 MB, zonder wachtwoord.")
_DAY_HINT = msg("Een dag, zoals 2026-01-31.")

# step, field, kind, label, hint; a field of two words lies inside the first one.
_PARTY: tuple[tuple[str, tuple[str, ...], Kind, Message, Message | None, Message | None], ...] = (
    ("gegevens", ("name",), "line", msg("Volledige naam"), None, None),
    ("gegevens", ("kbo",), "kbo", msg("KBO-nummer"), msg("Tien cijfers."), None),
    ("gegevens", ("ovo",), "ovo", msg("OVO-code"), msg("OVO en zes cijfers."), None),
    ("gegevens", ("nis",), "nis", msg("NIS-code"), msg("Vijf cijfers."), None),
    ("gegevens", ("address",), "line", msg("Adres van de zetel"), None, None),
    ("gebruik", ("own_use",), "prose", msg("Hoe zult u de gegevens concreet gebruiken?"), None, None),
    (
        "gebruik",
        ("financial_scenario",),
        "prose",
        msg("Uw financiële scenario: wie krijgt wat, en wanneer?"),
        None,
        None,
    ),
    (
        "bewijsstukken",
        ("decision", "authority"),
        "line",
        msg("Wie besliste?"),
        msg("Bijvoorbeeld: college van burgemeester en schepenen."),
        _DECISION,
    ),
    ("bewijsstukken", ("decision", "date"), "day", msg("Wanneer is er beslist?"), _DAY_HINT, _DECISION),
    ("bewijsstukken", ("decision", "subject"), "prose", msg("Wat is er beslist?"), None, _DECISION),
    (
        "bewijsstukken",
        ("decision", "reference"),
        "line",
        msg("Nummer of vindplaats van de beslissing"),
        None,
        _DECISION,
    ),
    ("bewijsstukken", ("decision", "sha256"), "pdf", msg("De beslissing als PDF"), _PDF_HINT, _DECISION),
    (
        "bewijsstukken",
        ("security_plan", "text"),
        "prose",
        msg("Welk veiligheidsbeleid en veiligheidsplan gelden bij u?"),
        None,
        _PLAN,
    ),
    (
        "bewijsstukken",
        ("security_plan", "approved_on"),
        "day",
        msg("Wanneer is het plan goedgekeurd?"),
        _DAY_HINT,
        _PLAN,
    ),
    ("bewijsstukken", ("security_plan", "sha256"), "pdf", msg("Het veiligheidsplan als PDF"), _PDF_HINT, _PLAN),
    (
        "bewijsstukken",
        ("security_evaluations",),
        "evaluations",
        msg("Beoordelingen van uw beveiliging"),
        msg("Eén per regel: dag; wie beoordeelde; uitkomst."),
        _PLAN,
    ),
    ("bewijsstukken", ("dpo", "name"), "line", msg("Naam of dienst van uw functionaris"), None, _DPO),
    ("bewijsstukken", ("dpo", "email"), "email", msg("E-mailadres van uw functionaris"), None, _DPO),
    ("bewijsstukken", ("dpo", "phone"), "line", msg("Telefoonnummer van uw functionaris"), None, _DPO),
    (
        "bewijsstukken",
        ("processors",),
        "processors",
        msg("Op welke verwerkers doet u een beroep?"),
        msg(
            "Eén per regel: naam; wat de verwerker doet; dag van de verwerkersovereenkomst. "
            "Zijn er geen, schrijf dan: geen."
        ),
        None,
    ),
    (
        "bewijsstukken",
        ("citizen_information",),
        "prose",
        msg("Hoe brengt u de betrokken burgers op de hoogte?"),
        None,
        None,
    ),
    (
        "bewijsstukken",
        ("processing_register",),
        "prose",
        msg("Hoe staat deze verwerking in uw register van verwerkingen?"),
        None,
        None,
    ),
)

# What the party that joins may tell although the text does not ask it.
_WELCOME = frozenset({"address", "dpo", "security_evaluations", "decision", "security_plan"})


def fields_of(
    template: Agreement, party: str, *, language: str = "nl", registered: Collection[str] = ()
) -> tuple[Field, ...]:
    """Return what this party of the standard agreement may answer, in the order of the steps.

    `registered` names the fields that the register of bodies fills in: those are never asked.
    """
    found = _Fields(template, party, language, frozenset(registered))
    return (*found.of_party(), *found.of_signatories(), *found.of_legs(), *found.of_term(), *found.of_use())


class _Fields:
    def __init__(self, template: Agreement, party: str, language: str, registered: frozenset[str]) -> None:
        self.template, self.party, self.language, self.registered = template, party, language, registered
        self.tree = Tree(plain(template))
        self.blanks = {blank.path: blank for blank in template.to_complete}
        self.joins = template.offer is not None and template.offer.to == party

    def of_party(self) -> Iterator[Field]:
        place = self.tree.at(f"parties[{self.party}]")
        if place is None:
            return
        for step, names, kind, label, hint, group in _PARTY:
            blank = self.blanks.get(f"parties[{self.party}].{names[0]}")
            is_asked = blank is not None and blank.who == self.party
            is_open = is_asked or (self.joins and names[0] in _WELCOME)
            if is_open and not place[names[0]].there and names[0] not in self.registered:
                # The question about processors speaks of a list in a file; on a page they are written.
                has_form = names == ("processors",)
                is_quoted = blank is not None and len(names) == 1 and not has_form
                words = quoted(blank.question.in_language(self.language)) if blank and is_quoted else label
                optional = names in (("decision", "reference"), ("decision", "sha256"), ("dpo", "phone"),
                    ("security_plan", "approved_on"), ("security_plan", "sha256"))  # fmt: skip
                yield Field(
                    ("parties", self.party, *names), step, kind, words, group, hint, is_asked=is_asked and not optional
                )

    def of_signatories(self) -> Iterator[Field]:
        for one in self.template.signatories:
            if self.party not in one.signs_for:
                continue
            for name, label in (("name", msg("Wie ondertekent?")), ("function", msg("In welke functie?"))):
                if getattr(one, name) is None:
                    path = f"signatories[{one.id}].{name}"
                    yield Field(
                        ("signatories", one.id, name),
                        "gegevens",
                        "line",
                        self._question(path, label),
                        msg("Wie ondertekent") if one.function is None else quoted(one.function),
                        msg("Voornaam en naam, zoals op de identiteitskaart.") if name == "name" else None,
                        is_asked=path in self.blanks,
                    )

    def of_term(self) -> Iterator[Field]:
        for name, label in (
            ("in_force_from", msg("Eerste dag van kracht")),
            ("until", msg("Laatste dag van kracht")),
        ):
            path = f"term.{name}"
            is_fixed = getattr(self.template.term, name) is not None
            blank = self.blanks.get(path)
            who = blank.who if blank else (self.template.offer.to if self.template.offer else None)
            if is_fixed or who != self.party or (name == "until" and self.template.term.kind != "fixed"):
                continue
            is_asked = blank is not None or name == "in_force_from"
            yield Field(
                ("term", name), "beperken", "day", self._question(path, label), msg("Looptijd"), _DAY_HINT,
                is_asked=is_asked,
            )  # fmt: skip

    def of_use(self) -> Iterator[Field]:
        for choice in self.template.choices or ():
            if choice.by == self.party and choice.answer is None:
                options = tuple((one, quoted(one)) for one in choice.options)
                yield Field(
                    ("choices", choice.code, "answer"),
                    "gebruik",
                    "choice" if options else "prose",
                    quoted(choice.question.in_language(self.language)),
                    msg("Wat u kiest"),
                    options=options,
                    is_asked=f"choices[{choice.code}].answer" in self.blanks,
                )
        for ground in self.template.legal_grounds:
            blank = self.blanks.get(f"legal_grounds[{ground.code}].article")
            if blank is not None and blank.who == self.party:
                words = quoted(blank.question.in_language(self.language))
                group = quoted(ground.instrument)
                yield Field(("legal_grounds", ground.code, "article"), "gebruik", "line", words, group, is_asked=True)

    def of_legs(self) -> Iterator[Field]:
        for name, leg in self.template.legs.items():
            group = msg("Stroom: {words}", words=leg.text)
            if self.joins:
                yield from self._narrowing(name, leg, group)
            yield from self._retention(name, leg, group)
            blank = self.blanks.get(f"legs.{name}.facts_from")
            if leg.facts_from is None and blank is not None and blank.who == self.party:
                words = quoted(blank.question.in_language(self.language))
                yield Field(("legs", name, "facts_from"), "beperken", "day", words, group, _DAY_HINT, is_asked=True)

    def _narrowing(self, name: str, leg: Leg, group: Message) -> Iterator[Field]:
        path = ("legs", name)
        language = self.language
        purposes = {one.code: one.text.in_language(language) for one in self.template.purposes}
        lists: tuple[tuple[str, Message, tuple[tuple[str, Message], ...]], ...] = (
            (
                "items",
                msg("Welke gegevens hebt u nodig?"),
                tuple((one.name, quoted(one.label.in_language(language))) for one in leg.items),
            ),
            (
                "purposes",
                msg("Voor welke doeleinden?"),
                tuple((one, quoted(purposes.get(one, one))) for one in leg.purposes),
            ),
            (
                "channels",
                msg("Langs welke wegen?"),
                tuple((one, CHANNELS.get(one, quoted(one))) for one in leg.channels),
            ),
        )
        less = msg("Vink uit wat u niet nodig hebt. Meer dan hier staat, kan niet.")
        for part, label, options in lists:
            if len(options) > 1:
                yield Field((*path, part), "beperken", "subset", label, group, less, options)
        if leg.periodicity.kind == "per_year" or (leg.periodicity.kind == "once" and (leg.periodicity.times or 1) > 1):
            most = msg("Ten hoogste {most} keer.", most=leg.periodicity.times or 1)
            yield Field((*path, "times"), "beperken", "count", msg("Hoeveel keer?"), group, most)
        if leg.periodicity.kind == "unlimited":
            hint = msg("Laat leeg voor doorlopend.")
            yield Field((*path, "times"), "beperken", "count", msg("Hoeveel keer per jaar?"), group, hint)
        lowest, highest = leg.subjects.age.lowest, leg.subjects.age.highest
        youngest, oldest = (
            msg("Niet jonger dan {age}.", age=lowest or 0),
            msg("Niet ouder dan {age}.", age=highest or 0),
        )
        for bound, limit, label, hint in (
            ("from", lowest, msg("Vanaf welke leeftijd?"), youngest),
            ("to", highest, msg("Tot en met welke leeftijd?"), oldest),
        ):
            if limit is not None:
                yield Field((*path, "age", bound), "beperken", "count", label, group, hint)

    def _retention(self, name: str, leg: Leg, group: Message) -> Iterator[Field]:
        paths = [f"legs.{name}.items[{item.name}].retention.at_most_days" for item in leg.items]
        blanks = [self.blanks[path] for path in paths if path in self.blanks]
        if {blank.who for blank in blanks} == {self.party}:
            words = quoted(blanks[0].question.in_language(self.language))
            hint = msg("Een aantal dagen, in cijfers. Het geldt voor elk gegeven van deze stroom.")
            yield Field(("legs", name, "retention_days"), "beperken", "count", words, group, hint, is_asked=True)

    def _question(self, path: str, label: Message) -> Message:
        blank = self.blanks.get(path)
        return quoted(blank.question.in_language(self.language)) if blank else label


CHANNELS: dict[str, Message] = {
    "web": msg("op deze website"),
    "sftp": msg("beveiligde bestandsoverdracht (sftp)"),
    "encrypted-mail": msg("versleutelde e-mail"),
    "command-line": msg("de opdrachtregel"),
    "api": msg("van computer tot computer (API)"),
    "web-service": msg("webdienst"),
    "fhir": quoted("FHIR"),
    "hl7": quoted("HL7"),
    "paper": msg("papier"),
}


def value_in(text: dict[str, Any], field: Field) -> object:  # noqa: PLR0911 - a table: one answer for each place
    """Return what a text says at the place of a field; None where it says nothing."""
    match field.path:
        case ("legs", name, "retention_days"):
            days = {item["retention"].get("at_most_days") for item in text["legs"][name]["items"]}
            return days.pop() if len(days) == 1 else None
        case ("legs", name, "items"):
            return [item["name"] for item in text["legs"][name]["items"]]
        case ("legs", name, "times"):
            return text["legs"][name]["periodicity"].get("times")
        case ("legs", name, "age", bound):
            return text["legs"][name]["subjects"].get("age", {}).get(bound)
        case ("legs", name, part):
            return text["legs"][name].get(part)
        case ("term", part):
            return text["term"].get(part)
        case (part, name, *rest):
            return _within(text.get(part, []), name, rest)
    return None


def _within(parts: list[dict[str, Any]], name: str, rest: list[str]) -> object:
    found: Any = next((one for one in parts if name in (one.get("id"), one.get("code"))), None)
    for step in rest:
        found = found.get(step) if isinstance(found, dict) else None
    return found
