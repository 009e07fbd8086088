"""The shelves to come: stock by day with its bands, and the chance that it is out; as picture and as text."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from rich.text import Text

from simulator.analysis.stock import Kind, ProductPlan, StockPlan
from simulator.report.charts.style import (
    INK,
    SERIES,
    date_axis,
    grid,
    legend_below,
    round_up,
    terminal_chart,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["shelf_text", "stock_figure"]

_BAND: Final = "#a9cde6"
_PANELS: Final = 8


def stock_figure(plan: StockPlan) -> Figure:
    """Draw a panel a product: stock on hand with its 80 % band, the reorder point, and the chance to be out.

    Of more than eight products the first are drawn.
    """
    shown = list(plan.products.values())[:_PANELS]
    columns, size = (1, (8.2, 3.6)) if len(shown) == 1 else (2, (5.4, 2.6))
    with grid(len(shown), columns, size, sharex=True) as page:
        handles: dict[str, Any] = {}
        for panel, one in zip(page.panels, shown, strict=True):
            chance = _draw_shelf(panel, one)
            for axes in (panel, chance):
                found = axes.get_legend_handles_labels()
                handles |= dict(zip(found[1], found[0], strict=True))
        legend_below(page, list(handles.values()), list(handles), columns=4)
        program = plan.program
        what = f"{program.title}: {program.scenario}" if program.scenario else program.title
        page.figure.suptitle(
            f"{what}: stock under the recommended policies ({plan.question.replications:,} replications)",
            x=0.01,
            ha="left",
            fontsize=11.5,
            color=INK,
        )
    return page.figure


def _draw_shelf(panel: Axes, one: ProductPlan) -> Axes:
    """Draw one product; give the axes of the chance, whose scale is on the right."""
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    shelf = one.projection
    dates: Any = [*shelf.dates, shelf.dates[-1] + datetime.timedelta(days=1)]
    # Of a few units the median goes by whole ones, and back when a single future does; the mean does not.
    low, mean, high = (np.append(each, each[-1]) for each in (shelf.low, shelf.mean, shelf.high))
    panel.fill_between(dates, low, high, step="post", color=_BAND, linewidth=0, label="10 % to 90 %")
    panel.step(dates, mean, where="post", color=SERIES[0], linewidth=1.6, label="expected on hand")
    if one.policy.has_lot:
        panel.axhline(one.policy.level, color=INK, linewidth=0.9, linestyle=":", label="reorder point")
    panel.set_ylim(0, max(1.0, float(shelf.high.max())) * 1.08)
    panel.set_ylabel("units")
    panel.set_title(f"{one.name}: {_policy_words(one)}")
    panel.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    date_axis(panel)
    panel.tick_params(labelbottom=True)
    panel.margins(x=0.005)
    chance = panel.twinx()
    chance.plot(
        dates[:-1], shelf.out, color=SERIES[1], linewidth=1.2, label="chance to be out that day (right)"
    )
    chance.set_ylim(0, max(0.1, float(shelf.out.max()) * 1.25))
    chance.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    chance.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    chance.grid(visible=False)
    chance.spines["right"].set_visible(True)
    return chance


def _policy_words(one: ProductPlan) -> str:
    policy = one.policy
    if policy.kind is Kind.ORDER_UP_TO:
        return f"at {policy.level} or less, order up to {policy.level + policy.lot}"
    if policy.kind is Kind.ORDER_QUANTITY:
        return f"at {policy.level} or less, order {policy.lot}"
    return f"order up to {policy.level}" if policy.kind is Kind.BASE_STOCK else f"buy {policy.level} once"


def shelf_text(one: ProductPlan, width: int, height: int = 11) -> Text:
    """Draw a shelf as text: a stroke from the 10 % to the 90 % quantile of each day, and the mean on it."""
    shelf = one.projection
    days = len(shelf.dates)
    with terminal_chart(width, height) as (plot, text):
        for day in range(days):
            plot.plot([day, day], [float(shelf.low[day]), float(shelf.high[day])], color="blue", marker="│")
        plot.scatter(list(range(days)), shelf.mean.tolist(), color="orange", marker="●")
        places = sorted({round(place) for place in np.linspace(0, days - 1, min(6, days))})
        plot.xticks(places, [f"{shelf.dates[place]:%d %b %y}" for place in places])
        ticks = round_up(max(1.0, float(shelf.high.max())))
        plot.ylim(0, ticks[-1])
        plot.yticks(ticks, [f"{tick:,g}" for tick in ticks])
        plot.title(f"{one.name} on hand: mean ● and 10–90 % of the futures │")
    return text
