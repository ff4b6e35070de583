"""The advice of a party's data protection officer, on one exact version of the text.

The advice becomes part of the text that is signed and published; the text without its advices keeps its fingerprint, so
both officers advise on the same thing and any other change voids what they said. Advice is advice (article 39 GDPR, and
the decree asks that it be given, not that it be favourable): an unfavourable one does not block, but the party of that
officer signs only with a written reason (docs/decisions/agreements-advice-is-advice.md).
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sluis.agreements import lifestore, store
from sluis.agreements.effects import current_preparing
from sluis.agreements.lifecycle import COMPLETED, check_transition
from sluis.agreements.missing import what_is_missing
from sluis.agreements.model import Agreement
from sluis.agreements.parties import Advice
from sluis.agreements.replacing import replace_text
from sluis.agreements.steps import (
    PROTOCOL,
    Done,
    Step,
    check_is_party,
    check_names_nobody,
    day_of,
    move,
)
from sluis.agreements.text import draft_hash, from_canonical
from sluis.agreements.texts import signing_bodies
from sluis.database import Connection
from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause
from sluis.kernel.text import msg

Verdict = Literal["favourable", "with-remarks", "unfavourable"]
_OFFICER = Clause("AVG", "artikel 39, lid 1, a)")


def advise_agreement(
    connection: Connection,
    *,
    agreement: str,
    version: str,
    party: str,
    verdict: Verdict,
    remarks: str | None = None,
    by: str,
    name: str | None = None,
    at: datetime,
) -> Done:
    """Give the advice of a party's officer on the text whose fingerprint without advices is `version`.

    `name` is the officer or service that stands in the text, else `by`. A later advice of the same party replaces its
    earlier one in the text; the earlier one stays in the history. With the last advice that was asked for the text is
    advised. Anything but a favourable advice says why.
    """
    check_names_nobody(f"{remarks or ''}\n{name or ''}")
    subject = current_preparing(connection, agreement, at)
    check_transition(subject.state, "advise", who="dpo")
    text = from_canonical(store.read_text(connection, subject.text_hash))
    if version != draft_hash(text):
        raise SluisError(
            "another-version",
            msg("Het advies gaat over een andere versie van de tekst."),
            remedy=msg("Lees de tekst met vingerafdruk {hash}… en geef daarover advies.", hash=draft_hash(text)[:16]),
            clause=PROTOCOL,
        )
    if verdict != "favourable" and not (remarks or "").strip():
        raise SluisError(
            "remarks-missing",
            msg("Een advies dat niet zonder meer gunstig is, zegt waarom."),
            remedy=msg("Schrijf uw opmerkingen bij het advies."),
            clause=_OFFICER,
        )
    own = _own_name(text, party)
    given = Advice(
        party=own, by=name or by, date=day_of(at), verdict=verdict, draft_hash=version, remarks=remarks or None
    )
    advised = text.model_copy(update={"advices": (*(one for one in text.advices if one.party != own), given)})
    row = lifestore.AdviceRow(version, party, verdict, remarks, by, at)
    lifestore.add_advice(connection, agreement=agreement, advice=row)
    changed = replace_text(connection, subject, advised, at=at)
    is_last = subject.state == COMPLETED and not [one for one in what_is_missing(advised) if one.code == "advice"]
    lifestore.came(connection, agreement=agreement, what="advice", party=party)
    if is_last:
        lifestore.await_all(connection, agreement=agreement, what="signature", parties=signing_bodies(advised), at=at)
    step = Step("advise_last" if is_last else "advise", party, by, at, reason=remarks, code=f"advice-{verdict}")
    return move(connection, changed, step, who="dpo")


def check_follows_advice(text: Agreement, party: str, reason: str | None) -> None:
    """Refuse a signature against the advice of the party's own officer without a written reason."""
    names = {one.id for one in text.parties if one.body == party}
    against = [one for one in text.advices if one.party in names and one.verdict == "unfavourable"]
    if against and not (reason or "").strip():
        raise SluisError(
            "advice-unfavourable",
            msg("De functionaris voor gegevensbescherming van uw bestuur gaf een ongunstig advies."),
            remedy=msg("Pas de tekst aan, of schrijf bij de handtekening waarom u van het advies afwijkt."),
            clause=_OFFICER,
        )


def awaited_advices(text: Agreement) -> frozenset[str]:
    """Return the bodies of which the officer must still advise on the text."""
    bodies = {party.id: party.body for party in text.parties}
    found = (bodies.get(one.who) for one in what_is_missing(text) if one.code == "advice")
    return frozenset(body for body in found if body is not None)


def _own_name(text: Agreement, party: str) -> str:
    names = [one.id for one in text.parties if one.body == party]
    check_is_party(party, frozenset(one.body for one in text.parties if one.body is not None))
    return names[0]
