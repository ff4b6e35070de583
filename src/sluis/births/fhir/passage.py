"""What the FHIR door does with a message: read it, take it in, commit, work it, and only then answer.

This is the edge: the transaction opens and ends here, so that no answer leaves before the commit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sluis.births.door import Sender
from sluis.births.fhir.reading import Asked, Meant, digest_id, read_bundle, read_child
from sluis.births.fhir.requests import other_child
from sluis.births.files import store as files
from sluis.births.house import Births, Delivery
from sluis.births.intake.actions import Receipt, receive, refuse
from sluis.births.intake.store import find_message, first_sent, has_birth, latest_sent, lock_message
from sluis.births.intake.work import work_now
from sluis.births.model import Fault, Kind, Unfit
from sluis.database import Connection
from sluis.kernel.outcome import Reason
from sluis.kernel.text import msg

CHANNEL: Final = "fhir"


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one child: the status of its entry, and where it is known with which version."""

    entry: int
    status: str
    newborn: UUID | None
    version: int | None


class GateRefused(Exception):
    """The gate did not let a message in; its evidence is committed."""

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        super().__init__(", ".join(reason.code for reason in reasons))
        self.reasons = reasons


class VersionConflict(Exception):
    """A correction of a version that is no longer the newest; nothing of the message was taken in."""


class UnknownNewborn(Exception):
    """No newborn of this hospital has this id."""


def take_bundle(births: Births, sender: Sender, bundle: Mapping[str, Any], body: bytes) -> tuple[Asked, list[Result]]:
    """Take a Bundle in, all of it or nothing; raises `Unfit`, `GateRefused` or `VersionConflict`."""
    try:
        asked = read_bundle(bundle, sender=sender.party, at=sender.at, fictitious=births.fictitious, body=body)
        with births.database.transaction() as connection:
            wanted = []
            # A message whose answer was lost comes again as it was: it keeps the moment and version of its first time.
            first = {meant.entry: _first_sent(connection, sender, meant, body) for meant in asked.meant}
            asked = replace(asked, meant=tuple(_as_first(meant, first[meant.entry]) for meant in asked.meant))
            for meant in asked.meant:
                if first[meant.entry] is None:
                    _check_newborn(connection, sender, meant)
                    _check_version(connection, sender, meant)
                if not (meant.if_none_exist and _exists(connection, sender, meant)):
                    wanted.append(meant)
            receipt = _received(births, connection, sender, wanted, body) if wanted else Receipt("repeated")
    except Unfit as unfit:
        note_refusal(births, sender, unfit, body)
        raise
    _refused_or_worked(births, sender, receipt)
    taken = {meant.entry for meant in wanted} if receipt.outcome == "received" else set()
    with births.database.transaction() as connection:
        return asked, [_result(connection, sender, meant, is_new=meant.entry in taken) for meant in asked.meant]


def take_correction(
    births: Births, sender: Sender, newborn: UUID, resource: Mapping[str, Any], body: bytes, *, version: int
) -> Result:
    """Take in a whole Patient in the place of what was told of a child, if `version` is the newest."""
    with births.database.transaction() as connection:
        files.lock_newborns_of(connection, sender.party)
        known = files.find_newborn(connection, newborn)
        if known is None or known.sender != sender.party:
            raise UnknownNewborn
        mark = b"%s %d " % (newborn.bytes, version)
        if known.version != version:
            if find_message(connection, sender.party, digest_id(mark + body)) is not None:
                return Result(0, "200 OK", known.id, known.version)  # its answer was lost, and it comes again
            raise VersionConflict
        try:
            # It corrects what is known now, so it counts after all of that, whatever clocks say.
            latest = latest_sent(connection, sender.party, newborn)
            after = sender.at if latest is None else max(sender.at, latest + timedelta(microseconds=1))
            notice = read_child(
                resource, newborn=newborn, sender=sender.party, reference=known.reference, at=after, body=mark + body
            )
        except Unfit as unfit:
            refuse(births, connection, delivery=_delivery(sender), unfit=unfit, raw_digest=_digest(body))
            refused: Unfit | None = unfit
        else:
            refused = None
            receipt = _received(births, connection, sender, [Meant(notice, 0)], body)
    if refused is not None:
        raise refused
    _refused_or_worked(births, sender, receipt)
    with births.database.transaction() as connection:
        return _result(connection, sender, Meant(notice, 0), is_new=True)


def note_refusal(births: Births, sender: Sender, unfit: Unfit, body: bytes) -> None:
    """Keep in a transaction of its own that a message was refused."""
    with births.database.transaction() as connection:
        refuse(births, connection, delivery=_delivery(sender), unfit=unfit, raw_digest=_digest(body))


def _received(births: Births, connection: Connection, sender: Sender, wanted: list[Meant], body: bytes) -> Receipt:
    return receive(
        births,
        connection,
        delivery=_delivery(sender),
        notices=[meant.notice for meant in wanted],
        raw_digest=_digest(body),
    )


def _refused_or_worked(births: Births, sender: Sender, receipt: Receipt) -> None:
    if receipt.outcome == "refused":
        raise GateRefused(receipt.reasons)
    work_now(births, receipt.notices, at=sender.at)


def _delivery(sender: Sender) -> Delivery:
    return Delivery(
        party=sender.party,
        actor=sender.actor,
        channel=CHANNEL,
        at=sender.at,
        correlation=sender.correlation,
        agreement=sender.agreement,
        purpose=sender.purpose,
    )


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()


def _first_sent(connection: Connection, sender: Sender, meant: Meant, body: bytes) -> datetime | None:
    lock_message(connection, sender.party, meant.notice.message_id)
    return first_sent(connection, sender.party, meant.notice.message_id, _digest(body))


def _as_first(meant: Meant, sent_at: datetime | None) -> Meant:
    if sent_at is None or sent_at == meant.notice.sent_at:
        return meant
    return replace(meant, notice=replace(meant.notice, sent_at=sent_at.astimezone(UTC)))


def _exists(connection: Connection, sender: Sender, meant: Meant) -> bool:
    # Two conditional creates at once: the second one waits here, and then finds the first one's notice.
    files.lock_newborns_of(connection, sender.party)
    return has_birth(connection, sender.party, meant.notice.reference, but=meant.notice.message_id)


def _check_newborn(connection: Connection, sender: Sender, meant: Meant) -> None:
    if meant.newborn is None:
        return
    files.lock_newborns_of(connection, sender.party)
    known = files.newborn_by_reference(connection, sender.party, meant.notice.reference)
    if known is None or known.id != meant.newborn:
        raise Unfit((Fault(*other_child(meant.entry)),))


def _check_version(connection: Connection, sender: Sender, meant: Meant) -> None:
    if meant.if_match is None:
        return
    files.lock_newborns_of(connection, sender.party)
    known = files.newborn_by_reference(connection, sender.party, meant.notice.reference)
    if version_in(meant.if_match) is None:
        path = f"Bundle.entry[{meant.entry}].request.ifMatch"
        raise Unfit((Fault(path, "value", msg('Schrijf de versie als W/"3", zoals ze in ETag stond.')),))
    if known is None or known.version != version_in(meant.if_match):
        raise VersionConflict


def _result(connection: Connection, sender: Sender, meant: Meant, *, is_new: bool) -> Result:
    known = files.newborn_by_reference(connection, sender.party, meant.notice.reference)
    status = "200 OK"
    if is_new and known is None:
        status = "202 Accepted"
    elif is_new and meant.notice.kind is Kind.BIRTH:
        status = "201 Created"
    return Result(meant.entry, status, known.id if known else None, known.version if known else None)


def version_in(text: str) -> int | None:
    """Return the version of a weak ETag (`W/"3"`), None for anything else."""
    inner = text.strip().removeprefix("W/")
    digits = inner[1:-1] if len(inner) > 2 and inner[0] == inner[-1] == '"' else ""
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 9 else None
