"""Two arms whose shares are Beta and whose conversions are binomial: everything is known by one integral."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy import integrate, stats

from simulator.analysis.ignorance import draws_of, split_answer, weigh, weigh_futures
from simulator.analysis.metrics import metric_named
from simulator.execution import play_all
from simulator.execution.ignorance import FUTURES, unsure_programs
from simulator.results.summary import RunResult
from simulator.spec.document import Document
from simulator.spec.load import load_journeys
from simulator.spec.scenario import scenario_from
from simulator.spec.unknown import Measure, Prior
from simulator.spec.world import Evidence


class Arm(NamedTuple):
    """A share who buy, of which so many customers' worth is known."""

    share: float
    worth: float

    @property
    def law(self) -> Any:
        """What its share may be."""
        return stats.beta(self.worth * self.share, self.worth * (1.0 - self.share))


OLD, NEW = Arm(0.20, 60.0), Arm(0.21, 25.0)
CUSTOMERS = 400


def prior(name: str, arm: Arm) -> Prior:
    """Say what is believed of an arm."""
    return Prior(name, None, (name,), Measure.CHANCE, ("",), (arm.share,), arm.worth, None, Evidence())


def expected_best() -> float:
    """Integrate E max(old, new) over both laws."""
    product = lambda x: 1.0 - OLD.law.cdf(x) * NEW.law.cdf(x)  # noqa: E731
    return float(integrate.quad(product, 0.0, 1.0, limit=200)[0])


def expected_knowing(arm: Arm, other: float) -> float:
    """Integrate E max(arm, the other's mean)."""
    return other + float(integrate.quad(lambda x: arm.law.sf(x), other, 1.0, limit=200)[0])


def simulated(power: int, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Draw 2 ** power pairs of shares, spread evenly, and two futures of customers of each arm."""
    generator = np.random.default_rng(seed)
    even = stats.qmc.Sobol(2, seed=generator).random_base2(power)
    shares = np.stack([arm.law.ppf(even[:, k]) for k, arm in enumerate((OLD, NEW))], axis=1)
    return generator.binomial(CUSTOMERS, shares, (2, len(shares), 2)).astype(np.float64), shares


def test_the_variance_splits_as_the_beta_binomial_says() -> None:
    """Chance is n E p(1-p), ignorance n² Var p, noise chance by replications: each and all to 1 %."""
    futures, _ = simulated(18)
    answer = split_answer("conversions", futures[:, :, 0])
    spread = OLD.law.var()
    chance = CUSTOMERS * (OLD.share * (1.0 - OLD.share) - spread)
    ignorance = CUSTOMERS**2 * spread
    assert float(answer.parts.chance) == pytest.approx(chance, rel=0.01)
    assert float(answer.parts.ignorance) == pytest.approx(ignorance, rel=0.01)
    assert float(answer.parts.noise) == pytest.approx(chance / 2**19, rel=0.01)
    other, _ = simulated(18, seed=4)
    assert float(answer.parts.total) == pytest.approx(other[0, :, 0].var(ddof=1), rel=0.01)


def test_where_the_truth_lies_is_the_betas_quantiles() -> None:
    """Of means blurred by chance the central 90 % are those of the shares themselves, to 1 % of a share."""
    futures, _ = simulated(15)
    answer = split_answer("conversions", futures[:, :, 0])
    low, high = OLD.law.ppf([0.05, 0.95])
    assert answer.low / CUSTOMERS == pytest.approx(low, abs=0.002)
    assert answer.high / CUSTOMERS == pytest.approx(high, abs=0.002)


def test_the_worth_of_knowing_is_the_integral() -> None:
    """Knowing all, or one arm alone, as the integrals have it, to 1 %; and who is best how often."""
    futures, shares = simulated(18)
    decision = weigh(["old", "new"], futures, shares, [prior("old", OLD), prior("new", NEW)])
    best = expected_best() - NEW.share
    assert decision.leader == 1
    assert decision.perfect / CUSTOMERS == pytest.approx(best, rel=0.01)
    worths = {one.prior.name: one for one in decision.worths}
    for name, arm, other in (("old", OLD, NEW.share), ("new", NEW, OLD.share)):
        exact = expected_knowing(arm, other) - NEW.share
        assert worths[name].value / CUSTOMERS == pytest.approx(exact, rel=0.01)
        assert worths[name].error < 0.02 * worths[name].value
    assert decision.worths[0].prior.name == "new"  # of the two the one less is known of
    better = float(integrate.quad(lambda x: NEW.law.pdf(x) * OLD.law.cdf(x), 0.0, 1.0)[0])
    assert decision.best[1] == pytest.approx(better, abs=0.01)
    share = NEW.law.var() / (NEW.law.var() + OLD.law.var())
    assert worths["new"].share == pytest.approx(share, rel=0.01)


def test_a_number_without_bearing_is_worth_nothing() -> None:
    """Numbers drawn beside the answer change no choice: worth 0, and nothing explained."""
    futures, shares = simulated(11)
    noise = np.random.default_rng(8).normal(size=(2**11, 3))
    priors = [prior(name, OLD) for name in ("old", "x", "y", "z")]
    decision = weigh(["old", "new"], futures, np.hstack([shares[:, :1], noise]), priors)
    idle = [one for one in decision.worths if one.prior.name != "old"]
    assert [one.value for one in idle] == [0.0, 0.0, 0.0]
    assert [round(one.share, 12) for one in idle] == [0.0, 0.0, 0.0]


def test_less_can_be_better() -> None:
    """By a cost the cheaper one leads, and regrets are the same amounts."""
    futures, shares = simulated(14)
    priors = [prior("old", OLD), prior("new", NEW)]
    more = weigh(["old", "new"], futures, shares, priors)
    less = weigh(["old", "new"], -futures, shares, priors, more_is_better=False)
    assert (less.leader, less.best) == (more.leader, more.best)
    assert less.perfect == pytest.approx(more.perfect)
    assert less.answers[1].mean == -more.answers[1].mean


def test_ideas_that_are_alike_share_their_chance() -> None:
    """Two copies of an idea are best together, half each; the decision is that of one."""
    futures, shares = simulated(12)
    twice = np.concatenate([futures, futures[:, :, 1:]], axis=2)
    priors = [prior("old", OLD), prior("new", NEW)]
    one, two = (
        weigh(names, f, shares, priors) for names, f in ((["o", "n"], futures), (["o", "n", "m"], twice))
    )
    assert two.best[1] == pytest.approx(two.best[2], abs=0.01)
    assert two.best[1] + two.best[2] == pytest.approx(one.best[1], abs=0.01)
    assert two.perfect == pytest.approx(one.perfect, rel=0.01)


def test_no_ignorance_leaves_chance_alone() -> None:
    """Draws that change nothing: ignorance is 0 within its error, and the leader is always best."""
    generator = np.random.default_rng(9)
    futures = generator.binomial(CUSTOMERS, [0.2, 0.5], (2, 2_000, 2)).astype(np.float64)
    answer = split_answer("conversions", futures[:, :, 0])
    assert float(answer.parts.ignorance) < 4.89 * float(answer.errors.ignorance)
    decision = weigh(["o", "n"], futures, generator.random((2_000, 1)), [prior("x", OLD)])
    assert decision.best == (0.0, 1.0)
    assert decision.perfect == 0.0


# --------------------------------------------------------------------------- played

SHOPS = {
    "start": "2026-01-05",
    "horizon": "10 days",
    "follow_up": "1 day",
    "goal": ["bought here", "bought there"],
    "personas": {"ann": {"arrivals": {"rate": "400 per day"}, "enters": {"old": 1}}},
    "touchpoints": {
        "old": {"next": {"bought here": OLD.share, "left": "rest"}},
        "new": {"next": {"bought there": NEW.share, "left": "rest"}},
        "bought here": {"next": {"left": 1}},
        "bought there": {"next": {"left": 1}},
    },
    "outcomes": ["left"],
    "evidence": {"touchpoints.old.next": {"worth": OLD.worth}, "touchpoints.new.next": {"worth": NEW.worth}},
}
MOVE = {"name": "move", "changes": {"personas": {"ann": {"enters": {"new": 1}}}}}


@pytest.mark.parametrize(("draws", "near"), [(150, 0.04), pytest.param(1_500, 0.01, marks=pytest.mark.long)])
def test_the_engine_plays_the_same_decision(draws, near) -> None:
    """Rows with counts behind them, played: what is exact for the shares drawn; 1,500 draws to 1 %."""
    journeys = load_journeys(Document(SHOPS, {}, ""), [scenario_from(Document(MOVE, {}, ""))])
    unsure = unsure_programs(journeys)
    ignorance = unsure[0].ignorance
    numbers = [*range(draws), *range(FUTURES, FUTURES + draws)]
    played = play_all(unsure, 1, numbers, 2, by="kernel")
    every = [RunResult(one.program, 1, tallies) for one, tallies in zip(unsure, played, strict=True)]
    decision = weigh_futures(ignorance, every, metric_named("conversions"))
    assert decision is not None
    names = [one.name for one in ignorance.priors]
    first = {name: 2 * names.index(name) for name in names}
    drawn = draws_of(ignorance, every[0])
    old = drawn[:, first["touchpoints.old.next"]]
    new = drawn[:, first["touchpoints.new.next"]]
    customers = 4_000.0
    assert decision.perfect == pytest.approx(customers * (np.maximum(old, new) - new).mean(), rel=near)
    ignorance = customers**2 * np.var(new - old, ddof=1)
    assert float(decision.answers[1].parts.ignorance) == pytest.approx(ignorance, rel=near)
    worths = {one.prior.name: one.value for one in decision.worths}
    slope, level = np.polyfit(new, customers * (new - old), 1)
    known = np.maximum(slope * new + level, 0.0).mean() - customers * (new - old).mean()
    assert worths["touchpoints.new.next"] == pytest.approx(known, rel=near)
    # A Poisson number of the same customers comes to either arm, and each has luck of its own at each.
    chance = customers * (old + new - 2.0 * old * new).mean()
    answer = decision.answers[1]
    assert abs(float(answer.parts.chance) - chance) < 4.89 * float(answer.errors.chance)
