"""Shared shocks: mean one, as alike as said, the same for base and idea."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from simulator.engine import kernel
from simulator.engine.shocks import shock_factors, shocked
from simulator.program.compile import compile_journey
from simulator.program.program import Program
from simulator.spec.load import journey_from_data

MODEL: dict[str, Any] = {
    "start": "2026-01-07",  # a Wednesday
    "horizon": "8 weeks",
    "goal": ["a"],
    "outcomes": ["left", "lost"],
    "personas": {
        "tim": {"arrivals": {"rate": "40 per day"}, "enters": {"a": 1}},
        "trudy": {"arrivals": {"rate": "40 per day"}, "enters": {"a": 1}},
    },
    "touchpoints": {"a": {"next": {"lost": 0.3, "left": "rest"}}},
    "shocks": {"luck": {"on": ["arrivals"], "per": "week", "sd": 0.4, "correlation": 0.6}},
}


def program_of(**changes: Any) -> Program:
    """Compile the model with other parts."""
    return compile_journey(journey_from_data({**copy.deepcopy(MODEL), **changes}))


def test_factors_have_mean_one_and_the_size_and_likeness_said() -> None:
    """Over 4,000 replications, to 4.89 standard errors: a missing -sigma²/2, or a wrong recursion, shows."""
    program = program_of()
    factors = np.array([shock_factors(program, 1, number) for number in range(4_000)])
    assert factors.shape[1] == 9  # the first and the last week are cut short
    error = factors.std(axis=0) / np.sqrt(len(factors))
    assert (abs(factors.mean(axis=0) - 1) < 4.89 * error).all()
    assert factors.std(axis=0) == pytest.approx(np.full(9, 0.4), rel=0.12)
    logs = np.log(factors)
    for lag in (1, 2):
        likeness = np.corrcoef(logs[:, :-lag].ravel(), logs[:, lag:].ravel())[0, 1]
        assert likeness == pytest.approx(0.6**lag, abs=0.03)


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    """A factor holds from one boundary to the next, whatever day the run begins."""
    means = {
        per: _steps(program_of(shocks={"luck": {**MODEL["shocks"]["luck"], "per": per}}))
        for per in ("day", "week", "month")
    }
    assert means["week"][:3] == [5, 12, 19]
    assert means["month"] == [25, 53]
    assert means["day"] == list(range(1, 56))


def _steps(program: Program) -> list[int]:
    """List the days on which the mean of arrivals changes."""
    means = shocked(program, 1, 0).values.day_means[0]
    found: list[int] = (np.flatnonzero(np.diff(means)) + 1).tolist()
    return found


def test_the_noise_of_a_week_has_an_address() -> None:
    """A run that starts a week later meets the same weeks; another name, other luck."""
    loose = {"luck": {"on": ["arrivals"], "sd": 0.4}}
    early, late = program_of(shocks=loose), program_of(shocks=loose, start="2026-01-14")
    assert shock_factors(early, 1, 3)[1:9] == pytest.approx(shock_factors(late, 1, 3)[:8], rel=0)
    other = program_of(shocks={"mood": loose["luck"]})
    assert not np.isclose(shock_factors(early, 1, 3), shock_factors(other, 1, 3)).any()


def test_base_and_idea_meet_the_same_weeks() -> None:
    """What an idea changes is not mixed up with better weeks: the same customers come."""
    base, idea = program_of(), program_of(touchpoints={"a": {"next": {"lost": 0.6, "left": "rest"}}})
    for replication in range(5):
        came = [kernel.simulate(one, 1, replication)[0]["people"] for one in (base, idea)]
        assert np.array_equal(*came)


def test_a_shock_reaches_what_it_is_on_and_nothing_else() -> None:
    """Arrivals of one persona; the odds of one target; several shocks multiply."""
    program = program_of(shocks={"luck": {"on": ["personas.trudy.arrivals"], "sd": 0.4}})
    means = shocked(program, 1, 0).values.day_means
    tim, trudy = means[program.names.personas.index("tim")], means[program.names.personas.index("trudy")]
    assert (tim == 40).all()
    assert trudy.std() > 1
    both = {"one": {"on": ["arrivals"], "sd": 0.3}, "two": {"on": ["personas.tim.arrivals"], "sd": 0.2}}
    twice = program_of(shocks=both)
    factors = shock_factors(twice, 1, 0)
    assert shocked(twice, 1, 0).values.day_means[0, 0] == pytest.approx(40 * factors[0] * factors[9])


def test_the_odds_of_a_target_move_with_their_shock() -> None:
    """Share p becomes p z / (1 - p + p z), week by week: the share of the run scatters more than by luck."""
    program = program_of(shocks={"mood": {"on": ["touchpoints.a.next.lost"], "sd": 0.5}})
    plain = program_of(shocks={})
    lost = program.names.outcomes.index("lost")

    def shares(one: Program) -> Any:
        tallies = [kernel.simulate(one, 1, number)[0]["outcomes"].sum(axis=0) for number in range(60)]
        return np.array([tally[lost] / tally.sum() for tally in tallies])

    assert shares(program).std() > 3 * shares(plain).std()
    assert shares(plain).mean() == pytest.approx(0.3, abs=0.01)


def test_nothing_is_done_where_nothing_is_shocked() -> None:
    """Without shocks a program is played as it is."""
    plain = program_of(shocks={})
    assert shocked(plain, 1, 0) is plain
