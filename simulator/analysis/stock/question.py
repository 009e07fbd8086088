"""What is asked of a stock plan, and what of it cannot be answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from simulator.analysis.stock.aims import Aim
from simulator.analysis.stock.projection import first_planned_day
from simulator.errors import InputError, Problem, nearest
from simulator.program.program import Program
from simulator.spec.load import Journey

__all__ = ["Question", "refuse_unanswerable"]


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


def refuse_unanswerable(journey: Journey, program: Program, names: Sequence[str], question: Question) -> None:
    """Refuse what cannot be answered, before anything is played.

    Parameters
    ----------
    names : sequence of str
        The products that have a stock.

    Raises
    ------
    InputError
        With every problem.
    """
    if not names:
        raise InputError("no product of this model has a stock; give one an entry in inventory")
    problems = [
        Problem(f"{name!r} has no stock to plan", fix=nearest(name, names))
        for name in question.once
        if name not in names
    ]
    problems.extend(_too_many_weeks(program, question.weeks))
    if question.aim.measure == "cost":
        problems.extend(problem for name in names for problem in _missing_costs(journey, name, question))
    if problems:
        raise InputError(problems)


def _too_many_weeks(program: Program, weeks: int) -> Iterator[Problem]:
    first = first_planned_day(program)
    if first + 7 * weeks > program.days:
        yield Problem(
            f"{weeks} weeks from the end of the warm-up lie beyond the simulated time",
            fix=f"ask for at most {(program.days - first) // 7}, or make the horizon longer",
        )


def _missing_costs(journey: Journey, name: str, question: Question) -> list[Problem]:
    """Name what must be known for a cheapest stock to exist."""
    stock, product = journey.model.inventory[name], journey.model.products[name]
    once = name in question.once or stock.policy is None
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
