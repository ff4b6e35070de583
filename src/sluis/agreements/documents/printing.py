"""The agreement as a PDF: PDF/A-3a and PDF/UA-1, the same bytes each time for the same text, language and time.

The paper is the reading of `agreements.words` set by typst. The canonical text travels inside the file as JSON, and its
hash stands on every page. What the parties wrote is passed as data and never read as markup.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any, Final, Literal

import typst

from sluis.agreements.documents.fields import with_signature_fields
from sluis.agreements.documents.model import ATTACHMENT
from sluis.agreements.documents.paper import BOX_HEIGHT, BOX_WIDTH, LABEL_HEIGHT, Place, places_of
from sluis.agreements.documents.printable import printable
from sluis.agreements.model import Agreement
from sluis.agreements.problems import quoted
from sluis.agreements.text import canonical, from_canonical
from sluis.agreements.wording import Block, Bullets, Paragraph
from sluis.agreements.words import Section, in_words
from sluis.kernel.text import Message, msg

STANDARDS: Final[list[Literal["a-3a", "ua-1"]]] = ["a-3a", "ua-1"]

# A column is as wide as its longest word asks and its text wants, within reason.
_NARROWEST, _WIDEST = 10, 60

_SOURCE: Final = (files("sluis.agreements.documents") / "templates" / "agreement.typ").read_bytes()

Translate = Callable[[Message], str]


def agreement_pdf(
    agreement: Agreement, *, language: str = "nl", at: datetime, translate: Translate | None = None
) -> bytes:
    """Return the agreement as PDF; `at` (to the second) is the date of the document, best that of its text.

    The Dutch one counts and is the one that is signed; `fr`, `en` and `de` are reading versions and say so. For those
    the edge gives `translate`, which turns a sentence into that language.
    """
    if language != "nl" and translate is None:
        raise ValueError("A reading version needs the sentences of its language.")
    agreement = from_canonical(canonical(agreement))  # the order of a file's keys is not part of the text
    data = _Paper(agreement, language, translate or str).data(at)
    printed = typst.compile(
        _SOURCE,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        ignore_system_fonts=True,  # the same shapes on every machine
        pdf_standards=[*STANDARDS],
        timestamp=int(at.timestamp()),
    )
    return with_signature_fields(printed, agreement) if language == "nl" and agreement.signatories else printed


class _Paper:
    """What the template shows, as plain values."""

    def __init__(self, agreement: Agreement, language: str, translate: Translate) -> None:
        self.agreement, self.language = agreement, language
        self._translate = translate

    def say(self, message: Message) -> str:
        return printable(self._translate(message))

    def data(self, at: datetime) -> dict[str, Any]:
        agreement = self.agreement
        reading = in_words(agreement, language=self.language)
        made = at.astimezone(UTC)
        return {
            "language": self.language,
            "title": self.say(reading.title),
            "author": [printable(party.name) for party in agreement.parties if party.name],
            "instrument": self.say(reading.instrument),
            "running": agreement.id,
            "edition": self.say(msg("Versie {version}", version=agreement.version)),
            "hash": reading.text_hash,
            "hash_words": self.say(msg("SHA-256 van de canonieke tekst (RFC 8785):")),
            "counts_words": self.say(self._counts()),
            # Filled in by the template, page by page.
            "page_words": self.say(msg("Bladzijde {page} van {pages}", page="{page}", pages="{pages}")),
            "made": [made.year, made.month, made.day, made.hour, made.minute, made.second],
            "sections": [self._section(section) for section in reading.sections],
            "signature_heading": self.say(msg("Handtekeningen")),
            "signature_words": self.say(self._signing()),
            "signature_box": {"width": BOX_WIDTH, "height": BOX_HEIGHT, "label": LABEL_HEIGHT},
            "signature_pages": self._places(),
            "attachment": ATTACHMENT,
            "attachment_words": self.say(
                msg("De canonieke tekst van de overeenkomst, waarvan de SHA-256 getekend is.")
            ),
            "canonical": canonical(agreement).decode(),
        }

    def _counts(self) -> Message:
        if self.language == "nl":
            return msg("Dit is de Nederlandse tekst. Alleen deze tekst telt.")
        return msg("Dit is een leesversie. Alleen de Nederlandse tekst telt.")

    def _signing(self) -> Message:
        if self.language == "nl":
            return msg("Elke ondertekenaar plaatst hier een elektronische handtekening op de hele tekst.")
        return msg("Een leesversie wordt niet ondertekend. Teken de Nederlandse tekst.")

    def _section(self, section: Section) -> dict[str, Any]:
        heading = self.say(section.heading)
        return {
            "heading": f"{section.number}. {heading}" if section.number else heading,
            "parts": [self._part(block) for block in section.blocks],
        }

    def _part(self, block: Block) -> dict[str, Any]:
        if isinstance(block, Paragraph):
            return {"kind": "paragraph", "text": self.say(block.text)}
        if isinstance(block, Bullets):
            return {"kind": "bullets", "items": [self.say(item) for item in block.items]}
        head = [self.say(cell) for cell in block.head]
        rows = [[self.say(cell) for cell in row] for row in block.rows]
        return {
            "kind": "table",
            "caption": self.say(block.caption),
            "head": head,
            "rows": rows,
            "widths": _widths([head, *rows]),
        }

    def _places(self) -> list[list[dict[str, Any]]]:
        pages: list[list[dict[str, Any]]] = []
        for place in places_of(self.agreement):
            if place.page == len(pages):
                pages.append([])
            pages[place.page].append(self._place(place))
        return pages

    def _place(self, place: Place) -> dict[str, Any]:
        signatory = place.signatory
        parties = (self.agreement.party(name) for name in signatory.signs_for)
        open_words = self.say(msg("nog in te vullen"))
        return {
            "left": place.left,
            "top": place.top,
            "name": printable(signatory.name) if signatory.name else open_words,
            "function": printable(signatory.function) if signatory.function else open_words,
            "parties": ", ".join(self.say(quoted(party.name or party.id)) for party in parties if party),
        }


def _widths(rows: list[list[str]]) -> list[int]:
    """Return the share of each column: the root of its longest text, but never less than its longest word."""
    columns = list(zip(*rows, strict=True))
    return [
        min(_WIDEST, max(_NARROWEST, *(int(len(cell) ** 0.5 * 2) for cell in column), *map(_longest_word, column)))
        for column in columns
    ]


def _longest_word(text: str) -> int:
    return max(map(len, text.split()), default=0)


__all__ = ["STANDARDS", "Translate", "agreement_pdf"]
