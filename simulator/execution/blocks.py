"""How a run is cut into blocks of work.

The cuts depend on the programs and the replications asked for, never on who plays them or how many do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from simulator.engine.slices import Slice, slices
from simulator.execution.engines import EngineName
from simulator.program.program import Program

__all__ = ["Block", "blocks", "bundles"]

# A replication of customers who share nothing is cut into slices of so many: a tenth of a second of the
# kernel's time, and little enough to be held in memory with every row of it.
_SLICE: Final = 25_000.0
# Blocks are submitted together until they are worth it, counted in customers: ten to fifty milliseconds.
_WORTH_SUBMITTING: Final[dict[EngineName, float]] = {"kernel": 10_000.0, "reference": 1_000.0}


class Block(NamedTuple):
    """A piece of work that is played in one go.

    Attributes
    ----------
    program : int
        Which of the programs that are played together.
    replication : int
    only : Slice or None
        Whom of it; None: everybody.
    customers : float
        How many are expected.
    is_last : bool
        Whether it is the last block of its replication of its program.
    """

    program: int
    replication: int
    only: Slice | None
    customers: float
    is_last: bool = True


def blocks(programs: Sequence[Program], replications: Sequence[int], by: EngineName) -> Iterator[Block]:
    """Cut a run into blocks: by replication, then by program, then by customers.

    Only the kernel plays slices; to the reference engine, and where customers share something, a
    replication is one block.
    """
    cuts = [_cuts(program, by) for program in programs]
    for replication in replications:
        for number, program in enumerate(programs):
            last = len(cuts[number]) - 1
            each = program.customers / len(cuts[number])
            for place, only in enumerate(cuts[number]):
                yield Block(number, replication, only, each, place == last)


def _cuts(program: Program, by: EngineName) -> list[Slice | None]:
    if by == "reference" or program.shares or program.customers <= _SLICE:
        return [None]
    return [*slices(program, _SLICE)]


def bundles(cut: Iterator[Block], by: EngineName) -> Iterator[tuple[Block, ...]]:
    """Put consecutive blocks together until a bundle is worth submitting."""
    held: list[Block] = []
    customers = 0.0
    for block in cut:
        held.append(block)
        customers += block.customers
        if customers >= _WORTH_SUBMITTING[by]:
            yield tuple(held)
            held, customers = [], 0.0
    if held:
        yield tuple(held)
