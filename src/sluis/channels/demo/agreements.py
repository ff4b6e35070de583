"""The demo's agreements: completed from the standard agreement, advised, signed by all, published."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sluis.agreements import store
from sluis.agreements.actions import draft_agreement, publish_agreement, sign_agreement
from sluis.agreements.catalogue import example_completion, template
from sluis.agreements.completion import Completion, complete
from sluis.agreements.model import Agreement
from sluis.agreements.parties import Advice
from sluis.agreements.text import draft_hash
from sluis.agreements.yamlfile import read_yaml
from sluis.database import Connection
from sluis.kernel.kbo import format_kbo
from sluis.kernel.territory import Body, find_body, nis_of

TEMPLATE = "sociale-toeslag-lijst"
SENDER = "opgroeien-regie"


def next_code(connection: Connection, body: Body, day: date) -> str:
    """Return a code that no agreement has yet: the demo can be run again and again."""
    stem = f"sociale-toeslag-{body.id.partition('-')[2]}-{day.year}"
    taken = {row.id for row in store.list_agreements(connection)}
    return next(code for number in range(1, 10_000) if (code := f"{stem}-{number}") not in taken)


def completed(code: str, body: Body, *, day: date) -> Agreement:
    """Return the standard agreement as this body completes it, with the advice of both DPOs."""
    answers: Any = read_yaml(example_completion(TEMPLATE))[0].value
    name, nis = body.name, nis_of(body, day)
    own = answers["parties"]["lokaal-bestuur"]
    place = name.partition(" ")[2]
    answers["parties"]["lokaal-bestuur"] = _renamed(own, "Wingene", place) | {
        "name": name,
        "body": body.id,
        "kbo": format_kbo(body.kbo),
        "nis": nis,
        "dpo": {"name": f"Functionaris voor gegevensbescherming van {place} (fictief)", "email": "dpo@bestuur.example"},
    }
    answers |= {"agreement": code, "term": {"in_force_from": day, "until": date(day.year + 1, day.month, 1)}}
    answers["legs"]["answer"]["facts_from"] = date(day.year - 1, 1, 1)
    agreement = complete(template(TEMPLATE), Completion.model_validate(answers))
    if isinstance(agreement, list):
        raise ValueError("; ".join(str(problem.what) for problem in agreement))
    advices = [
        Advice(party=party, by=f"{party} (fictief)", date=day, verdict="favourable", draft_hash=draft_hash(agreement))
        for party in ("lokaal-bestuur", SENDER)
    ]
    return agreement.model_copy(update={"advices": tuple(advices)})


def bring_into_force(connection: Connection, agreement: Agreement, body: Body, *, signatory: str, at: datetime) -> str:
    """Draft, sign for both parties and publish; return the hash of the text."""
    drafted = draft_agreement(connection, agreement=agreement, party=body.id, by=signatory, at=at)
    for party, by in ((body.id, signatory), (SENDER, "opgroeien-signatory")):
        sign_agreement(connection, agreement=drafted.agreement, text_hash=drafted.text_hash, party=party, by=by, at=at)
    publish_agreement(connection, agreement=drafted.agreement, party=SENDER, by="opgroeien-signatory", at=at)
    return drafted.text_hash


def body_of(party: str) -> Body:
    """Return the local authority with this id."""
    body = find_body(party)
    if body is None:
        raise ValueError(f"no local authority is called {party}")
    return body


def _renamed(value: Any, old: str, new: str) -> Any:  # noqa: ANN401 - any value that YAML can hold
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, dict):
        return {key: _renamed(one, old, new) for key, one in value.items()}
    return [_renamed(one, old, new) for one in value] if isinstance(value, list) else value
