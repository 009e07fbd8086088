"""Draw the numbers that evidence leaves open, at their addresses, and play journeys with them.

Replications that differ by a multiple of `FUTURES` have the same numbers and other customers: they tell
chance from ignorance.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulator.addresses import Purpose, key_of, site_of, subject_of
from simulator.engine.streams import block, mixed
from simulator.laws.incomplete import gamma_quantile
from simulator.laws.special import normal_quantile
from simulator.program.program import Program
from simulator.program.unsure import Unsure
from simulator.spec.load import Journey
from simulator.spec.unknown import Measure, Prior, priors_of

__all__ = [
    "FUTURES",
    "Ignorance",
    "Playable",
    "UnsureProgram",
    "as_written",
    "drawn",
    "two_futures",
    "unsure_programs",
]

Floats = NDArray[np.float64]

# More than any run has replications; a replication is a word of 32 bits, so each draw has 256 futures.
FUTURES: Final = 1 << 24

_NOWHERE: Final = site_of("")


class _Draw(NamedTuple):
    """One prior, ready to be drawn: its subject, and for each uniform a key and the shape of a gamma."""

    prior: Prior
    subject: int
    keys: tuple[int, ...]
    shapes: tuple[float, ...]


class Ignorance:
    """What is believed of a base's numbers, and a draw of them for every replication.

    Parameters
    ----------
    base : Journey
        Without a scenario: evidence speaks about the base.

    Attributes
    ----------
    priors : tuple of Prior
        By name.
    """

    def __init__(self, base: Journey) -> None:
        self.priors: tuple[Prior, ...] = tuple(priors_of(base))
        self._draws = [_ready(prior) for prior in self.priors]

    @property
    def size(self) -> int:
        """How many numbers a draw has: one for each target of each prior."""
        return sum(len(prior.targets) for prior in self.priors)

    def draw(self, seed: int, replication: int) -> Floats:
        """Draw every unsure number of the base.

        Parameters
        ----------
        seed, replication : int
            With the path they are the address: the same for the base and every idea.

        Returns
        -------
        ndarray of float64, shape (size,)
            In the order of `priors`, their targets by name, in the units of the program.
        """
        numbers: list[float] = []
        for one in self._draws:
            w0, w1 = block(seed, replication % FUTURES, one.subject, _NOWHERE, 0)
            uniforms = [mixed(w0, w1, key, 0) for key in one.keys]
            numbers += _ranged(one.prior, uniforms[0]) if one.prior.range else _counted(one, uniforms)
        return np.array(numbers, dtype=np.float64)


def _ready(prior: Prior) -> _Draw:
    subject = subject_of("evidence", prior.name)
    names = prior.targets
    shapes: tuple[float, ...] = ()
    if prior.worth is not None:
        p = prior.written
        if prior.measure is not Measure.ROW:
            names, p = ("", "rest"), (p[0], 1.0 - p[0])
        shapes = tuple(prior.worth * one for one in p)
    return _Draw(prior, subject, tuple(key_of(Purpose.EVIDENCE, name) for name in names), shapes)


def _ranged(prior: Prior, u: float) -> list[float]:
    """Draw a log-normal, or a logit-normal for a probability, whose central 90 % is the range."""
    z = prior.centre + prior.spread * normal_quantile(u)
    return [1.0 / (1.0 + math.exp(-z)) if prior.probability else math.exp(z)]


def _counted(one: _Draw, uniforms: Sequence[float]) -> list[float]:
    """Draw a Dirichlet as gammas over their sum, each the quantile of its own uniform."""
    gammas = [gamma_quantile(a, u) if a > 0.0 else 0.0 for a, u in zip(one.shapes, uniforms, strict=True)]
    total = math.fsum(gammas)
    if total <= 0.0:  # so little is known that every gamma underflows: all is on the largest
        logs = [
            (math.log(u) + math.lgamma(a + 1.0)) / a if a > 0.0 else -math.inf
            for a, u in zip(one.shapes, uniforms, strict=True)
        ]
        gammas, total = [float(log == max(logs)) for log in logs], 1.0
    shares = [gamma / total for gamma in gammas]
    return shares if one.prior.measure is Measure.ROW else shares[:1]


class UnsureProgram:
    """A journey that is played with other numbers in every replication.

    Parameters
    ----------
    ignorance : Ignorance
        Of the base.
    journey : Journey
        The base, or a scenario laid over it.
    """

    def __init__(self, ignorance: Ignorance, journey: Journey) -> None:
        self.ignorance = ignorance
        self.unsure = Unsure(ignorance.priors, journey)

    @property
    def program(self) -> Program:
        """The journey with the numbers as written."""
        return self.unsure.program

    def at(self, seed: int, replication: int) -> Program:
        """Give the journey with the numbers of one replication."""
        return self.unsure.at(self.ignorance.draw(seed, replication))


def unsure_programs(journeys: Sequence[Journey]) -> list[UnsureProgram]:
    """Prepare a base and its ideas, the base first; all are played with the same draws."""
    ignorance = Ignorance(journeys[0])
    return [UnsureProgram(ignorance, journey) for journey in journeys]


def two_futures(draws: int) -> list[int]:
    """List the replications of two futures of every draw, draw by draw.

    Examples
    --------
    >>> two_futures(2)
    [0, 16777216, 1, 16777217]
    """
    return [number + future for number in range(draws) for future in (0, FUTURES)]


Playable: TypeAlias = Program | UnsureProgram


def as_written(program: Playable) -> Program:
    """Give a journey with the numbers as written."""
    return program if isinstance(program, Program) else program.program


def drawn(program: Playable, seed: int, replication: int) -> Program:
    """Give the journey that a replication plays."""
    return program if isinstance(program, Program) else program.at(seed, replication)
