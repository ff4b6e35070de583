"""The care supplement: a row of the table by the points on the scale, until 21, on request, within limits of work."""

from __future__ import annotations

from sluis.kernel.text import msg
from sluis.rules import (
    NOTHING,
    CalendarMonth,
    Day,
    Money,
    Rules,
    Truth,
    Whole,
    all_of,
    run_month,
    when,
)

rules = Rules("Groeipakketdecreet")


@rules.rule("art. 16", since="2019-01", unit="points", title=msg("de punten op de medisch-sociale schaal"))
def zorgpunten(punten_pijler_1: Whole, punten_pijler_2: Whole, punten_pijler_3: Whole) -> Whole:
    """The total of the three pillars."""
    return punten_pijler_1 + punten_pijler_2 + punten_pijler_3


@rules.rule(
    "art. 6",
    since="2019-01",
    instrument="BVR Zorgtoeslag",
    unit="row",
    title=msg("de rij in de tabel van de zorgtoeslag"),
)
def zorgtoeslag_rij(zorgpunten: Whole, punten_pijler_1: Whole, zorgtoeslag_punten_pijler1: Whole) -> Whole:
    """Rows 1 to 7; row 0 is less than 4 points in pillar 1 and less than 6 in total."""
    high = Whole.bands("zorgtoeslag_rij_hoog", zorgpunten, unit="row")
    low = Whole.bands("zorgtoeslag_rij_laag", zorgpunten, unit="row")
    return when(punten_pijler_1 >= zorgtoeslag_punten_pijler1, high).otherwise(low)


@rules.rule("art. 16", since="2019-01", title=msg("het kind ten hoogste in de maand van de 21e verjaardag is"))
def onder_zorgleeftijd(born: Day, leeftijd_zorg: Whole) -> Truth:
    """Up to and including the month of the 21st birthday."""
    return run_month() <= born.month.plus((leeftijd_zorg * 12).counted_as("months"))


@rules.rule("art. 95", since="2019-01", title=msg("de zorgtoeslag op tijd gevraagd is"))
def zorgtoeslag_op_tijd_gevraagd(
    zorgtoeslag_gevraagd: Truth, zorgtoeslag_gevraagd_in: CalendarMonth, aanvraag_termijn: Whole
) -> Truth:
    """A request reaches back five years."""
    return zorgtoeslag_gevraagd & (zorgtoeslag_gevraagd_in <= run_month().plus(aanvraag_termijn))


@rules.rule("art. 16 en 218", since="2019-01", title=msg("de zorgtoeslag"))
def zorgtoeslag(
    zorgtoeslag_rij: Whole,
    rechtgevend: Truth,
    onder_zorgleeftijd: Truth,
    zorgtoeslag_op_tijd_gevraagd: Truth,
    arbeid_toegelaten: Truth,
) -> Money:
    """The amount of the row; children of before 2019 have the same scale (art. 218)."""
    due = all_of(zorgtoeslag_rij >= 1, rechtgevend, onder_zorgleeftijd, zorgtoeslag_op_tijd_gevraagd, arbeid_toegelaten)
    amount = when(~due, NOTHING)
    for row in range(1, 7):
        amount = amount.when(zorgtoeslag_rij == row, Money.parameter(f"zorgtoeslag_bedrag_{row}"))
    return amount.otherwise(Money.parameter("zorgtoeslag_bedrag_7"))
