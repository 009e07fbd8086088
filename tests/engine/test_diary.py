"""A diary is the visits of one customer, whoever else is there."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from simulator.engine.diary import Diary, arrivals, diaries, diary
from simulator.engine.reference import Customer, Visit, simulate
from simulator.program.compile import compile_journey
from simulator.program.program import Program
from simulator.program.tables import Manner
from simulator.spec.load import journey_from_data

SEED, REPLICATION = 7, 3


def model(**changes: Any) -> dict[str, Any]:
    """A shop with a race that reminds, a gate and a product; nobody meets anybody."""
    data: dict[str, Any] = {
        "start": "2026-01-05",
        "horizon": "4 weeks",
        "goal": ["order"],
        "products": {"boots": {"price": 129}, "socks": {"price": 12}},
        "attributes": {"satisfaction": {"initial": {"uniform": {"min": 0, "max": 1}}}},
        "personas": {
            "anna": {"arrivals": {"rate": "9 per day"}, "enters": {"home": 1}},
            "bert": {
                "arrivals": {"rate": "5 per day"},
                "enters": {"home": 0.5, "wishlist": "rest"},
                "existing": {"count": 6, "at": "home"},
            },
        },
        "touchpoints": {
            "home": {
                "dwell": {"exponential": {"mean": "5 min"}},
                "set": {"consent": {"chance": 0.6}},
                "next": {"wishlist": 0.5, "order": 0.3, "left": "rest"},
            },
            "wishlist": {
                "race": {
                    "order": {"after": {"exponential": {"mean": "9 days"}}, "p": 0.5},
                    "reminder": {"after": "3 days", "side_trip": True},
                    "left": {"after": "12 days"},
                },
            },
            "reminder": {
                "contact": True,
                "otherwise": {"back": 1},
                "next": {"order": 0.3, "left": 0.2, "back": "rest"},
            },
            "order": {
                "sells": {"each": {"boots": 0.6, "socks": {"p": 0.5, "units": {"poisson": 2}}}},
                "empty": {"left": 1},
                "next": {"left": 1},
            },
        },
        "outcomes": ["left"],
    }
    return data | changes


def with_team() -> dict[str, Any]:
    """The same shop with one clerk at the order, so that customers wait for each other."""
    data = model(teams={"till": {"servers": 1}})
    data["touchpoints"]["order"] |= {"team": "till", "dwell": {"exponential": {"mean": "90 min"}}}
    return data


def compiled(data: dict[str, Any]) -> Program:
    """Compile plain data."""
    return compile_journey(journey_from_data(data))


def visits_by_customer(program: Program) -> dict[int, list[Visit]]:
    """Watch a whole replication."""
    found: dict[int, list[Visit]] = defaultdict(list)

    def watch(customer: Customer, visit: Visit) -> None:
        found[customer.subject].append(visit)

    simulate(program, SEED, REPLICATION, watch)
    return {subject: sorted(one, key=lambda visit: visit.entered) for subject, one in found.items()}


@pytest.mark.parametrize("data", [model(), with_team()], ids=["alone", "team"])
def test_diaries_are_everybodys_visits(data: dict[str, Any]) -> None:
    """The diaries of a replication hold every visit that ended, each with its customer."""
    program = compiled(data)
    expected = visits_by_customer(program)
    found = diaries(program, SEED, REPLICATION)
    assert {one.subject: one.visits for one in found} == expected
    assert [one.arrived for one in found] == sorted(one.arrived for one in found)
    assert {one.kind for one in found} == {"existing", "arrived"}


@pytest.mark.parametrize("data", [model(), with_team()], ids=["alone", "team"])
def test_a_diary_is_the_same_alone_and_in_company(data: dict[str, Any]) -> None:
    """One customer's diary is what a run of everybody shows of him, by place in the line or address."""
    program = compiled(data)
    everybody = {one.subject: one for one in diaries(program, SEED, REPLICATION)}
    assert program.shares == ("teams" in data)
    line = [one for one in arrivals(program, SEED, REPLICATION) if one.subject in everybody]
    some = line[::40]
    assert len(some) > 5
    for who in some:
        assert diary(program, SEED, REPLICATION, who) == everybody[who.subject]
    existing = next(one for one in everybody.values() if one.kind == "existing")
    assert diary(program, SEED, REPLICATION, existing.subject) == existing
    assert diary(program, SEED, REPLICATION, some[1].subject) == everybody[some[1].subject]


def test_arrivals_are_those_who_arrive() -> None:
    """The line of arrivals has the customers of a run at their times, in order, and no other."""
    program = compiled(model())
    came = {one.subject: one.arrived for one in diaries(program, SEED, REPLICATION) if one.kind == "arrived"}
    line = list(arrivals(program, SEED, REPLICATION))
    times = {one.subject: one.time for one in line}
    assert came.items() <= times.items()
    assert len(came) > 0.9 * len(times)
    assert [one.time for one in line] == sorted(one.time for one in line)
    annas = list(arrivals(program, SEED, REPLICATION, program.names.personas.index("anna")))
    assert [one for one in line if one.persona == 0] == annas


def test_a_side_trip_that_leads_away_closes_the_race_too() -> None:
    """A journey that ends on a side trip has the visit of the race it left, although that closes last."""
    program = compiled(model())
    wishlist, reminder = (program.names.touchpoints.index(name) for name in ("wishlist", "reminder"))
    left = len(program.names.touchpoints)
    for who in arrivals(program, SEED, REPLICATION):
        found = diary(program, SEED, REPLICATION, who)
        assert found is not None
        last = found.visits[-1] if found.visits else None
        if last is not None and last.touchpoint == reminder and last.target == left:
            races = [visit for visit in found.visits if visit.touchpoint == wishlist]
            assert len(races) == 1
            assert races[0].left == last.left
            return
    pytest.fail("nobody left from the reminder, so this shows nothing")


def test_what_was_bought_adds_up() -> None:
    """The products of a page are the units of its visit, and only sales have any."""
    program = compiled(model())
    sold = [page for one in diaries(program, SEED, REPLICATION) for page in one.pages if page.visit.sold]
    assert len(sold) > 20
    assert all(sum(units for _, units in page.bought) == page.visit.sold for page in sold)
    assert {product for page in sold for product, _ in page.bought} == {0, 1}
    empty = [
        page
        for one in diaries(program, SEED, REPLICATION)
        for page in one.pages
        if page.visit.manner == Manner.EMPTY
    ]
    assert empty
    assert all(page.bought == () for page in empty)


def test_nobody_has_an_address_that_was_never_given() -> None:
    """An address nobody has gives no diary; a customer on his first visit has an empty one."""
    program = compiled(model())
    assert diary(program, SEED, REPLICATION, 42) is None
    still = next(
        who
        for who in arrivals(program, SEED, REPLICATION)
        if (found := diary(program, SEED, REPLICATION, who)) is not None and not found.pages
    )
    assert diary(program, SEED, REPLICATION, still) == Diary(
        still.subject, still.persona, "arrived", still.time, ()
    )
