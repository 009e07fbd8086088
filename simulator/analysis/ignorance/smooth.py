"""What an answer is expected to be at each value of a number: a regression that chooses its own bend."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Fit", "smooth"]

Floats = NDArray[np.float64]

# Knots of the splines tried; 0 is a constant and 2 a straight line.
_KNOTS: Final = (0, 2, 4, 6)


class Fit(NamedTuple):
    """A regression on some numbers.

    Attributes
    ----------
    values : ndarray, shape (draws,)
        What is expected at each draw.
    basis : ndarray, shape (draws, terms)
        Orthonormal columns the values are made of.
    spread : float
        The residual standard deviation, so that of every coefficient.
    """

    values: Floats
    basis: Floats
    spread: float


def smooth(numbers: Floats, answer: Floats) -> Fit:
    """Regress an answer on one number or on the few of a row.

    A constant, straight lines and natural cubic splines are tried, additive over the numbers, and the
    one with the least Bayesian information criterion is taken: where a number has no bearing on the
    answer, no bearing is found.

    Parameters
    ----------
    numbers : ndarray, shape (draws, columns)
        Of a row, the probabilities of its targets.
    answer : ndarray, shape (draws,)

    References
    ----------
    Strong, Oakley, Brennan: Estimating multiparameter partial expected value of perfect information from
    a probabilistic sensitivity analysis sample: a nonparametric regression approach (2014).
    Hastie, Tibshirani, Friedman: The Elements of Statistical Learning (2009), section 5.2.1.
    """
    best, least = None, np.inf
    for knots in _KNOTS:
        fit = _fit(numbers, answer, knots)
        if fit is None:
            continue
        squares = max(float(((answer - fit.values) ** 2).mean()), np.finfo(np.float64).tiny)
        criterion = len(answer) * np.log(squares) + fit.basis.shape[1] * np.log(len(answer))
        if criterion < least - 1e-9:
            best, least = fit, criterion
    assert best is not None  # a constant can always be fitted
    return best


def _fit(numbers: Floats, answer: Floats, knots: int) -> Fit | None:
    """Fit with so many knots a number; None where that takes more terms than the draws can tell."""
    draws = len(answer)
    columns = [np.ones(draws)]
    for number in numbers.T if knots else ():
        columns += _terms(number, knots)
    u, sizes, _ = np.linalg.svd(np.stack(columns, axis=1), full_matrices=False)
    basis = u[:, sizes > sizes[0] * draws * np.finfo(np.float64).eps]
    terms = basis.shape[1]
    if terms > 1 and draws < 5 * terms:
        return None
    values = basis @ (basis.T @ answer)
    spread = float(np.sqrt(((answer - values) ** 2).sum() / max(draws - terms, 1)))
    return Fit(values, basis, spread)


def _terms(number: Floats, knots: int) -> list[Floats]:
    """Give the terms of a natural cubic spline with knots at quantiles; of two knots a straight line."""
    spread = float(number.std())
    if spread == 0.0:
        return []
    x = (number - number.mean()) / spread
    at = np.unique(np.quantile(x, np.linspace(0.05, 0.95, knots)))
    if knots == 2 or len(at) < 3:
        return [x]

    def beyond(knot: float) -> Floats:
        cubes = np.maximum(x - knot, 0.0) ** 3 - np.maximum(x - at[-1], 0.0) ** 3
        return np.asarray(cubes / (at[-1] - knot))

    last = beyond(at[-2])
    return [x, *(beyond(knot) - last for knot in at[:-2])]
