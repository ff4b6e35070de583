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
    schooltoeslag,
    sociale_toeslag,
    startbedrag,
    stelsel,
    wezentoeslag,
    zorgtoeslag,
)
from sluis.benefits.rows import child_rows

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
        schooltoeslag.PACKAGE,
    ),
)
ZIJDE = Book("zijde", "side", sociale_toeslag.side_rows, (sociale_toeslag.PACKAGE,))
LEEFTIJD = Book("leeftijd", "child", child_rows, (leeftijdsbijslag.PACKAGE,))

BOOKS = (KIND, ZIJDE, LEEFTIJD)
"""In the order in which they are decided: a later book may read what an earlier one decided."""
