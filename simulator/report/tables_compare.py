"""A comparison, as an answer and a table for a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.console import RenderableType
from rich.text import Text

from simulator.analysis.abandonment import abandonment, has_sessions
from simulator.analysis.answer import relative_again
from simulator.analysis.compare import Comparison, Confirmation, Effect
from simulator.analysis.money import Earnings
from simulator.analysis.verdict import NOTHING
from simulator.analysis.wording import amount, chance_text, interval, money, months, unit
from simulator.report.terminal import heading, note, percent, table
from simulator.results.estimate import Estimate
from simulator.results.summary import RunResult
from simulator.spec.model import DAY

__all__ = ["compare_tables"]

# Of more ideas than these, the details of the likeliest are shown.
_DETAILED: Final = 8
_AGAIN: Final = "on fresh customers"


def compare_tables(comparison: Comparison, last_step: str | None = None) -> Iterator[RenderableType]:
    """Lay out a comparison: the answer first, then differences, guardrails, personas, sessions, money.

    Parameters
    ----------
    comparison : Comparison
    last_step : str, optional
        The touchpoint whose sessions without an order are told.
    """
    yield Text(comparison.verdict.text, style="bold")
    yield from (note(text) for text in comparison.notes)
    yield from _today(comparison)
    yield _ideas(comparison)
    yield note(_about(comparison))
    if comparison.guards:
        yield _guards(comparison)
    if any(effect.interaction is not None for effect in comparison.effects):
        yield _interactions(comparison)
    if len(comparison.baseline.program.names.personas) > 1 and comparison.effects[0].personas:
        yield _personas(comparison)
    if has_sessions(comparison.baseline) and comparison.sells:
        yield from _sessions(comparison, last_step)
    if any(effect.result.idea_cost for effect in comparison.effects):
        yield from _money(comparison)


def _today(comparison: Comparison) -> Iterator[RenderableType]:
    base, metric = comparison.baseline, comparison.metric
    value = comparison.baseline_value
    told = "–" if value.value is None else amount(metric, value.value, base.program.currency, signed=False)
    words = f"Today's {metric.spoken}: {told}{unit(metric, difference=False)}"
    words += f" {interval(metric, value, signed=False)}"
    if metric.name == "conversion":
        rate, days = base.conversion(), base.program.follow_up / DAY
        words += f", {rate.hits:,} of {rate.of:,} customers within {days:g} days of arriving"
    elif metric.of:
        words += f", of {metric.denominator(base):,} {metric.of}"
    yield heading(base.program.title, _played(comparison))
    yield Text(words)


def _played(comparison: Comparison) -> str:
    base = comparison.baseline
    if comparison.found is None:
        return f"{base.replications} replications, seed {base.seed}"
    fewest = min(effect.result.replications for effect in comparison.effects)
    most = max(comparison.found.played)
    times = f"{most}" if fewest == most else f"{fewest} to {most}"
    return f"{times} replications an idea, seed {base.seed}"


def _ranked(comparison: Comparison) -> list[Effect]:
    """Put the likeliest first; of equals, the one with the better mean."""
    sign = 1.0 if comparison.metric.more_is_better else -1.0

    def key(effect: Effect) -> tuple[float, float]:
        return -(effect.chance_best or 0.0), -sign * (effect.difference.value or 0.0)

    return sorted(comparison.effects, key=key)


def _detailed(comparison: Comparison) -> list[Effect]:
    """Give the ideas whose details are shown: all, in the order given, or the likeliest of many."""
    if len(comparison.effects) <= _DETAILED:
        return comparison.effects
    return _ranked(comparison)[:_DETAILED]


def _ideas(comparison: Comparison) -> RenderableType:
    rows = []
    for effect in _ranked(comparison):
        rows.append(_row(comparison, effect))
        if comparison.confirmation is not None and effect.name == comparison.verdict.names[0]:
            rows.append(_seen_again(comparison, effect, comparison.confirmation))
    rows.append([NOTHING, "", "", "", _chance(comparison.baseline_chance)])
    return table(["idea", _difference_head(comparison), "relative", "a quarter", "best"], rows)


def _difference_head(comparison: Comparison) -> str:
    metric, confidence = comparison.metric, f"{comparison.confidence * 100:g} %"
    if metric.kind == "money":
        return f"{comparison.baseline.program.currency} [{confidence}]"
    return f"{unit(metric).strip() or 'difference'} [{confidence}]"


def _row(comparison: Comparison, effect: Effect) -> list[str]:
    return [
        f"{effect.name} (as is)" if effect.result.as_is else effect.name,
        _difference(comparison, effect.difference),
        "–" if effect.relative is None else f"{effect.relative * 100:+.1f} %",
        _quarter(effect.earnings),
        _chance(effect.chance_best),
    ]


def _seen_again(comparison: Comparison, effect: Effect, again: Confirmation) -> list[str]:
    """Lay out what the headline tells: the idea to launch, on customers it was not chosen by."""
    relative = relative_again(effect, again.difference)
    return [
        f"  {_AGAIN}",
        _difference(comparison, again.difference),
        "–" if relative is None else f"{relative * 100:+.1f} %",
        _quarter(again.earnings),
        "",
    ]


def _quarter(earned: Earnings) -> str:
    value = earned.quarter.value
    return "–" if value is None else money(value, "")


def _chance(chance: float | None) -> str:
    return "–" if chance is None else chance_text(chance)


def _about(comparison: Comparison) -> str:
    text = (
        "Each difference is between the same customers with and without the idea; the intervals hold for "
        "all ideas at once. "
    )
    if comparison.confirmation is not None:
        text += (
            f"{_AGAIN}: what the first line tells, from {comparison.confirmation.replications} replications "
            "with a seed of their own; all else is from the customers the ideas were chosen by. "
        )
    earned = (
        "margin after the idea's running costs"
        if comparison.sells
        else "margin, which is all costs where nothing is sold"
    )
    text += f"a quarter: change of the {earned}"
    currency = comparison.baseline.program.currency
    text += f", in {currency}" if currency else ""
    text += ". best: chance to be the best choice."
    ratios = [effect.variance_ratio for effect in comparison.effects if effect.variance_ratio is not None]
    if ratios:
        low, high = f"{min(ratios):,.0f}", f"{max(ratios):,.0f}"
        times = low if low == high else f"{low} to {high}"
        text += f" With other customers it would take {times} times as many replications."
    return text


def _guards(comparison: Comparison) -> RenderableType:
    rows = []
    for effect in _detailed(comparison):
        for place, finding in enumerate(effect.guards):
            metric, found = finding.guard.metric, finding.difference
            told = "–" if found.value is None else f"{amount(metric, found.value)} {interval(metric, found)}"
            margin = amount(metric, finding.margin, signed=False) + unit(metric)
            rows.append(["" if place else effect.name, metric.spoken, told.rstrip(), margin, finding.status])
    return table(["idea", "guardrail", "difference", "margin", ""], rows, texts=2)


def _interactions(comparison: Comparison) -> RenderableType:
    rows = [
        [effect.name, _difference(comparison, effect.difference), _difference(comparison, effect.interaction)]
        for effect in comparison.effects
        if effect.interaction is not None
    ]
    return table(["together", "difference", "beyond the sum of each"], rows)


def _personas(comparison: Comparison) -> RenderableType:
    rows = [
        ["" if place else effect.name, name, _difference(comparison, found)]
        for effect in _detailed(comparison)
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
    runs = [("today", comparison.baseline), *((one.name, one.result) for one in _detailed(comparison))]
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


def _money(comparison: Comparison) -> Iterator[RenderableType]:
    currency = comparison.baseline.program.currency
    head = [f"money in {currency}", "once", "monthly", "a quarter"]
    rows = []
    for effect in _detailed(comparison):
        earned = effect.earnings
        rows.append(
            [effect.name, f"{earned.once:,.0f}", f"{earned.monthly:,.0f}", _ends(earned.quarter)],
        )
        if comparison.sells:
            rows[-1].append(_payback(effect))
    yield table([*head, "paid back"] if comparison.sells else head, rows)


def _ends(found: Estimate) -> str:
    if found.value is None:
        return "–"
    ends = "" if found.low is None else f" [{found.low:+z,.0f}, {found.high:+z,.0f}]"
    return f"{found.value:+z,.0f}{ends}"


def _payback(effect: Effect) -> str:
    earned = effect.earnings
    if earned.payback_months is None or earned.payback_months.value is None:
        return "never" if earned.once > 0.0 else "–"
    return months(earned.payback_months.value)
