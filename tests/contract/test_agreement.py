"""The contract: on every model the engines agree, visit by visit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.agreement import agree, play_kernel, play_reference, program_of
from tests.contract.models import broken_models, models

KEYS = st.integers(0, 2**32 - 1)
# A drawn model is large, and reading it takes time.
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


def hold(model: dict[str, Any], seed: int, replication: int) -> None:
    """Play a model with both engines and hold that they agree."""
    program = program_of(model)
    one = play_reference(program, seed, replication)
    agree(program, one, play_kernel(program, seed, replication))


@settings(max_examples=30, suppress_health_check=SLOW)
@given(models(200), KEYS, KEYS)
def test_the_engines_agree_visit_by_visit(model, seed, replication) -> None:
    """Customer, touchpoint, enter, wait, leave, manner, target, basket and attributes are the same."""
    hold(model, seed, replication)


@pytest.mark.long
@settings(max_examples=200, suppress_health_check=SLOW)
@given(models(1_000), KEYS, KEYS)
def test_the_engines_agree_visit_by_visit_on_many_models(model, seed, replication) -> None:
    """The same on two hundred models with about a thousand customers each."""
    hold(model, seed, replication)


@settings(max_examples=30, suppress_health_check=SLOW)
@given(broken_models(100), KEYS)
def test_the_engines_stop_at_the_same_customer(model, seed) -> None:
    """A weight, utility, factor or attribute that goes wrong stops both: same line, value, customer, time."""
    hold(model, seed, 0)


@pytest.mark.long
@settings(max_examples=200, suppress_health_check=SLOW)
@given(broken_models(300), KEYS)
def test_the_engines_stop_at_the_same_customer_of_many_models(model, seed) -> None:
    """The same on two hundred models that go wrong."""
    hold(model, seed, 0)
