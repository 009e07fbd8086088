"""A comparison as a picture: differences with their intervals, and what each idea costs and brings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.analysis.compare import Comparison, Effect
from simulator.analysis.wording import unit
from simulator.report.charts.style import INK, QUIET, SERIES, drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["difference_chart"]

_LONGEST: Final = 34
_MOST: Final = 30
_BETTER, _OPEN, _WORSE = SERIES[2], SERIES[6], SERIES[1]


def difference_chart(comparison: Comparison) -> Figure:
    """Draw the differences from today, the best on top, and the money beside them.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    Figure
    """
    from matplotlib.figure import Figure

    effects = _ordered(comparison)[:_MOST]
    wide = any(effect.result.idea_cost or effect.earnings.quarter.value for effect in effects)
    with drawing():
        height = 1.9 + 0.34 * len(effects)
        figure = Figure(figsize=(11.4 if wide else 6.8, max(3.2, height)), layout="constrained")
        panels = figure.subplots(1, 2 if wide else 1, squeeze=False, width_ratios=[3, 2] if wide else None)
        _forest(panels[0][0], comparison, effects)
        if wide:
            _costs_and_gains(panels[0][1], comparison, effects)
    return figure


def _ordered(comparison: Comparison) -> list[Effect]:
    """Put the best on top; what has no value comes last."""
    sign = 1.0 if comparison.metric.more_is_better else -1.0

    def gain(effect: Effect) -> float:
        return float("-inf") if effect.difference.value is None else sign * effect.difference.value

    return sorted(comparison.effects, key=lambda effect: -gain(effect))


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def _colour(comparison: Comparison, effect: Effect) -> str:
    """Tell what is surely better, surely worse, and what is open."""
    found = effect.difference
    better = found if comparison.metric.more_is_better else found.scaled(-1.0)
    if better.low is not None and better.low > 0.0:
        return _BETTER
    return _WORSE if better.high is not None and better.high < 0.0 else _OPEN


def _forest(axes: Axes, comparison: Comparison, effects: list[Effect]) -> None:
    metric = comparison.metric
    scale = 100.0 if metric.kind == "share" else 1.0
    for row, effect in enumerate(effects):
        found, colour = effect.difference, _colour(comparison, effect)
        if found.value is None:
            continue
        low = found.value if found.low is None else found.low
        high = found.value if found.high is None else found.high
        axes.plot([low * scale, high * scale], [row, row], color=colour, linewidth=2.2)
        axes.plot([found.value * scale], [row], "o", color=colour, markersize=6)
    _seen_again(axes, comparison, effects, scale)
    axes.axvline(0.0, color=INK, linewidth=0.9)
    labels = [f"{_short(effect.name)}  {row}" for row, effect in enumerate(effects, start=1)]
    axes.set_yticks(range(len(effects)), labels)
    axes.set_ylim(len(effects) - 0.4, -0.6)
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    axes.set_xlabel(_label(comparison))
    axes.set_title(f"Change of {metric.spoken} by idea")


def _seen_again(axes: Axes, comparison: Comparison, effects: list[Effect], scale: float) -> None:
    """Mark what the idea to launch gained from other customers."""
    again = comparison.confirmation
    if again is None or again.difference.value is None:
        return
    rows = [row for row, effect in enumerate(effects) if effect.name == comparison.verdict.names[0]]
    axes.plot(
        [again.difference.value * scale] * len(rows),
        rows,
        "D",
        color="white",
        markeredgecolor=INK,
        markersize=6,
        label="again, with other customers",
    )
    axes.legend(loc="lower right", fontsize=8)


def _label(comparison: Comparison) -> str:
    metric, confidence = comparison.metric, f"{comparison.confidence * 100:g} %"
    what = comparison.baseline.program.currency if metric.kind == "money" else unit(metric).strip()
    name = f"{metric.spoken} in {what}" if what else metric.spoken
    return f"{name}, less today's\n{confidence} intervals, for all ideas at once"


def _costs_and_gains(axes: Axes, comparison: Comparison, effects: list[Effect]) -> None:
    """Draw each idea as the number it has in the other panel: names would cover each other."""
    currency = comparison.baseline.program.currency
    for row, effect in enumerate(effects, start=1):
        quarter, once = effect.earnings.quarter, effect.earnings.once
        if quarter.value is None:
            continue
        colour = _colour(comparison, effect)
        if quarter.low is not None and quarter.high is not None:
            axes.plot([once, once], [quarter.low, quarter.high], color=colour, linewidth=1.4)
        axes.plot([once], [quarter.value], "o", color=colour, markersize=5)
        axes.annotate(str(row), (once, quarter.value), xytext=(5, 4), textcoords="offset points")
    most = max(max(effect.earnings.once for effect in effects), 1.0)
    axes.plot([0.0, most], [0.0, most], color=QUIET, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.annotate("above: paid back in a quarter", (most, most), ha="right", va="bottom", color=QUIET)
    axes.axhline(0.0, color=INK, linewidth=0.9)
    axes.margins(x=0.1, y=0.12)
    axes.set_xlabel(f"paid once, {currency}")
    axes.set_ylabel(f"{currency} a quarter, after running costs")
    axes.set_title("Cost against gain, by number")
