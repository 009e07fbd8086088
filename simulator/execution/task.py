"""What a worker does: play a few blocks and hand back their tallies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from simulator.engine.log import Log
from simulator.engine.tally import Tally
from simulator.execution.blocks import Block
from simulator.execution.engines import EngineName, engine
from simulator.execution.ignorance import FUTURES, as_written, drawn
from simulator.execution.parcel import Parcel
from simulator.results.rows import Part, PartWriter

__all__ = ["Beat", "Played", "Rows", "Task", "play_task"]

# Told how many customers more were played; what it raises ends the task.
Beat = Callable[[float], None]


@dataclass(frozen=True)
class Rows:
    """Of which blocks rows are wanted, and where they go meanwhile.

    Attributes
    ----------
    every : bool
        Of all replications; otherwise of replication 0.
    folder : Path or None
        A folder of this machine; None: they travel with the tally.
    """

    every: bool
    folder: Path | None

    def wanted(self, block: Block) -> bool:
        """Whether a block's rows are wanted: those of the first program are."""
        first_future = block.replication < FUTURES  # where numbers are drawn, each draw is played twice
        return block.program == 0 and first_future and (self.every or block.replication == 0)


@dataclass(frozen=True)
class Task:
    """Blocks to be played by one worker, one after another.

    Attributes
    ----------
    number : int
        Its place in the order of the run.
    parcels : mapping of int to Parcel
        The programs, by number.
    seed : int
    by : str
        The engine.
    blocks : tuple of Block
    rows : Rows or None
    """

    number: int
    parcels: Mapping[int, Parcel]
    seed: int
    by: EngineName
    blocks: tuple[Block, ...]
    rows: Rows | None = None

    @property
    def customers(self) -> float:
        """How many customers it is expected to play."""
        return sum(block.customers for block in self.blocks)


class Played(NamedTuple):
    """What a block left."""

    tally: Tally
    part: Part | None


def play_task(task: Task, beat: Beat | None = None) -> list[Played]:
    """Play a task; a plain function of plain values, so that any executor can be given it.

    Parameters
    ----------
    task : Task
    beat : callable, optional
        Told now and then how many customers more were played; only for workers in this process.
    """
    return [_play(task, place, beat) for place in range(len(task.blocks))]


def _play(task: Task, place: int, beat: Beat | None) -> Played:
    block = task.blocks[place]
    program, told = drawn(task.parcels[block.program].program, task.seed, block.replication), 0.0
    wanted = task.rows is not None and task.rows.wanted(block)
    writer = _part_writer(task, place) if wanted else None

    def watch(share: float, log: Log) -> None:
        nonlocal told
        if writer is not None:
            writer.write(log)
        if beat is not None:
            beat(max(0.0, share - told) * block.customers)
            told = max(share, told)

    with writer or nullcontext():
        needed = watch if wanted or beat is not None else None
        tally = engine(task.by)(program, task.seed, block.replication, block.only, needed, wanted)
    return Played(tally, None if writer is None else writer.part())


def _part_writer(task: Task, place: int) -> PartWriter:
    assert task.rows is not None
    block, folder = task.blocks[place], task.rows.folder
    name = f"{task.number}-{place}"
    return PartWriter(
        as_written(task.parcels[block.program].program), block.replication, folder and folder / name
    )
