"""The school allowance: pedagogical and financial conditions, points, limits and the amount between them."""

from __future__ import annotations

from sluis.benefits.packages.income import add_income_rules, times
from sluis.kernel.text import msg
from sluis.rules import (
    NOTHING,
    Day,
    Money,
    Rules,
    Scaled,
    Share,
    Text,
    Truth,
    Whole,
    all_of,
    any_of,
    code,
    greatest_of,
    least_of,
    number,
    run_month,
    when,
)

rules = Rules("Groeipakketdecreet")
FIRST = "2019-09"
OWN_KIND = "gehuwd_zelfstandig_alleenstaand"


@rules.rule("art. 5, §2", since=FIRST, title=msg("het schooljaar in die maand begint"))
def schooljaar_begint() -> Truth:
    """Amounts and limits hold for a school year: it is decided once, in September."""
    return run_month().month_of_year == number(9)


@rules.rule("art. 39", since=FIRST, unit="year", title=msg("het inkomstenjaar"))
def school_inkomensjaar() -> Whole:
    """The income of two calendar years before the one in which the school year begins."""
    return run_month().year - 2


add_income_rules(rules, "school", "school_inkomensjaar", msg("twee jaar voor het schooljaar"), since=FIRST)


@rules.rule("art. 27, §2", since=FIRST, unit="years", title=msg("de leeftijd op 31 december van het schooljaar"))
def leeftijd_op_31_december(born: Day) -> Whole:
    """The age that is reached in the calendar year in which the school year begins."""
    return (run_month().year - born.month.year).counted_as("years")


@rules.rule("art. 38", since=FIRST, title=msg("de leerling zelf een gezin is voor de schooltoeslag"))
def eigen_gezin(leerling_gehuwd: Truth, leerling_alleenstaand: Truth) -> Truth:
    """A married pupil, or one of age who lives with nobody who raises it; being self-employed is not in the facts."""
    return leerling_gehuwd | leerling_alleenstaand


@rules.rule("art. 24, 1°", since=FIRST, title=msg("aan de nationaliteitsvoorwaarde is voldaan"))
def school_verblijf(verblijfsrecht: Truth, pleegkind_sinds_een_jaar: Truth) -> Truth:
    """Belgian or allowed to stay; not asked of a foster child for more than a year in the family (BVR art. 2)."""
    return verblijfsrecht | pleegkind_sinds_een_jaar


@rules.rule("art. 27, §2", since=FIRST, title=msg("de kleuter genoeg op school was"))
def kleuter_aanwezig_op_school(
    school_aanwezig: Whole,
    school_aanwezig_vorig_jaar: Whole,
    school_kleuter_vorig_jaar: Truth,
    leeftijd_op_31_december: Whole,
) -> Truth:
    """Enough half days this school year, or shown to be enough in the one before: only the second year in a row counts.

    Attendance that is not reported yet does not hold back the grant: it is checked at the end of the school year.
    """
    last_year = leeftijd_op_31_december - number(1, "years")
    needed = Whole.bands("schooltoeslag_halve_dagen", leeftijd_op_31_december, unit="half_days")
    needed_then = Whole.bands("schooltoeslag_halve_dagen", last_year, unit="half_days", years=-1)
    return any_of(
        ~school_aanwezig.known(),
        school_aanwezig.known() & (school_aanwezig >= needed),
        school_kleuter_vorig_jaar & (school_aanwezig_vorig_jaar >= needed_then),
    )


@rules.rule(
    "art. 27, 30 en 34", since=FIRST, title=msg("de leerling niet twee schooljaren na elkaar te veel afwezig was")
)
def niet_te_veel_afwezig(
    school_ongewettigd: Whole, school_ongewettigd_vorig_jaar: Whole, schooltoeslag_afwezigheid: Whole
) -> Truth:
    """At most 29 half days without a good reason, in this school year or in the one before."""
    return any_of(
        school_ongewettigd < schooltoeslag_afwezigheid, school_ongewettigd_vorig_jaar < schooltoeslag_afwezigheid
    )


@rules.rule("art. 26-35", since=FIRST, title=msg("de leerling genoeg aanwezig was"))
def school_aanwezigheid(
    school_hoogste: Text,
    leeftijd_op_31_december: Whole,
    schooltoeslag_leerplicht: Whole,
    kleuter_aanwezig_op_school: Truth,
    niet_te_veel_afwezig: Truth,
) -> Truth:
    """In nursery school the half days attended; from six, and in other schools, the absence without a good reason."""
    by_attendance = all_of(school_hoogste == "kleuter", leeftijd_op_31_december < schooltoeslag_leerplicht)
    return any_of(by_attendance & kleuter_aanwezig_op_school, ~by_attendance & niet_te_veel_afwezig)


@rules.rule("art. 35", since=FIRST, title=msg("de leerling niet te oud is"))
def school_leeftijd(born: Day, school_hoogste: Text, schooltoeslag_leeftijd: Whole) -> Truth:
    """Secondary school: to the school year in which the pupil turns 22; no limit in HBO5 nursing."""
    turns = born.month.plus((schooltoeslag_leeftijd * 12).counted_as("months"))
    return any_of(run_month() <= turns, school_hoogste.is_one_of("hbo5_extern", "hbo5_intern"))


@rules.rule("art. 26-35", since=FIRST, title=msg("aan de pedagogische voorwaarden is voldaan"))
def pedagogische_voorwaarden(
    leerling: Truth,
    school_tot_einde: Truth,
    school_onderbroken: Truth,
    school_aanwezigheid: Truth,
    school_leeftijd: Truth,
) -> Truth:
    """Enrolled in a recognised school to its last day without a long break, young enough and present enough."""
    return all_of(leerling, school_tot_einde, ~school_onderbroken, school_aanwezigheid, school_leeftijd)


@rules.rule("art. 41-42", since=FIRST, unit="points", title=msg("de punten van het gezin"))
def schooltoeslag_punten(
    eigen_gezin: Truth,
    leerling_gehuwd: Truth,
    leerling_met_kinderen: Truth,
    personen_ten_laste: Whole,
    leerlingen_niet_ten_laste: Whole,
    personen_in_hoger_onderwijs: Whole,
    personen_met_handicap: Whole,
    schooltoeslag_hoogste_punten: Whole,
) -> Whole:
    """One to begin with (not for a single pupil without children), one per dependant, per other pupil, per disability.

    And the number of persons in higher education less one.
    """
    none, one = number(0, "points"), number(1, "points")
    start = when(eigen_gezin & ~leerling_gehuwd & ~leerling_met_kinderen, none).otherwise(one)
    higher = greatest_of(personen_in_hoger_onderwijs - one, none)
    total = start + personen_ten_laste + leerlingen_niet_ten_laste + higher + personen_met_handicap
    return least_of(total, schooltoeslag_hoogste_punten)


@rules.rule("art. 43, §1", since=FIRST, title=msg("de minimuminkomensgrens van het gezin"))
def school_minimumgrens(schooltoeslag_punten: Whole) -> Money:
    """At or below it the allowance is full."""
    return Money.table("schooltoeslag_minimumgrens", schooltoeslag_punten)


@rules.rule("art. 43, §1", since=FIRST, title=msg("de maximuminkomensgrens van het gezin"))
def school_maximumgrens(schooltoeslag_punten: Whole) -> Money:
    """Above it there is no allowance."""
    return Money.table("schooltoeslag_maximumgrens", schooltoeslag_punten)


@rules.rule("art. 39-40 en 43, §2", since=FIRST, title=msg("aan de financiële voorwaarden is voldaan"))
def financiele_voorwaarden(
    school_inkomen: Scaled,
    school_maximumgrens: Money,
    school_ki_test: Truth,
    leerling_alleenstaand: Truth,
    pleegkind_sinds_een_jaar: Truth,
) -> Truth:
    """Income not above the maximum and the cadastral test passed, which is not asked of a single pupil.

    Neither is asked of a foster child of more than a year (art. 37).
    """
    within = school_inkomen <= school_maximumgrens
    return pleegkind_sinds_een_jaar | all_of(within, school_ki_test | leerling_alleenstaand)


@rules.rule(
    "art. 39, §3", since=FIRST, title=msg("het inkomen uitzonderlijk laag is en vooral uit uitkeringen bestaat")
)
def uitzonderlijk_inkomen(
    school_inkomen: Scaled,
    school_maximumgrens: Money,
    school_vervanging: Money,
    school_leefloon: Money,
    school_ivt: Money,
    school_onderhoud_ontvangen: Money,
) -> Truth:
    """At most a tenth of the maximum, of which at least 70 % replacement income, alimony, leefloon or IVT."""
    maintenance = school_onderhoud_ontvangen.share(Share.parameter("inkomen_onderhoud_aandeel"))
    part = (school_vervanging + school_leefloon + school_ivt).exact() + maintenance
    mostly = (times(part, 10) >= times(school_inkomen, 7)) & (part > NOTHING)
    return (times(school_inkomen, 10) <= school_maximumgrens) & mostly


def _of_kind(kind: Text, foster: Truth, exceptional: Truth, income: Scaled, lower: Money, upper: Money) -> Money:
    """Return the allowance for one kind of education (art. 39, 40 and 44-49), half up to the cent."""
    full, least = Money.table("schooltoeslag_volledig", kind), Money.table("schooltoeslag_minimum", kind)
    has_exceptional = kind.is_one_of("lager", "voltijds_extern", "derde_jaar_extern", "leren_en_werken")
    between = full.portion(upper - income.rounded(), upper - lower, otherwise=NOTHING)
    return (
        when(kind == "kleuter", Money.parameter("schooltoeslag_kleuter"))
        .when(foster, full)
        .when(has_exceptional & exceptional, Money.table("schooltoeslag_uitzonderlijk", kind))
        .when(income <= lower, full)
        .otherwise(greatest_of(between, least))
    )


def _kind(kind: Text, own_family: Truth) -> Text:
    """Return the row of the tables: in full-time secondary school a pupil that is its own family has its own row."""
    full_time = kind.is_one_of("voltijds_extern", "voltijds_intern", "derde_jaar_extern", "derde_jaar_intern")
    return when(own_family & full_time, code(OWN_KIND)).otherwise(kind)


@rules.rule("art. 48, §1", since=FIRST, title=msg("het onderwijs met het hoogste bedrag"))
def school_soort(school_hoogste: Text, eigen_gezin: Truth) -> Text:
    """HBO5 nursing first, then a family of its own, then the third year of the third grade."""
    return _kind(school_hoogste, eigen_gezin)


@rules.rule("art. 48, §1", since=FIRST, title=msg("het andere onderwijs van het schooljaar"))
def school_andere_soort(school_tweede: Text, eigen_gezin: Truth) -> Text:
    """The same for what else was followed in the school year."""
    return _kind(school_tweede, eigen_gezin)


@rules.rule("art. 48, §1", since=FIRST, title=msg("het onderwijs aan het einde van het schooljaar, voor de bedragen"))
def school_laatste_soort(school_laatste: Text, eigen_gezin: Truth) -> Text:
    """The same for what was followed last."""
    return _kind(school_laatste, eigen_gezin)


@rules.rule(
    "art. 44-49", since=FIRST, until="2021-08", output="school_bedrag", title=msg("het bedrag van de schooltoeslag")
)
def school_bedrag_van_het_einde(
    school_laatste_soort: Text,
    pleegkind_sinds_een_jaar: Truth,
    uitzonderlijk_inkomen: Truth,
    school_inkomen: Scaled,
    school_minimumgrens: Money,
    school_maximumgrens: Money,
) -> Money:
    """Before 2021-2022: the amount of what the pupil followed at the end of the school year."""
    return _of_kind(
        school_laatste_soort,
        pleegkind_sinds_een_jaar,
        uitzonderlijk_inkomen,
        school_inkomen,
        school_minimumgrens,
        school_maximumgrens,
    )


@rules.rule("art. 44-49", since="2021-09", output="school_bedrag", title=msg("het bedrag van de schooltoeslag"))
def school_bedrag_hoogste(
    school_soort: Text,
    school_andere_soort: Text,
    pleegkind_sinds_een_jaar: Truth,
    uitzonderlijk_inkomen: Truth,
    school_inkomen: Scaled,
    school_minimumgrens: Money,
    school_maximumgrens: Money,
) -> Money:
    """From 2021-2022 a change of course gives the highest amount (art. 45)."""
    of_kind = (
        _of_kind(
            kind,
            pleegkind_sinds_een_jaar,
            uitzonderlijk_inkomen,
            school_inkomen,
            school_minimumgrens,
            school_maximumgrens,
        )
        for kind in (school_soort, school_andere_soort)
    )
    first, second = of_kind
    return when(school_soort == school_andere_soort, first).otherwise(greatest_of(first, second))


@rules.rule("art. 84", since=FIRST, title=msg("het kind in Vlaanderen woont of de schooltoeslag gevraagd is"))
def school_ambtshalve_of_gevraagd(gewest: Text, schooltoeslag_gevraagd: Truth) -> Truth:
    """Automatic with a Flemish file, on request for pupils who live elsewhere."""
    return (gewest == "VL") | schooltoeslag_gevraagd


@rules.rule("art. 24", since=FIRST, title=msg("de schooltoeslag"))
def schooltoeslag(
    schooljaar_begint: Truth,
    school_verblijf: Truth,
    pedagogische_voorwaarden: Truth,
    financiele_voorwaarden: Truth,
    school_ambtshalve_of_gevraagd: Truth,
    school_bedrag: Money,
) -> Money:
    """Due when all three sorts of conditions are met; never above the full, never below the minimum allowance."""
    due = all_of(
        schooljaar_begint,
        pedagogische_voorwaarden,
        school_verblijf,
        school_ambtshalve_of_gevraagd,
        financiele_voorwaarden,
    )
    return when(due, school_bedrag).otherwise(NOTHING)


@rules.rule("art. 27", since=FIRST, title=msg("de aanwezigheid van de kleuter nog niet gekend is"))
def schooltoeslag_voorlopig(schooltoeslag: Money, school_hoogste: Text, school_aanwezig: Whole) -> Truth:
    """The attendance of a nursery pupil is checked at the end of the school year."""
    return all_of(schooltoeslag > NOTHING, school_hoogste == "kleuter", ~school_aanwezig.known())
