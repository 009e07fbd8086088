"""What must make no difference: how much memory there is, and which of two ways customers are played."""

from __future__ import annotations

import copy
from typing import Any
from unittest import mock

import numpy as np
from hypothesis import given, settings

from simulator.engine.kernel import run, simulate
from simulator.engine.kernel.memory import Room
from simulator.engine.log import Log
from simulator.engine.slices import Slice
from simulator.engine.tally import SHAPES
from tests.contract.agreement import Played, agree, play_kernel, program_of
from tests.contract.models import models
from tests.contract.test_agreement import SLOW

NARROW = Room(places=1, heap=1, purses=1, depth=1, log=1)
WIDE = Room(places=4_096, heap=20_000, purses=4_096, depth=16, log=20_000)


@settings(max_examples=10, suppress_health_check=SLOW)
@given(models(60))
def test_room_has_no_influence(model) -> None:
    """A memory that has to grow ten times over gives what one gives that was large enough."""
    program = program_of(model)
    narrow = play_kernel(program, room=NARROW)
    agree(program, narrow, play_kernel(program, room=WIDE))
    agree(program, narrow, play_kernel(program_of(model)))


@settings(max_examples=10, suppress_health_check=SLOW)
@given(models(100, sharing=False))
def test_journeys_played_alone_are_those_of_the_agenda(model) -> None:
    """Where nobody meets anybody, playing one after another gives what the agenda gives."""
    alone, together = program_of(model), program_of(model)
    assert not alone.shares
    together.__dict__["shares"] = True  # what is worked out once is kept here
    agree(alone, play_kernel(alone), play_kernel(together))


@settings(max_examples=10, suppress_health_check=SLOW)
@given(models(100, sharing=False))
def test_a_shelf_that_never_empties_changes_no_diary(model) -> None:
    """A stock nobody can exhaust leads through the agenda, and to the same visits and counts."""
    stocked = copy.deepcopy(model)
    baskets = [basket for one in model["touchpoints"].values() for basket in one.get("sells", {}).values()]
    stocked["inventory"] = {name: {"on_hand": 1_000_000} for basket in baskets for name in basket}
    _same_but(model, stocked, "stock", "levels")


@settings(max_examples=10, suppress_health_check=SLOW)
@given(models(100, sharing=False))
def test_a_team_with_a_server_for_everybody_changes_no_diary(model) -> None:
    """A team nobody waits for leads through the agenda, and to the same visits and counts."""
    served = copy.deepcopy(model)
    stays = {one["existing"]["at"] for one in model["personas"].values() if "existing" in one}
    served["teams"] = {"crowd": {"servers": 1_000_000}}
    for name, touchpoint in served["touchpoints"].items():
        if name not in stays:
            touchpoint["team"] = "crowd"
    _same_but(model, served, "joined")


def _same_but(model: dict[str, Any], other: dict[str, Any], *counts: str) -> None:
    """Assert that two models have the same visits, and the same counts except some."""
    one, two = (_played(each) for each in (model, other))
    assert one.visits == two.visits
    assert one.tally is not None
    assert two.tally is not None
    for name in SHAPES:
        assert name in counts or np.array_equal(one.tally[name], two.tally[name]), name


def _played(model: dict[str, Any]) -> Played:
    return play_kernel(program_of(model))


@settings(max_examples=10, suppress_health_check=SLOW)
@given(models(100, sharing=False))
def test_slices_add_up_to_the_replication(model) -> None:
    """Dates cut apart, and parts of their customers, leave the tally and the rows of the whole."""
    program = program_of(model)
    whole, log = simulate(program, 1, 0, log=True)
    middle = program.days // 2
    slices = [Slice(0, middle), *(Slice(middle, program.days, part, 3) for part in range(3))]
    played = [simulate(program, 1, 0, log=True, only=one) for one in slices]
    for name in SHAPES:
        assert np.array_equal(sum(tally[name] for tally, _ in played), whole[name]), name
    assert _sorted(np.concatenate([one.visits for _, one in played])) == _sorted(log.visits)
    assert _sorted(np.concatenate([one.ends for _, one in played])) == _sorted(log.ends)


@settings(max_examples=10, suppress_health_check=SLOW)
@given(models(100))
def test_a_log_handed_on_in_pieces_is_whole(model) -> None:
    """Whoever watches gets every row once, although too small a memory begins anew meanwhile."""
    program = program_of(model)
    pieces: list[Log] = []
    told: list[float] = []

    def watch(share: float, log: Log) -> None:
        told.append(share)
        pieces.append(log)

    with mock.patch.object(run, "_STRETCH", 10):
        _, rest = simulate(program, 1, 0, log=True, room=NARROW, watch=watch)
    _, log = simulate(program, 1, 0, log=True)
    assert told[-1] == 1.0
    assert len(rest.visits) == len(rest.ends) == 0
    assert len(told) >= max(1, round(program.customers / 10))
    assert _sorted(np.concatenate([one.visits for one in pieces])) == _sorted(log.visits)
    seen = np.concatenate([one.end_attributes for one in pieces])
    assert _sorted(seen) == _sorted(log.end_attributes)


def _sorted(rows: np.ndarray) -> list[list[int]]:
    return sorted(rows.tolist())
