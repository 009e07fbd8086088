"""How long a live A/B test must run on this journey, and what the textbook's formula gets wrong about it.

Customers come evenly over the weeks of the test, each is shown today's journey or the idea, and at the
end the shares who have converted are compared. Who came late has had little time, so the difference that
shows at the end is smaller than the one that will.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from simulator.analysis.experiment.crowd import Crowd
from simulator.theory.trial import share_test_power, share_test_size

__all__ = ["LONGEST", "Plan", "Terms", "Wrong", "curve", "plan_test"]

Floats = NDArray[np.float64]

# A century: the figure then says that no test will do.
LONGEST: Final = 5_200.0
# Tests played out to hold the claim; its rate is then known to about a point.
_TESTS: Final = 2_000
_SEED: Final = 19_351_935


@dataclass(frozen=True)
class Terms:
    """What is asked of the test.

    Attributes
    ----------
    power : float
        The chance to confirm the idea if it does what the journey says.
    significance : float
        The chance to confirm an idea that does nothing, both sides.
    share : float
        The share of the customers in the test who are shown the idea.
    traffic : float
        The share of all customers who are in the test.
    """

    power: float = 0.8
    significance: float = 0.05
    share: float = 0.5
    traffic: float = 1.0

    @property
    def ratio(self) -> float:
        """Customers with the idea for each one without."""
        return self.share / (1.0 - self.share)


@dataclass(frozen=True)
class Wrong:
    """What happens to those who follow the formula.

    Attributes
    ----------
    power : float
        The chance to confirm the idea when the test ends after the formula's weeks.
    difference : float
        The difference that shows then.
    session_spread : float
        How many times the variance of the share of sessions is what independent sessions would have.
    false_alarms : float
        The chance to find a difference where there is none, if sessions are counted instead of customers.
    """

    power: float
    difference: float
    session_spread: float
    false_alarms: float


@dataclass(frozen=True)
class Plan:
    """A test of an idea.

    Attributes
    ----------
    terms : Terms
    base, idea : float
        Shares who convert within the follow-up.
    per_week : float
        Customers a week in the test.
    textbook_customers, textbook_weeks : float
        By the formula: in both groups together, and how long they take to come.
    customers, weeks : float
        On this journey; infinite where no test of `LONGEST` weeks is enough.
    power : float
        Of that test, as played out.
    power_error : float
        Its standard error.
    wrong : Wrong
    met : Plan or None
        The same test, counting only customers who come to a place that the idea changes, from then on.
    """

    terms: Terms
    base: float
    idea: float
    per_week: float
    textbook_customers: float
    textbook_weeks: float
    customers: float
    weeks: float
    power: float
    power_error: float
    wrong: Wrong
    met: Plan | None = None

    @property
    def difference(self) -> float:
        """Idea less base."""
        return self.idea - self.base


def plan_test(base: Crowd, idea: Crowd, terms: Terms) -> Plan:
    """Plan a test of all customers who come, and one of those who come to what the idea changes.

    Parameters
    ----------
    base, idea : Crowd
        Many customers of today's journey, and of the same one with the idea.
    terms : Terms

    Returns
    -------
    Plan
    """
    met = (base.met, idea.met)
    nearer = None if met[0] is None or met[1] is None else _plan(met[0], met[1], terms)
    return replace(_plan(base, idea, terms), met=nearer)


def _plan(base: Crowd, idea: Crowd, terms: Terms) -> Plan:
    per_week = base.per_week * terms.traffic
    size = share_test_size(base.share, idea.share, terms.power, terms.significance, terms.ratio)
    customers = size * (1.0 + terms.ratio)
    weeks = customers / per_week if per_week > 0.0 else math.inf
    chance = curve(base, idea, terms)
    needed = _shortest(chance, terms.power, weeks)
    power = _played_out(base, idea, terms, needed * per_week, needed) if needed <= LONGEST else 0.0
    seen = [_share_after(crowd, min(weeks, LONGEST)) for crowd in (base, idea)]
    return Plan(
        terms=terms,
        base=base.share,
        idea=idea.share,
        per_week=per_week,
        textbook_customers=customers,
        textbook_weeks=weeks,
        customers=needed * per_week,
        weeks=needed,
        power=power,
        power_error=math.sqrt(power * (1.0 - power) / _TESTS),
        wrong=Wrong(
            power=chance(min(weeks, LONGEST)),
            difference=seen[1] - seen[0],
            session_spread=base.session_spread,
            false_alarms=_false_alarms(base.session_spread, terms.significance),
        ),
    )


def curve(base: Crowd, idea: Crowd, terms: Terms) -> Callable[[float], float]:
    """Give the chance that a test of so many weeks confirms the idea, as a function of the weeks."""
    sign = math.copysign(1.0, idea.share - base.share)

    def chance(weeks: float) -> float:
        before, after = _share_after(base, weeks), _share_after(idea, weeks)
        first = base.per_week * terms.traffic * weeks * (1.0 - terms.share)
        if sign * (after - before) <= 0.0:
            return terms.significance / 2.0
        return share_test_power(before, after, first, terms.significance, terms.ratio)

    return chance


def _share_after(crowd: Crowd, weeks: float) -> float:
    """Give the share converted at the end of a test, of those who came evenly over its weeks.

    Who needs d days has converted if he came d days before the end: a share 1 - d / length of those like him.
    """
    length = 7.0 * weeks
    if length <= 0.0:
        return 0.0
    done = np.clip(1.0 - crowd.delays / length, 0.0, 1.0)
    return float(done.mean())


def _shortest(chance: Callable[[float], float], power: float, from_: float) -> float:
    """Find the fewest weeks with so much power, to a thousandth; the formula's are the least they can be."""
    low = high = min(max(from_, 1e-3), LONGEST)
    while chance(high) < power:
        low, high = high, high * 1.25
        if high > LONGEST * 1.25:
            return math.inf
    if low == high:
        low = 0.0
    while high - low > 1e-3 * high:
        middle = (low + high) / 2.0
        low, high = (low, middle) if chance(middle) >= power else (middle, high)
    return high if high <= LONGEST else math.inf


def _played_out(base: Crowd, idea: Crowd, terms: Terms, customers: float, weeks: float) -> float:
    """Play the test out many times, and count how often it confirms the idea.

    Every customer of it is one of those simulated, with an instant of coming: how many of a group have
    converted at the end is then binomial, so it is drawn at once.
    """
    generator = np.random.Generator(np.random.PCG64(_SEED))
    second = round(customers * terms.share)
    first = round(customers) - second
    hits = np.stack(
        [
            generator.binomial(size, _share_after(crowd, weeks), _TESTS)
            for crowd, size in ((base, first), (idea, second))
        ]
    )
    shares = hits[0] / first, hits[1] / second
    pooled = hits.sum(axis=0) / (first + second)
    spread = np.sqrt(np.maximum(pooled * (1.0 - pooled), 1e-300) * (1.0 / first + 1.0 / second))
    statistic = (shares[1] - shares[0]) / spread * math.copysign(1.0, idea.share - base.share)
    return float((statistic > ndtri(1.0 - terms.significance / 2.0)).mean())


def _false_alarms(spread: float, significance: float) -> float:
    """Give the rate at which a test that takes sessions for independent finds what is not there."""
    return float(2.0 * ndtr(ndtri(significance / 2.0) / math.sqrt(spread)))
