"""What customers of the hand-written shop share: dates, a calendar, teams with hours, and shelves.

Times are in minutes since the start, a Monday.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any, Final

import simpy

__all__ = ["DAY", "HOUR", "Shelf", "Shock", "Team", "day_of", "during", "hazard", "poisson", "weibull"]

HOUR: Final = 60.0
DAY: Final = 24 * HOUR
START: Final = (2026, 1, 5)
Hours = Mapping[int, tuple[int, int]]  # weekday -> opening and closing hour

_LENGTHS: Final = (31, 28, 31, 30, 31, 30, 31)


def day_of(month: int, day: int) -> int:
    """Count the days from the start to a date of the first half of 2026."""
    return sum(_LENGTHS[: month - 1]) + day - START[2]


def during(now: float, since: tuple[int, int], to: tuple[int, int]) -> bool:
    """Whether a time is within two dates, the last included."""
    return day_of(*since) <= now // DAY <= day_of(*to)


def poisson(chance: random.Random, mean: float) -> int:
    """Count what happens in one unit of time."""
    number, passed = 0, chance.expovariate(1.0)
    while passed < mean:
        number += 1
        passed += chance.expovariate(1.0)
    return number


def weibull(chance: random.Random, mean: float, shape: float) -> float:
    """Draw from a Weibull law with this mean."""
    return chance.weibullvariate(mean / math.gamma(1 + 1 / shape), shape)


def hazard(chance: random.Random, bands: Sequence[tuple[float, float]]) -> float:
    """Draw when a risk strikes that is constant within bands (days, risk a day); infinite if never."""
    goal, passed = chance.expovariate(1.0), 0.0
    for days, risk in bands:
        if goal < days * risk:
            return (passed + goal / risk) * DAY
        goal -= days * risk
        passed += days
    return math.inf


class Shock:
    """A factor with mean 1 for each period, log-normal; `correlation` ties a period to the one before."""

    def __init__(self, chance: random.Random, sd: float, correlation: float = 0.0) -> None:
        self.chance, self.correlation = chance, correlation
        self.sigma = math.sqrt(math.log1p(sd**2))
        self.drawn: list[float] = []

    def factor(self, period: int) -> float:
        """Give the factor of a period, counted from 0."""
        while len(self.drawn) <= period:
            new = self.chance.gauss(0.0, 1.0)
            if self.drawn:
                new = self.correlation * self.drawn[-1] + math.sqrt(1 - self.correlation**2) * new
            self.drawn.append(new)
        return math.exp(self.sigma * self.drawn[period] - self.sigma**2 / 2)


class Team:
    """Some servers with opening hours; while one is off, a process of high priority holds it.

    Parameters
    ----------
    env : simpy.Environment
    servers : int
    hours : mapping of weekday to hours
    easter : int
        How many serve over Easter.
    room : int
        How many may wait.
    """

    def __init__(self, env: simpy.Environment, servers: int, hours: Hours, easter: int, room: float) -> None:
        self.env, self.hours, self.room = env, hours, room
        self.desk = simpy.PriorityResource(env, servers)
        self.waiting = 0
        for server in range(servers):
            env.process(self._days_off(works_at_easter=server < easter))

    def is_open(self) -> bool:
        """Whether the doors are open."""
        opens, closes = self.hours.get(int(self.env.now // DAY) % 7, (0, 0))
        if self.desk.capacity == 1 and during(self.env.now, (4, 3), (4, 6)):
            return False
        return opens * HOUR <= self.env.now % DAY < closes * HOUR

    def is_full(self) -> bool:
        """Whether nobody may join the queue."""
        return self.desk.count == self.desk.capacity and self.waiting >= self.room

    def _days_off(self, *, works_at_easter: bool) -> Generator[Any, Any, None]:
        day = 0
        while True:
            holiday = not works_at_easter and during(day * DAY, (4, 3), (4, 6))
            opens, closes = self.hours.get(day % 7, (0, 0))
            with self.desk.request(priority=-1) as off:
                yield off
                day += 1
                if holiday or opens == closes:
                    yield self.env.timeout(max(0.0, day * DAY - self.env.now))
                    continue
                yield self.env.timeout(max(0.0, (day - 1) * DAY + opens * HOUR - self.env.now))
            yield self.env.timeout(max(0.0, (day - 1) * DAY + closes * HOUR - self.env.now))


# How many units to order at a position: stock on hand and on order, less what is owed.
Policy = Callable[[int], int]


class Shelf:
    """Stock of a product with a policy that looks after every change, or every so often.

    Parameters
    ----------
    env : simpy.Environment
    on_hand : int
    policy : callable
        Units to order at a position.
    lead : callable
        Draws the time from an order to its delivery.
    backorder : bool
        Whether units that are not there are owed.
    due : mapping of time to units
        What was ordered before the start.
    review : tuple of float, optional
        When the policy looks first, and how often.
    """

    def __init__(
        self,
        env: simpy.Environment,
        on_hand: int,
        policy: Policy,
        lead: Callable[[], float],
        *,
        backorder: bool = False,
        due: Mapping[float, int] | None = None,
        review: tuple[float, float] | None = None,
    ) -> None:
        self.env, self.on_hand, self.policy, self.lead, self.backorder = env, on_hand, policy, lead, backorder
        self.on_order = self.owed = 0
        self.list: list[simpy.Event] = []
        self.planned = review is not None
        for time, units in (due or {}).items():
            self.on_order += units
            env.process(self._deliver(units, time))
        if review is not None:
            env.process(self._look(*review))

    def take(self, units: int) -> bool:
        """Sell all or nothing; what may be owed is always sold."""
        if self.on_hand < units and not self.backorder:
            return False
        given = min(self.on_hand, units)
        self.on_hand -= given
        self.owed += units - given
        self._review()
        return True

    def put(self, units: int) -> None:
        """Bring units in: first what is owed, then wake as many as there are units."""
        owed = min(self.owed, units)
        self.owed -= owed
        self.on_hand += units - owed
        self._review()
        for event in self.list[: self.on_hand]:
            event.succeed()
        del self.list[: self.on_hand]

    def wait(self) -> simpy.Event:
        """Join the list of those told when the product is back."""
        event = self.env.event()
        self.list.append(event)
        return event

    def _review(self) -> None:
        if not self.planned:
            self._order()

    def _order(self) -> None:
        units = self.policy(self.on_hand + self.on_order - self.owed)
        if units > 0:
            self.on_order += units
            self.env.process(self._deliver(units, self.lead()))

    def _look(self, first: float, every: float) -> Generator[Any, Any, None]:
        yield self.env.timeout(first)
        while True:
            self._order()
            yield self.env.timeout(every)

    def _deliver(self, units: int, after: float) -> Generator[Any, Any, None]:
        yield self.env.timeout(after)
        self.on_order -= units
        self.put(units)
