"""The demo's maternity: fictional hospitals with their agreement in force, and a local team that receives births."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from sluis.agreements.actions import draft_agreement, publish_agreement, sign_agreement
from sluis.agreements.catalogue import template
from sluis.agreements.completion import Completion, complete
from sluis.agreements.model import Agreement
from sluis.agreements.parties import Advice
from sluis.agreements.store import PartyRow, add_party
from sluis.agreements.text import draft_hash
from sluis.births.house import RECEIVER
from sluis.database import Connection
from sluis.gate.conditions import Condition, record_condition
from sluis.ledger.persons import PersonSecret

TEMPLATE: Final = "geboorten-materniteit"
_FOLLOWED: Final = "Het ziekenhuis geeft de clausule mee bij de inschrijving in de materniteit (fictief)."


def hospital_agreement(code: str, hospital: str, name: str, *, day: date) -> Agreement:
    """Return the standard agreement as a fictional hospital completes it, with the advice of both officers."""

    answers: dict[str, Any] = {
        "format": "sluis-completion/1",
        "template": TEMPLATE,
        "agreement": code,
        "parties": {
            "ziekenhuis": {
                "name": name,
                "body": hospital,
                "kbo": "0999999922",
                "dpo": {"name": f"Functionaris voor gegevensbescherming van {name}", "email": "dpo@ziekenhuis.example"},
                "security_plan": {"text": "Informatieveiligheidsplan (fictief).", "approved_on": date(day.year, 1, 5)},
                "processing_register": "Verwerking ‘mededeling van geboorten’ (fictief).",
                "citizen_information": _FOLLOWED,
                "processors": [],
            },
        },
        "signatories": {
            "ziekenhuis": {"name": "Odette Maes (fictief)", "function": "algemeen directeur"},
            RECEIVER: {"name": "Jan Janssens (fictief)"},
        },
        "legal_grounds": {"oprichtingsdecreet": {"article": "door de functionarissen na te gaan; fictief voorbeeld"}},
        "term": {"in_force_from": day},
        "legs": {"geboorte": {"retention_days": 365}},
    }

    made = complete(template(TEMPLATE), Completion.model_validate(answers))
    if isinstance(made, list):
        raise ValueError("; ".join(f"{problem.path}: {problem.what}" for problem in made))
    advices = tuple(
        Advice(party=party, by=f"{party} (fictief)", date=day, verdict="favourable", draft_hash=draft_hash(made))
        for party in ("ziekenhuis", RECEIVER)
    )
    return made.model_copy(update={"advices": advices})


def settle_hospital(
    connection: Connection, hospital: str, name: str, *, day: date, at: datetime, secrets: PersonSecret
) -> Agreement:
    """Register a fictional hospital and bring its agreement into force, signed by both; return the agreement."""
    add_party(connection, PartyRow(hospital, "hospital", name, None, None, "nl", None))
    agreement = hospital_agreement(f"geboorten-{hospital}", hospital, name, day=day)
    drafted = draft_agreement(connection, agreement=agreement, party=hospital, by=f"{hospital}-signatory", at=at)
    for party, by in ((hospital, f"{hospital}-signatory"), (RECEIVER, "opgroeien-signatory")):
        sign_agreement(connection, agreement=agreement.id, text_hash=drafted.text_hash, party=party, by=by, at=at)
    publish_agreement(connection, agreement=agreement.id, party=RECEIVER, by="opgroeien-signatory", at=at)
    record_condition(
        connection,
        Condition(agreement.id, hospital, "citizens-informed"),
        evidence=_FOLLOWED,
        by=f"{hospital}-signatory",
        at=at,
        correlation=f"settle-{hospital}",
        secrets=secrets,
    )
    return agreement
