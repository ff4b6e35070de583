"""From published figures to the shares that are drawn from: small tables, rounded before use.

exp and log appear here only, on a few thousand numbers that are then rounded to millionths, so that their last bit
(which differs between processors) reaches no row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sluis.authentic.population.chance import Floats, Ints
from sluis.authentic.population.published import MOST_CHILDREN, Published

MILLION: Final = 1_000_000

# Of each age from 18, how many still give right, before the level is set by the share of 18 and older. Assumption:
# an even decline; only the share of 18+ together is published.
_STILL_AT_18_TO_24: Final = np.array([1.0, 0.88, 0.76, 0.64, 0.52, 0.40, 0.28])

# How much more children a family has where households of four or more are common. Assumption: the elasticity.
_SIZE_BY_LARGE_SHARE: Final = 0.8

# How the share with a sociale toeslag follows the kansarmoede index (per point) and the mean taxable income (per
# natural logarithm). Assumption, chosen so that the named cities and the poorest and richest municipalities fit.
_TOESLAG_BY_INDEX: Final = 0.05
_TOESLAG_BY_INCOME: Final = 0.8

# Where only a lower or an upper and a lower bound is published for a city, aim just above or between.
_ABOVE_LEAST: Final = 0.015

# The list of municipalities above 40 % is taken as complete: who is not on it stays below.
_UNNAMED_BELOW: Final = 0.395


@dataclass(frozen=True, slots=True)
class Calibration:
    """What each municipality is drawn from.

    `ages` is municipality by age (0 to 24), in children that give right, relative; `families` is relative;
    `sizes` is municipality by number of children, cumulative in millionths; `single` is municipality by number of
    children, the share of single parents in millionths; `toeslag` is the share of children with a sociale toeslag.
    """

    ages: Floats
    families: Floats
    mean_size: Floats
    sizes: Ints
    single: Ints
    toeslag: Floats
    toeslag_target: float


def _rounded(values: Floats) -> Floats:
    return np.round(values, 6)


def _ages(figures: Published, share_18plus: float) -> Floats:
    children = figures.children.astype(np.float64)
    children[:, 18:] *= _STILL_AT_18_TO_24
    young, grown = children[:, :18].sum(), children[:, 18:].sum()
    children[:, 18:] *= share_18plus / (1 - share_18plus) * young / grown
    return _rounded(children)


def _tilted(nuclei: Floats, tilt: Floats) -> Floats:
    size = np.arange(1, MOST_CHILDREN + 1)
    weights: Floats = nuclei * np.exp(tilt[:, None] * size)
    shares: Floats = weights / weights.sum(axis=1, keepdims=True)
    return shares


def _sizes(nuclei: Floats, means: Floats) -> Floats:
    """Tilt the observed sizes until their mean is the one asked, per municipality."""
    low, high = np.full(means.size, -3.0), np.full(means.size, 3.0)
    size = np.arange(1, MOST_CHILDREN + 1)
    for _ in range(60):
        middle = (low + high) / 2
        below = (_tilted(nuclei, middle) * size).sum(axis=1) < means
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return _tilted(nuclei, (low + high) / 2)


def _logit(share: Floats) -> Floats:
    return np.log(share / (1 - share))


def _logistic(value: Floats) -> Floats:
    result: Floats = 1 / (1 + np.exp(-value))
    return result


def _shifted(logits: Floats, weights: Floats, target: float, most: float = 1.0) -> Floats:
    """Return shares whose weighted mean is the target, by one shift for all; none is above `most`."""
    low, high = -12.0, 12.0
    for _ in range(60):
        middle = (low + high) / 2
        mean = float((np.minimum(_logistic(logits + middle), most) * weights).sum() / weights.sum())
        low, high = (middle, high) if mean < target else (low, middle)
    return np.minimum(_logistic(logits + (low + high) / 2), most)


def _toeslag(figures: Published, children: Floats, target: float) -> Floats:
    aims = {
        place: least + _ABOVE_LEAST if most is None else (least + most) / 2
        for place, (least, most) in figures.cities.items()
    }
    cities = np.array(sorted(aims))
    others = np.setdiff1d(np.arange(children.size), cities)
    logits = _TOESLAG_BY_INDEX * figures.kansarmoede - _TOESLAG_BY_INCOME * np.log(figures.income)
    logits = logits - float((logits * children).sum() / children.sum())
    shares = np.empty(children.size)
    shares[cities] = [aims[place] for place in cities.tolist()]
    left = target * children.sum() - (shares[cities] * children[cities]).sum()
    shares[others] = _shifted(logits[others], children[others], float(left / children[others].sum()), _UNNAMED_BELOW)
    return _rounded(shares)


def calibrate(figures: Published) -> Calibration:
    """Derive what to draw from. The shares are those of the reference period, September 2023."""
    published = figures.statistics
    ages = _ages(figures, published["children_18plus_share", "2022-12"])
    children = ages.sum(axis=1)
    mean = published["children", "2023-09"] / published["families", "2023-09"]
    large = figures.large_share - float((figures.large_share * children).sum() / children.sum())
    means = mean * (1 + _SIZE_BY_LARGE_SHARE * large)
    # Children over families must give the published mean, not the mean of the means.
    means = _rounded(means * (mean * float((children / means).sum()) / children.sum()))
    families = children / means
    nuclei = figures.nuclei.sum(axis=0).astype(np.float64)
    sizes = _sizes(nuclei, means)
    by_size = figures.nuclei[3:].sum(axis=0) / np.maximum(nuclei, 1)
    logits = _logit(figures.single_share)[:, None] + _logit(by_size)[None, :]
    single = _shifted(logits, sizes * families[:, None], published["single_parent_share", "2011"])
    # The reference month lies between two published ones: half way.
    target = (published["sociale_toeslag_share", "2023-06"] + published["sociale_toeslag_share", "2023-12"]) / 2
    return Calibration(
        ages=ages,
        families=_rounded(families),
        mean_size=means,
        sizes=np.round(np.cumsum(sizes, axis=1) * MILLION).astype(np.int64),
        single=np.round(single * MILLION).astype(np.int64),
        toeslag=_toeslag(figures, children, target),
        toeslag_target=round(target, 6),
    )
