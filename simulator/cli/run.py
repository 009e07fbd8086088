"""``journey run``: play a model and say what will happen."""

from __future__ import annotations

import contextlib
import sys
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import click
from rich.console import RenderableType

from simulator.cli.options import (
    as_json,
    cluster_option,
    engine_option,
    json_option,
    model_argument,
    replications_option,
    scenario_option,
    seed_option,
    workers_option,
)
from simulator.cli.playing import Record, load_one, play_journeys
from simulator.cli.today import Opened, from_today, open_options
from simulator.cli.unsure import draws_asked, play_futures, uncertainty_option, unsure_journey
from simulator.execution.ignorance import UnsureProgram
from simulator.execution.record import Recording
from simulator.report.tables_run import run_tables
from simulator.report.terminal import show
from simulator.results.document import run_document
from simulator.results.folder import RunFolder, write_folder
from simulator.results.summary import RunResult
from simulator.spec.load import Journey, load_journey

__all__ = ["command"]


@click.command("run")
@model_argument
@scenario_option
@open_options
@seed_option
@replications_option
@workers_option
@cluster_option
@engine_option
@click.option("--out", type=click.Path(path_type=Path), help="Write tables and a manifest to a new folder.")
@click.option("--rows", is_flag=True, help="With --out: also one row a visit and one a customer.")
@click.option(
    "--events",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the visits of replication 0 as an event log (CSV).",
)
@uncertainty_option
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
    rows: bool,
    events: Path | None,
    uncertainty: bool,
    machine: bool,
    opened: Opened | None,
) -> None:
    """Play a model and say what will happen.

    Conversions, revenue, where people are lost, demand by product and week, each with its interval.
    """
    if rows and out is None:
        raise click.UsageError("--rows needs --out")
    journey = from_today([load_one(model, scenario)], opened)[0]
    base = from_today([load_journey(model)], opened)[0] if uncertainty and scenario else journey
    unsure = unsure_journey(base, journey) if uncertainty else None
    asked = _Asked(seed, draws_asked(replications) if unsure else replications, workers, engine, cluster)
    files = [path for path in (model, scenario) if path is not None]
    texts = {path.name: path.read_text(encoding="utf-8-sig") for path in files}
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(RunFolder(out)) if out else None
        record = None
        if rows or events:
            record = partial(Recording, rows=folder.path if folder and rows else None, events=events)
        more: dict[str, Any] = {}
        tables: list[RenderableType] = []
        if unsure is None:
            result = play_journeys([journey], *asked, record)[0]
        else:
            result, more["uncertainty"], tables = _unsure(unsure, journey, asked, record)
        if folder is not None:
            write_folder(folder, result, texts, ["journey", *sys.argv[1:]], more)
    if out is not None:
        click.echo(f"wrote {out}", err=True)
    if events is not None:
        click.echo(f"wrote the visits of replication 0 to {events}", err=True)
    if machine:
        click.echo(as_json({**run_document(result), **more}))
    else:
        show([*run_tables(result), *tables])


class _Asked(NamedTuple):
    """How a run is to be played."""

    seed: int
    replications: int
    workers: int
    engine: str
    cluster: str | None


def _unsure(
    unsure: UnsureProgram, journey: Journey, asked: _Asked, record: Record | None
) -> tuple[RunResult, dict[str, Any], list[RenderableType]]:
    """Play with the numbers that evidence leaves open drawn afresh; tell it as a document and as tables."""
    from simulator.analysis.ignorance import draws_of
    from simulator.analysis.ignorance.document import answers_document
    from simulator.analysis.ignorance.run import run_answers
    from simulator.report.tables_ignorance import answer_tables

    result, every = play_futures(unsure, journey, *asked, record)
    priors = unsure.ignorance.priors
    answers = run_answers(every, draws_of(unsure.ignorance, every), priors)
    document = answers_document(answers, priors, asked.replications)
    return result, document, [*answer_tables(answers, len(priors))]
