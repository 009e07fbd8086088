"""The natural logarithm, in arithmetic that every processor rounds alike.

The logarithm of the system's library differs in the last bit between machines and is a call that compiled
loops cannot look into. This one is additions, multiplications and one division: the same bits everywhere,
and several at once where a loop makes many.

References
----------
Ng: fdlibm, e_log.c (1993): the reduction and the order of the sums. Its polynomial is replaced by the
series it approximates, ln((1 + s) / (1 - s)) = 2 (s + s**3 / 3 + s**5 / 5 + ...).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from simulator.compiled import compiled, inlined

__all__ = ["log_near", "log_of", "log_of_rest"]

_SQRT_HALF: Final = 0x3FE6A09E << 32  # the bits of sqrt(1/2), shortened
_EXPONENT: Final = -(1 << 52)  # sign and exponent
# ln 2 in two parts; the first has so few bits that its products with exponents are exact.
_LN2: Final = 6.93147180369123816490e-01
_LN2_REST: Final = 1.90821492927058770002e-10
_LN2_NEAR: Final = _LN2 + _LN2_REST
_C3, _C5, _C7, _C9, _C11, _C13, _C15, _C17, _C19, _C21 = (2.0 / odd for odd in range(3, 23, 2))


@compiled
def log_of(x: float) -> float:
    """Give ln(x) of a normal positive number, within one unit in the last place.

    Parameters
    ----------
    x : float
        At least 2.2e-308 and finite; anything else gives a wrong number.
    """
    bits = np.float64(x).view(np.int64)
    shifted = bits - _SQRT_HALF
    exponent = float(shifted >> 52)
    f = np.int64(bits - (shifted & _EXPONENT)).view(np.float64) - 1.0  # sqrt(1/2) - 1 ... sqrt(2) - 1
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    low = (_C3 + z * _C5) + w * (_C7 + z * _C9)
    high = (_C11 + z * _C13) + w * ((_C15 + z * _C17) + w * (_C19 + z * _C21))
    series = z * (low + w * w * high)
    half = 0.5 * f * f
    return float(exponent * _LN2 - ((half - (s * (half + series) + exponent * _LN2_REST)) - f))


@inlined
def log_near(x: float) -> float:
    """Give ln(x) of a normal positive number within 1e-7 of it: the same with four terms of the series."""
    bits = np.float64(x).view(np.int64)
    shifted = bits - _SQRT_HALF
    exponent = float(shifted >> 52)
    f = np.int64(bits - (shifted & _EXPONENT)).view(np.float64) - 1.0
    s = f / (2.0 + f)
    z = s * s
    return float(exponent * _LN2_NEAR + s * ((2.0 + z * _C3) + z * z * (_C5 + z * _C7)))


@compiled
def log_of_rest(u: float) -> float:
    """Give ln(1 - u) of a probability below 1, however small.

    Uniforms are multiples of 2**-53, so that 1 - u is exact; for another u what was rounded off is put
    back.
    """
    rest = 1.0 - u
    lost = (1.0 - rest) - u
    found = log_of(rest)
    return found + lost / rest if lost != 0.0 else found
