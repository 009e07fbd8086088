"""How much memory a run will take, before it is begun.

Customers who share nothing are played one after another in the same place. Where they share teams or
stock, everybody who is on his way at once is in memory; how many that are is found out by playing a small
crowd of the same journey. Every replication leaves a tally, and all are held until the end.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from simulator.engine.available import available_memory, in_words
from simulator.engine.log import END_FIELDS, Log
from simulator.engine.tally import SHAPES, shape_of
from simulator.errors import InputError, Problem
from simulator.execution.engines import EngineName, engine
from simulator.program.program import Program
from simulator.program.tables import PersonaStart

__all__ = ["Need", "memory_needed", "refuse_too_many"]

# Everybody of a crowd is played with every row; so many take a fraction of a second.
_CROWD: Final = 20_000
# An array of a tally has this much beside its numbers.
_ARRAY: Final = 150
# A result stacks the counts it reads beside the tallies.
_COPIES_OF_TALLIES: Final = 2
# While the memory of a replication grows there are the one it had and what that was copied from, half as
# large each, the pieces of the new one, the new one, and soon its copy: measured, within a quarter.
_COPIES_WHILE_GROWING: Final = 4
# A customer of the reference engine: a process, its steps, what he carries.
_REFERENCE_CUSTOMER: Final = 4_500


@dataclass(frozen=True)
class Need:
    """What a run will take.

    Attributes
    ----------
    tallies : float
        Bytes of all results.
    playing : float
        Bytes of what is played at once, by all workers.
    at_once : float
        Customers of a replication who are on their way at the same time, at most; 0 where nobody shares
        anything.
    """

    tallies: float
    playing: float
    at_once: float

    @property
    def bytes(self) -> float:
        """All of it."""
        return self.tallies + self.playing


def memory_needed(programs: Sequence[Program], replications: int, workers: int, by: EngineName) -> Need:
    """Estimate what a run will take beside the program itself.

    Parameters
    ----------
    programs : sequence of Program
    replications : int
    workers : int
        How many play at once here; 0 if others play.
    by : str
        The engine.
    """
    tallies = _COPIES_OF_TALLIES * replications * sum(_tally_bytes(program) for program in programs)
    at_once = max(_at_once(program) if program.shares else 0.0 for program in programs)
    playing = max(_playing(program, by) for program in programs)
    return Need(tallies, min(workers, replications * len(programs)) * playing, at_once)


def refuse_too_many(programs: Sequence[Program], replications: int, workers: int, by: EngineName) -> None:
    """Refuse a run that will not fit.

    Raises
    ------
    InputError
        With what it needs, what there is, and what to do.
    """
    available = available_memory()
    if available is None or _at_most(programs, replications, workers) < available:
        return
    need = memory_needed(programs, replications, workers, by)
    if need.bytes < available:
        return
    there = f"{in_words(available)} are available"
    if need.tallies > available:
        each = need.tallies / replications
        message = f"the results of {replications:,} replications need about {in_words(need.tallies)}; {there}"
        fix = f"ask for at most {max(1, math.floor(available / each)):,} --replications"
    else:
        customers = max(program.customers for program in programs)
        message = (
            f"this run needs about {in_words(need.bytes)}: {customers:,.0f} customers a replication share "
            f"teams or stock, and up to {need.at_once:,.0f} of them are on their way at once; {there}"
        )
        fix = _fewer(need, workers, available)
    raise InputError([Problem(message, fix=fix)])


def _fewer(need: Need, workers: int, available: float) -> str:
    """Say what would fit."""
    fits = math.floor((available - need.tallies) / (need.playing / max(1, workers)))
    if fits >= 1:
        return f"use at most --workers {fits}"
    share = (available - need.tallies) / (need.playing / max(1, workers))
    return f"play with --workers 1 and lower the arrivals to {share:.0%}, or shorten the horizon"


def _at_most(programs: Sequence[Program], replications: int, workers: int) -> float:
    """Give twice what is needed if nobody ever leaves: if there is as much, no crowd need be played."""
    tallies = _COPIES_OF_TALLIES * replications * sum(_tally_bytes(program) for program in programs)
    sharing = [program for program in programs if program.shares]
    playing = max((_playing_all(program) for program in sharing), default=0.0)
    return 2 * (tallies + workers * playing)


def _playing_all(program: Program) -> float:
    kernel = _COPIES_WHILE_GROWING * _kernel_bytes(program, program.customers)
    return max(kernel, _REFERENCE_CUSTOMER * program.customers)


def _tally_bytes(program: Program) -> int:
    return sum(_ARRAY + 8 * math.prod(shape_of(program, axes)) for axes in SHAPES.values())


def _playing(program: Program, by: EngineName) -> float:
    """Give the bytes one worker takes while it plays."""
    at_once = _at_once(program) if program.shares else 0.0
    if by == "reference":
        return _REFERENCE_CUSTOMER * at_once
    return _COPIES_WHILE_GROWING * _kernel_bytes(program, at_once)


def _kernel_bytes(program: Program, at_once: float) -> float:
    """Give the size of the kernel's memory with a place, and an event, for so many customers at once."""
    from simulator.engine.kernel.memory import Room, size_of

    start = Room()
    busiest = float(program.values.day_means.sum(axis=0).max(initial=0.0)) if program.shares else 0.0
    wanted = {"places": at_once, "heap": at_once, "purses": at_once, "arrivals": busiest}
    rooms = {name: _doubled(getattr(start, name), many) for name, many in wanted.items()}
    return size_of(program, replace(start, **rooms))


def _doubled(room: int, wanted: float) -> int:
    """Double a room until it is as large as wanted, as the kernel does."""
    return int(room * 2 ** max(0, math.ceil(math.log2(max(1.0, wanted) / room))))


def _at_once(program: Program) -> float:
    """Estimate how many customers of a replication are on their way at the same time, at most."""
    share = min(1.0, _CROWD / max(1.0, program.customers))
    logs: list[Log] = []
    engine("kernel")(_thinned(program, share), 1, 0, None, lambda _, log: logs.append(log), True)
    ends = np.concatenate([log.ends for log in logs])
    arrived, ended = (ends[:, END_FIELDS.index(name)] for name in ("arrived", "ended"))
    times = np.concatenate([arrived, ended])
    steps = np.concatenate([np.ones(len(arrived), dtype=np.int64), -np.ones(len(ended), dtype=np.int64)])
    present = np.cumsum(steps[np.lexsort((-steps, times))])
    return float(present.max(initial=0)) / share


def _thinned(program: Program, share: float) -> Program:
    """Give the same journey with fewer customers."""
    values = replace(program.values, day_means=program.values.day_means * share)
    personas = program.structure.personas.copy()
    existing = PersonaStart._fields.index("existing")
    personas[:, existing] = np.round(personas[:, existing] * share)
    return replace(program, values=values, structure=replace(program.structure, personas=personas))
