"""From a seed to a folder of fact tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np

from sluis.authentic.population.calibration import Calibration, calibrate
from sluis.authentic.population.chance import Chance
from sluis.authentic.population.children import draw_children
from sluis.authentic.population.drawn import Drawn
from sluis.authentic.population.facts import TABLES, fact_tables
from sluis.authentic.population.families import draw_families
from sluis.authentic.population.histories import draw_histories
from sluis.authentic.population.incomes import draw_incomes
from sluis.authentic.population.likeness import Likeness, compare
from sluis.authentic.population.parents import draw_former, draw_parents
from sluis.authentic.population.parquet import insz, write_table
from sluis.authentic.population.people import gather_people
from sluis.authentic.population.published import Published, published
from sluis.authentic.population.rights import draw_entitlements
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg

REFERENCE: Final = date(2023, 9, 30)
"""The last day of the month in which 1,614,340 children in 910,178 families were counted."""

FLANDERS: Final = 1_614_340
MOST_CHILDREN: Final = 2_500_000
MANIFEST: Final = "population.json"
STEPS: Final = len(TABLES) + 1

Told = Callable[[str], None]


def find_municipality(figures: Published, asked: str) -> int:
    """Return the index of a municipality of 2025 by NIS code or name, whatever its capitals."""
    wanted = asked.strip().casefold()
    for index, (nis, name) in enumerate(zip(figures.nis, figures.municipality, strict=True)):
        if wanted in (nis, name.casefold()):
            return index
    raise SluisError(
        "unknown-municipality",
        msg("Er is geen Vlaamse gemeente {name} in 2025.", name=asked[:60]),
        remedy=msg("Geef de NIS-code of de officiële naam van een gemeente van na de fusies van 2025."),
    )


def _check_asked(children: int, seed: int, reference: date) -> None:
    if not 1 <= children <= MOST_CHILDREN:
        raise SluisError(
            "children-out-of-range",
            msg("Het aantal kinderen moet tussen 1 en 2.500.000 liggen."),
            remedy=msg("Heel Vlaanderen telt 1.614.340 kinderen; een straat een twintigtal."),
        )
    if not 0 <= seed < 2**63:
        raise SluisError(
            "seed-out-of-range",
            msg("Het startgetal moet nul of een positief geheel getal zijn."),
            remedy=msg("Kies bijvoorbeeld 1."),
        )
    if not date(2023, 9, 1) <= reference <= date(2049, 12, 31):
        raise SluisError(
            "reference-out-of-range",
            msg("De referentiedatum moet tussen 1 september 2023 en 31 december 2049 liggen."),
            remedy=msg("De inkomensgrenzen en de aandelen zijn die van september 2023."),
        )


def draw(
    *, children: int, seed: int, only: Sequence[str] = (), reference: date = REFERENCE
) -> tuple[Drawn, Calibration]:
    """Draw a population of that many children that give right; nothing is written."""
    _check_asked(children, seed, reference)
    figures, chance = published(), Chance(seed)
    calibration = calibrate(figures)
    places = sorted({find_municipality(figures, asked) for asked in only})
    families = draw_families(chance, figures, calibration, children=children, only=places)
    young = draw_children(chance, figures, calibration, families, reference)
    parents = draw_parents(chance, families, young, reference)
    former = draw_former(chance, families, young, parents, reference)
    people = gather_people(chance, families, young, former, parents, reference)
    incomes = draw_incomes(chance, figures, calibration, families, young, reference)
    histories = draw_histories(chance, figures, families, former, parents, people, reference)
    entitlements = draw_entitlements(chance, families, former, people, incomes, reference)
    rank = np.empty(people.insz.size, dtype=np.int64)
    rank[np.argsort(people.insz, kind="stable")] = np.arange(people.insz.size)
    drawn = Drawn(
        chance=chance,
        figures=figures,
        reference=reference,
        families=families,
        children=young,
        former=former,
        parents=parents,
        people=people,
        incomes=incomes,
        histories=histories,
        entitlements=entitlements,
        number=insz(people.insz),
        rank=rank,
    )
    return drawn, calibration


def generate(
    *,
    children: int,
    seed: int,
    out: Path,
    only: Sequence[str] = (),
    reference: date = REFERENCE,
    told: Told = lambda _: None,
) -> list[Likeness]:
    """Write the fact tables of a population to `out` and return how like the published figures it is.

    The same arguments give the same bytes. `told` hears the name of each step that is done (STEPS of them). The
    manifest is written last: a folder without it is not whole.
    """
    drawn, calibration = draw(children=children, seed=seed, only=only, reference=reference)
    out.mkdir(parents=True, exist_ok=True)
    (out / MANIFEST).unlink(missing_ok=True)
    told("draw")
    rows: dict[str, int] = {}
    for name, columns in fact_tables(drawn):
        rows[name] = write_table(out, name, columns)
        told(name)
    likeness = compare(drawn, calibration)
    manifest = {
        "children": children,
        "families": drawn.families.count,
        "seed": seed,
        "reference": reference.isoformat(),
        "municipalities": sorted({drawn.figures.nis[index] for index in set(drawn.families.municipality.tolist())}),
        "rows": rows,
        "likeness": [row.as_json() for row in likeness],
    }
    (out / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return likeness
