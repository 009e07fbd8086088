"""What was known on a day: the leak guard.

A log cut at a day is the log that would have been exported that morning: no event of the day or later,
and nothing that only such an event tells, be it a persona, a planned date, an activity never seen before,
or that somebody will come.
"""

from __future__ import annotations

import datetime
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simulator.errors import LogError, Place, Problem
from simulator.learn.log import DAY, EventLog
from simulator.learn.told import named_personas

__all__ = ["known_before"]


def known_before(log: EventLog, day: datetime.date) -> EventLog:
    """Give what a log tells of the time before 00:00 of a day.

    Parameters
    ----------
    log : EventLog
    day : datetime.date
        After the log's first day, at most one after its last.

    Raises
    ------
    LogError
        If the log begins on the day or later, or ends before it.
    """
    until = (day - log.start).days * DAY
    if not 0 < until <= -(-log.window // DAY) * DAY:
        raise LogError([_outside(log, day)])
    kept = np.flatnonzero(log.time < until)
    row = log.row[kept]
    case, cases = _by_appearance(log.case[kept], row)
    activity, activities = _by_appearance(log.activity[kept], row)
    order = np.lexsort((row, log.time[kept], case))
    kept, case, activity = kept[order], case[order], activity[order]
    told = log.told_persona[kept] if len(log.told_persona) else log.told_persona
    personas, persona = named_personas(log.told_names, case, told)
    return replace(
        log,
        activities=tuple(log.activities[code] for code in activities),
        personas=personas,
        case=case,
        activity=activity,
        time=log.time[kept],
        persona=persona,
        value=None if log.value is None else log.value[kept],
        has_clock=bool((log.time[kept] % DAY).any()),
        nameless=0,
        ids=log.ids[cases],
        row=log.row[kept],
        told_persona=told,
        told_planned={column: dates[kept] for column, dates in log.told_planned.items()},
        told_numbers={column: numbers[kept] for column, numbers in log.told_numbers.items()},
        until=until,
    )


def _outside(log: EventLog, day: datetime.date) -> Problem:
    days = -(-log.window // DAY)
    first, last, after = (log.start + datetime.timedelta(days=number) for number in (1, days - 1, days))
    message = f"{day} is no day to start from: the log tells {log.start} to {last}"
    return Problem(message, place=Place(log.name), fix=f"choose a day from {first} to {after}")


def _by_appearance(codes: NDArray[np.int64], row: NDArray[np.int64]) -> tuple[NDArray[np.int64], list[int]]:
    """Give codes new numbers, by the first row they stand in; and the old ones in that order."""
    used, inverse = np.unique(codes, return_inverse=True)
    first = np.full(len(used), np.iinfo(np.int64).max)
    np.minimum.at(first, inverse, row)
    order = np.argsort(first)
    rank = np.empty(len(used), np.int64)
    rank[order] = np.arange(len(used))
    return rank[inverse], used[order].tolist()
