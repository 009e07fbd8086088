"""The map without memory and the queue, written by hand with salabim."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Generator, Mapping
from typing import Any

import salabim

from benchmarks.by_hand import Played

__all__ = ["play_map", "play_queue"]

Row = Mapping[str, float]


def _environment(seed: int) -> Any:
    """Make an environment whose components are generators, the faster of salabim's two ways."""
    salabim.yieldless(False)
    return salabim.Environment(random_seed=seed, trace=False)


def play_map(
    places: Mapping[str, tuple[float, Row]], enters: Row, goal: str, customers: float, days: int, seed: int
) -> Played:
    """Play (a); outcomes are no places."""
    env, chance = _environment(seed), random.Random(seed)
    visits: Counter[str] = Counter()
    entries = list(enters), list(enters.values())
    tables = {name: (mean, list(row), list(row.values())) for name, (mean, row) in places.items()}

    class Customer(salabim.Component):  # type: ignore[misc]
        def process(self) -> Generator[Any, Any, None]:
            at = chance.choices(*entries)[0]
            while at in tables:
                visits[at] += 1
                mean, targets, weights = tables[at]
                yield self.hold(chance.expovariate(1 / mean))
                at = chance.choices(targets, weights)[0]

    class Arrivals(salabim.Component):  # type: ignore[misc]
        def process(self) -> Generator[Any, Any, None]:
            while True:
                yield self.hold(chance.expovariate(customers / (days * 1440)))
                Customer()

    Arrivals()
    env.run(till=days * 1440)
    return Played(visits.total(), visits[goal])


def play_queue(rate: float, mean: float, servers: int, customers: float, seed: int) -> Played:
    """Play (d)."""
    env, chance = _environment(seed), random.Random(seed)
    counter = salabim.Resource("counter", servers)
    visits: Counter[str] = Counter()

    class Customer(salabim.Component):  # type: ignore[misc]
        def process(self) -> Generator[Any, Any, None]:
            yield self.request(counter)
            visits["begun"] += 1
            yield self.hold(chance.expovariate(1 / mean))
            self.release()
            visits["done"] += 1

    class Arrivals(salabim.Component):  # type: ignore[misc]
        def process(self) -> Generator[Any, Any, None]:
            while True:
                yield self.hold(chance.expovariate(rate))
                Customer()

    Arrivals()
    env.run(till=customers / rate)
    return Played(visits["begun"], visits["done"])
