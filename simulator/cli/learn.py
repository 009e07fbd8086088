"""`journey learn`: a model from an event log."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click

from simulator.cli.logs import columns_of, log_options
from simulator.errors import InputError
from simulator.learn import learn_model

__all__ = ["command"]


@click.command(name="learn")
@click.argument("log", type=click.Path(path_type=Path))
@log_options
@click.option("--value", metavar="COLUMN", help="Money; touchpoints that carry it sell at its mean.")
@click.option("--goal", multiple=True, metavar="ACTIVITY", help="A conversion; may be repeated.")
@click.option(
    "--min-persona", type=click.IntRange(min=0), default=0, help="Smaller personas become one, `other`."
)
@click.option("--follow-up", metavar="TIME", help="Observe a customer so long for a rate, such as '28 days'.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The model file.")
def command(
    log: Path,
    case: tuple[str, ...],
    event: str,
    time: str,
    persona: tuple[str, ...],
    planned: tuple[str, ...],
    only: tuple[str, ...],
    value: str | None,
    goal: tuple[str, ...],
    min_persona: int,
    follow_up: str | None,
    output: Path | None,
) -> None:
    """Learn a journey model from LOG, a CSV or Parquet file with one row an event.

    Every activity becomes a touchpoint under its own name. Cases still open at the log's end are
    censored: they count until then, neither as lost nor as absent. Without -o the model goes to stdout.
    """
    columns = columns_of(case, event, time, persona, planned, only, value)
    typed = _typed(click.get_current_context())
    learnt = learn_model(log, columns, goal=goal, min_persona=min_persona, follow_up=follow_up, command=typed)
    for note in learnt.notes:
        click.echo(note, err=True)
    if output is None:
        click.echo(learnt.text, nl=False)
        return
    try:
        output.write_text(learnt.text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError(f"{output} cannot be written: {error.strerror or error}") from None
    click.echo(f"wrote {output}", err=True)


def _typed(context: click.Context) -> str:
    """Write the command as one would type it, in one form whatever the order of its options."""
    words = ["journey", "learn", os.fspath(context.params["log"])]
    for option in context.command.params:
        if not isinstance(option, click.Option) or option.name is None:
            continue
        given = context.params[option.name]
        flag = min(option.opts, key=len) if option.name == "output" else option.opts[0]
        for value in given if isinstance(given, tuple) else (given,):
            if value not in (None, option.default):
                words += [flag, os.fspath(value) if isinstance(value, Path) else str(value)]
    return shlex.join(words)
