"""The published figures that the population is drawn from, read from our own tables (see tables/README.md)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

import numpy as np

from sluis.authentic.population.chance import Floats, Ints

KINDS: Final = ("married", "registered", "cohabiting", "single_mother", "single_father")
MOST_CHILDREN: Final = 9  # the table's last row: nine or more


@dataclass(frozen=True, slots=True)
class Localities:
    """The places of Flanders, sorted by municipality. `first` and `count` give each municipality's own rows."""

    postal_code: list[str]
    name: list[str]
    municipality: Ints
    nis_2024: list[str]
    weight: Ints
    first: Ints
    count: Ints


@dataclass(frozen=True, slots=True)
class Names:
    """Names of one kind with how often they occur; generation is "older", "recent" or "" (either)."""

    name: list[str]
    weight: Ints
    generation: list[str]


@dataclass(frozen=True, slots=True)
class Published:
    """The figures, municipalities in the order of their NIS code.

    `children` is municipality by age (0 to 24) on 1 January 2015; `nuclei` is kind by number of children (1 to 9).
    """

    nis: list[str]
    municipality: list[str]
    children: Ints
    kansarmoede: Floats
    income: Floats
    single_share: Floats
    large_share: Floats
    nuclei: Ints
    births_by_weekday: Ints
    births_by_month: Ints
    localities: Localities
    names: dict[str, Names]
    statistics: dict[tuple[str, str], float]
    sources: dict[tuple[str, str], str]
    cities: dict[int, tuple[float, float | None]]


def _rows(table: str) -> Iterator[dict[str, str]]:
    text = (files("sluis.authentic") / "tables" / f"{table}.csv").read_text(encoding="utf-8")
    yield from csv.DictReader(io.StringIO(text))


def _known_or_mean(values: list[float | None]) -> Floats:
    """Fill what was not published with the mean of the others."""
    known = [value for value in values if value is not None]
    mean = sum(known) / len(known)
    return np.array([mean if value is None else value for value in values])


def _localities(nis: list[str]) -> Localities:
    place = {code: index for index, code in enumerate(nis)}
    rows = sorted(_rows("localities"), key=lambda row: (place[row["nis"]], row["postal_code"], row["locality"]))
    municipality = np.array([place[row["nis"]] for row in rows], dtype=np.int64)
    count = np.bincount(municipality, minlength=len(nis)).astype(np.int64)
    return Localities(
        postal_code=[row["postal_code"] for row in rows],
        name=[row["locality"] for row in rows],
        municipality=municipality,
        nis_2024=[row["nis_2024"] for row in rows],
        weight=np.array([int(row["weight"]) for row in rows], dtype=np.int64),
        first=np.cumsum(count) - count,
        count=count,
    )


def _names() -> dict[str, Names]:
    found: dict[str, Names] = {}
    for kind in ("male", "female", "family"):
        rows = [row for row in _rows("names") if row["kind"] == kind]
        found[kind] = Names(
            [row["name"] for row in rows],
            np.array([int(row["weight"]) for row in rows], dtype=np.int64),
            [row["generation"] for row in rows],
        )
    return found


def _large_share(rows: list[dict[str, str]]) -> Floats:
    shares: list[float | None] = []
    for row in rows:
        three, more = row["households_3_persons_2025"], row["households_4plus_persons_2025"]
        shares.append(int(more) / (int(three) + int(more)) if three and more else None)
    return _known_or_mean(shares)


@lru_cache(maxsize=1)
def published() -> Published:
    """Return the figures, read once."""
    rows = sorted(_rows("municipalities"), key=lambda row: row["nis"])
    nis = [row["nis"] for row in rows]
    ages = {row["nis"]: [int(row[f"age_{age}"]) for age in range(25)] for row in _rows("ages_2015")}
    nuclei = np.zeros((len(KINDS), MOST_CHILDREN), dtype=np.int64)
    for row in _rows("family_nuclei_2011"):
        nuclei[KINDS.index(row["kind"]), int(row["children"]) - 1] = int(row["families"])
    births = {
        (row["period"], int(row["number"])): round(float(row["births_per_day"]) * 10) for row in _rows("births_per_day")
    }
    figures = list(_rows("statistics"))
    return Published(
        nis=nis,
        municipality=[row["name"] for row in rows],
        children=np.array([ages[code] for code in nis], dtype=np.int64),
        kansarmoede=_known_or_mean(
            [float(row["kansarmoede_index_pct"]) if row["kansarmoede_index_pct"] else None for row in rows]
        ),
        income=np.array([float(row["taxable_income_2013_eur"]) for row in rows]),
        single_share=np.array(
            [
                int(row["single_parent_nuclei_2011"])
                / (int(row["single_parent_nuclei_2011"]) + int(row["couples_with_children_2011"]))
                for row in rows
            ]
        ),
        large_share=_large_share(rows),
        nuclei=nuclei,
        births_by_weekday=np.array([births["weekday", number] for number in range(1, 8)], dtype=np.int64),
        births_by_month=np.array([births["month", number] for number in range(1, 13)], dtype=np.int64),
        localities=_localities(nis),
        names=_names(),
        statistics={(row["statistic"], row["date"]): float(row["value"]) for row in figures},
        sources={(row["statistic"], row["date"]): row["source"] for row in figures},
        cities={
            nis.index(row["nis"]): (float(row["least"]), float(row["most"]) if row["most"] else None)
            for row in _rows("sociale_toeslag_cities")
        },
    )
