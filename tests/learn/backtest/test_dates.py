from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

from simulator.learn import Columns, EventLog, read_log
from simulator.learn.backtest.dates import date_factors
from simulator.learn.backtest.leads import divided

DAYS, HORIZON, LONGEST, PER_DAY = 300, 21, 40, 60.0
START = np.datetime64("2024-01-01")


def log_of(folder: Path, popular: NDArray[np.float64], seed: int = 1) -> EventLog:
    """Write bookings up to 40 days ahead, drawn to dates by their popularity, and read those made in time."""
    rng = np.random.default_rng(seed)
    begun = np.repeat(np.arange(DAYS), rng.poisson(PER_DAY, DAYS))
    drawn = popular[begun[:, None] + np.arange(LONGEST)].cumsum(axis=1)
    lead = (rng.random(len(begun))[:, None] * drawn[:, -1:] > drawn).sum(axis=1)
    when = START + begun.astype("timedelta64[D]")
    table = {"who": np.arange(len(begun)), "what": np.full(len(begun), "book"), "when": when}
    pq.write_table(pa.table({**table, "due": when + lead.astype("timedelta64[D]")}), folder / "log.parquet")
    return read_log(folder / "log.parquet", Columns("who", "what", "when", planned={"due": "book"}))


def alike() -> NDArray[np.float64]:
    """Give dates of equal popularity."""
    return np.ones(DAYS + LONGEST)


def fairs(seed: int = 1) -> NDArray[np.float64]:
    """Give dates of which one in four, whatever its weekday, draws three times as many."""
    popular = alike()
    popular[np.random.default_rng(seed).random(len(popular)) < 0.25] = 3.0
    return popular


def test_a_date_that_fills_is_expected_to_go_on_filling(tmp_path: Path) -> None:
    """Who books for the same day is due more often where there is a fair, less often where there is none.

    Such customers' factors are those of the dates. Were all dates taken for alike, the correlation with the
    truth over four logs of three weeks would pass 0.7 by chance once in 10^12.
    """
    factors, truth = [], []
    for seed in range(4):
        log = divided(log_of(tmp_path, fairs(seed), seed), HORIZON, 0)
        assert log.personas[0] == "customer, 0 days ahead"
        factors.append(date_factors(log, HORIZON)[0])
        truth.append(fairs(seed)[DAYS : DAYS + HORIZON])
    assert np.corrcoef(np.ravel(factors), np.ravel(truth))[0, 1] > 0.7


def test_a_week_keeps_the_customers_it_is_due(tmp_path: Path) -> None:
    """Popular dates take from their neighbours: factors of a week's dates have no mean above one by much."""
    factors = date_factors(divided(log_of(tmp_path, fairs()), HORIZON, 0), HORIZON)[0]
    assert factors.reshape(-1, 7).mean(axis=1) == pytest.approx(1.0, abs=0.05)
    assert factors.std() > 0.2


@pytest.mark.parametrize("seed", range(5))
def test_chance_is_not_taken_for_popularity(tmp_path: Path, seed: int) -> None:
    """Where all dates are alike, no factor is more than a tenth from one."""
    log = divided(log_of(tmp_path, alike(), seed), HORIZON, 0)
    assert np.abs(date_factors(log, HORIZON) - 1.0).max() < 0.1


def test_who_plans_beyond_the_horizon_is_left_alone(tmp_path: Path) -> None:
    """The class that cannot reach its date in time has factors of one; a log without dates has no others."""
    log = divided(log_of(tmp_path, fairs()), HORIZON, 0)
    factors = date_factors(log, HORIZON)
    assert log.personas[-1] == f"customer, {HORIZON}+ days ahead"
    assert (factors[-1] == 1.0).all()
    assert (factors[0] != 1.0).any()
    assert (date_factors(replace(log, told_planned={}), HORIZON) == 1.0).all()


def test_a_short_log_knows_no_popular_dates(tmp_path: Path) -> None:
    """Five weeks tell nothing of how well dates three weeks ahead are foretold."""
    log = log_of(tmp_path, fairs())
    early = log.time < 35 * 86_400_000
    short = replace(
        log,
        case=log.case[early],
        activity=log.activity[early],
        time=log.time[early],
        persona=log.persona[: early.sum()],
        ids=log.ids[: early.sum()],
        row=log.row[early],
        told_planned={column: told[early] for column, told in log.told_planned.items()},
    )
    assert (date_factors(short, HORIZON) == 1.0).all()
