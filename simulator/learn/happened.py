"""What happened, by event and day: a log read for its counts alone, or for units and money."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simulator.errors import LogError, Place, Problem
from simulator.learn.reading import read_columns
from simulator.learn.times import TIME_FORMS, TimeProblem, read_times

__all__ = ["Happened", "read_happened"]

_DAY: Final = 86_400_000
_EPOCH: Final = datetime.date(1970, 1, 1)


@dataclass(frozen=True)
class Happened:
    """The counts of every event of a log.

    Attributes
    ----------
    file : str
    first, last : datetime.date
        The days of the first and of the last event; those between are told whole.
    names : tuple of str
        The distinct events (or products).
    counts : float64 array, shape (names, days)
    """

    file: str
    first: datetime.date
    last: datetime.date
    names: tuple[str, ...]
    counts: NDArray[np.float64]

    def tells(self, first: datetime.date, days: int) -> bool:
        """Tell whether the log covers so many days from a day on."""
        return first >= self.first and first + datetime.timedelta(days=days - 1) <= self.last

    def count(self, name: str, first: datetime.date, days: int) -> float:
        """Count an event on so many days from a day on."""
        begin = (first - self.first).days
        return float(self.counts[self.names.index(name), begin : begin + days].sum())


def read_happened(path: Path, event: str, time: str, units: str | None = None) -> Happened:
    """Read the counts of a log.

    Parameters
    ----------
    path : Path
        CSV or Parquet, one row an event.
    event, time : str
        The columns of what happened (or of the product) and when.
    units : str, optional
        A column of numbers to add up, such as a quantity, instead of counting rows.

    Raises
    ------
    LogError
        If the log cannot be read, a time is none, or units are no numbers.
    """
    wanted = {"event": event, "time": time, **({"units": units} if units else {})}
    table = read_columns(path, wanted)
    for role, column in wanted.items():
        if table[role].null_count:
            raise LogError([Problem(f"column {column!r} has empty cells", place=Place(str(path)))])
    try:
        day = read_times(table["time"]) // _DAY
    except TimeProblem as error:
        problems = [
            Problem(f"column {time!r}: {said}", place=Place(str(path)), fix=TIME_FORMS)
            for _, said in error.rows
        ]
        raise LogError(problems) from None
    weights = np.ones(len(day)) if units is None else _numbers(path, table, units)
    encoded = table["event"].cast("string").combine_chunks().dictionary_encode()
    names = tuple(encoded.dictionary.to_pylist())
    first, last = int(day.min()), int(day.max())
    counts = np.zeros((len(names), last - first + 1))
    np.add.at(counts, (encoded.indices.to_numpy(), day - first), weights)
    begin = _EPOCH + datetime.timedelta(days=first)
    return Happened(str(path), begin, begin + datetime.timedelta(days=last - first), names, counts)


def _numbers(path: Path, table: pa.Table, column: str) -> NDArray[np.float64]:
    try:
        return np.asarray(table["units"].cast(pa.float64()).to_numpy(), dtype=np.float64)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise LogError([Problem(f"column {column!r} holds no numbers", place=Place(str(path)))]) from None
