"""The engines agree on customers of a log who are on their way when the simulation starts."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.program.compile import compile_journey
from simulator.program.program import Program
from simulator.spec.cases import OpenCases
from simulator.spec.load import Journey, journey_from_data
from tests.contract.agreement import agree, play_kernel, play_reference
from tests.contract.models import models

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
HOUR = 3_600_000


def cases_of(journey: Journey, number: int, seed: int) -> OpenCases:
    """Draw open cases: anywhere but on a side trip, some with an age no law allows."""
    rng, model = np.random.default_rng(seed), journey.model
    trips = {target for one in model.touchpoints.values() for target in one.race or {}}
    places = [name for name in model.touchpoints if name not in trips] or list(model.touchpoints)[:1]
    personas, touchpoints = tuple(model.personas), tuple(model.touchpoints)
    entered = -rng.integers(0, 60, number) * HOUR // rng.integers(1, 60, number)
    attributes = {}
    for name in model.attributes:
        values = rng.integers(-5, 50, number) * float(HOUR) if name in model.dates else rng.random(number)
        attributes[name] = np.where(rng.random(number) < 0.7, values, np.nan)
    past = [
        (case, place, int(rng.integers(1, 4)), int(entered[case] - rng.integers(0, 9) * HOUR))
        for case in range(number)
        for place in range(len(touchpoints))
        if rng.random() < 0.3
    ]
    return OpenCases(
        day=model.start,
        ids=tuple(f"case {one}" for one in range(number)),
        personas=personas,
        touchpoints=touchpoints,
        persona=rng.integers(0, len(personas), number),
        touchpoint=np.array([touchpoints.index(places[one % len(places)]) for one in range(number)]),
        entered=entered,
        arrived=entered - rng.integers(0, 9, number) * HOUR,
        orders=rng.integers(0, 3, number),
        attributes=attributes,
        past=np.array(past, dtype=np.int64).reshape(-1, 4),
    )


def program_with_cases(model: dict[str, Any], number: int, seed: int) -> Program:
    """Compile a model that starts from open cases."""
    journey = journey_from_data(model)
    return compile_journey(replace(journey, cases=cases_of(journey, number, seed)))


def hold(model: dict[str, Any], seed: int, number: int) -> None:
    """Play with both engines; they agree, and every open case is accounted for."""
    program = program_with_cases(model, number, seed)
    one = play_reference(program, seed)
    agree(program, one, play_kernel(program, seed))
    if one.tally is not None:
        assert one.tally["people"][:, 0].sum() == number


@settings(max_examples=30, suppress_health_check=SLOW)
@given(models(60), st.integers(0, 2**32 - 1))
def test_the_engines_agree_on_open_cases(model, seed) -> None:
    """In a stay, on the way, in a race, overdue, at a team: the same visits, and nobody is lost."""
    hold(model, seed, 60)


@pytest.mark.long
@settings(max_examples=200, suppress_health_check=SLOW)
@given(models(100), st.integers(0, 2**32 - 1))
def test_the_engines_agree_on_open_cases_of_many_models(model, seed) -> None:
    """The same on two hundred models."""
    hold(model, seed, 300)


def test_who_is_hardly_on_his_way_any_more_stands() -> None:
    """After 720 mean times the chance is a denormal number, and a race on it is won by nobody."""
    model: dict[str, Any] = {
        "start": "2026-01-05",
        "horizon": "3 days",
        "goal": ["b"],
        "outcomes": ["left"],
        "personas": {"tim": {}},
        "touchpoints": {
            "a": {"next": {"b": 0.5, "left": {"p": "rest", "after": {"exponential": {"mean": "1 min"}}}}},
            "b": {"next": {"left": 1}},
        },
    }
    journey = journey_from_data(model)
    number = 20
    cases = replace(
        cases_of(journey, number, 1),
        touchpoint=np.zeros(number, dtype=np.int64),
        entered=np.full(number, -12 * HOUR),
        arrived=np.full(number, -12 * HOUR),
        past=np.zeros((0, 4), dtype=np.int64),
    )
    program = compile_journey(replace(journey, cases=cases))
    one = play_reference(program)
    agree(program, one, play_kernel(program))
    assert one.tally is not None
    assert 0 < one.tally["visits"][0, 1] < number  # b, or out


def test_the_order_of_cases_in_a_log_changes_nothing() -> None:
    """A case is its id: rows of the log in another order are the same program, to the byte."""
    model: dict[str, Any] = {
        "start": "2026-01-05",
        "horizon": "3 days",
        "goal": ["a"],
        "outcomes": ["left"],
        "personas": {"tim": {}},
        "touchpoints": {
            "a": {"dwell": {"exponential": {"mean": "1 day"}}, "next": {"b": 0.5, "left": "rest"}},
            "b": {"dwell": "5 h", "next": {"left": 1}},
        },
    }
    journey = journey_from_data(model)
    cases = cases_of(journey, 50, 1)
    order = np.random.default_rng(2).permutation(50)
    rank = np.argsort(order)
    past = cases.past.copy()
    past[:, 0] = rank[past[:, 0]]
    turned = replace(
        cases,
        ids=tuple(cases.ids[one] for one in order),
        past=past[::-1],
        **{
            name: getattr(cases, name)[order]
            for name in ("persona", "touchpoint", "entered", "arrived", "orders")
        },
    )
    assert turned.day == datetime.date(2026, 1, 5)
    programs = [compile_journey(replace(journey, cases=one)) for one in (cases, turned)]
    assert programs[0].hash == programs[1].hash
