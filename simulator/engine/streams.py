"""Randomness has an address: every uniform is a function of who, where, which time and what for.

There is no generator state. A draw is named by its address and nothing else, so a draw does not move
when another one is added, removed or made earlier, by any engine and any number of workers.

==============  ====  ======================================================================
part            bits  meaning
==============  ====  ======================================================================
seed              32  of the run
replication       32  of the run
subject           64  `subject_of`: a customer, a day's arrivals, an order, a number
site              40  `site_of`: the touchpoint, or none
entry             16  the how-manieth attempt to enter that touchpoint
key               64  `key_of`: purpose and sub-name, such as (next, cart)
draw              64  the how-manieth uniform of that purpose in that entry
==============  ====  ======================================================================

One block of Philox4x32-10 serves a whole visit: it is a function of seed, replication, subject, site
and entry. Each uniform of the visit is a mix of that block with the key of its purpose. Word order
(words of 32 bits, the least significant first; all other bits are 0)::

    Philox key      0  seed                    counter  0  subject, bits 0-31
                    1  replication                      1  subject, bits 32-63
                                                        2  site, bits 0-31
                                                        3  site, bits 32-39, then entry << 8
    block           w0 = word 0 << 32 | word 1,  w1 = word 2 << 32 | word 3
    uniform         x = mix(w0 ^ (key + draw * G)) + w1  (64 bits),  u = ((x >> 12) + 1/2) / 2**52

with G = 0x9E3779B97F4A7C15 and the 64-bit mixer `mix` below. A customer is a member of a family,
``mix(family + (k + 1) * G)``, one to one; a referred one is member k of member `entry` of member `site`
of the referrer's own family (his subject, changed by the family "referred").

For one key, u is uniform because w1 is.
For two keys the difference of their x depends on w0 only and is independent of either of them, so two
uniforms of a visit are independent as far as the difference of `mix` at two points is uniform: the
tests look at that over many keys and seeds.

References
----------
Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3. SC11 (2011).
Evensen: Stronger, better, morer, Moremur (2019): the constants of the mixer.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.compiled import compiled, inlined, inner
from simulator.laws.logarithm import log_of

__all__ = [
    "ENTRIES",
    "SEEDS",
    "SITES",
    "block",
    "blocks",
    "exponential_race",
    "gumbel_key",
    "mixed",
    "numbered",
    "philox",
    "uniform",
]

Integers = NDArray[np.int64]
Word = np.uint64

SEEDS: Final = 1 << 32  # seeds and replications are 0 … SEEDS - 1
SITES: Final = 1 << 40
ENTRIES: Final = 1 << 16

_M0: Final = np.uint64(0xD2511F53)
_M1: Final = np.uint64(0xCD9E8D57)
_W0: Final = np.uint64(0x9E3779B9)
_W1: Final = np.uint64(0xBB67AE85)
_LOW: Final = np.uint64(0xFFFFFFFF)
_N1: Final = np.uint64(1)
_N8: Final = np.uint64(8)
_N12: Final = np.uint64(12)
_N16: Final = np.uint64(16)
_N27: Final = np.uint64(27)
_N32: Final = np.uint64(32)
_N33: Final = np.uint64(33)
_N40: Final = np.uint64(40)
_NONE: Final = np.uint64(0)
_MIX1: Final = np.uint64(0x3C79AC492BA7B653)
_MIX2: Final = np.uint64(0x1C69B3F74AC4AE35)
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_STEP: Final = 2.0**-52


@inlined
def _encrypt(key0: Word, key1: Word, x0: Word, x1: Word, x2: Word, x3: Word) -> tuple[Word, Word, Word, Word]:
    """Encrypt a counter of words; in a loop, several at once."""
    for _ in range(10):
        left = _M0 * x0
        right = _M1 * x2
        x0 = (right >> _N32) ^ x1 ^ key0
        x1 = right & _LOW
        x2 = (left >> _N32) ^ x3 ^ key1
        x3 = left & _LOW
        key0 = (key0 + _W0) & _LOW
        key1 = (key1 + _W1) & _LOW
    return x0, x1, x2, x3


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
    return _encrypt(np.uint64(k0), np.uint64(k1), np.uint64(c0), np.uint64(c1), np.uint64(c2), np.uint64(c3))  # type: ignore[return-value]  # NumPy's words stand in for int


@inner
def _mix(x: int) -> int:
    """Mix 64 bits, one to one (Moremur)."""
    y = np.uint64(x)
    y = (y ^ (y >> _N27)) * _MIX1
    y = (y ^ (y >> _N33)) * _MIX2
    return y ^ (y >> _N27)  # type: ignore[return-value]  # NumPy's words stand in for int


@compiled
def numbered(family: int, k: int) -> int:
    """Name the k-th member of a family of subjects.

    Parameters
    ----------
    family : int
        From :func:`simulator.addresses.subject_of`, or a member of another family.
    k : int
        At least 0.

    Returns
    -------
    int
        64 bits as int64; within a family no two members share one. `subject % 2**64` is the unsigned form.
    """
    step = (np.uint64(k) + _N1) * _GOLDEN
    return np.int64(_mix(np.uint64(np.int64(family)) + step))  # type: ignore[arg-type, return-value]  # as above


@compiled
def block(seed: int, replication: int, subject: int, site: int, entry: int) -> tuple[int, int]:
    """Draw the block of random bits that serves one entry.

    Parameters
    ----------
    seed, replication : int
        0 … 2**32 - 1.
    subject : int
        From :func:`simulator.addresses.subject_of`, int64; another integer type is another compilation.
    site : int
        From :func:`simulator.addresses.site_of`, 0 … 2**40 - 1.
    entry : int
        0 … 65,535.

    Returns
    -------
    tuple of int
        Two words of 64 bits, as int64.

    Raises
    ------
    ValueError
        If a part does not fit its bits; cut off, it would be another draw's address.
    """
    parts = np.uint64(seed) >> _N32, np.uint64(replication) >> _N32, np.uint64(site) >> _N40
    if parts[0] | parts[1] | parts[2] | (np.uint64(entry) >> _N16) != _NONE:
        raise ValueError("a part of a random number's address is out of range")
    return _block(seed, replication, subject, site, entry)


@inlined
def _block(seed: int, replication: int, subject: int, site: int, entry: int) -> tuple[int, int]:
    """Draw a block whose address is known to be in range."""
    key0, key1 = np.uint64(seed) & _LOW, np.uint64(replication) & _LOW
    who, where = np.uint64(np.int64(subject)), np.uint64(site)
    last = ((where >> _N32) | (np.uint64(entry) << _N8)) & _LOW
    r0, r1, r2, r3 = _encrypt(key0, key1, who & _LOW, who >> _N32, where & _LOW, last)
    first = (np.uint64(r0) << _N32) | np.uint64(r1)
    second = (np.uint64(r2) << _N32) | np.uint64(r3)
    return np.int64(first), np.int64(second)  # type: ignore[return-value]  # NumPy's words stand in for int


@inner
def blocks(m: Integers, seed: int, replication: int, first: int, size: int, number: int) -> None:
    """Draw many blocks at once; the processor works on several at a time.

    Parameters
    ----------
    m : ndarray of int64
        From `first` on stand five runs of `size` numbers each: subjects, sites and entries, and room for
        the two words of each block.
    number : int
        How many of each run are in use.
    """
    for i in range(first, first + number):
        w0, w1 = _block(seed, replication, m[i], m[i + size], m[i + 2 * size])
        m[i + 3 * size], m[i + 4 * size] = w0, w1


@compiled
def mixed(w0: int, w1: int, key: int, draw: int) -> float:
    """Turn the block of an entry into the uniform of one purpose.

    Parameters
    ----------
    w0, w1 : int
        The block.
    key : int
        From :func:`simulator.addresses.key_of`, int64.
    draw : int
        The how-manieth uniform of that purpose.

    Returns
    -------
    float
        (k + 1/2) / 2**52 with k of 52 bits: never 0, never 1, symmetric about one half.
    """
    # By way of int64, because plain Python turns no negative number into an unsigned one.
    x = np.uint64(w0) ^ (np.uint64(np.int64(key)) + np.uint64(draw) * _GOLDEN)
    x = np.uint64(_mix(x)) + np.uint64(w1)  # type: ignore[arg-type]  # as above
    return (float(x >> _N12) + 0.5) * _STEP


@compiled
def uniform(seed: int, replication: int, subject: int, site: int, entry: int, key: int, draw: int) -> float:
    """Draw the uniform that lives at an address; see :func:`block` and :func:`mixed`."""
    w0, w1 = block(seed, replication, subject, site, entry)
    return mixed(w0, w1, key, draw)


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
    return -log_of(u) / weight


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
    return log_of(-log_of(u)) - utility
