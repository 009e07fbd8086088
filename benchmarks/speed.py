"""Visits a second of everybody who can play a journey."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Final

from benchmarks.by_hand import Played, with_ciw, with_salabim, with_simpy
from benchmarks.by_hand.shop import play_shop
from benchmarks.engines import ceiling, kernel, reference
from benchmarks.journeys import DAYS, ENTERS, GOAL, MAP, QUEUE, map_program, queue_program, shop_program
from benchmarks.measure import Contestant, Figure, Race, race

__all__ = ["CONTESTS", "Contest"]

KERNEL, REFERENCE, CEILING = "kernel", "reference", "ceiling"
SIMPY, CIW, SALABIM = "SimPy by hand", "Ciw", "salabim"
# How many customers a round has; the slow ones have fewer, so that nobody waits for them.
_FEW: Final = {SIMPY: 5_000, CIW: 2_000, SALABIM: 1_000, REFERENCE: 2_000}


@dataclass(frozen=True)
class Contest:
    """A journey, who plays it, and which ratios were promised: (ours, theirs, at least)."""

    title: str
    contestants: Callable[[bool], list[Contestant]]
    promises: tuple[tuple[str, str, float], ...]

    def run(self, rounds: int, *, quick: bool) -> tuple[Race, list[Figure]]:
        """Race, and compare with what was promised."""
        result = race(self.contestants(quick), rounds)
        figures = [
            Figure(f"{self.title}: {ours} / {theirs}", result.ratio(ours, theirs), target)
            for ours, theirs, target in self.promises
        ]
        return result, figures


def _map(quick: bool) -> list[Contestant]:
    many = 50_000 if quick else 300_000

    def by_hand(module: ModuleType, customers: int) -> Callable[[int], Played]:
        return lambda seed: module.play_map(MAP, ENTERS, GOAL, customers, DAYS, seed)

    visits = 2_000_000 if quick else 10_000_000
    return [
        Contestant(KERNEL, kernel(map_program(many)), many),
        Contestant(SIMPY, by_hand(with_simpy, _FEW[SIMPY]), _FEW[SIMPY]),
        Contestant(CIW, by_hand(with_ciw, _FEW[CIW]), _FEW[CIW]),
        Contestant(SALABIM, by_hand(with_salabim, _FEW[SALABIM]), _FEW[SALABIM]),
        Contestant(REFERENCE, reference(map_program(_FEW[REFERENCE])), _FEW[REFERENCE]),
        Contestant(CEILING, ceiling(visits), visits),
    ]


def _queue(quick: bool) -> list[Contestant]:
    day = QUEUE[0] * 1440  # our model has whole days
    many = day * (5 if quick else 40)

    def by_hand(module: ModuleType, customers: int) -> Callable[[int], Played]:
        return lambda seed: module.play_queue(*QUEUE, customers, seed)

    return [
        Contestant(KERNEL, kernel(queue_program(many)), many),
        Contestant(SIMPY, by_hand(with_simpy, _FEW[SIMPY]), _FEW[SIMPY]),
        Contestant(CIW, by_hand(with_ciw, _FEW[CIW]), _FEW[CIW]),
        Contestant(SALABIM, by_hand(with_salabim, _FEW[SALABIM]), _FEW[SALABIM]),
        Contestant(REFERENCE, reference(queue_program(day)), day),
    ]


def _shop(quick: bool, *, sharing: bool) -> list[Contestant]:
    program = shop_program(sharing=sharing)
    some = 5 if quick else 40
    contestants = [
        Contestant(KERNEL, kernel(program, some), some * _customers(program.values.day_means.sum())),
        Contestant(REFERENCE, reference(program), _customers(program.values.day_means.sum())),
    ]
    if sharing:
        hand = 1 if quick else 2
        mean = hand * _customers(program.values.day_means.sum())
        contestants.insert(1, Contestant(SIMPY, partial(_shops, hand), mean))
    return contestants


def _customers(arriving: float) -> float:
    """Add those who are there already; who is referred comes from them."""
    return float(arriving) + 120.0


def _shops(replications: int, number: int) -> Played:
    each = [play_shop(replications * number + i) for i in range(replications)]
    return Played(sum(one.visits for one in each), sum(one.goals for one in each))


CONTESTS: Final = {
    "a": Contest(
        "(a) map without memory",
        _map,
        ((KERNEL, SIMPY, 60.0), (KERNEL, CIW, 200.0), (KERNEL, CEILING, 0.5), (REFERENCE, SIMPY, 0.2)),
    ),
    "b": Contest("(b) shop without sharing", partial(_shop, sharing=False), ((KERNEL, REFERENCE, 60.0),)),
    "c": Contest("(c) shop with teams and stock", partial(_shop, sharing=True), ((KERNEL, SIMPY, 30.0),)),
    "d": Contest("(d) queue M/M/3", _queue, ((KERNEL, SIMPY, 30.0),)),
}
