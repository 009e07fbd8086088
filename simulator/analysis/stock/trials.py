"""Policies tried on common random numbers: every policy meets the same customers and lead times."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.stock.costs import StockCosts, margins_of, stock_costs
from simulator.analysis.stock.policy import Kind, Policy, with_policies
from simulator.engine.tally import STOCK, UNITS, Tally
from simulator.execution.crew import Crew
from simulator.execution.engines import EngineName
from simulator.execution.reduced import batch_size
from simulator.execution.replications import play_all
from simulator.program.program import Program
from simulator.program.stocked import without_shelves

__all__ = ["Assortment", "Outcome", "Player", "Trials"]

Floats = NDArray[np.float64]
# The policies of the managed products, in their order.
Assortment = tuple[Policy, ...]


# So many assortments are played together; what they did is then summed up and forgotten.
_AT_ONCE: Final = 8
# What a plan reads of a tally; the rest is dropped at once, because thousands are played.
_READ: Final = ("stock", "levels", "units", "instead", "revenue", "refunds")


@dataclass(frozen=True)
class Player:
    """How replications are played: with which seed, on how many workers, by which engine.

    Attributes
    ----------
    progress : callable
        Called with the number of replications just played.
    crew : Crew or None
        Workers of a cluster, which play instead.
    """

    seed: int
    workers: int
    engine: EngineName
    progress: Callable[[int], None] = lambda played: None
    crew: Crew | None = None

    def play(
        self, programs: Sequence[Program], replications: Sequence[int], whole: bool = False
    ) -> list[list[Tally]]:
        """Play the same replications of some programs; of each tally what a plan reads, or all of it."""
        played: list[list[Tally]] = [[] for _ in programs]
        if not programs:
            return played
        # At the same time as many tallies are held as fit in memory.
        size = max(1, batch_size(programs[0]) // len(programs))
        for first in range(0, len(replications), size):
            batch = replications[first : first + size]
            found = play_all(programs, self.seed, batch, self.workers, None, self.crew, self.engine)
            for mine, tallies in zip(played, found, strict=True):
                mine.extend(tallies if whole else [_read_of(tally) for tally in tallies])
            self.progress(len(batch) * len(programs))
        return played


def _read_of(tally: Tally) -> Tally:
    return Tally({name: tally[name] for name in _READ})


@dataclass(frozen=True)
class Outcome:
    """What an assortment of policies did in some replications.

    Attributes
    ----------
    cost : ndarray of float64, shape (replications,)
        Of all products together: what a stock-out of one brings another is in it.
    product_cost : ndarray of float64, shape (replications, products)
        Of each managed product alone.
    demand, missed, cycles, short_cycles : ndarray of int64, shape (replications, products)
    """

    cost: Floats
    product_cost: Floats
    demand: NDArray[np.int64]
    missed: NDArray[np.int64]
    cycles: NDArray[np.int64]
    short_cycles: NDArray[np.int64]

    def joined(self, other: Outcome) -> Outcome:
        """Put the replications of another outcome behind these."""
        return Outcome(*(np.concatenate(pair) for pair in zip(self._parts, other._parts, strict=True)))

    def first(self, replications: int) -> Outcome:
        """Give the first replications only."""
        return Outcome(*(part[:replications] for part in self._parts))

    @property
    def _parts(self) -> tuple[NDArray[Any], ...]:
        return (
            self.cost,
            self.product_cost,
            self.demand,
            self.missed,
            self.cycles,
            self.short_cycles,
        )


@dataclass
class Trials:
    """Plays assortments and remembers what was played.

    Parameters
    ----------
    program : Program
        With feedback as it is, or `without_feedback`.
    products : sequence of int
        Which products are managed.
    player : Player
    """

    program: Program
    products: Sequence[int]
    player: Player
    _known: dict[Assortment, Outcome] = field(default_factory=dict)
    _never_out: dict[int, Floats] = field(default_factory=dict)

    @property
    def tried(self) -> int:
        """How many assortments were tried."""
        return len(self._known)

    def under(self, assortment: Assortment) -> Program:
        """Give the program under an assortment of policies."""
        return with_policies(self.program, dict(zip(self.products, assortment, strict=True)))

    def outcomes(self, assortments: Sequence[Assortment], replications: int) -> list[Outcome]:
        """Tell what assortments do in replications 0 … n-1; only what is not known yet is played."""
        missing: dict[int, list[Assortment]] = {}
        for assortment in dict.fromkeys(assortments):
            known = self._known.get(assortment)
            so_far = 0 if known is None else len(known.cost)
            if so_far < replications:
                missing.setdefault(so_far, []).append(assortment)
        for so_far, wanted in missing.items():
            played = self.play(wanted, range(so_far, replications))
            for assortment, outcome in zip(wanted, played, strict=True):
                self._learn(assortment, outcome)
        return [self._known[assortment].first(replications) for assortment in assortments]

    def play(self, assortments: Sequence[Assortment], replications: Sequence[int]) -> list[Outcome]:
        """Tell what assortments do in some replications, which are not remembered."""
        found: list[Outcome] = []
        never_out = self.never_out(replications)
        for first in range(0, len(assortments), _AT_ONCE):
            some = assortments[first : first + _AT_ONCE]
            programs = [self.under(assortment) for assortment in some]
            played = self.player.play(programs, replications)
            found.extend(
                self.outcome_of(program, assortment, tallies, never_out)
                for program, assortment, tallies in zip(programs, some, played, strict=True)
            )
        return found

    def never_out(self, replications: Sequence[int]) -> Floats:
        """Give the margins of endless stock, shape (replications, products)."""
        missing = [number for number in replications if number not in self._never_out]
        endless = without_shelves(self.program)
        (tallies,) = self.player.play([endless], missing)
        if tallies:
            self._never_out.update(zip(missing, margins_of(endless, tallies), strict=True))
        return np.stack([self._never_out[number] for number in replications])

    def _learn(self, assortment: Assortment, outcome: Outcome) -> None:
        known = self._known.get(assortment)
        self._known[assortment] = outcome if known is None else known.joined(outcome)

    def costs_of(
        self, program: Program, assortment: Assortment, tallies: Sequence[Tally], never_out: Floats
    ) -> StockCosts:
        """Price the replications an assortment was played in."""
        pairs = zip(self.products, assortment, strict=True)
        once = [product for product, policy in pairs if policy.kind is Kind.ONCE]
        return stock_costs(program, tallies, never_out, once)

    def outcome_of(
        self, program: Program, assortment: Assortment, tallies: Sequence[Tally], never_out: Floats
    ) -> Outcome:
        """Read what an assortment did off the replications it was played in."""
        total = self.costs_of(program, assortment, tallies, never_out).total
        units = np.stack([tally["units"].sum(axis=(0, 3)) for tally in tallies])[:, self.products]
        stock = np.stack([tally["stock"] for tally in tallies])[:, self.products]
        return Outcome(
            total.sum(axis=1),
            total[:, self.products],
            units[:, :, UNITS.index("demand")],
            units[:, :, UNITS.index("missed")],
            stock[:, :, STOCK.index("cycles")],
            stock[:, :, STOCK.index("short_cycles")],
        )
