"""The days forecasts are made on, and the part of a log that is kept back."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final

from simulator.errors import LogError, Place, Problem

__all__ = ["Plan", "plan_origins"]

_WEEK: Final = 7
# The first forecast needs this much of a past, whatever is asked for.
_FEWEST_DAYS: Final = 28


@dataclass(frozen=True)
class Plan:
    """When forecasts are made.

    Attributes
    ----------
    days : tuple of int
        The days since the log's first, ascending, a week apart: each forecast knows what happened
        before that day and nothing else.
    horizon : int
        Days forecast, the origin the first.
    kept_back : int
        The first day of the last third; the whole log is `length` days.
    length : int
    final : bool
        Whether the last third was used.
    """

    days: tuple[int, ...]
    horizon: int
    kept_back: int
    length: int
    final: bool


def plan_origins(
    file: str,
    first: datetime.date,
    length: int,
    horizon: int,
    origins: int,
    final: bool,
    seen: int = 0,
) -> Plan:
    """Choose weekly origins: the latest whose horizon ends before the last third, or with the log.

    Parameters
    ----------
    file : str
        The log, for messages.
    first : datetime.date
        The log's first day.
    length : int
        Its whole days.
    horizon, origins : int
        Days to forecast, and how often.
    final : bool
        Take the origins from the last third, which is kept back otherwise, so that a method can be
        chosen on the first two thirds and judged once on the last.
    seen : int
        The first day on which everything to be forecast has been seen; forecasts begin four weeks later.

    Raises
    ------
    LogError
        If the log is too short.
    """
    kept_back = length - length // 3
    end = length if final else kept_back
    last = end - horizon
    earliest = max(seen + _FEWEST_DAYS, kept_back if final else 0)
    days = [last - _WEEK * back for back in range(origins)]
    days = [day for day in days if day >= earliest]
    if not days:
        what = "the last third of the log" if final else "the log before its last third"
        message = f"{what} is too short for a forecast of {horizon} days: the log lasts {length} days"
        until = first + datetime.timedelta(days=length - 1)
        fix = f"it goes from {first} to {until}; take a shorter --horizon"
        raise LogError([Problem(message, place=Place(file), fix=fix)])
    return Plan(tuple(reversed(days)), horizon, kept_back, length, final)
