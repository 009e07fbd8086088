"""Logs with a known truth: a small journey played by NumPy, so that no engine is judged by itself."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

DAY = 86_400_000.0
START = datetime.datetime(2026, 1, 1)


def play_cases(truth: Any, first: str, arrive: Any, horizon: float, rng: np.random.Generator) -> pa.Table:
    """Play {touchpoint: {target: (probability, draw of days, …)}}.

    Cases begin at `arrive` (days) and go on until they end or the log does; `end` leaves no event.
    """
    case = np.arange(len(arrive))
    place = np.full(len(case), first, dtype=object)
    time = np.asarray(arrive, dtype=float)
    rows: list[tuple[Any, Any, Any]] = []
    while len(case):
        rows.append((case, place, time))
        following, later = np.empty(len(case), dtype=object), time.copy()
        for name in sorted(set(place)):
            here = np.flatnonzero(place == name)
            ways = truth[name]
            chosen = rng.choice(len(ways), size=len(here), p=[p for p, *_ in ways.values()])
            for index, (target, (_, days, *_)) in enumerate(ways.items()):
                those = here[chosen == index]
                following[those] = target
                later[those] += days(rng, len(those))
        going = (following != "end") & (later < horizon)
        case, place, time = case[going], following[going], later[going]
    cases, places, times = (np.concatenate(column) for column in zip(*rows, strict=True))
    instants = np.datetime64(START, "ms") + np.round(times * DAY).astype("timedelta64[ms]")
    return pa.table({"who": cases, "what": places.astype(str), "when": instants})


@pytest.fixture
def log_file(tmp_path: Path) -> Callable[..., Path]:
    """Write a table, or rows of text, as a log."""

    def write(content: pa.Table | Sequence[str], name: str = "log.parquet") -> Path:
        path = tmp_path / name
        if isinstance(content, pa.Table):
            pq.write_table(content, path)
        else:
            path.write_text("\n".join(content) + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture
def play() -> Callable[..., pa.Table]:
    """Give the player of known journeys."""
    return play_cases
