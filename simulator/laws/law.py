"""One law: a family with its parameters, checked, that knows its moments and can be drawn from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simulator.laws import biased, checks, families, moments
from simulator.laws.checks import COUNTS, HAZARDS, NAMES, check_sizes, the_one_given
from simulator.laws.families import Family

__all__ = ["Law"]


@dataclass(frozen=True)
class Law:
    """A distribution of a duration, a count or a number.

    Build one by the constructors named after the families; the fields are what compiled code reads.

    Attributes
    ----------
    family : Family
        The shape.
    a, b, c : float
        Its parameters (:mod:`simulator.laws.families`); durations in milliseconds.
    knots : tuple of (float, float)
        Probability and value, of an empirical law; where a band begins and its rate, of a hazard.
    attribute : str
        The planned date it waits for; empty where it waits for none.

    Raises
    ------
    ValueError
        If the parameters do not make a law.

    Examples
    --------
    >>> stay = Law.gamma(mean=8.0, cv=0.5)
    >>> stay.mean(), stay.variance()
    (8.0, 16.0)
    >>> print(stay)
    gamma (mean 8, cv 0.5)
    """

    family: Family
    a: float = 0.0
    b: float = 0.0
    c: float = 0.0
    knots: tuple[tuple[float, float], ...] = ()
    attribute: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "family", Family(self.family))
        for name in "abc":  # an int would be another compilation of every function it reaches
            object.__setattr__(self, name, float(getattr(self, name)))
        knots = tuple((float(p), float(value)) for p, value in self.knots)
        object.__setattr__(self, "knots", knots)
        checks.check_law(self.family, self.a, self.b, self.c, knots)
        if self.is_dated or self.family is Family.HAZARD:
            return
        if not math.isfinite(self.mean()) or not math.isfinite(self.variance()):
            raise ValueError(f"{self.family.name.lower()}: its mean or variance is too large for a number")

    @classmethod
    def fixed(cls, value: float) -> Law:
        """Build the law that always gives the same value."""
        return cls(Family.FIXED, value)

    @classmethod
    def exponential(cls, mean: float) -> Law:
        """Build the memoryless law; a mean of 0 is the fixed value 0."""
        return cls(Family.EXPONENTIAL, mean) if mean != 0 else cls.fixed(0.0)

    @classmethod
    def gamma(cls, mean: float, cv: float) -> Law:
        """Build a gamma law from its mean and coefficient of variation sd / mean; cv 0 is fixed."""
        check_sizes(mean=mean, cv=cv)
        if mean == 0 or cv == 0:
            return cls.fixed(mean)
        return cls(Family.GAMMA, 1.0 / cv / cv, mean * cv * cv)

    @classmethod
    def lognormal(cls, *, median: float | None = None, mean: float | None = None, sigma: float) -> Law:
        """Build a log-normal law; sigma is the sd of the logarithm, and 0 a fixed value."""
        centre = the_one_given(median=median, mean=mean)
        check_sizes(sigma=sigma)
        if centre == 0 or sigma == 0:
            return cls.fixed(centre)
        mu = math.log(centre)
        return cls(Family.LOGNORMAL, mu if mean is None else mu - 0.5 * sigma * sigma, sigma)

    @classmethod
    def weibull(cls, *, mean: float | None = None, median: float | None = None, shape: float) -> Law:
        """Build a Weibull law; above shape 1 the risk to end rises with age, below it falls."""
        centre = the_one_given(mean=mean, median=median)
        if not 0.01 <= shape <= 1000:
            raise ValueError(f"shape is {shape:g}; it must be between 0.01 and 1000")
        if centre == 0:
            return cls.fixed(0.0)
        unit = moments.weibull_mean(shape) if median is None else math.log(2.0) ** (1.0 / shape)
        return cls(Family.WEIBULL, shape, centre / unit)

    @classmethod
    def uniform(cls, min: float, max: float) -> Law:
        """Build the law that is equally likely anywhere from min to max."""
        return cls(Family.UNIFORM, min, max)

    @classmethod
    def triangular(cls, min: float, mode: float, max: float) -> Law:
        """Build the law whose density rises from min to mode and falls to max."""
        return cls(Family.TRIANGULAR, min, mode, max)

    @classmethod
    def empirical(cls, quantiles: Mapping[float, float]) -> Law:
        """Build straight lines between quantiles, given as {probability: value} from 0 to 1."""
        return cls(Family.EMPIRICAL, knots=tuple(sorted(quantiles.items())))

    @classmethod
    def normal(cls, mean: float, sd: float) -> Law:
        """Build a normal law; it may be negative, so not for durations."""
        return cls(Family.NORMAL, mean, sd)

    @classmethod
    def poisson(cls, mean: float) -> Law:
        """Build the count of independent rare events."""
        return cls(Family.POISSON, mean)

    @classmethod
    def geometric(cls, mean: float) -> Law:
        """Build the count 0, 1, 2, …, each further one with the same chance."""
        return cls(Family.GEOMETRIC, mean)

    @classmethod
    def until(cls, attribute: str) -> Law:
        """Build the wait for a planned date, which is over at once when the date is past."""
        return cls(Family.UNTIL, attribute=attribute)

    @classmethod
    def hazard(
        cls, bands: Sequence[tuple[float, float]], *, attribute: str = "", overdue: float = 0.0
    ) -> Law:
        """Build a piecewise constant hazard, on age or on the time left to a planned date.

        Parameters
        ----------
        bands : sequence of (float, float)
            Where each band begins, the first at 0, and its rate per ms; the last has no end.
        attribute : str
            The planned date; empty for a hazard on age.
        overdue : float
            The rate once the planned date is past.
        """
        if not attribute:
            return cls(Family.HAZARD, knots=tuple(bands))
        if not (math.isfinite(overdue) and overdue >= 0):
            raise ValueError(f"hazard: overdue is {overdue:g}; it must be a finite number from 0")
        return cls(Family.HAZARD_LEFT, c=overdue, knots=tuple(bands), attribute=attribute)

    @property
    def is_dated(self) -> bool:
        """Whether it depends on a planned date that the customer carries."""
        return self.family in (Family.UNTIL, Family.HAZARD_LEFT)

    @property
    def is_sure(self) -> bool:
        """Whether it ends at some time with certainty."""
        if self.family is Family.HAZARD_LEFT:
            return self.c > 0
        return self.family is not Family.HAZARD or self.knots[-1][1] > 0

    def given(self, left: float) -> Law:
        """Give the law as it is so long before the planned date; itself where it waits for none.

        Parameters
        ----------
        left : float
            Time to the planned date; negative when it is past.
        """
        if self.family is Family.UNTIL:
            return Law.fixed(max(left, 0.0))
        if self.family is not Family.HAZARD_LEFT:
            return self
        met = [(edge, rate) for edge, rate in self.knots if edge < left]
        starts = [0.0, *(left - edge for edge, _ in reversed(met))]
        rates = [*(rate for _, rate in reversed(met)), self.c]
        return Law.hazard(list(zip(starts, rates, strict=True)))

    @property
    def is_count(self) -> bool:
        """Whether every value is a whole number by construction."""
        return self.family in COUNTS

    @cached_property
    def table(self) -> NDArray[np.float64]:
        """The knots the way compiled code reads them: probabilities, then values."""
        return np.array(self.knots, dtype=np.float64).reshape(-1, 2).T.reshape(-1).copy()

    def mean(self) -> float:
        """Give the expected value."""
        return moments.mean(self.family, self.a, self.b, self.c, self.knots)

    def variance(self) -> float:
        """Give the variance."""
        return moments.variance(self.family, self.a, self.b, self.c, self.knots)

    def minimum(self) -> float:
        """Give the lower end of the support."""
        return moments.support(self.family, self.a, self.b, self.c, self.knots)[0]

    def maximum(self) -> float:
        """Give the upper end of the support."""
        return moments.support(self.family, self.a, self.b, self.c, self.knots)[1]

    def cdf(self, x: float) -> float:
        """Give P(X <= x)."""
        table = self.table
        return families.cdf(int(self.family), self.a, self.b, self.c, table, 0, len(table), float(x))

    def quantile(self, u: float) -> float:
        """Give the smallest x with P(X <= x) >= u; the ends of the support at 0 and 1.

        Raises
        ------
        ValueError
            If u is not within 0 … 1.
        """
        if not 0.0 < u < 1.0:
            return self._end(u)
        table = self.table
        return families.quantile(int(self.family), self.a, self.b, self.c, table, 0, len(table), float(u))

    def cdfs(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give P(X <= x) for every x."""
        each = np.array(x, dtype=np.float64)
        families.cdfs(int(self.family), self.a, self.b, self.c, self.table, each)
        return each

    def quantiles(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the quantile of every u, each above 0 and below 1."""
        each = np.array(u, dtype=np.float64)
        families.quantiles(int(self.family), self.a, self.b, self.c, self.table, each)
        return each

    def biased_quantile(self, u: float) -> float:
        """Give the quantile of the length-biased law: how long a stay is that one looks into.

        Raises
        ------
        ValueError
            If the law can be negative, or u is not within 0 … 1.
        """
        if self.minimum() < 0:
            raise ValueError(f"{self} can be negative; only a duration has a length-biased law")
        if not 0.0 < u < 1.0:
            return self._end(u)
        table = self.table
        return biased.biased_quantile(
            int(self.family), self.a, self.b, self.c, table, 0, len(table), float(u)
        )

    def residual(self, u: float, v: float) -> float:
        """Draw the remaining time of a stay met in the middle, with density (1 - F) / mean.

        Parameters
        ----------
        u, v : float
            Two uniforms: the length of the stay, and the share of it still to come.
        """
        return v * self.biased_quantile(u)

    def scaled(self, factor: float) -> Law:
        """Give the law of the value times a factor.

        Raises
        ------
        ValueError
            If the factor is negative or not finite, or the law is a count.
        """
        check_sizes(factor=factor)
        if self.is_count:
            raise ValueError(f"{self} counts whole things and cannot be scaled")
        if self.is_dated:
            raise ValueError(f"{self} waits for a planned date and cannot be scaled")
        if factor == 0:
            return Law.fixed(0.0)
        if self.family is Family.HAZARD:
            return Law.hazard([(age * factor, rate / factor) for age, rate in self.knots])
        a, b, c = self.a * factor, self.b * factor, self.c * factor
        if self.family in (Family.GAMMA, Family.WEIBULL):
            a = self.a
        elif self.family is Family.LOGNORMAL:
            a, b = self.a + math.log(factor), self.b
        return Law(self.family, a, b, c, tuple((p, value * factor) for p, value in self.knots))

    def __str__(self) -> str:
        if self.family is Family.FIXED:
            return f"{self.a:g}"
        if self.family is Family.UNTIL:
            return f"until {self.attribute}"
        if self.family in HAZARDS:
            clock = f"until {self.attribute}" if self.attribute else "age"
            return f"hazard (clock {clock}, {len(self.knots)} bands)"
        if self.family is Family.EMPIRICAL:
            inner = ", ".join(f"{p:g}: {value:g}" for p, value in self.knots)
        else:
            inner = ", ".join(f"{name} {value:g}" for name, value in self._told())
        return f"{self.family.name.lower()} ({inner})"

    def _told(self) -> list[tuple[str, float]]:
        """List the parameters a person would give, with their values."""
        if self.family is Family.GAMMA:
            return [("mean", self.mean()), ("cv", 1.0 / math.sqrt(self.a))]
        if self.family is Family.LOGNORMAL:
            return [("median", math.exp(self.a)), ("sigma", self.b)]
        if self.family is Family.WEIBULL:
            return [("mean", self.mean()), ("shape", self.a)]
        return list(zip(NAMES[self.family], (self.a, self.b, self.c), strict=False))

    def _end(self, u: float) -> float:
        """Give the end of the support for a probability of 0 or 1."""
        if u in (0.0, 1.0):
            return self.minimum() if u == 0.0 else self.maximum()
        raise ValueError(f"a probability is {u}; it must be between 0 and 1")
