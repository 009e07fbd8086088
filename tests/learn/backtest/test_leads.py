from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simulator.learn import Columns, EventLog, read_log
from simulator.learn.backtest.leads import divided, lead_bands

HORIZON = 14


@pytest.fixture
def booked(tmp_path: Path) -> EventLog:
    """Book 200 cases for each of 0, 1, 3, 13, 14 and 80 days ahead, and 20 for 5."""
    lead = np.repeat([0, 1, 3, 13, 14, 80, 5], [200, 200, 200, 200, 200, 200, 20])
    day = np.datetime64("2024-03-01") + (np.arange(len(lead)) % 50).astype("timedelta64[D]")
    table = {"who": np.arange(len(lead)), "what": np.full(len(lead), "book"), "when": day}
    pq.write_table(pa.table({**table, "due": day + lead.astype("timedelta64[D]")}), tmp_path / "log.parquet")
    return read_log(tmp_path / "log.parquet", Columns("who", "what", "when", planned={"due": "book"}))


def test_a_persona_is_divided_by_how_far_ahead_it_plans(booked: EventLog) -> None:
    """Classes up to the horizon, which begins the last; too small ones join the one after them."""
    classes = divided(booked, HORIZON, 0)
    sizes = dict(zip(classes.personas, np.bincount(classes.persona).tolist(), strict=True))
    assert sizes == {
        "customer, 0-1 days ahead": 400,
        "customer, 2-6 days ahead": 220,
        "customer, 7-13 days ahead": 200,
        "customer, 14+ days ahead": 400,
    }


def test_who_comes_soon_is_forecast_apart(booked: EventLog) -> None:
    """Bands are a quarter, half and the whole of the horizon, and beyond; without dates there is one."""
    classes = divided(booked, HORIZON, 0)
    bands = dict(zip(classes.personas, lead_bands(classes, HORIZON).tolist(), strict=True))
    assert bands == {
        "customer, 0-1 days ahead": 0,
        "customer, 2-6 days ahead": 1,
        "customer, 7-13 days ahead": 2,
        "customer, 14+ days ahead": 3,
    }
    undated = replace(classes, told_planned={})
    assert lead_bands(undated, HORIZON).tolist() == [0, 0, 0, 0]
