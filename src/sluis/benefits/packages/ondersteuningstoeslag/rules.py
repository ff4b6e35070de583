"""The support allowance, successor of the basic support budget of the Flemish social protection."""

from __future__ import annotations

from sluis.kernel.text import msg
from sluis.rules import NOTHING, CalendarMonth, Day, Money, Rules, Text, Truth, Whole, all_of, any_of, run_month, when

rules = Rules("Groeipakketdecreet")


@rules.rule("art. 56/1", since="2023-01", title=msg("het kind tot de wachtlijstgroep van 2015 behoort"))
def wachtlijstgroep(basisondersteuningsbudget_eind_2022: Truth, twaalf_punten_eind_2022: Truth) -> Truth:
    """Had the budget at the end of 2022 without twelve points: so through the waiting list of 30 June 2015."""
    return basisondersteuningsbudget_eind_2022 & ~twaalf_punten_eind_2022


@rules.rule("art. 56/1", since="2023-01", title=msg("het kind jong genoeg is en genoeg zorg nodig heeft"))
def ondersteuning_nodig(
    born: Day,
    steunpunten: Whole,
    wachtlijstgroep: Truth,
    ondersteuningstoeslag_punten: Whole,
    leeftijd_zorg: Whole,
    leeftijd_voorwaardelijk: Whole,
) -> Truth:
    """Twelve points to the month of the 21st birthday; the waiting-list group, whatever its points, of the 25th."""
    until_21 = run_month() <= born.month.plus((leeftijd_zorg * 12).counted_as("months"))
    until_25 = run_month() <= born.month.plus((leeftijd_voorwaardelijk * 12).counted_as("months"))
    return any_of(
        all_of(until_21, steunpunten >= ondersteuningstoeslag_punten),
        all_of(until_25, wachtlijstgroep),
    )


@rules.rule("art. 56/1", since="2023-01", title=msg("het kind in Vlaanderen woont, of in Brussel na een vraag"))
def ondersteuning_toegekend_of_gevraagd(
    gewest: Text,
    ondersteuningstoeslag_gevraagd: Truth,
    ondersteuningstoeslag_gevraagd_in: CalendarMonth,
    aanvraag_termijn: Whole,
) -> Truth:
    """Automatic in Flanders; on request in Brussels, back to five years before the request (art. 95)."""
    asked = ondersteuningstoeslag_gevraagd & (ondersteuningstoeslag_gevraagd_in <= run_month().plus(aanvraag_termijn))
    return any_of(gewest == "VL", all_of(gewest == "BR", asked))


@rules.rule(
    "art. 56/1",
    since="2019-01",
    until="2022-12",
    output="ondersteuningstoeslag",
    title=msg("de ondersteuningstoeslag"),
)
def nog_geen_ondersteuningstoeslag() -> Money:
    """Until the end of 2022 the care funds paid a basic support budget, outside the Groeipakket."""
    return NOTHING


@rules.rule("art. 56/1", since="2023-01", title=msg("de ondersteuningstoeslag"))
def ondersteuningstoeslag(
    in_leven: Truth,
    ondersteuning_nodig: Truth,
    ondersteuning_toegekend_of_gevraagd: Truth,
    verblijfsrecht: Truth,
    ander_ondersteuningsbudget: Truth,
    ondersteuningstoeslag_bedrag: Money,
) -> Money:
    """One amount, whatever the number of points; suspended beside a personal budget."""
    due = all_of(
        in_leven,
        ondersteuning_nodig,
        ondersteuning_toegekend_of_gevraagd,
        verblijfsrecht,
        ~ander_ondersteuningsbudget,
    )
    return when(due, ondersteuningstoeslag_bedrag).otherwise(NOTHING)
