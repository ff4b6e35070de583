"""The open duties of agreements: who must do what by when, counted in the working days of that authority.

No law that could be read names a term for an advice, a signature or a publication: those terms are the house's own, so
that nothing is forgotten, and nothing lapses when they pass. A notice, a term and the end of a law are days of law.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from sluis.agreements.causes import GROUND, MERGER, NOTICE_GIVEN, PROTOCOL, TERM
from sluis.agreements.duties import Duty, in_order
from sluis.agreements.pipelinestore import Due, due_rows
from sluis.agreements.steps import acting_for
from sluis.database import Connection
from sluis.kernel.outcome import Clause
from sluis.kernel.territory import bodies, find_body
from sluis.kernel.text import Message, msg
from sluis.kernel.working_days import add_working_days, calendar_of

END_NEAR_DAYS = 60
"""How many days before its end an agreement is on the worklist."""

_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Rule:
    """What a kind of duty asks: of which role, within how many working days of the party, and where it stands."""

    role: str | None
    working_days: int
    what: Message
    clause: Clause


RULES: Mapping[str, Rule] = {
    "advice": Rule("dpo", 10, msg("Geef advies over de tekst van deze overeenkomst."), PROTOCOL),
    "signature": Rule("signatory", 20, msg("Onderteken de tekst van deze overeenkomst."), PROTOCOL),
    "signature-anew": Rule(
        "signatory", 20, msg("Onderteken deze overeenkomst namens het nieuwe bestuur, of laat ze eindigen."), MERGER
    ),
    "publication": Rule("officer", 5, msg("Alle partijen ondertekenden: maak de overeenkomst bekend."), PROTOCOL),
    "notice-runs": Rule("signatory", 0, msg("Deze overeenkomst is opgezegd en eindigt op deze dag."), NOTICE_GIVEN),
    "ground-ends": Rule("dpo", 0, msg("Na deze dag is er geen rechtsgrond meer: de overeenkomst eindigt."), GROUND),
    "end-near": Rule(
        "officer", 0, msg("De looptijd eindigt op deze dag. Verleng de overeenkomst als dat nodig is."), TERM
    ),
    "law-changed": Rule("dpo", 10, msg("Een rechtsgrond van deze overeenkomst is gewijzigd: kijk ze na."), GROUND),
    "offer": Rule("officer", 20, msg("Er is u een standaardovereenkomst aangeboden: vul ze in."), PROTOCOL),
}


def duties(
    connection: Connection,
    *,
    party: str | None = None,
    role: str | None = None,
    day: date,
    limit: int = 50,
    offset: int = 0,
) -> Sequence[Duty]:
    """Return the open duties on the day, the earliest due first; of one party and one role where given.

    What a merged municipality had to do is asked of the body that took it over.
    """
    parties = None if party is None else [party, *_absorbed(party, day)]
    rows = due_rows(connection, parties=parties, day=day, near_days=END_NEAR_DAYS, most=_MOST)
    found = [duty_of(row, day) for row in rows]
    return in_order(duty for duty in found if role is None or duty.role in (None, role))[offset : offset + limit]


def duty_of(row: Due, day: date) -> Duty:
    """Return the duty of something that is awaited, with its last day, for who must do it on the day. Pure."""
    rule = RULES[row.code]
    due = row.due or due_after(row.party, row.since, rule.working_days)
    return Duty(row.code, row.agreement, _now(row.party, day), rule.role, rule.what, due, rule.clause, row.since)


@lru_cache(maxsize=4096)
def _now(party: str, day: date) -> str:
    return next(iter(acting_for(frozenset({party}), day) - {party}), party)


@lru_cache(maxsize=4096)
def _absorbed(party: str, day: date) -> tuple[str, ...]:
    return tuple(body.id for body in bodies() if body.ended_on is not None and _now(body.id, day) == party)


@lru_cache(maxsize=65_536)
def due_after(party: str, since: date, working_days: int) -> date:
    """Return the last day of a term that began on a day, in the calendar of the party; agencies follow Flanders'."""
    body = find_body(party)
    kind: Literal["municipality", "ocmw", "flemish"] = body.kind if body is not None else "flemish"
    return add_working_days(since, working_days, calendar_of(kind, party))


class AgreementDuties:
    """The agreements' own part of every worklist: a `DutySource`."""

    def duties(
        self,
        connection: Connection,
        *,
        party: str | None = None,
        role: str | None = None,
        day: date,
        limit: int = 50,
        offset: int = 0,
    ) -> Sequence[Duty]:
        """Return the open duties of agreements."""
        return duties(connection, party=party, role=role, day=day, limit=limit, offset=offset)
