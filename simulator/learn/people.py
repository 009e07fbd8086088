"""The personas of a learnt model: how many arrive, when, and where they enter."""

from __future__ import annotations

import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simulator.learn.arrivals import Pattern, learn_hours, learn_pattern, weekday_factors
from simulator.learn.log import DAY, EventLog

__all__ = ["CUSTOMER", "written_personas"]

CUSTOMER: Final = "customer"
"""The one persona of a log without such a column."""

Days = NDArray[np.float64]
Evidence = dict[tuple[str, ...], dict[str, Any]]

# Fewer cases than this have no weekday or hours of their own; they get those of all cases.
_ENOUGH: Final = 500
_HOUR: Final = DAY // 24


def written_personas(log: EventLog) -> tuple[dict[str, Any], dict[str, Any], Evidence]:
    """Write every persona with its arrivals and entrances.

    Returns
    -------
    personas, events : dict
        As a model has them; an event is a stretch of months with another level of one persona.
    evidence : dict of path to dict
        The range of each rate and the cases behind each entrance.
    """
    first = log.firsts
    begun, entered = log.time[first], log.activity[first]
    covered, hours = _covered(log, begun)
    counts = _per_day(begun, len(covered))
    weekday = weekday_factors(counts, covered, log.start)
    personas: dict[str, Any] = {}
    events: dict[str, Any] = {}
    evidence: Evidence = {}
    for code, name in enumerate(log.personas or (CUSTOMER,)):
        mine = log.persona == code
        counts = _per_day(begun[mine], len(covered))
        own = mine.sum() >= _ENOUGH
        factors = weekday_factors(counts, covered, log.start) if own else weekday
        pattern = learn_pattern(counts, covered, log.start, factors)
        shape = learn_hours(_by_hour(begun[mine])) if own and log.has_clock else hours
        personas[name] = {"arrivals": _arrivals(pattern, shape), "enters": _enters(log, entered[mine])}
        events.update(_events(name, pattern))
        base = ("personas", name)
        evidence[(*base, "arrivals", "rate")] = {"range": [_short(pattern.low), _short(pattern.high)]}
        evidence[(*base, "enters")] = {"worth": int(mine.sum())}
    return personas, events, evidence


def _per_day(begun: NDArray[np.int64], days: int) -> Days:
    return np.bincount(begun // DAY, minlength=days).astype(np.float64)


def _by_hour(begun: NDArray[np.int64]) -> Days:
    return np.bincount(begun % DAY // _HOUR, minlength=24).astype(np.float64)


def _covered(log: EventLog, begun: NDArray[np.int64]) -> tuple[Days, dict[str, float]]:
    """Give how much of each day the log covers, in arrivals to be expected, and the hours of the day.

    Only the last day can be cut short: by the part of an ordinary day's arrivals that come later.
    """
    covered = np.ones(-(-log.window // DAY))
    if not log.has_clock:
        return covered, {}
    hours = learn_hours(_by_hour(begun))
    shape = np.ones(24)
    for span, factor in hours.items():
        since, to = (int(hour) for hour in span.split("-"))
        shape[since:to] = factor
    until = (log.window - 1) % DAY + 1
    reached = np.clip((until - np.arange(24) * _HOUR) / _HOUR, 0.0, 1.0)
    covered[-1] = float(shape @ reached / shape.sum())
    return covered, hours


def _arrivals(pattern: Pattern, hours: dict[str, float]) -> dict[str, Any]:
    written = {
        "rate": f"{_short(pattern.rate, 6)} per day",
        "weekday": pattern.weekday,
        "month": pattern.month,
        "hours": hours,
    }
    return {key: value for key, value in written.items() if value}


def _enters(log: EventLog, entered: NDArray[np.int64]) -> dict[str, Any]:
    """Write where cases begin; the most frequent takes the rest."""
    sizes = np.bincount(entered, minlength=len(log.activities))
    ranked = [code for code in np.argsort(-sizes, kind="stable").tolist() if sizes[code]]
    if len(ranked) == 1:
        return {log.activities[ranked[0]]: 1}
    shares = {log.activities[code]: round(float(sizes[code] / sizes.sum()), 6) for code in ranked[1:]}
    return {log.activities[ranked[0]]: "rest", **{name: share for name, share in shares.items() if share}}


def _events(persona: str, pattern: Pattern) -> dict[str, Any]:
    found = {}
    for since, to, factor in pattern.stretches:
        span = f"{since:%Y-%m}" + (f" to {to:%Y-%m}" if _month(since) != _month(to) else "")
        change = {"times": factor, "personas": [persona]}
        found[f"{persona}, {span}"] = {"from": since, "to": to, "arrivals": change}
    return found


def _month(date: datetime.date) -> tuple[int, int]:
    return date.year, date.month


def _short(number: float, digits: int = 4) -> float | int:
    short = float(f"{number:.{digits}g}")
    return int(short) if short.is_integer() else short
