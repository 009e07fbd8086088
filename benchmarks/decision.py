"""What a decision costs: variance of the estimated difference × seconds spent on it.

A simulator is asked which of two journeys is better. Twice the variance needs twice the replications,
so the product says how long an answer of a given precision takes, whatever the size of a replication
(Glynn and Whitt 1992: the asymptotic efficiency of simulation estimators). Both sides use one seed for
both journeys: ours keeps every customer's luck, one stream of random numbers does not.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final

from benchmarks.by_hand import with_simpy
from benchmarks.by_hand.shop import play_shop
from benchmarks.engines import tally_of
from benchmarks.journeys import DAYS, ENTERS, GOAL, MAP, SCALE, changed_map, map_program, shop_program
from benchmarks.measure import Figure

__all__ = ["decision_of_map", "decision_of_shop"]

# One replication of one journey: (which of the two, number) -> goals.
Play = Callable[[int, int], float]
_MAP_CUSTOMERS: Final = 10_000


@dataclass(frozen=True)
class Cost:
    """What the replications of a pair gave.

    Attributes
    ----------
    difference, variance : float
        Mean and variance of the difference, in goals a replication.
    seconds : float
        The processor's time of a pair.
    """

    difference: float
    variance: float
    seconds: float

    @property
    def product(self) -> float:
        """The work-normalised variance."""
        return self.variance * self.seconds


class _Side:
    """Collects the pairs of one side."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.differences: list[float] = []
        self.seconds = 0.0
        play(0, 0), play(1, 0)  # compiles and warms up

    def pair(self, number: int) -> None:
        began = time.process_time()
        difference = self.play(1, number) - self.play(0, number)
        self.seconds += time.process_time() - began
        self.differences.append(difference)

    def cost(self) -> Cost:
        mean, variance = statistics.mean(self.differences), statistics.variance(self.differences)
        return Cost(mean, variance, self.seconds / len(self.differences))


def _decide(
    title: str, ours: Play, theirs: Play, replications: int, target: float
) -> tuple[Figure, dict[str, Any]]:
    sides = _Side(ours), _Side(theirs)
    for number in range(1, replications + 1):
        for side in sides:
            side.pair(number)
    mine, other = (side.cost() for side in sides)
    detail = {
        "replications": replications,
        "kernel": asdict(mine),
        "SimPy by hand": asdict(other),
        "variance": other.variance / mine.variance,
        "seconds": other.seconds / mine.seconds,
    }
    return Figure(
        f"{title}: cost of a decision, SimPy by hand / kernel", other.product / mine.product, target
    ), detail


def _goals(programs: tuple[Any, Any], count: str) -> Play:
    return lambda which, number: float(tally_of(programs[which], number)[count].sum())


def decision_of_map(replications: int, customers: int = _MAP_CUSTOMERS) -> tuple[Figure, dict[str, Any]]:
    """Measure the decision on (a): 5 % more orders from the cart."""
    maps = (MAP, changed_map())
    ours = _goals((map_program(customers), map_program(customers, maps[1])), "conversions")

    def theirs(which: int, number: int) -> float:
        return with_simpy.play_map(maps[which], ENTERS, GOAL, customers, DAYS, number).goals

    return _decide("(a) map without memory", ours, theirs, replications, 500.0)


def decision_of_shop(replications: int) -> tuple[Figure, dict[str, Any]]:
    """Measure the decision on (c): 5 % more orders from the cart."""
    ours = _goals((shop_program(), shop_program(scale=SCALE)), "conversions")

    def theirs(which: int, number: int) -> float:
        return play_shop(number, SCALE if which else 1.0).goals

    return _decide("(c) shop with teams and stock", ours, theirs, replications, 60.0)
