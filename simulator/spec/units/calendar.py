"""Dates, weekdays, months, hours of the day and opening hours."""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Sequence
from typing import Final

from simulator.spec.units.durations import seen_text

__all__ = [
    "MONTHS",
    "WEEKDAYS",
    "parse_clock_range",
    "parse_date",
    "parse_hours",
    "parse_months",
    "parse_weekdays",
]

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_WITH_TIME: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ].*[0-9]")
_HOURS: Final = re.compile(r"([0-9]{1,2})\s*-\s*([0-9]{1,2})")
_CLOCK: Final = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*-\s*([0-9]{1,2}):([0-9]{2})")


def parse_date(value: str | datetime.date) -> datetime.date:
    """Read a date written year-month-day, such as 2026-01-05.

    Raises
    ------
    ValueError
        If the text is no date, a date that does not exist, or carries a time of day.

    Examples
    --------
    >>> parse_date("2026-01-05")
    datetime.date(2026, 1, 5)
    """
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    seen = seen_text(value)
    with_time = _DATE_WITH_TIME.fullmatch(seen)
    if with_time:
        raise ValueError(f"{seen!r} carries a time of day; write the date alone: {with_time[1]}")
    if not _DATE.fullmatch(seen):
        raise ValueError(f"{seen!r} is not a date; write year-month-day, such as 2026-01-05")
    year, month, day = (int(part) for part in seen.split("-"))
    try:
        return datetime.date(year, month, day)
    except ValueError:
        raise ValueError(f"there is no date {seen}; {_date_advice(year, month)}") from None


def _date_advice(year: int, month: int) -> str:
    if year < 1:
        return "years begin at 0001"
    if not 1 <= month <= 12:
        return "year-month-day, with a month from 01 to 12"
    return f"{year:04}-{month:02} has {calendar.monthrange(year, month)[1]} days"


def _cycle(value: object, names: Sequence[str], what: str) -> tuple[int, ...]:
    """Read a name or a range of names that may run over the end ("nov-feb"), as positions."""
    seen = seen_text(value)
    first, dash, last = (part.strip() for part in seen.partition("-"))
    for name in (first, last) if dash else (first,):
        if name not in names:
            raise ValueError(f"{name!r} is no {what}; {_cycle_advice(name, names)}")
    begin = names.index(first)
    steps = (names.index(last) - begin) % len(names) if dash else 0
    return tuple((begin + step) % len(names) for step in range(steps + 1))


def _cycle_advice(name: str, names: Sequence[str]) -> str:
    short = name.lower()[:3]
    if short in names and name.isalpha():
        return f"write {short!r}"
    return f"choose from {', '.join(names)}, or a range such as {names[0]}-{names[4]}"


def parse_weekdays(value: str) -> tuple[int, ...]:
    """Read a weekday ("sat"), a range ("mon-fri", "sat-mon") or "daily".

    Returns
    -------
    tuple of int
        The weekdays in the order of the range, Monday 0 to Sunday 6.

    Raises
    ------
    ValueError
        If the text is anything else.

    Examples
    --------
    >>> parse_weekdays("mon-fri")
    (0, 1, 2, 3, 4)
    """
    return tuple(range(7)) if value == "daily" else _cycle(value, WEEKDAYS, "weekday")


def parse_months(value: str) -> tuple[int, ...]:
    """Read a month ("dec") or a range ("nov-feb").

    Returns
    -------
    tuple of int
        The months in the order of the range, January 1 to December 12.

    Raises
    ------
    ValueError
        If the text is anything else.

    Examples
    --------
    >>> parse_months("nov-feb")
    (11, 12, 1, 2)
    """
    return tuple(position + 1 for position in _cycle(value, MONTHS, "month"))


def parse_hours(value: str) -> tuple[int, int]:
    """Read a range of hours of the day such as "07-09": from 07:00 up to, not including, 09:00.

    Returns
    -------
    tuple of int
        First hour and the exclusive last, 0 ≤ first < last ≤ 24.

    Raises
    ------
    ValueError
        If the text is anything else or runs over midnight.

    Examples
    --------
    >>> parse_hours("07-09")
    (7, 9)
    """
    seen = seen_text(value)
    match = _HOURS.fullmatch(seen)
    if match is None:
        raise ValueError(f"{seen!r} is no range of hours; write from-to, such as 07-09 (09 not included)")
    first, last = int(match[1]), int(match[2])
    if first > 23 or last > 24:
        raise ValueError(f"hours run from 00 to 24, not {seen!r}")
    if first == last:
        raise ValueError(f"{seen!r} is empty: the last hour is not included; the whole day is 00-24")
    if first > last:
        morning = f" and 00-{match[2]}" if last else ""
        raise ValueError(f"{seen!r} runs over midnight; write {match[1]}-24{morning}")
    return first, last


def parse_clock_range(value: str) -> tuple[int, int]:
    """Read opening hours such as "09:00-18:00": open at 09:00, closed from 18:00.

    Returns
    -------
    tuple of int
        Minutes since midnight, 0 ≤ from < to ≤ 1440.

    Raises
    ------
    ValueError
        If the text is anything else or runs over midnight.

    Examples
    --------
    >>> parse_clock_range("09:00-18:00")
    (540, 1080)
    """
    seen = seen_text(value)
    match = _CLOCK.fullmatch(seen)
    if match is None:
        raise ValueError(f"{seen!r} are no opening hours; write from-to, such as 09:00-18:00")
    first, last = (_minutes(match[part], match[part + 1], seen) for part in (1, 3))
    if first == last or first == 1440:
        raise ValueError(f"{seen!r} is never open; the whole day is 00:00-24:00")
    if first > last:
        raise ValueError(f"{seen!r} runs over midnight; the hours of one day end by 24:00")
    return first, last


def _minutes(hour: str, minute: str, seen: str) -> int:
    total = int(hour) * 60 + int(minute)
    if int(minute) > 59 or total > 1440:
        raise ValueError(f"{hour}:{minute} in {seen!r} is no time of day; from 00:00 to 24:00")
    return total
