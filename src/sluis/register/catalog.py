"""The feed of the register: a DCAT catalogue, one dataset per offered flow of data, with the policy that opens it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sluis.agreements.legs import Leg
from sluis.agreements.model import Agreement
from sluis.register.linked import Addresses, Node, agreement_document, policy_node
from sluis.register.model import Entry
from sluis.register.terms import FREQUENCIES, LANGUAGE_NL, NON_PUBLIC, context


def agreements_feed(entries: Sequence[Entry], *, where: Addresses, here: str, following: str | None) -> Node:
    """Return one page of the agreements in force: each with its policy and a dataset per flow that it opens."""
    agreements = [
        agreement_document(entry.text, entry.listed, text_hash=entry.listed.text_hash, where=where)
        for entry in entries
        if entry.text is not None
    ]
    datasets = [
        dataset
        for entry in entries
        if entry.text is not None
        for dataset in _datasets(entry.text, policy=where.agreement(entry.listed.id))
    ]
    for agreement in agreements:
        del agreement["@context"]
    page: Node = {"@id": here, "@type": "hydra:PartialCollectionView"}
    if following:
        page["hydra:next"] = {"@id": following}
    return _catalog(where, "Overeenkomsten van kracht", f"{where.base}/register/van-kracht", datasets, agreements, page)


def offers_feed(templates: Iterable[Agreement], *, where: Addresses) -> Node:
    """Return what a body can join: the standard agreements as ODRL offers, and the flows of data that they open."""
    texts = sorted(templates, key=lambda text: text.id)
    offers = [policy_node(text, iri=where.offer(text.id), kind="odrl:Offer", where=where) for text in texts]
    datasets = [dataset for text in texts for dataset in _datasets(text, policy=where.offer(text.id))]
    here = f"{where.base}/register/aanbod"
    page: Node = {"@id": f"{here}.jsonld", "@type": "hydra:PartialCollectionView"}
    return _catalog(where, "Aanbod van gegevens", here, datasets, offers, page)


def _catalog(
    where: Addresses, title: str, iri: str, datasets: Sequence[Node], policies: Sequence[Node], page: Node
) -> Node:
    catalog: Node = {
        "@id": iri,
        "@type": ["dcat:Catalog", "hydra:Collection"],
        "dct:title": {"@language": "nl", "@value": title},
        "dct:description": {
            "@language": "nl",
            "@value": "Wie in de Vlaamse welzijnssector welke persoonsgegevens deelt, en onder welke overeenkomst.",
        },
        "dct:publisher": {"@id": where.base, "@type": "foaf:Organization", "foaf:name": "Sluis"},
        "dct:language": {"@id": LANGUAGE_NL},
        "dcat:dataset": [{"@id": dataset["@id"]} for dataset in datasets],
        "hydra:view": page,
    }
    return {"@context": context(where.base), "@graph": [catalog, *datasets, *policies]}


def _datasets(text: Agreement, *, policy: str) -> Iterator[Node]:
    for code, leg in text.legs.items():
        if leg.kind != "request":
            yield _dataset(text, code, leg, policy)


def _dataset(text: Agreement, code: str, leg: Leg, policy: str) -> Node:
    names = {party.id: party.name or party.id for party in text.parties}
    return {
        "@id": f"{policy}#stroom-{code}",
        "@type": "dcat:Dataset",
        "dct:title": {"@language": "nl", "@value": f"{text.title.nl} ({code})"},
        "dct:description": {"@language": "nl", "@value": leg.text},
        "dct:identifier": f"{text.id}/{code}",
        "dct:publisher": [{"@type": "foaf:Organization", "foaf:name": names[sender]} for sender in leg.senders],
        "dct:accessRights": {"@id": NON_PUBLIC},
        "dct:accrualPeriodicity": {"@id": FREQUENCIES[leg.periodicity.kind]},
        "dcat:keyword": [{"@language": "nl", "@value": item.label.nl} for item in leg.items],
        "dcat:landingPage": {"@id": policy},
        "odrl:hasPolicy": {"@id": policy},
    }
