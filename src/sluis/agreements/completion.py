"""Completing a standard agreement: a party fills in the blanks and may ask for less, never for more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import rfc8785
from pydantic import ConfigDict, Field, ValidationError

from sluis.agreements.legs import AgeRange, LegCondition, LegPeriodicity
from sluis.agreements.mending import problems_of_form
from sluis.agreements.model import Agreement
from sluis.agreements.narrowing import widenings
from sluis.agreements.parties import Advice, Contact, Decision, Processor, SecurityEvaluation, SecurityPlan
from sluis.agreements.policy import compile_policy
from sluis.agreements.problems import Path, Problem, written
from sluis.agreements.reading import check_agreement
from sluis.agreements.text import canonical, hash_of, plain
from sluis.agreements.tree import Tree
from sluis.agreements.vocabulary import Channel, Count, Day, Kbo, Line, Nis, Ovo, Part, Prose, Sha256, Slug, ToComplete
from sluis.kernel.outcome import Clause
from sluis.kernel.text import msg


class PartyCompletion(Part):
    """What a party says about itself; each field only where the standard agreement left it blank."""

    name: Line | None = Field(default=None, description="Volledige naam.")
    body: Line | None = Field(default=None, description="Kenmerk in het register van partijen.")
    kbo: Kbo | None = Field(default=None, description="KBO-nummer.")
    ovo: Ovo | None = Field(default=None, description="OVO-code.")
    nis: Nis | None = Field(default=None, description="NIS-code.")
    address: Line | None = Field(default=None, description="Adres van de zetel.")
    dpo: Contact | None = Field(default=None, description="Functionaris voor gegevensbescherming.")
    own_use: Prose | None = Field(default=None, description="Het eigen gebruik van de gegevens.")
    financial_scenario: Prose | None = Field(default=None, description="Het concrete financiële scenario.")
    decision: Decision | None = Field(default=None, description="De beslissing van het eigen bestuur.")
    security_plan: SecurityPlan | None = Field(default=None, description="Het veiligheidsplan.")
    security_evaluations: tuple[SecurityEvaluation, ...] | None = Field(default=None, description="Beoordelingen.")
    processing_register: Prose | None = Field(default=None, description="Vermelding in het verwerkingsregister.")
    citizen_information: Prose | None = Field(default=None, description="Hoe burgers geïnformeerd worden.")
    processors: tuple[Processor, ...] | None = Field(default=None, description="Verwerkers; leeg: geen.")


class SignatoryCompletion(Part):
    """Who signs."""

    name: Line | None = Field(default=None, description="Naam.")
    function: Line | None = Field(default=None, description="Functie.")


class GroundCompletion(Part):
    """Which article of an act that the standard agreement names."""

    article: Line | None = Field(default=None, description="Het artikel.")
    valid_from: Day | None = Field(default=None, description="Van kracht vanaf.")
    valid_until: Day | None = Field(default=None, description="Laatste dag van kracht.")


class ChoiceCompletion(Part):
    """What a party chooses where the standard agreement leaves the choice."""

    answer: Prose = Field(description="Het antwoord.")


class TermCompletion(Part):
    """When it begins and ends."""

    in_force_from: Day | None = Field(default=None, description="Eerste dag van kracht.")
    until: Day | None = Field(default=None, description="Laatste dag van kracht.")


class LegNarrowing(Part):
    """Less than the standard agreement lets through on one leg; what is left out stays as it is."""

    items: tuple[Slug, ...] | None = Field(default=None, min_length=1, description="Alleen deze gegevens.")
    purposes: tuple[Slug, ...] | None = Field(default=None, min_length=1, description="Alleen deze doeleinden.")
    channels: tuple[Channel, ...] | None = Field(default=None, min_length=1, description="Alleen deze kanalen.")
    roles: tuple[Slug, ...] | None = Field(default=None, min_length=1, description="Alleen deze rollen.")
    age: AgeRange | None = Field(default=None, description="Alleen deze leeftijden.")
    territory: tuple[Nis, ...] | None = Field(default=None, min_length=1, description="Alleen deze NIS-codes.")
    periodicity: LegPeriodicity | None = Field(default=None, description="Minder vaak.")
    conditions: tuple[LegCondition, ...] = Field(default=(), description="Bijkomende voorwaarden.")
    retention_days: Count | None = Field(default=None, description="Uiterste bewaartermijn van elk gegeven, in dagen.")
    facts_from: Day | None = Field(default=None, description="Alleen feiten vanaf deze dag.")
    pickup_days: Count | None = Field(default=None, description="Kortere ophaaltermijn, in dagen.")


class Completion(Part):
    """One party's answers to a standard agreement, as a YAML or JSON file."""

    model_config = ConfigDict(title="Aanvulling van een standaardovereenkomst")

    format: Literal["sluis-completion/1"] = Field(description="De vorm van dit bestand.")
    template: Slug = Field(description="De code van de standaardovereenkomst.")
    template_hash: Sha256 | None = Field(default=None, description="SHA-256 van de standaardovereenkomst.")
    agreement: Slug = Field(description="De code van de nieuwe overeenkomst.")
    parties: dict[Slug, PartyCompletion] = Field(default={}, description="Per partij, wat zij over zichzelf invult.")
    signatories: dict[Slug, SignatoryCompletion] = Field(default={}, description="Wie tekent.")
    legal_grounds: dict[Slug, GroundCompletion] = Field(default={}, description="Artikelen van rechtsgronden.")
    choices: dict[Slug, ChoiceCompletion] = Field(default={}, description="Per keuze, het antwoord.")
    term: TermCompletion = Field(default=TermCompletion(), description="Looptijd.")
    legs: dict[Slug, LegNarrowing] = Field(default={}, description="Per stroom, waarin zij beperkt wordt.")
    advices: tuple[Advice, ...] = Field(default=(), description="Adviezen van functionarissen.")


def complete(template: Agreement, completion: Completion) -> Agreement | list[Problem]:
    """Return the standard agreement with its blanks filled and its legs narrowed, or every reason why not.

    Pure. What is still blank stays blank: `missing.py` tells who must fill it before anybody can sign.
    """
    filling = _Filling(plain(template))
    filling.fill(completion)
    text = filling.text
    _drop_dangling(text)
    text |= {"id": completion.agreement, "is_template": False}
    text.pop("offer", None)
    text["template"] = {"agreement": template.id, "text_hash": hash_of(template)}
    if completion.template != template.id or completion.template_hash not in (None, hash_of(template)):
        filling.problems.append(_another_template(completion))
    try:
        agreement = Agreement.model_validate(text)
    except ValidationError as error:
        return [*filling.problems, *problems_of_form(Agreement, text, error)]
    problems = [*filling.problems, *check_never_widens(template, agreement), *check_agreement(agreement)]
    return problems or agreement


def check_never_widens(template: Agreement, agreement: Agreement) -> tuple[Problem, ...]:
    """Return every point in which the agreement permits more than its template, or changes a clause of it.

    Does not ask how the agreement was made: it holds the compiled policies and then the texts against each other.
    """
    bodies = {party.id: party.body for party in agreement.parties}
    bound = plain(template)
    for party in bound["parties"]:
        if bodies.get(party["id"]) is not None:
            party.setdefault("body", bodies[party["id"]])
    wider = widenings(compile_policy(rfc8785.dumps(bound)), compile_policy(canonical(agreement)))
    return (*wider, *_changed_clauses(template, agreement))


# What a completion may fill or narrow is judged field by field; everything else of the text must be the template's.
_OWN_FIELDS = frozenset({"id", "is_template", "template", "version", "supersedes", "advices", "legs", "term", "offer"})
_NARROWABLE = frozenset(
    {"items", "purposes", "channels", "roles", "conditions", "periodicity", "facts_from", "pickup_days", "subjects"}
)


def _changed_clauses(template: Agreement, agreement: Agreement) -> Iterator[Problem]:
    old, new = plain(template), plain(agreement)
    _drop_dangling(old, leading_into=new)
    for name in sorted((old.keys() | new.keys()) - _OWN_FIELDS):
        yield from _only_filled(old.get(name), new.get(name), (name,), template)
    yield from _only_filled(old["term"], {**new["term"], **_days(old["term"])}, ("term",), template)
    for name in old["legs"].keys() & new["legs"].keys():
        yield from _changed_leg(old["legs"][name], new["legs"][name], ("legs", name), template)


def _days(term: Mapping[str, Any]) -> dict[str, Any]:
    """Return the days that the template fixed: those of the agreement were compared by the policies."""
    return {name: term[name] for name in ("in_force_from", "until") if name in term}


def _changed_leg(old: Mapping[str, Any], new: Mapping[str, Any], here: Path, template: Agreement) -> Iterator[Problem]:
    for name in sorted((old.keys() | new.keys()) - _NARROWABLE):
        yield from _only_filled(old.get(name), new.get(name), (*here, name), template)
    scope_old = {key: value for key, value in old["subjects"].items() if key not in ("age", "territory", "related")}
    scope_new = {key: value for key, value in new["subjects"].items() if key not in ("age", "territory", "related")}
    yield from _only_filled(scope_old, scope_new, (*here, "subjects"), template)
    kept = [condition for condition in new["conditions"] if condition in old["conditions"]]
    yield from _only_filled(old["conditions"], kept, (*here, "conditions"), template)
    related = [other for other in new["subjects"]["related"] if other not in old["subjects"]["related"]]
    yield from _only_filled([], related, (*here, "subjects", "related"), template)
    before = {item["name"]: item for item in old["items"]}
    for number, item in enumerate(new["items"]):
        if item["name"] in before:
            yield from _changed_item(before[item["name"]], item, (*here, "items", number), template)


def _changed_item(old: Mapping[str, Any], new: Mapping[str, Any], here: Path, template: Agreement) -> Iterator[Problem]:
    shortened = {**new, "retention": {**new["retention"]}}
    if "at_most_days" in old["retention"]:
        shortened["retention"]["at_most_days"] = old["retention"]["at_most_days"]
    yield from _only_filled(old, shortened, here, template)


def _only_filled(old: object, new: object, here: Path, template: Agreement) -> Iterator[Problem]:
    """Yield where `new` differs from `old` otherwise than by filling what was absent."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            yield from _only_filled(old.get(key), new.get(key), (*here, key), template)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _only_filled(before, after, (*here, number), template)
    elif old != new and not (old in (None, []) and _may_be_filled(template, here)):
        yield Problem(
            "changed-clause",
            here,
            msg("‘{where}’ is anders dan in de standaardovereenkomst.", where=written(here)),
            msg("Neem de tekst van de standaardovereenkomst over. Alleen open velden mogen ingevuld worden."),
            Clause(template.title.nl, "standaardovereenkomst"),
        )


_FILLED: Mapping[str, type[Part]] = {
    "parties": PartyCompletion,
    "signatories": SignatoryCompletion,
    "legal_grounds": GroundCompletion,
    "choices": ChoiceCompletion,
}


def _may_be_filled(template: Agreement, here: Path) -> bool:
    """Only fields that a party fills about itself, and the blanks that the template lists, may appear."""
    filled = _FILLED.get(str(here[0]))
    if filled is not None and len(here) == 3:
        return here[2] in filled.model_fields
    tree = Tree(plain(template))
    blanks = (tree.at(blank.path) for blank in template.to_complete)
    return any(blank is not None and blank.path == here for blank in blanks)


def _drop_dangling(text: dict[str, Any], *, leading_into: dict[str, Any] | None = None) -> None:
    """Drop the blanks and open points about an item that was left out: there is nothing to fill or to find out."""
    tree = Tree(text if leading_into is None else leading_into)
    for part, key in (("to_complete", "path"), ("open_points", "about")):
        text[part] = [entry for entry in text.get(part, []) if tree.at(entry[key]) is not None]


def is_blank(tree: Tree, blank: ToComplete) -> bool:
    """Return whether nobody filled this blank yet; an empty list of processors is an answer."""
    place = tree.at(blank.path)
    return place is None or (not place.there and place.value != [])


class _Filling:
    """Fills the plain values of a template; what may not be filled becomes a problem."""

    def __init__(self, text: dict[str, Any]) -> None:
        self.text = text
        self.problems: list[Problem] = []

    def fill(self, completion: Completion) -> None:
        given = completion.model_dump(mode="json", exclude_none=True)
        for part, key in (("parties", "id"), ("signatories", "id"), ("legal_grounds", "code"), ("choices", "code")):
            known = {element[key]: element for element in self.text.get(part, [])}
            for name, values in given[part].items():
                self._into(known.get(name), values, (part, name))
        self._into(self.text["term"], given["term"], ("term",))
        for name, narrowing in given["legs"].items():
            leg = self.text["legs"].get(name)
            if leg is None:
                self.problems.append(_unknown_part(("legs", name)))
            else:
                self._narrow(leg, narrowing, ("legs", name))
        self.text["advices"] = [*self.text.get("advices", []), *given["advices"]]

    def _into(self, target: dict[str, Any] | None, values: Mapping[str, Any], here: Path) -> None:
        if target is None:
            self.problems.append(_unknown_part(here))
            return
        for name, value in values.items():
            if target.get(name, value) not in (value, []):
                self.problems.append(_not_blank((*here, name)))
            target[name] = value

    def _narrow(self, leg: dict[str, Any], narrowing: Mapping[str, Any], here: Path) -> None:
        for name in ("purposes", "channels", "roles"):
            if name in narrowing:
                leg[name] = narrowing[name]
        for name in ("periodicity", "facts_from", "pickup_days"):
            if name in narrowing:
                leg[name] = narrowing[name]
        for name in ("age", "territory"):
            if name in narrowing:
                leg["subjects"][name] = narrowing[name]
        if "items" in narrowing:
            self._keep_items(leg, narrowing["items"], here)
        known = {condition["code"] for condition in leg["conditions"]}
        leg["conditions"] += [extra for extra in narrowing["conditions"] if extra["code"] not in known]
        if "retention_days" in narrowing:
            for item in leg["items"]:
                item["retention"]["at_most_days"] = narrowing["retention_days"]

    def _keep_items(self, leg: dict[str, Any], names: list[str], here: Path) -> None:
        known = {item["name"] for item in leg["items"]}
        self.problems += [_unknown_part((*here, "items", name)) for name in names if name not in known]
        kept = [item for item in leg["items"] if item["name"] in names]
        leg["items"] = kept


def _unknown_part(where: Path) -> Problem:
    return Problem(
        "not-in-template",
        where,
        msg("‘{where}’ staat niet in de standaardovereenkomst.", where=written(where)),
        msg("Kies een naam die er wel in staat; ‘sluis agreements show’ toont ze."),
        Clause("standaardovereenkomst", "aanvulling"),
    )


def _not_blank(where: Path) -> Problem:
    return Problem(
        "not-a-blank",
        where,
        msg("‘{where}’ is al ingevuld in de standaardovereenkomst en kan niet veranderen.", where=written(where)),
        msg("Laat dit veld weg uit de aanvulling."),
        Clause("standaardovereenkomst", "aanvulling"),
    )


def _another_template(completion: Completion) -> Problem:
    return Problem(
        "another-template",
        ("template",),
        msg("Deze aanvulling hoort bij een andere standaardovereenkomst of versie ({name}).", name=completion.template),
        msg("Vul de standaardovereenkomst in waarvoor ze gemaakt is, of pas ‘template’ aan."),
        Clause("standaardovereenkomst", "aanvulling"),
    )
