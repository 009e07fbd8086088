"""``journey compare``: play what-ifs on the same customers and say which is best."""

from __future__ import annotations

from pathlib import Path

import click

from simulator.analysis.abandonment import last_step, touchpoint_named
from simulator.analysis.compare import compare
from simulator.analysis.document import compare_document
from simulator.analysis.metrics import METRICS, metric_named
from simulator.cli.options import (
    as_json,
    cluster_option,
    engine_option,
    json_option,
    model_argument,
    replications_option,
    scenarios_argument,
    seed_option,
    workers_option,
)
from simulator.cli.playing import load_all, play_journeys
from simulator.report.tables_compare import compare_tables
from simulator.report.terminal import show

__all__ = ["command"]


@click.command("compare")
@model_argument
@scenarios_argument
@click.option(
    "--metric", default="conversion", show_default=True, help=f"What to compare by: {', '.join(METRICS)}."
)
@click.option(
    "--abandoned-at",
    metavar="TOUCHPOINT",
    help="Tell sessions that met this touchpoint and ended without an order "
    "[default: where most orders come from]",
)
@seed_option
@replications_option
@workers_option
@cluster_option
@engine_option
@json_option
def command(
    model: Path,
    scenarios: tuple[Path, ...],
    metric: str,
    abandoned_at: str | None,
    seed: int,
    replications: int,
    workers: int,
    cluster: str | None,
    engine: str,
    machine: bool,
) -> None:
    """Play what-ifs on the same customers and say which idea is best.

    Each scenario is laid over the model and played with the same luck, so that the difference shows
    with few replications.
    """
    chosen = metric_named(metric)
    journeys = load_all(model, scenarios)
    step = abandoned_at and touchpoint_named(journeys[0].model.touchpoints, abandoned_at)
    baseline, *ideas = play_journeys(journeys, seed, replications, workers, engine, cluster)
    comparison = compare(chosen, baseline, ideas)
    step = step or last_step(baseline)
    if machine:
        click.echo(as_json(compare_document(comparison, step)))
    else:
        show(compare_tables(comparison, step))
