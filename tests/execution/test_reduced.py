from __future__ import annotations

from typing import Any

import pytest

from simulator import limits
from simulator.engine.tally import Tally
from simulator.execution import StoppedRun, play
from simulator.execution.reduced import batch_size, play_reduced
from simulator.program.compile import compile_journey
from simulator.program.program import Program
from simulator.spec.load import journey_from_data


@pytest.fixture(scope="module")
def program() -> Program:
    """Compile a short journey."""
    return compile_journey(
        journey_from_data(
            {
                "start": "2026-01-05",
                "horizon": "3 days",
                "goal": "order",
                "personas": {"anna": {"arrivals": {"rate": "5 per day"}, "enters": {"order": 1}}},
                "touchpoints": {"order": {"next": {"left": 1}}},
                "outcomes": ["left"],
            }
        )
    )


def digest(tally: Tally) -> str:
    """Keep the digest."""
    return tally.digest


@pytest.mark.parametrize("room", [1, 5_000, 1 << 28])
def test_batches_change_nothing(program: Program, room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few tallies are held at a time, every replication is kept once and in order."""
    monkeypatch.setattr(limits, "TALLY_BYTES", room)
    told: list[tuple[int, int]] = []
    kept = list(play_reduced(program, 1, 7, digest, progress=lambda *one: told.append(one)))
    assert kept == [tally.digest for tally in play(program, 1, 7)]
    assert told == sorted(told)
    assert told[-1][0] <= told[-1][1]


def test_no_more_than_fit_are_held(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch has as many tallies as fit in the limit, and at least one."""
    bytes_of_one = sum(array.nbytes for array in play(program, 1, 1)[0].counts.values())
    monkeypatch.setattr(limits, "TALLY_BYTES", 3 * bytes_of_one + 1)
    assert batch_size(program) == 3
    monkeypatch.setattr(limits, "TALLY_BYTES", 1)
    assert batch_size(program) == 1


def test_numbers_may_be_named(program: Program) -> None:
    """The replications may be named, in any order."""
    numbers = [4, 1 << 24, 2]
    kept = list(play_reduced(program, 1, numbers, digest))
    assert kept == [tally.digest for tally in play(program, 1, numbers)]


def test_what_is_complete_is_kept(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an interrupt what was complete is yielded, then the interrupt is told."""
    complete = play(program, 1, 2)

    def stopped(*_: Any) -> None:
        raise StoppedRun([complete])

    monkeypatch.setattr("simulator.execution.reduced.play_all", stopped)
    kept = play_reduced(program, 1, 7, digest)
    assert [next(kept), next(kept)] == [tally.digest for tally in complete]
    with pytest.raises(StoppedRun):
        next(kept)
