"""``journey new``: starter files."""

from __future__ import annotations

from pathlib import Path

import click

from simulator.spec.starter import starter_models, write_starter

__all__ = ["command"]


@click.command("new")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--model",
    default="shop",
    show_default=True,
    metavar="NAME",
    help="What to start from: " + ", ".join(starter_models()) + ".",
)
def command(folder: Path, model: str) -> None:
    """Copy a starter model, its scenarios and a README.txt into DIR, a new or empty folder."""
    for path in write_starter(folder, model):
        click.echo(f"wrote {path}", err=True)
    click.echo(f"Next: cd {folder} && journey run {model}.yaml")
