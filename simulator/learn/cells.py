"""The cells of a log: which are empty, and times, numbers and names read from their columns."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simulator import limits
from simulator.errors import LogError, Place, Problem
from simulator.learn.reading import row_place
from simulator.learn.times import TIME_FORMS, TimeProblem, read_times

__all__ = ["coded", "dates_of", "empty_cells", "refuse_empty", "times_of", "values_of"]

_DAY: Final = 86_400_000
# Of this many wrong rows a person has seen enough.
_MOST_PROBLEMS: Final = 5


def empty_cells(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    """Tell which cells are null or blank."""
    empty = pc.is_null(column)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        empty = pc.or_(empty, pc.fill_null(pc.equal(pc.utf8_trim_whitespace(column), ""), False))
    return np.asarray(empty.to_numpy(zero_copy_only=False), dtype=np.bool_)


def refuse_empty(path: Path, empty: NDArray[np.bool_], message: str) -> None:
    """Refuse empty cells, showing the first.

    Raises
    ------
    LogError
        If there are any.
    """
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


def times_of(path: Path, table: pa.Table, column: str) -> NDArray[np.int64]:
    """Read when events happened, in ms since 1970-01-01 00:00.

    Raises
    ------
    LogError
        If a time is none, or the log lasts longer than a simulation may.
    """
    try:
        time = read_times(table["time"])
    except TimeProblem as error:
        raise LogError(_time_problems(path, column, error.rows)) from None
    first, last = int(time.argmin()), int(time.argmax())
    days = (int(time[last]) - int(time[first])) // _DAY
    if days >= limits.HORIZON_DAYS:
        fix = "is one of them a stand-in for 'unknown'? Leave such rows out"
        message = f"the log lasts {days:,} days, more than {limits.HORIZON_DAYS:,}, from here"
        raise LogError([_problem(path, first, message), _problem(path, last, "to here", fix)])
    return time


def _time_problems(path: Path, column: str, rows: list[tuple[int, str]]) -> list[Problem]:
    """Say of each row (-1: of the whole column) why it is no time."""
    return [
        Problem(f"column {column!r}: {message}", place=Place(str(path)), fix=TIME_FORMS)
        if row < 0
        else _problem(path, row, f"column {column!r}: {message}", TIME_FORMS)
        for row, message in rows
    ]


def values_of(path: Path, table: pa.Table, column: str, role: str = "value") -> NDArray[np.float64]:
    """Read money, or another number; NaN where there is none.

    Raises
    ------
    LogError
        If a value is no number.
    """
    values = table[role]
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


def coded(column: pa.ChunkedArray) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Replace values by numbers, in the order they appear; the distinct values come first."""
    encoded = column.cast(pa.string()).combine_chunks().dictionary_encode()
    codes = np.asarray(encoded.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
    return tuple(encoded.dictionary.to_pylist()), codes


def dates_of(path: Path, table: pa.Table, role: str, column: str) -> NDArray[np.float64]:
    """Read a column of dates of which some may be missing.

    Returns
    -------
    float64 array, shape (rows,)
        Milliseconds since 1970-01-01 00:00; NaN for an empty cell.
    """
    cells = table[role]
    empty = empty_cells(cells)
    dates = np.full(len(empty), np.nan)
    told = np.flatnonzero(~empty)
    if len(told):
        some = pa.table({"time": cells.filter(pa.array(~empty))})
        try:
            dates[told] = read_times(some["time"])
        except TimeProblem as error:
            rows = [(int(told[row]) if row >= 0 else row, said) for row, said in error.rows]
            raise LogError(_time_problems(path, column, rows)) from None
    return dates
