"""Our two engines and the ceiling, as contestants."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import numpy as np

from benchmarks.by_hand import Played
from simulator.compiled import compiled
from simulator.engine.kernel import simulate as play_with_kernel
from simulator.engine.reference import simulate as play_with_reference
from simulator.engine.tally import Tally
from simulator.program.program import Program

__all__ = ["SEED", "ceiling", "kernel", "reference", "tally_of"]

SEED: Final = 1


def tally_of(program: Program, replication: int) -> Tally:
    """Play one replication with the kernel."""
    return play_with_kernel(program, SEED, replication)[0]


def _played(tally: Tally) -> Played:
    return Played(int(tally["entered"].sum()), int(tally["conversions"].sum()))


def kernel(program: Program, replications: int = 1) -> Callable[[int], Played]:
    """Let the kernel play some replications a round."""

    def play(number: int) -> Played:
        each = [_played(tally_of(program, replications * number + i)) for i in range(replications)]
        return Played(sum(one.visits for one in each), sum(one.goals for one in each))

    return play


def reference(program: Program, replications: int = 1) -> Callable[[int], Played]:
    """Let the reference engine play some replications a round."""

    def play(number: int) -> Played:
        tallies = [play_with_reference(program, SEED, replications * number + i) for i in range(replications)]
        each = [_played(tally) for tally in tallies]
        return Played(sum(one.visits for one in each), sum(one.goals for one in each))

    return play


_M0: Final = np.uint64(0xD2511F53)
_M1: Final = np.uint64(0xCD9E8D57)
_W0: Final = np.uint64(0x9E3779B9)
_W1: Final = np.uint64(0xBB67AE85)
_LOW: Final = np.uint64(0xFFFFFFFF)
_N32: Final = np.uint64(32)
_N12: Final = np.uint64(12)


@compiled
def _blocks(visits: int, seed: int) -> float:
    """Sum the logarithms of one uniform of one Philox4x32-10 block a visit."""
    total = 0.0
    for visit in range(visits):
        key0, key1 = np.uint64(seed), np.uint64(0)
        x0, x1, x2, x3 = np.uint64(visit) & _LOW, np.uint64(visit) >> _N32, np.uint64(1), np.uint64(1)
        for _ in range(10):
            left, right = _M0 * x0, _M1 * x2
            x0, x1, x2, x3 = (
                (right >> _N32) ^ x1 ^ key0,
                right & _LOW,
                (left >> _N32) ^ x3 ^ key1,
                left & _LOW,
            )
            key0, key1 = (key0 + _W0) & _LOW, (key1 + _W1) & _LOW
        word = (x0 << _N32) | x1
        total += math.log((float(word >> _N12) + 0.5) * 2.0**-52)
    return total


def ceiling(visits: int) -> Callable[[int], Played]:
    """Do what no engine with our random numbers can do without, and nothing else.

    It stands on its own code, so it stays the same whatever the engines do.
    """

    def play(number: int) -> Played:
        mean = -_blocks(visits, number) / visits
        assert abs(mean - 1.0) < 0.05, "the logarithms of uniforms do not average to -1"
        return Played(visits, 0)

    return play
