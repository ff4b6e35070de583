"""The compiled form of a signed text: what the gate looks things up in, a few microseconds a decision.

The text is the policy: `compile_policy` reads the canonical bytes that were signed and nothing else, so a changed
letter is another hash and therefore another policy. Everything here is pure and never changes once made.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Literal

import rfc8785

from sluis.agreements.policy_terms import bodies_of, conditions_of, day_of, lawful_days
from sluis.agreements.vocabulary import NOT_STATED
from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause
from sluis.kernel.text import msg

LegKind = Literal["request", "answer", "delivery"]
PeriodicityKind = Literal["once", "per_year", "unlimited"]
Territory = Literal["everywhere", "receiver", "asker"] | frozenset[str]

FORMAT = "sluis-agreement/1"

# Where each rule stands in the printed text (`words.py` prints these articles). A text that was signed elsewhere
# names its own in `articles`.
DEFAULT_ARTICLES: Mapping[str, str] = MappingProxyType(
    {
        "purposes": "artikel 1",
        "legal_grounds": "artikel 2",
        "items": "artikel 3",
        "subjects": "artikel 3",
        "party": "artikel 4",
        "role": "artikel 4",
        "periodicity": "artikel 5",
        "channels": "artikel 6",
        "term": "artikel 11",
        "conditions": "artikel 14",
    }
)


@dataclass(frozen=True, slots=True)
class SubjectScope:
    """Whose data may pass.

    Ages are completed years on the reference date, both ends included. `territory` is where the subject must live on
    that date: "receiver" and "asker" stand for the municipality of that party, a set holds NIS codes. `related` maps
    other groups of persons to how they are reached through the subject (beneficiary -> designated-for-subject); no age
    or territory of their own is asked of them.
    """

    category: str
    age_from: int | None
    age_to: int | None
    territory: Territory
    related: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ItemPolicy:
    """One data element that was agreed; `retention_days` counts from `retention_anchor`, absent: no term in days."""

    name: str
    group: str
    retention_days: int | None
    retention_anchor: str
    special_category: bool


@dataclass(frozen=True, slots=True)
class Periodicity:
    """How often the leg may be used; `times` counts in all (once) or within a calendar year; unlimited has none."""

    kind: PeriodicityKind
    times: int | None


@dataclass(frozen=True, slots=True)
class LegPolicy:
    """One direction of exchange.

    `senders` and `receivers` are ids of the register of parties; `kind:ocmw` stands for every party of that kind. Where
    the text lists who of a class may take part (a published list, statements of agreement), only those are named.
    `conditions` are those that the text names and those that its terms imply (`policy_terms.py`): whatever the gate
    cannot see for itself is a named condition, which refuses until it is recorded.
    `clauses` tells for each rule ("party", "purpose", "items", "subjects", "channels", "periodicity", "conditions",
    "role", "term") where it stands in the text. `facts_from` is the first day on which a fact counts (children who
    gave a right since then); `pickup_days` is how long a file waits before it is destroyed unread. `stated` are the
    conditions that the signed text itself meets: a decision of the own board that it names by day and authority.
    """

    name: str
    kind: LegKind
    senders: frozenset[str]
    receivers: frozenset[str]
    source: str | None
    answers: str | None
    purposes: frozenset[str]
    subjects: SubjectScope
    items: Mapping[str, ItemPolicy]
    channels: frozenset[str]
    periodicity: Periodicity
    conditions: tuple[str, ...]
    roles: frozenset[str]
    clauses: Mapping[str, Clause]
    facts_from: date | None = None
    pickup_days: int | None = None
    stated: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Policy:
    """What one signed text permits, from `in_force_from` to `until`, both included; no `until`: no end was agreed.

    A text that names no first day yet gets `date.max`: it opens nothing.
    """

    agreement: str
    text_hash: str
    in_force_from: date
    until: date | None
    legs: Mapping[str, LegPolicy]
    title: str = field(default="", compare=False)


def text_hash(canonical: bytes) -> str:
    """Return the hex SHA-256 of a canonical text: its name everywhere."""
    return hashlib.sha256(canonical).hexdigest()


def compile_policy(canonical: bytes) -> Policy:
    """Return the policy that this signed text states.

    `canonical` is the RFC 8785 form that `text.canonical` makes; any other spelling of the same JSON is refused, for
    two spellings would be two hashes of one text.
    """
    text = _parse(canonical)
    bodies = {party["id"]: bodies_of(party, text) for party in text["parties"]}
    clauses = _clauses(text)
    first, last = lawful_days(text)
    return Policy(
        agreement=text["id"],
        text_hash=text_hash(canonical),
        in_force_from=first,
        until=last,
        legs=MappingProxyType(
            {name: _leg(name, leg, bodies, clauses, text=text) for name, leg in text["legs"].items()}
        ),
        title=text["title"]["nl"],
    )


def load_policy(canonical: bytes, *, expected_hash: str) -> Policy:
    """Compile a stored text after recomputing its hash; a text that was touched is refused."""
    found = text_hash(canonical)
    if found != expected_hash:
        raise SluisError(
            "text-tampered",
            msg(
                "De bewaarde tekst van de overeenkomst is niet de tekst die ondertekend is (vingerafdruk {expected}).",
                expected=expected_hash[:16],
            ),
            remedy=msg("Er wordt niets vrijgegeven. Verwittig de beheerder en de functionarissen van de partijen."),
            clause=Clause("AVG", "artikel 5, lid 1, f)"),
        )
    return compile_policy(canonical)


def _parse(canonical: bytes) -> dict[str, Any]:
    try:
        text = json.loads(canonical)
        is_canonical = rfc8785.dumps(text) == canonical
    except (ValueError, RecursionError):
        is_canonical, text = False, None
    if not is_canonical or not isinstance(text, dict) or text.get("format") != FORMAT:
        raise SluisError(
            "text-not-canonical",
            msg("Dit is geen overeenkomst in de vorm die ondertekend wordt (RFC 8785)."),
            remedy=msg("Maak de tekst met ‘sluis agreements draft’ en laat die ondertekenen."),
        )
    return text


# How a clause of the text is cited. The whole title would bury the article.
_INSTRUMENT_NAMES = {
    "protocol": "Protocol",
    "cooperation-agreement": "Samenwerkingsovereenkomst",
    "deliberation": "Beraadslaging",
    "authorisation": "Machtiging",
    "framework": "Kaderprotocol",
    "accession": "Toetreding",
    "regulation": "Reglement",
}


def _clauses(text: Mapping[str, Any]) -> Mapping[str, Clause]:
    articles = {**DEFAULT_ARTICLES, **text.get("articles", {})}
    articles["purpose"] = articles["purposes"]
    instrument = _INSTRUMENT_NAMES.get(text["instrument"], text["instrument"])
    return MappingProxyType({what: Clause(instrument, article) for what, article in articles.items()})


def _decided(text: Mapping[str, Any]) -> frozenset[str]:
    """Return the parties of whose board the text names a decision."""
    return frozenset(party["id"] for party in text["parties"] if party.get("decision"))


def _leg(
    name: str,
    leg: Mapping[str, Any],
    bodies: Mapping[str, frozenset[str]],
    clauses: Mapping[str, Clause],
    *,
    text: Mapping[str, Any],
) -> LegPolicy:
    return LegPolicy(
        name=name,
        kind=leg["kind"],
        # Whoever the text does not describe as a party is none, whatever body bears that name.
        senders=frozenset(body for party in leg["senders"] for body in bodies.get(party, ())),
        receivers=frozenset(body for party in leg["receivers"] for body in bodies.get(party, ())),
        source=leg.get("source"),
        answers=leg.get("answers"),
        purposes=frozenset(leg["purposes"]),
        subjects=_subjects(leg["subjects"]),
        items=MappingProxyType({item["name"]: _item(item) for item in leg["items"]}),
        channels=frozenset(leg["channels"]) - {NOT_STATED},
        periodicity=_periodicity(leg["periodicity"]),
        conditions=conditions_of(leg, text),
        roles=frozenset(leg["roles"]) - {NOT_STATED},
        clauses=clauses,
        facts_from=day_of(leg.get("facts_from")),
        pickup_days=leg.get("pickup_days"),
        stated=frozenset({"decision-attached"} if _decided(text) & {*leg["senders"], *leg["receivers"]} else ()),
    )


def _subjects(subjects: Mapping[str, Any]) -> SubjectScope:
    territory = subjects["territory"]
    age = subjects.get("age", {})
    return SubjectScope(
        category=subjects["category"],
        age_from=age.get("from"),
        age_to=age.get("to"),
        territory=_territory(territory),
        related=MappingProxyType({other["group"]: other["relation"] for other in subjects["related"]}),
    )


_PLACES: Mapping[str, Territory] = {"everywhere": "everywhere", "receiver": "receiver", "asker": "asker"}


def _territory(written: str | list[str]) -> Territory:
    """Return the agreed territory; one that nobody stated holds nobody."""
    if isinstance(written, list):
        return frozenset(written)
    return _PLACES.get(written, frozenset())


def _periodicity(periodicity: Mapping[str, Any]) -> Periodicity:
    # How often is not stated: the least, and a condition that refuses even that.
    kind: PeriodicityKind = "once" if periodicity["kind"] == NOT_STATED else periodicity["kind"]
    return Periodicity(kind, periodicity.get("times", 1 if kind == "once" else None))


def _item(item: Mapping[str, Any]) -> ItemPolicy:
    retention = item.get("retention", {})
    return ItemPolicy(
        name=item["name"],
        group=item["group"],
        retention_days=retention_days(retention),
        retention_anchor=retention.get("anchor", ""),
        special_category=item["special_category"] != "none",
    )


# The longest that a written period can last, so that two retentions compare.
_LONGEST = {"D": 1, "W": 7, "M": 31, "Y": 366}


def retention_days(retention: Mapping[str, Any]) -> int | None:
    """Return the most days that an item may be kept after its anchor: the shorter of period and day count."""
    period = retention.get("period")
    counts = [retention.get("at_most_days"), int(period[1:-1]) * _LONGEST[period[-1]] if period else None]
    return min((count for count in counts if count is not None), default=None)
