"""An entry of the ledger: who did what under which agreement, as a value and as the bytes that are hashed.

The bytes are canonical JSON (RFC 8785): one way to write an entry, so that its hash says all about it. Times are UTC
with six decimals. Names of items, never values; no person but by commitment. Every text is checked for numbers that
look like an INSZ when the entry is made, so an entry with one does not exist.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, Literal, get_args
from uuid import UUID

from sluis.kernel.errors import SluisError
from sluis.kernel.outcome import Clause, Reason
from sluis.kernel.text import msg
from sluis.ledger.numbers import looks_like_insz

VERSION: Final = 1
_UNIX_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MILLISECOND: Final = (datetime(9999, 12, 31, tzinfo=UTC) - _UNIX_EPOCH) // timedelta(milliseconds=1)
EntryId = UUID
"""The number of an entry: a UUID of version 7, whose first 48 bits are the time, so that indexes grow at one end."""

Outcome = Literal["permitted", "refused", "undecided", "done"]
Detail = str | int | bool

_OUTCOMES: Final = frozenset(get_args(Outcome))
_KIND: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+){0,9}")
_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_WORD: Final = re.compile(r"[!-~]{1,128}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_LONGEST_TEXT: Final = 1_000
_LONGEST_ENTRY: Final = 65_536
_LARGEST_COUNT: Final = 99_999_999
# The standard library's encoder, six times as fast as the rfc8785 package. For what an entry can hold (texts, small
# whole numbers, truth values, ASCII names) it writes the same bytes: tests/unit/ledger/test_entry.py holds it to that.
_encode: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


@dataclass(frozen=True, slots=True)
class AgreementText:
    """The agreement and the very text of it: `digest` is the SHA-256 of the signed text, in hexadecimal."""

    id: str
    digest: str


@dataclass(frozen=True, slots=True)
class Ground:
    """Why the outcome is what it is: the stable code and the clause that it rests on."""

    code: str
    clause: Clause


@dataclass(frozen=True, slots=True)
class SubjectSet:
    """The commitment to a group of persons: how many, and the root of the tree over their sorted pseudonyms."""

    count: int
    root: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What happened, without the persons whom it concerns: those are given to `record` beside it.

    `kind` is an open set of kebab-case words ("release", "refusal", "file-destroyed"). `party` acts, `counterparty` is
    the other body that must find the entry. `actor` is the internal id of a person or machine. `details` holds counts
    (at most eight digits) and short texts. Raises `SluisError` for anything that looks like an INSZ, `ValueError` for
    what is not an entry.
    """

    at: datetime
    kind: str
    party: str
    actor: str
    correlation: str
    outcome: Outcome
    counterparty: str | None = None
    agreement: AgreementText | None = None
    leg: str | None = None
    purpose: str | None = None
    channel: str | None = None
    items: tuple[str, ...] = ()
    grounds: tuple[Ground, ...] = ()
    details: Mapping[str, Detail] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", tuple(self.items))
        object.__setattr__(self, "grounds", tuple(self.grounds))
        object.__setattr__(self, "details", MappingProxyType(dict(self.details)))
        _check_shape(self)
        _check_numbers(self)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry as it stands in the ledger: with its number and its commitments per group ("asked", "released")."""

    id: EntryId
    entry: Entry
    subjects: Mapping[str, SubjectSet]


def grounds_of(reasons: Iterable[Reason]) -> tuple[Ground, ...]:
    """Return the grounds of a refusal as evidence keeps them: codes and clauses, no sentences."""
    return tuple(Ground(reason.code, reason.clause) for reason in reasons)


def new_entry_id(at: datetime) -> EntryId:
    """Return a fresh UUID of version 7 (RFC 9562 section 5.7) for a moment: 48 bits of milliseconds, 74 random bits."""
    random = secrets.randbits(74)
    milliseconds = (at - _UNIX_EPOCH) // timedelta(milliseconds=1)
    return UUID(int=milliseconds << 80 | 7 << 76 | (random >> 62) << 64 | 2 << 62 | random & (1 << 62) - 1)


def moments_of(entry_id: EntryId) -> tuple[datetime, datetime]:
    """Return the first moment that an entry with this number can have, and the first that it cannot have any more."""
    # A stranger's UUID may stand for a moment that no calendar has.
    first = _UNIX_EPOCH + timedelta(milliseconds=min(entry_id.int >> 80, _LAST_MILLISECOND))
    return first, first + timedelta(milliseconds=1)


def canonical_bytes(entry_id: EntryId, entry: Entry, subjects: Mapping[str, tuple[int, str]]) -> bytes:
    """Return the RFC 8785 bytes of an entry; `subjects` gives count and hexadecimal root per group."""
    agreement = entry.agreement
    written = _encode(
        {
            "actor": entry.actor,
            "agreement": None if agreement is None else {"digest": agreement.digest, "id": agreement.id},
            "at": moment(entry.at),
            "channel": entry.channel,
            "correlation": entry.correlation,
            "counterparty": entry.counterparty,
            "details": dict(entry.details),
            "grounds": [
                {
                    "clause": {"article": ground.clause.article, "instrument": ground.clause.instrument},
                    "code": ground.code,
                }
                for ground in entry.grounds
            ],
            "id": str(entry_id),
            "items": entry.items,
            "kind": entry.kind,
            "leg": entry.leg,
            "outcome": entry.outcome,
            "party": entry.party,
            "purpose": entry.purpose,
            "subjects": {name: {"count": count, "root": root} for name, (count, root) in subjects.items()},
            "version": VERSION,
        }
    ).encode()
    if len(written) > _LONGEST_ENTRY:
        raise ValueError(f"An entry has at most {_LONGEST_ENTRY} bytes.")
    return written


def read_canonical(canonical: bytes) -> Recorded:
    """Return the entry that the bytes are the canonical form of; `ValueError` when they are no such thing."""
    try:
        recorded = _recorded(json.loads(canonical))
        sets = {name: (subjects.count, subjects.root.hex()) for name, subjects in recorded.subjects.items()}
        if canonical_bytes(recorded.id, recorded.entry, sets) == canonical:
            return recorded
    except (KeyError, TypeError, AttributeError, RecursionError, ValueError, SluisError) as error:
        raise ValueError("not an entry of the ledger") from error
    raise ValueError("not the canonical form of an entry of the ledger")


def moment(at: datetime) -> str:
    """Write a moment as entries do: UTC, six decimals, Z."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def check_group_names(names: Iterable[str]) -> None:
    """Refuse names of groups that are not short lower-case words."""
    chosen = list(names)
    if len(chosen) > 16 or not all(_NAME.fullmatch(name) for name in chosen):
        raise ValueError("A group of subjects has a short lower-case name, and an entry at most sixteen groups.")


def _recorded(raw: dict[str, Any]) -> Recorded:
    agreement, subjects = raw["agreement"], raw["subjects"]
    check_group_names(subjects)
    entry = Entry(
        at=datetime.fromisoformat(raw["at"]),
        kind=raw["kind"],
        party=raw["party"],
        actor=raw["actor"],
        correlation=raw["correlation"],
        outcome=raw["outcome"],
        counterparty=raw["counterparty"],
        agreement=None if agreement is None else AgreementText(agreement["id"], agreement["digest"]),
        leg=raw["leg"],
        purpose=raw["purpose"],
        channel=raw["channel"],
        items=tuple(raw["items"]),
        grounds=tuple(_ground(given) for given in raw["grounds"]),
        details=raw["details"],
    )
    return Recorded(UUID(raw["id"]), entry, {name: _subject_set(given) for name, given in subjects.items()})


def _ground(raw: dict[str, Any]) -> Ground:
    return Ground(raw["code"], Clause(raw["clause"]["instrument"], raw["clause"]["article"]))


def _subject_set(raw: dict[str, Any]) -> SubjectSet:
    if type(raw["count"]) is not int or raw["count"] < 0 or not _DIGEST.fullmatch(raw["root"]):
        raise ValueError("not a commitment to persons")
    return SubjectSet(raw["count"], bytes.fromhex(raw["root"]))


def _check_shape(entry: Entry) -> None:
    """Refuse what no reader of the ledger would understand; these are mistakes of a program, not of a person."""
    if entry.at.tzinfo is None:
        raise ValueError("The moment of an entry says its time zone.")
    if not _KIND.fullmatch(entry.kind) or len(entry.kind) > 64:
        raise ValueError("The kind of an entry is a kebab-case word.")
    if entry.outcome not in _OUTCOMES:
        raise ValueError("The outcome of an entry is permitted, refused, undecided or done.")
    for word in (entry.party, entry.actor, entry.correlation, entry.counterparty):
        if word is not None and not _WORD.fullmatch(word):
            raise ValueError("Party, actor and correlation are identifiers: printable ASCII without blanks.")
    if entry.agreement is not None and not _DIGEST.fullmatch(entry.agreement.digest):
        raise ValueError("The digest of an agreement is a SHA-256 in lower-case hexadecimal.")
    for name, number in entry.details.items():
        if not _NAME.fullmatch(name):
            raise ValueError("Details have short lower-case names.")
        if not isinstance(number, (str, int)) or (type(number) is int and abs(number) > _LARGEST_COUNT):
            raise ValueError("Details are counts of at most eight digits, truth values and short texts.")


def _check_numbers(entry: Entry) -> None:
    """Refuse whatever looks like an INSZ in any text, fail closed; the error repeats nothing of the text."""
    texts = _texts(entry)
    together = "\n".join(texts)
    if len(together) > _LONGEST_TEXT and any(len(text) > _LONGEST_TEXT for text in texts):
        raise ValueError("A text in an entry is short.")
    if together.count("\n") >= len(texts):  # a newline inside a text must not part the digits of a number
        together = "\n".join([text.replace("\n", " ") for text in texts])
    if not together.isascii():
        try:
            together.encode()
        except UnicodeEncodeError:
            raise ValueError("A text in an entry is Unicode without lone surrogates.") from None
    if looks_like_insz(together):
        raise SluisError(
            "ledger-entry-names-a-person",
            msg("Het bewijs is niet geschreven: er staat een nummer in dat op een INSZ lijkt."),
            remedy=msg("Noem personen alleen als betrokkenen van het bewijs, nooit in de tekst ervan."),
            clause=Clause("AVG", "5.1.c"),
        )


def _texts(entry: Entry) -> list[str]:
    texts = [entry.kind, entry.party, entry.actor, entry.correlation, *entry.items, *entry.details]
    texts += [text for text in (entry.counterparty, entry.leg, entry.purpose, entry.channel) if text is not None]
    if entry.agreement is not None:
        texts.append(entry.agreement.id)
    for ground in entry.grounds:
        texts += (ground.code, ground.clause.instrument, ground.clause.article)
    texts += [text for text in entry.details.values() if isinstance(text, str)]
    return texts
