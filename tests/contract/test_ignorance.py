"""Drawn numbers on models of the whole language: as if written, and the same from both engines."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from simulator.errors import ModelError
from simulator.execution.ignorance import unsure_programs
from simulator.program.compile import compile_journey
from simulator.program.program import Values
from simulator.spec.document import Document
from simulator.spec.load import Journey, load_journeys
from simulator.spec.scenario import scenario_from
from tests.contract.agreement import agree, play_kernel, play_reference
from tests.contract.claims import claimed, nudged
from tests.contract.models import models
from tests.contract.test_agreement import KEYS, SLOW


def differing(one: Values, other: Values) -> list[str]:
    """Name the arrays that are not equal, entry by entry."""
    arrays = [(field.name, getattr(one, field.name), getattr(other, field.name)) for field in fields(one)]
    return [name for name, a, b in arrays if not np.array_equal(a, b, equal_nan=a.dtype.kind == "f")]


def journeys_of(model: dict[str, Any], seed: int) -> list[Journey]:
    """Load a model with evidence and, where its edits fit every persona, a what-if."""
    data = claimed(model, seed)
    base = Document(data, {}, "")
    nudge = nudged(data, seed)
    if nudge["changes"]:
        try:
            return load_journeys(base, [scenario_from(Document(nudge, {}, ""))])
        except ModelError:
            pass
    return load_journeys(base)


def hold(model: dict[str, Any], seed: int) -> None:
    """Draw into a model and its what-if, and hold that this is as if written, for both engines."""
    journeys = journeys_of(model, seed)
    for journey, unsure in zip(journeys, unsure_programs(journeys), strict=True):
        draw = unsure.ignorance.draw(seed, 3)
        drawn = unsure.at(seed, 3)
        written = compile_journey(unsure.unsure.written(journey, draw))
        assert differing(drawn.values, written.values) == []
        agree(drawn, play_reference(drawn, seed), play_kernel(drawn, seed))
        agree(written, play_reference(written, seed), play_kernel(drawn, seed))


@settings(max_examples=25, suppress_health_check=SLOW)
@given(models(60), KEYS)
def test_a_draw_is_as_if_written_and_both_engines_play_it(model, seed) -> None:
    """Arrays drawn into equal a journey compiled with the numbers in it; a lost place would show."""
    hold(model, seed)


@pytest.mark.long
@settings(max_examples=300, suppress_health_check=SLOW)
@given(models(100), KEYS)
def test_draws_are_as_if_written_on_many_models(model, seed) -> None:
    """The same on three hundred models."""
    hold(model, seed)
