"""``journey run``: play a model and say what will happen."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from simulator.cli.options import (
    as_json,
    engine_option,
    json_option,
    model_argument,
    replications_option,
    scenario_option,
    seed_option,
    workers_option,
)
from simulator.cli.playing import load_one, play_journeys
from simulator.execution.record import record_events, record_rows
from simulator.report.tables_run import run_tables
from simulator.report.terminal import show
from simulator.results.document import run_document
from simulator.results.folder import RunFolder, refuse_taken, write_folder
from simulator.results.summary import RunResult

__all__ = ["command"]


@click.command("run")
@model_argument
@scenario_option
@seed_option
@replications_option
@workers_option
@engine_option
@click.option("--out", type=click.Path(path_type=Path), help="Write tables and a manifest to a new folder.")
@click.option("--rows", is_flag=True, help="With --out: also one row a visit and one a customer.")
@click.option(
    "--events",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the visits of replication 0 as an event log (CSV).",
)
@json_option
def command(
    model: Path,
    scenario: Path | None,
    seed: int,
    replications: int,
    workers: int,
    engine: str,
    out: Path | None,
    rows: bool,
    events: Path | None,
    machine: bool,
) -> None:
    """Play a model and say what will happen.

    Conversions, revenue, where people are lost, demand by product and week, each with its interval.
    """
    if rows and out is None:
        raise click.UsageError("--rows needs --out")
    if out is not None:
        refuse_taken(out)
    journey = load_one(model, scenario)
    texts = [path.read_text(encoding="utf-8-sig") for path in (model, scenario) if path is not None]
    result = play_journeys([journey], seed, replications, workers, engine)[0]
    if out is not None:
        _write(out, result, model, scenario, texts, rows)
    if events is not None:
        record_events(result.program, seed, events)
        click.echo(f"wrote the visits of replication 0 to {events}", err=True)
    if machine:
        click.echo(as_json(run_document(result)))
    else:
        show(run_tables(result))


def _write(
    out: Path, result: RunResult, model: Path, scenario: Path | None, texts: list[str], rows: bool
) -> None:
    named = dict(zip([path.name for path in (model, scenario) if path is not None], texts, strict=True))
    with RunFolder(out) as folder:
        if rows:
            record_rows(result.program, result.seed, result.replications, folder.path)
        write_folder(folder, result, named, ["journey", *sys.argv[1:]])
    click.echo(f"wrote {out}", err=True)
