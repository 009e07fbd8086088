"""How customers flow through a map if everybody behaved as at the start.

A first-order picture for advice (what matters, which team is overrun), not for results: conditions and
odds are read at the values of the start, messages count as sent, teams as free, shelves as full.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, eye_array
from scipy.sparse.linalg import splu

from simulator.program.calendar import day_means
from simulator.program.shares import basket_is_empty, choice_shares, race_shares, row_shares
from simulator.program.sight import Eyes, PersonaSight
from simulator.spec.load import Journey
from simulator.spec.rows import Share
from simulator.spec.touchpoint import Touchpoint

__all__ = ["Flow", "Fork", "flow_of", "forks"]

# A race as it goes on after a side trip: without the clock that has rung.
_RESUMED: Final = "\x1f"

Fork = Mapping[str, float]


@dataclass(frozen=True)
class Flow:
    """The flow of one persona.

    Attributes
    ----------
    arrivals : float
        Customers who arrive on a mean day.
    visits : mapping of touchpoint to float
        Expected visits of one customer who arrives.
    reach : mapping of touchpoint to float
        The chance to come to a goal from here on, here included.
    forks : mapping of touchpoint to Fork
        The probability of each target.
    reproduction : float
        Customers of the same persona brought, directly, by one customer who was brought himself.
    """

    arrivals: float
    visits: Mapping[str, float]
    reach: Mapping[str, float]
    forks: Mapping[str, Fork]
    reproduction: float

    @property
    def steps(self) -> float:
        """Expected number of visits of one customer."""
        return sum(self.visits.values())


def flow_of(journey: Journey, persona: str) -> Flow | None:
    """Work out the flow of a persona; None where at these values a loop is never left."""
    sight = PersonaSight(journey, persona)
    found = forks(sight)
    states = list(found)
    number = {state: i for i, state in enumerate(states)}
    moves = _matrix(found, number)
    goals = np.array([state in journey.model.goal for state in states], dtype=np.float64)
    start = _start(journey, sight, number)
    visits = _solve(csc_array(moves.T), start)
    to_goal = moves.copy().tolil()
    to_goal[goals > 0.0, :] = 0.0
    reach = _solve(to_goal.tocsc(), goals)
    if visits is None or reach is None:
        return None
    means = day_means(journey.model, persona, journey.model.personas[persona].arrivals)
    by_name = dict(zip(states, visits.tolist(), strict=True))
    return Flow(
        arrivals=float(means.mean()),
        visits={name: by_name[name] for name in sight.touchpoints},
        reach=dict(zip(states, reach.tolist(), strict=True)),
        forks=found,
        reproduction=_reproduction(sight, moves, visits, number),
    )


def _reproduction(
    sight: PersonaSight, moves: csc_array, visits: NDArray[np.float64], number: Mapping[str, int]
) -> float:
    """Count whom a customer brings who comes in where those brought do."""
    brings, enters = np.zeros(len(number)), np.zeros(len(number))
    for name, touchpoint in sight.touchpoints.items():
        refers = touchpoint.refers
        if refers is None:
            continue
        mix = refers.personas
        same = 1.0 if mix is None else (mix[sight.persona].p or 0.0) if sight.persona in mix else 0.0
        brings[number[name]] = refers.count.mean() * same
        for target, share in refers.enters.items():
            enters[number[target]] += visits[number[name]] * brings[number[name]] * (share.p or 0.0)
    brought = _solve(csc_array(moves.T), enters / enters.sum()) if enters.sum() > 0.0 else None
    return 0.0 if brought is None else float(brought @ brings)


def forks(sight: PersonaSight) -> dict[str, Fork]:
    """Give the probability of each target at every touchpoint, at the values of the start."""
    found: dict[str, Fork] = {}
    for name, touchpoint in sight.touchpoints.items():
        fork = _fork(sight.at(name), touchpoint)
        found[name] = _gated(sight, name, touchpoint, fork)
        if touchpoint.race is not None:
            direct = {target: clock for target, clock in touchpoint.race.items() if not clock.side_trip}
            found[name + _RESUMED] = race_shares(direct, sight.initial_law)
    return {name: _led_back(sight, name, fork) for name, fork in found.items()}


def _fork(eyes: Eyes, touchpoint: Touchpoint) -> Fork:
    """Give where a completed visit leads."""
    if touchpoint.race is not None:
        free = {target: one for target, one in touchpoint.race.items() if one.condition is None}
        return race_shares(free, eyes.sight.initial_law)
    if touchpoint.choose is not None:
        return choice_shares(touchpoint.choose, eyes.value) or dict.fromkeys(
            touchpoint.choose, 1.0 / len(touchpoint.choose)
        )
    rules = (touchpoint.next or {}).values()
    row = next(rule.then for rule in rules if rule.condition is None or eyes.value(rule.condition) == 1.0)
    fork = _row(row, eyes)
    lines = touchpoint.sells.each if touchpoint.sells is not None else None
    if lines is None or touchpoint.empty is None:
        return fork
    return _mixed(fork, _row(touchpoint.empty, eyes), basket_is_empty(lines, eyes.value))


def _row(row: Mapping[str, Share], eyes: Eyes) -> Fork:
    return row_shares(row, eyes.value) or {target: share.p or 0.0 for target, share in row.items()}


def _mixed(one: Fork, other: Fork, share: float) -> Fork:
    """Mix two forks; `share` is that of the other."""
    mixed: dict[str, float] = defaultdict(float)
    for fork, weight in ((one, 1.0 - share), (other, share)):
        for target, p in fork.items():
            mixed[target] += weight * p
    return dict(mixed)


def _gated(sight: PersonaSight, name: str, touchpoint: Touchpoint, fork: Fork) -> Fork:
    before = sight.at(name, completed=False)
    shut = touchpoint.only_if is not None and before.value(touchpoint.only_if) == 0.0
    return _row(touchpoint.otherwise, before) if shut and touchpoint.otherwise is not None else fork


def _led_back(sight: PersonaSight, name: str, fork: Fork) -> Fork:
    """Lead `back` to the races that make a side trip here, as they go on."""
    if "back" not in fork:
        return fork
    races = [
        other + _RESUMED
        for other, touchpoint in sight.touchpoints.items()
        if touchpoint.race is not None and name in touchpoint.race and touchpoint.race[name].side_trip
    ]
    back = {race: fork["back"] / len(races) for race in races}
    return {target: p for target, p in fork.items() if target != "back"} | back


def _matrix(found: Mapping[str, Fork], number: Mapping[str, int]) -> csc_array:
    moves = [
        (number[source], number[target], p)
        for source, fork in found.items()
        for target, p in fork.items()
        if target in number and p > 0.0
    ]
    rows, columns, shares = zip(*moves, strict=True) if moves else ((), (), ())
    size = len(number)
    return csc_array((np.array(shares, dtype=np.float64), (rows, columns)), shape=(size, size))


def _start(journey: Journey, sight: PersonaSight, number: Mapping[str, int]) -> NDArray[np.float64]:
    start = np.zeros(len(number))
    enters = journey.model.personas[sight.persona].enters or {}
    anywhere = sight.at(next(iter(sight.touchpoints)), completed=False)
    for target, share in (_row(enters, anywhere) if enters else {}).items():
        start[number[target]] = share
    return start


def _solve(moves: csc_array, right: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Solve x = right + moves x; None where that has no finite solution of numbers from 0."""
    try:
        found = splu(csc_array(eye_array(moves.shape[0]) - moves)).solve(right)
    except RuntimeError:  # exactly singular
        return None
    usable = bool(np.isfinite(found).all()) and float(found.min(initial=0.0)) > -1e-9
    return np.asarray(np.maximum(found, 0.0)) if usable else None
