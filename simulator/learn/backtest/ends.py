"""Cases that a calendar ends: who was won by a campaign is over with it.

A log seldom says that nothing more can happen. Where a group of cases comes with the first days of a kind
of happening, the calendar does: such a case ends with its happening's last day, which is known from its
first day on. It is written into the log as what a log of appointments would have: a planned date, and an
event on it where it has passed.
"""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.learn.calendar import Calendar
from simulator.learn.log import DAY, EventLog
from simulator.learn.newcomers.campaigns import find_bursts
from simulator.learn.newcomers.interface import Arrivals

__all__ = ["ENDS", "OVER", "with_known_ends"]

ENDS: Final = "calendar end"
OVER: Final = "over by the calendar"

Floats = NDArray[np.float64]


def with_known_ends(log: EventLog, past: Arrivals) -> EventLog:
    """Write into a log when the calendar ends its cases.

    Parameters
    ----------
    log : EventLog
        Cut at a day.
    past : Arrivals
        Its new cases by persona, and the calendar.

    Returns
    -------
    EventLog
        With the planned date `ENDS`, told by the first event of each case, and the activity `OVER`; the same
        log where some case does not come with a happening, or goes on after its end.
    """
    ends = _ends(log, past)
    last = np.maximum.reduceat(log.time, log.firsts)
    if not (last <= ends).all():  # an end that is not known is no end either
        return log
    over = np.flatnonzero(ends < (log.until if log.until is not None else np.inf))
    return _with_events(log, ends, over)


def _ends(log: EventLog, past: Arrivals) -> Floats:
    """Give when each case ends, in ms since the log's first day; NaN where the calendar does not say."""
    begun = log.time[log.firsts] // DAY
    ends = np.full(log.cases, np.nan)
    for group, kind in find_bursts(past).kinds.items():
        days = _lasting(past.calendar, kind, log.start, past.days)
        mine = log.persona == group
        ends[mine] = days[begun[mine]] * DAY
    return ends


def _lasting(calendar: Calendar, kind: str, first: datetime.date, days: int) -> Floats:
    """Give the day on which what starts on each day is over, the latest of several; NaN for nothing."""
    over = np.full(days, np.nan)
    for one in calendar.happenings:
        day = (one.first - first).days
        if one.kind == kind and 0 <= day < days:
            over[day] = np.fmax(over[day], (one.last - first).days + 1)
    return over


def _with_events(log: EventLog, ends: Floats, over: NDArray[np.intp]) -> EventLog:
    """Add the planned date to every case, and an event to those that are over."""
    many = len(over)
    told = np.full(len(log.case), np.nan)
    told[log.firsts] = ends
    case, time = np.concatenate([log.case, over]), np.concatenate([log.time, ends[over].astype(np.int64)])
    order = np.lexsort((np.arange(len(case)), time, case))

    def longer(old: NDArray[np.float64]) -> Floats:
        return np.concatenate([old, np.full(many, np.nan)])[order]

    row = np.concatenate([log.row, log.row.max() + 1 + np.arange(many)])
    persona = log.told_persona
    dates = {name: longer(of) for name, of in log.told_planned.items()}
    return replace(
        log,
        activities=(*log.activities, OVER) if many else log.activities,
        case=case[order],
        activity=np.concatenate([log.activity, np.full(many, len(log.activities))])[order],
        time=time[order],
        value=None if log.value is None else longer(log.value),
        row=row[order],
        told_persona=np.concatenate([persona, np.full(many, -1)])[order] if len(persona) else persona,
        told_planned={**dates, ENDS: longer(told)},
        told_numbers={name: longer(numbers) for name, numbers in log.told_numbers.items()},
    )
