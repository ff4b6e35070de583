"""The partial packages of the Groeipakket, one folder each, and the books in which they are decided."""

from __future__ import annotations

from sluis.benefits.model import Book
from sluis.benefits.packages import (
    basisbedrag,
    leeftijdsbijslag,
    rangbedrag,
    recht,
    schoolbonus,
    startbedrag,
    stelsel,
)
from sluis.benefits.rows import child_rows, side_rows

KIND = Book(
    "kind",
    "child",
    child_rows,
    (
        recht.PACKAGE,
        stelsel.PACKAGE,
        startbedrag.PACKAGE,
        basisbedrag.PACKAGE,
        rangbedrag.PACKAGE,
        schoolbonus.PACKAGE,
    ),
)
ZIJDE = Book("zijde", "side", side_rows, ())
LEEFTIJD = Book("leeftijd", "child", child_rows, (leeftijdsbijslag.PACKAGE,))

BOOKS = (KIND,)  # then ZIJDE and LEEFTIJD, when the sociale toeslag stands
"""In the order in which they are decided: a later book may read what an earlier one decided."""
