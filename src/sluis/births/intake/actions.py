"""The verbs of the intake: take a message in, durable and with its evidence, or refuse it by the names of its fields.

Nobody here commits. Only after the commit of the edge may a message be acknowledged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID, uuid4

from sluis.births.agreement import agreement_of
from sluis.births.house import LEG, Births, Delivery
from sluis.births.intake import store
from sluis.births.model import Fault, Notice, Unfit
from sluis.births.sealing import as_json, encode
from sluis.database import Connection
from sluis.gate.actions import day_of
from sluis.gate.model import Request
from sluis.kernel.outcome import Clause, Reason, Refused
from sluis.kernel.text import Message, msg
from sluis.ledger.numbers import looks_like_insz

Outcome = Literal["received", "repeated", "refused"]

MOST_NOTICES: Final = 20
"""The most newborns in one message."""

_UNFIT = Reason(
    "message-unfit",
    msg("Het bericht had een fout, of bevatte meer dan de negen afgesproken gegevens."),
    Clause("AVG", "art. 5, lid 1, c) en d)"),
    msg("Verbeter de velden die genoemd worden en stuur het bericht opnieuw."),
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of a message.

    `received` and `repeated` (the same message came before) are acknowledged alike, with the numbers under which its
    notices are kept. `refused` has the gate's reasons, each with its clause.
    """

    outcome: Outcome
    notices: tuple[UUID, ...] = ()
    reasons: tuple[Reason, ...] = ()


def receive(
    births: Births, connection: Connection, *, delivery: Delivery, notices: Sequence[Notice], raw_digest: bytes
) -> Receipt:
    """Take the notices of one message in, all or none, each sealed, with the evidence of the gate.

    `raw_digest` is the SHA-256 of the message as it came. The same message id with the same content is the same
    message; with another content it is `Unfit`. The gate's refusal is recorded, and nothing is kept of the message.
    """
    _check_shape(delivery, notices)
    # In one order, so that two messages never wait for each other.
    for message_id in sorted({notice.message_id for notice in notices}):
        store.lock_message(connection, delivery.party, message_id)
    marks = [_content_mark(births, notice) for notice in notices]
    earlier = [store.find_message(connection, delivery.party, notice.message_id) for notice in notices]
    for kept, mark in zip(earlier, marks, strict=True):
        if kept is not None and kept.content_mark != mark:
            raise Unfit((_reused(),))
    known = [kept for kept in earlier if kept is not None]
    if len(known) == len(notices):
        return Receipt("repeated", tuple(kept.id for kept in known))
    admitted = _admit(births, connection, delivery, notices)
    if isinstance(admitted, tuple):
        return Receipt("refused", reasons=admitted)
    agreement, text_hash, entry = admitted.agreement, admitted.text_hash, admitted.entry
    ids = []
    for notice, mark, kept in zip(notices, marks, earlier, strict=True):
        if kept is not None:
            ids.append(kept.id)
            continue
        plain = as_json(notice.mother, notice.child, notice.missing)
        ids.append(uuid4())
        store.insert_notice(
            connection,
            notice,
            id=ids[-1],
            delivery=delivery,
            agreement=agreement,
            text_hash=text_hash,
            missing=plain["missing"],
            raw_digest=raw_digest,
            content_mark=mark,
            same_as=store.find_content(connection, delivery.party, mark),
            entry=entry,
            sealed=births.vault.seal(encode(plain)),
        )
    return Receipt("received", tuple(ids))


def refuse(
    births: Births,
    connection: Connection,
    *,
    delivery: Delivery,
    unfit: Unfit,
    raw_digest: bytes,
    message_id: str | None = None,
) -> UUID:
    """Keep that a message was refused, with its evidence; return the number of the refusal.

    The fields are kept by name, with the sentence; a message id that looks like a person's number is not kept.
    """
    request = _request(births, connection, delivery, ())
    entry = births.gate.record_refusal(connection, request, (_UNFIT,))
    number = uuid4()
    store.insert_refusal(
        connection,
        delivery,
        id=number,
        message_id=_own_id(message_id),
        raw_digest=raw_digest,
        faults=[_fault_as_json(fault) for fault in unfit.faults],
        entry=entry,
    )
    return number


@dataclass(frozen=True, slots=True)
class _Passed:
    agreement: str
    text_hash: str
    entry: UUID


def _admit(
    births: Births, connection: Connection, delivery: Delivery, notices: Sequence[Notice]
) -> _Passed | tuple[Reason, ...]:
    request = _request(births, connection, delivery, notices)
    admitted = births.gate.admit(connection, request)
    if isinstance(admitted, Refused):
        return admitted.reasons
    return _Passed(request.agreement, admitted.text_hash, admitted.entry)


def _request(births: Births, connection: Connection, delivery: Delivery, notices: Sequence[Notice]) -> Request:
    own = agreement_of(births, connection, delivery.party, at=delivery.at) if delivery.agreement is None else None
    return Request(
        actor=delivery.actor,
        party=delivery.party,
        agreement=delivery.agreement or (own.code if own is not None else "geboorten-materniteit"),
        leg=LEG,
        purpose=delivery.purpose or (own.purpose if own is not None else "gezin-bereiken"),
        items=frozenset(str(item) for notice in notices for item in notice.items),
        subjects=list(dict.fromkeys(notice.mother.insz for notice in notices if notice.mother.insz is not None)),
        channel=delivery.channel,
        at=delivery.at,
        reference=day_of(delivery.at),
        correlation=delivery.correlation,
        evidence=delivery.evidence,
    )


def _content_mark(births: Births, notice: Notice) -> bytes:
    """Return the mark of all that a notice says, but for its id."""
    said = {
        **as_json(notice.mother, notice.child, notice.missing),
        "kind": str(notice.kind),
        "reference": notice.reference,
        "replaces": notice.replaces,
        "sent_at": notice.sent_at.isoformat(),
    }
    return births.mark(b"content", encode(said))


def _check_shape(delivery: Delivery, notices: Sequence[Notice]) -> None:
    """Refuse what no door may hand in: nothing, too much, or words that hold a number of a person."""
    if not 0 < len(notices) <= MOST_NOTICES:
        raise Unfit((Fault("message", "structure", _HOW_MANY),))
    words = [
        word
        for notice in notices
        for word in (notice.message_id, notice.reference, notice.replaces)
        if word is not None
    ]
    if any(notice.sent_at.year < _EARLIEST for notice in notices):
        raise Unfit((Fault("message", "value", _LONG_AGO),))
    if any(looks_like_insz(word) for word in words):
        raise Unfit((Fault("message", "value", _NUMBER_AS_REFERENCE),))
    if any(notice.sender != delivery.party for notice in notices):
        raise ValueError("a door hands in notices of the party that delivers")
    if len({notice.message_id for notice in notices}) != len(notices):
        raise ValueError("a door gives each notice of a message its own id")


# A moment that the database can hold and Python cannot would stop every worker that reads its row.
_EARLIEST: Final = 2020
_LONG_AGO: Final = msg("Dit tijdstip is te lang geleden. Kijk de klok van uw systeem na.")
_HOW_MANY: Final = msg("Het bericht noemt geen kind, of meer kinderen dan één bericht mag noemen.")
_NUMBER_AS_REFERENCE: Final = msg(
    "Het kenmerk van het bericht of van het kind lijkt op een nummer van een persoon. Gebruik een eigen kenmerk dat"
    " alleen in uw systeem betekenis heeft."
)


def _reused() -> Fault:
    return Fault(
        "message",
        "message-id-reused",
        msg("Dit kenmerk hoort al bij een bericht met een andere inhoud. Geef elk nieuw bericht een nieuw kenmerk."),
    )


def _own_id(message_id: str | None) -> str | None:
    if not message_id or looks_like_insz(message_id) or not message_id.isprintable():
        return None
    return message_id[:200]


def _fault_as_json(fault: Fault) -> dict[str, object]:
    return {"path": fault.path, "code": fault.code, "text": _message_as_json(fault.text)}


def _message_as_json(text: Message) -> dict[str, object]:
    return {
        "text": text.text,
        "parameters": {
            name: _message_as_json(value) if isinstance(value, Message) else str(value)
            for name, value in text.parameters
        },
    }


def fault_from_json(kept: dict[str, object]) -> Fault:
    """Return a fault as it was kept, for pages that tell it in the reader's language."""
    return Fault(str(kept["path"]), str(kept["code"]), _message_from_json(kept["text"]))


def _message_from_json(kept: object) -> Message:
    assert isinstance(kept, dict)
    parameters = {
        name: _message_from_json(value) if isinstance(value, dict) else value
        for name, value in kept["parameters"].items()
    }
    return Message(str(kept["text"]), tuple(sorted(parameters.items())))
