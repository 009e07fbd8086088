"""Dates known in advance: campaigns, holidays, events of the city.

A calendar is a table with one row a happening: its kind, its first and its last day. It may look into
the future, because a plan is known before it happens; nothing else of a log may.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simulator.errors import LogError, Place, Problem
from simulator.learn.reading import column_names, read_columns, row_place
from simulator.learn.times import TIME_FORMS, TimeProblem, read_times
from simulator.spec.holidays import check_country, check_subdivision, public_holidays

__all__ = ["Calendar", "Happening", "holiday_calendar", "read_calendar"]

_DAY: Final = 86_400_000
_EPOCH: Final = datetime.date(1970, 1, 1)
# The names a column may have, the best first.
_KIND: Final = ("kind", "type", "campaign_type", "event", "name")
_FIRST: Final = ("from", "start", "start_date", "first", "date", "ds")
_LAST: Final = ("to", "end", "end_date", "last")


@dataclass(frozen=True, order=True)
class Happening:
    """One row of a calendar; both days belong to it."""

    first: datetime.date
    last: datetime.date
    kind: str


@dataclass(frozen=True)
class Calendar:
    """What is known to happen, past and future.

    Attributes
    ----------
    happenings : tuple of Happening
        Sorted by date.
    """

    happenings: tuple[Happening, ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """The distinct kinds, sorted."""
        return tuple(sorted({one.kind for one in self.happenings}))

    def running(self, kind: str, first: datetime.date, days: int) -> NDArray[np.int64]:
        """Count how many happenings of a kind run on each day; shape (days,)."""
        counts = np.zeros(days, np.int64)
        for one in self.happenings:
            if one.kind == kind:
                begin, end = (one.first - first).days, (one.last - first).days + 1
                counts[max(0, begin) : max(0, end)] += 1
        return counts

    def starting(self, kind: str, first: datetime.date, days: int) -> NDArray[np.int64]:
        """Count how many happenings of a kind start on each day; shape (days,)."""
        counts = np.zeros(days, np.int64)
        for one in self.happenings:
            day = (one.first - first).days
            if one.kind == kind and 0 <= day < days:
                counts[day] += 1
        return counts

    def columns(self, first: datetime.date, days: int, ramp: int = 14) -> NDArray[np.float64]:
        """Lay the calendar out for a regression.

        Parameters
        ----------
        first : datetime.date
            The first day.
        days : int
            How many.
        ramp : int
            The first days of a happening have a column of their own, because effects wear off.

        Returns
        -------
        float64 array, shape (days, 2 × kinds)
            How many run on each day and are young, or older.
        """
        laid = np.zeros((days, 2 * len(self.kinds)))
        for one in self.happenings:
            column = 2 * self.kinds.index(one.kind)
            begin, end = (one.first - first).days, (one.last - first).days + 1
            turn = min(end, begin + ramp)
            laid[max(0, begin) : max(0, turn), column] += 1
            laid[max(0, turn) : max(0, end), column + 1] += 1
        return laid


def read_calendar(path: Path) -> Calendar:
    """Read a calendar from CSV or Parquet.

    Parameters
    ----------
    path : Path
        One row a happening, with a column for its first day (`from`, `start_date`, `date`, …), and if
        there are, for its last (`to`, `end_date`, …) and its kind (`kind`, `type`, `campaign_type`, …).

    Raises
    ------
    LogError
        If the file cannot be read, has no dates, or a happening ends before it begins.
    """
    names = column_names(path)
    found = {role: _chosen(names, known) for role, known in _ROLES.items()}
    if found["first"] is None:
        fix = f"a calendar has columns such as kind, from, to; its first day is one of {', '.join(_FIRST)}"
        raise LogError([Problem("there is no column for the first day", place=Place(str(path)), fix=fix)])
    table = read_columns(path, {role: name for role, name in found.items() if name is not None})
    kinds = table["kind"].cast("string").to_pylist() if found["kind"] else ["calendar"] * table.num_rows
    firsts = _dates(path, table, "first", str(found["first"]))
    lasts = _dates(path, table, "last", str(found["last"])) if found["last"] else firsts
    problems = []
    for row, (first, last) in enumerate(zip(firsts, lasts, strict=True)):
        if last < first:
            place, prefix = row_place(path, row)
            problems.append(Problem(f"{prefix}it ends on {last}, before it begins on {first}", place=place))
    if problems:
        raise LogError(problems)
    rows = zip(firsts, lasts, (str(kind) for kind in kinds), strict=True)
    return Calendar(tuple(sorted(Happening(*row) for row in rows)))


def holiday_calendar(place: str, first: datetime.date, last: datetime.date) -> Calendar:
    """List the public holidays of a country from one day to another, both inclusive.

    Parameters
    ----------
    place : str
        ISO 3166 codes: a country, or a country and a region joined by a hyphen.
    first, last : datetime.date

    Raises
    ------
    ValueError
        If there is no such country or region, with the one that was probably meant.
    """
    country, _, region = place.partition("-")
    check_country(country)
    if region:
        check_subdivision(country, region)
    days = public_holidays(country, region or None, first.year, last.year).values()
    dates = sorted({day for named in days for day in named if first <= day <= last})
    return Calendar(tuple(Happening(day, day, "holiday") for day in dates))


_ROLES: Final = {"kind": _KIND, "first": _FIRST, "last": _LAST}


def _chosen(names: Sequence[str], known: Sequence[str]) -> str | None:
    lowered = {name.lower(): name for name in reversed(names)}
    return next((lowered[name] for name in known if name in lowered), None)


def _dates(path: Path, table: pa.Table, role: str, column: str) -> list[datetime.date]:
    try:
        times = read_times(table[role])
    except TimeProblem as error:
        place = Place(str(path))
        raise LogError(
            [Problem(f"column {column!r}: {said}", place=place, fix=TIME_FORMS) for _, said in error.rows]
        ) from None
    return [_EPOCH + datetime.timedelta(days=int(time) // _DAY) for time in times]
