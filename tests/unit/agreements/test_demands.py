"""Each demand that a real arrangement makes is met by a field with a type of its own, not by a sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from sluis.agreements.catalogue import template
from sluis.agreements.legs import Leg
from sluis.agreements.model import Agreement
from sluis.agreements.parties import Party, SecurityEvaluation
from sluis.agreements.policy import LegPolicy
from sluis.agreements.text import policy_of

Met = Callable[[Agreement], object]


def leg(agreement: Agreement) -> Leg:
    return next(iter(agreement.legs.values()))


def compiled(agreement: Agreement) -> LegPolicy:
    return next(iter(policy_of(agreement).legs.values()))


def the(agreement: Agreement, party: str) -> Party:
    found = agreement.party(party)
    assert found is not None
    return found


# Digest, demand -> the text that shows it, and what must be true of it.
DEMANDS: dict[tuple[str, str], tuple[str, Met]] = {
    ("P01-GKB-WVG-2020", "n-ary symmetric parties"): (
        "gemeenschappelijk-klantenbestand",
        lambda text: len(compiled(text).senders) == 6 and compiled(text).senders == compiled(text).receivers,
    ),
    ("P01-GKB-WVG-2020", "retention anchored on an event of the data subject's role"): (
        "gemeenschappelijk-klantenbestand",
        lambda text: all(
            (item.retention_anchor, item.retention_days) == ("role-ends", 3660)
            for item in compiled(text).items.values()
        ),
    ),
    ("P01-GKB-WVG-2020", "deadlines in working days"): (
        "gemeenschappelijk-klantenbestand",
        lambda text: (
            [(one.number, one.unit) for one in (text.quality.correct_within, text.quality.feedback_within) if one]
            == [(5, "working-days"), (2, "working-days")]
        ),
    ),
    ("P01-GKB-WVG-2020", "onward sharing rule"): (
        "gemeenschappelijk-klantenbestand",
        lambda text: all(
            len(one.notice_to or ()) == 6 and len(one.notice_by or ()) == 6 and one.own_protocol for one in text.onward
        ),
    ),
    ("P01-GKB-WVG-2020", "per-party DPO advice with date"): (
        "gemeenschappelijk-klantenbestand",
        lambda text: {one.party for one in text.advices} == {one.id for one in text.parties},
    ),
    ("P01-GKB-WVG-2020", "one signatory for several parties"): (
        "gemeenschappelijk-klantenbestand",
        lambda text: sorted(len(one.signs_for) for one in text.signatories) == [1, 1, 2, 2],
    ),
    ("P02-OPGROEIEN-SOCIALE-TOESLAG-COVID", "two-legged exchange request+response"): (
        "sociale-toeslag-covid-2020",
        lambda text: (
            [one.kind for one in text.legs.values()] == ["request", "answer"]
            and text.legs["antwoord"].answers == "vraag"
        ),
    ),
    ("P02-OPGROEIEN-SOCIALE-TOESLAG-COVID", "precondition documents"): (
        "sociale-toeslag-covid-2020",
        lambda text: all(one.needed_before == "signature" for one in text.documents) and len(text.documents) == 3,
    ),
    ("P02-OPGROEIEN-SOCIALE-TOESLAG-COVID", "out-of-band key"): (
        "sociale-toeslag-covid-2020",
        lambda text: (
            text.security.key_exchange
            and text.security.key_exchange.out_of_band
            and "key-set-by-dpos" in policy_of(text).legs["vraag"].conditions
        ),
    ),
    ("P02-OPGROEIEN-SOCIALE-TOESLAG-COVID", "one-off validity"): (
        "sociale-toeslag-covid-2020",
        lambda text: (compiled(text).periodicity.kind, compiled(text).periodicity.times) == ("once", 1),
    ),
    ("P02-OPGROEIEN-SOCIALE-TOESLAG-COVID", "receiver duty to filter"): (
        "sociale-toeslag-covid-2020",
        lambda text: "filter-on-receipt" in policy_of(text).legs["antwoord"].conditions,
    ),
    ("P02-OPGROEIEN-SOCIALE-TOESLAG-COVID", "citizen information duty"): (
        "sociale-toeslag-covid-2020",
        lambda text: "citizens-informed" in policy_of(text).legs["antwoord"].conditions,
    ),
    ("P05-VUTG-FAMILY-PROEF", "parametrised protocol instance from a template"): (
        "family-proef-geboortevoordeel",
        lambda text: text.is_template and text.offer and len(text.choices or ()) == 5,
    ),
    ("P05-VUTG-FAMILY-PROEF", "attached regulation as precondition"): (
        "family-proef-geboortevoordeel",
        lambda text: (
            any(one.needed_before == "first-exchange" for one in text.documents)
            and "decision-attached" in compiled(text).conditions
        ),
    ),
    ("P05-VUTG-FAMILY-PROEF", "cost terms"): ("family-proef-geboortevoordeel", lambda text: text.cost_terms),
    ("P05-VUTG-FAMILY-PROEF", "frequency chosen by receiver"): (
        "family-proef-geboortevoordeel",
        lambda text: leg(text).periodicity.chosen_by == "lokaal-bestuur",
    ),
    ("P06-VUTG-CONTACT-NAMENS-GEMEENTE", "exchange without disclosure (match and mail)"): (
        "contact-namens-gemeente",
        lambda text: text.contacts and policy_of(text).legs == {},
    ),
    ("P06-VUTG-CONTACT-NAMENS-GEMEENTE", "citizen-initiated disclosure as second step"): (
        "contact-namens-gemeente",
        lambda text: text.contacts[0].second_step and text.contacts[0].second_step.to == "gemeente",
    ),
    ("P07-KINDEROPVANG-KINDEROPVANGTOESLAG", "matching without national number"): (
        "kinderopvangtoeslag-gegevens",
        lambda text: (
            "insz" not in leg(text).subjects.identified_by and "matching-without-number" in compiled(text).conditions
        ),
    ),
    ("P07-KINDEROPVANG-KINDEROPVANGTOESLAG", "period-bound quantities"): (
        "kinderopvangtoeslag-gegevens",
        lambda text: (
            [(one.quantity.unit, one.quantity.per, one.quantity.over) for one in leg(text).items if one.quantity]
            == [("hours", "day", "previous-month")]
        ),
    ),
    ("P07-KINDEROPVANG-KINDEROPVANGTOESLAG", "stop condition (school start)"): (
        "kinderopvangtoeslag-gegevens",
        lambda text: (
            (stop := leg(text).stop)
            and (stop.on, stop.told_by) == ("school-start", "school-start")
            and "stop-kept" in compiled(text).conditions
        ),
    ),
    ("P08-AGODI-KINDENGEZIN-AANWEZIGHEDEN", "authorisation type other than protocol"): (
        "agodi-aanwezigheden",
        lambda text: text.instrument == "authorisation" and text.authority and text.number,
    ),
    ("P08-AGODI-KINDENGEZIN-AANWEZIGHEDEN", "legal basis = draft law with future start"): (
        "agodi-aanwezigheden",
        lambda text: "draft" in {one.status for one in text.legal_grounds},
    ),
    ("P08-AGODI-KINDENGEZIN-AANWEZIGHEDEN", "superseding an earlier receiver"): (
        "agodi-aanwezigheden",
        lambda text: [one.by for one in text.receiver_successions or ()] == ["kind-en-gezin"],
    ),
    ("P09-AGODI-VAZG-ARMOEDE", "versioned amendment of an arrangement"): (
        "agodi-armoede-beleidsinformatie",
        lambda text: [str(one.date) for one in text.amendments or ()] == ["2014-05-14", "2014-12-10"],
    ),
    ("P09-AGODI-VAZG-ARMOEDE", "statistics-only purpose"): (
        "agodi-armoede-beleidsinformatie",
        lambda text: {one.use for one in text.purposes} == {"statistics"},
    ),
    ("P10-WONEN-OCMW-HUURPREMIE", "two senders"): ("huurpremie-ocmw", lambda text: len(compiled(text).senders) == 2),
    ("P10-WONEN-OCMW-HUURPREMIE", "class of receivers"): (
        "huurpremie-ocmw",
        lambda text: compiled(text).receivers == {"kind:ocmw"},
    ),
    ("P10-WONEN-OCMW-HUURPREMIE", "third-party requester"): (
        "huurpremie-ocmw",
        lambda text: (
            the(text, "pod-mi").capacities == ("requester",)
            and not {"pod-mi"} & (compiled(text).senders | compiled(text).receivers)
        ),
    ),
    ("P10-WONEN-OCMW-HUURPREMIE", "federal+Flemish mix"): (
        "huurpremie-ocmw",
        lambda text: {one.jurisdiction for one in text.parties} == {"flemish", "local", "federal"},
    ),
    ("P11-AGODI-LOP-PERSPECTIVE", "receiver outside Flemish community"): (
        "lop-perspective-onderzoek",
        lambda text: the(text, "perspective-brussels").jurisdiction == "brussels",
    ),
    ("P11-AGODI-LOP-PERSPECTIVE", "one-off"): (
        "lop-perspective-onderzoek",
        lambda text: compiled(text).periodicity.kind == "once",
    ),
    ("P11-AGODI-LOP-PERSPECTIVE", "research safeguards"): (
        "lop-perspective-onderzoek",
        lambda text: text.purposes[0].safeguards and "research-safeguards" in compiled(text).conditions,
    ),
    ("P12-ONDERWIJS-VDAB-SCHOOLVERLATERS", "security evaluation per party with date"): (
        "schoolverlaters-vdab",
        lambda text: (
            len(text.documents) == 4
            and Party.model_fields["security_evaluations"].annotation == tuple[SecurityEvaluation, ...]
            and SecurityEvaluation.model_fields["date"].is_required()
        ),
    ),
    ("P14-EBIRTH", "deadline clock"): (
        "ebirth",
        lambda text: (
            [
                (one.within.number, one.within.unit, one.within.or_next_working_day, one.counts_from)
                for one in text.legs["kennisgeving"].deadlines
            ]
            == [(24, "hours", True, "de geboorte"), (15, "days", None, "de geboorte")]
        ),
    ),
    ("P14-EBIRTH", "split of one event over receivers with different item sets"): (
        "ebirth",
        lambda text: (
            {one.event for one in text.legs.values()} == {"geboorte"}
            and len({frozenset(one.items) for one in policy_of(text).legs.values()}) == 3
            and len({one.receivers for one in policy_of(text).legs.values()}) == 3
        ),
    ),
    ("P14-EBIRTH", "source-of-truth overlap with P04"): (
        "ebirth",
        lambda text: any("geboorten-materniteit" in one.arrangement for one in text.overlaps or ()),
    ),
    ("P15-ABB-REGISTER", "framework protocol with accession statements"): (
        "abb-rrf-kader",
        lambda text: text.instrument == "framework" and text.joining and text.joining.party == "toetreders",
    ),
    ("P15-ABB-REGISTER", "pseudonymised delivery class"): (
        "abb-agii-inburgering",
        lambda text: leg(text).form == "pseudonymised" and "pseudonymised-delivery" in compiled(text).conditions,
    ),
    ("P15-ABB-REGISTER", "private/university receiver"): (
        "abb-csb-migratieonderzoek",
        lambda text: the(text, "csb").kind == "research" and the(text, "csb").capacities == ("receiver",),
    ),
    ("P16-TIELT-WINGE-REGISTER", "citizen-facing public register per municipality"): (
        "tielt-winge-ecowerf",
        lambda text: [one.by for one in text.publication] == ["tielt-winge"],
    ),
    ("P16-TIELT-WINGE-REGISTER", "general authorisation with beneficiary list"): (
        "patrimonium-vlaamse-steden",
        lambda text: (
            (listed := the(text, "steden").beneficiaries)
            and [one.body for one in listed.listed] == ["gemeente-tielt-winge"]
        ),
    ),
    ("P16-TIELT-WINGE-REGISTER", "council date as approval"): (
        "tielt-winge-cjm",
        lambda text: (decision := the(text, "tielt-winge").decision) and str(decision.date) == "2022-04-01",
    ),
}


def test_every_demand_of_the_digest_is_shown(shared: Path) -> None:
    read = yaml.safe_load((shared / "cases" / "protocols.yaml").read_text(encoding="utf-8"))
    demanded = {(digest["id"], demand) for digest in read["protocols"] for demand in digest["model_demand"]}
    assert DEMANDS.keys() == demanded


@pytest.mark.parametrize(("digest", "demand"), DEMANDS, ids=str)
def test_a_demand_is_met_by_a_typed_field(digest: str, demand: str) -> None:
    code, met = DEMANDS[digest, demand]
    assert met(template(code))
