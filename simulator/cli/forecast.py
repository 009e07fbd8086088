"""``journey forecast``: dated demand with quantiles."""

from __future__ import annotations

import contextlib
import datetime
import sys
from pathlib import Path

import click

from simulator.analysis.forecast.document import forecast_document
from simulator.analysis.forecast.draws import Draws
from simulator.analysis.forecast.files import write_tables
from simulator.analysis.forecast.sheet import SUBJECTS, lay_sheet
from simulator.cli.options import (
    as_json,
    cluster_option,
    engine_option,
    json_option,
    model_argument,
    replications_of,
    scenario_option,
    seed_option,
    workers_option,
)
from simulator.cli.playing import load_one, play_kept
from simulator.cli.today import Opened, from_today, open_options
from simulator.cli.unsure import uncertainty_option, unsure_journey
from simulator.execution.ignorance import FUTURES, two_futures
from simulator.program.compile import compile_journey
from simulator.report.charts.fan import fan_figure
from simulator.report.charts.style import chart_kind, write_chart
from simulator.report.tables_forecast import forecast_tables
from simulator.report.terminal import show
from simulator.results.folder import RunFolder, seal_folder, write_json
from simulator.results.periods import UNITS_OF_TIME
from simulator.spec.load import load_journey
from simulator.spec.units import parse_date

__all__ = ["command"]


def _date(ctx: click.Context, option: click.Parameter, value: str | None) -> datetime.date | None:
    """Read a date as a model file would."""
    try:
        return None if value is None else parse_date(value)
    except ValueError as wrong:
        raise click.BadParameter(str(wrong), ctx, option) from wrong


@click.command("forecast")
@model_argument
@scenario_option
@click.option(
    "--by", default="week", show_default=True, metavar="|".join(UNITS_OF_TIME), help="How long a period is."
)
@click.option(
    "--per",
    multiple=True,
    metavar="LEVEL",
    help="product, persona, channel, touchpoint (where it is asked for), entrance (where the customer came "
    "in) or total; may be given several times  [default: product]",
)
@click.option("--only", multiple=True, metavar="NAME", help="Only this series; may be given several times.")
@click.option(
    "--of",
    metavar="|".join(SUBJECTS),
    help="What to forecast  [default: demand in units, or conversions where nothing is sold]",
)
@click.option(
    "--from", "since", callback=_date, metavar="DATE", help="First date  [default: after the warm-up]"
)
@click.option("--to", callback=_date, metavar="DATE", help="Last date  [default: the end]")
@open_options
@seed_option
@replications_of(200, "each is one possible future, and quantiles are read off them")
@workers_option
@cluster_option
@engine_option
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write draws, quantiles and a manifest to a new folder."
)
@click.option(
    "--plot",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Draw the fan to this file (.svg or .png).",
)
@uncertainty_option
@json_option
def command(
    model: Path,
    scenario: Path | None,
    by: str,
    per: tuple[str, ...],
    only: tuple[str, ...],
    of: str | None,
    since: datetime.date | None,
    to: datetime.date | None,
    seed: int,
    replications: int,
    workers: int,
    cluster: str | None,
    engine: str,
    out: Path | None,
    plot: Path | None,
    uncertainty: bool,
    machine: bool,
    opened: Opened | None,
) -> None:
    """Forecast demand by date: how many we will sell, and when.

    Every replication is one possible future, kept whole; quantiles are read off them. Demand is what is
    asked for, whether or not it is there to be sold.
    """
    if plot is not None:
        chart_kind(plot)
    journey = from_today([load_one(model, scenario)], opened)[0]
    program = compile_journey(journey)
    sheet = lay_sheet(journey, program, of=of, by=by, per=per, only=only, since=since, to=to)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(RunFolder(out)) if out else None
        played = (
            unsure_journey(from_today([load_journey(model)], opened)[0] if scenario else journey, journey)
            if uncertainty
            else program
        )
        numbers = two_futures(replications) if uncertainty else range(replications)
        paths, used = play_kept(played, seed, numbers, workers, engine, sheet.read, cluster)
        asked = len(numbers) if len(paths) < len(numbers) else None
        sets = [number % FUTURES for number in numbers[: len(paths)]] if uncertainty else None
        draws = Draws.collect(sheet, seed, used, paths, sets=sets, asked=asked)
        if folder is not None:
            _write(folder, draws, [path for path in (model, scenario) if path is not None])
    if out is not None:
        click.echo(f"wrote {out}", err=True)
    if plot is not None:
        write_chart(fan_figure(draws), plot)
        click.echo(f"wrote {plot}", err=True)
    if machine:
        click.echo(as_json(forecast_document(draws)))
    else:
        show(forecast_tables(draws))


def _write(folder: RunFolder, draws: Draws, sources: list[Path]) -> None:
    texts = {path.name: path.read_text(encoding="utf-8-sig") for path in sources}
    write_tables(draws, folder.path)
    write_json(folder.path / "forecast.json", forecast_document(draws))
    seal_folder(folder, "forecast", draws, texts, ["journey", *sys.argv[1:]])
