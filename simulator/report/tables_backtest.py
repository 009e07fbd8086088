"""A backtest as tables for a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from rich.console import RenderableType
from rich.text import Text

from simulator.learn.backtest.backtest import OURS, Backtest, Series
from simulator.learn.backtest.baselines import PICKUP
from simulator.learn.backtest.history import day_after
from simulator.learn.backtest.ratios import crps_ratio
from simulator.learn.backtest.scores import COVERED, Scores
from simulator.report.terminal import heading, note, table

__all__ = ["backtest_tables", "score_rows"]

_HEAD: Final = ["MAE", "CRPS", "of totals", "total off", "bias", "days", "totals"]


def backtest_tables(found: Backtest) -> Iterator[RenderableType]:
    """Lay out a backtest: what was asked, then for each series the methods and our own parts."""
    plan, start = found.plan, found.start
    first, last = (day_after(start, day) for day in (plan.days[0], plan.days[-1]))
    yield heading(
        f"{found.log}: {plan.horizon} days ahead from {len(plan.days)} days",
        f"weekly, {first} to {last}, seed {found.seed}",
    )
    kept = day_after(start, plan.kept_back)
    if plan.final:
        yield Text(
            f"Final: these days lie in the last third, from {kept} on. Choose nothing by them any more."
        )
    else:
        yield Text(f"The last third, from {kept} on, was kept back; --final judges on it, once.")
    for name, one in found.series.items():
        yield from _series(name, one, plan.horizon)


def _series(name: str, one: Series, horizon: int) -> Iterator[RenderableType]:
    yield Text("")
    yield Text(_verdict(name, one, horizon), style="bold")
    yield table([name, *_HEAD], score_rows(one.methods))
    yield note(
        f"MAE and CRPS a day, and CRPS of {horizon}-day totals, in {name} (less is better); days, totals: "
        "how much of what happened lay within the 80 % intervals; behind a share of another's CRPS, its 95 % "
        "interval."
    )
    if one.absent:
        yield note(f"Too short a past for: {', '.join(one.absent)}.")
    parts = {"on their way": one.pipeline, "new": one.newcomers}
    weeks = {f"week {place + 1}": week for place, week in enumerate(one.methods[OURS].weeks)}
    yield table([OURS, *_HEAD], score_rows({**weeks, **parts}))
    covered = one.methods[OURS]
    shares = ", ".join(
        f"{level} %: {covered.coverage[level] * 100:.0f} and {covered.coverage_total[level] * 100:.0f}"
        for level in COVERED
    )
    yield note(f"Intervals of {OURS} covered, in % of days and of totals: {shares}.")


def _verdict(name: str, one: Series, horizon: int) -> str:
    """Say how our CRPS compares with the best time series' and with pickup's, and how sure that is."""
    ours = one.methods[OURS]
    series = {key: scores.crps for key, scores in one.methods.items() if key not in (OURS, PICKUP)}
    words = []
    if series:
        best = min(series, key=lambda key: series[key])
        words.append(f"{_share(ours, one.methods[best], horizon)} of the best time series' ({best})")
    if PICKUP in one.methods:
        words.append(f"{_share(ours, one.methods[PICKUP], horizon)} of pickup's")
    return f"{name}: {OURS} has a CRPS of {ours.crps:.3g} a day" + ("".join(f", {word}" for word in words))


def _share(ours: Scores, theirs: Scores, horizon: int) -> str:
    ratio = crps_ratio(ours, theirs, horizon)
    if ratio is None:
        return "–"
    if ratio.low is None or ratio.high is None:
        return f"{ratio.value:.2f}"
    return f"{ratio.value:.2f} ({ratio.low:.2f} to {ratio.high:.2f})"


def score_rows(methods: Mapping[str, Scores]) -> Iterator[list[str]]:
    """Write the scores of methods as rows under `_HEAD`."""
    for name, one in methods.items():
        yield [
            name,
            f"{one.mae:.3g}",
            f"{one.crps:.3g}",
            f"{one.crps_total:.3g}",
            _percent(one.total_error),
            _percent(one.bias, "+"),
            f"{one.coverage[80] * 100:.0f} %",
            f"{one.coverage_total[80] * 100:.0f} %",
        ]


def _percent(share: float | None, sign: str = "") -> str:
    return "–" if share is None else f"{share * 100:{sign}.1f} %"
