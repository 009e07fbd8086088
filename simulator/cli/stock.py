"""``journey stock``: policies, service, costs, and the order sheet."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Any

import click

from simulator.analysis.stock import Aim, Player, Question, StockPlan, parse_service, plan_stock
from simulator.analysis.stock.document import stock_document
from simulator.analysis.stock.files import write_stock
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
from simulator.cli.playing import engine_for, load_one
from simulator.cli.searching import Searching
from simulator.cli.today import Opened, from_today, open_options
from simulator.execution.cluster import open_cluster
from simulator.execution.prepare import prepare
from simulator.program.compile import compile_journey
from simulator.report.charts.stock import stock_figure
from simulator.report.charts.style import chart_kind, write_chart
from simulator.report.tables_stock import stock_tables
from simulator.report.terminal import show
from simulator.results.folder import RunFolder, refuse_taken, seal_folder

__all__ = ["command"]


def _aim(service: str | None, minimise: str | None) -> Aim:
    """Choose between a level of service and least cost."""
    if service is not None and minimise is not None:
        raise click.UsageError("choose one: --service or --minimise")
    return Aim() if service is None else parse_service(service)


@click.command("stock")
@model_argument
@scenario_option
@click.option(
    "--service",
    metavar="MEASURE=SHARE",
    help="Reach this level of service: fill_rate=0.98 (units there when asked for) or cycle=0.95 (deliveries "
    "before which nobody asked in vain).",
)
@click.option(
    "--minimise",
    type=click.Choice(["cost"]),
    help="Look for the least cost: holding, orders, units owed, margin lost  [this is the default]",
)
@click.option(
    "--budget", type=click.FloatRange(0, min_open=True), help="Most money in all stock, on hand and on order."
)
@click.option(
    "--shelf", type=click.FloatRange(0, min_open=True), help="Most units of all stock, on hand and on order."
)
@click.option(
    "--once", multiple=True, metavar="PRODUCT", help="This product is bought once, before the start."
)
@click.option(
    "--weeks",
    type=click.IntRange(1),
    default=8,
    show_default=True,
    help="How many weeks to plan, from the end of the warm-up on.",
)
@click.option(
    "--feedback",
    is_flag=True,
    help="Also say what it changes that a stock-out changes demand; takes about three times as long.",
)
@open_options
@seed_option
@replications_of(100, "for the last look of the search; as many new ones tell what its answer is worth")
@workers_option
@cluster_option
@engine_option
@click.option("--out", type=click.Path(path_type=Path), help="Write the plan and its tables to a new folder.")
@click.option(
    "--plot",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Draw the shelves to come to this file (.svg or .png).",
)
@json_option
def command(
    model: Path,
    scenario: Path | None,
    seed: int,
    replications: int,
    workers: int,
    cluster: str | None,
    engine: str,
    out: Path | None,
    plot: Path | None,
    machine: bool,
    service: str | None,
    minimise: str | None,
    opened: Opened | None,
    **asked: Any,
) -> None:
    """Plan the stock: when to order how much, what it costs, and what to order in the coming weeks.

    Policies are tried on the same simulated customers, who wait, take something else or leave for good when
    a shelf is empty. Beside each stands the textbook's answer.
    """
    aim = _aim(service, minimise)
    if out is not None:
        refuse_taken(out)
    if plot is not None:
        chart_kind(plot)
    question = Question(aim=aim, replications=replications, **asked)
    journey = from_today([load_one(model, scenario)], opened)[0]
    by = engine_for([compile_journey(journey)], 100 * replications, engine, everything=bool(cluster))
    with contextlib.ExitStack() as opening:
        crew = opening.enter_context(open_cluster(cluster)) if cluster else None
        if by == "kernel" and crew is None:
            prepare()
        bar = opening.enter_context(Searching())
        plan = plan_stock(journey, question, Player(seed, workers, by, bar.advance, crew))
    if out is not None:
        _write(out, plan, [path for path in (model, scenario) if path is not None])
    if plot is not None:
        write_chart(stock_figure(plan), plot)
        click.echo(f"wrote {plot}", err=True)
    if machine:
        click.echo(as_json(stock_document(plan)))
    else:
        show(stock_tables(plan))


def _write(out: Path, plan: StockPlan, sources: list[Path]) -> None:
    texts = {path.name: path.read_text(encoding="utf-8-sig") for path in sources}
    with RunFolder(out) as folder:
        write_stock(plan, folder.path)
        seal_folder(folder, "stock", plan, texts, ["journey", *sys.argv[1:]])
    click.echo(f"wrote {out}", err=True)
