"""``journey tree``: the journey as a decision tree."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from simulator.cli.options import as_json, json_option, model_argument, scenario_option
from simulator.cli.playing import load_one
from simulator.errors import InputError
from simulator.report.terminal import WIDTH, show
from simulator.report.tree import Tree, unroll
from simulator.report.tree_data import tree_document
from simulator.report.tree_text import tree_text

__all__ = ["command"]


@click.command("tree")
@model_argument
@scenario_option
@click.option("--from", "start", metavar="TOUCHPOINT", help="Begin at this touchpoint.")
@click.option(
    "--depth",
    type=click.IntRange(1, 100),
    default=4,
    show_default=True,
    help="How many touchpoints a path shows.",
)
@click.option("--persona", metavar="PERSONA", help="Only this persona's tree.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the tree to this file as plain text, or as JSON (.json).",
)
@json_option
def command(
    model: Path,
    scenario: Path | None,
    start: str | None,
    depth: int,
    persona: str | None,
    output: Path | None,
    machine: bool,
) -> None:
    """Unroll the journey into a decision tree: every fork a question, every branch an answer.

    Nothing is simulated: the tree follows a typical customer (average attributes, no queue, nothing out of
    stock). Loops end in "back to …", answers fewer than 1 of 100 customers come to are folded.
    """
    if output is not None and not output.parent.is_dir():
        raise InputError(f"-o {output}: there is no folder {output.parent}")
    tree = unroll(load_one(model, scenario), persona, start, depth)
    if output is not None:
        as_data = machine or output.suffix.lower() == ".json"
        text = as_json(tree_document(tree)) + "\n" if as_data else _plain(tree)
        output.write_text(text, encoding="utf-8", newline="\n")
        click.echo(f"wrote {output}", err=True)
    elif machine:
        click.echo(as_json(tree_document(tree)))
    else:
        show(tree_text(tree))


def _plain(tree: Tree) -> str:
    console = Console(width=WIDTH, markup=False, highlight=False, emoji=False, color_system=None)
    with console.capture() as captured:
        for part in tree_text(tree):
            console.print(part)
    return captured.get()
