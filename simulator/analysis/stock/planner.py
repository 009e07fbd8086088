"""Plan the stock of a journey: look for the policies, then tell what they are worth on futures not seen."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.analysis.stock.aims import budget, fitted, served, service_of, shelf
from simulator.analysis.stock.costs import daily_margins
from simulator.analysis.stock.feedback import Feedback, feedback, without
from simulator.analysis.stock.market import Market
from simulator.analysis.stock.plan import ProductPlan, StockPlan
from simulator.analysis.stock.policy import Kind, Policy, written_policy
from simulator.analysis.stock.projection import first_planned_day, order_plan, project
from simulator.analysis.stock.question import Question, refuse_unanswerable
from simulator.analysis.stock.search import Limit, cheapest
from simulator.analysis.stock.textbook import Textbook, textbook
from simulator.analysis.stock.trials import Assortment, Outcome, Player, Trials
from simulator.errors import InputError
from simulator.program.compile import compile_journey
from simulator.program.stocked import without_feedback, without_shelves
from simulator.program.tables import ProductStock
from simulator.results.estimate import mean_estimate
from simulator.spec.load import Journey

__all__ = ["plan_stock"]


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
        refuse_unanswerable(journey, self.program, self.names, question)
        self.written: Assortment = tuple(written_policy(self.program, one) for one in self.products)
        self.start: Assortment = tuple(
            Policy(Kind.ONCE, policy.level) if name in question.once else policy
            for name, policy in zip(self.names, self.written, strict=True)
        )
        self.felt = Trials(self.program, self.products, player)
        self.fresh = range(question.replications, 2 * question.replications)
        endless = player.play([without_shelves(self.program)], self.fresh)[0]
        self.market = Market(journey, self.program, endless, daily_margins(self.program))

    def _books(self) -> list[Textbook]:
        return [
            textbook(
                policy.kind, policy.lot, self.market.demand(one), self.market.supply(one), self.question.aim
            )
            for one, policy in zip(self.products, self.start, strict=True)
        ]

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
                newsvendor=self.market.newsvendor(product, best[place]),
                not_knowing=mean_estimate(own - self.market.foresight(product, best[place])),
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
