"""How like the published figures a population is: statistic, source, target, what was got, difference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING, Final

import numpy as np

from sluis.authentic.population import care, childcare
from sluis.authentic.population.calibration import MILLION, Calibration
from sluis.authentic.population.chance import Floats, Ints
from sluis.authentic.population.days import completed_years
from sluis.authentic.population.published import Published
from sluis.kernel.text import Message, msg

if TYPE_CHECKING:
    from sluis.authentic.population.drawn import Drawn

_LEAST_TOLERANCE: Final = 0.005
_DEVIATIONS: Final = 4.0
_EARLIER_YEAR: Final = 0.02
_ENOUGH_FOR_A_CITY: Final = 300


@dataclass(frozen=True, slots=True)
class Likeness:
    """One statistic. `tolerance` is how far a sample of this size may be from the target; None: it was asked for."""

    statistic: Message
    source: Message
    target: float
    got: float
    tolerance: float | None
    decimals: int = 4

    @property
    def difference(self) -> float:
        """What was got less the target."""
        return self.got - self.target

    @property
    def within(self) -> bool:
        """Whether the difference is within the tolerance."""
        return self.tolerance is None or abs(self.difference) <= self.tolerance

    def as_json(self) -> dict[str, str | float | bool | None]:
        """Return the row for the manifest; rounded, so that it is the same on every machine."""
        return {
            "statistic": str(self.statistic),
            "source": str(self.source),
            "target": round(self.target, 6),
            "got": round(self.got, 6),
            "tolerance": None if self.tolerance is None else round(self.tolerance, 6),
            "within": self.within,
        }


def _share(statistic: Message, source: Message, target: float, hits: int, of: int, units: int) -> Likeness:
    """A share; `units` are what was drawn independently (children of one family are not)."""
    spread = sqrt(max(target * (1 - target), 0.01) / max(units, 1))
    return Likeness(statistic, source, target, hits / max(of, 1), max(_LEAST_TOLERANCE, _DEVIATIONS * spread))


def _totals(drawn: Drawn) -> Iterator[Likeness]:
    figures, families = drawn.figures.statistics, drawn.families
    mean = figures["children", "2023-09"] / figures["families", "2023-09"]
    source = msg("VUTG, september 2023")
    yield Likeness(msg("kinderen"), source, figures["children", "2023-09"], drawn.people.children, None, 0)
    yield Likeness(msg("gezinnen"), source, figures["families", "2023-09"], families.count, None, 0)
    yield Likeness(
        msg("kinderen per gezin"), source, mean, drawn.people.children / families.count, 0.001 + 1 / families.count
    )


def _families(drawn: Drawn, calibration: Calibration, places: Ints) -> Iterator[Likeness]:
    families, count = drawn.families, drawn.families.count
    weights = calibration.families[places][:, None] / calibration.families[places].sum()
    sizes = np.diff(calibration.sizes[places], axis=1, prepend=0) / MILLION * weights
    source = msg("telling 2011, herwogen naar het gemiddelde van 2023")
    for size in (1, 2, 3):
        hits = int((families.children == size).sum())
        statistic = msg("gezinnen met {size} kinderen", size=size) if size > 1 else msg("gezinnen met 1 kind")
        yield _share(statistic, source, float(sizes[:, size - 1].sum()), hits, count, count)
    hits = int((families.children >= 4).sum())
    yield _share(msg("gezinnen met 4 of meer kinderen"), source, float(sizes[:, 3:].sum()), hits, count, count)
    single = float((calibration.single[places] / MILLION * sizes).sum())
    yield _share(msg("alleenstaande ouders"), msg("telling 2011"), single, int(families.single.sum()), count, count)


def _ages(drawn: Drawn, calibration: Calibration, places: Ints, age: Ints) -> Iterator[Likeness]:
    count, units = drawn.people.children, drawn.families.count
    ages = calibration.ages[places].sum(axis=0) / calibration.ages[places].sum()
    source = msg("bevolking per leeftijd 2015; 18+ cijferrapport Opgroeien 2022")
    for statistic, those, part in (
        (msg("kinderen van 0 tot 5 jaar"), age < 6, slice(0, 6)),
        (msg("kinderen van 18 jaar en ouder"), age >= 18, slice(18, 25)),
    ):
        yield _share(statistic, source, float(ages[part].sum()), int(those.sum()), count, units)
    children = calibration.ages[places].sum(axis=1)
    municipality = drawn.families.municipality[drawn.people.family[:count]]
    got = np.bincount(municipality, minlength=calibration.toeslag.size)[places] / count
    furthest = float(np.abs(got - children / children.sum()).max())
    statistic = msg("grootste afwijking van het aandeel van een gemeente in de kinderen")
    yield Likeness(statistic, msg("bevolking per gemeente 2015"), 0.0, furthest, 0.002 + 2 / sqrt(units))


def _toeslag(drawn: Drawn, calibration: Calibration, places: Ints, age: Ints) -> Iterator[Likeness]:
    figures, count, units = drawn.figures.statistics, drawn.people.children, drawn.families.count
    family = drawn.people.family[:count]
    right = drawn.incomes.right[family]
    children = calibration.ages[places].sum(axis=1)
    target = float((calibration.toeslag[places] * children).sum() / children.sum())
    source = msg("Opgroeien: 29,8 % in juni en 30,8 % in december 2023")
    if places.size < calibration.toeslag.size:
        source = msg("model van Sluis voor deze gemeenten")
    yield _share(msg("kinderen met een sociale toeslag"), source, target, int(right.sum()), count, units)
    before = figures["sociale_toeslag_share", "2022-12"]
    source = msg("Opgroeien, verhouding van eind 2022")
    for statistic, those, key in (
        (msg("waarvan 0 tot 5 jaar"), age < 6, "sociale_toeslag_share_0_5"),
        (msg("waarvan 18 jaar en ouder"), age >= 18, "sociale_toeslag_share_18_24"),
    ):
        aim = target * figures[key, "2022-12"] / before
        row = _share(statistic, source, aim, int(right[those].sum()), int(those.sum()), int(those.sum()) // 2)
        # Only the ratio of an earlier year is known, from before the middle band of April 2023: a wider tolerance.
        yield replace(row, tolerance=(row.tolerance or 0.0) + _EARLIER_YEAR)
    yield from _cities(drawn, right.astype(np.float64), calibration, family)


def _cities(drawn: Drawn, right: Floats, calibration: Calibration, family: Ints) -> Iterator[Likeness]:
    municipality = drawn.families.municipality[family]
    size = calibration.toeslag.size
    children = np.bincount(municipality, minlength=size)
    rights = np.bincount(municipality, weights=right, minlength=size)
    for place, (least, most) in sorted(drawn.figures.cities.items()):
        if children[place] < _ENOUGH_FOR_A_CITY:
            continue
        source = (
            msg("Opgroeien, juni 2023: meer dan {least} %", least=round(least * 100))
            if most is None
            else msg("Opgroeien, juni 2023: {least} tot {most} %", least=round(least * 100), most=round(most * 100))
        )
        name = drawn.figures.municipality[place]
        yield _share(
            msg("sociale toeslag in {municipality}", municipality=name),
            source,
            float(calibration.toeslag[place]),
            int(rights[place]),
            int(children[place]),
            int(children[place]) // 2,
        )


def _births(drawn: Drawn, figures: Published) -> Iterator[Likeness]:
    weekday = np.bincount((drawn.children.born + 3) % 7, minlength=7)
    expected = figures.births_by_weekday
    units = drawn.families.count
    yield _share(
        msg("geboorten in het weekend"),
        msg("geboorten per dag, België 2008-2014"),
        float(expected[5:].sum() / expected.sum()),
        int(weekday[5:].sum()),
        int(weekday.sum()),
        units,
    )


def _care(drawn: Drawn) -> Iterator[Likeness]:
    """What follows from points and days of childcare alone; who is allowed to have it, the law of benefits decides."""
    count = drawn.people.children
    scores = care.draw_scores(drawn)
    with_care, with_support = care.shares(drawn)
    supported = int((scores.total >= care.SUPPORTED).sum())
    source = msg("Opgroeien: 2,7 % eind 2022, 9 % meer in 2023")
    yield _share(msg("kinderen met een zorgtoeslag"), source, with_care, int(scores.gives_right.sum()), count, count)
    source = msg("Opgroeien: 8.693 van 1.632.844 kinderen, december 2023")
    yield _share(msg("kinderen met een ondersteuningstoeslag"), source, with_support, supported, count, count)
    allowed = childcare.allowed_in_reference_month(drawn)
    source = msg("VUTG, november 2023: 40.000 kinderen; gelezen als in een maand")
    yield _share(msg("kinderen met een kinderopvangtoeslag"), source, childcare.share(drawn), allowed, count, count)


def compare(drawn: Drawn, calibration: Calibration) -> list[Likeness]:
    """Compare a population with the figures that it was drawn from; of the municipalities that take part."""
    places = drawn.families.drawn_from
    age = completed_years(drawn.children.born, drawn.reference)
    return [
        *_totals(drawn),
        *_families(drawn, calibration, places),
        *_ages(drawn, calibration, places, age),
        *_toeslag(drawn, calibration, places, age),
        *_births(drawn, drawn.figures),
        *_care(drawn),
    ]
