"""An event log: who did what when, sorted by case and time."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simulator import limits
from simulator.errors import LogError, Place, Problem
from simulator.learn.reading import read_columns, row_place
from simulator.learn.times import TIME_FORMS, TimeProblem, read_times

__all__ = ["DAY", "Columns", "EventLog", "read_log"]

DAY: Final = 86_400_000
_HOUR: Final = 3_600_000
_MINUTE: Final = 60_000
_EPOCH: Final = datetime.date(1970, 1, 1)

# Of this many wrong rows a person has seen enough.
_MOST_PROBLEMS: Final = 5

# Events that name no case are left out, and counted, up to this share; beyond it the column is wrong.
_FEW_NAMELESS: Final = 0.01

UNKNOWN: Final = "unknown"


@dataclass(frozen=True)
class Columns:
    """The names of a log's columns.

    Attributes
    ----------
    case, event, time : str
        Who, what, when.
    persona, value : str or None
        A group of cases, and money.
    """

    case: str
    event: str
    time: str
    persona: str | None = None
    value: str | None = None

    def by_role(self) -> dict[str, str]:
        """Map what a column is for to its name, leaving out what the log has not."""
        return {role: column for role, column in vars(self).items() if column is not None}


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

    @property
    def cases(self) -> int:
        """How many cases the log has."""
        return len(self.persona)

    @property
    def last(self) -> int:
        """The last instant of the log, in ms: open cases are censored there, after its events."""
        return int(self.time.max())

    @property
    def window(self) -> int:
        """How long the log lasts from 00:00 of its first day, in ms.

        A log of dates ends with its last day; one with clock times with the hour (the minute, if it is
        shorter than two days) of its last event.
        """
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
    table = read_columns(path, columns.by_role())
    nameless = _empty(table["case"])
    if nameless.sum() > _FEW_NAMELESS * len(nameless):
        _refuse(path, nameless, f"the case ({columns.case}) is empty")
    _refuse(path, _empty(table["event"]), f"the event ({columns.event}) is empty")
    _refuse(path, _empty(table["time"]), f"the time ({columns.time}) is empty")
    time = _times(path, table, columns.time)[~nameless]
    value = _values(path, table, columns.value)[~nameless] if columns.value else None
    table = table.filter(pa.array(~nameless))
    _, case = _coded(table["case"])
    activities, activity = _coded(table["event"])
    order = np.lexsort((time, case))
    start = _EPOCH + datetime.timedelta(days=int(time.min()) // DAY)
    personas, persona = _personas(table, case, order)
    return EventLog(
        name=path.name,
        activities=activities,
        personas=personas,
        case=case[order],
        activity=activity[order],
        time=(time - int(time.min()) // DAY * DAY)[order],
        persona=persona,
        value=None if value is None else value[order],
        start=start,
        has_clock=bool((time % DAY).any()),
        nameless=int(nameless.sum()),
    )


def _empty(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    """Tell which cells are null or blank."""
    empty = pc.is_null(column)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        empty = pc.or_(empty, pc.fill_null(pc.equal(pc.utf8_trim_whitespace(column), ""), False))
    return np.asarray(empty.to_numpy(zero_copy_only=False), dtype=np.bool_)


def _refuse(path: Path, empty: NDArray[np.bool_], message: str) -> None:
    """Refuse empty cells, showing the first."""
    rows = np.flatnonzero(empty)
    if len(rows):
        problems = [_problem(path, row, message) for row in rows[:_MOST_PROBLEMS].tolist()]
        if len(rows) > _MOST_PROBLEMS:
            more = f"{message} in {len(rows):,} rows in all"
            problems.append(Problem(more, place=Place(str(path)), fix="leave such rows out of the log"))
        raise LogError(problems)


def _problem(path: Path, row: int, message: str, fix: str = "") -> Problem:
    place, prefix = row_place(path, row)
    return Problem(prefix + message, place=place, fix=fix)


def _times(path: Path, table: pa.Table, column: str) -> NDArray[np.int64]:
    try:
        time = read_times(table["time"])
    except TimeProblem as error:
        problems = [
            Problem(f"column {column!r}: {message}", place=Place(str(path)), fix=TIME_FORMS)
            if row < 0
            else _problem(path, row, f"column {column!r}: {message}", TIME_FORMS)
            for row, message in error.rows
        ]
        raise LogError(problems) from None
    first, last = int(time.argmin()), int(time.argmax())
    days = (int(time[last]) - int(time[first])) // DAY
    if days >= limits.HORIZON_DAYS:
        fix = "is one of them a stand-in for 'unknown'? Leave such rows out"
        message = f"the log lasts {days:,} days, more than {limits.HORIZON_DAYS:,}, from here"
        raise LogError([_problem(path, first, message), _problem(path, last, "to here", fix)])
    return time


def _values(path: Path, table: pa.Table, column: str) -> NDArray[np.float64]:
    values = table["value"]
    try:
        if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
            values = pc.if_else(pc.equal(pc.utf8_trim_whitespace(values), ""), None, values)
        numbers = values.cast(pa.float64()).to_numpy(zero_copy_only=False)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        row, seen = _first_wrong(values.to_pylist())
        raise LogError([_problem(path, row, f"column {column!r}: {seen!r} is no number")]) from None
    return np.where(np.isfinite(numbers), numbers, np.nan).astype(np.float64)


def _first_wrong(values: list[object]) -> tuple[int, object]:
    for row, value in enumerate(values):
        try:
            float(str(value)) if value is not None else None
        except ValueError:
            return row, value
    return 0, values[0]


def _coded(column: pa.ChunkedArray) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Replace values by numbers, in the order they appear; the distinct values come first."""
    encoded = column.cast(pa.string()).combine_chunks().dictionary_encode()
    codes = np.asarray(encoded.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
    return tuple(encoded.dictionary.to_pylist()), codes


def _personas(
    table: pa.Table, case: NDArray[np.int64], order: NDArray[np.intp]
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Give each case the first persona it names; one that names none is unknown."""
    cases = int(case.max()) + 1
    if "persona" not in table.column_names:
        return (), np.zeros(cases, np.int64)
    column = table["persona"].cast(pa.string())
    column = pc.if_else(pc.equal(pc.utf8_trim_whitespace(column), ""), None, column)
    codes = np.asarray(
        column.combine_chunks().dictionary_encode().indices.fill_null(-1).to_numpy(zero_copy_only=False)
    ).astype(np.int64)
    names = column.combine_chunks().dictionary_encode().dictionary.to_pylist()
    sorted_case, sorted_code = case[order], codes[order]
    named = np.flatnonzero(sorted_code >= 0)
    firsts, at = np.unique(sorted_case[named], return_index=True)
    persona = np.full(cases, -1, np.int64)
    persona[firsts] = sorted_code[named][at]
    if (persona < 0).any():
        if UNKNOWN not in names:
            names.append(UNKNOWN)
        persona[persona < 0] = names.index(UNKNOWN)
    return _by_size(names, persona)


def _by_size(names: list[str], persona: NDArray[np.int64]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Sort the personas that cases have from the largest, ties by name."""
    sizes = np.bincount(persona, minlength=len(names))
    ranked = sorted(np.flatnonzero(sizes).tolist(), key=lambda code: (-sizes[code], names[code]))
    rank = np.zeros(len(names), np.int64)
    rank[ranked] = np.arange(len(ranked))
    return tuple(names[code] for code in ranked), rank[persona]
