from __future__ import annotations

import datetime

import numpy as np
import pytest

from simulator.learn.backtest.baselines import CALENDAR, LAST_YEAR, PICKUP, Known, OnHand, baselines
from simulator.learn.calendar import Calendar, Happening
from simulator.learn.timeseries import MODELS

FIRST = datetime.date(2024, 1, 1)
WEEK = np.array([20.0, 30.0, 40.0, 50.0, 60.0, 80.0, 10.0])
FAR = 1 << 40


def weekly(days: int) -> np.ndarray:
    """Draw Poisson days of a strong week."""
    return np.random.default_rng(1).poisson(WEEK[np.arange(days) % 7]).astype(float)


def test_every_model_finds_the_week() -> None:
    """On a strong weekly pattern each baseline's mean day is near the truth, and its paths scatter."""
    found = baselines(Known(weekly(280), FIRST, 14), 1)
    assert set(found) == set(MODELS)
    for name, paths in found.items():
        assert paths.shape == (400, 14)
        assert paths.mean(axis=0) == pytest.approx(WEEK[np.arange(14) % 7], rel=0.35, abs=4), name
        assert paths.std(axis=0).mean() > 2.0, name


def test_a_campaign_that_is_known_moves_the_regression_alone() -> None:
    """With the calendar, AutoARIMA sees the doubled days ahead; without it, it cannot."""
    counts = weekly(280)
    spans = [(20, 33), (80, 93), (150, 163), (220, 233), (283, 296)]
    for begin, end in spans[:-1]:
        counts[begin : end + 1] += 60.0
    dates = [tuple(FIRST + datetime.timedelta(days=day) for day in span) for span in spans]
    calendar = Calendar(tuple(Happening(begin, end, "sale") for begin, end in dates))
    found = baselines(Known(counts, FIRST, 14, calendar), 1)
    lift = found[CALENDAR].mean(axis=0) - found["AutoARIMA"].mean(axis=0)
    assert lift[4:].mean() > 35.0
    assert abs(lift[:3]).mean() < 20.0


def test_last_year_needs_a_year_and_repeats_it() -> None:
    """The same weekdays of 52 weeks ago; with less than that there is no such method."""
    counts = weekly(420)
    counts[:364] *= 2.0
    found = baselines(Known(counts, FIRST, 7), 1)
    assert LAST_YEAR not in baselines(Known(counts[:300], FIRST, 7), 1)
    errors = (counts[364:] - counts[:-364])[-182:]
    assert found[LAST_YEAR].mean(axis=0) == pytest.approx(
        np.maximum(counts[420 - 364 : 427 - 364] + errors.mean(), 0), rel=0.25, abs=8
    )


def test_pickup_is_what_is_on_hand_and_what_used_to_come() -> None:
    """Ten booked ahead for every day, five more come within the week: the forecast is fifteen."""
    days = 210
    early = np.repeat(np.arange(days + 7), 10)
    late = np.repeat(np.arange(days + 7), 5)
    planned = np.concatenate([early, late])
    begun = np.concatenate([early - 20, late - 0])
    hand = OnHand(begun, planned.copy(), planned)
    counts = np.full(days, 15.0)
    paths = baselines(Known(counts, FIRST, 7, on_hand=hand), 1)[PICKUP]
    assert hand.counts(days, 7).tolist() == [10.0] * 7
    assert (paths == 15.0).all()


def test_on_hand_knows_nothing_of_later_days() -> None:
    """Who begins on the day or has moved on before it is not on hand; who moves on later is."""
    hand = OnHand(
        begun=np.array([5, 10, 5, 5]), rested=np.array([12, FAR, 9, 10]), planned=np.array([12, 12, 12, 12])
    )
    assert hand.counts(10, 5).tolist() == [0.0, 0.0, 2.0, 0.0, 0.0]


def test_a_short_series_has_no_models() -> None:
    """Two weeks are no past to fit by."""
    assert baselines(Known(weekly(14), FIRST, 7), 1) == {}
