"""The regularised incomplete gamma functions P and Q and their inverse, compiled.

P(a, x) is the distribution function of a Gamma(a) variable of scale 1, Q = 1 - P. Both are kept,
because the smaller one carries the relative accuracy. Four methods share the quadrant: Temme's
uniform expansion for large a near x = a, a series for small x, a series for Q where a is small, and
the continued fraction elsewhere.

References
----------
.. [1] DiDonato, Morris (1986). Computation of the incomplete gamma function ratios and their
   inverse. ACM TOMS 12, 377-393.
.. [2] Gil, Segura, Temme (2012). Efficient and accurate algorithms for the computation and inversion
   of the incomplete gamma function ratios. SIAM J. Sci. Comput. 34, A2965-A2981; DLMF 8.12.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.compiled import compiled, inner
from simulator.laws.special import (
    gamma,
    gamma_prefix,
    log1pmx,
    log_gamma1p,
    normal_quantile,
    polynomial,
)

__all__ = ["gamma_p", "gamma_q", "gamma_quantile"]

_ORDERS: Final = 8  # powers of 1/a in Temme's expansion
_TERMS: Final = 22  # powers of eta in each
_LARGE: Final = 60.0  # Temme's expansion from here on
_NEAR: Final = 0.4  # and within this relative distance of the mean
_TINY: Final = 1e-300
_ENOUGH: Final = 1e-17
_MAX_ROUNDS: Final = 60
_MAX_TERMS: Final = 100_000  # never met: a few hundred suffice; a loop in a draw must end


def _temme_coefficients(orders: int, terms: int) -> NDArray[np.float64]:
    """Compute Temme's d(k, n) exactly (DLMF 8.12.10-12) and round once."""
    count = terms + 2 * orders + 4
    alpha = [Fraction(0), Fraction(1)]
    for n in range(2, count + 1):
        inner = sum((j * alpha[j] * alpha[n - j + 1] for j in range(2, n)), Fraction(0))
        alpha.append((alpha[n - 1] - inner) / (n + 1))
    first = [Fraction(-1, 3)] + [(n + 2) * alpha[n + 2] for n in range(1, count - 1)]
    row, rows, odd = first, [first], 1
    for k in range(1, orders):
        odd *= 2 * k + 1
        stirling_k = odd * alpha[2 * k + 1] * (-1) ** k
        row = [stirling_k * first[n] + (n + 2) * row[n + 2] for n in range(len(row) - 2)]
        rows.append(row)
    return np.array([[float(value) for value in row[:terms]] for row in rows])


_TEMME: Final = _temme_coefficients(_ORDERS, _TERMS)


@inner
def _temme(a: float, x: float) -> tuple[float, float]:
    """Compute P and Q by Temme's uniform asymptotic expansion (DLMF 8.12.3-8)."""
    mu = (x - a) / a
    half_square = -log1pmx(mu)
    eta = math.copysign(math.sqrt(2.0 * half_square), mu)
    total = 0.0
    for k in range(_ORDERS - 1, -1, -1):
        total = total / a + polynomial(_TEMME[k], eta)
    rest = math.exp(-a * half_square) / math.sqrt(2.0 * math.pi * a) * total
    y = math.sqrt(a * half_square)
    tail = 0.5 * math.erfc(y)
    if mu < 0.0:
        p = tail - rest
        return p, 1.0 - p
    q = tail + rest
    return 1.0 - q, q


@inner
def _series_p(a: float, x: float) -> float:
    """Sum P(a, x) = prefix / a (1 + x/(a+1) + x**2/((a+1)(a+2)) + …)."""
    term, total, n = 1.0, 1.0, a
    while term > _ENOUGH * total:
        n += 1.0
        term *= x / n
        total += term
    return gamma_prefix(a, x) / a * total


@inner
def _series_q(a: float, x: float) -> float:
    """Sum Q(a, x) for small a and x, where 1 - P cancels (DiDonato and Morris, 1986)."""
    exponent = a * math.log(x) - log_gamma1p(a)
    term, total, n = 1.0, 0.0, 0.0
    while abs(term) > _ENOUGH:
        n += 1.0
        term *= -x / n
        total += a * term / (a + n)
    return -math.expm1(exponent) - math.exp(exponent) * total


@inner
def _fraction_q(a: float, x: float) -> float:
    """Evaluate Legendre's continued fraction of Q(a, x) by the modified Lentz method."""
    b = x + 1.0 - a
    c, d = 1.0 / _TINY, 1.0 / b
    h, i = d, 0.0
    while i < _MAX_TERMS:
        i += 1.0
        factor = -i * (i - a)
        b += 2.0
        d = 1.0 / (factor * d + b)
        c = b + factor / c
        step = d * c
        h *= step
        if abs(step - 1.0) < 4e-16:
            break
    return gamma_prefix(a, x) * h


@inner
def _both(a: float, x: float) -> tuple[float, float]:
    """Compute P and Q, the smaller one with small relative error."""
    if not a > 0.0 or math.isnan(x):
        return math.nan, math.nan
    if x <= 0.0:
        return 0.0, 1.0
    if x == math.inf:
        return 1.0, 0.0
    if a >= _LARGE and abs(x - a) < _NEAR * a:
        return _temme(a, x)
    if a < 0.5 and x < 1.5:
        if x > 1e-3 or a * math.log(x) > -0.7:
            q = _series_q(a, x)
            if q < 0.5:
                return 1.0 - q, q
        p = _series_p(a, x)
        return p, 1.0 - p
    if x < a + 1.0:
        p = _series_p(a, x)
        return p, 1.0 - p
    q = _fraction_q(a, x)
    return 1.0 - q, q


@compiled
def gamma_p(a: float, x: float) -> float:
    """Give P(a, x), the distribution function of a Gamma(a) variable of scale 1.

    Parameters
    ----------
    a : float
        Shape, positive.
    x : float
        Any; 0 below 0.

    Returns
    -------
    float
        Relative error about 1e-14 for a from 0.01 to 1e7, down to 1e-300.
    """
    return _both(a, x)[0]


@compiled
def gamma_q(a: float, x: float) -> float:
    """Give Q(a, x) = 1 - P(a, x) without its cancellation; see :func:`gamma_p`."""
    return _both(a, x)[1]


@inner
def _start(a: float, u: float, tail: float, lower: bool) -> float:
    """Guess the quantile: Wilson-Hilferty, or the power law below, or the exponential above."""
    root = 1.0 / (9.0 * a)
    w = 1.0 - root + normal_quantile(u) * math.sqrt(root)
    if a >= 1.0 and w > 0.3:
        return a * w * w * w
    probability = tail if lower else 1.0 - tail
    x = math.pow(probability * gamma(a + 1.0), 1.0 / a) if a < 100.0 else a * 0.01
    if lower or x < 0.3:
        return x
    y = -math.log(tail * gamma(a))
    return y + (a - 1.0) * math.log(y) if y > 1.0 else max(y, 0.3)


@inner
def _refine(a: float, x: float, tail: float, lower: bool) -> float:
    """Solve ln P = ln tail (or Q) in t = ln x by Halley steps, which the log-concavity keeps safe."""
    for _ in range(_MAX_ROUNDS):
        p, q = _both(a, x)
        value = p if lower else q
        if value <= 0.0:  # overshot to where the tail underflows
            x *= 2.0 if lower else 0.5
            continue
        gap = math.log(value / tail)
        hazard = gamma_prefix(a, x) / value
        if hazard <= 0.0:
            return x
        newton = -gap / hazard if lower else gap / hazard
        curve = a - x - hazard if lower else a - x + hazard
        damping = 1.0 + 0.5 * newton * curve
        step = newton / damping if damping > 0.5 else newton
        x += x * math.expm1(min(max(step, -1.5), 1.5))
        if abs(gap) < 1e-5:
            return x
    return x


@compiled
def gamma_quantile(a: float, u: float) -> float:
    """Invert P(a, x) = u, working on the smaller tail.

    Parameters
    ----------
    a : float
        Shape, positive.
    u : float
        Probability; 0 gives 0 and 1 infinity.

    Returns
    -------
    float
        x with |P(a, x) - u| about 1e-14 min(u, 1 - u), or 0 where x is below the smallest double.
    """
    if not a > 0.0 or math.isnan(u):
        return math.nan
    if u <= 0.0:
        return 0.0
    if u >= 1.0:
        return math.inf
    lower = u <= 0.5
    tail = u if lower else 1.0 - u
    x = _start(a, u, tail, lower)
    if x < 1e-17 and a < 100.0:  # the power law is exact to rounding: P = x**a / Gamma(a + 1)
        return x
    return _refine(a, x, tail, lower)
