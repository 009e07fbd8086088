"""What a stock is planned for: least cost or a level of service, within a budget or a shelf."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from simulator.analysis.stock.policy import Kind, Policy, highest_position
from simulator.analysis.stock.search import Limit
from simulator.analysis.stock.trials import Assortment, Outcome, Trials
from simulator.errors import InputError, nearest
from simulator.program.calendar import MICRO
from simulator.program.program import Program
from simulator.results.estimate import Estimate, ratio_estimate

__all__ = ["Aim", "budget", "fitted", "parse_service", "served", "service_of", "shelf"]

Measure = Literal["cost", "fill_rate", "cycle"]
_SERVICES: Final = ("fill_rate", "cycle")
# No shelf holds more; where this does not reach a service level, none does.
_MOST: Final = 1_000_000


@dataclass(frozen=True)
class Aim:
    """What to plan for.

    Attributes
    ----------
    measure : str
        ``cost``; or ``fill_rate``, the share of units on the shelf when they are asked for; or ``cycle``,
        the share of deliveries before which nobody asked in vain.
    target : float
        The service level to reach.
    """

    measure: Measure = "cost"
    target: float = 0.0


def parse_service(text: str) -> Aim:
    """Read a service level such as ``fill_rate=0.98``.

    Raises
    ------
    InputError
        If it is no known measure, or its target is not between 0 and 1.
    """
    measure, _, target = (part.strip() for part in text.partition("="))
    if measure not in _SERVICES:
        raise InputError(
            f"{measure!r} is no measure of service; {nearest(measure, _SERVICES)} (such as fill_rate=0.98)"
        )
    try:
        share = float(target)
    except ValueError:
        share = -1.0
    if not 0.0 < share < 1.0:
        raise InputError(f"the {measure} to reach lies between 0 and 1, not {target!r}; write {measure}=0.95")
    return Aim("fill_rate" if measure == "fill_rate" else "cycle", share)


def service_of(outcome: Outcome, place: int, policy: Policy, measure: Measure) -> Estimate:
    """Estimate how well one product is served, with its interval over replications."""
    missed = outcome.missed[:, place]
    if measure == "fill_rate":
        return ratio_estimate(outcome.demand[:, place] - missed, outcome.demand[:, place])
    if policy.kind is Kind.ONCE:
        return ratio_estimate(missed == 0, np.ones_like(missed))
    cycles = outcome.cycles[:, place]
    return ratio_estimate(cycles - outcome.short_cycles[:, place], cycles)


def budget(program: Program, products: Sequence[int], most: float) -> Limit:
    """Limit the money in all stock, on hand and on order, at unit cost."""
    prices = program.values.unit_costs[list(products)] / MICRO
    return Limit(most, _use(program, products, prices.tolist()))


def shelf(program: Program, products: Sequence[int], most: float) -> Limit:
    """Limit the units of all stock, on hand and on order."""
    return Limit(most, _use(program, products, [1.0] * len(products)))


def _use(program: Program, products: Sequence[int], sizes: Sequence[float]) -> Callable[[Assortment], float]:
    def use(assortment: Assortment) -> float:
        return sum(
            size * highest_position(program, product, policy)
            for product, size, policy in zip(products, sizes, assortment, strict=True)
        )

    return use


def fitted(assortment: Assortment, limits: Sequence[Limit], names: Sequence[str]) -> Assortment:
    """Make policies smaller, all by the same share, until they keep to the limits.

    Raises
    ------
    InputError
        If even the smallest policies take more than a limit allows.
    """
    smallest = tuple(Policy(policy.kind, min(policy.level, 1), 1) for policy in assortment)
    for limit in limits:
        if not limit.allows(smallest):
            raise InputError(
                f"the limit of {limit.most:,.0f} cannot be met: one unit of each of {', '.join(names)} at a "
                f"time, in the sizes the suppliers deliver, takes {limit.use(smallest):,.0f}"
            )
    for share in np.linspace(1.0, 0.0, 101).tolist():
        smaller = tuple(
            Policy(policy.kind, int(share * policy.level), max(1, int(share * policy.lot)))
            for policy in assortment
        )
        if all(limit.allows(smaller) for limit in limits):
            return smaller
    return smallest


def served(
    trials: Trials, start: Assortment, aim: Aim, replications: int, names: Sequence[str]
) -> Assortment:
    """Find the lowest levels that reach a service level, lots as they are.

    A level reaches it when the whole 95 % interval over the replications does. Levels are found by
    halving for all products at once, then one by one, since a stock-out of one moves demand to others.

    Raises
    ------
    InputError
        If no stock of some product reaches the service level.
    """
    ceiling = _reached(trials, start, aim, replications, names)
    low, high = [-1] * len(start), [policy.level for policy in ceiling]
    while any(top - bottom > 1 for bottom, top in zip(low, high, strict=True)):
        middle = [
            (bottom + top) // 2 if top - bottom > 1 else top for bottom, top in zip(low, high, strict=True)
        ]
        tried = _at(start, middle)
        outcome = trials.outcomes([tried], replications)[0]
        for place, level in enumerate(middle):
            if _reaches(outcome, place, tried[place], aim):
                high[place] = level
            else:
                low[place] = level
    found = _at(start, high)
    for _ in range(20):  # what another product's stock changes is a unit or two
        outcome = trials.outcomes([found], replications)[0]
        short = [place for place, one in enumerate(found) if not _reaches(outcome, place, one, aim)]
        if not short:
            break
        found = _at(found, [one.level + (place in short) for place, one in enumerate(found)])
    return found


def _reached(
    trials: Trials, start: Assortment, aim: Aim, replications: int, names: Sequence[str]
) -> Assortment:
    """Double the levels until all reach the service level."""
    levels = [max(1, policy.level) for policy in start]
    while True:
        tried = _at(start, levels)
        outcome = trials.outcomes([tried], replications)[0]
        short = [place for place, one in enumerate(tried) if not _reaches(outcome, place, one, aim)]
        if not short:
            return tried
        if max(levels[place] for place in short) >= _MOST:
            place = short[0]
            reached = service_of(outcome, place, tried[place], aim.measure)
            raise InputError(
                f"no policy for {names[place]!r} reaches {aim.measure}={aim.target:g}: with endless orders "
                f"it is {reached.value or 0.0:.3f}; have more on hand at the start, a shorter lead time, or "
                "a longer warm-up"
            )
        levels = [min(_MOST, 4 * level) if place in short else level for place, level in enumerate(levels)]


def _reaches(outcome: Outcome, place: int, policy: Policy, aim: Aim) -> bool:
    found = service_of(outcome, place, policy, aim.measure)
    bound = found.low if found.low is not None else found.value
    return bound is not None and bound >= aim.target


def _at(assortment: Assortment, levels: Sequence[int]) -> Assortment:
    return tuple(
        Policy(policy.kind, level, policy.lot) for policy, level in zip(assortment, levels, strict=True)
    )
