"""Agreements brought to any point of their life, for the tests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sluis.agreements import store
from sluis.agreements.actions import Done, draft_agreement, publish_agreement, sign_agreement
from sluis.agreements.model import Agreement
from sluis.agreements.standing import AgreementState
from sluis.agreements.text import plain
from sluis.database import Connection
from sluis.kernel.territory import find_body, nis_of
from tests.unit.agreements.samples import advised, an_agreement

NOW = datetime(2026, 1, 20, 9, tzinfo=UTC)
WINGENE, OPGROEIEN = "gemeente-wingene", "opgroeien-regie"


def text(code: str = "overeenkomst", *, body: str | None = None, **term: Any) -> Agreement:
    """Return the example under a code, for another body, with another term; complete and advised."""
    raw = plain(an_agreement()) | {"id": code, "advices": []}
    if body is not None:
        known = find_body(body)
        assert known is not None
        nis = nis_of(known, term.get("in_force_from", NOW.date()))
        raw["parties"][1] |= {"body": body, "name": known.name, "kbo": known.kbo, "nis": nis}
    raw["term"] |= term
    if first := raw["term"].get("in_force_from"):
        raw["parties"][1]["decision"]["date"] = str(min(str(first), raw["parties"][1]["decision"]["date"]))
    made = Agreement.model_validate({key: value for key, value in raw.items() if value is not None})
    day = min(date(2026, 1, 5), made.term.in_force_from or date(2026, 1, 5))
    return made.model_copy(
        update={"advices": tuple(one.model_copy(update={"date": day}) for one in advised(made).advices)}
    )


def sign_all(connection: Connection, agreement: Agreement, *, at: datetime = NOW, digest: str = "") -> Done:
    """Sign for both parties and return the last step."""
    for body in [party.body or "" for party in agreement.parties]:
        done = sign_agreement(connection, agreement=agreement.id, text_hash=digest, party=body, by="an", at=at)
    return done


def conclude(connection: Connection, agreement: Agreement, *, at: datetime = NOW) -> Done:
    """Draft, sign for both and publish."""
    drafted = draft_agreement(connection, agreement=agreement, party=OPGROEIEN, by="jan", at=at)
    sign_all(connection, agreement, at=at, digest=drafted.text_hash)
    return publish_agreement(connection, agreement=agreement.id, party=OPGROEIEN, by="jan", at=at)


def state_of(connection: Connection, agreement: str) -> AgreementState:
    """Return the stored state."""
    found = store.read_state(connection, agreement)
    assert found is not None
    return found


def events_of(connection: Connection, agreement: str) -> list[str]:
    """Return what happened, oldest first."""
    return [event.event for event in store.events(connection, agreement)]


def on(year: int, month: int, day: int) -> datetime:
    """Return nine in the morning of a day."""
    return datetime(year, month, day, 9, tzinfo=UTC)
