"""A compiled journey as an absorbing Markov chain, where it has no memory and shares nothing.

Then conversion, visits, steps and time of one customer are exact linear algebra: the oracle of the
engines' tests. The horizon and `max_steps` are not part of it: every journey runs to its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from simulator.program.program import Program
from simulator.theory.chain import AbsorbingChain
from simulator.theory.conditions import FloatArray, Moments
from simulator.theory.journey_branches import Branch, Branches

__all__ = ["JourneyChain", "exact", "is_memoryless"]


@dataclass(frozen=True, eq=False)
class JourneyChain:
    """One customer's journey, solved.

    Attributes
    ----------
    chain : AbsorbingChain
        Its states are `states`, its outcomes those of the program.
    start : (n,) array
        Where a customer enters.
    states : tuple of (int, int)
        Persona and touchpoint of each state; only those a customer can come to.
    touchpoints, outcomes : tuple of str
        The program's names.
    holding : Moments of (n,) arrays
        The stay at each state, in ms.
    delay, exit_delay : Moments of (n, n) and (n, m) arrays
        The travel of each branch, in ms.
    unconverted : (n, n) array
        The part of the transitions that follows a visit without a conversion.
    unconverted_exits : (n, m) array
        The same of the exits.
    """

    chain: AbsorbingChain
    start: FloatArray
    states: tuple[tuple[int, int], ...]
    touchpoints: tuple[str, ...]
    outcomes: tuple[str, ...]
    holding: Moments
    delay: Moments
    exit_delay: Moments
    unconverted: FloatArray
    unconverted_exits: FloatArray

    def outcome_probabilities(self) -> dict[str, float]:
        """Give the probability of each outcome."""
        found = self.chain.outcome_probabilities(self.start)
        return dict(zip(self.outcomes, found.tolist(), strict=True))

    def visits(self) -> dict[str, float]:
        """Give the expected visits to each touchpoint."""
        return self._by_touchpoint(self.chain.visits(self.start))

    def conversions(self) -> float:
        """Give the expected number of conversions of a customer, repeats included."""
        kept = self.unconverted.sum(axis=1) + self.unconverted_exits.sum(axis=1)
        return float(self.chain.visits(self.start) @ (1.0 - kept))

    def conversion(self) -> float:
        """Give the probability of at least one conversion."""
        converted = 1.0 - self.unconverted.sum(axis=1) - self.unconverted_exits.sum(axis=1)
        return self._ends(self.unconverted, self.unconverted_exits, converted)

    def reach(self, touchpoint: str) -> float:
        """Give the probability to visit a touchpoint at all."""
        number = self.touchpoints.index(touchpoint)
        there = np.array([float(state[1] == number) for state in self.states])
        away = (1.0 - there)[:, None]
        return self._ends(self.chain.between.toarray() * away, self.chain.out * away, there)

    def steps(self) -> Moments:
        """Give mean and variance of the number of visits of a journey."""
        return self.chain.steps(self.start)

    def time(self) -> Moments:
        """Give mean and variance of the time from arrival to the outcome, in ms.

        Durations are rounded to whole ms when they are drawn; here they are not.
        """
        return self.chain.total(self.start, self.holding, self.delay, self.exit_delay)

    def _ends(self, moves: FloatArray, exits: FloatArray, last: FloatArray) -> float:
        """Give the probability to end by `last`, an outcome put beside the others."""
        chain = AbsorbingChain(moves, np.column_stack([exits, np.maximum(last, 0.0)]))
        return float(chain.outcome_probabilities(self.start)[-1])

    def _by_touchpoint(self, of_states: FloatArray) -> dict[str, float]:
        total = dict.fromkeys(self.touchpoints, 0.0)
        for (_, touchpoint), value in zip(self.states, of_states.tolist(), strict=True):
            total[self.touchpoints[touchpoint]] += value
        return total


def is_memoryless(program: Program, persona: int | None = None) -> tuple[bool, tuple[str, ...]]:
    """Tell whether a journey is a Markov chain.

    Parameters
    ----------
    program : Program
        A compiled journey.
    persona : int, optional
        Whose; default everybody who arrives.

    Returns
    -------
    tuple
        Whether it is, and each reason why not, with the path it stands at.
    """
    reasons: dict[str, None] = {}
    for one in _personas(program, persona):
        reasons |= _walk(program, one)[0].reasons
    return not reasons, tuple(reasons)


def exact(program: Program, persona: int | None = None) -> JourneyChain | None:
    """Solve a journey without memory.

    Memoryless are rows with constant odds, choices on constant utilities, rules whose conditions never
    change (traits, attributes nobody sets, prices without events), dwell and travel times of any law,
    baskets that never run out. `existing` customers are left aside: this is about one who arrives.

    Parameters
    ----------
    program : Program
        A compiled journey.
    persona : int, optional
        Whose; default a customer of the mix of all who arrive within the horizon.

    Returns
    -------
    JourneyChain or None
        None where it has a memory, see :func:`is_memoryless`.

    Raises
    ------
    InputError
        When some touchpoint can never be left for good.
    """
    if not is_memoryless(program, persona)[0]:
        return None
    personas = _personas(program, persona)
    weights = program.values.day_means.sum(axis=1)
    total = float(weights[personas].sum()) if persona is None else 1.0
    found = _Assembly(program)
    for one in personas:
        found.add(one, float(weights[one]) / total if persona is None else 1.0)
    return found.assembled()


def _personas(program: Program, persona: int | None) -> list[int]:
    """Give the personas meant; those who arrive where none is named."""
    if persona is not None:
        return [persona]
    return [one for one in range(len(program.names.personas)) if program.values.day_means[one].sum() > 0.0]


def _walk(program: Program, persona: int) -> tuple[Branches, list[Branch], dict[int, list[Branch]]]:
    """Follow every branch from where a persona enters."""
    branches, count = Branches(program, persona), len(program.names.touchpoints)
    start = branches.start()
    waiting, met = [branch.target for branch in start], dict[int, list[Branch]]()
    while waiting:
        touchpoint = waiting.pop()
        if touchpoint not in met:
            met[touchpoint] = branches.of(touchpoint)
            waiting += [branch.target for branch in met[touchpoint] if 0 <= branch.target < count]
    return branches, start, met


class _Assembly:
    """Collects the states of several personas and lays them out as one chain."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.states: dict[tuple[int, int], float] = {}
        self.held: list[Moments] = []
        self.branches: list[tuple[tuple[int, int], Branch, Moments]] = []

    def add(self, persona: int, weight: float) -> None:
        reader, start, met = _walk(self.program, persona)
        for touchpoint, branches in sorted(met.items()):
            self.states[persona, touchpoint] = 0.0
            self.held.append(reader.moments(reader.station(touchpoint).dwell))
            self.branches += [((persona, touchpoint), one, reader.moments(one.after)) for one in branches]
        for branch in start:
            self.states[persona, branch.target] += weight * branch.probability

    @cached_property
    def _number(self) -> dict[tuple[int, int], int]:
        return {state: number for number, state in enumerate(self.states)}

    def assembled(self) -> JourneyChain:
        """Add up branches to the same target: probability, mean and second moment of the travel."""
        n, m, count = len(self.states), len(self.program.names.outcomes), len(self.program.names.touchpoints)
        sums = np.zeros((4, n, n + m))  # probability, not converted, p · mean, p · second moment
        for state, branch, travel in self.branches:
            to_end = branch.target >= count
            column = n + branch.target - count if to_end else self._number[state[0], branch.target]
            p = branch.probability
            kept = 0.0 if branch.converted else p
            sums[:, self._number[state], column] += np.array([p, kept, p * travel.mean, p * travel.second])
        whole, alike, first, second = sums
        mean = np.divide(first, whole, out=np.zeros_like(first), where=whole > 0.0)
        square = np.divide(second, whole, out=np.zeros_like(second), where=whole > 0.0)
        spread = np.maximum(square - mean * mean, 0.0)
        means = np.array([one.mean for one in self.held])
        variances = np.array([one.variance for one in self.held])
        return JourneyChain(
            chain=AbsorbingChain(whole[:, :n], whole[:, n:]),
            start=np.array(list(self.states.values())),
            states=tuple(self.states),
            touchpoints=self.program.names.touchpoints,
            outcomes=self.program.names.outcomes,
            holding=Moments(means, variances),
            delay=Moments(mean[:, :n], spread[:, :n]),
            exit_delay=Moments(mean[:, n:], spread[:, n:]),
            unconverted=alike[:, :n],
            unconverted_exits=alike[:, n:],
        )
