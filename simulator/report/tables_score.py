"""A forecast's scores on what then happened, as a table for a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType

from simulator.learn.scoring import Scored
from simulator.report.terminal import heading, note, table

__all__ = ["score_tables"]


def score_tables(found: Scored) -> Iterator[RenderableType]:
    """Lay out what was forecast, what happened, and how good that was."""
    (first, _), (last, days) = found.periods[0], found.periods[-1]
    yield heading(
        f"{found.made.folder} on {found.log}",
        f"{len(found.periods)} of {len(found.made.periods)} periods, {first} on",
    )
    columns = ["", "forecast", "happened", "off", "MAE", "CRPS", "in 80 %", "total"]
    yield table(columns, [_row(found, name) for name in found.forecasts])
    yield note(
        f"Totals up to and with the period of {last} ({days} days), and whether what happened lies in their "
        "80 % interval. MAE, CRPS and in 80 % by period: less, less, and about 80 % is good. One forecast "
        "says little about intervals: journey backtest makes many."
    )
    if found.unknown:
        yield note(f"The log says nothing of: {', '.join(found.unknown)}.")


def _row(found: Scored, name: str) -> list[str]:
    one, scores = found.forecasts[name], found.scores[name]
    forecast, actual = one.paths.sum(axis=1).mean(), one.actual.sum()
    return [
        name,
        f"{forecast:,.0f}",
        f"{actual:,.0f}",
        "–" if not actual else f"{(forecast / actual - 1) * 100:+.1f} %",
        f"{scores.mae:.3g}",
        f"{scores.crps:.3g}",
        f"{scores.coverage[80] * 100:.0f} %",
        "yes" if scores.coverage_total[80] else "no",
    ]
