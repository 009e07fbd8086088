"""Bookings with a known truth, played by NumPy, so that no forecast is judged by itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simulator.learn import Columns, EventLog, read_log

START = np.datetime64("2024-01-01")
DAYS = 240
COLUMNS = Columns("who", "what", "when", planned={"due": "come"})


def bookings(days: int = DAYS, seed: int = 1, per_day: float = 30.0) -> pa.Table:
    """Play bookings up to 40 days ahead, of which one in a hundred is cancelled every day."""
    rng = np.random.default_rng(seed)
    begun = np.repeat(np.arange(days), rng.poisson(per_day, days))
    lead = rng.integers(0, 40, len(begun))
    after = np.floor(0.5 + rng.exponential(100.0, len(begun))).astype(int)
    cancelled = after < lead
    end = begun + np.where(cancelled, after, lead)
    seen = end < days
    who = np.arange(len(begun))
    return pa.table(
        {
            "who": np.concatenate([who, who[seen]]),
            "what": np.concatenate(
                [np.full(len(begun), "book"), np.where(cancelled, "cancel", "come")[seen]]
            ),
            "when": START + np.concatenate([begun, end[seen]]).astype("timedelta64[D]"),
            "due": np.concatenate([START + (begun + lead), (START + (begun + lead))[seen]]),
            "outcome": np.concatenate([np.where(cancelled, "cancel", "come"), np.full(seen.sum(), "done")]),
        }
    )


@pytest.fixture(scope="session")
def bookings_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the bookings as a log."""
    path = tmp_path_factory.mktemp("bookings") / "bookings.parquet"
    pq.write_table(bookings(), path)
    return path


@pytest.fixture(scope="session")
def booked(bookings_file: Path) -> EventLog:
    """Read the bookings."""
    return read_log(bookings_file, COLUMNS)
