"""What a stock plan answers: for each product the policy, what it costs and serves, and what to order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.analysis.stock.feedback import Feedback
from simulator.analysis.stock.policy import Policy
from simulator.analysis.stock.projection import PlannedWeek, Projection
from simulator.analysis.stock.question import Question
from simulator.analysis.stock.textbook import Textbook
from simulator.program.program import Program
from simulator.results.digest import digest_of
from simulator.results.estimate import Estimate

__all__ = ["ProductPlan", "StockPlan"]


@dataclass(frozen=True)
class ProductPlan:
    """The answer for one product; estimates are of the time that counts, on fresh replications.

    Attributes
    ----------
    name : str
    written, policy : Policy
        Of the model, and recommended.
    fill_rate, cycle : Estimate
        Share of units there when asked for; of deliveries before which nobody asked in vain.
    costs : dict of str to Estimate
        By kind, and their total.
    written_cost : Estimate
        The total under the model's own policy.
    demand : Estimate
        Units asked for the first time.
    textbook : Textbook
    textbook_cost : Estimate or None
        The total under the textbook's policies, with feedback.
    newsvendor : int or None
        What is bought once: the best quantity on the draws of demand, a stock-out changing nobody.
    not_knowing : Estimate
        The cost above that of somebody who knows every day's demand in advance.
    projection : Projection
    weeks : list of PlannedWeek
    feedback : Feedback or None
    """

    name: str
    written: Policy
    policy: Policy
    fill_rate: Estimate
    cycle: Estimate
    costs: dict[str, Estimate]
    written_cost: Estimate
    demand: Estimate
    textbook: Textbook
    textbook_cost: Estimate | None
    newsvendor: int | None
    not_knowing: Estimate
    projection: Projection
    weeks: list[PlannedWeek]
    feedback: Feedback | None


@dataclass(frozen=True)
class StockPlan:
    """The answer for all products.

    Attributes
    ----------
    program : Program
        Under the policies recommended.
    question : Question
    seed : int
    engine : str
    products : dict of str to ProductPlan
    cost, written_cost : Estimate
        Of all products together: recommended, and as the model has it.
    saved : Estimate
        The paired difference of the two.
    money, units : float
        The most that is on hand and on order at the same time, at unit cost and in units.
    tried : int
        How many assortments of policies were tried.
    digests : sequence of str
        The content of each replication that what is told comes from.
    """

    program: Program
    question: Question
    seed: int
    engine: str
    products: dict[str, ProductPlan]
    cost: Estimate
    written_cost: Estimate
    saved: Estimate
    money: float
    units: float
    tried: int
    digests: Sequence[str]
    asked: int | None = None

    @property
    def replications(self) -> int:
        """How many replications what is told comes from."""
        return len(self.digests)

    @property
    def digest(self) -> str:
        """The content of all of them, in order."""
        return digest_of(self.digests)
