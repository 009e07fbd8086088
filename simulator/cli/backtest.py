"""``journey backtest``: forecasts made as they would have been made, scored on what then happened."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from simulator.cli.logs import columns_of, log_options
from simulator.cli.options import as_json, json_option, replications_of, seed_option, workers_option
from simulator.cli.playing import Bar
from simulator.errors import InputError
from simulator.execution.prepare import prepare
from simulator.learn import read_log
from simulator.learn.backtest.backtest import backtest
from simulator.learn.backtest.document import backtest_document
from simulator.learn.backtest.history import first_seen
from simulator.learn.backtest.journey import JourneyMethod, Task
from simulator.learn.backtest.origins import plan_origins
from simulator.learn.calendar import Calendar, Happening, holiday_calendar, read_calendar
from simulator.learn.goals import choose_goal
from simulator.learn.log import DAY, EventLog
from simulator.learn.newcomers import BUILT_IN, FORECASTERS, forecaster_named
from simulator.report.charts.backtest import backtest_figure
from simulator.report.charts.style import chart_kind, write_chart
from simulator.report.tables_backtest import backtest_tables
from simulator.report.terminal import show
from simulator.spec.units import parse_duration

__all__ = ["command"]

_MOST_DAYS: Final = 366
_MOST_ORIGINS: Final = 520
_ORIGINS: Final = 20


def _days(context: click.Context, option: click.Parameter, value: str) -> int:
    """Read a horizon as whole days."""
    try:
        days = float(parse_duration(value)) / DAY
    except ValueError as wrong:
        raise click.BadParameter(str(wrong), context, option) from wrong
    if days != int(days) or not 1 <= days <= _MOST_DAYS:
        raise click.BadParameter(f"{value!r} is not 1 to {_MOST_DAYS} whole days", context, option)
    return int(days)


@click.command("backtest")
@click.argument("log", type=click.Path(path_type=Path))
@log_options
@click.option(
    "--goal",
    multiple=True,
    metavar="ACTIVITY",
    help="What to forecast, a day; may be repeated.  [default: the last of the most frequent path]",
)
@click.option(
    "--horizon",
    default="28 days",
    show_default=True,
    metavar="TIME",
    callback=_days,
    help="How far ahead each forecast goes.",
)
@click.option(
    "--origins",
    type=click.IntRange(1, _MOST_ORIGINS),
    help="How many forecasts, a week apart, the latest.  [default: 20; with --final all of the last third]",
)
@click.option(
    "--final", is_flag=True, help="Judge on the last third of the log, which is kept back otherwise."
)
@click.option(
    "--calendar",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What is known beforehand, a row each: kind, from, to.",
)
@click.option("--holidays", metavar="COUNTRY[-REGION]", help="Public holidays, such as PT or DE-BY.")
@click.option(
    "--new",
    "new",
    default=BUILT_IN,
    show_default=True,
    metavar="|".join(FORECASTERS),
    help="Who forecasts new customers.",
)
@click.option(
    "--min-persona",
    type=click.IntRange(min=0),
    help="Smaller personas become one, `other`.  [default: a twentieth of the cases, at most 500]",
)
@seed_option
@replications_of(500, "each is one possible future, and quantiles are read off them")
@workers_option
@click.option(
    "--plot",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Draw forecasts and what happened to this file (.svg or .png).",
)
@json_option
def command(
    log: Path,
    case: tuple[str, ...],
    event: str,
    time: str,
    persona: tuple[str, ...],
    planned: tuple[str, ...],
    only: tuple[str, ...],
    goal: tuple[str, ...],
    horizon: int,
    origins: int | None,
    final: bool,
    calendar: Path | None,
    holidays: str | None,
    new: str,
    min_persona: int | None,
    seed: int,
    replications: int,
    workers: int,
    plot: Path | None,
    machine: bool,
) -> None:
    """Backtest forecasts on LOG: made weekly, from what was known each day, scored on what then happened.

    At each origin everything is learnt anew: the journey, the customers on their way, and how many will
    come. Beside it stand time series (seasonal naive, last year, AutoETS, AutoTheta, MSTL, AutoARIMA) and
    pickup: what is on hand and what used to come. The last third of the log is kept back unless --final
    is given. Needs the extra [learn].
    """
    if plot is not None:
        chart_kind(plot)
    columns = columns_of(case, event, time, persona, planned, only)
    forecaster = forecaster_named(new)
    events = read_log(log, columns)
    goals, notes = choose_goal(events, str(log), goal)
    for note in notes:
        click.echo(note, err=True)
    days = events.window // DAY
    seen = first_seen(events, goals)
    many = origins or (_MOST_ORIGINS if final else _ORIGINS)
    plan = plan_origins(str(log), events.start, days, horizon, many, final, seen)
    known = _calendar(calendar, holidays, events, days + horizon)
    task = Task(tuple(goals), dict(columns.planned), horizon, known, min_persona)
    method = JourneyMethod(task, forecaster, seed, replications, workers)
    prepare()
    with Bar("forecasting", "forecasts") as bar:
        found = backtest(replace(events, name=log.name), plan, method, bar.advance)
    if plot is not None:
        write_chart(backtest_figure(found), plot)
        click.echo(f"wrote {plot}", err=True)
    if machine:
        click.echo(as_json(backtest_document(found)))
    else:
        show(backtest_tables(found))


def _calendar(path: Path | None, holidays: str | None, log: EventLog, days: int) -> Calendar:
    """Put the calendar of a file and public holidays together."""
    happenings: Sequence[Happening] = () if path is None else read_calendar(path).happenings
    if holidays is not None:
        last = log.start + datetime.timedelta(days=days)
        try:
            happenings = [*happenings, *holiday_calendar(holidays, log.start, last).happenings]
        except ValueError as wrong:
            raise InputError(f"--holidays: {wrong}") from None
    return Calendar(tuple(sorted(happenings)))
