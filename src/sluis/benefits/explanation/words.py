"""The names of benefits, registers and states in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sluis.kernel.text import Message, msg

BENEFIT_TITLES: Final[Mapping[str, Message]] = {
    "startbedrag_geboorte": msg("het startbedrag bij geboorte"),
    "startbedrag_adoptie": msg("het startbedrag bij adoptie"),
    "basisbedrag": msg("het basisbedrag"),
    "rangbedrag": msg("het rangbedrag (kind van voor 2019)"),
    "leeftijdsbijslag": msg("de leeftijdsbijslag (kind van voor 2019)"),
    "schoolbonus": msg("de schoolbonus"),
    "wezentoeslag": msg("de wezentoeslag"),
    "zorgtoeslag": msg("de zorgtoeslag"),
    "ondersteuningstoeslag": msg("de ondersteuningstoeslag"),
    "pleegzorgtoeslag": msg("de pleegzorgtoeslag"),
    "sociale_toeslag": msg("de sociale toeslag"),
    "sociale_toeslag_eenmalig": msg("de eenmalige sociale toeslag"),
    "kinderopvangtoeslag": msg("de kinderopvangtoeslag"),
    "kleutertoeslag": msg("de kleutertoeslag"),
    "schooltoeslag": msg("de schooltoeslag"),
}

_NATIONAL: Final = msg("het Rijksregister")
_TAX: Final = msg("de FOD Financiën")
_SCHOOL: Final = msg("het Departement Onderwijs")
_PAYER: Final = msg("de uitbetaler")
_AGENCY: Final = msg("Opgroeien")
_OTHER: Final = msg("het dossier")

TABLE_SOURCES: Final[Mapping[str, Message]] = {
    "persons": _NATIONAL,
    "residences": _NATIONAL,
    "stay_rights": _NATIONAL,
    "households": _NATIONAL,
    "unions": _NATIONAL,
    "parentage": _NATIONAL,
    "births": msg("de geboorteakte"),
    "beneficiaries": _PAYER,
    "custody": msg("het vonnis, of de afspraak van de ouders, bij de uitbetaler"),
    "old_rights": msg("het vroegere kinderbijslagfonds"),
    "incomes": _TAX,
    "replacement_incomes": msg("het OCMW of de FOD Sociale Zekerheid"),
    "alarm_bells": msg("de bewijzen die u bij de uitbetaler indiende"),
    "illness": msg("het ziekenfonds"),
    "disabilities": msg("de FOD Sociale Zekerheid"),
    "care_scores": msg("de evaluerende arts van Opgroeien"),
    "placements": msg("de jeugdhulp, via Opgroeien"),
    "education": _SCHOOL,
    "childcare_days": msg("de kinderopvang, via Opgroeien"),
    "work": msg("de aangiften van werkgevers bij de sociale zekerheid"),
    "fiscal_dependants": _TAX,
    "requests": msg("uw eigen aanvraag"),
    "adoptions": msg("het vonnis van adoptie"),
    "entitlements": _PAYER,
    "stays": msg("de instelling waar iemand verblijft"),
    "organisations": _AGENCY,
}
"""Who keeps what each fact table holds, for the reader. Which message really brings a fact, the agreement tells."""


def benefit_title(name: str) -> Message:
    """Return a benefit in words; an unknown one under its own name."""
    return BENEFIT_TITLES.get(name, Message(name.replace("_", " ").replace("{", "").replace("}", "")))


def source_of(table: str) -> Message:
    """Return who keeps a table."""
    return TABLE_SOURCES.get(table, _OTHER)
