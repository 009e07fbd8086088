"""Play a model with both engines and hold that they agree, visit by visit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulator.engine import kernel, reference
from simulator.engine.kernel.run import Room
from simulator.engine.tally import SHAPES, Tally
from simulator.errors import DrawError
from simulator.program.compile import compile_journey
from simulator.program.program import Program
from simulator.program.tables import Manner
from simulator.spec.load import journey_from_data

__all__ = ["Played", "agree", "play_kernel", "play_reference", "program_of"]


@dataclass(frozen=True)
class Played:
    """What one engine made of a program.

    Attributes
    ----------
    tally : Tally or None
        None where the run was stopped.
    visits : list of tuple
        Every visit, by customer, in the order they ended, those open at the end last: subject, persona,
        touchpoint, entry, entered, waited, left, manner, target, asked, sold, kind, attributes.
    ends : list of tuple
        Every customer: subject, persona, kind, generation, arrived, ended, outcome, steps, orders,
        converted, attributes.
    stopped : str
        Why the run was stopped, with the customer and the line; empty if it was not.
    """

    tally: Tally | None
    visits: list[tuple[Any, ...]]
    ends: list[tuple[Any, ...]]
    stopped: str


def program_of(model: Mapping[str, Any]) -> Program:
    """Compile a model given as plain data."""
    return compile_journey(journey_from_data(model))


def play_reference(program: Program, seed: int = 1, replication: int = 0) -> Played:
    """Play with the reference engine."""
    visits: list[tuple[Any, ...]] = []
    ends: list[tuple[Any, ...]] = []

    def see(customer: reference.Customer, visit: reference.Visit) -> None:
        when = (visit.entry, visit.entered, visit.waited, visit.left)
        what = (visit.manner, visit.target, visit.asked, visit.sold, customer.kind)
        visits.append((visit.subject, visit.persona, visit.touchpoint, *when, *what, visit.attributes))

    def see_end(customer: reference.Customer, outcome: int, time: int) -> None:
        who = (customer.subject, customer.persona, customer.kind, customer.generation, customer.arrived)
        what = (time, outcome, customer.steps, customer.orders, int(customer.converted))
        ends.append((*who, *what, tuple(customer.cells[: len(program.names.attributes)].tolist())))

    try:
        tally = reference.simulate(program, seed, replication, see, see_end)
    except DrawError as error:
        return Played(None, [], [], str(error))
    return Played(tally, _by_customer(visits), _by_customer(ends), "")


def play_kernel(program: Program, seed: int = 1, replication: int = 0, room: Room | None = None) -> Played:
    """Play with the kernel."""
    try:
        tally, log = kernel.simulate(program, seed, replication, log=True, room=room)
    except DrawError as error:
        return Played(None, [], [], str(error))
    visits = zip(log.visits.tolist(), log.visit_attributes.tolist(), strict=True)
    ends = zip(log.ends.tolist(), log.end_attributes.tolist(), strict=True)
    written = [[(*row, tuple(attributes)) for row, attributes in rows] for rows in (visits, ends)]
    return Played(tally, _by_customer(written[0]), _by_customer(written[1]), "")


def _by_customer(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=lambda row: row[0])


def agree(program: Program, one: Played, other: Played) -> None:
    """Assert that two engines agree; the first visit that differs is named before any sum."""
    assert one.stopped == other.stopped
    for mine, theirs in zip(one.visits, other.visits, strict=False):
        assert mine == theirs, f"\n{_shown(program, mine)}\n{_shown(program, theirs)}"
    assert len(one.visits) == len(other.visits)
    assert one.ends == other.ends
    if one.tally is None or other.tally is None:
        return
    for name in SHAPES:
        assert np.array_equal(one.tally[name], other.tally[name]), (name, one.tally[name], other.tally[name])
    assert one.tally.digest == other.tally.digest
    one.tally.check()
    other.tally.check()


def _shown(program: Program, visit: tuple[Any, ...]) -> str:
    """Write a visit with its names."""
    subject, persona, touchpoint, entry, entered, waited, left, manner, target, asked, sold, kind, cells = (
        visit
    )
    names = program.names
    return (
        f"{subject % 2**64:016x} ({names.personas[persona]}, kind {kind}) at {names.touchpoints[touchpoint]} "
        f"#{entry}: {entered} + {waited} .. {left} {Manner.NAMES[manner]} to {names.target(target)}, "
        f"asked {asked}, sold {sold}, {dict(zip(names.attributes, cells, strict=True))}"
    )
