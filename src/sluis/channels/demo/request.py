"""The request file of the demo: the children of a municipality, and rows as real lists have them."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date, timedelta

from rustpy_xlsxwriter import write_worksheets

from sluis.authentic.names import adult_of, children_of, unknown_number
from sluis.database import Connection
from sluis.kernel.insz import format_insz
from sluis.lists.workbook import make_request

_MOST = 25_000


@dataclass(frozen=True, slots=True)
class DemoRequest:
    """A request: how many rows of each kind it has, and its content, encrypted and (to be refused) not."""

    children: int
    elsewhere: int
    too_old: int
    unknown: int
    duplicates: int
    malformed: int
    content: bytes = field(repr=False)
    unencrypted: bytes = field(repr=False)

    @property
    def rows(self) -> int:
        """All filled rows."""
        return self.children + self.elsewhere + self.too_old + self.unknown + self.duplicates + self.malformed


def make_demo_request(connection: Connection, *, nis: str, elsewhere: str, key: str, on: date) -> DemoRequest:
    """Return a list with the municipality's children and a few rows that must not be answered."""
    youngest_adult = on - timedelta(days=round(26 * 365.25) + 1)
    # A few are left out: with the strays below the list may not be longer than the municipality has children.
    children = children_of(connection, nis, born_after=youngest_adult, most=_MOST)[:-20]
    others = children_of(connection, elsewhere, born_after=youngest_adult, most=3)
    adults = adult_of(connection, nis, born_before=date(on.year - 40, 1, 1), most=2)
    unknown = [unknown_number(connection)]
    malformed = ["12345678901", "geen nummer", "99.99.99-999.99"]
    written = [format_insz(number) if place % 3 == 0 else str(number) for place, number in enumerate(children)]
    rows = [*written, *others, *adults, *unknown, children[0], children[1], *malformed]
    plain = io.BytesIO()
    write_worksheets([("Blad1", [{"INSZ": number} for number in rows[:5]])], plain)
    return DemoRequest(
        children=len(children),
        elsewhere=len(others),
        too_old=len(adults),
        unknown=len(unknown),
        duplicates=2,
        malformed=len(malformed),
        content=make_request(rows, key),
        unencrypted=plain.getvalue(),
    )
