from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.program.compile import compile_journey
from simulator.program.program import Program
from simulator.spec.document import parse_document
from simulator.spec.load import journey_from_data, load_journey
from simulator.theory.journey_chain import JourneyChain, exact, is_memoryless

MINUTE = 60_000.0

REFERENCE = """
start: 2026-01-05
horizon: 26 weeks
goal: cart
personas:
  everybody: {arrivals: {rate: 10 per day}, enters: {ad: 1}}
touchpoints:
  ad: {next: {site: 0.55, social: 0.15, competitor: 0.05, drop: rest}}
  site: {next: {social: 0.20, cart: 0.35, competitor: 0.15, drop: rest}}
  social: {next: {site: 0.40, social: 0.10, competitor: 0.20, drop: rest}}
  cart: {next: {site: 0.10, social: 0.05, buy: 0.60, competitor: 0.15, drop: rest}}
outcomes: [buy, competitor, drop]
"""


def program_of(touchpoints: dict[str, Any], **more: Any) -> Program:
    """Compile a journey of one persona who enters at `a`."""
    data: dict[str, Any] = {
        "start": "2026-01-05",
        "horizon": "4 weeks",
        "goal": "a",
        "personas": {
            "tim": {"traits": {"care": 0.5}, "arrivals": {"rate": "10 per day"}, "enters": {"a": 1}}
        },
        "touchpoints": touchpoints,
        "outcomes": ["left", "lost"],
    }
    return compile_journey(journey_from_data(data | more))


def solved(touchpoints: dict[str, Any], **more: Any) -> JourneyChain:
    """Solve such a journey."""
    found = exact(program_of(touchpoints, **more))
    assert found is not None
    return found


def test_reference_case_is_reproduced() -> None:
    """The published absorbing chain, written as a model, gives its probabilities, steps and visits."""
    chain = exact(compile_journey(load_journey(parse_document(REFERENCE, ""))))
    assert chain is not None
    ends = chain.outcome_probabilities()
    assert [ends[name] for name in ("buy", "competitor", "drop")] == pytest.approx(
        [0.14913628, 0.26146833, 0.58939539], abs=1e-8
    )
    assert chain.steps().mean == pytest.approx(2.297024952, abs=1e-9)
    assert chain.steps().variance == pytest.approx(1.5632784073, abs=1e-9)
    assert chain.visits() == pytest.approx(
        {"ad": 1, "site": 0.710173, "social": 0.338292, "cart": 0.24856}, abs=1e-6
    )
    assert chain.reach("social") == pytest.approx(0.2739637306, abs=1e-10)
    assert chain.conversion() == pytest.approx(chain.reach("cart"), abs=1e-14)


@st.composite
def models(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
    """Draw a journey with loops: its matrices, and the same as a model."""
    n = draw(st.integers(1, 5))
    weights = np.array(
        draw(st.lists(st.lists(st.integers(0, 9), min_size=n + 2, max_size=n + 2), min_size=n, max_size=n))
    )
    weights[:, n] += 1  # every touchpoint may end
    rows = weights / weights.sum(axis=1, keepdims=True)
    names = [*"abcde"[:n], "left", "lost"]
    minutes = draw(st.lists(st.integers(0, 60), min_size=n, max_size=n))
    touchpoints = {
        names[i]: {
            "dwell": {"exponential": {"mean": f"{minutes[i]} min"}},
            "next": {
                name: {"p": float(p), "after": f"{k + 1} min"}
                for k, (name, p) in enumerate(zip(names, rows[i], strict=True))
            },
        }
        for i in range(n)
    }
    return rows, np.array(minutes, dtype=float), touchpoints


@given(models())
def test_random_journeys_agree_with_their_matrices(
    drawn: tuple[np.ndarray, np.ndarray, dict[str, Any]],
) -> None:
    """Outcomes, visits, steps and mean time are those of N = (I - Q)^-1, computed apart."""
    rows, minutes, touchpoints = drawn
    n = len(rows)
    chain = solved(touchpoints)
    visits = np.linalg.inv(np.eye(n) - rows[:, :n])[0]
    by_name = chain.visits()
    assert [by_name[name] for name in "abcde"[:n]] == pytest.approx(visits.tolist(), rel=1e-9, abs=1e-12)
    ends = chain.outcome_probabilities()
    assert [ends["left"], ends["lost"]] == pytest.approx((visits @ rows[:, n:]).tolist(), rel=1e-9, abs=1e-12)
    assert sum(ends.values()) == pytest.approx(1.0, abs=1e-12)
    assert chain.steps().mean == pytest.approx(visits.sum(), rel=1e-9)
    spent = visits @ (minutes + rows @ np.arange(1, n + 3))
    assert chain.time().mean == pytest.approx(spent * MINUTE, rel=1e-9)


@given(models())
def test_rows_of_the_chain_sum_to_one(drawn: tuple[np.ndarray, np.ndarray, dict[str, Any]]) -> None:
    """Nothing is lost between the model and the matrices."""
    chain = solved(drawn[2])
    sums = chain.chain.between.toarray().sum(axis=1) + chain.chain.out.sum(axis=1)
    assert sums.tolist() == pytest.approx([1.0] * len(sums), abs=1e-12)
    assert chain.start.sum() == pytest.approx(1.0, abs=1e-12)


def test_time_of_a_loop_has_the_moments_of_a_geometric_sum() -> None:
    """A stay repeated with chance q has mean m/(1-q) and variance v/(1-q) + m² q/(1-q)²."""
    q, mean, cv = 0.6, 10 * MINUTE, 0.5
    chain = solved(
        {"a": {"dwell": {"gamma": {"mean": "10 min", "cv": cv}}, "next": {"a": q, "left": "rest"}}}
    )
    variance = (cv * mean) ** 2
    assert chain.time().mean == pytest.approx(mean / (1 - q))
    assert chain.time().variance == pytest.approx(variance / (1 - q) + mean**2 * q / (1 - q) ** 2)


def test_odds_and_utilities_that_never_change_are_memoryless() -> None:
    """Traits, attributes nobody sets, and prices without events are constants of the chain."""
    more: dict[str, Any] = {
        "attributes": {"mood": {"initial": 2}},
        "products": {"boots": {"price": 100}},
    }
    row = {"next": {"b": {"p": 0.4, "odds": "persona.care * mood * price.boots / 50"}, "left": "rest"}}
    choice = {"choose": {"left": "mood", "lost": "1 + min(stock.boots, 0.5)"}}
    ends = solved({"a": row, "b": choice}, **more).outcome_probabilities()
    to_b = 0.4 * 2 / (0.6 + 0.4 * 2)
    lost = 1 / (1 + math.exp(2 - 1.5))
    assert ends["lost"] == pytest.approx(to_b * lost)


def test_rules_that_never_change_are_resolved() -> None:
    """The first rule that holds for the persona decides; the others are no part of the chain."""
    rules = {
        "no": {"if": "persona.care > 1", "then": {"lost": 1}},
        "yes": {"if": "persona.care == 0.5", "then": {"left": 0.3, "lost": "rest"}},
        "else": {"left": 1},
    }
    assert solved({"a": {"next": rules}}).outcome_probabilities()["lost"] == pytest.approx(0.7)


def test_an_order_without_a_unit_is_no_conversion() -> None:
    """A visit to the goal converts when something is in the basket; the next one may."""
    touchpoints = {
        "a": {
            "sells": {"each": {"boots": 0.5, "socks": 0.2}},
            "empty": {"a": 0.25, "left": "rest"},
            "next": {"a": 0.1, "left": "rest"},
        }
    }
    chain = solved(touchpoints, products={"boots": {"price": 100}, "socks": {"price": 5}})
    assert chain.conversion() == pytest.approx(0.6 / (1 - 0.4 * 0.25))
    visits = 1 / (1 - 0.4 * 0.25 - 0.6 * 0.1)
    assert chain.conversions() == pytest.approx(0.6 * visits)


def test_a_mix_of_personas_is_weighted_by_their_arrivals() -> None:
    """Without a persona the customer is one of all who arrive, each on his own map."""
    personas = {
        "ann": {"arrivals": {"rate": "10 per day"}, "enters": {"a": 1}},
        "bob": {
            "arrivals": {"rate": "30 per day", "weekday": {"mon-sun": 0.5}},
            "enters": {"a": 1},
            "changes": {"touchpoints": {"a": {"next": {"left": 1}}}},
        },
        "eve": {"enters": {"a": 1}},
    }
    program = program_of({"a": {"next": {"left": 0.2, "lost": "rest"}}}, personas=personas)
    whole, ann = exact(program), exact(program, 0)
    assert whole is not None
    assert ann is not None
    assert ann.outcome_probabilities()["lost"] == pytest.approx(0.8)
    assert whole.outcome_probabilities()["lost"] == pytest.approx(0.8 * 10 / 25)


PLAIN: dict[str, Any] = {"next": {"left": 1}}
TEAM = {"teams": {"desk": {"servers": 1}}}
SHOP = {"products": {"boots": {"price": 100}}}

MEMORIES: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "visits": (
        {"next": {"no": {"if": "visits.a > 1", "then": {"lost": 1}}, "else": {"left": 1}}},
        {},
        "remembers",
    ),
    "elapsed": ({"next": {"left": {"p": 0.5, "odds": "elapsed / 1 day"}, "lost": "rest"}}, {}, "remembers"),
    "an attribute that is set": (
        {"set": {"mood": "mood + 1"}, "choose": {"left": "mood", "lost": 0}},
        {"attributes": {"mood": {"initial": 0}}},
        "remembers",
    ),
    "an attribute that is drawn": (
        {"choose": {"left": "mood", "lost": 0}},
        {"attributes": {"mood": {"initial": {"normal": {"mean": 0, "sd": 1}}}}},
        "remembers",
    ),
    "a price with an event": (
        {"choose": {"left": "price.boots", "lost": 0}},
        SHOP | {"events": {"sale": {"from": "2026-01-10", "to": "2026-01-11", "price": {"boots": 1}}}},
        "remembers",
    ),
    "dated odds": (
        {"next": {"left": 0.5, "lost": 0.5}},
        {"events": {"sale": {"from": "2026-01-10", "to": "2026-01-11", "next": {"a.left": {"odds": 2}}}}},
        "an event changes its odds",
    ),
    "a team": ({"team": "desk"} | PLAIN, TEAM, "a team is shared"),
    "a race": ({"race": {"left": {"after": "1 day"}}}, {}, "a race"),
    "a gate": ({"only_if": "visits.a < 1", "otherwise": {"lost": 1}} | PLAIN, {}, "only_if is a gate"),
    "a message": (
        {"contact": True, "otherwise": {"lost": 1}} | PLAIN,
        {"attributes": {"consent": {"initial": 1}}},
        "remembers consent",
    ),
    "stock": (
        {"sells": {"one_of": {"boots": 1}}, "on_stockout": {"lost": 1}} | PLAIN,
        SHOP | {"inventory": {"boots": {"on_hand": 3}}},
        "the stock of boots is shared",
    ),
    "a launch": (
        {"sells": {"one_of": {"boots": 1}}, "empty": {"lost": 1}} | PLAIN,
        {"products": {"boots": {"price": 1, "sold": {"from": "2026-01-10"}}}},
        "boots is not sold all the time",
    ),
    "referrals": ({"refers": {"count": 1, "enters": {"a": 1}}} | PLAIN, {}, "brings new customers"),
}


@pytest.mark.parametrize("case", MEMORIES)
def test_whatever_remembers_or_shares_is_refused_with_its_reason(case: str) -> None:
    """A journey that is no Markov chain is not solved, and the reason names the touchpoint."""
    touchpoint, more, words = MEMORIES[case]
    program = program_of({"a": touchpoint}, **more)
    assert exact(program) is None
    memoryless, reasons = is_memoryless(program)
    assert not memoryless
    assert any(words in reason and "touchpoints.a" in reason for reason in reasons), reasons


def test_a_detour_is_refused() -> None:
    """A stop on the way remembers where the customer was bound."""
    program = program_of(
        {"a": {"stage": "early", "next": {"b": 0.5, "left": "rest"}}, "b": PLAIN, "c": PLAIN},
        stages=["early"],
        detours={"social": {"to": "c", "during": ["early"], "p": 0.1}},
    )
    assert is_memoryless(program)[0] is False


def test_what_nobody_can_come_to_does_not_matter() -> None:
    """A team at a touchpoint no customer reaches leaves the journey a chain."""
    assert is_memoryless(program_of({"a": PLAIN, "b": {"team": "desk"} | PLAIN}, **TEAM)) == (True, ())


def test_other_weights_on_the_same_structure_are_solved_anew() -> None:
    """The chain reads the program's values, so a learnt or swept weight is respected."""
    program = program_of({"a": {"next": {"left": 0.25, "lost": 0.75}}})
    weights = program.values.weights.copy()
    weights[weights == 0.25] = 0.75
    changed = exact(replace(program, values=replace(program.values, weights=weights)))
    assert changed is not None
    assert changed.outcome_probabilities() == pytest.approx({"left": 0.5, "lost": 0.5})
