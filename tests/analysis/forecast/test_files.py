from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from simulator.analysis.forecast.draws import Draws
from simulator.analysis.forecast.files import write_tables
from simulator.analysis.forecast.series import Series


@pytest.fixture
def folder(weekly: Draws, tmp_path: Path) -> Path:
    """Write every file of a forecast."""
    write_tables(weekly, tmp_path)
    return tmp_path


def test_draws_are_long(weekly: Draws, folder: Path) -> None:
    """`draws.parquet` has unique_id, ds, draw, y and nothing else: every path of every series."""
    table = pq.read_table(folder / "draws.parquet")
    assert table.column_names == ["unique_id", "ds", "draw", "y"]
    frame = table.to_pandas()
    assert len(frame) == weekly.of().size
    one = frame[(frame.unique_id == "product/boots") & (frame.draw == 5)]
    np.testing.assert_array_equal(one.y, weekly.of()[0, :, 5])
    assert list(one.ds.dt.date) == [period.since for period in weekly.sheet.periods]
    sold = pq.read_table(folder / "sold.parquet").to_pandas()
    np.testing.assert_array_equal(sold.y, weekly.of("sold").ravel())


def test_evaluated_as_it_is(folder: Path) -> None:
    """Utilsforecast evaluates the file beside what happened without a column renamed."""
    evaluation = pytest.importorskip("utilsforecast.evaluation")
    losses = pytest.importorskip("utilsforecast.losses")
    draws = pd.read_parquet(folder / "draws.parquet")
    happened = draws[draws.draw == 0].drop(columns="draw")
    both = happened.merge(pd.read_parquet(folder / "forecast.parquet"), on=["unique_id", "ds"])
    assert len(both) == len(happened)
    found = evaluation.evaluate(both, metrics=[losses.mae, losses.coverage], level=[80, 95])
    assert list(found.columns) == ["unique_id", "metric", "journey"]
    covered = found[found.metric == "coverage_level95"].journey
    assert covered.mean() > 0.8  # the path is one of those the interval is of


def test_intervals_are_the_paths_quantiles(weekly: Draws, folder: Path) -> None:
    """The ends of the 80 % interval are the 10 and 90 % quantiles, the point forecast is the mean."""
    frame = pd.read_parquet(folder / "forecast.parquet")
    np.testing.assert_allclose(frame["journey"], weekly.mean().ravel())
    low, high = weekly.quantiles((0.1, 0.9))
    np.testing.assert_allclose(frame["journey-lo-80"], low.ravel())
    np.testing.assert_allclose(frame["journey-hi-80"], high.ravel())


def test_csv_says_the_same(folder: Path) -> None:
    """The CSV files have the columns, dates and figures of the Parquet files."""
    for name in ("forecast", "quantiles"):
        written = pd.read_csv(folder / f"{name}.csv", parse_dates=["ds"])
        kept = pd.read_parquet(folder / f"{name}.parquet")
        assert list(written.columns) == list(kept.columns)
        pd.testing.assert_frame_equal(written, kept, check_dtype=False)


def test_no_name_runs_as_a_formula(weekly: Draws, tmp_path: Path) -> None:
    """A name that a spreadsheet would run as a formula has an apostrophe before it in the CSV."""
    series = (Series("total", "=1+1", "=1+1"), *weekly.sheet.series[1:])
    write_tables(replace(weekly, sheet=replace(weekly.sheet, series=series)), tmp_path)
    with (tmp_path / "forecast.csv").open(newline="") as stream:
        assert next(csv.DictReader(stream))["unique_id"] == "'=1+1"
