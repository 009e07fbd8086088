"""The draws of unsure numbers: their laws, their addresses, and that every engine and worker plays them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from simulator.execution.ignorance import FUTURES, Ignorance, UnsureProgram
from simulator.execution.replications import play
from simulator.program.compile import compile_journey
from simulator.results.summary import RunResult
from simulator.spec.load import Journey, journey_from_data

MODEL: dict[str, Any] = {
    "start": "2026-01-05",
    "horizon": "2 weeks",
    "goal": "buy",
    "products": {"boots": {"price": 100, "unit_cost": 60}},
    "inventory": {"boots": {"on_hand": 500, "holding_cost": "0.1 per day"}},
    "personas": {"ann": {"arrivals": {"rate": "40 per day"}, "enters": {"home": 1}}},
    "touchpoints": {
        "home": {"next": {"buy": 0.2, "other shop": 0.3, "left": "rest"}},
        "buy": {"sells": {"one_of": {"boots": 1}}, "on_stockout": {"left": 1}, "next": {"left": 1}},
        "other shop": {"next": {"left": 1}},
    },
    "outcomes": ["left"],
}
ALL = {
    "touchpoints.home.next": {"worth": 12},
    "personas.ann.arrivals.rate": {"range": ["30 per day", "60 per day"]},
    "inventory.boots.holding_cost": {"range": ["0.05 per day", "0.2 per day"]},
}
DRAWS = 4_000
# 1e-6 for both sides of a statistic that is normal.
SURE = 4.89


def believed(evidence: dict[str, Any]) -> Journey:
    """Give the model with this evidence."""
    return journey_from_data({**MODEL, "evidence": evidence})


def draws(evidence: dict[str, Any], seed: int = 5) -> np.ndarray:
    """Draw many times."""
    ignorance = Ignorance(believed(evidence))
    return np.array([ignorance.draw(seed, replication) for replication in range(DRAWS)])


def test_counts_make_a_dirichlet() -> None:
    """Each share of a row worth n is Beta(n p, n (1 - p)), correlated as theory says, and they sum to 1."""
    found, p, worth = draws({"touchpoints.home.next": {"worth": 12}}), (0.2, 0.5, 0.3), 12.0
    assert found.sum(axis=1) == pytest.approx(1.0, abs=1e-15)
    for column, share in zip(found.T, p, strict=True):
        law = stats.beta(worth * share, worth * (1.0 - share))
        assert stats.kstest(column, law.cdf).pvalue > 1e-6
    correlation = np.corrcoef(found.T)[0, 1]
    expected = -math.sqrt(p[0] * p[1] / ((1 - p[0]) * (1 - p[1])))
    assert abs(correlation - expected) < SURE * (1 - expected**2) / math.sqrt(DRAWS)


def test_a_range_is_the_central_ninety_percent_of_a_log_normal() -> None:
    """A twentieth lies below and above, logarithms are normal; of a probability the log-odds are."""
    for path, low, high, scale in (
        ("personas.ann.arrivals.rate", 30.0, 60.0, np.log),
        ("touchpoints.home.next.buy", 0.1, 0.4, lambda p: np.log(p / (1 - p))),
    ):
        entry = {"range": [f"{low} per day", f"{high} per day"] if "rate" in path else [low, high]}
        found = draws({path: entry})[:, 0]
        for share in (np.mean(found < low), np.mean(found > high)):
            assert abs(share - 0.05) < SURE * math.sqrt(0.05 * 0.95 / DRAWS)
        ends = scale(low), scale(high)
        law = stats.norm((ends[0] + ends[1]) / 2, (ends[1] - ends[0]) / 2 / stats.norm.ppf(0.95))
        assert stats.kstest(scale(found), law.cdf).pvalue > 1e-6


def test_a_probability_by_itself_worth_n_is_a_beta() -> None:
    """Evidence for one target is a Beta with as many hits and misses as it was worth."""
    found = draws({"touchpoints.home.next.buy": {"worth": 30}})[:, 0]
    assert stats.kstest(found, stats.beta(6.0, 24.0).cdf).pvalue > 1e-6


def test_hardly_any_evidence_draws_a_row_with_one_target() -> None:
    """Where every gamma underflows, all is on one target, each as often as it is probable."""
    found = draws({"touchpoints.home.next": {"worth": 0.0004}})
    assert np.isfinite(found).all()
    assert found.sum(axis=1) == pytest.approx(1.0)
    assert abs(found[:, 0].mean() - 0.2) < SURE * math.sqrt(0.2 * 0.8 / DRAWS)


def test_a_number_keeps_its_draw_when_evidence_is_added_beside_it() -> None:
    """The draw is a function of seed, replication and path; order and neighbours have no part in it."""
    alone = Ignorance(believed({"personas.ann.arrivals.rate": ALL["personas.ann.arrivals.rate"]}))
    among = Ignorance(believed(dict(reversed(ALL.items()))))
    names = [prior.name for prior in among.priors]
    place = names.index("personas.ann.arrivals.rate")
    assert names == sorted(ALL)
    assert alone.draw(7, 3)[0] == among.draw(7, 3)[place]
    assert alone.draw(7, 3)[0] != alone.draw(7, 4)[0] != alone.draw(8, 4)[0]


def test_two_futures_of_one_draw_have_the_same_numbers_and_other_customers() -> None:
    """Replications r and r + FUTURES play equal journeys with other luck: so chance is told from it."""
    unsure = UnsureProgram(Ignorance(believed(ALL)), believed(ALL))
    once, again = unsure.at(1, 2), unsure.at(1, 2 + FUTURES)
    assert once.hash == again.hash != unsure.at(1, 3).hash
    one, other = play(unsure, 1, [2, 2 + FUTURES])
    assert one.digest != other.digest


@pytest.mark.parametrize(("by", "workers"), [("reference", 1), ("kernel", 1), ("kernel", 2)])
def test_engines_and_workers_give_the_same_bytes(by, workers) -> None:
    """What is drawn depends on the address alone, whoever plays it."""
    unsure = UnsureProgram(Ignorance(believed(ALL)), believed(ALL))
    found = [tally.digest for tally in play(unsure, 1, 4, workers, by=by)]
    one_by_one = [play(unsure.at(1, k), 1, [k])[0].digest for k in range(4)]
    assert found == one_by_one
    plain = [tally.digest for tally in play(unsure.program, 1, 4)]
    assert all(mine != theirs for mine, theirs in zip(found, plain, strict=True))


def test_an_unsure_journey_travels_to_another_process() -> None:
    """The reference engine plays in processes, so everything it takes along can be pickled."""
    import pickle

    unsure = UnsureProgram(Ignorance(believed(ALL)), believed(ALL))
    sent = pickle.loads(pickle.dumps(unsure))
    assert sent.at(1, 4).hash == unsure.at(1, 4).hash


def test_costs_are_at_the_rates_that_were_drawn() -> None:
    """Holding costs of a replication are those of its own draw, not the written ones."""
    journey = believed({"inventory.boots.holding_cost": ALL["inventory.boots.holding_cost"]})
    unsure = UnsureProgram(Ignorance(journey), journey)
    programs = [unsure.at(1, k) for k in range(3)]
    tallies = play(unsure, 1, 3)
    written = RunResult(compile_journey(journey), 1, tallies).costs.holding
    drawn = RunResult(unsure.program, 1, tallies, drawn=programs).costs.holding
    rates = [float(unsure.ignorance.draw(1, k)[0]) for k in range(3)]
    assert drawn == pytest.approx(written / 0.1 * np.round(rates, 6), rel=1e-9)
