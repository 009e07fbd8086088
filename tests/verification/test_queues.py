from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from simulator.engine.tally import Tally
from simulator.execution.engines import EngineName
from simulator.program.program import Program
from simulator.theory.queues import erlang_a, md1, mm1, mmc, mmc_wait_exceeds, mmck
from tests.verification.conftest import MINUTE, SEED, assert_t, play, play_by, program_of

# One team, service of a minute on average; the unit of time of every closed form here is a minute.
DESK = """
start: 2026-01-05
horizon: {horizon}
warm_up: {warm_up}
follow_up: 1 hour
goal: [desk]
teams: {{clerks: {{servers: {servers}}}}}
personas:
  all: {{arrivals: {{rate: {rate} per day}}, enters: {{desk: 1}}}}
touchpoints:
  desk:
    team: clerks
    dwell: {service}
    {patience}
    next:
      late: {{if: waited > 1 min, then: {{late: 1}}}}
      else: {{in_time: 1}}
outcomes: [late, in_time, gave_up]
"""
REPLICATIONS = 30
RANDOM = "{exponential: {mean: 1 min}}"


class Observed:
    """What replications of one desk say, one number each; flows count from the warm-up on."""

    def __init__(self, program: Program, tallies: list[Tally]) -> None:
        self.minutes = (program.horizon - program.warm_up) / MINUTE
        desk = (
            [tally[name].sum() for tally in tallies] for name in ("joined", "delayed", "wait_ms", "abandoned")
        )
        self.joined, self.delayed, wait, self.abandoned = (np.array(one, dtype=np.float64) for one in desk)
        self.wait = wait / self.joined / MINUTE
        self.length = wait / MINUTE / self.minutes
        self.late = np.array([_way(program, tally, "late") for tally in tallies]) / self.joined


def _way(program: Program, tally: Tally, outcome: str) -> int:
    """Count who went from the desk to an outcome, after the warm-up."""
    target = len(program.names.touchpoints) + program.names.outcomes.index(outcome)
    edges = program.structure.edges[:, 2] == target
    return int(tally["edges"][:, edges].sum())


def observe(
    by: EngineName,
    number: int,
    per_minute: float,
    servers: int,
    days: float,
    service: str = RANDOM,
    patience: str | None = None,
) -> Observed:
    """Play 30 replications of a desk; the first six hours of each are its warm-up.

    The desks have the same customers' names, so each has a seed of its own, or a rush would be in all.
    """
    patient = "" if patience is None else f"patience: {patience}\n    on_abandon: {{gave_up: 1}}"
    text = DESK.format(
        horizon=f"{days + 0.25} days",
        warm_up="6 hours",
        servers=servers,
        rate=per_minute * 1_440,
        service=service,
        patience=patient,
    )
    program = program_of(text)
    return Observed(program, play_by(by, program, SEED + number, REPLICATIONS))


def judge(seen: Mapping[str, tuple[NDArray[np.float64], float]], half_width: float) -> None:
    """Judge each observed figure against its closed form."""
    for what, (estimates, expected) in seen.items():
        assert_t(estimates, expected, half_width, what)


# (engine, days a replication, half-width of the interval at alpha 1e-6): the kernel has the days for 2 %.
@pytest.mark.parametrize(("by", "days", "width"), [("reference", 9, 0.10), ("kernel", 250, 0.02)])
def test_one_server_random_service(by: EngineName, days: float, width: float) -> None:
    """M/M/1 at 70 % load: customers wait 2.333333 service times, and 70 % of them wait at all."""
    # False alarm 3e-6. Catches: a queue served last come first (its tail), a server freed twice,
    # dwell mean taken for its rate.
    theory = mm1(0.7, 1.0)
    assert theory.wait == pytest.approx(2.333333, abs=5e-7)
    seen = observe(by, 1, 0.7, 1, days)
    late = 0.7 * np.exp(-0.3)
    judge(
        {
            "wait": (seen.wait, theory.wait),
            "delayed": (seen.delayed / seen.joined, theory.delayed),
            "P(wait > 1)": (seen.late, late),
        },
        width,
    )


@pytest.mark.parametrize(("by", "days", "width"), [("reference", 5.5, 0.10), ("kernel", 170, 0.02)])
def test_one_server_constant_service(by: EngineName, days: float, width: float) -> None:
    """M/D/1 at 70 % load: half the wait of random service, 1.166667 (Pollaczek-Khinchine)."""
    # False alarm 2e-6. Catches: a fixed dwell drawn at random, the residual of a service counted as a wait.
    theory = md1(0.7, 1.0)
    assert theory.wait == pytest.approx(1.166667, abs=5e-7)
    seen = observe(by, 2, 0.7, 1, days, service="1 min")
    judge({"wait": (seen.wait, theory.wait), "delayed": (seen.delayed / seen.joined, theory.delayed)}, width)


@pytest.mark.parametrize(("by", "days", "width"), [("reference", 6.5, 0.10), ("kernel", 220, 0.02)])
def test_three_servers(by: EngineName, days: float, width: float) -> None:
    """M/M/3 at 2 a minute: Erlang C 0.444444, Wq 0.444444, Lq 0.888889, P(Wq > 1) 0.163502."""
    # False alarm 4e-6. Catches: a fourth server, waits of those who need not wait left out of the mean.
    theory = mmc(2.0, 1.0, 3)
    late = mmc_wait_exceeds(2.0, 1.0, 3, 1.0)
    np.testing.assert_allclose(
        [theory.delayed, theory.wait, theory.length, late],
        [0.444444, 0.444444, 0.888889, 0.163502],
        atol=5e-7,
    )
    seen = observe(by, 3, 2.0, 3, days)
    judge(
        {
            "P(wait)": (seen.delayed / seen.joined, theory.delayed),
            "wait": (seen.wait, theory.wait),
            "length": (seen.length, theory.length),
            "P(wait > 1)": (seen.late, late),
        },
        width,
    )


ONE, TWO = (0.284956, 0.512921, 0.356461), (0.292527, 1.404128, 0.233413)
IMPATIENT = [
    pytest.param("reference", 0.9, 1, ONE, 1.3, 0.10, id="reference, one server"),
    pytest.param("reference", 2.4, 2, TWO, 1.1, 0.10, id="reference, two servers"),
    pytest.param("kernel", 0.9, 1, ONE, 40, 0.02, id="kernel, one server"),
    pytest.param("kernel", 2.4, 2, TWO, 34, 0.02, id="kernel, two servers"),
]


@pytest.mark.parametrize(("by", "per_minute", "servers", "printed", "days", "width"), IMPATIENT)
def test_impatient_customers(
    by: EngineName,
    per_minute: float,
    servers: int,
    printed: tuple[float, float, float],
    days: float,
    width: float,
) -> None:
    """Erlang A, patience two minutes on average: who abandons, who waits, how long the queue is."""
    # False alarm 4e-6 each. Catches: the clock of patience restarted when the queue moves, the waits of
    # those who left dropped (the identity), patience counted during service.
    theory = erlang_a(per_minute, 1.0, servers, 0.5)
    np.testing.assert_allclose([theory.abandoned, theory.length, 1.0 - theory.delayed], printed, atol=5e-7)
    seen = observe(by, 3 + servers, per_minute, servers, days, patience="{exponential: {mean: 2 min}}")
    lost = seen.abandoned / seen.joined
    judge(
        {
            "P(abandon)": (lost, theory.abandoned),
            "length": (seen.length, theory.length),
            "P(no wait)": (1.0 - seen.delayed / seen.joined, 1.0 - theory.delayed),
        },
        width,
    )
    # P(abandon) = theta E[wait], the waits of those who left included: the ratio is 1.
    assert_t(lost / (0.5 * seen.wait), 1.0, width, "P(abandon) / theta E[wait]")


def test_full_queue_turns_away() -> None:
    """M/M/2/5: who finds three waiting is turned away at once, as often as the birth-death law says."""
    # False alarm 2e-6. Catches: room counted with those in service, room for one more or one less.
    theory = mmck(2.0, 1.0, 2, 5)
    text = DESK.format(
        horizon="1.5 days",
        warm_up="6 hours",
        servers="2, queue: 3",
        rate=2_880,
        service=RANDOM,
        patience="on_abandon: {gave_up: 1}",
    )
    program = program_of(text)
    tallies = play(program, SEED + 6, REPLICATIONS)
    seen = Observed(program, tallies)
    came = np.array([tally["entered"].sum() for tally in tallies])
    assert_t(seen.abandoned / came, theory.blocked, 0.10, "turned away")
    assert_t(seen.length, theory.length, 0.10, "length")
