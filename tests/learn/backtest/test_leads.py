from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simulator.learn import Columns, EventLog, read_log
from simulator.learn.backtest.leads import divided, in_time

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
    """Narrow classes up to the horizon, which begins the last; too small ones join the one after them."""
    classes = divided(booked, HORIZON, 0)
    sizes = dict(zip(classes.personas, np.bincount(classes.persona).tolist(), strict=True))
    assert sizes == {
        "customer, 0 days ahead": 200,
        "customer, 1 days ahead": 200,
        "customer, 2-3 days ahead": 200,
        "customer, 4-13 days ahead": 220,
        "customer, 14+ days ahead": 400,
    }


def test_who_plans_beyond_the_horizon_comes_too_late(booked: EventLog) -> None:
    """Only the last class cannot arrive within it; without dates everybody can."""
    classes = divided(booked, HORIZON, 0)
    late = [name for name, near in zip(classes.personas, in_time(classes, HORIZON), strict=True) if not near]
    assert late == ["customer, 14+ days ahead"]
