"""``journey map``: the picture of a journey."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import click
import numpy as np

from simulator.cli.options import model_argument, scenario_option, seed_option, workers_option
from simulator.cli.playing import Bar, load_one
from simulator.errors import InputError, Problem, nearest
from simulator.execution import play
from simulator.program.compile import compile_journey
from simulator.report.flows import Flows, counted_flows, expected_flows
from simulator.report.map_mermaid import draw_mermaid
from simulator.report.map_png import draw_png, load_drawer
from simulator.report.map_svg import draw_svg
from simulator.report.picture import Picture, picture
from simulator.spec.load import Journey

__all__ = ["command"]

_DRAW: Final[Mapping[str, Callable[[Picture], str | bytes]]] = {
    ".svg": draw_svg,
    ".mmd": draw_mermaid,
    ".png": draw_png,
}


@click.command("map")
@model_argument
@scenario_option
@click.option(
    "--persona", metavar="PERSONA", help="Only this persona's customers, on their version of the map."
)
@click.option(
    "--replications",
    type=click.IntRange(0, (1 << 32) - 1),
    default=2,
    show_default=True,
    help="Simulate so often to find the flows; 0 works them out of the probabilities at the start.",
)
@seed_option
@workers_option
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.svg|.png|.mmd",
    help="Write this file; the ending chooses the form. Default: Mermaid on standard output.",
)
def command(
    model: Path,
    scenario: Path | None,
    persona: str | None,
    replications: int,
    seed: int,
    workers: int,
    output: Path | None,
) -> None:
    """Draw the journey as a map: stages as columns, arrows as wide as the flow of customers.

    A .png needs the extra `png` and shows the fonts of this machine; .svg and .mmd need nothing.
    """
    draw = draw_mermaid if output is None else _form(output)
    journey = load_one(model, scenario)
    if persona is not None and persona not in journey.model.personas:
        fix = nearest(persona, journey.model.personas)
        raise InputError([Problem(f"there is no persona {persona!r}", fix=fix)])
    if replications:
        flows = _simulated(journey, persona, seed, replications, workers)
    else:
        flows = expected_flows(journey, persona)
    drawn = draw(picture(journey, flows, persona))
    if output is None:
        click.echo(drawn, nl=False)
        return
    output.write_bytes(drawn.encode() if isinstance(drawn, str) else drawn)
    click.echo(f"wrote {output}", err=True)


def _form(output: Path) -> Callable[[Picture], str | bytes]:
    """Choose the form by the file's ending, before anything is played."""
    form = output.suffix.lower()
    if form not in _DRAW:
        raise InputError(f"-o {output}: the ending chooses the form of the map; use .svg, .png or .mmd")
    if not output.parent.is_dir():
        raise InputError(f"-o {output}: there is no folder {output.parent}")
    if form == ".png":
        load_drawer()
    return _DRAW[form]


def _simulated(journey: Journey, persona: str | None, seed: int, replications: int, workers: int) -> Flows:
    program = compile_journey(journey)
    with Bar() as bar:
        tallies = play(program, seed, replications, workers, bar.advance)
    index = slice(None) if persona is None else [program.names.personas.index(persona)]
    edges, entered, visits, feelings = (
        np.sum([tally[name][index].sum(axis=0) for tally in tallies], axis=0)
        for name in ("edges", "entered", "visits", "feelings")
    )
    times = f"{replications} replication{'s' if replications > 1 else ''}"
    return counted_flows(program, edges, entered, visits, feelings, f"simulated, {times}, seed {seed}")
