"""How a touchpoint divides its customers at the values of the start: rows, rules, choices, races."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from simulator import limits
from simulator.laws.law import Law
from simulator.spec.expressions import Expression
from simulator.spec.rows import Clock, Line, Option, Share

__all__ = ["Value", "basket_is_empty", "choice_shares", "race_shares", "row_shares", "weight_problem"]

Value = Callable[[Expression], float | None]
TimeLeft = Callable[[str], Law]

# Midpoints of the quadrature over one clock's quantiles: the shares of a race are good to about 1e-4.
_POINTS: Final = 200
# And over the time left to a planned date.
_DATES: Final = 40


def row_shares(row: Mapping[str, Share | Line], value: Value) -> dict[str, float] | None:
    """Give the probabilities of a row; None where a weight is not known or none is above 0."""
    weights: dict[str, float] = {}
    for target, share in row.items():
        factor = 1.0 if share.odds is None else value(share.odds)
        weight = math.nan if factor is None else (share.p or 0.0) * factor
        if not 0.0 <= weight < math.inf:
            return None
        weights[target] = weight
    total = math.fsum(weights.values())
    return {target: weight / total for target, weight in weights.items()} if total > 0.0 else None


def choice_shares(options: Mapping[str, Option], value: Value) -> dict[str, float] | None:
    """Give the probabilities of a choice on utilities; None where a utility is not known."""
    utilities = {target: value(option.utility) for target, option in options.items()}
    known = {
        target: one for target, one in utilities.items() if one is not None and abs(one) <= limits.UTILITY
    }
    if len(known) < len(utilities):
        return None
    best = max(known.values())
    weights = {target: math.exp(utility - best) for target, utility in known.items()}
    total = math.fsum(weights.values())
    return {target: weight / total for target, weight in weights.items()}


def race_shares(race: Mapping[str, Clock], time_left: TimeLeft | None = None) -> dict[str, float]:
    """Give the chance of each clock to ring first when all start, by quadrature over its own time.

    ``P(i first) = p_i E[prod_j (1 - p_j F_j(T_i))]``; of two that ring together one that may not ring
    before one that does, then the first by name.

    Parameters
    ----------
    race : mapping of target to Clock
        The clocks.
    time_left : callable, optional
        Gives the law of the time left to a planned date when the race starts; needed where one counts.
    """
    dates = sorted({clock.after.attribute for clock in race.values() if clock.after.attribute})
    points = _DATES if dates else 1
    firsts = dict.fromkeys(race, 0.0)
    for k in range(points):
        left = {date: time_left(date).quantile((k + 0.5) / points) if time_left else 0.0 for date in dates}
        clocks = tuple(
            (name, clock.p, clock.after.given(left.get(clock.after.attribute, 0.0)))
            for name, clock in race.items()
        )
        for name, first in zip(race, _ring_first(clocks), strict=True):
            firsts[name] += first
    whole = math.fsum(firsts.values())
    return {name: first / whole for name, first in firsts.items()} if whole else firsts


@lru_cache(4096)
def _ring_first(clocks: tuple[tuple[str, float, Law], ...]) -> list[float]:
    """Give the chance of each clock to ring first, with laws that wait for nobody's date."""
    return [_rings_first(clock, [other for other in clocks if other is not clock]) for clock in clocks]


def _rings_first(clock: tuple[str, float, Law], rivals: Sequence[tuple[str, float, Law]]) -> float:
    name, p, own = clock
    points = _POINTS if own.variance() else 1
    times = own.quantiles((np.arange(points) + 0.5) / points)
    before, silent = np.nextafter(times, -np.inf), np.ones(points)
    for rival, chance, law in rivals:
        silent *= 1.0 - chance * law.cdfs(times if (chance == 1.0, rival) < (p == 1.0, name) else before)
    return p * float(silent.mean())


def basket_is_empty(lines: Mapping[str, Line], value: Value) -> float:
    """Give the chance that no line of `each` is drawn; odds that are not known count as 1."""
    chance = 1.0
    for line in lines.values():
        p = line.p or 0.0
        factor = 1.0 if line.odds is None else value(line.odds)
        scaled = p * (factor if factor is not None and 0.0 <= factor < math.inf else 1.0)
        chance *= (1.0 - p) / (1.0 - p + scaled) if 1.0 - p + scaled else 1.0
    return chance


def weight_problem(factor: float, *, utility: bool) -> str:
    """Say why a number cannot be a weight's factor or a utility; empty where it can."""
    if utility:
        return "" if abs(factor) <= limits.UTILITY else f"a utility lies within ±{limits.UTILITY:g}"
    return "" if 0.0 <= factor < math.inf else "a factor of the odds is 0 or more"
