"""Where the signatures stand on the last pages: known here, drawn by the template, found again by who signs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sluis.agreements.model import Agreement
from sluis.agreements.parties import Signatory

PAGE_WIDTH: Final = 595.276
PAGE_HEIGHT: Final = 841.89
LABEL_HEIGHT: Final = 48.0
BOX_WIDTH: Final = 232.0
BOX_HEIGHT: Final = 62.0
PER_PAGE: Final = 8

_LEFTS: Final = (62.0, 304.0)
_FIRST_TOP: Final = 150.0
_STEP: Final = 142.0


@dataclass(frozen=True, slots=True)
class Place:
    """The place of one signature: `page` counts from the first page with signatures; points from the top left."""

    signatory: Signatory
    page: int
    left: float
    top: float

    @property
    def field_name(self) -> str:
        """Return the name of the field of the signature in the PDF."""
        return f"signature-{self.signatory.id}"

    @property
    def rectangle(self) -> tuple[int, int, int, int]:
        """Return left, bottom, right and top of the signature's box in points, as PDF counts: from below."""
        top = PAGE_HEIGHT - self.top - LABEL_HEIGHT
        return round(self.left), round(top - BOX_HEIGHT), round(self.left + BOX_WIDTH), round(top)


def places_of(agreement: Agreement) -> tuple[Place, ...]:
    """Return the place of each signatory of the text, two beside each other, eight on a page."""
    return tuple(
        Place(
            signatory=signatory,
            page=number // PER_PAGE,
            left=_LEFTS[number % 2],
            top=_FIRST_TOP + _STEP * (number % PER_PAGE // 2),
        )
        for number, signatory in enumerate(agreement.signatories)
    )


def signature_pages(agreement: Agreement) -> int:
    """Return how many pages at the end hold signatures."""
    return -(-len(agreement.signatories) // PER_PAGE)
