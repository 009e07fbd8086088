from __future__ import annotations

import datetime
from itertools import pairwise

import numpy as np
import pytest

from simulator.learn.arrivals import Pattern, learn_hours, learn_pattern, weekday_factors
from simulator.learn.levels import segment
from simulator.spec.units import MONTHS, WEEKDAYS

FIRST = datetime.date(2023, 3, 1)
WEEK = np.array([1.0, 1.0, 1.0, 1.0, 1.3, 1.1, 0.6])
SEASON = np.array([0.6, 0.7, 0.9, 1.0, 1.1, 1.2, 1.4, 1.3, 1.0, 0.9, 0.9, 1.0])


def dates(days: int) -> list[datetime.date]:
    """List the dates of a log that begins on FIRST."""
    return [FIRST + datetime.timedelta(days=day) for day in range(days)]


def expected(pattern: Pattern, days: int) -> np.ndarray:
    """The mean of every day as the model has it: factors of the day multiply, dated levels too."""
    means = []
    for date in dates(days):
        mean = pattern.rate * pattern.weekday.get(WEEKDAYS[date.weekday()], 1.0)
        mean *= pattern.month.get(MONTHS[date.month - 1], 1.0)
        for since, to, factor in pattern.stretches:
            mean *= factor if since <= date <= to else 1.0
        means.append(mean)
    return np.array(means)


def learnt(counts: np.ndarray) -> Pattern:
    """Learn from whole days, weekdays included."""
    covered = np.ones(len(counts))
    return learn_pattern(counts, covered, FIRST, weekday_factors(counts, covered, FIRST))


def test_plain_arrivals_have_a_rate_and_nothing_else() -> None:
    """Poisson counts at one rate show no weekday, no season and no level; the rate is their mean.

    Factors written without a test would be noise taken for a pattern.
    """
    for seed in range(40):
        counts = np.random.default_rng(seed).poisson(20.0, 800).astype(float)
        pattern = learnt(counts)
        assert (pattern.weekday, pattern.month, pattern.stretches) == ({}, {}, [])
        assert pattern.rate == pytest.approx(counts.mean(), rel=1e-5)


def test_weekdays_and_season_are_recovered() -> None:
    """Three years with a week and a season: both are learnt within sampling noise, and no dated level."""
    means = np.array([60 * WEEK[d.weekday()] * SEASON[d.month - 1] for d in dates(3 * 365)])
    counts = np.random.default_rng(2).poisson(means).astype(float)
    pattern = learnt(counts)
    assert pattern.stretches == []
    week = np.array([pattern.weekday.get(name, 1.0) for name in WEEKDAYS])
    season = np.array([pattern.month.get(name, 1.0) for name in MONTHS])
    error_of_a_weekday = np.sqrt(7 / counts.sum())
    assert (np.abs(week / (WEEK / WEEK.mean()) - 1) < 4.89 * error_of_a_weekday).all()
    error_of_a_month = np.sqrt(12 / counts.sum())
    assert (np.abs(season / (SEASON / SEASON.mean()) - 1) < 4.89 * error_of_a_month * 1.3).all()


def test_a_change_of_level_becomes_a_dated_event() -> None:
    """Arrivals that trebled once are one stretch with factor 1/3, not a season; the rate is today's."""
    days = 500
    means = np.where(np.array([d < datetime.date(2023, 10, 1) for d in dates(days)]), 20.0, 60.0)
    pattern = learnt(np.random.default_rng(4).poisson(means).astype(float))
    ((since, to, factor),) = pattern.stretches
    assert (since, to) == (FIRST, datetime.date(2023, 9, 30))
    assert factor == pytest.approx(1 / 3, rel=0.05)
    assert pattern.rate == pytest.approx(60, rel=0.02)
    assert pattern.month == {}


@pytest.mark.parametrize("seed", range(5))
def test_the_model_expects_as_many_cases_as_the_log_has(seed: int) -> None:
    """Whatever pattern is found, the expected total over the log's window is its count (1e-4)."""
    rng = np.random.default_rng(seed)
    days = int(rng.integers(5, 900))
    level = np.repeat(rng.gamma(1.0, 20.0, 31), 30)[:days]
    counts = rng.poisson(level * WEEK[np.arange(days) % 7]).astype(float)
    counts[0] += 1
    pattern = learnt(counts)
    assert expected(pattern, days).sum() == pytest.approx(counts.sum(), rel=1e-4)
    assert pattern.low < pattern.rate < pattern.high


def test_batches_are_no_weekday_pattern() -> None:
    """Groups of 300 on three Fridays scatter; the dispersion keeps them from becoming a Friday factor."""
    counts = np.random.default_rng(6).poisson(2.0, 300).astype(float)
    fridays = [day for day, date in enumerate(dates(300)) if date.weekday() == 4]
    counts[fridays[3]] += 300
    counts[fridays[20]] += 300
    counts[fridays[30]] += 300
    assert weekday_factors(counts, np.ones(300), FIRST) is None


def test_hours_shape_the_day_in_few_stretches() -> None:
    """A shop open from 8 to 22: factors of the hours average 1, and a flat day has none."""
    rng = np.random.default_rng(7)
    truth = np.where((np.arange(24) >= 8) & (np.arange(24) < 22), 1.0, 0.05)
    hours = learn_hours(rng.multinomial(5_000, truth / truth.sum()).astype(float))
    assert list(hours) == ["00-08", "08-22", "22-24"]
    assert 8 * hours["00-08"] + 14 * hours["08-22"] + 2 * hours["22-24"] == pytest.approx(24, abs=0.02)
    assert learn_hours(rng.multinomial(5_000, np.full(24, 1 / 24)).astype(float)) == {}


def test_the_cut_into_levels_is_the_cheapest_of_all() -> None:
    """Dynamic programming finds what trying every cut of nine months finds."""
    rng = np.random.default_rng(8)
    for _ in range(10):
        observed = rng.poisson(np.repeat([30.0, 45.0, 33.0], 3)).astype(float)
        due = rng.uniform(0.5, 1.5, 9)
        found = segment(observed, due, 1.0)
        assert found.cost == pytest.approx(min(cost(observed, due, cuts) for cuts in range(256)))


def cost(observed: np.ndarray, due: np.ndarray, cuts: int) -> float:
    """Price one cut of nine months; bit k of `cuts` says whether there is an edge behind month k."""
    edges = [0, *(place + 1 for place in range(8) if cuts >> place & 1), 9]
    total = 4 * np.log(9) * (len(edges) - 2)
    for first, last in pairwise(edges):
        seen = observed[first:last].sum()
        total -= 2 * seen * np.log(seen / due[first:last].sum()) if seen else 0.0
    return float(total)
