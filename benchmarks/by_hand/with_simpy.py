"""The map without memory and the queue, written by hand with SimPy."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Generator, Mapping
from typing import Any

import simpy

from benchmarks.by_hand import Played

__all__ = ["play_map", "play_queue"]

Row = Mapping[str, float]


def play_map(
    places: Mapping[str, tuple[float, Row]], enters: Row, goal: str, customers: float, days: int, seed: int
) -> Played:
    """Play (a): an exponential stay, then one of the row's targets; outcomes are no places."""
    chance, env = random.Random(seed), simpy.Environment()
    visits: Counter[str] = Counter()
    entries = list(enters), list(enters.values())
    tables = {name: (mean, list(row), list(row.values())) for name, (mean, row) in places.items()}

    def customer() -> Generator[Any, Any, None]:
        at = chance.choices(*entries)[0]
        while at in tables:
            visits[at] += 1
            mean, targets, weights = tables[at]
            yield env.timeout(chance.expovariate(1 / mean))
            at = chance.choices(targets, weights)[0]

    def arrivals() -> Generator[Any, Any, None]:
        while True:
            yield env.timeout(chance.expovariate(customers / (days * 1440)))
            env.process(customer())

    env.process(arrivals())
    env.run(days * 1440)
    return Played(visits.total(), visits[goal])


def play_queue(rate: float, mean: float, servers: int, customers: float, seed: int) -> Played:
    """Play (d): a queue before some servers; also the mean wait is kept."""
    chance, env = random.Random(seed), simpy.Environment()
    counter = simpy.Resource(env, servers)
    waits: list[float] = []
    served: list[float] = []

    def customer() -> Generator[Any, Any, None]:
        arrived = env.now
        with counter.request() as request:
            yield request
            waits.append(env.now - arrived)
            yield env.timeout(chance.expovariate(1 / mean))
            served.append(env.now)

    def arrivals() -> Generator[Any, Any, None]:
        while True:
            yield env.timeout(chance.expovariate(rate))
            env.process(customer())

    env.process(arrivals())
    env.run(customers / rate)
    return Played(len(waits), len(served))
