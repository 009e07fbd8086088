"""Plan the stock of a journey: for each product the policy, what it costs and serves, and what to order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from simulator.analysis.stock.aims import Aim, budget, fitted, served, service_of, shelf
from simulator.analysis.stock.costs import daily_margins
from simulator.analysis.stock.feedback import Feedback, feedback, without
from simulator.analysis.stock.foresight import cost_with_foresight
from simulator.analysis.stock.policy import Kind, Policy, written_policy
from simulator.analysis.stock.projection import (
    PlannedWeek,
    Projection,
    first_planned_day,
    order_plan,
    project,
)
from simulator.analysis.stock.search import Limit, cheapest
from simulator.analysis.stock.textbook import Demand, Supply, Textbook, textbook
from simulator.analysis.stock.trials import Assortment, Outcome, Player, Trials
from simulator.engine.tally import UNITS, Tally
from simulator.errors import InputError, Problem, nearest
from simulator.program.calendar import MICRO
from simulator.program.compile import compile_journey
from simulator.program.program import Program
from simulator.program.stocked import without_feedback, without_shelves
from simulator.program.tables import ProductStock
from simulator.results.digest import digest_of
from simulator.results.estimate import Estimate, mean_estimate
from simulator.spec.load import Journey
from simulator.spec.model import DAY
from simulator.theory.inventory import newsvendor_draws

__all__ = ["ProductPlan", "Question", "StockPlan", "plan_stock"]


@dataclass(frozen=True)
class Question:
    """What is asked of a stock plan.

    Attributes
    ----------
    aim : Aim
    once : sequence of str
        Products bought once, before the start, whatever the model says.
    budget, shelf : float or None
        Most money, and most units, in all stock together.
    weeks : int
        How many weeks of orders to plan.
    replications : int
        For the last look of the search; as many others tell what it is worth.
    feedback : bool
        Also compare with the same demand paths without feedback.
    """

    aim: Aim = field(default_factory=Aim)
    once: Sequence[str] = ()
    budget: float | None = None
    shelf: float | None = None
    weeks: int = 8
    replications: int = 100
    feedback: bool = False


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


def plan_stock(journey: Journey, question: Question, player: Player) -> StockPlan:
    """Plan the stock of every product that has one.

    The search tries policies on the first `replications` futures of the seed; what is told about the one it
    recommends comes from the next ones, which it has not seen.

    Parameters
    ----------
    journey : Journey
        A checked journey.
    question : Question
    player : Player
        Seed, workers and engine.

    Raises
    ------
    InputError
        If nothing has a stock, a product is never sold, a cost that the aim needs is missing, or a limit
        or service level cannot be met.
    """
    return _Planner(journey, question, player).plan()


class _Planner:
    """One question while it is answered."""

    def __init__(self, journey: Journey, question: Question, player: Player) -> None:
        self.journey, self.question, self.player = journey, question, player
        self.program = compile_journey(journey)
        limited = ProductStock._fields.index("limited")
        self.products: list[int] = self.program.structure.products[:, limited].nonzero()[0].tolist()
        self.names = [self.program.names.products[product] for product in self.products]
        self._check()
        self.written: Assortment = tuple(written_policy(self.program, one) for one in self.products)
        self.start: Assortment = tuple(
            Policy(Kind.ONCE, policy.level) if name in question.once else policy
            for name, policy in zip(self.names, self.written, strict=True)
        )
        self.felt = Trials(self.program, self.products, player)
        self.fresh = range(question.replications, 2 * question.replications)
        self.endless = player.play([without_shelves(self.program)], self.fresh)[0]
        self.margins = daily_margins(self.program)

    # ------------------------------------------------------------------ what cannot be answered

    def _check(self) -> None:
        if not self.products:
            raise InputError("no product of this model has a stock; give one an entry in inventory")
        problems = [
            Problem(f"{name!r} has no stock to plan", fix=nearest(name, self.names))
            for name in self.question.once
            if name not in self.names
        ]
        last = first_planned_day(self.program) + 7 * self.question.weeks
        if last > self.program.days:
            most = (self.program.days - first_planned_day(self.program)) // 7
            problems.append(
                Problem(
                    f"{self.question.weeks} weeks from the end of the warm-up lie beyond the simulated time",
                    fix=f"ask for at most {most}, or make the horizon longer",
                )
            )
        if self.question.aim.measure == "cost":
            problems.extend(problem for name in self.names for problem in self._missing_costs(name))
        if problems:
            raise InputError(problems)

    def _missing_costs(self, name: str) -> list[Problem]:
        """Name what must be known for a cheapest stock to exist."""
        stock, product = self.journey.model.inventory[name], self.journey.model.products[name]
        once = name in self.question.once or stock.policy is None
        needed = [("holding_cost", stock.holding_cost, "nothing speaks against an endless stock")]
        if once:
            left_over = stock.holding_cost + max(0.0, product.unit_cost - stock.salvage)
            needed = [("unit_cost above its salvage", left_over, needed[0][2])]
        if stock.when_out == "backorder":
            needed.append(("backorder_cost", stock.backorder_cost, "nothing speaks for a stock"))
        else:
            margin = max(0.0, product.price - product.unit_cost)
            needed.append(("price above its unit_cost", margin, "nothing speaks for a stock"))
        return [
            Problem(f"{name!r} has no {what}, so {why}", fix="write it, or ask for a service level")
            for what, value, why in needed
            if value <= 0.0
        ]

    # ------------------------------------------------------------------ by the book

    def _days_on_sale(self, product: int) -> range:
        stock = ProductStock._make(self.program.structure.products[product].tolist())
        first = max(first_planned_day(self.program), stock.sold_from // DAY)
        return range(first, max(first, min(self.program.days, stock.sold_until // DAY)))

    def _demand(self, product: int) -> Demand:
        """Measure demand on the draws of endless stock."""
        days = self._days_on_sale(product)
        units = _demand_of(self.endless, product)[:, days.start : days.stop]
        if not units.sum():
            model = self.journey.model
            raise InputError(
                f"nobody asks for {self.program.names.products[product]!r} between the end of the warm-up "
                f"and {model.end:%Y-%m-%d}; plan products that are sold then"
            )
        totals = units.sum(axis=1)
        return Demand(
            float(units.mean()), float(units.std()), float(totals.mean()), float(totals.std(ddof=1))
        )

    def _supply(self, product: int) -> Supply:
        name = self.program.names.products[product]
        stock, values = self.journey.model.inventory[name], self.program.values
        policy, law = stock.policy, stock.lead_time
        days = self._days_on_sale(product)
        return Supply(
            holding=float(values.holding_costs[product]) / MICRO,
            order=float(values.order_costs[product]) / MICRO,
            margin=float(self.margins[product, days.start : days.stop].mean()),
            backorder=float(values.backorder_costs[product]) / MICRO,
            left_over=float(values.unit_costs[product] - values.salvages[product]) / MICRO,
            lead_mean=law.mean() / DAY if law else 0.0,
            lead_sd=law.variance() ** 0.5 / DAY if law else 0.0,
            review=(policy.review or 0.0) / DAY if policy else 0.0,
            lost=stock.when_out == "lost",
        )

    def _books(self) -> list[Textbook]:
        return [
            textbook(policy.kind, policy.lot, self._demand(one), self._supply(one), self.question.aim)
            for one, policy in zip(self.products, self.start, strict=True)
        ]

    # ------------------------------------------------------------------ the search

    def _limits(self) -> list[Limit]:
        made = ((budget, self.question.budget), (shelf, self.question.shelf))
        return [make(self.program, self.products, most) for make, most in made if most is not None]

    def _recommend(self, books: Sequence[Textbook]) -> Assortment:
        """Search from the textbook's answer, or from the written one where the book has none."""
        pairs = zip(books, self.start, strict=True)
        start = tuple(book.policy or policy for book, policy in pairs)
        limits, replications = self._limits(), self.question.replications
        if self.question.aim.measure == "cost":
            stages = sorted({max(8, replications // 4), replications})
            return cheapest(self.felt, fitted(start, limits, self.names), stages, limits)
        found = served(self.felt, start, self.question.aim, replications, self.names)
        for limit, word in zip(limits, self._limit_words(), strict=True):
            if not limit.allows(found):
                aim = self.question.aim
                raise InputError(
                    f"{aim.measure}={aim.target:g} takes {limit.use(found):,.0f} {word}, above the limit of "
                    f"{limit.most:,.0f}; raise the limit, or lower the service level"
                )
        return found

    def _limit_words(self) -> list[str]:
        words = ((self.program.currency, self.question.budget), ("units", self.question.shelf))
        return [word for word, most in words if most is not None]

    # ------------------------------------------------------------------ the answer

    def plan(self) -> StockPlan:
        """Answer the question."""
        books = self._books()
        best = self._recommend(books)
        by_book = tuple(book.policy or one for book, one in zip(books, best, strict=True))
        program = self.felt.under(best)
        (played,) = self.player.play([program], self.fresh, whole=True)
        never_out = self.felt.never_out(self.fresh)
        outcome = self.felt.outcome_of(program, best, played, never_out)
        before, book = self.felt.play([self.start, by_book], self.fresh)
        compared = self._feedback(best, outcome) if self.question.feedback else [None] * len(best)
        days = range(
            first_planned_day(self.program), first_planned_day(self.program) + 7 * self.question.weeks
        )
        costs = self.felt.costs_of(program, best, played, never_out).by_kind()
        products = {}
        for place, (product, name) in enumerate(zip(self.products, self.names, strict=True)):
            kinds = {kind: values[:, product] for kind, values in costs.items()}
            own = kinds["total"]
            products[name] = ProductPlan(
                name=name,
                written=self.start[place],
                policy=best[place],
                fill_rate=service_of(outcome, place, best[place], "fill_rate"),
                cycle=service_of(outcome, place, best[place], "cycle"),
                costs={kind: mean_estimate(values) for kind, values in kinds.items()},
                written_cost=mean_estimate(before.product_cost[:, place]),
                demand=mean_estimate(outcome.demand[:, place]),
                textbook=books[place],
                textbook_cost=mean_estimate(book.product_cost[:, place]) if books[place].policy else None,
                newsvendor=self._newsvendor(product, best[place]),
                not_knowing=mean_estimate(own - self._foresight(product, best[place])),
                projection=project(program, played, product, days),
                weeks=order_plan(program, played, product, days),
                feedback=compared[place],
            )
        return StockPlan(
            program=program,
            question=self.question,
            seed=self.player.seed,
            engine=self.player.engine,
            products=products,
            cost=mean_estimate(outcome.cost),
            written_cost=mean_estimate(before.cost),
            saved=mean_estimate(before.cost - outcome.cost),
            money=budget(self.program, self.products, 0.0).use(best),
            units=shelf(self.program, self.products, 0.0).use(best),
            tried=self.felt.tried,
            digests=[tally.digest for tally in played],
        )

    def _feedback(self, best: Assortment, outcome: Outcome) -> list[Feedback | None]:
        blind = Trials(without_feedback(self.program), self.products, self.player)
        replications = self.question.replications
        apart = without(blind, best, replications)
        fresh = (outcome, blind.play([apart], self.fresh)[0])
        return [*feedback(self.felt, blind, best, replications, fresh, apart)]

    def _newsvendor(self, product: int, policy: Policy) -> int | None:
        """Give the best one-off quantity on the draws of demand."""
        supply = self._supply(product)
        if policy.kind is not Kind.ONCE or supply.left_over <= 0.0 or supply.margin <= 0.0:
            return None
        totals = _demand_of(self.endless, product)[:, first_planned_day(self.program) :].sum(axis=1)
        return int(newsvendor_draws(totals, supply.left_over, supply.margin).level)

    def _foresight(self, product: int, policy: Policy) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Cost the known demand of endless stock, in the same futures."""
        supply = self._supply(product)
        first = first_planned_day(self.program)
        demand = _demand_of(self.endless, product)[:, first:]
        if policy.kind is Kind.ONCE:
            days = np.arange(demand.shape[1])
            return np.asarray((demand * days).sum(axis=1) * supply.holding)
        margins = self.margins[product, first:] if supply.lost else np.full(demand.shape[1], np.inf)
        return np.asarray(cost_with_foresight(demand, supply.holding, supply.order, margins))


def _demand_of(tallies: Sequence[Tally], product: int) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Stack the daily demand for a product, shape (replications, days)."""
    return np.stack([tally["units"][:, product, UNITS.index("demand")].sum(axis=0) for tally in tallies])
