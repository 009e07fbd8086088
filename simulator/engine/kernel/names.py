"""Names of customers in the kernel: BLAKE2b of a text, as `simulator.addresses.subject_of` does it.

The texts that names are made of stand in `m`, one byte to a number; a name is put together in a scratch
region and hashed there.

References
----------
RFC 7693: The BLAKE2 Cryptographic Hash (2015).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.compiled import compiled
from simulator.engine.kernel import layout as at

__all__ = ["subject_after", "subject_of_arrival", "subject_of_count", "subject_of_referred"]

Ints = NDArray[np.int64]
Word = np.uint64

_IV: Final = np.array(
    [
        0x6A09E667F3BCC908,
        0xBB67AE8584CAA73B,
        0x3C6EF372FE94F82B,
        0xA54FF53A5F1D36F1,
        0x510E527FADE682D1,
        0x9B05688C2B3E6C1F,
        0x1F83D9ABFB41BD6B,
        0x5BE0CD19137E2179,
    ],
    dtype=np.uint64,
)
_SIGMA: Final = np.array(
    [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
        [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
        [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
        [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
        [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
        [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
        [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
        [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
        [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    ],
    dtype=np.int64,
)
# A digest of 8 bytes, no key, one leaf: the parameter block of `blake2b(digest_size=8)`.
_PARAMETERS: Final = np.uint64(0x01010008)
_BLOCK: Final = 128
_SEPARATOR: Final = 0x1F
_ZERO: Final = 48
_N63: Final = np.uint64(63)
_N24: Final = np.uint64(24)
_N40: Final = np.uint64(40)
_N32: Final = np.uint64(32)
_N16: Final = np.uint64(16)
_N48: Final = np.uint64(48)
_N1: Final = np.uint64(1)
_TEN: Final = np.uint64(10)


@compiled
def _quarter(a: Word, b: Word, c: Word, d: Word, x: Word, y: Word) -> tuple[Word, Word, Word, Word]:
    """Mix two words of the message into a quarter of the state."""
    a = a + b + x
    d = d ^ a
    d = (d >> _N32) | (d << _N32)
    c = c + d
    b = b ^ c
    b = (b >> _N24) | (b << _N40)
    a = a + b + y
    d = d ^ a
    d = (d >> _N16) | (d << _N48)
    c = c + d
    b = b ^ c
    b = (b >> _N63) | (b << _N1)
    return a, b, c, d


@compiled
def _word(m: Ints, first: int, last: int) -> int:
    """Read eight bytes, the least significant first; past the end they are 0."""
    word = np.uint64(0)
    for i in range(8):
        if first + i < last:
            word |= np.uint64(m[first + i]) << np.uint64(8 * i)
    return word  # type: ignore[return-value]  # NumPy's words stand in for int


@compiled
def _hash(m: Ints, first: int, last: int) -> int:
    """Hash the bytes [first, last) of `m` to 64 bits, as int64."""
    h = _IV.copy()
    h[0] ^= _PARAMETERS
    words = np.empty(16, dtype=np.uint64)
    v = np.empty(16, dtype=np.uint64)
    position, size = first, last - first
    while True:
        end = position + _BLOCK >= last
        for i in range(16):
            words[i] = _word(m, position + 8 * i, last)
        for i in range(8):
            v[i] = h[i]
            v[i + 8] = _IV[i]
        v[12] ^= np.uint64(size if end else position + _BLOCK - first)
        if end:
            v[14] = ~v[14]
        for turn in range(12):
            s = _SIGMA[turn]
            for i in range(4):
                a, b, c, d = i, 4 + i, 8 + i, 12 + i
                v[a], v[b], v[c], v[d] = _quarter(
                    v[a], v[b], v[c], v[d], words[s[2 * i]], words[s[2 * i + 1]]
                )
            for i in range(4):
                a, b, c, d = i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4
                v[a], v[b], v[c], v[d] = _quarter(
                    v[a], v[b], v[c], v[d], words[s[8 + 2 * i]], words[s[9 + 2 * i]]
                )
        for i in range(8):
            h[i] ^= v[i] ^ v[i + 8]
        if end:
            break
        position += _BLOCK
    return np.int64(h[0])  # type: ignore[return-value]  # NumPy's word stands in for int


@compiled
def _text(m: Ints, position: int, text: int) -> int:
    """Append one of the program's texts; give the position behind it."""
    first, last = m[m[at.TEXT_AT] + 2 * text], m[m[at.TEXT_AT] + 2 * text + 1]
    for i in range(last - first):
        m[position + i] = m[first + i]
    return position + last - first


@compiled
def _number(m: Ints, position: int, number: int) -> int:
    """Append a number as unsigned decimal; give the position behind it."""
    rest = np.uint64(number)
    digits = 1
    left = rest // _TEN
    while left > np.uint64(0):
        digits += 1
        left //= _TEN
    for i in range(digits):
        m[position + digits - 1 - i] = _ZERO + np.int64(rest % _TEN)
        rest //= _TEN
    return position + digits


@compiled
def subject_after(m: Ints, text: int, number: int) -> int:
    """Name what is numbered behind a text: an order of a product."""
    end = _number(m, _text(m, m[at.MESSAGE], text), number)
    return _hash(m, m[at.MESSAGE], end)


@compiled
def subject_of_arrival(m: Ints, persona: int, date: int, k: int) -> int:
    """Name the k-th arrival of a persona on a date; both are texts."""
    end = _text(m, _text(m, m[at.MESSAGE], persona), date)
    m[end] = _SEPARATOR
    end = _number(m, end + 1, k)
    return _hash(m, m[at.MESSAGE], end)


@compiled
def subject_of_count(m: Ints, persona: int, date: int) -> int:
    """Name the number of arrivals of a persona on a date; both are texts."""
    end = _text(m, _text(m, m[at.MESSAGE], persona), date)
    return _hash(m, m[at.MESSAGE], end)


@compiled
def subject_of_referred(m: Ints, head: int, referrer: int, touchpoint: int, entry: int, k: int) -> int:
    """Name the k-th customer referred on one visit; `head` and `touchpoint` are texts."""
    end = _number(m, _text(m, m[at.MESSAGE], head), referrer)
    end = _number(m, _text(m, end, touchpoint), entry)
    m[end] = _SEPARATOR
    end = _number(m, end + 1, k)
    return _hash(m, m[at.MESSAGE], end)
