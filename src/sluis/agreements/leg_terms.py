"""Terms that one direction of exchange can carry: consent, mandate, pseudonyms, quantities and an end per person."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sluis.agreements.vocabulary import Line, Part, Period, Prose, Slug


class Consent(Part):
    """Consent in each case: voluntary, explicit, after information, recorded, and always withdrawable."""

    given_by: Slug = Field(description="De groep die toestemt: de categorie van betrokkenen of een verwante groep.")
    text: Prose = Field(description="De toestemming in woorden.")
    informed_about: tuple[Prose, ...] = Field(
        min_length=1, description="Waarover de betrokkene vooraf geïnformeerd wordt, elk punt apart."
    )
    recorded_by: Slug = Field(description="De partij die de informatie en de toestemming vastlegt.")
    withdrawal: Prose | None = Field(
        default=None, description="Hoe de toestemming ingetrokken wordt. Leeg: niet vermeld, zie de open punten."
    )


class Mandate(Part):
    """A mandate that a citizen gives: to whom, for what and for how long."""

    given_by: Slug = Field(description="De groep die het mandaat geeft.")
    to: Line = Field(description="Wie namens de burger mag handelen.")
    text: Prose = Field(description="Wat het mandaat toelaat, en wat niet.")
    at_most: Period | None = Field(default=None, description="Langste duur van een mandaat. Leeg: niet vermeld.")
    shown_by: Prose = Field(description="Hoe het mandaat aangetoond en nagegaan wordt.")
    withdrawal: Prose | None = Field(default=None, description="Hoe de burger het intrekt.")


class Pseudonymisation(Part):
    """How persons are made unrecognisable for the receiver, and who alone could undo it."""

    by: Line = Field(description="Wie pseudonimiseert.")
    method: Prose = Field(description="Hoe.")
    key_holder: Line | None = Field(default=None, description="Wie de sleutel bewaart; nooit de ontvanger.")


class StopCondition(Part):
    """The event after which nothing more passes about a person."""

    on: Literal[
        "school-start",
        "adulthood",
        "death",
        "moved-away",
        "role-ends",
        "case-closes",
        "consent-withdrawn",
        "request-of-person",
        "other",
    ] = Field(description="De gebeurtenis, als vaste code.")
    text: Prose = Field(description="De gebeurtenis in woorden.")
    told_by: Slug | None = Field(default=None, description="Het gegeven op deze stroom dat de gebeurtenis meedeelt.")


class Quantity(Part):
    """What a number counts, and over which period."""

    unit: Literal["hours", "days", "cents", "points", "count"] = Field(description="De eenheid.")
    per: Literal["day", "week", "month", "year", "person"] = Field(description="Waarvoor één getal geldt.")
    over: Literal["previous-week", "previous-month", "previous-quarter", "previous-year", "agreed-period"] = Field(
        description="De periode die één levering bestrijkt."
    )
