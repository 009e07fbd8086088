from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simulator.learn import Columns, EventLog, read_log
from simulator.learn.backtest.ends import ENDS, OVER, with_known_ends
from simulator.learn.backtest.history import arrivals_of
from simulator.learn.backtest.journey import JourneyMethod, Task
from simulator.learn.calendar import Calendar, Happening
from simulator.learn.known import known_before
from simulator.learn.log import DAY
from simulator.learn.newcomers import LevelSeason

FIRST = datetime.date(2024, 1, 1)
LENGTH, EVERY, MAILED = 20, 40, 300
STARTS = [FIRST + datetime.timedelta(days=day) for day in range(0, 400, EVERY)]
LASTING = datetime.timedelta(days=LENGTH - 1)
CALENDAR = Calendar(tuple(Happening(start, start + LASTING, "mail") for start in STARTS))
CUT = 5 * EVERY + 30  # ten days after the sixth campaign is over


@pytest.fixture
def mailed(tmp_path: Path) -> EventLog:
    """Mail 300 every forty days; each redeems with a risk of 3 % a day for the twenty days that it lasts."""
    rng = np.random.default_rng(1)
    begun = np.repeat(np.arange(0, 400, EVERY), MAILED)
    who, wait = np.arange(len(begun)), rng.geometric(0.03, len(begun))
    redeemed = wait < LENGTH
    day = np.concatenate([begun, (begun + wait)[redeemed]])
    table = {
        "who": np.concatenate([who, who[redeemed]]),
        "what": np.concatenate([np.full(len(who), "mail"), np.full(redeemed.sum(), "redeem")]),
        "when": np.datetime64(FIRST) + day.astype("timedelta64[D]"),
    }
    pq.write_table(pa.table(table), tmp_path / "log.parquet")
    return read_log(tmp_path / "log.parquet", Columns("who", "what", "when"))


def known(log: EventLog, day: int) -> EventLog:
    """Cut a log and write the ends known on a day into it."""
    cut = known_before(log, FIRST + datetime.timedelta(days=day))
    return with_known_ends(cut, arrivals_of(cut, day, CALENDAR))


def test_the_calendar_ends_the_cases_it_brings(mailed: EventLog) -> None:
    """Every case has its campaign's end for a planned date, and an event on it where it has passed."""
    found = known(mailed, 5 * EVERY + 10)
    first = np.searchsorted(found.case, np.arange(found.cases))
    assert (found.planned[ENDS] == found.time[first] + LENGTH * DAY).all()
    over = found.activity == found.activities.index(OVER)
    assert over.sum() == 5 * MAILED
    assert (found.time[over] == found.planned[ENDS][found.case[over]]).all()
    assert (np.lexsort((found.time, found.case)) == np.arange(len(found.case))).all()


def test_a_calendar_that_the_log_contradicts_ends_nothing(mailed: EventLog) -> None:
    """One case that goes on after its end, one that came with no campaign, no campaigns: the log stays."""
    late = mailed.time.copy()
    late[np.flatnonzero(mailed.activity == mailed.activities.index("redeem"))[0]] += LENGTH * DAY
    cut = known_before(replace(mailed, time=late), FIRST + datetime.timedelta(days=CUT))
    assert with_known_ends(cut, arrivals_of(cut, CUT, CALENDAR)) is cut
    early = mailed.time.copy()
    early[mailed.case == 0] += DAY
    cut = known_before(replace(mailed, time=early), FIRST + datetime.timedelta(days=CUT))
    assert with_known_ends(cut, arrivals_of(cut, CUT, CALENDAR)) is cut
    steady = known_before(mailed, FIRST + datetime.timedelta(days=CUT))
    assert with_known_ends(steady, arrivals_of(steady, CUT, Calendar())) is steady


@pytest.mark.parametrize(("after", "least", "most"), [(10, 36, 60), (30, 0, 0)])
def test_nobody_redeems_after_the_end(mailed: EventLog, after: int, least: int, most: int) -> None:
    """Ten days into a campaign a fifth of those left still redeem; ten days after it nobody does.

    The truth is 221 × (1 − 0.97⁹) = 53 in the first case. Without known ends both go on for a fortnight.
    """
    method = JourneyMethod(Task(("redeem",), {}, 14, CALENDAR, 0), LevelSeason(), 1, 30, 1)
    found = method.forecast(mailed, 7 * EVERY + after)["redeem"].pipeline
    assert least <= found.sum(axis=1).mean() <= most
    assert found[:, max(0, LENGTH - after) :].sum() == 0
