"""The plan of a live test, as an answer and tables for a terminal of 80 columns."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from rich.console import RenderableType
from rich.text import Text

from simulator.analysis.experiment.plan import Plan
from simulator.report.terminal import heading, note, table
from simulator.results.estimate import Estimate

__all__ = ["experiment_tables"]

# Weeks: nobody waits two years for the answer of a test.
_PATIENCE: Final = 104.0


def experiment_tables(
    plan: Plan, name: str, difference: Estimate, *, shares: bool
) -> Iterator[RenderableType]:
    """Lay out a plan: the answer, the test beside the formula's, what the formula gets wrong.

    Parameters
    ----------
    plan : Plan
    name : str
        The idea.
    difference : Estimate
        Idea less base, paired by replication.
    shares : bool
        Whether customers share teams or stock, so that the two groups meet each other.
    """
    yield Text(_answer(plan, name), style="bold")
    yield heading(name, f"{plan.per_week:,.0f} customers a week in the test")
    terms = plan.terms
    yield Text(
        f"Today {plan.base * 100:.2f} % convert, with the idea {plan.idea * 100:.2f} %: "
        f"{plan.difference * 100:+.2f} points{_interval(difference)}. To be confirmed with chance "
        f"{terms.power * 100:g} % at {terms.significance * 100:g} % false alarms; "
        f"{terms.share * 100:g} % of those in the test see the idea."
    )
    yield _plans(plan)
    yield from _wrong(plan)
    if not _is_sure(difference):
        yield note(
            "The simulation itself is not sure that the idea makes a difference: play more replications."
        )
    if shares:
        yield note("Customers share teams or stock, so the two groups of a live test meet each other.")


def _is_sure(difference: Estimate) -> bool:
    """Whether the interval lies on one side of 0."""
    if difference.low is None or difference.high is None:
        return False
    return difference.low > 0.0 or difference.high < 0.0


def _answer(plan: Plan, name: str) -> str:
    if plan.difference == 0.0:
        return f"No test can confirm {name}: it makes no difference to conversion."
    best = plan if plan.met is None or plan.weeks <= plan.met.weeks else plan.met
    if best.weeks > _PATIENCE:
        time = "a century" if math.isinf(best.weeks) else _long(best.weeks)
        return f"No live test will confirm {name} in time: with these customers it takes {time}."
    who = "customers" if best is plan else "customers who come to what it changes"
    return (
        f"Test {name} on {best.customers:,.0f} {who}, {_long(best.weeks)}: it is confirmed in "
        f"{best.power * 100:.0f} % of tests played out."
    )


def _long(weeks: float) -> str:
    return f"{weeks:,.1f} weeks" if weeks < 100 else f"{weeks / 52.1775:,.1f} years"


def _interval(difference: Estimate) -> str:
    if difference.low is None or difference.high is None:
        return ""
    return f" [{difference.low * 100:+.2f}, {difference.high * 100:+.2f}]"


def _plans(plan: Plan) -> RenderableType:
    rows = [_row("everybody", plan), _row("… by the formula", plan, formula=True)]
    if plan.met is not None:
        rows.append(_row("those who meet it", plan.met))
        rows.append(_row("… by the formula", plan.met, formula=True))
    return table(["a test of", "shares", "customers", "time", "confirmed"], rows)


def _row(name: str, plan: Plan, *, formula: bool = False) -> list[str]:
    customers, weeks, power = plan.customers, plan.weeks, plan.power
    if formula:
        customers, weeks, power = plan.textbook_customers, plan.textbook_weeks, plan.wrong.power
    shares = f"{plan.base * 100:.2f} → {plan.idea * 100:.2f} %"
    if math.isinf(weeks):
        return [name, shares, "–", "–", "–"]
    return [name, shares, f"{customers:,.0f}", _long(weeks), f"{power * 100:.0f} %"]


def _wrong(plan: Plan) -> Iterator[RenderableType]:
    wrong, terms = plan.wrong, plan.terms
    if plan.difference == 0.0:
        return
    yield heading("What the formula gets wrong")
    late = 1.0 - wrong.difference / plan.difference
    yield Text(
        f"Late conversions: when the formula's time is over, {late * 100:.0f} % of the difference has not "
        f"happened yet ({wrong.difference * 100:+.2f} points show)."
    )
    yield Text(
        f"Repeat visits: a customer's sessions are not independent. Their share varies "
        f"{wrong.session_spread:.2f} times as much as independent ones would; who counts sessions finds "
        f"something where there is nothing in {wrong.false_alarms * 100:.1f} % of tests, "
        f"not {terms.significance * 100:g} %."
    )
