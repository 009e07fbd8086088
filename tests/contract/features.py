"""Tell which parts of the language a played model really met."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import pytest

from simulator.engine.reference import journey
from simulator.engine.reference.shelf import Shelf
from simulator.engine.reference.team import Team
from simulator.engine.tally import LEVELS, STOCK, UNITS
from simulator.laws.families import Family
from simulator.program.program import Program, Sight
from simulator.program.tables import BACK, Decision, Manner, ProductStock, Station
from simulator.spec.expressions import Op
from tests.contract.agreement import Played

__all__ = ["ALL", "Watch", "features"]

_TEAM: Final = Station._fields.index("team")

ALL: Final = frozenset(
    [
        *(f"left {Manner.NAMES[manner]}" for manner in range(Manner.SIDE_TRIP)),
        *("existing", "arrived", "referred", "referrals capped", "stopped", "open at the end"),
        *(f"units {kind}" for kind in UNITS),
        *("ordered", "received", "owed", "restocked", "partly sold", "woken", "gave up", "off sale"),
        *(
            "(s, S)",
            "(r, Q)",
            "base stock",
            "planned reviews",
            "cases",
            "on order at the start",
            "shelf empty",
        ),
        *("waited in a queue", "out of patience", "queue full", "nobody there"),
        *("side trip", "back from it", "led away", "side trip from a side trip", "rang while away"),
        *("refused a contact with consent", "own version of the map", "delayed on the way"),
        *("converted", "milestone", "session with an order", "refund", "cost"),
        *("at the same millisecond", "shares", "shares nothing", "warm-up", "dated odds"),
        *("came together", "shocked arrivals", "shocked odds or hazard", "shocked hazard"),
        *(f"law {family.name}" for family in Family),
        *(f"operation {op.name}" for op in Op),
        *(f"sees {root}" for root in Sight.ROOTS),
    ]
)


class Watch:
    """Counts in the reference engine what its tally does not tell apart."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seen: Counter[str] = Counter()
        wake, renege, give_up = Shelf.wake, Team.renege, journey._give_up

        def watched_wake(shelf: Shelf) -> Any:
            woken = wake(shelf)
            self.seen["woken"] += len(woken)
            return woken

        def watched_renege(team: Team, ticket: Any) -> None:
            self.seen["out of patience"] += ticket.waiting
            renege(team, ticket)

        def watched_give_up(ticket: Any) -> None:
            self.seen["gave up"] += ticket.waiting
            give_up(ticket)

        monkeypatch.setattr(Shelf, "wake", watched_wake)
        monkeypatch.setattr(Team, "renege", watched_renege)
        monkeypatch.setattr(journey, "_give_up", watched_give_up)


def features(program: Program, played: Played, watch: Watch) -> set[str]:
    """List what happened in a run."""
    found = {name for name, number in watch.seen.items() if number}
    watch.seen.clear()
    found.update(_of_structure(program), _of_visits(program, played), _of_counts(program, played))
    return found


def _of_structure(program: Program) -> Iterator[str]:
    structure = program.structure
    yield "shares" if program.shares else "shares nothing"
    yield from (f"law {Family(family).name}" for family in set(structure.laws[:, 0].tolist()))
    yield from (f"operation {Op(op).name}" for op in set(structure.code[:, 0].tolist()))
    sights = set(structure.cells[:, 0].tolist())
    yield from (f"sees {root}" for root, sight in Sight.ROOTS.items() if sight in sights)
    if len(structure.stations) > len(program.names.touchpoints):
        yield "own version of the map"
    if (structure.entries[:, 3] >= 0).any():
        yield "dated odds"
    if (structure.party_sizes > 1).any():
        yield "came together"
    if len(structure.shock_levels):
        yield "shocked odds or hazard"
    if len(structure.shock_days):
        yield "shocked arrivals"
    if any(law[0] >= Family.HAZARD and numbers[1] >= 0 for law, numbers in _laws(program)):
        yield "shocked hazard"
    if program.warm_up:
        yield "warm-up"
    yield from _of_shelves(program)
    if any(
        program.values.levels[first] == 0 for first, _ in structure.timelines[structure.teams[:, 0]].tolist()
    ):
        yield "nobody there"


def _of_shelves(program: Program) -> Iterator[str]:
    for row in program.structure.products.tolist():
        stock = ProductStock._make(row)
        if stock.limited and stock.order_up_to >= 0:
            yield "base stock" if stock.order_up_to == stock.reorder_point + 1 else "(s, S)"
        if stock.order_quantity >= 0:
            yield "(r, Q)"
        if stock.review:
            yield "planned reviews"
        if max(stock.min_order, stock.case_size) > 1:
            yield "cases"
        if stock.pipeline >= 0:
            yield "on order at the start"


def _laws(program: Program) -> Iterator[tuple[list[int], list[float]]]:
    laws = program.structure.laws.tolist(), program.values.law_parameters.tolist()
    yield from zip(*laws, strict=True)


def _of_visits(program: Program, played: Played) -> Iterator[str]:
    consent = program.names.attributes.index("consent")
    stations = [Station._make(row) for row in program.structure.stations.tolist()]
    ends = Counter((visit[6], visit[0]) for visit in played.visits)
    times = Counter(left for left, _ in ends)
    if any(number > 1 for number in times.values()):
        yield "at the same millisecond"
    backs = {(visit[0], visit[6]) for visit in played.visits if visit[8] == BACK}
    for before, after in zip(played.visits, played.visits[1:], strict=False):
        if before[0] == after[0] and 0 <= before[8] == after[2] and after[4] > before[6]:
            yield "delayed on the way"
    for visit in played.visits:
        subject, persona, touchpoint, _, _, waited, left, manner, target, asked, sold, _, cells = visit
        station = stations[program.structure.station_of[persona, touchpoint]]
        yield f"left {Manner.NAMES[manner]}"
        if waited:
            yield "waited in a queue"
        if manner == Manner.ABANDONED and not waited:
            yield "queue full"
        if asked > sold > 0:
            yield "partly sold"
        if target == BACK:
            yield "back from it"
        if manner == Manner.REFUSED and station.contact and station.only_if < 0 and cells[consent] >= 1:
            yield "refused a contact with consent"
        if manner == Manner.EMPTY and not station.each:
            yield "off sale"
        if station.decision == Decision.RACE and manner == Manner.DECIDED:
            clocks = program.structure.clocks[station.first_rule : station.last_rule].tolist()
            if any(clock[0] == target and clock[5] for clock in clocks):
                yield "led away"
            elif (subject, left) in backs:
                yield "rang while away"


def _of_counts(program: Program, played: Played) -> Iterator[str]:
    tally = played.tally
    assert tally is not None
    sums = {
        "referrals capped": tally["referrals_capped"],
        "stopped": tally["stopped"],
        "open at the end": tally["open"],
        "converted": tally["cohort"][:, 1],
        "milestone": tally["milestones"],
        "session with an order": tally["sessions"][:, 1],
        "refund": tally["refunds"],
        "cost": tally["costs"],
        **{f"units {kind}": tally["units"][:, :, number] for number, kind in enumerate(UNITS)},
        **{
            kind: tally["stock"][:, STOCK.index(kind)]
            for kind in ("ordered", "received", "owed", "restocked")
        },
        **dict(zip(("existing", "arrived", "referred"), tally["people"].T, strict=True)),
        "shelf empty": tally["levels"][:, LEVELS.index("out")],
    }
    yield from (name for name, numbers in sums.items() if numbers.sum())
    taken = tally["edges"].sum(axis=0)
    trips = [
        (edge, number) for edge, number in zip(program.structure.edges.tolist(), taken.tolist(), strict=True)
    ]
    goals = {edge[2] for edge, number in trips if edge[1] == Manner.SIDE_TRIP and number}
    if goals:
        yield "side trip"
    if any(edge[0] in goals and edge[1] == Manner.SIDE_TRIP and number for edge, number in trips):
        yield "side trip from a side trip"
