"""V24 from today's customers: a forecast that knows the truth covers what then happens as often as it says.

A known journey is played for a history; its visits are exported as an event log, cut at a day, and the same
journey is started from the open cases of that log. What it says of the weeks to come is compared with what
then happened in the same history. Were a residual law wrong, an age dropped, a silent end missed, a shock
not drawn, or a case left out or counted twice, the ranks would not be even.
"""

from __future__ import annotations

import datetime
import math
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simulator.engine import kernel
from simulator.learn import Columns, read_log, start_from
from simulator.program.compile import compile_journey
from simulator.program.program import Program
from simulator.spec.load import Journey, journey_from_data
from simulator.spec.units import DAY

# With 39 paths the rank of the truth has 40 values, and the intervals below hold these shares of them exactly.
PATHS: Final = 39
INTERVALS: Final = {50: (10, 30), 80: (4, 36), 95: (1, 39)}
BEFORE, AHEAD = 49, 14  # seven weeks: the shocks to come are independent of those that have been
START = datetime.date(2026, 1, 5)
COLUMNS = Columns("case", "event", "time", persona="group", dates=("due",))

# Every kind of wait: a date, a hazard of the time left, one of age, a stay, two ways and a silent end.
MODEL: dict[str, Any] = {
    "start": str(START),
    "horizon": f"{BEFORE + AHEAD} days",
    "goal": ["arrived"],
    "outcomes": ["gone"],
    "attributes": {"due": {"planned": {"gamma": {"mean": "9 days", "cv": 0.8}}}},
    "shocks": {"demand": {"on": ["arrivals"], "per": "week", "sd": 0.4}},
    "personas": {
        "early": {
            "arrivals": {"rate": "6 per day", "weekday": {"sat-sun": 0.5}},
            "enters": {"asks": 0.5, "booked": "rest"},
            "planned": {"due": {"gamma": {"mean": "20 days", "cv": 0.5}}},
        },
        "late": {"arrivals": {"rate": "4 per day"}, "enters": {"asks": 0.3, "booked": "rest"}},
    },
    "touchpoints": {
        "asks": {
            "dwell": {"weibull": {"mean": "5 days", "shape": 0.8}},
            "next": {"booked": 0.5, "gone": "rest"},
        },
        "booked": {
            "race": {
                "arrived": {"after": {"until": "due"}},
                "no-show": {"after": {"until": "due"}, "p": 0.1},
                "cancelled": {
                    "after": {
                        "hazard": {
                            "clock": {"until": "due"},
                            "per_day": {"0-2 days": 0.05, "2-9 days": 0.01, "9+ days": 0.03},
                        }
                    }
                },
                "asks": {"after": {"hazard": {"per_day": {"0-1 days": 0.1, "1+ days": 0.01}}}},
            }
        },
        "arrived": {
            "next": {
                "again": {"p": 0.4, "after": {"lognormal": {"median": "6 days", "sigma": 0.7}}},
                "review": {"p": 0.3, "after": {"gamma": {"mean": "3 days", "cv": 1.3}}},
                "gone": "rest",
            }
        },
        "again": {"next": {"booked": 1}},
        "review": {"next": {"gone": 1}},
        "cancelled": {"next": {"gone": 1}},
        "no-show": {"next": {"gone": 1}},
    },
}
SERIES: Final = ("arrived", "cancelled", "review", "asks", "again")
NAMES: Final = tuple(f"{name}, {span}" for name in SERIES for span in ("first day", "all days"))


def entries(program: Program, visits: np.ndarray, since: float) -> np.ndarray:
    """Count who came to each place of SERIES from a time on: on the first day, and in all days."""
    found = []
    for name in SERIES:
        here = visits[visits[:, 2] == program.names.touchpoints.index(name), 4] - since
        here = here[(here >= 0) & (here < AHEAD * DAY)]
        found += [int((here < DAY).sum()), len(here)]
    return np.array(found)


def write_log(path: Path, program: Program, visits: np.ndarray, attributes: np.ndarray) -> None:
    """Export visits as an event log, to the millisecond."""
    origin = np.datetime64(START, "ms")
    due = attributes[:, program.names.attributes.index("due")]
    table = {
        "case": [f"{subject % 2**64:016x}" for subject in visits[:, 0].tolist()],
        "event": np.array(program.names.touchpoints)[visits[:, 2]],
        "time": origin + visits[:, 4].astype("timedelta64[ms]"),
        "group": np.array(program.names.personas)[visits[:, 1]],
        "due": origin + due.astype("timedelta64[ms]"),
    }
    pq.write_table(pa.table(table), path)


def rank(journey: Journey, truth: Program, number: int, path: Path) -> np.ndarray:
    """Give the rank of what happened among what was forecast, by series; ties are broken by luck."""
    _, log = kernel.simulate(truth, 1, number, log=True)
    happened = entries(truth, log.visits, BEFORE * DAY)
    write_log(path, truth, log.visits, log.visit_attributes)
    day = START + datetime.timedelta(days=BEFORE)
    now = compile_journey(start_from(journey, read_log(path, COLUMNS), day, f"{AHEAD} days"))
    paths = [
        entries(now, kernel.simulate(now, 2, PATHS * number + one, log=True)[1].visits, 0.0)
        for one in range(PATHS)
    ]
    drawn = np.array(paths)
    below, same = (drawn < happened).sum(axis=0), (drawn == happened).sum(axis=0)
    return below + np.random.default_rng(number).integers(0, same + 1)


def covered(histories: int, folder: Path, **changes: Any) -> dict[int, np.ndarray]:
    """Give the z-score of the coverage of each interval, by series."""
    journey = journey_from_data({**MODEL, **changes})
    truth = compile_journey(journey_from_data(MODEL))
    ranks = np.array([rank(journey, truth, one, folder / "log.parquet") for one in range(histories)])
    found = {}
    for level, (low, high) in INTERVALS.items():
        share = level / 100
        inside = ((ranks >= low) & (ranks < high)).mean(axis=0)
        found[level] = (inside - share) / math.sqrt(share * (1 - share) / histories)
    return found


def test_a_forecast_from_open_cases_covers_what_happens(tmp_path: Path) -> None:
    """The first day and the two weeks of five series, at 50, 80 and 95 %: within 4.89 standard errors."""
    for level, scores in covered(120, tmp_path).items():
        assert abs(scores).max() < 4.89, (level, dict(zip(NAMES, scores, strict=True)))


@pytest.mark.long
def test_a_thousand_histories_are_covered(tmp_path: Path) -> None:
    """The same over a thousand histories: an error of six points in a hundred would show."""
    for level, scores in covered(1_000, tmp_path).items():
        assert abs(scores).max() < 4.89, (level, dict(zip(NAMES, scores, strict=True)))


@pytest.mark.long
def test_without_its_shock_the_forecast_is_too_sure(tmp_path: Path) -> None:
    """The test has teeth: a forecast that takes arrivals as independent covers their sum too rarely."""
    scores = covered(300, tmp_path, shocks={"demand": {"on": ["arrivals"], "sd": 0.0}})
    assert scores[80].min() < -4.89


def test_the_rank_is_even_by_construction() -> None:
    """The intervals of the ranks hold exactly the share they are named after."""
    assert all(100 * (high - low) == level * (PATHS + 1) for level, (low, high) in INTERVALS.items())
