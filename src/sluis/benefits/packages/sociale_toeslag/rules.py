"""The sociale toeslag (art. 18, 222; BVR Sociale Toeslagen): families, grounds, bands, amounts per side of a child."""

from __future__ import annotations

from sluis.benefits.packages.income import add_income_rules, times
from sluis.benefits.packages.sociale_toeslag.bands import add_band_rules
from sluis.benefits.packages.sociale_toeslag.facts import ALARM, AWARD, CALENDAR
from sluis.kernel.text import msg
from sluis.rules import (
    NOTHING,
    YES,
    CalendarMonth,
    Day,
    Money,
    Rules,
    Scaled,
    Text,
    Truth,
    Whole,
    all_of,
    any_in,
    any_of,
    count_in,
    rank_in,
    run_month,
    sum_in,
    when,
)

rules = Rules("Groeipakketdecreet")
BVR = "BVR Sociale Toeslagen"
MONTHS_A_YEAR = 12
HALF = 500


# Which years


@rules.rule("art. 1, 6°", since="2019-01", instrument=BVR, unit="year", title=msg("het lopende jaar"))
def dit_jaar() -> Whole:
    """Return the calendar year of the month."""
    return run_month().year


@rules.rule(
    "art. 1, 6°", since="2019-01", instrument=BVR, unit="year", title=msg("het beginjaar van het toekenningsjaar")
)
def toekenningsjaar(dit_jaar: Whole) -> Whole:
    """Return the year in which the award year began: on 1 October at first, on 1 September later."""
    begun = run_month().month_of_year >= Whole.table("toekenningsjaar_begin", dit_jaar)
    return when(begun, dit_jaar).otherwise(dit_jaar - 1)


@rules.rule(
    "art. 7 § 1",
    since="2019-01",
    until="2019-09",
    output="inkomensjaar",
    instrument=BVR,
    unit="year",
    title=msg("het inkomensjaar"),
)
def inkomensjaar_2019(dit_jaar: Whole) -> Whole:
    """Return 2017: the first award year began in October 2019 and no rule for the months before was found."""
    return dit_jaar - 2


@rules.rule(
    "art. 7 § 1", since="2019-10", output="inkomensjaar", instrument=BVR, unit="year", title=msg("het inkomensjaar")
)
def inkomensjaar_twee_jaar_terug(toekenningsjaar: Whole) -> Whole:
    """Return the income year of the assessment: two years before the award year began."""
    return toekenningsjaar - 2


AWARD_YEAR = msg("twee jaar voor het toekenningsjaar")
CALENDAR_YEAR = msg("het kalenderjaar zelf")
add_income_rules(rules, AWARD, "inkomensjaar", AWARD_YEAR)
add_income_rules(rules, CALENDAR, "dit_jaar", CALENDAR_YEAR)


# The family


@rules.rule("art. 6", since="2019-01", instrument=BVR, title=msg("het kind meetelt voor de gezinsgrootte"))
def telt_mee(kind_in_telling: Truth, in_leven: Truth, student: Truth, schoolverlater: Truth, born: Day) -> Truth:
    """A right-giving child under any law; one whose payment is suspended because it works too much still counts."""
    young = run_month().since(born.month).counted_as("") <= 25 * MONTHS_A_YEAR
    return kind_in_telling | all_of(in_leven, young, student | schoolverlater)


@rules.rule("art. 6", since="2019-01", instrument=BVR, unit="children", title=msg("de gezinsgrootte"))
def gezinsgrootte(gezin: Text, telt_mee: Truth) -> Whole:
    """Right-giving children who live at least half of the time with the income core."""
    return count_in(gezin, telt_mee, unit="children")


@rules.rule("art. 18", since="2019-01", title=msg("het gezin drie of meer kinderen telt"))
def groot_gezin(gezinsgrootte: Whole) -> Truth:
    """Say whether the amounts for three or more children apply."""
    return gezinsgrootte >= 3


@rules.rule("art. 18", since="2019-01", title=msg("een kind van het gezin de nieuwe bedragen heeft"))
def gezin_met_nieuw_kind(gezin: Text, telt_mee: Truth, nieuwe_bedragen: Truth) -> Truth:
    """Say whether a child with new amounts counts in the family: since 2019 it came as the third or a later one."""
    return any_in(gezin, telt_mee & nieuwe_bedragen)


# Three grounds: the assessment of two years before, that of the calendar year itself, and the alarm bells.


@rules.rule("art. 7-8", since="2019-01", instrument=BVR, title=msg("het inkomen van het kalenderjaar telt"))
def kalender_telt(kalender_bekend: Truth) -> Truth:
    """The assessment of the calendar year arrived: below the limit it is paid for months not yet paid."""
    return kalender_bekend


@rules.rule("art. 12", since="2019-01", instrument=BVR, unit="year", title=msg("het toekenningsjaar van de alarmbel"))
def alarm_toekenningsjaar(alarm_laatste_maand: CalendarMonth) -> Whole:
    """Return the award year in which the last proven month lies."""
    begun = alarm_laatste_maand.month_of_year >= Whole.table("toekenningsjaar_begin", alarm_laatste_maand.year)
    return when(begun, alarm_laatste_maand.year).otherwise(alarm_laatste_maand.year - 1)


@rules.rule("art. 12", since="2019-01", instrument=BVR, title=msg("een alarmbel van zes maanden deze maand nog telt"))
def alarm_telt(
    alarm_maanden: Whole,
    alarm_laatste_maand: CalendarMonth,
    alarm_toekenningsjaar: Whole,
    toekenningsjaar: Whole,
    alarmbel_maanden_minstens: Whole,
) -> Truth:
    """Six proven months count for themselves and on to the start of the next award year."""
    proven = alarm_laatste_maand >= run_month()
    return all_of(alarm_maanden >= alarmbel_maanden_minstens, proven | (alarm_toekenningsjaar == toekenningsjaar))


@rules.rule("art. 12", since="2019-01", instrument=BVR, title=msg("het bewezen inkomen op jaarbasis"))
def alarm_inkomen(
    alarm_maandinkomen: Money,
    toekenning_ki_vreemd_geteld: Scaled,
    toekenning_ki_beroep: Money,
) -> Scaled:
    """Twelve times the proven mean, with the cadastral income that is known when the bell is rung."""
    year = alarm_maandinkomen.times(MONTHS_A_YEAR).exact()
    known = toekenning_ki_vreemd_geteld.known()
    return when(known, year + toekenning_ki_vreemd_geteld + toekenning_ki_beroep).otherwise(year)


@rules.rule("art. 12", since="2019-01", instrument=BVR, title=msg("het bewezen inkomen voor de KI-test slaagt"))
def alarm_ki_test(
    alarm_maandinkomen: Money,
    toekenning_ki_vreemd: Scaled,
    toekenning_ki_vreemd_geteld: Scaled,
    toekenning_ki_test_vrijgesteld: Truth,
) -> Truth:
    """The cadastral income that is known, against the proven income; nothing known fails nobody."""
    year = alarm_maandinkomen.times(MONTHS_A_YEAR).exact()
    passed = any_of(
        toekenning_ki_vreemd <= Money.parameter("ki_drempel"),
        times(toekenning_ki_vreemd_geteld, 5) <= year,
        toekenning_ki_test_vrijgesteld,
    )
    return when(toekenning_ki_vreemd.known(), passed).otherwise(YES)


add_band_rules(rules, AWARD, AWARD_YEAR, always=True)
add_band_rules(rules, CALENDAR, CALENDAR_YEAR)
add_band_rules(rules, ALARM, msg("de alarmbel"))


@rules.rule("art. 18", since="2019-01", title=msg("het gezinsinkomen niet boven de laagste grens ligt"))
def laag_inkomen(laag_toekenning: Truth, laag_kalender: Truth, leefloon_die_maand: Truth, laag_alarm: Truth) -> Truth:
    """One ground is enough; a month with leefloon, IVT or IGO is one (BVR art. 11)."""
    return any_of(laag_toekenning, leefloon_die_maand, laag_alarm, laag_kalender)


@rules.rule("art. 18", since="2019-01", title=msg("het gezinsinkomen in de middelste band ligt"))
def midden_inkomen(midden_toekenning: Truth, midden_kalender: Truth, midden_alarm: Truth) -> Truth:
    """Say whether one ground puts the income at most at the higher limit of the family."""
    return any_of(midden_toekenning, midden_alarm, midden_kalender)


# The amounts


@rules.rule(
    "art. 18", since="2019-01", until="2023-03", output="toeslag_nieuw", title=msg("de toeslag aan de nieuwe bedragen")
)
def toeslag_nieuw_tot_maart_2023(groot_gezin: Truth, laag_inkomen: Truth, midden_inkomen: Truth) -> Money:
    """New amounts before there was a middle band for one or two children."""
    return (
        when(laag_inkomen, _lowest_new(groot_gezin))
        .when(midden_inkomen, Money.parameter("sociale_toeslag_nieuw_midden_3plus"))
        .otherwise(NOTHING)
    )


@rules.rule("art. 18", since="2023-04", output="toeslag_nieuw", title=msg("de toeslag aan de nieuwe bedragen"))
def toeslag_nieuw(groot_gezin: Truth, laag_inkomen: Truth, midden_inkomen: Truth) -> Money:
    """New amounts, with a middle band for every size of family."""
    middle = when(groot_gezin, Money.parameter("sociale_toeslag_nieuw_midden_3plus")).otherwise(
        Money.parameter("sociale_toeslag_midden_1_2")
    )
    return when(laag_inkomen, _lowest_new(groot_gezin)).when(midden_inkomen, middle).otherwise(NOTHING)


def _lowest_new(large: Truth) -> Money:
    return when(large, Money.parameter("sociale_toeslag_nieuw_laag_3plus")).otherwise(
        Money.parameter("sociale_toeslag_nieuw_laag_1_2")
    )


@rules.rule("art. 222 § 1", since="2019-01", title=msg("de toeslag bij het rangbedrag"))
def toeslag_rang(rang: Whole) -> Money:
    """The transition amount that belongs to the rank amount of the child: the lower the rank amount, the higher."""
    return (
        when(rang == 1, Money.parameter("sociale_toeslag_oud_rang1"))
        .when(rang == 2, Money.parameter("sociale_toeslag_oud_rang2"))
        .otherwise(Money.parameter("sociale_toeslag_oud_rang3"))
    )


@rules.rule("art. 222 § 2", since="2019-01", title=msg("de toeslag bij het rangbedrag, verhoogd bij ziekte of alleen"))
def toeslag_rang_verhoogd(rang: Whole, toeslag_rang: Money, langdurig_ziek: Truth, alleenstaand: Truth) -> Money:
    """More with a long illness for the lowest rank amount, more alone for the highest; only up to the lowest limit."""
    return (
        when(all_of(rang == 1, langdurig_ziek), Money.parameter("sociale_toeslag_oud_rang1_langdurig_ziek"))
        .when(all_of(rang == 3, alleenstaand), Money.parameter("sociale_toeslag_oud_rang3_eenouder"))
        .otherwise(toeslag_rang)
    )


@rules.rule(
    "art. 222", since="2019-01", until="2023-03", output="toeslag_oud", title=msg("de toeslag aan de overgangsbedragen")
)
def toeslag_oud_tot_maart_2023(
    laag_inkomen: Truth, midden_inkomen: Truth, toeslag_rang: Money, toeslag_rang_verhoogd: Money
) -> Money:
    """Transition amounts: in the middle band only in a large family with a child on new amounts."""
    return when(laag_inkomen, toeslag_rang_verhoogd).when(midden_inkomen, toeslag_rang).otherwise(NOTHING)


@rules.rule("art. 222", since="2023-04", output="toeslag_oud", title=msg("de toeslag aan de overgangsbedragen"))
def toeslag_oud(
    groot_gezin: Truth, laag_inkomen: Truth, midden_inkomen: Truth, toeslag_rang: Money, toeslag_rang_verhoogd: Money
) -> Money:
    """Transition amounts, and the same middle amount as new children have in a family with one or two."""
    middle = when(groot_gezin, toeslag_rang).otherwise(Money.parameter("sociale_toeslag_midden_1_2"))
    return when(laag_inkomen, toeslag_rang_verhoogd).when(midden_inkomen, middle).otherwise(NOTHING)


@rules.rule("art. 18", since="2019-01", title=msg("de hele toeslag in dit gezin"))
def hele_toeslag(
    rechtgevend: Truth, nieuwe_bedragen: Truth, wees_oud: Truth, toeslag_nieuw: Money, toeslag_oud: Money
) -> Money:
    """The supplement that the family would have for a child that lives there always.

    The increased old orphan amount takes the place of a rank amount, and the transition supplements go with those.
    """
    return (
        when(~rechtgevend, NOTHING).when(nieuwe_bedragen, toeslag_nieuw).when(wees_oud, NOTHING).otherwise(toeslag_oud)
    )


# The halves of separated families


@rules.rule("art. 4 § 2", since="2019-01", title=msg("de toeslag voor de tijd in dit gezin"))
def toeslag_van_deel(deel: Whole, hele_toeslag: Money) -> Money:
    """Half the supplement in a family where the child lives half the time, to the cent half up."""
    return when(deel == HALF, hele_toeslag.divided(2)).otherwise(hele_toeslag)


@rules.rule("art. 4 § 2", since="2019-01", title=msg("het nummer van dit gezin voor het kind"))
def nummer_van_gezin(stand: Text, deel: Whole) -> Whole:
    """1 or 2 for the families of a child that shares its time equally, 0 for the others."""
    return rank_in(stand, deel, where=deel == HALF)


@rules.rule("art. 4 § 2", since="2019-01", title=msg("de toeslag van dit gezin"))
def toeslag_van_gezin(
    stand: Text, deel: Whole, nummer_van_gezin: Whole, hele_toeslag: Money, toeslag_van_deel: Money
) -> Money:
    """Rounding is on the total per child: the second half of an odd amount is what is left of it.

    Of an even amount the halves are exact; then one family's decision rests on nothing of the other, and tells nothing.
    """
    half = (deel == HALF) & hele_toeslag.known()
    odd = all_of(deel == HALF, toeslag_van_deel + toeslag_van_deel != hele_toeslag, nummer_van_gezin == 2)
    total = sum_in(stand, hele_toeslag, where=half).divided(2)
    rounded = sum_in(stand, toeslag_van_deel, where=half)
    return when(odd, toeslag_van_deel + total - rounded).otherwise(toeslag_van_deel)


# What is granted


@rules.rule("art. 18", since="2019-01", title=msg("de sociale toeslag"))
def sociale_toeslag(
    kind: Text, plaats: Text, einde_maand: Truth, zelfde_deel: Truth, toeslag_van_gezin: Money
) -> Money:
    """An event counts from the first of its month; a right that it ends runs to the end of the month (art. 5 § 1)."""
    here = sum_in(plaats, toeslag_van_gezin, where=einde_maand)
    anywhere = sum_in(kind, toeslag_van_gezin, where=einde_maand)
    ended = any_of(zelfde_deel & (here == NOTHING), anywhere == NOTHING)
    return when(einde_maand | ended, toeslag_van_gezin).otherwise(NOTHING)


@rules.rule("art. 222/1", since="2019-01", title=msg("de eenmalige sociale toeslag"))
def sociale_toeslag_eenmalig(sociale_toeslag: Money, deel: Whole, sociale_toeslag_eenmalig_bedrag: Money) -> Money:
    """Once per child with a supplement in that month; each family of an equally shared child has half."""
    part = when(deel == HALF, sociale_toeslag_eenmalig_bedrag.divided(2)).otherwise(sociale_toeslag_eenmalig_bedrag)
    return when(sociale_toeslag > NOTHING, part).otherwise(NOTHING)


@rules.rule("art. 7-8", since="2019-01", instrument=BVR, title=msg("de sociale toeslag voorlopig is"))
def sociale_toeslag_voorlopig(sociale_toeslag: Money, kalender_telt: Truth) -> Truth:
    """Granted, and to be looked at again when the assessment of the calendar year itself arrives."""
    return (sociale_toeslag > NOTHING) & ~kalender_telt


@rules.rule("art. 7 § 1", since="2019-01", instrument=BVR, unit="year", title=msg("het jaar van het gebruikte inkomen"))
def sociale_toeslag_inkomensjaar(
    inkomensjaar: Whole,
    dit_jaar: Whole,
    laag_toekenning: Truth,
    laag_inkomen: Truth,
    midden_toekenning: Truth,
    midden_inkomen: Truth,
) -> Whole:
    """The year of the income that gave the amount; that of two years before where it decides or nothing does."""
    return (
        when(laag_toekenning, inkomensjaar)
        .when(laag_inkomen, dit_jaar)
        .when(midden_toekenning, inkomensjaar)
        .when(midden_inkomen, dit_jaar)
        .otherwise(inkomensjaar)
    )
