"""What every door of HL7 v2 does with a message: read it, take it in, commit, and only then answer.

Both doors (MLLP with a client certificate, `POST /hl7` with a machine's token) come here with a party that they made
sure of. This is their edge: the transaction opens and ends here, so that no answer leaves before the commit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from sluis.agreements.store import find_party
from sluis.births.hl7 import store
from sluis.births.hl7.ack import Answer, Verdict, acknowledge, verdict_of
from sluis.births.hl7.charset import codec_of
from sluis.births.hl7.mapping import HospitalMapping, mapping_for
from sluis.births.hl7.message import Delimiters, Segment, Unreadable, parse
from sluis.births.hl7.reading import Taken, read_notice
from sluis.births.house import Births, Delivery
from sluis.births.intake.actions import receive, refuse
from sluis.births.model import Fault, Unfit
from sluis.gate.actions import day_of
from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Reason
from sluis.kernel.text import Message as Sentence
from sluis.kernel.text import msg
from sluis.log import log
from sluis.web.languages import LANGUAGES, Language, translate

CHANNEL: Final = "hl7"
_LIVE: Final = frozenset({"P"})
_ANY: Final = frozenset({"P", "T", "D"})


@dataclass(frozen=True, slots=True)
class Hl7Door:
    """The slice with what this door needs. `folder` holds the installation's own mappings; `is_live` takes P only."""

    births: Births
    folder: Path | None
    is_live: bool


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer as bytes, the verdict, the codes of its faults, and the notices that were kept and can be worked."""

    content: bytes
    verdict: Verdict
    codes: frozenset[str] = frozenset()
    notices: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class _Header:
    segment: Segment | None
    delimiters: Delimiters


def answer(door: Hl7Door, raw: bytes, delivery: Delivery) -> Reply:
    """Return the answer to a message of a party; whatever goes wrong, an AA is only for what is durable."""
    language: Language = "nl"
    header = _Header(None, Delimiters())
    notices: tuple[UUID, ...] = ()
    try:
        language = _language(door, delivery)
        mapping = mapping_for(delivery.party, on=day_of(delivery.at), folder=door.folder)
        header, given, notices = _taken(door, raw, delivery, mapping)
    except SluisError as error:
        given = Answer(Verdict.REJECTED, (Fault("MSH", "unavailable", error.what),))
    except Exception as error:
        # Its text may quote a row: only its kind is told. The sender tries again and loses nothing.
        log().error("hl7.failed", kind=type(error).__name__)
        given = Answer(Verdict.REJECTED, (Fault("MSH", "unavailable", _LATER),))
    content = acknowledge(
        header.segment,
        header.delimiters,
        given,
        mark=uuid4().hex[:20],
        at=delivery.at,
        say=lambda sentence: translate(sentence, language),
    )
    return Reply(content, given.verdict, frozenset(fault.code for fault in given.faults), notices)


_LATER: Final = msg("We konden dit bericht nu niet bewaren. Stuur het straks opnieuw; er is niets van bewaard.")


def reject(sentence: Sentence, *, at: datetime, say: Callable[[Sentence], str] = str) -> bytes:
    """Return the answer to somebody whom a door does not know: nothing of the message was read."""
    given = Answer(Verdict.REJECTED, (Fault("MSH", "unavailable", sentence),))
    return acknowledge(None, Delimiters(), given, mark=uuid4().hex[:20], at=at, say=say)


def _language(door: Hl7Door, delivery: Delivery) -> Language:
    with door.births.database.transaction() as connection:
        party = find_party(connection, delivery.party)
        store.note_contact(connection, delivery.party, channel=delivery.channel, at=delivery.at)
    return next((one for one in LANGUAGES if party is not None and one == party.language), "nl")


def _taken(
    door: Hl7Door, raw: bytes, delivery: Delivery, mapping: HospitalMapping
) -> tuple[_Header, Answer, tuple[UUID, ...]]:
    digest = hashlib.sha256(raw).digest()
    message_id: str | None = None
    header = _Header(None, Delimiters())
    try:
        message = parse(raw, really=_really(mapping))
        header = _Header(message.header, message.delimiters)
        message_id = message.header.text(10).strip()
        taken = read_notice(
            message,
            mapping,
            sender=delivery.party,
            fictitious=door.births.fictitious,
            at=delivery.at,
            processing=_LIVE if door.is_live else _ANY,
        )
        return header, *_received(door, delivery, taken, digest)
    except Unreadable as unreadable:
        header = _Header(unreadable.header, unreadable.delimiters)
        faults: tuple[Fault, ...] = (unreadable.fault,)
    except Unfit as unfit:
        faults = unfit.faults
    with door.births.database.transaction() as connection:
        refuse(
            door.births,
            connection,
            delivery=delivery,
            unfit=Unfit(faults),
            raw_digest=digest,
            message_id=message_id,
        )
    return header, Answer(verdict_of(faults), faults), ()


def _received(door: Hl7Door, delivery: Delivery, taken: Taken, digest: bytes) -> tuple[Answer, tuple[UUID, ...]]:
    with door.births.database.transaction() as connection:
        receipt = receive(door.births, connection, delivery=delivery, notices=(taken.notice,), raw_digest=digest)
        if receipt.outcome == "received" and taken.not_read:
            store.count_not_read(connection, delivery.party, taken.not_read, day=day_of(delivery.at))
    if receipt.outcome == "refused":
        return Answer(Verdict.REJECTED, tuple(_fault(reason) for reason in receipt.reasons)), ()
    return Answer(Verdict.ACCEPTED, (), taken.not_read), receipt.notices


def _fault(reason: Reason) -> Fault:
    sentence = msg("{what} ({clause}) {remedy}", what=reason.what, clause=str(reason.clause), remedy=reason.remedy)
    return Fault("MSH", "refused", sentence)


def _really(mapping: HospitalMapping) -> str | None:
    charset = mapping.file.charset
    return charset if charset and codec_of(charset) else None
