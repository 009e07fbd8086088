"""Special functions the laws stand on, to nearly full double precision, compiled.

SciPy has them all, but its function pointers cannot be cached by Numba, and its last bits change
between releases; a distribution whose last bit changes changes a customer's life. So they are
written out here over ``math`` alone: the normal distribution, its quantile, and the factors of the
incomplete gamma function (:mod:`simulator.laws.incomplete`).

References
----------
.. [1] Wichura, M. J. (1988). Algorithm AS 241: the percentage points of the normal distribution.
   Applied Statistics 37, 477-484.
.. [2] Temme, N. M. (1979). The asymptotic expansion of the incomplete gamma functions.
   SIAM J. Math. Anal. 10, 757-766; DLMF 8.12 and 5.11.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.compiled import compiled

__all__ = [
    "gamma",
    "gamma_prefix",
    "log1pmx",
    "log_gamma1p",
    "normal_cdf",
    "normal_quantile",
    "polynomial",
    "stirling",
]

_SQRT_HALF: Final = math.sqrt(0.5)
_TWO_PI: Final = 2.0 * math.pi
_ONE_MINUS_EULER: Final = 0.42278433509846713939

# AS 241: three rational functions (numerator, denominator), constant term first.
_CENTRE: Final = (
    np.array(
        [
            3.3871328727963666080e0,
            1.3314166789178437745e2,
            1.9715909503065514427e3,
            1.3731693765509461125e4,
            4.5921953931549871457e4,
            6.7265770927008700853e4,
            3.3430575583588128105e4,
            2.5090809287301226727e3,
        ]
    ),
    np.array(
        [
            1.0,
            4.2313330701600911252e1,
            6.8718700749205790830e2,
            5.3941960214247511077e3,
            2.1213794301586595867e4,
            3.9307895800092710610e4,
            2.8729085735721942674e4,
            5.2264952788528545610e3,
        ]
    ),
)
_MIDDLE: Final = (
    np.array(
        [
            1.42343711074968357734e0,
            4.63033784615654529590e0,
            5.76949722146069140550e0,
            3.64784832476320460504e0,
            1.27045825245236838258e0,
            2.41780725177450611770e-1,
            2.27238449892691845833e-2,
            7.74545014278341407640e-4,
        ]
    ),
    np.array(
        [
            1.0,
            2.05319162663775882187e0,
            1.67638483018380384940e0,
            6.89767334985100004550e-1,
            1.48103976427480074590e-1,
            1.51986665636164571966e-2,
            5.47593808499534494600e-4,
            1.05075007164441684324e-9,
        ]
    ),
)
_TAIL: Final = (
    np.array(
        [
            6.65790464350110377720e0,
            5.46378491116411436990e0,
            1.78482653991729133580e0,
            2.96560571828504891230e-1,
            2.65321895265761230930e-2,
            1.24266094738807843860e-3,
            2.71155556874348757815e-5,
            2.01033439929228813265e-7,
        ]
    ),
    np.array(
        [
            1.0,
            5.99832206555887937690e-1,
            1.36929880922735805310e-1,
            1.48753612908506148525e-2,
            7.86869131145613259100e-4,
            1.84631831751005468180e-5,
            1.42151175831644588870e-7,
            2.04426310338993978564e-15,
        ]
    ),
)
_CENTRE_TOP, _CENTRE_BOTTOM = _CENTRE
_MIDDLE_TOP, _MIDDLE_BOTTOM = _MIDDLE
_TAIL_TOP, _TAIL_BOTTOM = _TAIL

# B(2k) / (2k (2k - 1)), k = 1 …: Stirling's series of ln Gamma (DLMF 5.11.1).
_STIRLING: Final = np.array(
    [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400]
)
_STIRLING_FROM: Final = 10.0  # the first term left out is below 2e-17 from here on


def _zeta_less_one(k: int) -> float:
    """Compute zeta(k) - 1 for k >= 2 by Euler-Maclaurin from 60 on."""
    n = 60.0
    head = math.fsum(m ** -float(k) for m in range(2, int(n)))
    tail = n ** (1 - k) / (k - 1) + 0.5 * n**-k + k * n ** (-k - 1) / 12
    third = k * (k + 1) * (k + 2) * n ** (-k - 3) / 720
    fifth = k * (k + 1) * (k + 2) * (k + 3) * (k + 4) * n ** (-k - 5) / 30240
    return math.fsum([head, tail, -third, fifth])


# ln Gamma(1 + a) + ln(1 + a) - (1 - euler) a = a**2 times this polynomial, for a up to one half.
_LOG_GAMMA: Final = np.array([(-1) ** k * _zeta_less_one(k) / k for k in range(2, 30)])


@compiled
def polynomial(coefficients: NDArray[np.float64], x: float) -> float:
    """Evaluate a polynomial by Horner's rule, constant term first."""
    value = 0.0
    for i in range(coefficients.shape[0] - 1, -1, -1):
        value = value * x + coefficients[i]
    return value


@compiled
def normal_cdf(z: float) -> float:
    """Give the standard normal distribution function, accurate in the lower tail."""
    return 0.5 * math.erfc(-z * _SQRT_HALF)


@compiled
def normal_quantile(u: float) -> float:
    """Give the standard normal quantile by AS 241 [1]_, computed from the smaller tail.

    Parameters
    ----------
    u : float
        Probability; 0 and 1 give the infinities.

    Returns
    -------
    float
        Within about 4e-16 relative.
    """
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return q * polynomial(_CENTRE_TOP, r) / polynomial(_CENTRE_BOTTOM, r)
    tail = u if q < 0.0 else 1.0 - u
    if tail <= 0.0:
        return math.copysign(math.inf, q)
    r = math.sqrt(-math.log(tail))
    if r <= 5.0:
        z = polynomial(_MIDDLE_TOP, r - 1.6) / polynomial(_MIDDLE_BOTTOM, r - 1.6)
    else:
        z = polynomial(_TAIL_TOP, r - 5.0) / polynomial(_TAIL_BOTTOM, r - 5.0)
    return math.copysign(z, q)


@compiled
def log1pmx(x: float) -> float:
    """Compute ln(1 + x) - x without the cancellation near 0, for x > -1.

    With r = x / (2 + x), ln(1 + x) = 2 (r + r**3/3 + r**5/5 + …) and x = 2 r / (1 - r), so the
    linear terms cancel exactly and leave r (2 r**2 (1/3 + r**2/5 + …) - x).
    """
    if x < -0.5 or x > 1.0:
        return math.log1p(x) - x
    r = x / (2.0 + x)
    square = r * r
    power, total, k = 1.0, 1.0 / 3.0, 5.0
    while True:
        power *= square
        term = power / k
        if term < 1e-17:
            return r * (2.0 * square * total - x)
        total += term
        k += 2.0


@compiled
def stirling(a: float) -> float:
    """Compute ln Gamma(a) - (a - 1/2) ln a + a - ln(2 pi)/2 for a >= 10."""
    inverse = 1.0 / a
    return inverse * polynomial(_STIRLING, inverse * inverse)


@compiled
def gamma(a: float) -> float:
    """Compute Gamma(a) for a > 0, within a few units of the last place; infinite above 171.6."""
    product, x = 1.0, a
    while x < _STIRLING_FROM:
        product *= x
        x += 1.0
    half = math.pow(x, 0.5 * x - 0.25)  # squared below: x**x alone overflows too early
    return math.sqrt(_TWO_PI) * half * math.exp(-x) * half * math.exp(stirling(x)) / product


@compiled
def log_gamma1p(a: float) -> float:
    """Compute ln Gamma(1 + a) for 0 <= a <= 1/2 with small relative error, by its Taylor series."""
    return _ONE_MINUS_EULER * a - math.log1p(a) + a * a * polynomial(_LOG_GAMMA, a)


@compiled
def gamma_prefix(a: float, x: float) -> float:
    """Compute x**a exp(-x) / Gamma(a), the density of ln X for X ~ Gamma(a).

    For large a the three factors overflow and cancel; there it is
    sqrt(a / 2 pi) exp(a (ln(1 + m) - m) - stirling(a)) with m = (x - a) / a.
    """
    if a < _STIRLING_FROM:
        if x > 800.0:  # the power would overflow where exp(-x) has long underflowed
            return 0.0
        return math.pow(x, a) * math.exp(-x) / gamma(a)
    if x <= 0.0:
        return 0.0
    # Far below the mean (x - a) / a forgets x.
    exponent = a * math.log(x / a) - (x - a) if x < 0.5 * a else a * log1pmx((x - a) / a)
    return math.sqrt(a / _TWO_PI) * math.exp(exponent - stirling(a))
