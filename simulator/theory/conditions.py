"""Conditions on the arguments of closed forms, and the words they share."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulator.errors import InputError

__all__ = [
    "PROBABILITY_TOLERANCE",
    "FloatArray",
    "Moments",
    "distribution",
    "non_negative",
    "positive",
    "probability",
    "whole",
]

FloatArray = NDArray[np.float64]

# Rows written as decimals sum to one only up to rounding; the same bound as the model language.
PROBABILITY_TOLERANCE: Final = 1e-9


class Moments(NamedTuple):
    """A mean and a variance: of one quantity, or elementwise of arrays of them.

    Examples
    --------
    >>> Moments(2.0, 0.25).second
    4.25
    """

    mean: FloatArray | float
    variance: FloatArray | float

    @property
    def second(self) -> FloatArray | float:
        """The second moment about zero."""
        return self.mean * self.mean + self.variance


def positive(name: str, value: float) -> float:
    """Return the value as a float.

    Raises
    ------
    InputError
        When it is not finite and above 0.
    """
    if not (math.isfinite(value) and value > 0.0):
        raise InputError(f"{name} is {value}; it must be finite and above 0")
    return float(value)


def non_negative(name: str, value: float) -> float:
    """Return the value as a float.

    Raises
    ------
    InputError
        When it is not finite and at least 0.
    """
    if not (math.isfinite(value) and value >= 0.0):
        raise InputError(f"{name} is {value}; it must be finite and at least 0")
    return float(value)


def probability(name: str, value: float) -> float:
    """Return the value as a float.

    Raises
    ------
    InputError
        When it is not between 0 and 1.
    """
    if not 0.0 <= value <= 1.0:
        raise InputError(f"{name} is {value}; it must be between 0 and 1")
    return float(value)


def whole(name: str, value: float, least: int = 0) -> int:
    """Return the value as an int.

    Raises
    ------
    InputError
        When it is not a whole number of at least `least`.
    """
    if not (math.isfinite(value) and value == int(value) and value >= least):
        raise InputError(f"{name} is {value}; it must be a whole number of at least {least}")
    return int(value)


def distribution(name: str, weights: ArrayLike, size: int | None = None) -> FloatArray:
    """Return the weights as an array of probabilities.

    Raises
    ------
    InputError
        When they are not a vector (of `size` entries), or negative, or do not sum to 1 (1e-9).
    """
    masses = np.asarray(weights, dtype=np.float64)
    if masses.ndim != 1 or (size is not None and masses.size != size):
        raise InputError(f"{name} has shape {masses.shape}; it must be a vector of {size or 'some'} entries")
    if not (np.isfinite(masses).all() and (masses >= 0.0).all()):
        raise InputError(f"{name} has a negative or non-finite entry; every probability is at least 0")
    if abs(float(masses.sum()) - 1.0) > PROBABILITY_TOLERANCE:
        raise InputError(f"{name} sums to {masses.sum()}; it must sum to 1")
    return masses
