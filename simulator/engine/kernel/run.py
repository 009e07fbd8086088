"""Play one replication with the kernel: a fresh memory, the compiled play, the books."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from simulator.engine.available import available_memory, in_words
from simulator.engine.kernel import layout as at
from simulator.engine.kernel.memory import Memory, Room, size_of
from simulator.engine.kernel.play import play_days, play_shared
from simulator.engine.log import Log, Watch
from simulator.engine.shocks import shocked
from simulator.engine.slices import Slice, customers_of
from simulator.engine.stack import new_stack
from simulator.engine.tally import Tally
from simulator.errors import DrawError, RunError
from simulator.program.program import Program, Structure

__all__ = ["simulate"]

# Somebody who watches looks up after so many customers who share something: tens of milliseconds.
_STRETCH: Final = 10_000

# From so many bytes on, it is looked up before the memory grows whether there is as much.
_WORTH_A_LOOK: Final = 1 << 26

# What each kind of shortage asks for more of.
_GROWS: Final = {
    at.NO_PLACE: "places",
    at.NO_HEAP: "heap",
    at.NO_PURSE: "purses",
    at.NO_LOG: "log",
    at.NO_DEPTH: "depth",
    at.NO_ARRIVAL: "arrivals",
}

_WRONG: Final = {
    at.WRONG_WEIGHT: "{}, which is no weight or utility",
    at.WRONG_FACTOR: "{}, which is no factor",
    at.NOT_A_NUMBER: "{}, which is no value of an attribute",
}

# The memory of a structure before anything is played, with as much room as replications turned out to
# need; with and without a log.
_PROTOTYPES: Final[WeakKeyDictionary[Structure, dict[bool, Memory]]] = WeakKeyDictionary()


def simulate(
    program: Program,
    seed: int,
    replication: int,
    *,
    log: bool = False,
    room: Room | None = None,
    only: Slice | None = None,
    watch: Watch | None = None,
) -> tuple[Tally, Log]:
    """Play one replication, or a slice of it.

    Parameters
    ----------
    program : Program
        The compiled journey.
    seed, replication : int
        The key of every random number, 0 … 2**32 - 1 each.
    log : bool
        Keep a row for every visit and every customer.
    room : Room, optional
        How much memory to begin with; the results do not depend on it.
    only : Slice, optional
        Whom to play; of journeys that share something, everybody is played.
    watch : callable, optional
        Called as ``watch(share, log)`` after each stretch of the replication, with the share of it that is
        played and the rows logged since the last call. What it raises ends the play.

    Returns
    -------
    tally : Tally
        The same integers as the reference engine's.
    log : Log
        Every visit and customer, if asked for and not handed to `watch`.

    Raises
    ------
    DrawError
        If the model gives a negative or NaN weight, utility or attribute; the earliest such customer is
        named.
    """
    prototypes = _PROTOTYPES.setdefault(program.structure, {})
    met = shocked(program, seed, replication)
    if room is not None or log not in prototypes:
        prototypes[log] = Memory(program, _room(program, room, log))
    hand_on = None if watch is None else _Stream(watch)
    strict = False
    while True:
        memory = prototypes[log].fresh(met)
        trouble = _play(program, memory, seed, replication, strict, only, hand_on)
        if trouble in _GROWS:
            name, so_far = _GROWS[trouble], memory.room
            more = replace(so_far, **{name: 2 * getattr(so_far, name)})
            if memory.m.nbytes > _WORTH_A_LOOK:
                _refuse_too_much(program, more)
            prototypes[log] = Memory(program, more)
        elif trouble and not strict:
            strict = True  # played in any other order, the first to fail need not be the earliest
            if hand_on is not None:
                hand_on.keep_quiet()
        else:
            break
    if trouble:
        raise DrawError(_describe(program, memory, seed, replication))
    tally = Tally(memory.counts())
    tally.check()
    return tally, memory.take_log()


def _refuse_too_much(program: Program, room: Room) -> None:
    """End the run in words, before the system ends it without."""
    needed, available = 2 * size_of(program, room), available_memory()
    if available is not None and needed > available:
        raise RunError(
            f"{room.places // 2:,} customers and more are on their way at once, and need {in_words(needed)} "
            f"of memory; {in_words(available)} are available; lower the arrivals, or shorten the horizon"
        )


class _Stream:
    """Hands a log on in pieces; of a replication that is played again, what is new."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._seen = (0, 0)  # visits and customers of this attempt
        self._sent = (0, 0)
        self._quiet = False

    def keep_quiet(self) -> None:
        """Hand nothing on any more: the replication goes wrong, and is played to find out where."""
        self._quiet = True

    def begin(self) -> None:
        """Begin the replication, perhaps again."""
        self._seen = (0, 0)

    def __call__(self, share: float, log: Log) -> None:
        """Hand on what was not sent before."""
        (visits, ends), (sent_visits, sent_ends) = self._seen, self._sent
        self._seen = (visits + len(log.visits), ends + len(log.ends))
        if self._quiet:
            self._watch(0.0, log.after(len(log.visits), len(log.ends)))
            return
        new = log.after(max(0, sent_visits - visits), max(0, sent_ends - ends))
        self._sent = (max(sent_visits, self._seen[0]), max(sent_ends, self._seen[1]))
        self._watch(share, new)


def _room(program: Program, room: Room | None, log: bool) -> Room:
    """Give the room to begin with; only what is asked for is logged."""
    if room is None:
        known = len(program.structure.cases) if program.shares else 0  # they come in together
        room = Room(places=Room.places + known, heap=Room.heap + known)
    return replace(room, log=(room.log or 4096) if log else 0)


def _play(
    program: Program,
    memory: Memory,
    seed: int,
    replication: int,
    strict: bool,
    only: Slice | None,
    hand_on: _Stream | None,
) -> int:
    """Play in a fresh memory, all in the order of time or not; say what stopped it (0: nothing)."""
    m = memory.m
    m[at.SEED], m[at.REPLICATION] = seed, replication
    m[at.SHARED], m[at.STRICT] = program.shares or strict, strict
    stack = new_stack(_most_effects(program))
    if m[at.SHARED] == 1:
        play = _agenda(program, memory, stack)
        customers = program.customers
    else:
        only = only or Slice(0, program.days)
        play = _by_parts(only, memory, stack)
        customers = customers_of(program, only)
    if hand_on is not None:
        hand_on.begin()
    stretches = 1 if hand_on is None else max(1, round(customers / _STRETCH))
    for number in range(stretches):
        play(number, stretches)
        if m[at.TROUBLE] != at.NO_TROUBLE:
            break
        if hand_on is not None:
            hand_on((number + 1) / stretches, memory.take_log())
    return int(m[at.TROUBLE])


def _agenda(program: Program, memory: Memory, stack: NDArray[np.float64]) -> Callable[[int, int], None]:
    """Play the replication through the agenda, the stretches in order of time."""
    event, teams = np.zeros(at.EVENT, dtype=np.int64), len(program.names.teams)

    def play(number: int, stretches: int) -> None:
        first, last = (program.horizon * (number + side) // stretches for side in (0, 1))
        play_shared(memory.m, memory.f, stack, event, teams, first, last)

    return play


def _by_parts(only: Slice, memory: Memory, stack: NDArray[np.float64]) -> Callable[[int, int], None]:
    """Play customers one after another; a stretch is a part of those of every date."""

    def play(number: int, stretches: int) -> None:
        memory.m[at.PART], memory.m[at.PARTS] = only.part * stretches + number, only.parts * stretches
        play_days(memory.m, memory.f, stack, only.first_day, only.last_day)

    return play


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
