"""Play one replication with the kernel: a fresh memory, the compiled play, the books."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np

from simulator.engine.kernel import layout as at
from simulator.engine.kernel.memory import Log, Memory, Room
from simulator.engine.kernel.play import play_days, play_shared
from simulator.engine.tally import Tally
from simulator.errors import DrawError
from simulator.program.program import Program, Structure
from simulator.spec.expressions import STACK_CELLS

__all__ = ["simulate"]

# What each kind of shortage asks for more of.
_GROWS: Final = {
    at.NO_PLACE: "places",
    at.NO_HEAP: "heap",
    at.NO_PURSE: "purses",
    at.NO_LOG: "log",
    at.NO_DEPTH: "depth",
}

_WRONG: Final = {
    at.WRONG_WEIGHT: "{}, which is no weight or utility",
    at.WRONG_FACTOR: "{}, which is no factor",
    at.NOT_A_NUMBER: "{}, which is no value of an attribute",
}

# The memory of a structure before anything is played, with as much room as replications turned out to
# need. With and without a log, through the agenda or not.
_PROTOTYPES: Final[WeakKeyDictionary[Structure, dict[tuple[bool, bool], Memory]]] = WeakKeyDictionary()


def simulate(
    program: Program, seed: int, replication: int, *, log: bool = False, room: Room | None = None
) -> tuple[Tally, Log]:
    """Play one replication.

    Parameters
    ----------
    program : Program
        The compiled journey.
    seed, replication : int
        The key of every random number, 0 … 2**32 - 1 each.
    log : bool
        Keep a row for every visit.
    room : Room, optional
        How much memory to begin with; the results do not depend on it.

    Returns
    -------
    tally : Tally
        The same integers as the reference engine's.
    log : Log
        Every visit, if asked for.

    Raises
    ------
    DrawError
        If the model gives a negative or NaN weight, utility or attribute; the earliest such customer is
        named.
    """
    prototypes = _PROTOTYPES.setdefault(program.structure, {})
    shared = program.shares
    if room is not None or (log, shared) not in prototypes:
        prototypes[log, shared] = Memory(program, _room(room, log), shared)
    while True:
        memory = prototypes[log, shared].fresh(program)
        trouble = _play(program, memory, seed, replication)
        if trouble in _GROWS:
            name, so_far = _GROWS[trouble], memory.room
            more = replace(so_far, **{name: 2 * getattr(so_far, name)})
            prototypes[log, shared] = Memory(program, more, shared)
        elif trouble and not shared:
            shared = True  # played one after another, the first to fail need not be the earliest
            prototypes[log, shared] = Memory(program, memory.room, shared)
        else:
            break
    if trouble:
        raise DrawError(_describe(program, memory, seed, replication))
    tally = Tally(memory.counts())
    tally.check()
    return tally, memory.log()


def _room(room: Room | None, log: bool) -> Room:
    """Give the room to begin with; only what is asked for is logged."""
    room = room or Room()
    return replace(room, log=(room.log or 4096) if log else 0)


def _play(program: Program, memory: Memory, seed: int, replication: int) -> int:
    """Play in a fresh memory; say what stopped it (0: nothing)."""
    m = memory.m
    m[at.SEED], m[at.REPLICATION] = seed, replication
    stack = np.zeros(STACK_CELLS + _most_effects(program))
    if m[at.SHARED] == 1:
        play_shared(m, memory.f, stack, np.zeros(at.EVENT, dtype=np.int64), len(program.names.teams))
    else:
        play_days(m, memory.f, stack, 0, program.days)
    return int(m[at.TROUBLE])


def _most_effects(program: Program) -> int:
    """How many attributes one `set` changes at most."""
    stations, personas = program.structure.stations, program.structure.personas
    spans = [
        (stations[:, at.ST_LAST_EFFECT] - stations[:, at.ST_FIRST_EFFECT]).max(initial=0),
        (personas[:, at.P_LAST_EFFECT] - personas[:, at.P_FIRST_EFFECT]).max(initial=0),
    ]
    return int(max(spans))


def _describe(program: Program, memory: Memory, seed: int, replication: int) -> str:
    """Say what stopped the run, where it was written and for whom."""
    m, names = memory.m, program.names
    who = (
        f"the {names.personas[int(m[at.TROUBLE_PERSONA])]} customer "
        f"{int(m[at.TROUBLE_WHO]) % (1 << 64):016x} "
        f"(seed {seed}, replication {replication}, at {int(m[at.NOW])} ms)"
    )
    kind, what = int(m[at.TROUBLE]), int(m[at.TROUBLE_WHAT])
    if kind == at.NOBODY_WINS:
        first, last = program.structure.rows[int(m[at.TROUBLE_ROW])][:2].tolist()
        targets = ", ".join(names.target(int(entry[0])) for entry in program.structure.entries[first:last])
        return f"all weights are 0 on a row to {targets}, for {who}"
    if kind == at.NOTHING_WINS:
        return f"all weights are 0 in the basket of {names.touchpoints[what]}, for {who}"
    path = program.expression_paths[what] if what >= 0 else "a dated odds"
    return f"{path} gives {_WRONG[kind].format(float(memory.f[m[at.WRONG]]))}, for {who}"
