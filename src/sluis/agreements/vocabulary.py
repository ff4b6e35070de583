"""The words and small forms that every part of an agreement uses: names, days, periods, deadlines, references."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Part(BaseModel):
    """A part of an agreement: nothing unknown in it, and it never changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, use_attribute_docstrings=False)


def _iso_day(value: object) -> object:
    # Pydantic would also take a number for a day (seconds since 1970): only the written form is a day here.
    if isinstance(value, date) or (isinstance(value, str) and _ISO_DAY.fullmatch(value)):
        return value
    raise ValueError("day")


def _digits(value: object) -> object:
    # A NIS code or a KBO number without quotation marks reads as a number; its meaning is clear.
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Prose = Annotated[str, Field(min_length=3, max_length=20_000)]
Line = Annotated[str, Field(min_length=1, max_length=500)]
Count = Annotated[StrictInt, Field(ge=1, le=100_000)]
Age = Annotated[StrictInt, Field(ge=0, le=130)]
Day = Annotated[date, BeforeValidator(_iso_day)]
Period = Annotated[str, Field(pattern=r"^P[1-9][0-9]{0,3}[DWMY]$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Nis = Annotated[str, BeforeValidator(_digits), Field(pattern=r"^[0-9]{5}$")]
Kbo = Annotated[str, BeforeValidator(_digits), Field(pattern=r"^[01][0-9]{3}\.?[0-9]{3}\.?[0-9]{3}$")]
Ovo = Annotated[str, Field(pattern=r"^OVO[0-9]{6}$")]

PartyKind = Literal[
    "agency",
    "department",
    "municipality",
    "ocmw",
    "province",
    "hospital",
    "provider",
    "research",
    "federal",
    "private",
    "other",
]
Capacity = Literal["sender", "receiver", "requester", "coordinator"]
Instrument = Literal[
    "protocol", "cooperation-agreement", "deliberation", "authorisation", "framework", "accession", "regulation"
]
LegKind = Literal["request", "answer", "delivery"]
# What the text of an existing arrangement does not tell: loaded openly, always with an open point, opening nothing.
NOT_STATED: Final = "not-stated"

Channel = Literal[
    "web", "sftp", "encrypted-mail", "command-line", "api", "web-service", "fhir", "hl7", "paper", "not-stated"
]
SpecialCategory = Literal["none", "article-9", "article-10"]
Condition = Literal[
    "decision-attached",
    "key-set-by-dpos",
    "consent-recorded",
    "informed-before",
    "citizens-informed",
    "professional-secrecy",
    "prior-registration",
    "citizen-mandate",
    "onward-notice",
    "answer-only-what-was-asked",
    "filter-on-receipt",
    "research-safeguards",
    "statement-of-agreement",
    "on-beneficiary-list",
    "transfer-safeguards",
    "pseudonymised-delivery",
    "anonymous-delivery",
    "matching-without-number",
    "stop-kept",
    "citizen-started",
]
Anchor = Literal[
    "receipt",
    "delivery",
    "decision",
    "payment",
    "purpose-reached",
    "role-ends",
    "case-closes",
    "agreement-ends",
    "other-event",
    "not-stated",
]
Jurisdiction = Literal["flemish", "local", "federal", "brussels", "walloon", "german-speaking", "eu", "third-country"]
Frequency = Literal["day", "working-day", "week", "month", "quarter", "year"]


class Text(Part):
    """A sentence in the languages of the country; the Dutch one counts."""

    nl: Prose = Field(description="De Nederlandse tekst: die telt.")
    fr: Prose | None = Field(default=None, description="Franse leesversie.")
    en: Prose | None = Field(default=None, description="Engelse leesversie.")
    de: Prose | None = Field(default=None, description="Duitse leesversie.")

    def in_language(self, language: str) -> str:
        """Return the reading version in this language, the Dutch text where there is none."""
        return str(getattr(self, language, None) or self.nl)


class Reference(Part):
    """Another agreement, on one exact text."""

    agreement: Slug = Field(description="De code van de andere overeenkomst.")
    text_hash: Sha256 | None = Field(
        default=None, description="SHA-256 van haar canonieke tekst (RFC 8785), in 64 hexadecimale tekens."
    )
    note: Prose | None = Field(default=None, description="Wat de verwijzing betekent.")


class Deadline(Part):
    """A term to act in."""

    number: Count = Field(description="Hoeveel eenheden.")
    unit: Literal["hours", "days", "working-days", "months"] = Field(
        description="Eenheid; werkdagen volgen de kalender van de overheid die moet handelen."
    )
    or_next_working_day: bool | None = Field(
        default=None, strict=True, description="Of de eerstvolgende werkdag volstaat als de termijn daarvoor afloopt."
    )


class OpenPoint(Part):
    """Something that nobody could settle yet; it stays visible in every reading of the text."""

    about: Line = Field(description="Het pad van het veld waarover het gaat, bijvoorbeeld legal_grounds[1].")
    text: Prose = Field(description="Wat er niet vaststaat en waarom.")
    who: Line = Field(description="Wie het moet nagaan.")
    blocks_signature: bool = Field(
        default=False, strict=True, description="Of er niet getekend kan worden zolang dit openstaat."
    )


class ToComplete(Part):
    """A blank of a standard agreement, with the question that fills it."""

    path: Line = Field(description="Het pad van het veld, bijvoorbeeld parties[lokaal-bestuur].own_use.")
    who: Slug = Field(description="De partij die het invult.")
    question: Text = Field(description="De vraag, in gewone woorden.")
