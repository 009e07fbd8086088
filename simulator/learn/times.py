"""The instants of a log: many written forms, one meaning (whole milliseconds, naive local time)."""

from __future__ import annotations

import datetime
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

__all__ = ["TIME_FORMS", "TimeProblem", "read_times"]

TIME_FORMS: Final = "write times as 2026-01-05 or 2026-01-05 13:45:10"

_EPOCH: Final = datetime.datetime(1970, 1, 1)
_MILLISECOND: Final = datetime.timedelta(milliseconds=1)
# Enough to see what is wrong with a column.
_MOST_PROBLEMS: Final = 3


class TimeProblem(ValueError):  # noqa: N818 - it carries problems; the reader of the log raises the error
    """Times that cannot be read.

    Attributes
    ----------
    rows : list of (int, str)
        The row (from 0; -1 for the whole column) and what is wrong there.
    """

    def __init__(self, rows: list[tuple[int, str]]) -> None:
        super().__init__(rows[0][1])
        self.rows = rows


def read_times(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Read instants as milliseconds since 1970-01-01 00:00 of the same wall clock.

    A time zone or an offset is dropped, not converted: the clock on the wall is what shapes a day.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        Timestamps, dates, or text in ISO 8601; no nulls.

    Raises
    ------
    TimeProblem
        If the column holds numbers, or a text that is no time; names the first rows.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        return read_times(column.cast(kind.value_type))
    if pa.types.is_timestamp(kind):
        wall = pc.local_timestamp(column) if kind.tz else column
        return _milliseconds(wall.cast(pa.timestamp("ms"), safe=False))
    if pa.types.is_date(kind):
        return _milliseconds(column.cast(pa.timestamp("ms")))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _from_text(column)
    raise TimeProblem([(-1, f"times are numbers or another type ({kind})")])


def _milliseconds(column: pa.ChunkedArray) -> NDArray[np.int64]:
    return np.asarray(column.cast(pa.int64()).to_numpy(), dtype=np.int64)


def _from_text(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Let Arrow read the column at once; what it does not know is read, or refused, one by one."""
    try:
        return _milliseconds(column.cast(pa.timestamp("us")).cast(pa.timestamp("ms"), safe=False))
    except pa.ArrowInvalid:
        pass
    times = np.empty(len(column), np.int64)
    wrong: list[tuple[int, str]] = []
    for row, text in enumerate(column.to_pylist()):
        try:
            times[row] = _one(text)
        except ValueError:
            wrong.append((row, f"{text!r} is no time"))
            if len(wrong) == _MOST_PROBLEMS:
                break
    if wrong:
        raise TimeProblem(wrong)
    return times


def _one(text: str) -> int:
    instant = datetime.datetime.fromisoformat(text.strip())
    return (instant.replace(tzinfo=None) - _EPOCH) // _MILLISECOND
