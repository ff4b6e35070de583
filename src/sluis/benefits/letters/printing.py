"""The letter as PDF/A-3a and PDF/UA-1: everything that is said goes in as JSON and is never read as markup."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any, Final, Literal

import typst

from sluis.agreements.documents.printable import printable
from sluis.benefits.explanation import as_json, discreet, discreet_changes
from sluis.benefits.letters.model import Letter
from sluis.benefits.letters.wording import Part, day_in_words, in_parts, subject
from sluis.kernel.text import Message, msg

STANDARDS: Final[list[Literal["a-3a", "ua-1"]]] = ["a-3a", "ua-1"]
_SOURCE: Final = (files("sluis.benefits.letters") / "templates" / "letter.typ").read_bytes()

Say = Callable[[Message], str]


def letter_pdf(letter: Letter, say: Say, *, language: str, at: datetime) -> bytes:
    """Return the letter as PDF, the same bytes for the same letter, language and moment.

    `say` turns a sentence into `language`. Facts of other people stay out of it, also out of the explanation that
    travels inside the file as JSON.
    """
    letter = replace(letter, told=discreet(letter.told), changes=discreet_changes(letter.told, letter.changes))
    explanation = as_json(letter.told, say, language=language, changes=letter.changes)
    data = _Paper(letter, language, say).data(at, explanation)
    return typst.compile(
        _SOURCE,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        ignore_system_fonts=True,
        pdf_standards=[*STANDARDS],
        timestamp=int(at.timestamp()),
    )


class _Paper:
    def __init__(self, letter: Letter, language: str, say: Say) -> None:
        self._letter, self._language, self._say = letter, language, say

    def say(self, message: Message) -> str:
        return printable(self._say(message))

    def data(self, at: datetime, explanation: Mapping[str, Any]) -> dict[str, Any]:
        letter, made = self._letter, at.astimezone(UTC)
        return {
            "language": self._language,
            "title": self.say(subject(letter)),
            "sender": [printable(letter.sender.name), *map(printable, letter.sender.address)],
            "reader": [printable(letter.reader.name), *map(printable, letter.reader.address)],
            "date_words": self.say(msg("Datum: {day}", day=day_in_words(letter.written_on))),
            "reference_words": self.say(msg("Ons kenmerk: {reference}", reference=letter.reference)),
            "page_words": self.say(msg("Bladzijde {page} van {pages}", page="{page}", pages="{pages}")),
            "made": [made.year, made.month, made.day, made.hour, made.minute, made.second],
            "parts": [self._part(part) for part in in_parts(letter)],
            "closing": self.say(msg("Met vriendelijke groeten")),
            "counts_words": self.say(self._counts()),
            "attachment": "uitleg.json",
            "attachment_words": self.say(msg("De volledige uitleg van deze beslissing, voor computers.")),
            "explanation": json.dumps(explanation, ensure_ascii=False, sort_keys=True),
        }

    def _counts(self) -> Message:
        if self._language == "nl":
            return msg("Deze beslissing is door regels genomen. Vraag gerust dat een medewerker ze nakijkt.")
        return msg(
            "Dit is een leesversie. De Nederlandse brief is de beslissing. Vraag gerust dat een medewerker ze nakijkt."
        )

    def _part(self, part: Part) -> dict[str, Any]:
        return {
            "heading": self.say(part.heading),
            "paragraphs": [self.say(each) for each in part.paragraphs],
            "points": [self.say(each) for each in part.points],
            "head": [self.say(each) for each in part.head],
            "rows": [[self.say(cell) for cell in row] for row in part.rows],
            "warning": part.is_warning,
        }
