"""Deciding on a claim: a plan or a waiver, by whom, why and by which clause, together with its evidence.

The decision is a row of the database, written with its entry. Beside the book stands a copy for the next run; it is
written after the commit, and again whenever somebody looks, so that a crash in between loses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import uuid4

import polars as pl

from sluis.benefits import store
from sluis.benefits.looking import numbers_among
from sluis.benefits.money.orders import PLAN
from sluis.benefits.recovery.claims import OpenClaim, open_claims
from sluis.database import Connection
from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause
from sluis.kernel.text import Message, msg
from sluis.ledger.actions import record
from sluis.ledger.entry import Entry, Ground
from sluis.ledger.numbers import looks_like_insz
from sluis.ledger.persons import PersonSecret

DECREE: Final = "Groeipakketdecreet"
RECOVERY: Final = Clause(DECREE, "art. 97 en 103")
# The sources tell on which grounds a claim can be given up, and not in which article: that stays open.
WAIVER: Final = Clause(DECREE, "kwijtschelding (artikel niet gevonden)")

PLANNED, WAIVED = "plan", "waiver"
KINDS: Final[Mapping[str, Message]] = {
    PLANNED: msg("in delen inhouden op wat elke maand betaald wordt"),
    WAIVED: msg("kwijtschelden"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: in words, by which clause, and for which kinds of decision it counts."""

    words: Message
    clause: Clause
    kinds: tuple[str, ...]


REASONS: Final[Mapping[str, Reason]] = {
    "agreed": Reason(msg("afgesproken met de begunstigde"), RECOVERY, (PLANNED,)),
    "payer-decides": Reason(msg("beslist door de uitbetaler"), RECOVERY, (PLANNED,)),
    "good-faith": Reason(msg("de begunstigde was te goeder trouw"), WAIVER, (WAIVED,)),
    "small-sum": Reason(msg("het gaat om een klein bedrag"), WAIVER, (WAIVED,)),
    "costs": Reason(msg("terugvragen kost meer dan het opbrengt"), WAIVER, (WAIVED,)),
    "payer-error": Reason(
        msg("een fout van de uitbetaler die de begunstigde niet kon merken"), Clause(DECREE, "art. 92, §1"), (WAIVED,)
    ),
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decides: a plan takes at most `cents` from each month (0 stops it), a waiver gives up `cents`."""

    claim: str
    kind: str
    cents: int
    reason: str
    note: str = field(default="", repr=False)


def decide_recovery(
    connection: Connection,
    book: Path,
    decision: Decision,
    *,
    party: str,
    by: str,
    at: datetime,
    secrets: PersonSecret,
) -> OpenClaim:
    """Write a decision on a claim with its entry in the ledger, about who was paid and the children; return the claim.

    Refuses a claim that is not open or is another payer's (alike), a reason of another kind, and more than is open. The
    caller checks the role, and writes the copy beside the book after the commit (`write_decisions_beside`).
    """
    store.hold_claim(connection, decision.claim)
    write_decisions_beside(connection, book)
    claim = next(iter(open_claims(book, claim=decision.claim)), None) if decision.claim else None
    if claim is None or store.payer_of_payee(connection, claim.payee) != party:
        raise _refused(msg("Bij uw uitbetaler is deze terugvordering er niet (meer)."))
    reason = REASONS.get(decision.reason)
    if reason is None or decision.kind not in reason.kinds:
        raise _refused(msg("Deze reden past niet bij deze beslissing."))
    least = 0 if decision.kind == PLANNED else 1
    if not least <= decision.cents <= claim.open_cents:
        raise _refused(msg("Het bedrag is hoger dan wat nog open staat, of lager dan nul."))
    if looks_like_insz(decision.note):
        raise _refused(msg("Schrijf geen rijksregisternummer in de toelichting."))
    entry = record(
        connection,
        entry=Entry(
            at=at,
            kind="recovery-planned" if decision.kind == PLANNED else "recovery-waived",
            party=party,
            actor=by,
            correlation=str(uuid4()),
            outcome="done",
            grounds=(Ground(decision.reason, reason.clause),),
            details={**_place(decision.claim), "cents": decision.cents},
        ),
        subjects={"decided": numbers_among(sorted({claim.payee, *(part.child for part in claim.parts)}))},
        secrets=secrets,
    )
    store.insert_recovery(
        connection,
        claim=decision.claim,
        kind=decision.kind,
        cents=decision.cents,
        reason=decision.reason,
        clause=str(reason.clause),
        note=decision.note,
        party=party,
        by=by,
        at=at,
        entry=entry,
    )
    return claim


def write_decisions_beside(connection: Connection, book: Path) -> int:
    """Write every decision beside the book that is not there yet, for the next run; return how many were written."""
    folder = book / "decisions"
    written = 0
    for number, claim, kind, cents in store.recoveries(connection):
        path = folder / f"{number:08d}.parquet"
        if path.exists():
            continue
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        pl.DataFrame([(claim, kind, cents)], schema=PLAN, orient="row").write_parquet(unfinished)
        unfinished.replace(path)
        written += 1
    return written


def _place(claim: str) -> dict[str, int]:
    """Return the run of a claim and its place in it: its code as a whole could look like a number of a person."""
    _, run, place = claim.split("-")
    return {"run": int(run), "place": int(place)}


def _refused(what: Message) -> SluisError:
    return SluisError(
        "recovery-refused",
        what,
        remedy=msg("Kijk de terugvordering na op de bladzijde, en beslis opnieuw."),
        clause=RECOVERY,
    )
