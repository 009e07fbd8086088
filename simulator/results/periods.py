"""The days, weeks and months of a run, by their real dates."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.program.program import Program
from simulator.spec.model import DAY

__all__ = ["UNITS_OF_TIME", "Period", "add_up", "counted_days", "periods"]


@dataclass(frozen=True)
class Period:
    """A day, a week that begins on Monday, or a calendar month, as far as a run counts it.

    Attributes
    ----------
    since : date
        Its first date, whether or not that is counted.
    first, last : int
        Its counted days of the run, [first, last).
    whole : bool
        Whether all of its days are counted, from midnight to midnight.
    """

    since: datetime.date
    first: int
    last: int
    whole: bool

    @property
    def days(self) -> int:
        """How many of its days are counted."""
        return self.last - self.first


def _day(date: datetime.date) -> datetime.date:
    return date


def _monday(date: datetime.date) -> datetime.date:
    return date - datetime.timedelta(days=date.weekday())


def _first_of_month(date: datetime.date) -> datetime.date:
    return date.replace(day=1)


_BEGINS: Final[Mapping[str, Callable[[datetime.date], datetime.date]]] = {
    "day": _day,
    "week": _monday,
    "month": _first_of_month,
}
UNITS_OF_TIME: Final = tuple(_BEGINS)


def counted_days(program: Program) -> range:
    """List the numbers of the days on which flows count: those not wholly within the warm-up."""
    return range(program.warm_up // DAY, program.days)


def periods(program: Program, by: str, days: range | None = None) -> list[Period]:
    """List the periods of a run in which flows count; the first and last may be cut short.

    Parameters
    ----------
    program : Program
    by : str
        One of `UNITS_OF_TIME`.
    days : range, optional
        Only these days of the run.
    """
    begins, spans = _BEGINS[by], dict[datetime.date, tuple[int, int]]()
    for day in days or counted_days(program):
        since = begins(program.start + datetime.timedelta(days=day))
        first, _ = spans.get(since, (day, day))
        spans[since] = first, day + 1
    return [
        Period(since, first, last, _is_whole(program, by, since, first, last))
        for since, (first, last) in spans.items()
    ]


def _is_whole(program: Program, by: str, since: datetime.date, first: int, last: int) -> bool:
    within = first * DAY >= program.warm_up and last * DAY <= program.horizon
    return within and last - first == _length(since, by)


def _length(since: datetime.date, by: str) -> int:
    """Count the days of a period: until the next one begins."""
    if by == "month":
        return (_first_of_month(since + datetime.timedelta(days=31)) - since).days
    return 1 if by == "day" else 7


def add_up(daily: NDArray[np.int64], over: Sequence[Period]) -> NDArray[np.int64]:
    """Add daily counts up over periods; the last axis holds the days of the run, then the periods."""
    if not over:
        return np.zeros((*daily.shape[:-1], 0), dtype=daily.dtype)
    starts = [period.first for period in over]
    return np.asarray(np.add.reduceat(daily[..., : over[-1].last], starts, axis=-1))
