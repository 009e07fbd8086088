"""The chart of a test's power: the chance to confirm an idea, by how long the test runs."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from simulator.analysis.experiment.plan import LONGEST, Plan
from simulator.report.charts.style import QUIET, colour, grid, legend_below
from simulator.theory.trial import share_test_power

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["power_chart"]


def power_chart(plan: Plan, name: str, chance: Callable[[float], float]) -> Figure:
    """Draw the power of a test over its weeks: on the journey, and as the formula has it.

    Parameters
    ----------
    plan : Plan
    name : str
        The idea.
    chance : callable
        The chance to confirm it after so many weeks, see `simulator.analysis.experiment.plan.curve`.
    """
    terms = plan.terms
    longest = min(LONGEST, 1.35 * (plan.weeks if math.isfinite(plan.weeks) else 2.0 * plan.textbook_weeks))
    weeks = np.linspace(0.0, longest, 241)[1:]
    first = plan.per_week * (1.0 - terms.share)
    formula = [
        share_test_power(plan.base, plan.idea, first * week, terms.significance, terms.ratio)
        for week in weeks
    ]
    with grid(size=(7.6, 3.6)) as drawn:
        (panel,) = drawn.panels
        journey = panel.plot(weeks, [100.0 * chance(week) for week in weeks], color=colour(0), lw=2)[0]
        book = panel.plot(weeks, [100.0 * power for power in formula], color=colour(1), lw=1.6, ls="--")[0]
        panel.axhline(100.0 * terms.power, color=QUIET, lw=0.8)
        for week, power in ((plan.weeks, terms.power), (plan.textbook_weeks, plan.wrong.power)):
            if math.isfinite(week) and week <= longest:
                panel.plot([week], [100.0 * power], "o", color=colour(0), ms=6)
                panel.annotate(
                    f"{week:,.1f} weeks: {100.0 * power:.0f} %",
                    (week, 100.0 * power),
                    xytext=(8, -12),
                    textcoords="offset points",
                    fontsize=9,
                )
        panel.set(
            title=f"A live test of {name}",
            xlabel="weeks the test runs",
            ylabel="chance to confirm it, %",
            ylim=(0.0, 103.0),
            xlim=(0.0, longest),
        )
        legend_below(drawn, [journey, book], ["on this journey", "by the textbook's formula"])
        return drawn.figure
