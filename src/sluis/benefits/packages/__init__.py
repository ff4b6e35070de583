"""The partial packages of the Groeipakket, one folder each, and the books in which they are decided."""

from __future__ import annotations

from sluis.benefits.model import Book
from sluis.benefits.packages import (
    basisbedrag,
    kinderopvangtoeslag,
    kleutertoeslag,
    leeftijdsbijslag,
    ondersteuningstoeslag,
    pleegzorgtoeslag,
    rangbedrag,
    recht,
    schoolbonus,
    startbedrag,
    stelsel,
    wezentoeslag,
    zorgtoeslag,
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
        wezentoeslag.PACKAGE,
        zorgtoeslag.PACKAGE,
        ondersteuningstoeslag.PACKAGE,
        pleegzorgtoeslag.PACKAGE,
        kinderopvangtoeslag.PACKAGE,
        kleutertoeslag.PACKAGE,
    ),
)
ZIJDE = Book("zijde", "side", side_rows, ())
LEEFTIJD = Book("leeftijd", "child", child_rows, (leeftijdsbijslag.PACKAGE,))

BOOKS = (KIND,)  # then ZIJDE and LEEFTIJD, when the sociale toeslag stands
"""In the order in which they are decided: a later book may read what an earlier one decided."""
