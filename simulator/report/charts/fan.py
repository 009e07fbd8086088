"""The fan of a forecast: what is likely by date, as SVG or PNG and as text."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

from simulator.analysis.forecast.draws import Draws
from simulator.report.charts.style import (
    INK,
    QUIET,
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

__all__ = ["fan_figure", "fan_text"]

Floats = NDArray[np.floating | np.integer]

# Central shares of the paths, the widest first, each with its shade of blue.
_BANDS: Final = ((0.95, "#d9e8f3"), (0.8, "#a9cde6"), (0.5, "#6aaad4"))
_PANELS: Final = 8
_NAMED_MARKS: Final = 6
_MARK: Final = "#f2c14e"
# Units lost are shown from this share of demand on.
_LOST: Final = 0.005
_AXIS: Final = {"demand": "units", "conversions": "conversions"}


def fan_figure(draws: Draws) -> Figure:
    """Draw a panel a series: median, bands of 50, 80 and 95 % of the paths, one path, units sold.

    Periods that are cut short by the warm-up or the end are left out: their counts would look like a
    fall. Of more than eight series the largest are drawn.
    """
    largest = np.argsort(-draws.mean().sum(axis=1), kind="stable")[:_PANELS]
    shown = sorted(int(number) for number in largest)
    known = draws.chance_alone((0.1, 0.9))
    columns, size = (1, (8.2, 3.6)) if len(shown) == 1 else (2, (5.4, 2.5))
    with grid(len(shown), columns, size, sharex=True) as page:
        for panel, number in zip(page.panels, shown, strict=True):
            _draw_fan(panel, draws, number, known)
            _draw_marks(panel, draws, named=columns == 1)
            _tick(panel)
        handles, labels = _legend(page.panels)
        legend_below(page, handles, labels, columns=4 * columns)
        page.figure.suptitle(_title(draws, len(shown)), x=0.01, ha="left", fontsize=11.5, color=INK)
    return page.figure


def _title(draws: Draws, shown: int) -> str:
    program, sheet = draws.program, draws.sheet
    what = f"{program.title}: {program.scenario}" if program.scenario else program.title
    most = f", the {shown} largest of {len(sheet.series)}" if shown < len(sheet.series) else ""
    return f"{what}: {sheet.of} by {sheet.by}{most} ({draws.replications:,} replications)"


def _draw_fan(panel: Axes, draws: Draws, number: int, known: Floats | None) -> None:
    """Draw one series into a panel, each period as a step as long as it is."""
    sheet = draws.sheet
    whole = [place for place, period in enumerate(sheet.periods) if period.whole]
    paths = draws.of()[number, whole]
    last = draws.program.start + datetime.timedelta(days=sheet.periods[whole[-1]].last)
    dates: Any = [*(sheet.periods[place].since for place in whole), last]

    def steps(values: Floats) -> Floats:
        return np.append(values, values[-1])

    for share, shade in _BANDS:
        low, high = np.quantile(paths, (0.5 - share / 2, 0.5 + share / 2), axis=1)
        label = f"{100 * share:g} % of paths"
        panel.fill_between(dates, steps(low), steps(high), step="post", color=shade, linewidth=0, label=label)
    for label, values, look in _lines(draws, number, whole, known):
        panel.step(dates, steps(values), where="post", label=label, **look)
    panel.set_title(sheet.series[number].unique_id)
    panel.set_ylabel(_AXIS[sheet.of])


def _lines(
    draws: Draws, number: int, whole: Sequence[int], known: Floats | None
) -> list[tuple[str, Floats, dict[str, Any]]]:
    """Give the lines of a fan: label, values and look; units sold only where some are lost."""
    paths = draws.of()[number, whole]
    asked = paths.mean(axis=1)
    lines: list[tuple[str, Floats, dict[str, Any]]] = [
        ("one path", paths[:, 0], {"color": QUIET, "linewidth": 0.6}),
        ("median", np.median(paths, axis=1), {"color": SERIES[0], "linewidth": 1.6}),
    ]
    for end in known if known is not None else ():
        look: dict[str, Any] = {"color": SERIES[0], "linewidth": 1.0, "linestyle": (0, (4, 2))}
        lines.append(("80 %, were all numbers known", end[number, whole], look))
    sold = draws.of("sold")[number, whole].mean(axis=1) if "sold" in draws.sheet.kinds else asked
    if sold.sum() < (1.0 - _LOST) * asked.sum():
        lines += [
            ("mean demand", asked, {"color": INK, "linewidth": 1.0, "linestyle": ":"}),
            ("mean sold", sold, {"color": SERIES[1], "linewidth": 1.2, "linestyle": "--"}),
        ]
    return lines


def _draw_marks(panel: Axes, draws: Draws, named: bool) -> None:
    """Mark the events along the top, and name them where there is room."""
    marks = draws.sheet.marks
    for mark in marks:
        since: Any = mark.since
        end: Any = mark.to + datetime.timedelta(days=1)
        panel.axvspan(since, end, ymin=0.965, color=_MARK, linewidth=0, label="event")
        panel.axvspan(since, end, color=_MARK, alpha=0.2, linewidth=0, zorder=0)
        if named and len(marks) <= _NAMED_MARKS:
            panel.annotate(
                mark.name,
                (since, 0.95),
                xycoords=("data", "axes fraction"),
                rotation=90,
                va="top",
                fontsize=6.5,
                color=QUIET,
            )


def _tick(panel: Axes) -> None:
    """Count in whole numbers from 0, and write dates in as few words as a reader needs."""
    from matplotlib.ticker import MaxNLocator

    date_axis(panel)
    panel.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    panel.tick_params(labelbottom=True)
    panel.set_ylim(bottom=0)
    panel.margins(x=0.005)


def _legend(panels: Sequence[Axes]) -> tuple[list[Any], list[str]]:
    """Collect what any panel shows, each once."""
    found: dict[str, Any] = {}
    for panel in panels:
        for handle, label in zip(*panel.get_legend_handles_labels(), strict=True):
            found.setdefault(label, handle)
    return list(found.values()), list(found)


def fan_text(draws: Draws, number: int, width: int, height: int = 14) -> Text:
    """Draw a series as text: a stroke from the 10 % to the 90 % quantile, and the median on it."""
    whole = [place for place, period in enumerate(draws.sheet.periods) if period.whole]
    low, middle, high = draws.quantiles((0.1, 0.5, 0.9))[:, number, whole]
    dates = [draws.sheet.periods[place].since for place in whole]
    with terminal_chart(width, height) as (plot, text):
        for place in range(len(whole)):
            plot.plot([place, place], [low[place], high[place]], color="blue", marker="│")
        plot.scatter(list(range(len(whole))), middle.tolist(), color="orange", marker="●")
        places = sorted({round(one) for one in np.linspace(0, len(whole) - 1, min(6, len(whole)))})
        said = "%Y-%m" if draws.sheet.by == "month" else "%d %b %y"
        plot.xticks(places, [f"{dates[place]:{said}}" for place in places])
        ticks = round_up(float(high.max()))
        plot.ylim(0, ticks[-1])
        plot.yticks(ticks, [f"{one:,g}" for one in ticks])
        plot.title(f"{draws.sheet.series[number].unique_id}: median ● and 10–90 % of the replications │")
    return text
