"""What a map shows is what customers do."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from simulator.errors import InputError
from simulator.execution import play
from simulator.program.compile import compile_journey
from simulator.report.flows import counted_flows, expected_flows
from simulator.report.picture import ArrowKind, Picture, picture
from simulator.spec.document import read_document
from simulator.spec.load import Journey, journey_from_data, load_journey

from .conftest import small

EXAMPLE = Path(__file__).resolve().parent.parent / "spec" / "example.yaml"


def simulated(journey: Journey, replications: int = 1) -> Picture:
    """Draw from a simulation."""
    program = compile_journey(journey)
    tallies = play(program, 1, replications)
    names = ("edges", "entered", "visits", "feelings")
    counts = [np.sum([one[name].sum(axis=0) for one in tallies], axis=0) for name in names]
    return picture(journey, counted_flows(program, *counts, "counted"))


@pytest.fixture(scope="module")
def example() -> Picture:
    """Draw the model that has every word of the language, with fewer customers than it is written for."""
    document = read_document(EXAMPLE)
    document.data["personas"]["tim"]["arrivals"]["rate"] = "30 per day"
    document.data["personas"]["trudy"]["arrivals"]["rate"] = "15 per day"
    document.data["personas"]["tim"]["existing"]["count"] = 100
    del document.data["evidence"]
    return simulated(load_journey(document))


def flows(drawn: Picture) -> dict[tuple[str, str], float]:
    """List the flow of every arrow."""
    return {(one.source, one.target): one.flow for one in drawn.arrows}


def test_expected_flows_are_the_products_of_the_probabilities(shop: Journey) -> None:
    """Without a simulation an arrow's flow is the chance to go there, worked out by hand."""
    drawn = picture(shop, expected_flows(shop, None))
    assert flows(drawn) == pytest.approx(
        {
            ("website", "basket"): 0.3,
            ("website", "rival"): 0.075,
            ("website", "left"): 0.375,
            ("basket", "order"): 0.11,
            ("basket", "left"): 0.44,
            ("order", "left"): 0.11,
            ("rival", "lost"): 0.075,
        }
    )
    boxes = {box.name: box for box in drawn.boxes}
    assert (boxes["website"].enters, boxes["basket"].enters) == pytest.approx((0.75, 0.25))
    assert boxes["basket"].share == pytest.approx(0.55)
    assert (boxes["left"].share, boxes["lost"].share) == pytest.approx((0.925, 0.075))


def test_counted_flows_agree_with_the_expected_ones(shop: Journey) -> None:
    """A simulation counts what the probabilities say: within 4.89 standard errors.

    Would catch a flow divided by visits instead of customers, or an edge given to a wrong neighbour.
    """
    program = compile_journey(shop)
    people = sum(int(one["people"].sum()) for one in play(program, 1, 2))
    expected = flows(picture(shop, expected_flows(shop, None)))
    found = flows(simulated(shop, 2))
    assert found.keys() == expected.keys()
    for way, p in expected.items():
        assert abs(found[way] - p) <= 4.89 * (p * (1 - p) / people) ** 0.5


def test_nobody_is_lost_on_the_map(example: Picture) -> None:
    """On a map with every feature what leaves a place is at most what comes, and shares sum to 1."""
    drawn = example
    leaving: dict[str, float] = defaultdict(float)
    shares: dict[str, float] = defaultdict(float)
    for arrow in drawn.arrows:
        leaving[arrow.source] += arrow.flow
        shares[arrow.source] += arrow.share
    boxes = {box.name: box for box in drawn.boxes}
    assert list(shares.values()) == pytest.approx([1.0] * len(shares))
    for name in ("search", "home", "compare", "contact_form", "store"):  # no stay, so nobody is inside
        assert leaving[name] == pytest.approx(boxes[name].share, rel=0.01)
    assert sum(box.share for box in boxes.values() if box.outcome) == pytest.approx(1.0, rel=0.1)


def test_arrows_say_how_one_goes(example: Picture) -> None:
    """Detours and side trips are aside, refusals and lost patience turned, decisions plain ways."""
    kinds = {(one.source, one.target): one.kind for one in example.arrows}
    assert kinds["home", "product"] is ArrowKind.WAY
    assert kinds["product", "instagram"] is ArrowKind.ASIDE  # the detour `social`
    assert kinds["wishlist", "reminder"] is ArrowKind.ASIDE
    assert kinds["reminder", "wishlist"] is ArrowKind.ASIDE  # `back`
    assert kinds["chat", "contact_form"] is ArrowKind.TURNED  # closed


def test_a_persona_has_a_map_of_its_own() -> None:
    """Only the flows and the changed ways of the persona asked for are drawn."""
    data = small()
    data["personas"]["bert"] = {
        "arrivals": {"rate": "10 per day"},
        "enters": {"basket": 1},
        "changes": {"touchpoints": {"basket": {"next": {"lost": 1}}}},
    }
    journey = journey_from_data(data)
    drawn = picture(journey, expected_flows(journey, "bert"), "bert")
    assert flows(drawn) == {("basket", "lost"): pytest.approx(1.0)}
    assert drawn.subtitle.startswith("bert")
    both = flows(picture(journey, expected_flows(journey, None)))
    assert both["basket", "lost"] == pytest.approx(0.2)
    assert both["website", "rival"] == pytest.approx(0.06)


def test_a_loop_nobody_leaves_has_no_flows() -> None:
    """Where customers go round for ever at the values of the start, the map says so and what to do."""
    data = small(attributes={"mood": {"initial": 1}})
    data["touchpoints"]["basket"] = {
        "set": {"mood": "mood - 0.1"},
        "next": {"again": {"if": "mood > 0.5", "then": {"website": 1}}, "else": {"left": 1}},
    }
    data["touchpoints"]["website"]["next"] = {"basket": 1}
    data["touchpoints"]["order"] = {"next": {"left": 1}}
    data["personas"]["anna"]["enters"] = {"website": 0.9, "order": 0.1}
    data["touchpoints"]["rival"] = {"next": {"lost": 1}}
    journey = journey_from_data(data)
    with pytest.raises(InputError, match="--replications 2"):
        expected_flows(journey, None)
