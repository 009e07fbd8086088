"""From weighted durations to a law a person can read: a few quantiles, and the mean exactly."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["written_law"]

Values = NDArray[np.float64]

_UNITS: Final = (("day", 86_400_000.0), ("h", 3_600_000.0), ("min", 60_000.0), ("s", 1_000.0))

# A value seen so often, with this share of the probability, is an atom and not smeared to its neighbours.
_ATOM: Final = 0.05
_ATOM_SEEN: Final = 3
# Quantiles are written in percent with two decimals.
_GRAIN: Final = 1e-4
# Quantiles are added until none would move the distribution or the mean by more than this.
_TOLERANCE: Final = 0.005
# A mean this near is left alone, so that whole days stay whole days.
_NEAR: Final = 0.003
# The ends of the middle ranks that a long list of values is thinned to.
_MOST_RANKS: Final = 2_000


def written_law(duration: Values, mass: Values, most: int = 16) -> Any:
    """Write weighted durations as a time law of the language.

    The quantile function through the middles of the steps, as few straight pieces as follow it within
    0.5 % where `most` allows; a value with 5 % or more of the probability stays an atom. Where the mean is
    then more than 0.3 % off, the quantiles between atoms are stretched by the factor that mends it.

    Parameters
    ----------
    duration, mass : float64 arrays, shape (n,)
        Milliseconds, and weights with a positive sum.
    most : int
        At most so many quantiles.

    Returns
    -------
    str, dict or None
        A plain duration, an `empirical` law, or None where no time passes.
    """
    values, weights, seen = _merged(duration, mass)
    mean = float(values @ weights)
    if mean == 0:
        return None
    unit, size = _unit(mean)
    if len(values) == 1:
        return _text(mean, unit, size)
    atoms = (weights >= _ATOM) & (seen >= _ATOM_SEEN)
    ranks, knots = _quantiles(values, weights, atoms)
    chosen = _fewest(ranks, knots, mean, min(most, 2 + math.isqrt(len(duration))))
    knots[-1] = _effective_maximum(values, weights, float(ranks[chosen[-2]]), float(knots[chosen[-2]]))
    ranks, knots = ranks[chosen], _with_mean(ranks[chosen], knots[chosen], mean, values[atoms])
    quantiles = zip(ranks.tolist(), knots.tolist(), strict=True)
    return {"empirical": {f"q{100 * rank:.6g}": _text(value, unit, size) for rank, value in quantiles}}


def _merged(duration: Values, mass: Values) -> tuple[Values, Values, NDArray[np.int64]]:
    """Give the distinct values in order, with weights that sum to 1 and how often each was seen."""
    values, where, seen = np.unique(duration, return_inverse=True, return_counts=True)
    weights = np.bincount(where.reshape(-1), weights=mass)
    kept = weights > 0
    return values[kept], weights[kept] / weights.sum(), seen[kept]


def _quantiles(values: Values, weights: Values, atoms: NDArray[np.bool_]) -> tuple[Values, Values]:
    """Give points of the quantile function: the ends, the middle of every step, both sides of an atom."""
    above = np.cumsum(weights)
    below = above - weights
    inset = np.minimum(_GRAIN, weights / 8)
    ranks = np.concatenate([(below + above)[~atoms] / 2, (below + inset)[atoms], (above - inset)[atoms]])
    knots = np.concatenate([values[~atoms], values[atoms], values[atoms]])
    if len(ranks) > _MOST_RANKS:
        grid = np.linspace(0, 1, _MOST_RANKS)[1:-1]
        order = np.argsort(ranks)
        thinned = np.interp(grid, ranks[order], knots[order])
        sides = slice((~atoms).sum(), None)
        ranks, knots = np.concatenate([grid, ranks[sides]]), np.concatenate([thinned, knots[sides]])
    ranks = np.concatenate([[0.0], np.round(ranks, 4), [1.0]])
    knots = np.concatenate([[values[0]], knots, [values[-1]]])
    order = np.lexsort((knots, ranks))
    ranks, first = np.unique(ranks[order], return_index=True)
    return ranks, np.maximum.accumulate(knots[order][first])


def _fewest(ranks: Values, knots: Values, mean: float, most: int) -> list[int]:
    """Choose points one by one, each where straight lines are furthest from the curve."""
    chosen = [0, len(ranks) - 1]
    pieces = [_worst(ranks, knots, mean, 0, len(ranks) - 1)]
    while len(chosen) < most:
        at = max(range(len(pieces)), key=lambda piece: pieces[piece][0])
        score, middle = pieces[at]
        if score < _TOLERANCE:
            break
        first, last = chosen[at], chosen[at + 1]
        chosen.insert(at + 1, middle)
        pieces[at : at + 1] = [
            _worst(ranks, knots, mean, first, middle),
            _worst(ranks, knots, mean, middle, last),
        ]
    return chosen


def _worst(ranks: Values, knots: Values, mean: float, first: int, last: int) -> tuple[float, int]:
    """Find the point between two that is furthest from their straight line, in rank or in mean."""
    if last - first < 2:
        return 0.0, first
    x, y = ranks[first : last + 1], knots[first : last + 1]
    rise = y[-1] - y[0]
    gap = np.abs(y - (y[0] + rise * (x - x[0]) / (x[-1] - x[0])))
    of_mean = gap * (x[-1] - x[0]) / (2 * mean)
    of_rank = gap * (x[-1] - x[0]) / rise if rise else gap
    scores = np.maximum(of_mean, of_rank)
    scores[0] = scores[-1] = -1.0
    worst = int(scores.argmax())
    return float(scores[worst]), first + worst


def _effective_maximum(values: Values, weights: Values, rank: float, knot: float) -> float:
    """Place the last quantile so that the last piece, from a rank on, has the mean of what it stands for."""
    shares = np.clip(np.cumsum(weights) - rank, 0.0, weights)
    last = 2 * float(shares @ values) / float(shares.sum()) - knot
    return min(max(last, knot), float(values[-1]))


def _with_mean(ranks: Values, knots: Values, mean: float, atoms: Values) -> Values:
    """Stretch what is no atom so that the straight pieces have the mean of the data."""
    shares = (np.diff(ranks, prepend=0.0) + np.diff(ranks, append=1.0)) / 2
    if abs(float(shares @ knots) / mean - 1) <= _NEAR:
        return knots
    fixed = np.isin(knots, atoms)
    free = float(shares[~fixed] @ knots[~fixed])
    if free <= 0:
        return knots
    factor = max(0.0, mean - float(shares[fixed] @ knots[fixed])) / free
    return np.maximum.accumulate(np.where(fixed, knots, knots * factor))


def _unit(milliseconds: float) -> tuple[str, float]:
    for unit, size in _UNITS:
        if milliseconds >= size:
            return unit, size
    return _UNITS[-1]


def _rounded(milliseconds: float, size: float) -> float:
    """Round to three digits of the unit, at most three decimals (whole milliseconds of a second)."""
    number = milliseconds / size
    if number <= 0:
        return 0.0
    return round(number, min(3, max(0, 2 - math.floor(math.log10(number))))) * size


def _text(milliseconds: float, unit: str, size: float) -> str:
    number = f"{_rounded(milliseconds, size) / size:.10g}"
    return f"{number} {unit}" + ("s" if unit == "day" and number != "1" else "")
