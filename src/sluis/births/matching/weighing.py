"""How likely two newborns are one child where a number is missing: Fellegi and Sunter's weights, by splink on DuckDB.

The chances below are set by hand (Sluis has no real pairs to learn from) and reviewed as data: `m` is how often the
items agree for one child told twice, `u` how often for two children of the same day. Flanders has some 180 births a
day, which is the prior. What is compared lives in memory only, for the time of the comparison.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sluis.births.matching.policy import Newborn, plain

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from pyarrow import Table
    from splink import SettingsCreator
    from splink.backends.duckdb import DuckDBAPI

_BIRTHS_A_DAY: Final = 180
_TWO_NAMES: Final = "jaro_winkler_similarity({0}_l, {0}_r) >= 0.92"
_SAME: Final = "{0}_l = {0}_r"

# Per column: the conditions in order with m and u, and the same for whatever is left.
_CHANCES: Final[Mapping[str, tuple[tuple[tuple[str, float, float], ...], tuple[float, float]]]] = {
    "mother_family": (((_SAME, 0.90, 0.002), (_TWO_NAMES, 0.06, 0.006)), (0.04, 0.992)),
    "mother_given": (((_SAME, 0.88, 0.006), (_TWO_NAMES, 0.07, 0.014)), (0.05, 0.98)),
    "mother_born": (((_SAME, 0.95, 0.00012),), (0.05, 0.99988)),
    "postal_code": (((_SAME, 0.90, 0.006),), (0.10, 0.994)),
    "mobile": (((_SAME, 0.85, 0.00001),), (0.15, 0.99999)),
    "email": (((_SAME, 0.90, 0.00001),), (0.10, 0.99999)),
    "child_given": (((_SAME, 0.85, 0.008), (_TWO_NAMES, 0.07, 0.017)), (0.08, 0.975)),
    "child_born": (((_SAME, 0.97, 0.34),), (0.03, 0.66)),
}
_NOT_DIGITS: Final = re.compile(r"\D")
_ONE_AT_A_TIME: Final = Lock()


def weigh(one: Newborn, candidates: Sequence[Newborn]) -> Mapping[UUID, int]:
    """Return for each candidate the weight, in thousandths of a bit, that it is the same child."""
    from splink.internals.realtime import compare_records  # noqa: PLC0415 - takes a second; most births have a number

    with _ONE_AT_A_TIME:
        settings, engine, connection = _model()
        try:
            compared = compare_records(_table([one]), _table(candidates), settings, engine, sql_cache_key="births")
            rows: list[dict[str, Any]] = compared.as_record_list()
        finally:
            _forget(connection)
    return {UUID(row["unique_id_r"]): round(row["match_weight"] * 1000) for row in rows}


@lru_cache(maxsize=1)
def _model() -> tuple[SettingsCreator, DuckDBAPI, DuckDBPyConnection]:
    import duckdb  # noqa: PLC0415 - see above
    from splink import SettingsCreator  # noqa: PLC0415 - see above
    from splink.backends.duckdb import DuckDBAPI  # noqa: PLC0415 - see above

    settings = SettingsCreator(
        link_type="dedupe_only",
        probability_two_random_records_match=1 / _BIRTHS_A_DAY,
        blocking_rules_to_generate_predictions=[],
        comparisons=[_comparison(column) for column in _CHANCES],
    )
    # One thread and no disk: a comparison is small, and nothing of a person is written anywhere.
    connection = duckdb.connect(":memory:", config={"threads": 1, "temp_directory": ""})
    return settings, DuckDBAPI(connection), connection


def _comparison(column: str) -> dict[str, Any]:
    conditions, (m, u) = _CHANCES[column]
    levels: list[dict[str, Any]] = [
        {"sql_condition": f"{column}_l IS NULL OR {column}_r IS NULL", "is_null_level": True, "label_for_charts": "-"}
    ]
    levels += [
        {"sql_condition": text.format(column), "m_probability": m_1, "u_probability": u_1, "label_for_charts": "+"}
        for text, m_1, u_1 in conditions
    ]
    levels.append({"sql_condition": "ELSE", "m_probability": m, "u_probability": u, "label_for_charts": "?"})
    return {"output_column_name": column, "comparison_levels": levels}


def _forget(connection: DuckDBPyConnection) -> None:
    """Drop what was compared, at once."""
    made = connection.table_function("duckdb_tables").project("table_name, 'TABLE'").fetchall()
    made += connection.table_function("duckdb_views").filter("NOT internal").project("view_name, 'VIEW'").fetchall()
    for name, kind in made:
        connection.execute(f'DROP {kind} IF EXISTS "{name}"')


def _table(newborns: Sequence[Newborn]) -> Table:
    """Return what is compared, every column a text also where nobody has it."""
    import pyarrow  # noqa: PLC0415 - comes with splink

    rows = [_row(one) for one in newborns]
    columns = ["unique_id", *_CHANCES]
    return pyarrow.table({name: pyarrow.array([row[name] for row in rows], pyarrow.string()) for name in columns})


def _row(newborn: Newborn) -> dict[str, str | None]:
    mother = newborn.told.mother
    address, contact = mother.address, mother.contact
    return {
        "unique_id": str(newborn.id),
        "mother_family": _name(mother.name.family if mother.name else None),
        "mother_given": _name(mother.name.given if mother.name else None),
        "mother_born": mother.birth_date.isoformat() if mother.birth_date else None,
        "postal_code": _name(address.postal_code if address else None),
        "mobile": (_NOT_DIGITS.sub("", contact.mobile)[-9:] or None) if contact and contact.mobile else None,
        "email": contact.email.casefold() if contact and contact.email else None,
        "child_given": newborn.given,
        "child_born": newborn.birth_date.isoformat() if newborn.birth_date else None,
    }


def _name(text: str | None) -> str | None:
    return (plain(text) or None) if text else None
