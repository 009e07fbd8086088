from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from simulator.engine.reference.customer import Customer, Visit
from tests.verification.conftest import (
    DAY,
    HOUR,
    SEED,
    assert_fits,
    assert_ks,
    assert_mean,
    assert_variance,
    play,
    program_of,
)

# The rate 10 + 5 sin(2 pi t) per day, as its mean over each hour: what the language can say of it.
EDGES = np.arange(25) / 24
FACTORS = 1.0 - 0.5 * np.diff(np.cos(2 * np.pi * EDGES)) / (2 * np.pi / 24)
HOURS = ", ".join(f"{h:02}-{h + 1:02}: {factor!r}" for h, factor in enumerate(FACTORS.tolist()))

JOURNEY = """
start: 2026-01-05
horizon: 7 days
goal: [door]
personas:
  all: {arrivals: {rate: 10 per day, HOURS}, enters: {door: 1}}
touchpoints:
  door: {next: {gone: 1}}
outcomes: [gone]
"""


@dataclass
class Came:
    """The times of arrival in ms, one array a replication."""

    times: list[NDArray[np.int64]]

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many came in each replication."""
        return np.array([one.size for one in self.times])


def _came(text: str, replications: int) -> Came:
    program = program_of(text)
    came = []
    for number in range(replications):
        times: list[int] = []

        def note(customer: Customer, visit: Visit, times: list[int] = times) -> None:
            assert visit.entered == customer.arrived
            times.append(visit.entered)

        (tally,) = play(program, SEED, [number], note)
        assert tally["people"].sum() == len(times)
        assert times == sorted(times)
        came.append(np.array(times))
    return Came(came)


@cache
def _shaped(replications: int) -> Came:
    return _came(JOURNEY.replace("HOURS", f"hours: {{{HOURS}}}"), replications)


# 1,429 weeks of 70 customers are 100,000.
@pytest.fixture(
    params=[pytest.param(1_429, id="1e5"), pytest.param(14_290, id="1e6", marks=pytest.mark.long)]
)
def came(request: pytest.FixtureRequest) -> Came:
    """Play the weeks once for all tests of this module."""
    return _shaped(request.param)


def test_arrivals_number(came: Came) -> None:
    """The number of a week is Poisson: mean 70, variance 70."""
    # False alarm 3e-6. Catches: the same luck every day (variance 490), a rounded mean (variance 0),
    # the seed added to the replication (weeks that repeat).
    assert_mean(came.counts, 70.0, 70.0)
    assert_variance(came.counts, 70.0, 3 * 70.0**2 + 70.0)
    edges = stats.poisson.ppf(np.arange(1, 8) / 8, 70)
    law = np.diff(stats.poisson.cdf(edges, 70), prepend=0.0, append=1.0)
    assert_fits(np.bincount(np.searchsorted(edges, came.counts), minlength=8), law)


def test_arrivals_shape(came: Came) -> None:
    """The hours of the day have their shares, and within an hour every minute is alike."""
    # False alarm 2e-6. Catches: a profile shifted by an hour, its first or last hour cut.
    times = np.concatenate(came.times)
    assert_fits(np.bincount(times % DAY // HOUR, minlength=24), FACTORS / 24)
    assert_fits(np.bincount(times % HOUR // 60_000, minlength=60), np.full(60, 1 / 60))


def test_arrivals_gaps(came: Came) -> None:
    """Measured by the integrated rate, the gaps between arrivals are exponential with mean 1."""
    # False alarm 1e-6. Catches: arrivals on a grid, a gap at midnight, days that share an arrival.
    profile = np.concatenate([[0.0], np.cumsum(FACTORS / 24)])
    ages = []
    for week, times in enumerate(came.times):
        day, within = np.divmod(times, DAY)
        # Weeks are laid end to end, so no gap is cut off.
        ages.append(70.0 * week + 10.0 * (day + np.interp(within / DAY, EDGES, profile)))
    gaps = np.diff(np.concatenate(ages), prepend=0.0)
    assert gaps.min() >= 0.0
    points = np.linspace(0.0, 12.0, 481)
    assert_ks(gaps, points, -np.expm1(-points))


def test_hours_never_change_a_total() -> None:
    """With another profile of the day every date keeps its number of arrivals, exactly."""
    # No false alarm. Catches: a profile that is not normalised, a thinning bound too low.
    flat = _came(JOURNEY.replace("HOURS", "hours: {}"), 60)
    night = _came(JOURNEY.replace("HOURS", "hours: {05-23: 0}"), 60)
    for one, other, shaped in zip(flat.times, night.times, _shaped(1_429).times, strict=False):
        by_day = np.bincount(one // DAY, minlength=7)
        np.testing.assert_array_equal(by_day, np.bincount(other // DAY, minlength=7))
        np.testing.assert_array_equal(by_day, np.bincount(shaped // DAY, minlength=7))
        assert not np.isin(other % DAY // HOUR, np.arange(5, 23)).any()
