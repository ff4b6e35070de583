"""An agreement as linked data: an ODRL 2.2 policy with DPV terms, as JSON-LD that reads without fetching anything.

One permission per leg and item, so that a machine can compare what was agreed with what passes. The text itself stays
what counts: its hash stands in the document, and whatever ODRL has no word for is told in Dutch beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sluis.agreements.legs import Item, Leg
from sluis.agreements.model import Agreement, ContactOnBehalf, LegalGround, Purpose
from sluis.agreements.parties import Party
from sluis.agreements.vocabulary import Text
from sluis.register.model import Listed
from sluis.register.terms import CONDITION_ACTIONS, INSTRUMENT_CLASSES, context, gdpr_article

Node = dict[str, Any]


class Addresses:
    """Where things of the register stand for everyone; `base` is the public address without a slash at its end."""

    def __init__(self, base: str) -> None:
        self.base = base.rstrip("/")

    def agreement(self, code: str) -> str:
        """Return the address of an agreement or an offer: it never changes."""
        return f"{self.base}/register/{code}"

    def version(self, code: str, text_hash: str) -> str:
        """Return the address of one exact text."""
        return f"{self.base}/register/{code}/versies/{text_hash}"

    def offer(self, code: str) -> str:
        """Return the address of a standard agreement that can be completed."""
        return f"{self.base}/register/aanbod/{code}"

    def party(self, party: Party) -> str:
        """Return the address of a body: the government's own where its OVO code is known."""
        if party.ovo:
            return f"https://data.vlaanderen.be/id/organisatie/{party.ovo}"
        return f"{self.base}/register?partij={party.body or party.id}"


def agreement_document(text: Agreement, listed: Listed, *, text_hash: str, where: Addresses) -> Node:
    """Return the JSON-LD document of one published text of an agreement."""
    iri = where.agreement(listed.id)
    published = next(one.published_at for one in listed.versions if one.text_hash == text_hash)
    node = policy_node(text, iri=iri, kind="odrl:Agreement", where=where)
    node |= {
        "sluis:textHash": text_hash,
        "sluis:state": listed.state,
        "dct:issued": {"@type": "xsd:dateTime", "@value": published.isoformat()},
        "dct:hasVersion": [{"@id": where.version(listed.id, one.text_hash)} for one in listed.versions],
        "dct:modified": {"@type": "xsd:dateTime", "@value": listed.changed_at.isoformat()},
    }
    return {"@context": context(where.base), **node}


def policy_node(text: Agreement, *, iri: str, kind: str, where: Addresses) -> Node:
    """Return the policy of a text: an agreement between its parties, or an offer while parties are still open."""
    parties = {party.id: _party(party, where) for party in text.parties}
    node: Node = {
        "@id": iri,
        "@type": [kind, "dpv:LegalAgreement", INSTRUMENT_CLASSES[text.instrument]],
        "odrl:uid": {"@id": iri},
        "odrl:profile": {"@id": "sluis:profile"},
        "dct:title": _texts(text.title),
        "dct:conformsTo": text.concluded_under,
        "dpv:hasDataController": [parties[party.id] for party in text.parties if party.controller],
        "dpv:hasPurpose": [_purpose(one, iri) for one in text.purposes],
        "dpv:hasLegalBasis": [_ground(one, iri) for one in text.legal_grounds],
        "dpv:hasTechnicalOrganisationalMeasure": [
            {"@id": f"{iri}#maatregel-{one.code}", "@type": "dpv:TechnicalOrganisationalMeasure"} | _dutch(one.text)
            for one in text.security.measures
        ],
        "odrl:permission": [rule for code, leg in text.legs.items() for rule in _permissions(text, code, leg, iri)],
        "odrl:prohibition": [_no_onward(text, iri)],
        "odrl:obligation": [_contact(one, iri, parties) for one in text.contacts],
    }
    if text.summary:
        node["dct:description"] = _texts(text.summary)
    if text.template:
        node["dct:isVersionOf"] = {"@id": where.offer(text.template.agreement)}
    if text.supersedes:
        node["dct:replaces"] = {"@id": where.agreement(text.supersedes.agreement)}
    if text.framework:
        node["dct:isPartOf"] = {"@id": where.agreement(text.framework.agreement)}
    return {key: value for key, value in node.items() if value != []}


def _party(party: Party, where: Addresses) -> Node:
    name = party.name or party.id
    node: Node = {"@id": where.party(party), "@type": ["odrl:Party", "foaf:Organization"], "foaf:name": name}
    if party.dpo and party.dpo.email:
        officer = {"@type": "dpv:DataProtectionOfficer", "vcard:hasEmail": {"@id": f"mailto:{party.dpo.email}"}}
        node["dpv:hasDataProtectionOfficer"] = officer
    return node


def _purpose(purpose: Purpose, iri: str) -> Node:
    return {
        "@id": f"{iri}#doel-{purpose.code}",
        "@type": ["dpv:Purpose", "dpv:FulfilmentOfObligation"],
        "skos:prefLabel": _texts(purpose.text),
        "sluis:compatibility": {"@language": "nl", "@value": purpose.compatibility},
    }


def _ground(ground: LegalGround, iri: str) -> Node:
    articles = [term for term in map(gdpr_article, ground.gdpr) if term]
    node: Node = {"@id": f"{iri}#grond-{ground.code}", "@type": ["dpv:LegalBasis", *articles], **_dutch(ground.text)}
    node["dct:source"] = ", ".join(part for part in (ground.instrument, ground.article) if part)
    return node


def _permissions(text: Agreement, code: str, leg: Leg, iri: str) -> Iterator[Node]:
    for item in leg.items:
        yield {
            "@id": f"{iri}#{code}-{item.name}",
            "@type": "odrl:Permission",
            "odrl:target": _item(item, code, iri),
            "odrl:action": {"@id": "odrl:use"},
            "odrl:assigner": [_one(text, party) for party in leg.senders],
            "odrl:assignee": [_one(text, party) for party in leg.receivers],
            "odrl:constraint": list(_constraints(text, leg, iri)),
            "odrl:duty": list(_duties(leg, item, iri, code)),
        }


def _one(text: Agreement, code: str) -> Node:
    # The party itself is described under dpv:hasDataController; here its name within this text is enough.
    party = next(one for one in text.parties if one.id == code)
    return {"@type": "odrl:Party", "foaf:name": party.name or party.id, "dct:identifier": party.body or party.id}


def _item(item: Item, leg: str, iri: str) -> Node:
    kinds = ["odrl:Asset", "dpv:PersonalData"]
    if item.special_category != "none":
        kinds.append("dpv:SpecialCategoryPersonalData")
    return {
        "@id": f"{iri}#gegeven-{leg}-{item.name}",
        "@type": kinds,
        "dct:identifier": item.name,
        "skos:prefLabel": _texts(item.label),
        "sluis:justification": {"@language": "nl", "@value": item.justification},
        "dpv:hasStorageCondition": {"@type": "dpv:StorageDuration", **_dutch(item.retention.text)},
    }


def _constraints(text: Agreement, leg: Leg, iri: str) -> Iterator[Node]:
    purposes = [{"@id": f"{iri}#doel-{code}"} for code in leg.purposes]
    yield _constraint("purpose", "isAnyOf", purposes)
    yield _constraint("deliveryChannel", "isAnyOf", [{"@id": f"sluis:channel-{one}"} for one in leg.channels])
    if text.term.in_force_from:
        yield _constraint("dateTime", "gteq", _day(text.term.in_force_from.isoformat()))
    if text.term.until:
        yield _constraint("dateTime", "lteq", _day(text.term.until.isoformat()))
    if leg.periodicity.kind == "once":
        yield _constraint("count", "lteq", leg.periodicity.times or 1)
    if not isinstance(leg.subjects.territory, str):
        places = [{"@id": f"https://data.vlaanderen.be/id/gemeente/{nis}"} for nis in leg.subjects.territory]
        yield _constraint("spatial", "isAnyOf", places)


def _constraint(left: str, operator: str, right: object) -> Node:
    return {
        "@type": "odrl:Constraint",
        "odrl:leftOperand": {"@id": f"odrl:{left}"},
        "odrl:operator": {"@id": f"odrl:{operator}"},
        "odrl:rightOperand": right,
    }


def _duties(leg: Leg, item: Item, iri: str, code: str) -> Iterator[Node]:
    erase: Node = {"@type": "odrl:Duty", "odrl:action": {"@id": "odrl:delete"}, **_dutch(item.retention.text)}
    if item.retention.at_most_days or item.retention.period:
        length = item.retention.period or f"P{item.retention.at_most_days}D"
        erase["odrl:constraint"] = [
            _constraint("elapsedTime", "lteq", {"@type": "xsd:duration", "@value": _duration(length)})
        ]
    yield erase
    for condition in leg.conditions:
        action = CONDITION_ACTIONS.get(condition.code, f"sluis:{condition.code}")
        yield {
            "@id": f"{iri}#{code}-{item.name}-{condition.code}",
            "@type": "odrl:Duty",
            "odrl:action": {"@id": action},
            **_dutch(condition.text),
        }


def _duration(period: str) -> str:
    # XML Schema has no weeks.
    return f"P{int(period[1:-1]) * 7}D" if period.endswith("W") else period


def _no_onward(text: Agreement, iri: str) -> Node:
    return {
        "@id": f"{iri}#verdere-mededeling",
        "@type": "odrl:Prohibition",
        "odrl:action": {"@id": "odrl:distribute"},
        "odrl:target": {"@id": iri},
        **_dutch(text.onward_rule),
    }


def _contact(contact: ContactOnBehalf, iri: str, parties: Mapping[str, Node]) -> Node:
    return {
        "@id": f"{iri}#aanschrijven-{contact.code}",
        "@type": "odrl:Duty",
        "odrl:action": {"@id": "odrl:inform"},
        "odrl:assignee": parties[contact.by],
        **_dutch(f"{contact.to} {contact.message} {contact.then}"),
    }


def _texts(text: Text) -> list[Node]:
    written = {"nl": text.nl, "fr": text.fr, "en": text.en, "de": text.de}
    return [{"@language": code, "@value": words} for code, words in written.items() if words]


def _dutch(words: str) -> Node:
    return {"dct:description": {"@language": "nl", "@value": words}}


def _day(day: str) -> Node:
    return {"@type": "xsd:date", "@value": day}
