"""``journey score``: a forecast made earlier against what then happened."""

from __future__ import annotations

from pathlib import Path

import click

from simulator.cli.logs import pairs
from simulator.cli.options import as_json, json_option
from simulator.learn.happened import read_happened
from simulator.learn.scoring import read_forecast, score_document, score_forecast
from simulator.report.tables_score import score_tables
from simulator.report.terminal import show

__all__ = ["command"]


@click.command("score")
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("log", type=click.Path(path_type=Path))
@click.option(
    "--event", required=True, metavar="COLUMN", help="What happened, or the product: it names the series."
)
@click.option("--time", required=True, metavar="COLUMN", help="When: a date, or a date and a time.")
@click.option("--units", metavar="COLUMN", help="Add up this column, such as a quantity; else rows count.")
@click.option(
    "--series",
    multiple=True,
    metavar="NAME=EVENT",
    help="What a series of the forecast is called in the log, where the names differ.",
)
@json_option
def command(
    run: Path, log: Path, event: str, time: str, units: str | None, series: tuple[str, ...], machine: bool
) -> None:
    """Score the forecast in the folder RUN on what then happened, LOG.

    RUN was written by `journey forecast … --out RUN` or `journey run … --out RUN`. Only periods that LOG
    tells whole are scored. Needs the extra [learn].
    """
    made = read_forecast(run)
    found = score_forecast(
        made, read_happened(log, event, time, units), pairs("--series", "NAME=EVENT", series)
    )
    if machine:
        click.echo(as_json(score_document(found)))
    else:
        show(score_tables(found))
