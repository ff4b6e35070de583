"""The orphan supplement of the new amounts, and who keeps the increased amount of before 2019."""

from __future__ import annotations

from sluis.kernel.text import msg
from sluis.rules import NO, NOTHING, Money, Rules, Truth, Whole, when

rules = Rules("Groeipakketdecreet")


@rules.rule("art. 14", since="2019-01", title=msg("het kind minstens één ouder verloor"))
def wees(ouders_overleden: Whole, ouders_vermoedelijk_afwezig: Whole) -> Truth:
    """A parent died, or the justice of the peace found a presumption of absence."""
    return ouders_overleden + ouders_vermoedelijk_afwezig >= 1


@rules.rule("art. 15, §2", since="2019-01", title=msg("het kind elke bekende ouder verloor"))
def volle_wees(ouders_bekend: Whole, ouders_overleden: Whole, ouders_vermoedelijk_afwezig: Whole, wees: Truth) -> Truth:
    """Both parents, or the only known one, in any mix of death and presumed absence."""
    return wees & (ouders_overleden + ouders_vermoedelijk_afwezig >= ouders_bekend)


@rules.rule("art. 14-15", since="2019-01", title=msg("de wezentoeslag"))
def wezentoeslag(
    wees: Truth,
    volle_wees: Truth,
    rechtgevend: Truth,
    nieuwe_bedragen: Truth,
    wezentoeslag_vol_bedrag: Money,
    wezentoeslag_half_bedrag: Money,
) -> Money:
    """On top of the base amount; a new partner of the surviving parent changes nothing."""
    due = wees & rechtgevend & nieuwe_bedragen
    return when(~due, NOTHING).when(volle_wees, wezentoeslag_vol_bedrag).otherwise(wezentoeslag_half_bedrag)


@rules.rule("art. 15", since="2019-01", until="2022-08", output="wezentoeslag_bronnen_verschillen")
def wezentoeslag_bronnen_gelijk() -> Truth:
    """Until August 2022 the sources print the same amounts."""
    return NO


@rules.rule(
    "art. 15",
    since="2022-09",
    until="2022-12",
    output="wezentoeslag_bronnen_verschillen",
    title=msg("de bronnen een ander bedrag noemen"),
)
def wezentoeslag_bronnen_najaar_2022(wezentoeslag: Money) -> Truth:
    """From September to December 2022 payers printed 173.19 and 171.49, 86.59 and 86.60."""
    return wezentoeslag > NOTHING


@rules.rule("art. 15", since="2023-01", output="wezentoeslag_bronnen_verschillen")
def wezentoeslag_bronnen_gelijk_sinds_2023() -> Truth:
    """From January 2023 the published amounts agree."""
    return NO


@rules.rule("art. 214", since="2019-01", title=msg("het kind het verhoogde bedrag voor wezen van voor 2019 houdt"))
def wees_oud(wees_op_31_december_2018: Truth, overlevende_ouder_in_nieuw_gezin: Truth, nieuwe_bedragen: Truth) -> Truth:
    """Granted on 31 December 2018, and the surviving parent is alone or lives with kin to the third degree."""
    return wees_op_31_december_2018 & ~overlevende_ouder_in_nieuw_gezin & ~nieuwe_bedragen
