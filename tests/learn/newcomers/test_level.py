from __future__ import annotations

import datetime
from dataclasses import replace

import numpy as np
import pytest

from simulator.learn.calendar import Calendar, Happening
from simulator.learn.newcomers import Arrivals, LevelSeason

MONDAY = datetime.date(2024, 1, 1)
WEEK = np.array([0.5, 0.8, 1.0, 1.1, 1.2, 1.6, 0.8])
PATHS = range(300)


def past(counts: np.ndarray, calendar: Calendar | None = None) -> Arrivals:
    """Make a history of counts."""
    groups = tuple(f"group {number}" for number in range(len(counts)))
    return Arrivals(MONDAY, groups, counts.astype(float), calendar or Calendar())


def poisson(days: int, level: float, seed: int = 1) -> np.ndarray:
    """Draw Poisson days of a strong week."""
    mean = level * WEEK[np.arange(days) % 7]
    return np.random.default_rng(seed).poisson(mean)[None]


def test_a_steady_series_is_continued_with_its_weekdays() -> None:
    """Poisson counts of mean 60 a day with a strong week: every day ahead within 8 % of the truth."""
    means = LevelSeason().means(past(poisson(280, 60.0)), 28, 1, PATHS)
    assert means.shape == (300, 1, 28)
    truth = 60.0 * WEEK[np.arange(28) % 7]
    assert means.mean(axis=0)[0] == pytest.approx(truth, rel=0.08)


def test_the_spread_is_what_its_own_past_shows() -> None:
    """Pure Poisson counts leave little scatter to the means; a level that wanders leaves its own.

    Without the part that counting explains, intervals of a steady series would be too wide.
    """
    steady = LevelSeason().means(past(poisson(400, 60.0)), 28, 1, PATHS).sum(axis=(1, 2))
    walk = np.exp(np.repeat(np.cumsum(np.random.default_rng(3).normal(0, 0.15, 58)), 7)[:400])
    wandering = np.random.default_rng(4).poisson(60.0 * walk / walk[-1])[None]
    wide = LevelSeason().means(past(wandering), 28, 1, PATHS).sum(axis=(1, 2))
    assert steady.std() / steady.mean() < 0.06
    assert 0.12 < wide.std() / wide.mean() < 0.7


def test_days_that_come_in_batches_scatter() -> None:
    """Counts that come eight at a time have eight times the variance, and so have the draws."""
    counts = 8 * np.random.default_rng(5).poisson(6.0, (1, 400))
    means = LevelSeason().means(past(counts), 28, 1, PATHS)
    daily = means[:, 0] / means[:, 0].mean(axis=1, keepdims=True)
    assert daily.var() * means.mean() == pytest.approx(7.0, rel=0.35)


def test_last_year_rises_again_by_half() -> None:
    """Where last year tripled at this date, the forecast rises by about the root of it."""
    days = 364 + 120
    mean = np.full(days + 28, 40.0)
    mean[120 : 120 + 60] = 120.0
    counts = np.random.default_rng(6).poisson(mean[:days])[None]
    ahead = LevelSeason(kept=1.0).means(past(counts), 28, 1, PATHS).mean(axis=(0, 1))
    flat = LevelSeason(kept=1.0, season=0.0).means(past(counts), 28, 1, PATHS).mean(axis=(0, 1))
    assert ahead[-7:].mean() / flat[-7:].mean() == pytest.approx(np.sqrt(3.0), rel=0.15)


def test_a_level_is_pulled_to_the_long_mean() -> None:
    """A month at twice the usual level is not believed to last."""
    mean = np.concatenate([np.full(300, 50.0), np.full(28, 100.0)])
    counts = np.random.default_rng(7).poisson(mean)[None]
    ahead = LevelSeason(half_life=14.0).means(past(counts), 28, 1, PATHS).mean(axis=(0, 1))
    assert 80.0 < ahead[0] < 100.0
    assert ahead[-1] < 0.85 * ahead[0]


def test_who_comes_with_a_campaign_comes_with_the_next() -> None:
    """Two campaigns brought 400 each on their first day: the third, known ahead, brings about as many."""
    days = 100
    counts = np.zeros((2, days))
    counts[0] = poisson(days, 20.0)[0]
    counts[1, [20, 60]] = 400
    starts = [MONDAY + datetime.timedelta(days=number) for number in (20, 60, 110)]
    rows = tuple(Happening(start, start + datetime.timedelta(days=30), "A") for start in starts)
    means = LevelSeason().means(past(counts, Calendar(rows)), 28, 1, PATHS)
    assert np.flatnonzero(means[:, 1].sum(axis=0)).tolist() == [10]
    assert np.median(means[:, 1, 10]) == pytest.approx(400.0, rel=0.1)
    unknown = LevelSeason().means(past(counts, Calendar(rows[:2])), 28, 1, PATHS)
    assert not unknown[:, 1].any()


def test_running_happenings_move_the_days_they_run() -> None:
    """Holidays with half the customers, known ahead, halve those days and no others."""
    days, holidays = 400, [30, 100, 170, 240, 310, 380, 410]
    mean = np.full(days, 200.0)
    mean[[number for number in holidays if number < days]] = 100.0
    counts = np.random.default_rng(8).poisson(mean)[None]
    rows = tuple(
        Happening(date, date, "holiday")
        for date in (MONDAY + datetime.timedelta(days=number) for number in holidays)
    )
    ahead = LevelSeason().means(past(counts, Calendar(rows)), 28, 1, PATHS).mean(axis=(0, 1))
    others = np.delete(ahead, 10)
    assert ahead[10] / others.mean() == pytest.approx(0.5, abs=0.06)
    assert others.min() > 0.85 * others.mean()


def test_a_future_is_the_same_whichever_others_are_asked_for() -> None:
    """Replication 7 alone is replication 7 of ten, to the bit."""
    known = past(np.vstack([poisson(200, 30.0), poisson(200, 5.0, 2)]))
    ten = LevelSeason().means(known, 28, 3, range(10))
    assert np.array_equal(LevelSeason().means(known, 28, 3, [7])[0], ten[7])
    assert not np.array_equal(ten[6], ten[7])


@pytest.mark.parametrize("days", [1, 5, 20])
def test_a_short_past_still_gives_a_forecast(days: int) -> None:
    """From the first day on there are means, and they are near what was seen."""
    means = LevelSeason().means(past(np.full((1, days), 30.0)), 14, 1, PATHS)
    assert np.isfinite(means).all()
    assert means.mean() == pytest.approx(30.0, rel=0.15)


def test_nobody_yet_is_nobody_ahead() -> None:
    """A log without customers forecasts none."""
    assert not LevelSeason().means(past(np.zeros((2, 50))), 28, 1, PATHS).any()


def test_a_wandering_level_is_forgotten_faster_than_a_restless_one() -> None:
    """A level that goes where its last week points is followed; one that jumps to and fro is averaged.

    The same memory for both would be wrong for one of them.
    """
    rng = np.random.default_rng(11)
    weeks = 60
    wandering = np.repeat(np.exp(np.cumsum(rng.normal(0.0, 0.25, weeks))), 7)
    restless = np.repeat(np.exp(rng.normal(0.0, 0.5, weeks)), 7)
    chosen = [
        LevelSeason(kept=1.0)._remembering(past(rng.poisson(200.0 * level)[None]), 28).half_life
        for level in (wandering, restless)
    ]
    assert chosen[0] == 7.0
    assert chosen[1] is not None
    assert chosen[1] >= 28.0


def test_a_short_past_is_no_reason_for_any_width() -> None:
    """Four even weeks of 400 a day: a total may be off by a fifth, not by a half."""
    totals = LevelSeason().means(past(poisson(28, 400.0)), 28, 1, PATHS).sum(axis=(1, 2))
    assert 0.03 < totals.std() / totals.mean() < 0.2


def test_what_parties_scatter_is_not_scattered_again() -> None:
    """Days in batches scatter the means, unless the simulation brings the batches itself."""
    rng = np.random.default_rng(1)
    batches = 8.0 * rng.poisson(60.0 / 8.0, (1, 280))
    known = past(batches)
    scattered = LevelSeason(half_life=28.0).means(known, 28, 1, PATHS)
    left = LevelSeason(half_life=28.0).means(replace(known, dispersion=np.array([8.0])), 28, 1, PATHS)
    within = [(one - one.mean(axis=2, keepdims=True)).var() for one in (scattered, left)]
    assert within[1] < 0.2 * within[0]


def test_forecasts_without_a_season_say_nothing_of_those_with_one() -> None:
    """After a wild first year and a calm one the doubt is small; a method without seasons still remembers.

    Both have 52 earlier forecasts to judge by; a dozen of them were made in the wild time.
    """
    wild = np.where(np.arange(420) // 28 % 2, 15.0, 90.0)
    mean = np.concatenate([wild, np.full(280, 60.0)]) * WEEK[np.arange(700) % 7]
    calm = past(np.random.default_rng(6).poisson(mean)[None])
    ours, blind = (
        method.means(calm, 28, 1, PATHS).sum(axis=(1, 2))
        for method in (LevelSeason(), LevelSeason(season=0.0))
    )
    assert ours.std() / ours.mean() < 0.5 * blind.std() / blind.mean()
