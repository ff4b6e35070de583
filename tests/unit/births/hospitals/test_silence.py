"""The alarm of silence: a simulated year of every ward shows how often it cries wolf and how fast it is."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluis.births.hospitals.maternities import expected_on, maternities
from sluis.births.hospitals.silence import (
    ALARM,
    WATCH,
    days_to_alarm,
    judge,
    missed_life_sign,
    rate_of,
    score_after,
)

_DATA = Path(__file__).resolve().parents[5] / "shared" / "data"
FIRST = date(2026, 1, 1)
WARDS, BIRTHS, YEARS = 58, 65_000, 40


def _sizes(chance: np.random.Generator) -> np.ndarray:
    """Return the births a year of 58 wards, 65,000 together; how they spread (gamma, shape 3) is our assumption."""
    raw = chance.gamma(3.0, 1.0, (YEARS, WARDS))
    sizes: np.ndarray = np.clip(raw / raw.sum(axis=1, keepdims=True) * BIRTHS, 300, None)
    return sizes


def _alarms(stated: np.ndarray, true: np.ndarray, chance: np.random.Generator, level: float) -> int:
    """Return how many alarms a year of wards that all deliver gives, every ward and every year together."""
    score, count = np.zeros_like(stated), 0
    for passed in range(365):
        share = expected_on(FIRST + timedelta(days=passed), 1)
        score = np.maximum(0.0, score + 0.9 * stated * share - np.log(10) * chance.poisson(true * share))
        raised = score >= level
        count += int(raised.sum())
        score[raised] = 0.0
    return count


def test_a_year_of_58_wards_that_all_deliver_gives_few_false_alarms() -> None:
    chance = np.random.default_rng(20261120)
    sizes = _sizes(chance)
    exact = _alarms(sizes, sizes, chance, ALARM) / YEARS
    off = _alarms(sizes, sizes * chance.uniform(0.8, 1.2, sizes.shape), chance, ALARM) / YEARS
    shown = _alarms(sizes, sizes, chance, WATCH) / YEARS
    assert exact < 3, f"{exact:.1f} false alarms a year over all wards"
    assert off < 6, f"{off:.1f} a year where each ward's stated number is off by up to a fifth"
    assert shown < 200, f"{shown:.0f} times a year a ward is shown as quiet"


@pytest.mark.parametrize(("births_per_year", "most_days"), [(3_500, 2), (2_000, 3), (1_121, 5), (526, 9)])
def test_a_ward_that_falls_silent_is_found_as_fast_as_chance_allows(births_per_year: int, most_days: int) -> None:
    delays = []
    for start in range(365):
        day, score = FIRST + timedelta(days=start), 0.0
        while score < ALARM:
            score = score_after(score, expected=expected_on(day, births_per_year), received=0)
            day += timedelta(days=1)
        delays.append((day - FIRST).days - start)
    assert sum(delays) / len(delays) <= most_days
    assert max(delays) <= most_days + 2
    assert days_to_alarm(births_per_year) == pytest.approx(sum(delays) / len(delays), abs=1.0)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=50), st.integers(200, 4_000))
def test_the_judgement_is_the_score_day_by_day_and_the_day_that_runs_only_takes_off(
    counts: list[int], births_per_year: int
) -> None:
    received = {FIRST + timedelta(days=number): count for number, count in enumerate(counts)}
    today = FIRST + timedelta(days=len(counts) - 1)
    quiet = judge(received, partial(_rate, births_per_year), first=FIRST, today=today)
    score = 0.0
    for number, count in enumerate(counts):
        day = FIRST + timedelta(days=number)
        score = score_after(score, expected=expected_on(day, births_per_year) if day < today else 0.0, received=count)
    assert quiet.score == pytest.approx(score)
    assert (quiet.since is None) == (quiet.score == 0.0)


def _rate(births_per_year: int, day: date) -> float:
    return expected_on(day, births_per_year)


def test_one_birth_late_does_not_start_anew_what_many_missing_ones_say() -> None:
    received = {FIRST + timedelta(days=12): 1}
    quiet = judge(received, partial(_rate, 1_500), first=FIRST, today=FIRST + timedelta(days=16))
    assert quiet.is_alarm
    assert quiet.received == 1


def test_a_life_sign_that_was_promised_is_missed_after_its_hours_and_one_that_was_not_never() -> None:
    at = datetime(2026, 11, 20, 12, tzinfo=UTC)
    long_ago = at - timedelta(days=30)
    assert not missed_life_sign(at - timedelta(hours=23), hours=24, live_since=long_ago, at=at)
    assert missed_life_sign(at - timedelta(hours=25), hours=24, live_since=long_ago, at=at)
    assert missed_life_sign(None, hours=24, live_since=long_ago, at=at)
    assert not missed_life_sign(None, hours=24, live_since=at - timedelta(hours=2), at=at)
    assert not missed_life_sign(None, hours=None, live_since=long_ago, at=at)


def test_a_rate_is_not_read_from_a_few_days() -> None:
    assert rate_of([3] * 27) is None
    assert rate_of([3] * 28) == 1096


def test_the_week_and_the_holidays_weigh_as_they_were_counted() -> None:
    assert sum(expected_on(FIRST + timedelta(days=passed), 36_525) for passed in range(365)) == pytest.approx(
        36_525, rel=0.02
    )
    assert expected_on(date(2026, 5, 14), 1000) == expected_on(date(2026, 5, 17), 1000)  # Ascension, a Sunday


@pytest.mark.skipif(not _DATA.is_dir(), reason="the daily counts of births (../shared) are not beside this checkout")
def test_the_shares_of_the_week_are_those_of_the_counts() -> None:
    with (_DATA / "births_belgium_daily_2008_2014.csv").open(encoding="utf-8") as file:
        rows = [(date.fromisoformat(row["DT_DATE"]), int(row["MS_NUM_BIRTHS"])) for row in csv.DictReader(file)]
    mean = sum(count for _, count in rows) / len(rows)
    per_day = defaultdict(list)
    for day, count in rows:
        per_day[day.weekday()].append(count)
    monday = date(2026, 3, 2)
    for weekday, counts in per_day.items():
        share = sum(counts) / len(counts) / mean
        assert expected_on(monday + timedelta(days=weekday), 36_525) == pytest.approx(share * 100, rel=1e-3)


@pytest.mark.skipif(not _DATA.is_dir(), reason="the list of hospitals (../shared) is not beside this checkout")
def test_the_table_of_wards_says_how_sure_each_is() -> None:
    with (_DATA / "hospitals_flanders_2020.csv").open(encoding="utf-8") as file:
        listed = {f"fod-{row['fod_site_number']}": row for row in csv.DictReader(file) if row["maternity"] != "no"}
    assert set(maternities()) == set(listed)
    bases = [one.basis for one in maternities().values()]
    assert (len(bases), bases.count("evidence"), bases.count("assumed"), bases.count("closed")) == (63, 6, 56, 1)
    assert all(one.nis == listed[one.code]["nis_2025_by_postcode"] for one in maternities().values())
