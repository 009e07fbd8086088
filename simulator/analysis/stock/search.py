"""The cheapest assortment of policies: an integer pattern search over common random numbers.

Every policy is tried on the same customers, so a difference of two costs is a difference of two policies.
From the textbook's answer the search looks along every number of every product at once, takes what is
cheaper, and halves its steps when nothing is; then it looks again with more replications. What it ends
with is the best of everything tried near it on these replications; its cost is told on others.

References
----------
Torczon: On the convergence of pattern search algorithms, SIAM J. Optimization 7 (1997) 1-25.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from simulator.analysis.stock.policy import Policy
from simulator.analysis.stock.trials import Assortment, Trials

__all__ = ["Limit", "cheapest"]

# A search that has not settled after so many looks follows noise.
_LOOKS: Final = 60


@dataclass(frozen=True)
class Limit:
    """What all products share: a budget, or room on the shelf.

    Attributes
    ----------
    most : float
    use : callable
        ``use(assortment)`` is how much of it they may take at the same time.
    """

    most: float
    use: Callable[[Assortment], float]

    def allows(self, assortment: Assortment) -> bool:
        """Whether an assortment keeps to the limit."""
        return self.use(assortment) <= self.most + 1e-9


def cheapest(
    trials: Trials, start: Assortment, stages: Sequence[int], limits: Sequence[Limit] = ()
) -> Assortment:
    """Search for the assortment of least mean cost.

    Parameters
    ----------
    trials : Trials
    start : tuple of Policy
        Where to begin; it keeps to the limits.
    stages : sequence of int
        Replications of each look, growing.
    limits : sequence of Limit
        What every assortment tried keeps to.
    """
    best = start
    for number, replications in enumerate(stages):
        share = 0.25 if number == 0 else 0.0
        steps = [max(1, round(share * max(value, 4))) for value in _numbers(best)]
        best = _settle(trials, best, steps, replications, limits)
    return best


def _settle(
    trials: Trials, best: Assortment, steps: list[int], replications: int, limits: Sequence[Limit]
) -> Assortment:
    """Look along every number until nothing within one unit is cheaper."""
    for _ in range(_LOOKS):
        found = _look(trials, best, steps, replications, limits)
        if found != best:
            best = found
        elif max(steps) == 1:
            break
        else:
            steps = [max(1, step // 2) for step in steps]
    return best


def _look(
    trials: Trials, best: Assortment, steps: Sequence[int], replications: int, limits: Sequence[Limit]
) -> Assortment:
    """Try every number up and down, and all that helped together; give the cheapest."""

    def allowed(assortment: Assortment) -> bool:
        return all(limit.allows(assortment) for limit in limits)

    moves = [(place, way * step) for place, step in enumerate(steps) for way in (1, -1)]
    tried = {move: moved for move in moves if (moved := _moved(best, [move])) is not None}
    tried = {move: moved for move, moved in tried.items() if allowed(moved)}
    others = [moved for moved in _exchanges(best, moves, limits) if allowed(moved)]
    outcomes = trials.outcomes([best, *tried.values(), *others], replications)
    costs = [float(outcome.cost.mean()) for outcome in outcomes]
    gains = {move: costs[0] - cost for move, cost in zip(tried, costs[1 : 1 + len(tried)], strict=True)}
    helped = {move: gain for move, gain in gains.items() if gain > 0.0}
    candidates = dict(zip([best, *tried.values(), *others], costs, strict=True))
    together = _moved(best, _best_of_each(helped))
    if together is not None and len(helped) > 1 and allowed(together):
        candidates[together] = float(trials.outcomes([together], replications)[0].cost.mean())
    return min(candidates, key=candidates.__getitem__)


def _best_of_each(gains: dict[tuple[int, int], float]) -> list[tuple[int, int]]:
    """Of the two ways of each number keep the better."""
    best: dict[int, tuple[int, int]] = {}
    for move, gain in gains.items():
        if move[0] not in best or gain > gains[best[move[0]]]:
            best[move[0]] = move
    return list(best.values())


def _exchanges(
    best: Assortment, moves: Sequence[tuple[int, int]], limits: Sequence[Limit]
) -> Iterator[Assortment]:
    """Where something is shared: one number down and another up."""
    if not limits:
        return
    for down in moves:
        for up in moves:
            if down[1] < 0 < up[1] and down[0] != up[0]:
                moved = _moved(best, [down, up])
                if moved is not None:
                    yield moved


def _numbers(assortment: Assortment) -> list[int]:
    """List every number a search may move: levels, and lots where there are any."""
    return [value for policy in assortment for value in _of(policy)]


def _of(policy: Policy) -> list[int]:
    return [policy.level, policy.lot] if policy.has_lot else [policy.level]


def _moved(assortment: Assortment, moves: Sequence[tuple[int, int]]) -> Assortment | None:
    """Move numbers by their place; None where that is no policy."""
    numbers = _numbers(assortment)
    for place, by in moves:
        numbers[place] += by
    found, rest = [], iter(numbers)
    for policy in assortment:
        level, lot = next(rest), next(rest) if policy.has_lot else policy.lot
        if level < 0 or lot < 1:
            return None
        found.append(Policy(policy.kind, level, lot))
    return tuple(found)
