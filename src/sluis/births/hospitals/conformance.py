"""The conformance test: fifty messages of a supplier against the fifty cases; a report that says what differs.

Nothing is kept or sent on: the test reads a file. The people in it are fictional, so that the report may quote nothing
and still say all: it names items, never values.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sluis.births.hl7.charset import codec_of
from sluis.births.hl7.mapping import HospitalMapping
from sluis.births.hl7.message import Unreadable, parse, several, write
from sluis.births.hl7.reading import read_notice
from sluis.births.hl7.writing import as_message
from sluis.births.hospitals.cases import COUNT, GROUP_WORDS, Case, cases_of
from sluis.births.model import ITEM_WORDS, Fault, Item, Notice, Unfit, values_of
from sluis.kernel.text import Message, msg

MOST_MESSAGES: Final = 200
_CODE: Final = re.compile(r"(C\d{2})-(\d{6})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one case: nothing found means passed."""

    case: Case
    findings: tuple[Message, ...]
    not_read: tuple[str, ...] = ()

    @property
    def is_passed(self) -> bool:
        """Whether the message said what it must."""
        return not self.findings


@dataclass(frozen=True, slots=True)
class Report:
    """The whole test."""

    day: date
    results: tuple[Result, ...]
    strays: int

    @property
    def passed(self) -> int:
        """How many cases passed."""
        return sum(one.is_passed for one in self.results)

    @property
    def is_passed(self) -> bool:
        """Whether every case passed."""
        return self.passed == COUNT


def examples(day: date, *, sender: str = "ziekenhuis") -> bytes:
    """Return the fifty messages as the standard mapping reads them, one after another."""
    return b"".join(write(as_message(case.notice, processing="T")) for case in cases_of(day, sender=sender))


def judge_file(raw: bytes, mapping: HospitalMapping, *, at: datetime, sender: str = "ziekenhuis") -> Report:
    """Return the report on a file of messages."""
    messages = several(raw)[:MOST_MESSAGES]
    found = [(marks, message) for message in messages if (marks := _marks(message, mapping)) is not None]
    day = _day([marks[1] for marks, _ in found], at.date())
    cases = cases_of(day, sender=sender)
    by_code: dict[str, list[bytes]] = {}
    for (code, stamp), message in found:
        if stamp == f"{day:%y%m%d}":
            by_code.setdefault(code, []).append(message)
    results = tuple(_result(case, by_code, mapping, at=at, sender=sender) for case in cases)
    return Report(day, results, len(messages) - sum(len(one) for one in by_code.values()))


def as_json(report: Report) -> dict[str, Any]:
    """Return the report to keep and to download: Dutch sentences with their parameters apart."""
    return {
        "format": "sluis-births-conformance/1",
        "day": report.day.isoformat(),
        "passed": report.passed,
        "cases": COUNT,
        "strays": report.strays,
        "results": [
            {
                "code": one.case.code,
                "group": str(one.case.group),
                "passed": one.is_passed,
                "findings": [_message_as_json(finding) for finding in one.findings],
                "not_read": list(one.not_read),
            }
            for one in report.results
        ],
    }


def rows_of(report: dict[str, Any]) -> list[tuple[str, Message, bool, tuple[Message, ...]]]:
    """Return the rows of a kept report: code, what it is about, whether it passed, what was found."""
    words = {str(group): text for group, text in GROUP_WORDS.items()}
    return [
        (
            one["code"],
            words[one["group"]],
            one["passed"],
            tuple(_message_from_json(found) for found in one["findings"]),
        )
        for one in report["results"]
    ]


def _message_as_json(message: Message) -> dict[str, Any]:
    return {
        "text": message.text,
        "parameters": {
            name: _message_as_json(value) if isinstance(value, Message) else str(value)
            for name, value in message.parameters
        },
    }


def _message_from_json(kept: dict[str, Any]) -> Message:
    found = {
        name: _message_from_json(value) if isinstance(value, dict) else value
        for name, value in kept["parameters"].items()
    }
    return Message(kept["text"], tuple(sorted(found.items())))


def _marks(raw: bytes, mapping: HospitalMapping) -> tuple[str, str] | None:
    try:
        mark = parse(raw, really=_really(mapping)).header.text(10)
    except Unreadable as unreadable:
        mark = "" if unreadable.header is None else unreadable.header.text(10)
    match = _CODE.match(mark.strip())
    return None if match is None else (match[1], match[2])


def _day(stamps: Sequence[str], today: date) -> date:
    """Return the day that most messages are of; today where none says."""
    for stamp in sorted(set(stamps), key=stamps.count, reverse=True):
        try:
            return datetime.strptime(stamp, "%y%m%d").date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return today


def _result(
    case: Case, by_code: dict[str, list[bytes]], mapping: HospitalMapping, *, at: datetime, sender: str
) -> Result:
    code, _, _ = case.notice.message_id.partition("-")
    sent = by_code.get(code, [])
    if case.code != code:  # a repeat: the same message, to the byte
        repeated = len(sent) > 1 and len(set(sent)) == 1
        return Result(case, () if repeated else (msg("Het bericht van {code} werd niet herhaald.", code=code),))
    if not sent:
        return Result(case, (msg("Er is geen bericht voor dit geval."),))
    try:
        taken = read_notice(
            parse(sent[0], really=_really(mapping)),
            mapping,
            sender=sender,
            fictitious=True,
            at=at,
            processing=frozenset("PTD"),
        )
    except Unreadable as unreadable:
        return Result(case, (_told(unreadable.fault),))
    except Unfit as unfit:
        return Result(case, tuple(_told(fault) for fault in unfit.faults))
    return Result(case, tuple(_differences(case.notice, taken.notice)), taken.not_read)


def _told(fault: Fault) -> Message:
    return msg("{field}: {sentence}", field=fault.path, sentence=fault.text)


def _differences(wanted: Notice, found: Notice) -> list[Message]:
    told: list[Message] = []
    if found.kind is not wanted.kind:
        told.append(msg("Dit bericht betekent iets anders dan het geval vraagt: kijk MSH-9 na."))
    if found.reference != wanted.reference:
        told.append(msg("De referentie van het kind is niet die van het geval."))
    if found.replaces != wanted.replaces:
        told.append(msg("De referentie die wegvalt (MRG-1), is niet die van het geval."))
    has, must = values_of(found.mother, found.child), values_of(wanted.mother, wanted.child)
    for item in Item:
        if has[item] is None and must[item] is not None:
            told.append(msg("{item} ontbreekt.", item=ITEM_WORDS[item]))
        elif has[item] is not None and must[item] is None:
            told.append(msg("{item} hoort er hier niet bij.", item=ITEM_WORDS[item]))
        elif has[item] != must[item]:
            told.append(msg("{item} is anders dan in het geval.", item=ITEM_WORDS[item]))
        elif found.missing.get(item) != wanted.missing.get(item):
            told.append(msg("{item}: de reden waarom het ontbreekt, is niet die van het geval.", item=ITEM_WORDS[item]))
    return told


def _really(mapping: HospitalMapping) -> str | None:
    charset = mapping.file.charset
    return charset if charset and codec_of(charset) else None
