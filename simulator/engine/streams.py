"""Randomness has an address: every uniform is Philox4x32-10 of who, where, which time and which.

There is no generator state. A draw is named by six numbers and nothing else, so a draw does not
move when another one is added, removed or made earlier, by any engine and any number of workers.

==============  ====  ===================================================================
part            bits  meaning
==============  ====  ===================================================================
seed              32  of the run
replication       32  of the run
subject           64  :func:`simulator.addresses.subject_of`: a customer, a day's arrivals, an order, a number
place             40  :func:`simulator.addresses.place_of`: touchpoint, purpose, sub-name
entry             16  the how-manieth attempt to enter that touchpoint
draw               8  the how-manieth uniform of that purpose in that entry
==============  ====  ===================================================================

Word order (words of 32 bits, the least significant first)::

    key     0  seed
            1  replication
    counter 0  subject, bits 0-31
            1  subject, bits 32-63
            2  place, bits 0-31
            3  place, bits 32-39, then entry << 8, then draw << 24
    uniform k = word 0 << 20 | word 1 >> 12,  u = (k + 1/2) / 2**52

References
----------
Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3. SC11 (2011).
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from simulator.compiled import compiled

__all__ = [
    "DRAWS",
    "ENTRIES",
    "PLACES",
    "SEEDS",
    "exponential_race",
    "gumbel_key",
    "philox",
    "uniform",
]

SEEDS: Final = 1 << 32  # seeds and replications are 0 … SEEDS - 1
PLACES: Final = 1 << 40
ENTRIES: Final = 1 << 16
DRAWS: Final = 1 << 8

# In compiled code an int64 and a uint64 meet as a float64, so every constant is a uint64 as well.
_M0: Final = np.uint64(0xD2511F53)
_M1: Final = np.uint64(0xCD9E8D57)
_W0: Final = np.uint64(0x9E3779B9)
_W1: Final = np.uint64(0xBB67AE85)
_LOW: Final = np.uint64(0xFFFFFFFF)
_N8: Final = np.uint64(8)
_N12: Final = np.uint64(12)
_N16: Final = np.uint64(16)
_N20: Final = np.uint64(20)
_N24: Final = np.uint64(24)
_N32: Final = np.uint64(32)
_N40: Final = np.uint64(40)
_NONE: Final = np.uint64(0)
_STEP: Final = 2.0**-52


@compiled
def philox(k0: int, k1: int, c0: int, c1: int, c2: int, c3: int) -> tuple[int, int, int, int]:
    """Encrypt a counter with Philox4x32-10.

    Parameters
    ----------
    k0, k1 : int
        Key, two words of 32 bits.
    c0, c1, c2, c3 : int
        Counter, four words of 32 bits.

    Returns
    -------
    tuple of int
        Four random words of 32 bits (as uint64 in compiled code).
    """
    key0, key1 = np.uint64(k0), np.uint64(k1)
    x0, x1, x2, x3 = np.uint64(c0), np.uint64(c1), np.uint64(c2), np.uint64(c3)
    for _ in range(10):
        left = _M0 * x0
        right = _M1 * x2
        x0 = (right >> _N32) ^ x1 ^ key0
        x1 = right & _LOW
        x2 = (left >> _N32) ^ x3 ^ key1
        x3 = left & _LOW
        key0 = (key0 + _W0) & _LOW
        key1 = (key1 + _W1) & _LOW
    return x0, x1, x2, x3  # type: ignore[return-value]  # NumPy's words stand in for int


@compiled
def uniform(seed: int, replication: int, subject: int, place: int, entry: int, draw: int) -> float:
    """Draw the uniform that lives at an address.

    Parameters
    ----------
    seed, replication : int
        0 … 2**32 - 1.
    subject : int
        From :func:`simulator.addresses.subject_of`, int64; another integer type is another compilation.
    place : int
        From :func:`simulator.addresses.place_of`, 0 … 2**40 - 1.
    entry : int
        0 … 65,535.
    draw : int
        0 … 255.

    Returns
    -------
    float
        (k + 1/2) / 2**52 with k of 52 bits: never 0, never 1, symmetric about one half.

    Raises
    ------
    ValueError
        If a part does not fit its bits; cut off, it would be another draw's address.
    """
    key0, key1 = np.uint64(seed), np.uint64(replication)
    who, where = np.uint64(subject), np.uint64(place)
    time, which = np.uint64(entry), np.uint64(draw)
    over = (key0 >> _N32) | (key1 >> _N32) | (where >> _N40) | (time >> _N16) | (which >> _N8)
    if over != _NONE:
        raise ValueError("a part of a random number's address is out of range")
    last = (where >> _N32) | (time << _N8) | (which << _N24)
    r0, r1, _, _ = philox(key0, key1, who & _LOW, who >> _N32, where & _LOW, last)  # type: ignore[arg-type]
    bits = (np.uint64(r0) << _N20) | (np.uint64(r1) >> _N12)
    return (float(bits) + 0.5) * _STEP


@compiled
def exponential_race(u: float, weight: float) -> float:
    """Say when a runner of this weight arrives; the first wins with chance weight / sum of weights.

    Parameters
    ----------
    u : float
        Uniform in (0, 1).
    weight : float
        At least 0; the caller refuses negative ones and NaN.

    Returns
    -------
    float
        -ln(u) / weight; infinite for weight 0, which never wins.
    """
    if weight == 0.0:
        return math.inf
    return -math.log(u) / weight


@compiled
def gumbel_key(u: float, utility: float) -> float:
    """Give the key of one option of a logit; the smallest wins with chance exp(utility) / sum.

    It is the logarithm of :func:`exponential_race` with weight exp(utility), so a row and a logit
    of equal shares choose alike; unlike it, no utility overflows.

    Parameters
    ----------
    u : float
        Uniform in (0, 1).
    utility : float
        Finite, or -inf for an option that never wins.

    Returns
    -------
    float
        ln(-ln(u)) - utility.
    """
    return math.log(-math.log(u)) - utility
