from __future__ import annotations

import pytest

from simulator.program.compile import compile_journey
from simulator.program.flow import flow_of
from simulator.theory.journey_chain import exact


def test_flow_of_a_journey_without_memory_is_its_chain(build) -> None:
    """Where nothing depends on the customer, flow and exact chain are the same."""
    journey = build()
    program = compile_journey(journey)
    for number, persona in enumerate(program.names.personas):
        chain, flow = exact(program, number), flow_of(journey, persona)
        assert flow.visits == pytest.approx(chain.visits(), rel=1e-12)
        enters = {"ann": {"home": 1.0}, "bob": {"home": 0.5, "shop": 0.5}}[persona]
        reached = sum(p * flow.reach[target] for target, p in enters.items())
        assert reached == pytest.approx(chain.conversion(), rel=1e-12)
        assert flow.steps == pytest.approx(chain.steps().mean, rel=1e-12)


def test_a_race_goes_on_after_a_side_trip(build) -> None:
    """`back` continues the race without the clock that has rung: no second visit is counted."""
    journey = build(
        touchpoints__home__next={"list": 1},
        touchpoints__list={
            "race": {
                "mail": {"after": "1 day", "side_trip": True},
                "shop": {"after": "2 days"},
                "left": {"after": "3 days"},
            }
        },
        touchpoints__mail={"next": {"order": 0.3, "back": "rest"}},
        touchpoints__shop__next={"order": 0.5, "left": "rest"},
    )
    flow = flow_of(journey, "ann")
    assert flow.visits == pytest.approx({"home": 1, "list": 1, "mail": 1, "shop": 0.7, "order": 0.65})
    assert flow.reach["list"] == pytest.approx(0.65)


def test_an_empty_basket_goes_its_own_way(build) -> None:
    """The share of customers whose basket stays empty is led on by `empty`."""
    journey = build(
        products={"boots": {"price": 100}, "socks": {"price": 5}},
        touchpoints__order__sells={"each": {"boots": 0.5, "socks": 0.2}},
        touchpoints__order__empty={"home": 1},
    )
    fork = flow_of(journey, "ann").forks["order"]
    assert fork == pytest.approx({"home": 0.4, "left": 0.6})


def test_a_loop_without_a_way_out_at_the_start_has_no_flow(build) -> None:
    """Where at the first values nobody leaves, there is no flow rather than a wrong one."""
    rules = {"out": {"if": "visits.shop > 2", "then": {"left": 1}}, "else": {"shop": 1}}
    assert flow_of(build(touchpoints__shop__next=rules), "ann") is None


def test_reproduction_counts_customers_of_the_same_persona(build) -> None:
    """Of those referred, only the share of the same persona multiplies it."""
    refers = {"count": {"poisson": 0.8}, "enters": {"order": 1}, "personas": {"ann": 0.25, "bob": "rest"}}
    journey = build(touchpoints__order__refers=refers)
    assert flow_of(journey, "ann").reproduction == pytest.approx(0.2)
    assert flow_of(journey, "bob").reproduction == pytest.approx(0.6)
