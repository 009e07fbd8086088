from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from simulator.errors import LogError
from simulator.learn import Columns, read_log
from simulator.learn.known import known_before
from simulator.learn.log import EventLog

Write = Callable[..., Path]
COLUMNS = Columns("who", "what", "when", "kind", planned={"due": "come"})
DAY = datetime.date(2026, 1, 11)
ROWS = [
    "who,what,when,kind,due",
    "a,book,2026-01-02,,2026-01-20",
    "c,book,2026-01-12,late,2026-01-30",
    "b,book,2026-01-05,old,2026-01-12",
    "b,come,2026-01-12,old,",
    "a,move,2026-01-13,new,2026-02-02",
    "d,book,2026-01-06,,",
    "d,call,2026-01-10,tall,2026-01-15",
    "e,book,2026-01-03,old,2026-01-09",
    "e,come,2026-01-09,old,",
]


def same(one: EventLog, other: EventLog) -> bool:
    """Tell whether two logs hold the same, array by array."""
    arrays = ("case", "activity", "time", "persona", "ids")
    return (
        all(np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays)
        and (one.activities, one.personas, one.window, one.last)
        == (other.activities, other.personas, other.window, other.last)
        and np.array_equal(one.planned["due"], other.planned["due"], equal_nan=True)
    )


def test_a_cut_log_is_the_log_of_that_morning(log_file: Write) -> None:
    """Cut at a day, a log is to the array the one exported that day: no later row, case, persona, or date."""
    whole = known_before(read_log(log_file(ROWS, "whole.csv"), COLUMNS), DAY)
    earlier = [row for row in ROWS if row.split(",")[2] < "2026-01-11"]
    early = known_before(read_log(log_file(["who,what,when,kind,due", *earlier], "early.csv"), COLUMNS), DAY)
    assert same(whole, early)
    assert whole.ids.tolist() == ["a", "b", "d", "e"]
    assert whole.activities == ("book", "call", "come")
    assert [whole.personas[code] for code in whole.persona] == ["unknown", "old", "tall", "old"]


def test_the_day_itself_and_what_it_tells_are_unknown(log_file: Write) -> None:
    """What happened at 00:00 of the day is not known that morning; the day before is, to its end."""
    known = known_before(read_log(log_file(ROWS, "log.csv"), COLUMNS), datetime.date(2026, 1, 10))
    assert "call" not in known.activities
    assert np.isnan(known.planned["due"][known.ids.tolist().index("d")])
    assert known.window == 8 * 86_400_000
    assert known.last == 7 * 86_400_000


@pytest.mark.parametrize("day", ["2026-01-02", "2025-12-01", "2026-01-15"])
def test_a_day_outside_the_log_is_refused(log_file: Write, day: str) -> None:
    """On the first day nothing is known yet; beyond the day after the last, nothing more."""
    log = read_log(log_file(ROWS, "log.csv"), COLUMNS)
    with pytest.raises(LogError, match="the log tells 2026-01-02 to 2026-01-13") as caught:
        known_before(log, datetime.date.fromisoformat(day))
    assert "choose a day from 2026-01-03 to 2026-01-14" in str(caught.value)


def test_several_columns_name_a_case_and_a_persona(log_file: Write) -> None:
    """A household in two campaigns is two cases; what names no campaign is left out when not asked for."""
    path = log_file(
        [
            "home,area,campaign,what,when,type",
            "1,x,7,sent,2026-01-02,A",
            "1,x,8,sent,2026-01-03,B",
            "1,x,7,used,2026-01-04,A",
            "1,x,,buy,2026-01-04,",
        ],
        "log.csv",
    )
    columns = Columns(("home", "campaign"), "what", "when", ("area", "type"), only=("sent", "used"))
    log = read_log(path, columns)
    assert log.ids.tolist() == ["1 / 7", "1 / 8"]
    assert set(log.personas) == {"x, A", "x, B"}
    with pytest.raises(LogError, match="the case"):
        read_log(path, Columns(("home", "campaign"), "what", "when"))


def test_a_date_planned_for_an_unknown_activity_is_refused(log_file: Write) -> None:
    """`commed` is no activity: did you mean come?"""
    with pytest.raises(LogError, match="did you mean 'come'"):
        read_log(log_file(ROWS, "log.csv"), Columns("who", "what", "when", planned={"due": "comed"}))


def test_only_of_nothing_is_refused(log_file: Write) -> None:
    """An activity asked for that never happened leaves no log."""
    with pytest.raises(LogError, match="no event is one of sing"):
        read_log(log_file(ROWS, "log.csv"), Columns("who", "what", "when", only=("sing",)))
