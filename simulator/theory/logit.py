"""The multinomial logit: the fork in the road as a choice between utilities.

``P_i = exp(u_i) / sum_j exp(u_j)``: the law of the largest of ``u_i + Gumbel noise``. A utility of
minus infinity is an option nobody can take. The last axis runs over the options.

References
----------
D. McFadden, "Conditional logit analysis of qualitative choice behavior", in *Frontiers in
Econometrics*, Academic Press 1974. K. Train, *Discrete Choice Methods with Simulation*, 2nd ed.,
Cambridge 2009, chapter 3.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import logsumexp, softmax

from simulator.errors import InputError
from simulator.theory.conditions import FloatArray

__all__ = ["choice_derivatives", "choice_probabilities", "log_sum"]


def choice_probabilities(utilities: ArrayLike) -> FloatArray:
    """Return the probability of each option.

    Raises
    ------
    InputError
        When a utility is NaN or plus infinity, or no option can be taken.

    Examples
    --------
    >>> choice_probabilities([1.0, 0.5, 0.0, -1.0]).round(6).tolist()
    [0.473991, 0.28749, 0.174371, 0.064148]
    """
    return np.asarray(softmax(_checked(utilities), axis=-1))


def log_sum(utilities: ArrayLike) -> FloatArray:
    """Return ``log sum_j exp(u_j)``: the expected utility of the best option, up to Euler's constant.

    Its difference between two sets of options is what a change is worth to the chooser.

    Examples
    --------
    >>> round(float(log_sum([1.0, 0.5, 0.0, -1.0])), 6)
    1.746567
    """
    return np.asarray(logsumexp(_checked(utilities), axis=-1))


def choice_derivatives(utilities: ArrayLike) -> FloatArray:
    """Return ``dP_i / du_j = P_i ([i = j] - P_j)``, (…, options, options), i before j.

    Examples
    --------
    >>> round(float(choice_derivatives([1.0, 0.5, 0.0, -1.0])[0, 0]), 6)
    0.249324
    """
    p = choice_probabilities(utilities)
    return np.asarray(p[..., :, None] * (np.eye(p.shape[-1]) - p[..., None, :]))


def _checked(utilities: ArrayLike) -> FloatArray:
    u = np.asarray(utilities, dtype=np.float64)
    if np.isnan(u).any() or np.isposinf(u).any():
        raise InputError(
            "a utility is NaN or plus infinity; it must be finite, or minus infinity for no option"
        )
    if u.ndim == 0 or u.shape[-1] == 0 or not np.isfinite(u).any(axis=-1).all():
        raise InputError("no option can be taken: at least one utility must be finite")
    return u
