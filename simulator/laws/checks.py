"""What makes parameters a law, and the plain words for what does not."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Final

from simulator.laws.counts import LARGEST_MEAN
from simulator.laws.families import Family

__all__ = ["COUNTS", "HAZARDS", "NAMES", "check_law", "check_sizes", "the_one_given"]

Knots = tuple[tuple[float, float], ...]

# What each family calls its parameters, in the order a, b, c.
NAMES: Final[Mapping[Family, tuple[str, ...]]] = {
    Family.FIXED: ("value",),
    Family.EXPONENTIAL: ("mean",),
    Family.GAMMA: ("shape", "scale"),
    Family.LOGNORMAL: ("mu", "sigma"),
    Family.WEIBULL: ("shape", "scale"),
    Family.UNIFORM: ("min", "max"),
    Family.TRIANGULAR: ("min", "mode", "max"),
    Family.EMPIRICAL: (),
    Family.NORMAL: ("mean", "sd"),
    Family.POISSON: ("mean",),
    Family.GEOMETRIC: ("mean",),
    Family.HAZARD: (),
    Family.UNTIL: (),
    Family.HAZARD_LEFT: (),
}
HAZARDS: Final = frozenset({Family.HAZARD, Family.HAZARD_LEFT})
_NOT_NEGATIVE: Final = frozenset({"shape", "scale", "sigma", "sd"})
COUNTS: Final = frozenset({Family.POISSON, Family.GEOMETRIC})
_POSITIVE: Final = frozenset({Family.EXPONENTIAL, Family.POISSON, Family.GEOMETRIC})


def check_law(family: Family, a: float, b: float, c: float, knots: Knots) -> None:
    """Raise if the parameters do not make a law of this family.

    Raises
    ------
    ValueError
        Naming the family, the parameter, the value seen and what is allowed.
    """
    kind = family.name.lower()
    given = dict(zip(NAMES[family], (a, b, c), strict=False))
    for name, value in given.items():
        _check_parameter(family, name, value)
    if "max" in given and any(left > right for left, right in pairwise(given.values())):
        shown = ", ".join(f"{name} {value:g}" for name, value in given.items())
        raise ValueError(f"{kind}: {shown}; they must not decrease")
    if family is Family.EMPIRICAL:
        _check_knots(knots)
    elif family in HAZARDS:
        _check_bands(knots)
    elif knots:
        raise ValueError(f"{kind}: only an empirical law has quantiles")


def _check_parameter(family: Family, name: str, value: float) -> None:
    """Raise if one parameter is out of its range."""
    kind = family.name.lower()
    if not math.isfinite(value):
        raise ValueError(f"{kind}: {name} is {value}; it must be a finite number")
    if value < 0 and (name in _NOT_NEGATIVE or family in _POSITIVE):
        raise ValueError(f"{kind}: {name} is {value:g}; it must not be negative")
    if value == 0 and name == "shape":
        raise ValueError(f"{kind}: shape is 0; it must be positive")
    if family in COUNTS and value > LARGEST_MEAN:
        raise ValueError(f"{kind}: mean is {value:g}; at most {LARGEST_MEAN:g} can be counted")


def _check_knots(knots: Knots) -> None:
    """Raise if the knots do not make a quantile function."""
    if len(knots) < 2:
        raise ValueError("empirical: it needs at least the quantiles 0 and 1")
    if not all(math.isfinite(p) and math.isfinite(value) for p, value in knots):
        raise ValueError("empirical: every probability and value must be a finite number")
    if knots[0][0] != 0 or knots[-1][0] != 1:
        ends = f"{knots[0][0]:g} to {knots[-1][0]:g}"
        raise ValueError(f"empirical: the probabilities run from {ends}; they must run from 0 to 1")
    for (p, value), (q, following) in pairwise(knots):
        if q <= p:
            raise ValueError(f"empirical: probability {q:g} follows {p:g}; they must increase")
        if following < value:
            raise ValueError(f"empirical: value {following:g} follows {value:g}; they must not decrease")


def _check_bands(knots: Knots) -> None:
    """Raise if the bands do not make a hazard."""
    if not knots or knots[0][0] != 0:
        raise ValueError("hazard: its bands begin at 0")
    for age, rate in knots:
        if not (math.isfinite(age) and math.isfinite(rate) and rate >= 0):
            raise ValueError("hazard: every age and rate must be a finite number from 0")
    for (age, _), (following, _) in pairwise(knots):
        if following <= age:
            raise ValueError("hazard: its bands must follow each other")


def check_sizes(**given: float) -> None:
    """Raise for the first value that is negative or not finite."""
    for name, value in given.items():
        if not math.isfinite(value):
            raise ValueError(f"{name} is {value}; it must be a finite number")
        if value < 0:
            raise ValueError(f"{name} is {value:g}; it must not be negative")


def the_one_given(**given: float | None) -> float:
    """Give the one value that is not None, checked."""
    present = {name: value for name, value in given.items() if value is not None}
    if len(present) != 1:
        raise ValueError(f"give either {' or '.join(given)}" + (", not both" if present else ""))
    check_sizes(**present)
    return next(iter(present.values()))
