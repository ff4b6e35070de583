"""The answer to a message: AA, AE or AR with one ERR per fault, in the sender's own delimiters and letters.

AA is only made after the notice is durable. AE: mend the message and send it again. AR: this kind of message, version
or sender is not taken here at all, or we cannot take it now; the sentence says which. Fields that the mapping of the
hospital bears and that were not read are named, with severity I.

Source: HL7 version 2.5.1, chapter 2 (MSA, ERR; tables 0008, 0357, 0516), in own words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sluis.births.hl7.charset import codec_of
from sluis.births.hl7.message import Delimiters, Field, Message, Segment, head, segment, write
from sluis.births.model import Fault
from sluis.kernel.text import Message as Sentence
from sluis.kernel.text import msg

MOST_ERRORS: Final = 60
_CODES: Final[dict[str, tuple[str, str]]] = {
    "required": ("101", "Required field missing"),
    "value": ("102", "Data type error"),
    "code-invalid": ("103", "Table value not found"),
    "too-long": ("104", "Value too long"),
    "structure": ("100", "Segment sequence error"),
    "not-agreed": ("199", "Other HL7 error"),
    "not-supported": ("200", "Unsupported message type"),
    "unavailable": ("207", "Application internal error"),
    "refused": ("207", "Application internal error"),
    "message-id-reused": ("205", "Duplicate key identifier"),
}
_HEADER_CODES: Final = {
    "MSH-9": ("200", "Unsupported message type"),
    "MSH-11": ("202", "Unsupported processing id"),
    "MSH-12": ("203", "Unsupported version id"),
}
_CLAUSES: Final = {"not-agreed": "AVG art. 5, lid 1, c); decreet 18 juli 2008, art. 8"}
_REJECTED: Final = frozenset({"MSH-9", "MSH-11", "MSH-12"})
_PATH: Final = re.compile(r"([A-Z][A-Z0-9]{2})(?:-(\d{1,2}))?", re.ASCII)


class Verdict(StrEnum):
    """What became of a message."""

    ACCEPTED = "AA"
    ERROR = "AE"
    REJECTED = "AR"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is told: the verdict, the faults, the fields that were not read."""

    verdict: Verdict
    faults: tuple[Fault, ...] = ()
    not_read: tuple[str, ...] = ()


def verdict_of(faults: Sequence[Fault]) -> Verdict:
    """Return the verdict on a message with these faults."""
    if not faults:
        return Verdict.ACCEPTED
    is_rejected = any(one.path in _REJECTED or one.code in ("unavailable", "refused") for one in faults)
    return Verdict.REJECTED if is_rejected else Verdict.ERROR


def acknowledge(
    header: Segment | None,
    delimiters: Delimiters,
    answer: Answer,
    *,
    mark: str,
    at: datetime,
    say: Callable[[Sentence], str],
) -> bytes:
    """Return the bytes of the answer. `mark` is its own MSH-10; `say` puts a sentence in the sender's language."""
    asked = header or Segment("MSH")
    version = asked.text(12).strip() or "2.5.1"
    name = asked.text(18).strip()
    codec = codec_of(name) or ("utf-8" if codec_of(name) is None or not name else "ascii")
    charset: str = name if name and codec_of(name) else "UNICODE UTF-8"
    made = head(
        asked.repetitions(5),
        asked.repetitions(6),
        asked.repetitions(3),
        asked.repetitions(4),
        at.strftime("%Y%m%d%H%M%S+0000"),
        "",
        ("ACK", *([trigger] if (trigger := asked.text(9, 2).strip()) else []), *(["ACK"] if trigger else [])),
        mark,
        asked.text(11).strip() or "P",
        version,
        *[""] * 5,
        charset,
        delimiters=delimiters,
    )
    lines = [made, _msa(asked, answer, say)]
    lines += [_err(one.path, one.code, "E", say(one.text), old=_is_old(version)) for one in answer.faults[:MOST_ERRORS]]
    lines += [
        _err(one, "not-read", "I", say(msg("{field} werd niet gelezen.", field=one)), old=_is_old(version))
        for one in answer.not_read[:MOST_ERRORS]
    ]
    return write(Message(delimiters, tuple(_plain(one) for one in lines), codec))


def _msa(asked: Segment, answer: Answer, say: Callable[[Sentence], str]) -> Segment:
    # In enhanced mode a sender that wants the commit answer only (MSH-15 AL, MSH-16 NE) gets CA, CE or CR.
    commit = asked.text(15).strip() in ("AL", "ER", "SU") and asked.text(16).strip() == "NE"
    code = f"C{answer.verdict.value[1]}" if commit else answer.verdict.value
    told = say(answer.faults[0].text) if answer.faults else ""
    return segment("MSA", code, asked.text(10).strip(), told)


def _err(path: str, code: str, severity: str, sentence: str, *, old: bool) -> Segment:
    number, name = _CODES.get(code, ("0", "Message accepted"))  # not-read is no error
    if code == "not-supported":
        number, name = _HEADER_CODES.get(path, (number, name))
    found = _PATH.match(path)
    place = (found[1], "1", found[2] or "") if found else ("MSH", "1", "")
    told = sentence if path in sentence else f"{path}: {sentence}"
    if old:  # before 2.5 there is ERR-1 only; a reader of that time passes over ERR-8, and a person reads it
        where: Field = (((place[0],), (place[1],), (place[2],), (number, name, "HL70357")),)
        return segment("ERR", where, "", "", severity, "", "", "", told)
    clause = _CLAUSES.get(code, "")
    return segment("ERR", "", place, (number, name, "HL70357"), severity, (code, "", "L"), "", clause, told)


def _is_old(version: str) -> bool:
    return version in ("2.1", "2.2", "2.3", "2.3.1", "2.4")


def _plain(one: Segment) -> Segment:
    """Return the segment with the typographic letters that few character sets have as plain ones."""
    letters = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "–": "-", "…": "..."})
    return Segment(
        one.name,
        tuple(
            tuple(
                tuple(tuple(text.translate(letters) for text in component) for component in repetition)
                for repetition in found
            )
            for found in one.fields
        ),
    )


def code_in(raw: bytes) -> str:
    """Return MSA-1 of an answer, "" where there is none: for who sends messages, such as a test of conformance."""
    for line in raw.decode("latin-1").splitlines():
        if line.startswith("MSA") and len(line) > 6:
            return line[4:6]
    return ""
