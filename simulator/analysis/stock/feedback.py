"""What feedback changes: the same demand paths, met by shelves that customers notice and by some they do not.

Without feedback every journey is that of endless stock, and a stock-out is a number in the books. With it a
customer who finds the shelf empty waits, takes something else, comes back, or goes to a competitor and buys
there next time too: later demand is another one, and so is the policy that is best.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.stock.policy import Policy
from simulator.analysis.stock.search import cheapest
from simulator.analysis.stock.trials import Assortment, Outcome, Trials
from simulator.results.estimate import Estimate, mean_estimate

__all__ = ["Feedback", "best_levels", "feedback", "without"]

# The interval of a level stands on so many batches of replications, each left out once.
_BATCHES = 20
# How far around the best level the best of a batch is looked for.
_REACH = 3


@dataclass(frozen=True)
class Feedback:
    """What feedback changes for one product; differences are with feedback less without.

    Attributes
    ----------
    policy : Policy
        The best one if a stock-out changed nobody.
    cost, cost_difference : Estimate
        Of that policy without feedback; and of the recommended one with feedback less that.
    level_difference : Estimate
        Of the best reorder points, batch by batch.
    demand_difference : Estimate
        Of units asked for the first time, under the recommended policy less never out.
    """

    policy: Policy
    cost: Estimate
    cost_difference: Estimate
    level_difference: Estimate
    demand_difference: Estimate


def without(trials: Trials, start: Assortment, replications: int) -> Assortment:
    """Search the best policies on the same demand paths without feedback."""
    return cheapest(trials, start, [replications])


def feedback(
    felt: Trials,
    blind: Trials,
    best: Assortment,
    replications: int,
    fresh: tuple[Outcome, Outcome],
    apart: Assortment,
) -> list[Feedback]:
    """Compare with and without feedback, product by product.

    Parameters
    ----------
    felt, blind : Trials
        With and without feedback, on the same customers.
    best, apart : tuple of Policy
        Recommended with feedback; and without.
    replications : int
        For the levels.
    fresh : pair of Outcome
        Of `best` with and of `apart` without feedback, on other replications than those searched.
    """
    found = []
    for place, policy in enumerate(apart):
        levels = best_levels(felt, best, place, replications) - best_levels(blind, apart, place, replications)
        costs = [outcome.product_cost[:, place] for outcome in fresh]
        demand = [outcome.demand[:, place] for outcome in fresh]
        found.append(
            Feedback(
                policy,
                mean_estimate(costs[1]),
                mean_estimate(costs[0] - costs[1]),
                mean_estimate(levels),
                mean_estimate(demand[0] - demand[1]),
            )
        )
    return found


def best_levels(trials: Trials, best: Assortment, place: int, replications: int) -> NDArray[np.float64]:
    """Find the best level of one product to a part of a unit, all else as it is.

    It is where a parabola through the mean costs of the levels around is lowest. The values are jackknife
    pseudo-values over batches of replications: their mean is the level, their spread its error.

    Returns
    -------
    ndarray of float64, shape (batches,)

    References
    ----------
    Efron, Tibshirani: An Introduction to the Bootstrap (1993), chapter 11: the jackknife.
    """
    middle = best[place].level
    levels = np.arange(max(0, middle - _REACH), middle + _REACH + 1)
    tried = [_at(best, place, int(level)) for level in levels]
    costs = np.array([outcome.cost for outcome in trials.outcomes(tried, replications)])
    batches = np.array_split(costs, min(_BATCHES, replications), axis=1)
    sums = np.array([batch.sum(axis=1) for batch in batches])
    sizes = np.array([batch.shape[1] for batch in batches])
    whole = _lowest(levels, sums.sum(axis=0) / sizes.sum())
    left_out = [
        _lowest(levels, (sums.sum(axis=0) - one) / (sizes.sum() - size))
        for one, size in zip(sums, sizes, strict=True)
    ]
    count = len(batches)
    return np.array([count * whole - (count - 1) * other for other in left_out])


def _lowest(levels: NDArray[np.int64], costs: NDArray[np.float64]) -> float:
    """Find where the parabola through costs is lowest, no further than the levels looked at."""
    curve, slope, _ = np.polyfit(levels - levels.mean(), costs, 2)
    if curve <= 0.0:
        return float(levels[int(costs.argmin())])
    lowest = levels.mean() - slope / (2.0 * curve)
    return float(np.clip(lowest, levels[0], levels[-1]))


def _at(assortment: Sequence[Policy], place: int, level: int) -> Assortment:
    policy = assortment[place]
    return (
        *assortment[:place],
        Policy(policy.kind, level, policy.lot),
        *assortment[place + 1 :],
    )
