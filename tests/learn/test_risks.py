from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from simulator.learn.risks import OPEN, Visits, incidence


def by_definition(durations: list[int], following: list[int], target: int) -> Fraction:
    """The cumulative incidence from its definition: a sum over days of P(still here) x share that goes."""
    here, total = Fraction(1), Fraction(0)
    for time in sorted(set(durations)):
        at_risk = sum(duration >= time for duration in durations)
        gone = [t for d, t in zip(durations, following, strict=True) if d == time and t != OPEN]
        total += here * Fraction(sum(t == target for t in gone), at_risk)
        here *= 1 - Fraction(len(gone), at_risk)
    return total


def test_incidence_is_the_estimator_of_aalen_and_johansen() -> None:
    """Masses equal the definition in exact fractions, with ties of departures and of censorings."""
    rng = np.random.default_rng(3)
    for _ in range(40):
        size = int(rng.integers(1, 30))
        durations, following = rng.integers(0, 8, size), rng.integers(-1, 3, size)
        estimate = incidence(Visits(durations, following))
        for target in range(3):
            exact = by_definition(durations.tolist(), following.tolist(), target)
            assert float(estimate.of(target)[1].sum()) == pytest.approx(float(exact), abs=1e-12)
        assert estimate.mass.sum() + estimate.survival == pytest.approx(1.0, abs=1e-12)


def test_without_censoring_incidence_is_the_share() -> None:
    """With every case decided, a probability is a plain share and survival is 0."""
    estimate = incidence(Visits(np.array([5, 1, 3, 3]), np.array([0, 1, 0, 0])))
    assert estimate.of(0)[1].sum() == pytest.approx(0.75)
    assert estimate.survival == 0.0


def test_a_visit_censored_at_a_time_was_at_risk_then() -> None:
    """Censored and departed at the same time: both were there, so half the risk, not all of it."""
    estimate = incidence(Visits(np.array([2, 2]), np.array([0, OPEN])))
    assert estimate.mass.tolist() == [0.5]
    assert estimate.survival == 0.5


def test_incidence_up_to_a_time_counts_that_time() -> None:
    """At a duration at which somebody left, the incidence includes him."""
    estimate = incidence(Visits(np.array([1, 2, 3, 4]), np.array([0, 0, 0, 0])))
    assert estimate.at(0, np.array([0.0, 1.0, 2.5, 9.0])).tolist() == [0.0, 0.25, 0.5, 1.0]
