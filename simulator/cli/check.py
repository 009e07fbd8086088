"""``journey check``: everything that is wrong with a model, and advice."""

from __future__ import annotations

from pathlib import Path

import click

from simulator.cli.options import as_json, json_option, model_argument
from simulator.errors import ModelError, Problem
from simulator.program.checks import check_journey, row_extremes
from simulator.report.check_tables import CHECK_SCHEMA, check_document, check_tables, problem_document
from simulator.report.terminal import show
from simulator.spec.load import load_journeys

__all__ = ["command"]


@click.command("check")
@model_argument
@click.argument("scenarios", type=click.Path(path_type=Path), nargs=-1, metavar="[SCENARIO]...")
@json_option
@click.pass_context
def command(context: click.Context, model: Path, scenarios: tuple[Path, ...], machine: bool) -> None:
    """Find everything that is wrong with a model, alone and with each scenario laid over it.

    Errors go to stderr and end with exit code 2; a model with errors cannot be run. Warnings say what
    hardly does what was meant, advice what is worth knowing. Rows with odds and choices are shown at the
    lowest, initial and highest value of what they read.
    """
    try:
        journeys = load_journeys(model, scenarios)
    except ModelError as wrong:
        if not machine:
            raise
        click.echo(
            as_json({"schema": CHECK_SCHEMA, "errors": [problem_document(one) for one in wrong.problems]})
        )
        context.exit(2)
    found = [(journey, check_journey(journey)) for journey in journeys]
    rows = row_extremes(journeys[0])
    errors: dict[Problem, None] = dict.fromkeys(one for _, findings in found for one in findings.errors)
    if machine:
        click.echo(as_json(check_document(found, rows)))
        context.exit(2 if errors else 0)
    show(check_tables(found, rows))
    if errors:
        raise ModelError(errors)
