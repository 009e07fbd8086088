"""Durations and horizons: a number with a unit of time."""

from __future__ import annotations

import calendar
import datetime
import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from simulator.errors import nearest

__all__ = [
    "DAY",
    "MILLISECONDS",
    "parse_duration",
    "parse_horizon",
]

_SECOND: Final = 1_000.0
_MINUTE: Final = 60_000.0
_HOUR: Final = 3_600_000.0
_DAYS_OF_A_MONTH: Final = 30.4375

DAY: Final = 86_400_000
"""Milliseconds of a day; simulated time is naive, so every day has as many."""

MILLISECONDS: Final = MappingProxyType(
    {
        "s": _SECOND,
        "min": _MINUTE,
        "h": _HOUR,
        "hour": _HOUR,
        "hours": _HOUR,
        "day": float(DAY),
        "days": float(DAY),
        "week": 7.0 * DAY,
        "weeks": 7.0 * DAY,
        "month": _DAYS_OF_A_MONTH * DAY,
        "months": _DAYS_OF_A_MONTH * DAY,
    }
)
"""Milliseconds of each unit a duration may be written in; the names are reserved in expressions."""

# What people write for a unit the language calls otherwise.
_ALIASES: Final = MappingProxyType(
    {
        "ms": "0.001 s",
        **dict.fromkeys(("sec", "secs", "second", "seconds"), "s"),
        **dict.fromkeys(("m", "mins", "minute", "minutes"), "min"),
        **dict.fromkeys(("hr", "hrs"), "h"),
        **dict.fromkeys(("d",), "days"),
        **dict.fromkeys(("w", "wk", "wks"), "weeks"),
        **dict.fromkeys(("mo",), "months"),
        **dict.fromkeys(("y", "yr", "year", "years"), "12 months"),
    }
)

NUMBER: Final = r"(?P<number>[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)"
_QUANTITY: Final = re.compile(NUMBER + r"(?:\s*(?P<unit>[^\W\d]\w*))?")

# A horizon counts calendar months; a year of them is no unit of a rate or of an expression.
_MONTHS: Final = MappingProxyType({"month": 1, "months": 1, "year": 12, "years": 12})
_OF_A_HORIZON: Final = MappingProxyType({**MILLISECONDS, **dict.fromkeys(_MONTHS, 0.0)})

# 285,000 years: beyond 2**53 ms a float64 no longer counts single milliseconds.
_LONGEST: Final = float(1 << 53)


def seen_text(value: object) -> str:
    return value.strip() if isinstance(value, str) else str(value)


def finite(digits: str, seen: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{seen!r} is too large for a number")
    return number


def _unit_advice(unit: str) -> str:
    alias = _ALIASES.get(unit.lower()) or (unit.lower() if unit.lower() in MILLISECONDS else None)
    if alias:
        return f"write {alias!r}" if alias in MILLISECONDS else f"write it in units of {alias}"
    return nearest(unit, MILLISECONDS)


def _quantity(
    value: object, what: str, example: str, known: Mapping[str, float] = MILLISECONDS
) -> tuple[float, str, str]:
    """Split "10 min" into number and unit; the text seen comes third."""
    seen = seen_text(value)
    match = None if isinstance(value, bool) else _QUANTITY.fullmatch(seen)
    if match is None:
        raise ValueError(f"{seen!r} is not {what}; write a number and a unit, such as {example}")
    number, unit = finite(match["number"], seen), match["unit"]
    if unit is None and number != 0:
        raise ValueError(f"{what} needs a unit, not {seen!r} alone; write {seen} min, {seen} days …")
    if unit is not None and unit not in known:
        raise ValueError(f"{unit!r} in {seen!r} is no unit of time; {_unit_advice(unit)}")
    if number < 0:
        raise ValueError(f"{what} cannot be negative: {seen!r}")
    return number, unit or "s", seen


def parse_duration(value: str | float) -> float:
    """Read a duration such as "10 min".

    Parameters
    ----------
    value : str or float
        A number and a unit of `MILLISECONDS`; 0 needs no unit. A month is 30.4375 days.

    Returns
    -------
    float
        Milliseconds, zero or more, finite.

    Raises
    ------
    ValueError
        If the text is anything else; the message says what was seen and what is allowed.

    Examples
    --------
    >>> parse_duration("10 min")
    600000.0
    >>> parse_duration("5 minutes")
    Traceback (most recent call last):
    ...
    ValueError: 'minutes' in '5 minutes' is no unit of time; write 'min'
    """
    number, unit, seen = _quantity(value, "a duration", "10 min")
    milliseconds = number * MILLISECONDS[unit]
    if not milliseconds <= _LONGEST:
        raise ValueError(f"{seen!r} is longer than any simulation; at most 285,000 years")
    return milliseconds


def parse_horizon(value: str | float, start: datetime.date) -> int:
    """Read how long a simulation lasts; months and years are those of the calendar, from the start.

    From the 31st, a month later is the last day of a shorter month.

    Parameters
    ----------
    value : str or float
        A duration, or years; months must be whole.
    start : datetime.date
        The first day.

    Returns
    -------
    int
        Milliseconds from 00:00 of the first day to the exclusive end; at least 1.

    Raises
    ------
    ValueError
        If the text is no duration, is zero, counts broken months, or ends after the year 9999.

    Examples
    --------
    >>> parse_horizon("3 months", datetime.date(2026, 1, 31)) // DAY
    89
    """
    number, unit, seen = _quantity(value, "a horizon", "26 weeks", _OF_A_HORIZON)
    if unit in _MONTHS:
        milliseconds = _months_from(start, number * _MONTHS[unit], seen)
    else:
        milliseconds = number * MILLISECONDS[unit]
    if milliseconds > (datetime.date.max - start).days * DAY:
        raise ValueError(f"a horizon of {seen!r} from {start} ends after the year 9999")
    if round(milliseconds) < 1:
        raise ValueError(f"a horizon must last some time, not {seen!r}; such as 26 weeks")
    return round(milliseconds)


def _months_from(start: datetime.date, number: float, seen: str) -> float:
    if number != int(number):
        raise ValueError(f"a horizon counts whole calendar months, not {seen!r}; write it in weeks or days")
    years, month = divmod(start.month - 1 + int(number), 12)
    year, month = start.year + years, month + 1
    if year > datetime.MAXYEAR:
        return math.inf
    end = datetime.date(year, month, min(start.day, calendar.monthrange(year, month)[1]))
    return float((end - start).days * DAY)
