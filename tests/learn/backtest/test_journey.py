from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from simulator.learn import Columns, EventLog, read_log
from simulator.learn.backtest.history import daily, daily_new
from simulator.learn.backtest.journey import JourneyMethod, Parts, Task
from simulator.learn.calendar import Calendar
from simulator.learn.newcomers import LevelSeason

COLUMNS = Columns("who", "what", "when", planned={"due": "come"})
TASK = Task(("come",), {"due": "come"}, 14, Calendar(), 0)
ORIGIN = 180


def forecast(log: EventLog, replications: int = 8, origin: int = ORIGIN) -> Parts:
    """Forecast who comes in the fortnight from the origin."""
    method = JourneyMethod(TASK, LevelSeason(), 1, replications, 1)
    return method.forecast(log, origin)["come"]


def test_what_happens_later_changes_nothing(booked: EventLog, bookings_file: Path, tmp_path: Path) -> None:
    """The rows of the origin and after removed, or their order turned round: the same paths to the byte."""
    table = pq.read_table(bookings_file)
    day = np.datetime64("2024-01-01") + ORIGIN
    earlier = table.filter(
        pc.less(table["when"], pa.scalar(day.astype("datetime64[us]").item()).cast(table["when"].type))
    )
    pq.write_table(earlier, tmp_path / "earlier.parquet")
    whole, cut = forecast(booked), forecast(read_log(tmp_path / "earlier.parquet", COLUMNS))
    assert np.array_equal(whole.paths, cut.paths)
    assert whole.paths.sum() > 0


def test_columns_known_only_later_change_nothing(
    booked: EventLog, bookings_file: Path, tmp_path: Path
) -> None:
    """Without the column that tells each booking's outcome the forecast is the same to the byte."""
    pq.write_table(pq.read_table(bookings_file).drop_columns(["outcome"]), tmp_path / "bare.parquet")
    bare = forecast(read_log(tmp_path / "bare.parquet", COLUMNS))
    assert np.array_equal(forecast(booked).paths, bare.paths)


def test_a_path_is_the_same_whatever_else_is_asked_for(booked: EventLog) -> None:
    """Replications 0 to 3 of eight are those of four, on one worker or two."""
    eight = forecast(booked)
    four = JourneyMethod(TASK, LevelSeason(), 1, 4, 2).forecast(booked, ORIGIN)["come"]
    assert np.array_equal(eight.paths[:4], four.paths)


def test_known_bookings_are_forecast_as_the_truth_would(booked: EventLog) -> None:
    """Who has booked comes with chance exp(-days left / 100): the pipeline's mean is that, day by day.

    A hazard on the wrong clock, or cases of the origin's own day counted, would be off by several per cent.
    """
    found = forecast(booked, replications=60)
    due, begun = booked.planned["due"] // 86_400_000, np.full(booked.cases, 0)
    firsts = np.searchsorted(booked.case, np.arange(booked.cases))
    lasts = np.searchsorted(booked.case, np.arange(booked.cases), side="right") - 1
    begun = booked.time[firsts] // 86_400_000
    ended = np.where(lasts > firsts, booked.time[lasts] // 86_400_000, 10**6)
    there = (begun < ORIGIN) & (ended >= ORIGIN) & (due >= ORIGIN) & (due < ORIGIN + 14)
    left = due[there] - ORIGIN
    truth = np.exp(-left / 100.0).sum()
    assert found.pipeline.sum(axis=1).mean() == pytest.approx(truth, rel=0.02)


def test_new_bookings_come_in_time_or_not_at_all(booked: EventLog) -> None:
    """New ones build up: of 30 a day with leads of 0 to 39 days, 30 × (h + 1) / 40 come on day h."""
    found = forecast(booked, replications=60)
    truth = 30.0 * (np.arange(14) + 1) / 40.0
    assert found.newcomers.mean(axis=0).sum() == pytest.approx(truth.sum(), rel=0.12)
    assert found.newcomers.mean(axis=0)[-1] > 5 * found.newcomers.mean(axis=0)[0]


def test_the_parts_of_what_happened_add_up(booked: EventLog) -> None:
    """Arrivals of bookings made before the origin and after it are all arrivals."""
    span = slice(ORIGIN, ORIGIN + 14)
    every, new = daily(booked, "come", 240)[span], daily_new(booked, "come", ORIGIN, 240)[span]
    assert (new <= every).all()
    assert 0 < new.sum() < every.sum()
    assert new[0] < 4


@pytest.mark.long
def test_a_log_with_known_truth_is_forecast_with_nominal_coverage(tmp_path: Path) -> None:
    """75 forecasts of 40 paths: what happened ranks among the paths as evenly as chance allows.

    If the forecast is right the ranks are uniform: their mean, and how many lie in the middle 80 %, stay
    within 4.89 standard errors. Pipeline only, where the truth has no drift.
    """
    from tests.learn.backtest.conftest import bookings

    ranks = []
    for seed in range(25):
        path = tmp_path / f"{seed}.parquet"
        pq.write_table(bookings(seed=100 + seed), path)
        log = read_log(path, COLUMNS)
        for origin in (150, 180, 210):
            found = forecast(log, replications=40, origin=origin)
            span = slice(origin, origin + 14)
            old = (daily(log, "come", 240) - daily_new(log, "come", origin, 240))[span]
            totals = found.pipeline.sum(axis=1)
            ranks.append(((totals < old.sum()).sum() + 0.5 * (totals == old.sum()).sum() + 0.5) / 41)
    ranks = np.array(ranks)
    error = np.sqrt(1 / 12 / len(ranks))
    assert abs(ranks.mean() - 0.5) < 4.89 * error
    inside = ((ranks > 0.1) & (ranks < 0.9)).mean()
    assert abs(inside - 0.8) < 4.89 * np.sqrt(0.16 / len(ranks))
