from __future__ import annotations

import datetime

import numpy as np
import pytest

from simulator.program.compile import compile_journey
from simulator.program.program import Program
from simulator.results.periods import UNITS_OF_TIME, add_up, counted_days, periods
from simulator.spec.load import journey_from_data


def program(start: str, horizon: str, warm_up: str = "0 days") -> Program:
    """Compile a journey of a given time."""
    return compile_journey(
        journey_from_data(
            {
                "start": start,
                "horizon": horizon,
                "warm_up": warm_up,
                "follow_up": "1 h",
                "goal": "order",
                "personas": {"anna": {"arrivals": {"rate": "1 per day"}, "enters": {"order": 1}}},
                "touchpoints": {"order": {"next": {"left": 1}}},
                "outcomes": ["left"],
            }
        )
    )


def test_weeks_begin_on_monday(shop: Program) -> None:
    """Weeks begin on Monday; those cut by the warm-up or the end say how many days they have."""
    found = periods(shop, "week")
    mondays = ["2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26"]
    assert [week.since.isoformat() for week in found] == mondays
    assert [(week.days, week.whole) for week in found] == [(3, False), (7, True), (7, True), (2, False)]
    assert found[0].first == 2


def test_months_are_calendar_months() -> None:
    """A month is whole when all of its own days count, also in a leap year."""
    found = periods(program("2027-12-15", "5 months"), "month")
    assert [(one.since.isoformat(), one.days, one.whole) for one in found] == [
        ("2027-12-01", 17, False),
        ("2028-01-01", 31, True),
        ("2028-02-01", 29, True),
        ("2028-03-01", 31, True),
        ("2028-04-01", 30, True),
        ("2028-05-01", 14, False),
    ]


def test_a_day_cut_by_the_clock_is_not_whole() -> None:
    """A warm-up or horizon within a day leaves that day counted and not whole."""
    found = periods(program("2026-01-05", "60 h", "6 h"), "day")
    assert [one.whole for one in found] == [False, True, False]


@pytest.mark.parametrize("by", UNITS_OF_TIME)
def test_nothing_is_lost_or_counted_twice(by: str) -> None:
    """The periods hold every counted day once, in order, so their sums are the days' sum."""
    run = program("2025-11-20", "3 years", "10 days")
    found = periods(run, by)
    assert [day for one in found for day in range(one.first, one.last)] == list(counted_days(run))
    daily = np.arange(2 * run.days).reshape(2, run.days)
    summed = add_up(daily, found)
    assert summed.shape == (2, len(found))
    np.testing.assert_array_equal(summed.sum(axis=1), daily[:, 10:].sum(axis=1))
    dates = [one.since for one in found]
    assert dates == sorted(set(dates))
    assert dates[-1] <= run.start + datetime.timedelta(days=run.days - 1)
