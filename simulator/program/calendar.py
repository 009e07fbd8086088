"""Dates as step functions of simulated time: arrivals by day, prices, open doors, dated odds.

A *timeline* is a list of (time in ms, value): the value holds from that time until the next. The first
time is 0. Everything dated in a model becomes one of these, so an engine never sees a date.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.spec.holidays import event_spans, holiday_factors
from simulator.spec.model import DAY, Model
from simulator.spec.people import Arrivals
from simulator.spec.world import Event, Stock, Team

__all__ = [
    "MICRO",
    "Timeline",
    "day_means",
    "hour_profile",
    "odds_timeline",
    "opening_timelines",
    "party_dispersion",
    "party_mean",
    "party_shares",
    "period_starts",
    "pipeline_timeline",
    "price_timeline",
]

MICRO: Final = 1_000_000
MONTH_DAYS: Final = 30.4375

Timeline = list[tuple[int, float]]


def dates(model: Model) -> list[datetime.date]:
    """List the dates of the horizon; the last may be cut short."""
    days = -(-model.horizon_ms // DAY)
    return [model.start + datetime.timedelta(days=day) for day in range(days)]


def _instant(model: Model, date: datetime.date) -> int:
    """Milliseconds from the start to a date's midnight."""
    return (date - model.start).days * DAY


def _spans(model: Model, event: Event) -> list[tuple[int, int]]:
    """When an event holds, each time [from, until) in ms."""
    return [(_instant(model, since), _instant(model, to) + DAY) for since, to in event_spans(model, event)]


def day_means(model: Model, persona: str, arrivals: Arrivals | None) -> NDArray[np.float64]:
    """Compute the mean number of arrivals of a persona on each date of the horizon.

    The factors of a day multiply: rate × weekday × month × holiday × growth × events.

    Returns
    -------
    ndarray of float64, shape (days,)
    """
    weekdays, months = _days(model.start, -(-model.horizon_ms // DAY))
    if arrivals is None:
        return np.zeros(len(weekdays))
    growth = 1.0 + arrivals.growth
    days = range(model.grown_days, model.grown_days + len(weekdays))
    means = np.array([arrivals.rate * growth ** (day / MONTH_DAYS) for day in days])
    by_weekday = np.array([arrivals.weekday.get(day, 1.0) for day in range(7)])
    by_month = np.array([arrivals.month.get(month, 1.0) for month in range(1, 13)])
    means *= by_weekday[weekdays] * by_month[months]
    for date, factor in holiday_factors(model, arrivals).items() if arrivals.holiday else ():
        if 0 <= (date - model.start).days < len(means):
            means[(date - model.start).days] *= factor
    for _, event in sorted(model.events.items()):
        change = event.arrivals
        if change is not None and (not change.personas or persona in change.personas):
            for since, until in _spans(model, event):
                means[since // DAY : until // DAY] *= change.times
    return means


@lru_cache(maxsize=16)
def _days(start: datetime.date, days: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give weekday (0-6) and month (0-11) of each date."""
    listed = [start + datetime.timedelta(days=day) for day in range(days)]
    return np.array([date.weekday() for date in listed]), np.array([date.month - 1 for date in listed])


def hour_profile(arrivals: Arrivals | None) -> NDArray[np.float64]:
    """Compute the share of a day's arrivals before each full hour.

    Returns
    -------
    ndarray of float64, shape (25,)
        From 0 to exactly 1, never decreasing.
    """
    hours = arrivals.hours if arrivals is not None else {}
    factors = np.array([hours.get(hour, 1.0) for hour in range(24)])
    cumulated: NDArray[np.float64] = np.concatenate([[0.0], np.cumsum(factors)]) / factors.sum()
    cumulated[-1] = 1.0
    return cumulated


def party_mean(arrivals: Arrivals | None) -> float:
    """Give the mean number of customers who come together; 1 where everybody comes alone."""
    parties = (arrivals.parties if arrivals is not None else None) or {1: 1.0}
    return math.fsum(size * share for size, share in parties.items())


def party_dispersion(arrivals: Arrivals | None) -> float:
    """Give variance over mean of a day's count: E S² / E S of the size S of a party."""
    parties = (arrivals.parties if arrivals is not None else None) or {1: 1.0}
    return math.fsum(size * size * share for size, share in parties.items()) / party_mean(arrivals)


def party_shares(arrivals: Arrivals | None) -> list[tuple[int, float]]:
    """List the sizes of parties, each with the share of parties up to it; empty where all come alone."""
    parties = (arrivals.parties if arrivals is not None else None) or {}
    up_to = np.cumsum(list(parties.values())).tolist()
    up_to[-1:] = [1.0] * bool(parties)
    return list(zip(parties, up_to, strict=True))


def _steps(times: Iterable[int], value: Callable[[int], float], horizon: int) -> Timeline:
    """Evaluate a step function at the times it may change; keep the changes."""
    line: Timeline = []
    for time in sorted({0, *(time for time in times if 0 < time < horizon)}):
        current = value(time)
        if not line or line[-1][1] != current:
            line.append((time, current))
    return line


def price_timeline(model: Model, product: str) -> Timeline:
    """Follow a product's price, in 1e-6 of the currency.

    Of two events that set it, the later-starting wins, ties by name.
    """
    events = [
        (*span, name, event.price[product])
        for name, event in model.events.items()
        if product in event.price
        for span in _spans(model, event)
    ]

    def price(time: int) -> float:
        current = [(since, name, amount) for since, until, name, amount in events if since <= time < until]
        amount = max(current)[2] if current else model.products[product].price
        return round(amount * MICRO)

    return _steps((edge for event in events for edge in event[:2]), price, model.horizon_ms)


def pipeline_timeline(model: Model, stock: Stock) -> Timeline:
    """Follow the units delivered so far of those ordered before the start; empty when there are none."""
    if not any(stock.on_order.values()):
        return []
    came = {_instant(model, date): units for date, units in sorted(stock.on_order.items())}
    line, total = [], 0.0
    for time in sorted({0, *came}):
        total += came.get(time, 0)
        line.append((time, total))
    return line


def odds_timeline(model: Model, factors: Mapping[str, float], steps: Iterable[int] = ()) -> Timeline:
    """Follow the dated factor of one target: overlapping events multiply.

    Times in `steps` are steps of the line even where the factor stays as it is.
    """
    spans = [
        (*span, factor)
        for name, factor in sorted(factors.items())
        for span in _spans(model, model.events[name])
    ]

    def odds(time: int) -> float:
        product = 1.0
        for since, until, factor in spans:
            if since <= time < until:
                product *= factor
        return product

    line = dict(_steps((edge for span in spans for edge in span[:2]), odds, model.horizon_ms))
    return sorted({**{time: odds(time) for time in steps}, **line}.items())


def period_starts(model: Model, per: str) -> list[tuple[int, datetime.date]]:
    """List the periods that meet the horizon: when each begins (0 at the earliest) and its first day.

    Parameters
    ----------
    model : Model
        Its start and horizon.
    per : str
        day, week (from Monday) or month.
    """
    found: list[tuple[int, datetime.date]] = []
    for date in dates(model):
        first = date
        if per == "week":
            first = date - datetime.timedelta(days=date.weekday())
        elif per == "month":
            first = date.replace(day=1)
        if not found or found[-1][1] != first:
            found.append((_instant(model, date), first))
    return found


def opening_timelines(model: Model, name: str, team: Team) -> tuple[Timeline, Timeline]:
    """Follow a team's servers (0 while closed) and whether it is open (1 or 0)."""
    events = [
        (*span, other, event.teams[name].servers)
        for other, event in model.events.items()
        if name in event.teams
        for span in _spans(model, event)
    ]
    hours = team.hours

    def is_open(time: int) -> float:
        if hours is None:
            return 1.0
        day, within = divmod(time, DAY)
        weekday = (model.start.weekday() + day) % 7
        first, last = hours.get(weekday, (0, 0))
        return 1.0 if first * 60_000 <= within < last * 60_000 else 0.0

    def servers(time: int) -> float:
        if not is_open(time):
            return 0.0
        current = [(since, other, count) for since, until, other, count in events if since <= time < until]
        return float(max(current)[2] if current else team.servers)

    times = {edge for event in events for edge in event[:2]}
    if hours is not None:
        for day in range(-(-model.horizon_ms // DAY)):
            times.add(day * DAY)
            for first, last in hours.values():
                times.update((day * DAY + first * 60_000, day * DAY + last * 60_000))
    ordered = sorted(times)
    return _steps(ordered, servers, model.horizon_ms), _steps(ordered, is_open, model.horizon_ms)
