"""Rates, money per time and growth: a number *per* a unit of time."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from simulator.spec.units.durations import DAY, MILLISECONDS, NUMBER, finite, seen_text

__all__ = [
    "parse_growth",
    "parse_money_rate",
    "parse_rate",
]

_UNITS: Final = ("hour", "day", "week", "month")
_DAYS_PER: Final = MappingProxyType({unit: MILLISECONDS[unit] / DAY for unit in _UNITS})
_MONTHS_PER: Final = MappingProxyType(
    {**{unit: MILLISECONDS[unit] / MILLISECONDS["month"] for unit in _UNITS}, "year": 12.0}
)

_RATE: Final = re.compile(NUMBER + r"\s*(?P<percent>%)?(?:\s*per\s+(?P<unit>[^\W\d]\w*))?")


def _rate(
    value: object, what: str, example: str, *, percent: bool, units: Sequence[str]
) -> tuple[float, str]:
    """Split "140 per day" into number and unit."""
    seen = seen_text(value)
    match = None if isinstance(value, bool) else _RATE.fullmatch(seen)
    if match is None:
        raise ValueError(f"{seen!r} is not {what}; write it as in {example}")
    if percent and not match["percent"]:
        raise ValueError(f"{what} is written in percent, as in {example}, not {seen!r}")
    if match["percent"] and not percent:
        raise ValueError(f"{what} is not written in percent: {seen!r}; write it as in {example}")
    unit = match["unit"]
    if unit is None:
        raise ValueError(f"{what} needs a time, not {seen!r} alone; write {seen} per {', '.join(units)}")
    if unit not in units:
        raise ValueError(f"'per {unit}' in {seen!r} is not allowed; choose from per {', '.join(units)}")
    return finite(match["number"], seen), unit


def _per_day(value: object, what: str, example: str) -> float:
    number, unit = _rate(value, what, example, percent=False, units=tuple(_DAYS_PER))
    if number < 0:
        raise ValueError(f"{what} cannot be negative: {seen_text(value)!r}")
    return number / _DAYS_PER[unit]


def parse_rate(value: str | float) -> float:
    """Read a rate such as "140 per day": per hour, day, week or month.

    Returns
    -------
    float
        The rate per day, zero or more.

    Raises
    ------
    ValueError
        If the text is anything else.

    Examples
    --------
    >>> parse_rate("70 per week")
    10.0
    """
    return _per_day(value, "a rate", "140 per day")


def parse_money_rate(value: str | float) -> float:
    """Read an amount per time such as "35 per hour", in the model's currency.

    Returns
    -------
    float
        The amount per day, zero or more; a plain 0 needs no time.

    Raises
    ------
    ValueError
        If the text is anything else.

    Examples
    --------
    >>> parse_money_rate("35 per hour")
    840.0
    """
    if not isinstance(value, bool) and seen_text(value) == "0":
        return 0.0
    return _per_day(value, "an amount per time", "0.05 per day")


def parse_growth(value: str | float) -> float:
    """Read a growth such as "1 % per month": per hour, day, week, month or year.

    Growth compounds: g per year is (1 + g)^(1/12) − 1 per month, so that
    12.6825 % per year and 1 % per month are the same.

    Returns
    -------
    float
        The growth per month of 30.4375 days, as a fraction above −1; a plain 0 needs no unit.

    Raises
    ------
    ValueError
        If the text is anything else, or loses all of it (−100 % or less).

    Examples
    --------
    >>> parse_growth("-0.5 % per month")
    -0.005
    """
    seen = seen_text(value)
    if not isinstance(value, bool) and seen == "0":
        return 0.0
    percent, unit = _rate(value, "a growth", "1 % per month", percent=True, units=tuple(_MONTHS_PER))
    if percent <= -100:
        raise ValueError(f"a growth of {seen!r} leaves nothing; it must be above -100 %")
    if unit == "month":
        return percent / 100
    exponent = math.log1p(percent / 100) / _MONTHS_PER[unit]
    if exponent > 100:
        raise ValueError(f"a growth of {seen!r} is too large")
    return math.expm1(exponent)
