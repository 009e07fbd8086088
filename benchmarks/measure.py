"""Timing by turns: what is compared is played in one process, one round after the other.

A busy machine slows all contestants of a round alike, so the ratio of a round means something where the
rates do not. Rates are per second of the processor's clock.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from benchmarks.by_hand import Played

__all__ = ["Contestant", "Figure", "Race", "race", "timed"]

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Contestant:
    """Somebody who plays a journey.

    Attributes
    ----------
    name : str
    play : callable
        Plays one round; its number is the seed or the replication.
    customers : float
        How many customers a round has on average.
    """

    name: str
    play: Callable[[int], Played]
    customers: float


@dataclass(frozen=True)
class Figure:
    """A measured figure and what was promised.

    Attributes
    ----------
    name : str
        What was measured.
    value, target : float
    at_least : bool
        Whether the target is a lower bound.
    unit : str
        Behind the value: "x", "s", "MiB".
    """

    name: str
    value: float
    target: float
    at_least: bool = True
    unit: str = "x"

    @property
    def reached(self) -> bool:
        """Whether the promise is kept."""
        return self.value >= self.target if self.at_least else self.value <= self.target


@dataclass(frozen=True)
class Race:
    """What a race gave.

    Attributes
    ----------
    rates : dict of name to list of float
        Visits a second, by round.
    journeys : dict of name to pair of float
        Visits and goals a customer, over all rounds: whether all played the same journey.
    """

    rates: dict[str, list[float]]
    journeys: dict[str, tuple[float, float]]

    def rate(self, name: str) -> float:
        """Give the median rate."""
        return statistics.median(self.rates[name])

    def ratio(self, ours: str, theirs: str) -> float:
        """Give the median of the rounds' ratios."""
        pairs = zip(self.rates[ours], self.rates[theirs], strict=True)
        return statistics.median(one / other for one, other in pairs)


def timed(play: Callable[[], _Result]) -> tuple[_Result, float]:
    """Call something; give what it returned and the seconds of the processor's clock it took."""
    gc.collect()
    began = time.process_time()
    result = play()
    return result, time.process_time() - began


def race(contestants: Sequence[Contestant], rounds: int) -> Race:
    """Let everybody play by turns; a first round that is not timed compiles and warms up."""
    rates: dict[str, list[float]] = {one.name: [] for one in contestants}
    visits, goals = dict.fromkeys(rates, 0), dict.fromkeys(rates, 0)
    for number in range(rounds + 1):
        for one in contestants:
            played, seconds = timed(partial(one.play, number))
            if number:
                rates[one.name].append(played.visits / seconds)
                visits[one.name] += played.visits
                goals[one.name] += played.goals
    journeys = {
        one.name: (visits[one.name] / rounds / one.customers, goals[one.name] / rounds / one.customers)
        for one in contestants
    }
    return Race(rates, journeys)
