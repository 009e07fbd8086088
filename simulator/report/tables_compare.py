"""A comparison, as an answer and a table for a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from simulator.analysis.abandonment import abandonment, has_sessions
from simulator.analysis.compare import Comparison, Effect
from simulator.analysis.verdict import NOTHING
from simulator.analysis.wording import amount, chance_text, interval, unit
from simulator.report.terminal import heading, note, percent, table
from simulator.results.estimate import Estimate
from simulator.results.summary import RunResult
from simulator.spec.model import DAY

__all__ = ["compare_tables"]


def compare_tables(comparison: Comparison, last_step: str | None = None) -> Iterator[RenderableType]:
    """Lay out a comparison: the answer first, then differences, personas and sessions.

    Parameters
    ----------
    comparison : Comparison
    last_step : str, optional
        The touchpoint whose sessions without an order are told.
    """
    yield Text(comparison.verdict.text, style="bold")
    yield from _today(comparison)
    yield _ideas(comparison)
    yield note(
        "Each difference is between the same customers with and without the idea; each interval holds "
        "by itself, the answer above for all ideas together. best: chance to be the best choice. "
        "saved: how many times more replications it would take with other customers."
    )
    if len(comparison.baseline.program.names.personas) > 1 and comparison.effects[0].personas:
        yield _personas(comparison)
    if has_sessions(comparison.baseline):
        yield from _sessions(comparison, last_step)
    if any(effect.result.idea_cost for effect in comparison.effects):
        yield _costs(comparison)


def _today(comparison: Comparison) -> Iterator[RenderableType]:
    base, metric = comparison.baseline, comparison.metric
    value = comparison.baseline_value
    told = "–" if value.value is None else amount(metric, value.value, base.program.currency, signed=False)
    words = f"Today's {metric.name.replace('_', ' ')}: {told}{unit(metric, difference=False)}"
    words += f" {interval(metric, value, signed=False)}"
    if metric.name == "conversion":
        rate, days = base.conversion(), base.program.follow_up / DAY
        words += f", {rate.hits:,} of {rate.of:,} customers within {days:g} days of arriving"
    yield heading(base.program.title, f"{base.replications} replications, seed {base.seed}")
    yield Text(words)


def _ideas(comparison: Comparison) -> RenderableType:
    ordered = sorted(comparison.effects, key=lambda effect: -(effect.chance_best or 0.0))
    rows = [_row(comparison, effect) for effect in ordered]
    rows.append([NOTHING, "", "", _chance(comparison.baseline_chance), ""])
    return table(["idea", _difference_head(comparison), "relative", "best", "saved"], rows)


def _difference_head(comparison: Comparison) -> str:
    metric = comparison.metric
    if metric.kind == "money":
        return f"{comparison.baseline.program.currency} [95 %]"
    return f"{'difference' if metric.kind == 'number' else unit(metric).strip()} [95 %]"


def _row(comparison: Comparison, effect: Effect) -> list[str]:
    saved = "–" if effect.variance_ratio is None else f"{effect.variance_ratio:,.0f}×"
    return [
        f"{effect.name} (as is)" if effect.result.as_is else effect.name,
        _difference(comparison, effect.difference),
        "–" if effect.relative is None else f"{effect.relative * 100:+.1f} %",
        _chance(effect.chance_best),
        saved,
    ]


def _chance(chance: float | None) -> str:
    return "–" if chance is None else chance_text(chance)


def _personas(comparison: Comparison) -> RenderableType:
    rows = [
        ["" if place else effect.name, name, _difference(comparison, found)]
        for effect in comparison.effects
        for place, (name, found) in enumerate(effect.personas.items())
    ]
    return table(["idea", "persona", _difference_head(comparison)], rows, texts=2)


def _difference(comparison: Comparison, found: Estimate) -> str:
    if found.value is None:
        return "–"
    if found.value == found.low == found.high == 0.0:
        return "none at all"
    metric = comparison.metric
    return f"{amount(metric, found.value)} {interval(metric, found)}".rstrip()


def _sessions(comparison: Comparison, last_step: str | None) -> Iterator[RenderableType]:
    columns = ["sessions", "with an order", "of"]
    if last_step is not None:
        columns += ["abandoned", "of"]
    runs = [("today", comparison.baseline), *((one.name, one.result) for one in comparison.effects)]
    yield table(columns, [_session_row(name, run, last_step) for name, run in runs])
    if last_step is not None:
        yield note(f"abandoned: sessions that met {last_step} and ended without an order.")


def _session_row(name: str, run: RunResult, last_step: str | None) -> list[str]:
    rate = run.session_orders()
    row = [name, percent(rate.estimate), f"{rate.of:,}"]
    if last_step is None:
        return row
    if last_step not in run.program.names.touchpoints:
        return [*row, "–", "–"]
    lost = abandonment(run, last_step)
    return [*row, percent(lost.estimate, 1), f"{lost.sessions:,}"]


def _costs(comparison: Comparison) -> RenderableType:
    currency = comparison.baseline.program.currency
    rows = [
        [
            effect.name,
            f"{effect.result.program.cost_once:,.0f}",
            f"{effect.result.program.cost_monthly:,.0f}",
            f"{effect.result.idea_cost:,.0f}",
        ]
        for effect in comparison.effects
    ]
    return table([f"cost in {currency}", "once", "monthly", "over this run"], rows)
