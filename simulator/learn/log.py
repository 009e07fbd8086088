"""An event log: who did what when, sorted by case and time."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simulator.errors import LogError, Place, Problem, nearest
from simulator.learn.cells import coded, dates_of, empty_cells, refuse_empty, times_of, values_of
from simulator.learn.joined import join_columns, nth_role
from simulator.learn.reading import read_columns
from simulator.learn.told import first_told, named_personas, told_personas

__all__ = ["DAY", "Columns", "EventLog", "check_planned", "read_log"]

DAY: Final = 86_400_000
_HOUR: Final = 3_600_000
_MINUTE: Final = 60_000
_EPOCH: Final = datetime.date(1970, 1, 1)

# Events that name no case are left out, and counted, up to this share; beyond it the column is wrong.
_FEW_NAMELESS: Final = 0.01


@dataclass(frozen=True)
class Columns:
    """The names of a log's columns.

    Attributes
    ----------
    case : str or tuple of str
        Whose event it is; several columns together name a case, such as household and campaign.
    event, time : str
        What and when.
    persona : str, tuple of str or None
        A group of cases; several columns are joined.
    value : str or None
        Money.
    planned : dict of str to str
        Columns with a date known beforehand, and the activity it is the date of: an appointment, a
        delivery, a booked arrival.
    only : tuple of str
        Only events of these activities are read; empty for all.
    dates, numbers : tuple of str
        Other columns that tell something of a case: dates, and numbers.
    """

    case: str | tuple[str, ...]
    event: str
    time: str
    persona: str | tuple[str, ...] | None = None
    value: str | None = None
    planned: Mapping[str, str] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()

    def by_role(self) -> dict[str, str]:
        """Map what a column is for to its name, leaving out what the log has not.

        A role with several columns has one entry for each: `case`, `case 2`, …
        """
        roles: dict[str, str] = {}
        for role in ("case", "event", "time", "persona", "value"):
            given = getattr(self, role)
            named = given if isinstance(given, tuple) else () if given is None else (given,)
            roles |= {nth_role(role, number): column for number, column in enumerate(named)}
        told = {f"date {column}": column for column in (*self.planned, *self.dates)}
        return {**roles, **told, **{f"number {column}": column for column in self.numbers}}


@dataclass(frozen=True)
class EventLog:
    """A log, sorted by case and time; events of one case at one time keep their order in the file.

    Attributes
    ----------
    name : str
        The file, without its folder.
    activities, personas : tuple of str
        The distinct names; `personas` is empty without such a column.
    case, activity : int64 arrays, shape (events,)
        Codes; cases are numbered from 0 without gaps.
    time : int64 array, shape (events,)
        Milliseconds since 00:00 of `start`.
    persona : int64 array, shape (cases,)
        The first that the case names; zeros without such a column.
    value : float64 array, shape (events,), or None
        NaN where an event has none.
    start : datetime.date
        The date of the first event.
    has_clock : bool
        Whether any event has a time of day.
    nameless : int
        Events left out because they name no case.
    ids : str array, shape (cases,)
        What each case is called.
    row : int64 array, shape (events,)
        Where each event stands among those read.
    told_names : tuple of str
        The names of personas, in the order of the file.
    told_persona : int64 array, shape (events,)
        The code in `told_names` of the persona each event names, -1 for none; empty without such a column.
    told_planned : dict of str to float64 array, shape (events,)
        The planned date each event tells, in ms since 00:00 of `start`; NaN for none.
    told_numbers : dict of str to float64 array, shape (events,)
        The number each event tells; NaN for none.
    until : int or None
        Of a log cut at a day: 00:00 of it in ms, the instant up to which everything is known.
    """

    name: str
    activities: tuple[str, ...]
    personas: tuple[str, ...]
    case: NDArray[np.int64]
    activity: NDArray[np.int64]
    time: NDArray[np.int64]
    persona: NDArray[np.int64]
    value: NDArray[np.float64] | None
    start: datetime.date
    has_clock: bool
    nameless: int = 0
    ids: NDArray[np.str_] = field(default_factory=lambda: np.empty(0, np.str_))
    row: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    told_names: tuple[str, ...] = ()
    told_persona: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    told_planned: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    told_numbers: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    until: int | None = None

    @property
    def cases(self) -> int:
        """How many cases the log has."""
        return len(self.persona)

    @property
    def last(self) -> int:
        """The last instant of the log, in ms: open cases are censored there, after its events."""
        if self.until is not None:
            return self.until - (1 if self.has_clock else DAY)
        return int(self.time.max())

    @cached_property
    def firsts(self) -> NDArray[np.intp]:
        """The place of each case's first event, shape (cases,)."""
        return np.searchsorted(self.case, np.arange(self.cases))

    @cached_property
    def planned(self) -> dict[str, NDArray[np.float64]]:
        """The first date told of each case, by column, shape (cases,); NaN where none is."""
        return {column: first_told(self.case, told, self.cases) for column, told in self.told_planned.items()}

    @property
    def window(self) -> int:
        """How long the log lasts from 00:00 of its first day, in ms.

        A log of dates ends with its last day; one with clock times with the hour (the minute, if it is
        shorter than two days) of its last event; one cut at a day with that day's beginning.
        """
        if self.until is not None:
            return self.until
        grain = DAY if not self.has_clock else _HOUR if self.last >= 2 * DAY else _MINUTE
        return (self.last // grain + 1) * grain


def read_log(path: Path, columns: Columns) -> EventLog:
    """Read an event log from CSV or Parquet.

    Parameters
    ----------
    path : Path
        One row an event; other columns are ignored.
    columns : Columns
        Which column is what.

    Raises
    ------
    LogError
        With every problem found: file, columns, empty cells, times.
    """
    path = Path(path)
    table = join_columns(read_columns(path, columns.by_role()), columns.only)
    if not table.num_rows:
        raise LogError([Problem(f"no event is one of {', '.join(columns.only)}", place=Place(str(path)))])
    nameless = empty_cells(table["case"])
    if nameless.sum() > _FEW_NAMELESS * len(nameless):
        refuse_empty(path, nameless, f"the case ({columns.case}) is empty")
    refuse_empty(path, empty_cells(table["event"]), f"the event ({columns.event}) is empty")
    refuse_empty(path, empty_cells(table["time"]), f"the time ({columns.time}) is empty")
    time = times_of(path, table, columns.time)[~nameless]
    value = values_of(path, table, columns.value)[~nameless] if columns.value else None
    told_dates = {
        name: dates_of(path, table, f"date {name}", name)[~nameless]
        for name in (*columns.planned, *columns.dates)
    }
    numbers = {name: values_of(path, table, name, f"number {name}")[~nameless] for name in columns.numbers}
    table = table.filter(pa.array(~nameless))
    ids, case = coded(table["case"])
    activities, activity = coded(table["event"])
    check_planned(path, columns.planned, activities)
    order = np.lexsort((time, case))
    begin = int(time.min()) // DAY * DAY
    names, told = told_personas(table)
    told = told[order] if len(told) else told
    personas, persona = named_personas(names, case[order], told)
    return EventLog(
        name=path.name,
        activities=activities,
        personas=personas,
        case=case[order],
        activity=activity[order],
        time=(time - begin)[order],
        persona=persona,
        value=None if value is None else value[order],
        start=_EPOCH + datetime.timedelta(days=begin // DAY),
        has_clock=bool((time % DAY).any()),
        nameless=int(nameless.sum()),
        ids=np.array(ids),
        row=order.astype(np.int64),
        told_names=names,
        told_persona=told,
        told_planned={name: (found - begin)[order] for name, found in told_dates.items()},
        told_numbers={name: found[order] for name, found in numbers.items()},
    )


def check_planned(path: Path, planned: Mapping[str, str], activities: tuple[str, ...]) -> None:
    """Refuse a planned date of an activity that the log has not.

    Raises
    ------
    LogError
        With the nearest name.
    """
    problems = [
        Problem(
            f"the date {column!r} is planned for {activity!r}, which is no activity of the log",
            place=Place(str(path)),
            fix=nearest(activity, activities),
        )
        for column, activity in planned.items()
        if activity not in activities
    ]
    if problems:
        raise LogError(problems)
