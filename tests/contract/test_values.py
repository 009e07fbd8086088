"""Other values on one structure: what both engines make of them is what a compiled model would give."""

from __future__ import annotations

import copy
import time
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.engine import kernel
from simulator.program.program import Program, Values
from simulator.spec.document import read_document
from tests.contract.agreement import agree, play_kernel, play_reference, program_of
from tests.contract.models import models
from tests.contract.test_agreement import SLOW

SHOP = Path(__file__).resolve().parents[2] / "models" / "shop.yaml"


def drawn(program: Program, seed: int) -> Values:
    """Draw values near those of a program, in every array that has a number to move."""
    random, values = np.random.default_rng(seed), program.values
    changed: dict[str, Any] = {
        name: getattr(values, name) * random.uniform(0.5, 1.0, getattr(values, name).shape)
        for name in ("weights", "clock_chances", "line_chances", "detour_chances", "day_means", "traits")
    }
    changed["clock_chances"][values.clock_chances == 1.0] = 1.0  # a race keeps its sure clock
    changed["costs"] = values.costs + random.integers(0, 9, values.costs.shape)
    changed["fees"] = values.fees + random.integers(0, 9, values.fees.shape)
    return replace(values, **changed)


@settings(max_examples=15, suppress_health_check=SLOW)
@given(models(100), st.integers(0, 2**32 - 1))
def test_the_engines_agree_on_changed_values(model, seed) -> None:
    """Values may differ by replication: both engines play them, in any order, as if compiled so."""
    program = program_of(model)
    changed = program.with_values(drawn(program, seed))
    first = play_kernel(program)
    agree(changed, play_reference(changed), play_kernel(changed))
    agree(program, first, play_kernel(program))


def shop() -> dict[str, Any]:
    """Give the shipped shop with few customers."""
    data = copy.deepcopy(dict(read_document(SHOP).data))
    for persona in data["personas"].values():
        persona["arrivals"]["rate"] = "6 per day"
    return data


def edited(data: dict[str, Any]) -> dict[str, Any]:
    """Change some numbers of the shop, and nothing about who leads where."""
    other = copy.deepcopy(data)
    other["personas"]["tim"]["arrivals"]["rate"] = "5 per day"
    other["personas"]["tim"]["traits"]["price_sensitivity"] = 0.45
    other["touchpoints"]["search"]["cost"] = 0.41
    other["touchpoints"]["home"]["next"] = {
        name: 0.9 * p if isinstance(p, float) else p
        for name, p in data["touchpoints"]["home"]["next"].items()
    }
    other["teams"]["support"]["servers"] = data["teams"]["support"]["servers"] + 1
    return other


def test_changed_values_are_the_changed_model() -> None:
    """The shop with other numbers laid over its structure is the shop compiled with these numbers."""
    data = shop()
    program, other = program_of(data), program_of(edited(data))
    laid = program.with_values(other.values)
    assert laid.hash == other.hash != program.hash
    digests = {kernel.simulate(one, 1, 0)[0].digest for one in (laid, other)}
    assert len(digests) == 1
    assert digests != {kernel.simulate(program, 1, 0)[0].digest}
    assert digests == {play_reference(laid).tally.digest}  # type: ignore[union-attr]


def test_values_of_another_shape_are_refused() -> None:
    """A structure takes arrays of its own shapes and types only, and says which one differs."""
    program = program_of(shop())
    with pytest.raises(ValueError, match="weights is float64"):
        program.with_values(replace(program.values, weights=program.values.weights[1:]))
    with pytest.raises(ValueError, match="costs is float64"):
        program.with_values(replace(program.values, costs=program.values.costs * 1.0))
    assert {field.name for field in fields(Values)} >= {"weights", "costs", "initials"}


def test_another_draw_costs_a_copy() -> None:
    """New values cost far less than laying a structure out, which names every day's customers."""
    from simulator.engine.kernel.memory import Memory, Room

    program = program_of(shop())
    laid = time.perf_counter()
    prototype = Memory(program, Room())
    laid = time.perf_counter() - laid
    taken = []
    for seed in range(20):
        changed = program.with_values(drawn(program, seed))
        began = time.perf_counter()
        prototype.fresh(changed)
        taken.append(time.perf_counter() - began)
    assert min(taken) < laid / 4
    print(f"values in {min(taken) * 1e6:.0f} µs, structure in {laid * 1e3:.1f} ms")
