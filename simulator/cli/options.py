"""Options and arguments that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from simulator import limits

__all__ = [
    "as_json",
    "cluster_option",
    "engine_option",
    "json_option",
    "model_argument",
    "replications_of",
    "replications_option",
    "scenario_option",
    "scenarios_argument",
    "seed_option",
    "workers_option",
]

_Command = TypeVar("_Command", bound=Callable[..., Any])
_Decorator = Callable[[_Command], _Command]

# A seed and a replication are 32-bit words of every random number's address.
_LARGEST_WORD: Final = (1 << 32) - 1

# Whether a file is there and can be read is said by the one YAML door, with the nearest name.
_FILE: Final = click.Path(path_type=Path)


def model_argument(function: _Command) -> _Command:
    """Take a model file."""
    return click.argument("model", type=_FILE)(function)


def scenarios_argument(function: _Command) -> _Command:
    """Take one or more scenario files."""
    return click.argument("scenarios", type=_FILE, nargs=-1, required=True, metavar="SCENARIO...")(function)


def scenario_option(function: _Command) -> _Command:
    """Take a scenario file to lay over the model."""
    return click.option("-s", "--scenario", type=_FILE, help="Lay this what-if over the model.")(function)


def seed_option(function: _Command) -> _Command:
    """Take the seed."""
    return click.option(
        "--seed",
        type=click.IntRange(0, _LARGEST_WORD),
        default=1,
        show_default=True,
        help="Another seed, other customers.",
    )(function)


def replications_of(default: int, why: str) -> _Decorator[Any]:
    """Take the number of replications, with a default of its own."""
    return click.option(
        "--replications",
        type=click.IntRange(1, limits.REPLICATIONS),
        default=default,
        show_default=True,
        help=f"How often to play the whole time span; {why}.",
    )


def replications_option(function: _Command) -> _Command:
    """Take the number of replications."""
    return replications_of(20, "more make intervals narrower")(function)  # type: ignore[no-any-return]


def workers_option(function: _Command) -> _Command:
    """Take the number of workers."""
    return click.option(
        "--workers",
        type=click.IntRange(1, 1024),
        default=os.cpu_count() or 1,
        show_default="one a processor core",
        help="How many cores to use; no influence on the result.",
    )(function)


def cluster_option(function: _Command) -> _Command:
    """Take the address of a Dask cluster."""
    return click.option(
        "--cluster",
        metavar="ADDRESS",
        help="Play on the workers of a Dask cluster, tcp://host:port; no influence on the result.",
    )(function)


def engine_option(function: _Command) -> _Command:
    """Take the engine."""
    return click.option(
        "--engine",
        type=click.Choice(["auto", "kernel", "reference"]),
        default="auto",
        show_default=True,
        help="What plays the journey; engines give the same result.",
    )(function)


def json_option(function: _Command) -> _Command:
    """Ask for JSON on standard output."""
    return click.option("--json", "machine", is_flag=True, help="Print JSON for machines.")(function)


def as_json(document: Any) -> str:
    """Write a document as JSON; a number that is none would be a defect, so it is refused."""
    import json

    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2)
