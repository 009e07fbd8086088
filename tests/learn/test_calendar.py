from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from simulator.errors import LogError
from simulator.learn.calendar import Calendar, Happening, read_calendar

Write = Callable[..., Path]
JAN = datetime.date(2026, 1, 1)


def day(number: int) -> datetime.date:
    """Give a day of January."""
    return JAN + datetime.timedelta(days=number)


def test_columns_are_found_by_the_names_people_use(log_file: Write) -> None:
    """campaign_type, start_date, end_date are kind, from and to."""
    path = log_file(
        ["campaign_id,campaign_type,start_date,end_date", "1,A,2026-01-03,2026-01-05"], "calendar.csv"
    )
    assert read_calendar(path) == Calendar((Happening(day(2), day(4), "A"),))


def test_a_list_of_dates_is_a_calendar_of_one_kind(log_file: Write) -> None:
    """A column `date` alone will do: each happening lasts its day."""
    found = read_calendar(log_file(["date", "2026-01-03", "2026-01-01"], "days.csv"))
    assert found.kinds == ("calendar",)
    assert found.running("calendar", JAN, 4).tolist() == [1, 0, 1, 0]


def test_running_and_starting_count_overlaps_and_cut_at_the_window() -> None:
    """Two campaigns at once count twice; one that began before the window runs in it but does not start."""
    found = Calendar((Happening(day(-2), day(1), "A"), Happening(day(1), day(9), "A")))
    assert found.running("A", JAN, 4).tolist() == [1, 2, 1, 1]
    assert found.starting("A", JAN, 4).tolist() == [0, 1, 0, 0]


def test_young_and_old_days_are_columns_of_their_own() -> None:
    """The first 14 days of a happening are one column, the rest another."""
    laid = Calendar((Happening(day(1), day(20), "A"),)).columns(JAN, 30)
    assert laid.shape == (30, 2)
    assert laid[:, 0].tolist() == [float(1 <= number <= 14) for number in range(30)]
    assert laid[:, 1].tolist() == [float(15 <= number <= 20) for number in range(30)]
    assert np.array_equal(laid.sum(axis=0), [14, 6])


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["kind,begin", "A,2026-01-03"], "there is no column for the first day"),
        (["from,to", "2026-01-03,2026-01-01"], "it ends on 2026-01-01, before it begins on 2026-01-03"),
        (["from", "soon"], "'soon' is no time"),
    ],
)
def test_a_calendar_that_is_none_is_refused(log_file: Write, rows: list[str], said: str) -> None:
    """No dates, dates backwards, or words: the message says which."""
    with pytest.raises(LogError, match=said):
        read_calendar(log_file(rows, "calendar.csv"))
