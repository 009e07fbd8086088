from __future__ import annotations

from pathlib import Path

import networkx as nx
import pytest

from simulator.laws.law import Law
from simulator.program.compile import compile_journey
from simulator.program.graph import journey_graph, possible_graph
from simulator.program.shares import race_shares
from simulator.program.tables import Manner
from simulator.spec.load import load_journey
from simulator.spec.rows import Clock

EXAMPLE = Path(__file__).parent.parent / "spec" / "example.yaml"


@pytest.fixture(scope="module")
def example():
    """Load the journey that uses every word of the language."""
    return load_journey(EXAMPLE)


def test_nodes_are_touchpoints_and_outcomes(build) -> None:
    """Every touchpoint and outcome is a node that knows what it is."""
    graph = journey_graph(build())
    assert {name: data["kind"] for name, data in graph.nodes(data=True)} == {
        "home": "touchpoint",
        "shop": "touchpoint",
        "order": "touchpoint",
        "left": "outcome",
    }
    assert graph.nodes["order"]["goal"]
    assert not graph.nodes["home"]["goal"]
    assert graph.nodes["shop"]["stage"] == "early"


def test_every_way_a_customer_can_go_is_in_the_graph(example) -> None:
    """The graph of the full language has exactly the ways the engines count."""
    program = compile_journey(example)
    counted = {
        (program.names.target(source), Manner.NAMES[manner], program.names.target(target))
        for source, manner, target in program.structure.edges.tolist()
        if target >= 0
    }
    drawn = {
        (source, data["manner"], target)
        for source, target, data in journey_graph(example).edges(data=True)
        if not data["back"]
    }
    assert drawn - counted == set()
    # A side trip that does not come back is counted as a decision of the race as well.
    trips = {
        (source, "decided", target)
        for source, target, data in journey_graph(example).edges(data=True)
        if data["manner"] == "side_trip"
    }
    resumed = {edge for edge in counted - drawn if edge[1] == "resumed"}
    assert counted - drawn - trips == resumed


def test_rows_give_probabilities_that_sum_to_one(example) -> None:
    """Of each row that decides, the probabilities at the start sum to 1 for every persona."""
    for persona in example.model.personas:
        graph = journey_graph(example, persona)
        rows: dict[tuple[str, ...], float] = {}
        for source, _, data in graph.edges(data=True):
            if data["path"][0] == "touchpoints" and not data["path"][-1].startswith("back_in"):
                key = (source, data["manner"].replace("side_trip", "decided"), data["rule"])
                rows[key] = rows.get(key, 0.0) + data["probability"]
        waits = ("web_order", "stockout", "on_stockout")
        assert rows.pop(waits) == pytest.approx(0.6)  # the others wait for a delivery
        assert all(total == pytest.approx(1.0, abs=1e-9) for total in rows.values()), rows


def test_odds_and_utilities_are_read_at_the_start(example) -> None:
    """A probability that depends on the customer is the one at the first values, and says so."""
    edge = journey_graph(example, "tim").edges["cart", "web_order", ("decided", "else")]
    weight = 0.3 * (0.4 + 0.6)
    assert edge["probability"] == pytest.approx(weight / (weight + 0.7))
    assert not edge["constant"]
    assert journey_graph(example, "tim").edges["search", "home", ("decided", "else")]["constant"]


def test_conditions_are_told(example) -> None:
    """A rule's way carries the condition as written."""
    edge = journey_graph(example).edges["cart", "competitor", ("decided", "unhappy")]
    assert edge["condition"] == "satisfaction < 0.35 or waited_at.chat > 10 min"


def test_back_leads_to_the_race_it_came_from(example) -> None:
    """`back` of a side trip is an edge to the race, marked as such."""
    graph = journey_graph(example)
    assert graph.edges["reminder", "wishlist", ("decided", "else")]["back"]
    assert "back" not in graph


def test_union_keeps_what_personas_do_differently(build) -> None:
    """Where personas differ the union has no single probability, but each one's."""
    journey = build(
        personas__bob__changes={"touchpoints": {"shop": {"next": {"order": 0.9, "left": "rest"}}}}
    )
    edge = journey_graph(journey).edges["shop", "order", ("decided", "else")]
    assert edge["probability"] is None
    assert edge["probabilities"] == {"ann": 0.4, "bob": 0.9}
    own = journey_graph(journey).edges["shop", "home", ("decided", "else")]
    assert (own["personas"], own["probability"]) == (("ann",), 0.1)


def test_impossible_ways_are_marked(build) -> None:
    """A probability of 0 and a rule that never decides are ways nobody goes."""
    rules = {"never": {"if": "mood > 1", "then": {"left": 1}}, "else": {"order": 0, "home": 1}}
    journey = build(touchpoints__shop__next=rules)
    graph = possible_graph(journey_graph(journey))
    assert set(nx.descendants(graph, "shop")) == {"home", "left"}
    assert not graph.has_edge("shop", "order")
    assert not graph.has_edge("shop", "left")


def test_entrances_name_everybody_who_comes(example) -> None:
    """Arrivals, existing customers and referrals are entrances."""
    found = {(one.kind, one.persona, one.touchpoint) for one in journey_graph(example).graph["entrances"]}
    assert ("existing", "tim", "using_product") in found
    assert ("referred", "trudy", "friend") in found
    assert ("arrived", "trudy", "search") in found
    assert ("arrived", "trudy", "paid_ad") not in found


def test_race_of_exponential_clocks_is_won_in_proportion_to_the_rates() -> None:
    """P(first) of exponential clocks is rate over the sum of rates."""
    race = {name: Clock(after=Law.exponential(mean)) for name, mean in (("a", 1.0), ("b", 2.0), ("c", 4.0))}
    found = race_shares(race)
    assert found == {
        "a": pytest.approx(4 / 7, abs=2e-3),
        "b": pytest.approx(2 / 7, abs=2e-3),
        "c": pytest.approx(1 / 7, abs=2e-3),
    }


def test_race_of_fixed_clocks_goes_to_the_earliest_then_by_name() -> None:
    """Of fixed times the smallest wins; of equal ones the first by name; a chance splits."""
    race = {
        "b": Clock(after=Law.fixed(5.0)),
        "a": Clock(after=Law.fixed(5.0), p=0.25),
        "c": Clock(after=Law.fixed(9.0)),
    }
    assert race_shares(race) == {"b": pytest.approx(0.75), "a": pytest.approx(0.25), "c": 0.0}
