"""The fact tables that the law is applied to: their columns, types and what was known when.

One definition for acceptance cases, Parquet files and tests; it is the schema of the acceptance cases, with amounts as
whole cents (Int64) and the months of childcare and work as a number: year x 12 + month - 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

ID: Final = pl.String()
CODE: Final = pl.String()
DAY: Final = pl.Date()
MONTH: Final = pl.Int32()
WHOLE: Final = pl.Int64()
CENTS: Final = pl.Int64()
TRUTH: Final = pl.Boolean()
SHARE: Final = pl.Float64()

NAMING: Final = frozenset(
    {
        *("id", "person", "child", "parent", "a", "b", "beneficiary", "carer", "cared_for", "organisation", "provider"),
        *("pupil", "dependant", "by", "adopter", "household", "group"),
    }
)
"""The columns that name a person, a household, a group or an organisation: what two sets of facts may not share."""

_SPELL: Final[Mapping[str, pl.DataType]] = {"from": DAY, "to": DAY}


@dataclass(frozen=True, slots=True)
class TableSchema:
    """One table: its columns, those that every row has, and how its rows become known.

    `known_by` names the column with the day on which a row became known; a row without that day was always known.
    Without such a column a row is known from its first day (`from`), and its end from the day after `to`: nobody knows
    today that somebody moves next month. `announced` tables are known from the beginning, whatever their days.
    """

    columns: Mapping[str, pl.DataType]
    required: frozenset[str]
    known_by: str = ""
    announced: bool = False
    cents: frozenset[str] = frozenset()
    months: frozenset[str] = frozenset()
    codes: Mapping[str, tuple[str, ...]] | None = None


def _table(
    required: Mapping[str, pl.DataType],
    optional: Mapping[str, pl.DataType] | None = None,
    *,
    known_by: str = "",
    announced: bool = False,
    cents: tuple[str, ...] = (),
    months: tuple[str, ...] = (),
    **codes: str,
) -> TableSchema:
    columns = {**required, **(optional or {})}
    return TableSchema(
        columns,
        frozenset(required),
        known_by,
        announced,
        frozenset(cents),
        frozenset(months),
        {column: tuple(words.split()) for column, words in codes.items()},
    )


_FROM: Final[Mapping[str, pl.DataType]] = {"from": DAY}
_TO: Final[Mapping[str, pl.DataType]] = {"to": DAY}

TABLES: Final[Mapping[str, TableSchema]] = {
    "persons": _table({"id": ID, "born": DAY}, {"died": DAY}, known_by="born"),
    "organisations": _table(
        {"id": ID, "kind": CODE}, announced=True, kind="institution childcare foster_service other"
    ),
    "residences": _table(
        {"person": ID, "region": CODE, **_FROM},
        {"nis": CODE, "register": CODE, **_TO},
        region="VL BR WA DG XX",
        register="population aliens waiting assigned",
    ),
    "stay_rights": _table(
        {"person": ID, "kind": CODE, **_FROM},
        {"unaccompanied_minor": TRUTH, **_TO},
        kind="belgian authorised attest_immatriculatie",
    ),
    "households": _table({"person": ID, "household": ID, **_FROM}, {"role": CODE, **_TO}, role="reference member"),
    "unions": _table({"a": ID, "b": ID, "kind": CODE, **_FROM}, _TO, kind="married cohabiting kin"),
    "parentage": _table({"child": ID, "parent": ID, "kind": CODE, **_FROM}, _TO, kind="birth adoption"),
    "births": _table(
        {"child": ID, "stillborn": TRUTH},
        {"pregnancy_days": WHOLE, "deed_on": DAY, "registered_on": DAY, "medical_certificate": TRUTH},
        known_by="registered_on",
    ),
    "beneficiaries": _table(
        {"child": ID, "person": ID, "role": CODE, **_FROM}, _TO, role="begunstigde bijslagtrekkende opvoeder"
    ),
    "custody": _table({"child": ID, "household": ID, "share": SHARE, **_FROM}, _TO),
    "old_rights": _table(
        {"child": ID, "group": ID, "rank": CODE, "orphan": TRUTH, "ref_date": DAY},
        known_by="ref_date",
        rank="rank1 rank2 rank3",
    ),
    "incomes": _table(
        {"person": ID, "year": WHOLE, "kind": CODE, "amount": CENTS},
        {"known_on": DAY},
        known_by="known_on",
        cents=("amount",),
        kind="wage self_employed_net replacement_income pension survivor_pension maintenance_received maintenance_paid "
        "leefloon ivt international_salary ki_other_use ki_other_use_indexed ki_own_professional_use_indexed",
    ),
    "replacement_incomes": _table({"person": ID, "kind": CODE, **_FROM}, _TO, kind="leefloon ivt igo"),
    "alarm_bells": _table(
        {"beneficiary": ID, "monthly_income": CENTS, "proven_on": DAY, "from": DAY, "to": DAY},
        known_by="proven_on",
        cents=("monthly_income",),
    ),
    "illness": _table({"person": ID, "kind": CODE, **_FROM}, _TO, kind="long_term_ill disabled"),
    "disabilities": _table(
        {"person": ID, "percent": WHOLE, **_FROM},
        {"recognised_by": CODE, "severe": TRUTH, **_TO},
        recognised_by="fod kind_en_gezin kinderbijslagfonds",
    ),
    "care_scores": _table({"child": ID, "p1": WHOLE, "p2": WHOLE, "p3": WHOLE, **_FROM}, _TO),
    "placements": _table(
        {"child": ID, "kind": CODE, **_FROM},
        {"form": CODE, "organisation": ID, "carer": ID, "third_to": CODE, **_TO},
        kind="institution foster",
        form="perspective_seeking perspective_giving supporting crisis",
        third_to="beneficiary savings_account",
    ),
    "education": _table(
        {"pupil": ID, "school_year": CODE, "level": CODE, "recognised_vl": TRUTH, "from": DAY, "to": DAY},
        {
            "track": CODE,
            "boarding": TRUTH,
            "hours_per_week": WHOLE,
            "credits": WHOLE,
            "diploma_year": TRUTH,
            "registered_on": DAY,
            "half_days_attended": WHOLE,
            "half_days_unjustified": WHOLE,
        },
        known_by="registered_on",
        level="nursery primary secondary higher",
        track="general tso_bso_third_year_third_grade learning_and_working hbo5_nursing",
    ),
    "childcare_days": _table(
        {
            "child": ID,
            "month": MONTH,
            "provider": ID,
            "full": WHOLE,
            "half": WHOLE,
            "income_related_price": TRUTH,
            "dutch_language": TRUTH,
            "licensed": TRUTH,
        },
        months=("month",),
    ),
    "work": _table(
        {"person": ID, "month": MONTH, "hours": WHOLE, "contract": CODE},
        months=("month",),
        contract="student ordinary self_employed_main",
    ),
    "fiscal_dependants": _table({"dependant": ID, "provider": ID, "ref_date": DAY}, known_by="ref_date"),
    "requests": _table(
        {"kind": CODE, "by": ID, "date": DAY},
        {"child": ID, "person": ID, "choice": CODE},
        known_by="date",
        choice="cash gift options paid_out",
    ),
    "adoptions": _table(
        {"child": ID, "adopter": ID, "petition_on": DAY, "in_household_on": DAY}, known_by="petition_on"
    ),
    "entitlements": _table(
        {"person": ID, "benefit": CODE, **_FROM},
        _TO,
        benefit="groeipakket zorgtoeslag sociale_toeslag verhoogde_kinderbijslag verhoogde_tegemoetkoming zorgkas "
        "zorgbudget_zwaar_zorgbehoevenden pab pvb bob studietoelage",
    ),
    "stays": _table(
        {"person": ID, "kind": CODE, **_FROM},
        {"home_nights_per_week": WHOLE, "home_nis": CODE, **_TO},
        kind="institution boarding_school nursing_home residential_care hospital",
    ),
    "care_links": _table({"carer": ID, "cared_for": ID, "professional": TRUTH, **_FROM}, _TO),
    "dependency_scores": _table(
        {"person": ID, "scale": CODE, "total": WHOLE, "ref_date": DAY}, known_by="ref_date", scale="belrai"
    ),
    "debts": _table({"person": ID, "creditor_nis": CODE, "amount": CENTS, **_FROM}, _TO, cents=("amount",)),
    "decisions": _table(
        {"person": ID, "subject": CODE, "outcome": CODE, "body": CODE, **_FROM},
        _TO,
        outcome="yes no",
        body="court social_service bijzonder_comite college",
    ),
}

# Tables beside the facts that no rule reads: of the population generator, and of whom to pay through whom.
LEFT_ASIDE: Final = frozenset({"names", "addresses", "insz_replacements", "accounts", "payers"})
