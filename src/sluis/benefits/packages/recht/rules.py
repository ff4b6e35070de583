"""Right-giving children: age, study, work, domicile and stay (art. 8; BVR Rechtgevend kind)."""

from __future__ import annotations

from sluis.kernel.text import msg
from sluis.rules import (
    YES,
    Day,
    Rules,
    Text,
    Truth,
    Whole,
    all_of,
    any_of,
    greatest_of,
    number,
    run_month,
    when,
)

rules = Rules("Groeipakketdecreet")
BVR = "BVR Rechtgevend kind"
MONTHS_A_YEAR = 12


def _up_to_birthday(born: Day, years: Whole) -> Truth:
    """Say whether the month is not later than that of the birthday: a right that stops runs to the end of its month."""
    return run_month().since(born.month).counted_as("") <= (years.counted_as("") * MONTHS_A_YEAR)


@rules.rule("art. 5 § 1", since="2019-01", unit="years", title=msg("de leeftijd"))
def leeftijd(born: Day) -> Whole:
    """Return the age that is reached in the month: the whole month of a birthday counts with the new age."""
    return run_month().since(born.month).whole_years()


@rules.rule("art. 5 § 1", since="2019-01", title=msg("het kind die maand in leven is"))
def in_leven(born: Day, died: Day, doodgeboren: Truth) -> Truth:
    """Say whether the child lived on a day of the month; the month of a death is still due."""
    not_before = when(died.known(), died.month >= run_month()).otherwise(YES)
    return all_of(~doodgeboren, born.month <= run_month(), not_before)


@rules.rule("art. 8 § 2", since="2019-01", title=msg("het kind ten hoogste 18 wordt die maand"))
def onvoorwaardelijk(born: Day, leeftijd_onvoorwaardelijk: Whole) -> Truth:
    """To the end of the month of the 18th birthday, whatever the child does."""
    return _up_to_birthday(born, leeftijd_onvoorwaardelijk)


@rules.rule("art. 8 § 2", since="2019-01", title=msg("het kind met een zorgbehoefte ten hoogste 21 wordt die maand"))
def recht_door_zorgbehoefte(born: Day, zorgscore_geeft_recht: Truth, leeftijd_zorg: Whole) -> Truth:
    """To the end of the month of the 21st birthday with a specific need for support."""
    return _up_to_birthday(born, leeftijd_zorg) & zorgscore_geeft_recht


@rules.rule("art. 16", since="2019-01", instrument=BVR, title=msg("het kind genoeg lesuren volgt"))
def niet_hoger_onderwijs(lesuren: Whole, alternerend: Truth, minimum_lesuren: Whole) -> Truth:
    """At least 17 lesson hours a week below higher education; alternating training counts by itself."""
    return alternerend | (lesuren >= minimum_lesuren)


@rules.rule("art. 24", since="2019-01", instrument=BVR, title=msg("het kind genoeg studiepunten opneemt"))
def hoger_onderwijs(
    studiepunten: Whole, diplomajaar: Truth, diplomajaar_eerste_van_cyclus: Truth, minimum_studiepunten: Whole
) -> Truth:
    """At least 27 credits, or fewer in the diploma year, once a cycle.

    From which month of the academic year the credits count is read with the facts: all of it when the first
    registration was not later than 30 November, else from the month of that registration.
    """
    enough = studiepunten >= minimum_studiepunten
    return enough | (diplomajaar & diplomajaar_eerste_van_cyclus)


@rules.rule("art. 32", since="2019-01", instrument=BVR, title=msg("het kind een gemengd programma volgt dat volstaat"))
def gemengd_programma(lesuren: Whole, studiepunten: Whole, minimum_lesuren: Whole) -> Truth:
    """In a mixed programme a credit counts for half an hour a week."""
    half_hours = lesuren.counted_as("") * 2 + studiepunten.counted_as("")
    both = (lesuren > number(0, "hours")) & (studiepunten > number(0, "credits"))
    return both & (half_hours >= minimum_lesuren.counted_as("") * 2)


@rules.rule("art. 8 § 2", since="2019-01", title=msg("het kind studeert"))
def student(niet_hoger_onderwijs: Truth, hoger_onderwijs: Truth, gemengd_programma: Truth) -> Truth:
    """Say whether the studies of the month are enough."""
    return any_of(niet_hoger_onderwijs, hoger_onderwijs, gemengd_programma)


@rules.rule("art. 33", since="2019-01", instrument=BVR, title=msg("het kind schoolverlater is"))
def schoolverlater(
    zorgscore_geeft_recht: Truth,
    maanden_zonder_studie_na_18: Whole,
    maanden_zonder_studie_na_21: Whole,
    schoolverlater_maanden: Whole,
) -> Truth:
    """Twelve months without studies, a backpack that new studies interrupt, after the free right."""
    used = when(zorgscore_geeft_recht, maanden_zonder_studie_na_21).otherwise(maanden_zonder_studie_na_18)
    return used < schoolverlater_maanden


@rules.rule("art. 33", since="2019-01", instrument=BVR, unit="hours", title=msg("de uren arbeid die meetellen"))
def getelde_uren(
    uren_gewoon: Whole, uren_student: Whole, uren_student_eerder: Whole, student_uren_per_jaar: Whole
) -> Whole:
    """Hours with an ordinary contract, and the student hours above the yearly number that this month brings."""
    none = number(0, "hours")
    before = greatest_of(uren_student_eerder - student_uren_per_jaar, none)
    after = greatest_of(uren_student_eerder + uren_student - student_uren_per_jaar, none)
    return uren_gewoon + after - before


@rules.rule(
    "art. 33", since="2019-01", instrument=BVR, title=msg("het kind niet te veel werkt en geen uitkering heeft")
)
def arbeid_toegelaten(
    getelde_uren: Whole, zelfstandig_hoofdberoep: Truth, eigen_uitkering: Truth, andere_arbeid_uren_per_maand: Whole
) -> Truth:
    """At most 80 hours in the month, no self-employment in main occupation, no own social benefit."""
    return all_of(getelde_uren <= andere_arbeid_uren_per_maand, ~zelfstandig_hoofdberoep, ~eigen_uitkering)


@rules.rule("art. 8 § 2", since="2019-01", title=msg("het kind studeert of schoolverlater is tot 25"))
def voorwaardelijk(
    born: Day, leeftijd_voorwaardelijk: Whole, arbeid_toegelaten: Truth, student: Truth, schoolverlater: Truth
) -> Truth:
    """To the end of the month of the 25th birthday, while studying or as a school leaver, within the limits of work."""
    young = _up_to_birthday(born, leeftijd_voorwaardelijk)
    return all_of(young, arbeid_toegelaten, student | schoolverlater)


@rules.rule("art. 8 § 2", since="2019-01", title=msg("het kind door leeftijd, zorg of studie recht geeft"))
def kind_in_telling(
    in_leven: Truth, onvoorwaardelijk: Truth, recht_door_zorgbehoefte: Truth, voorwaardelijk: Truth
) -> Truth:
    """Say whether the child counts wherever it lives: for the size of a family the region does not matter."""
    return in_leven & any_of(onvoorwaardelijk, recht_door_zorgbehoefte, voorwaardelijk)


@rules.rule("art. 8 § 1", since="2019-01", title=msg("Vlaanderen bevoegd is"))
def vlaanderen_bevoegd(gewest: Text) -> Truth:
    """The child is domiciled in the Dutch-language area; after a move within Belgium from the next month."""
    return gewest == "VL"


@rules.rule("art. 8", since="2019-01", title=msg("het kind recht geeft"))
def rechtgevend(kind_in_telling: Truth, vlaanderen_bevoegd: Truth, verblijfsrecht: Truth) -> Truth:
    """A right-giving child for whom Flanders pays."""
    return all_of(kind_in_telling, vlaanderen_bevoegd, verblijfsrecht)
