"""What ``--uncertainty`` shares: play two futures of every draw of what evidence leaves open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, TypeVar

import click
from click.core import ParameterSource

from simulator.cli.playing import Bar, engine_for, targets
from simulator.errors import InputError, Problem
from simulator.execution import play_all
from simulator.execution.ignorance import FUTURES, Ignorance, UnsureProgram
from simulator.execution.memory import refuse_too_many
from simulator.execution.prepare import prepare
from simulator.results.summary import RunResult
from simulator.spec.load import Journey

__all__ = [
    "DRAWS",
    "draws_asked",
    "ignorance_of",
    "play_futures",
    "two_futures",
    "uncertainty_option",
    "unsure_journey",
]

_Command = TypeVar("_Command", bound=Callable[..., Any])

# Enough draws to tell what a number is worth to about a tenth of it.
DRAWS: Final = 200


def uncertainty_option(function: _Command) -> _Command:
    """Take whether unsure numbers are drawn."""
    return click.option(
        "--uncertainty",
        is_flag=True,
        help="Draw the numbers that `evidence` leaves open afresh in every replication, and tell noise, "
        f"chance and ignorance apart.  [--replications: draws, default {DRAWS}, each played twice]",
    )(function)


def draws_asked(replications: int) -> int:
    """Give the number of draws: what was asked for, or enough.

    Raises
    ------
    UsageError
        If one is asked for, which cannot tell chance from ignorance.
    """
    source = click.get_current_context().get_parameter_source("replications")
    if source is not ParameterSource.COMMANDLINE:
        return DRAWS
    if replications < 2:
        raise click.UsageError("--uncertainty needs at least 2 --replications: draws of what is not known")
    return replications


def play_futures(
    unsure: UnsureProgram, journey: Journey, seed: int, draws: int, workers: int, engine: str
) -> tuple[RunResult, RunResult]:
    """Play two futures of so many draws.

    Returns
    -------
    first : RunResult
        One future of every draw: replications 0, 1, … with numbers of their own.
    every : RunResult
        Those, then another future of each draw in the same order.

    Raises
    ------
    InputError
        If there is not memory enough.
    """
    numbers = [*range(draws), *range(FUTURES, FUTURES + draws)]
    by = engine_for([unsure.program], len(numbers), engine, everything=False)
    refuse_too_many([unsure.program], len(numbers), workers, by)
    if by == "kernel":
        prepare()
    with Bar() as bar:
        tallies = play_all([unsure], seed, numbers, workers, bar.advance, by=by)[0]
    once = [unsure.at(seed, number) for number in range(draws)]
    every = RunResult(
        unsure.program, seed, tallies, by, targets(journey), journey.as_is, drawn=[*once, *once]
    )
    return replace(every, tallies=tallies[:draws], drawn=once), every


def unsure_journey(base: Journey, journey: Journey) -> UnsureProgram:
    """Prepare a journey whose numbers are drawn as the evidence of its base says.

    Raises
    ------
    InputError
        If the evidence leaves nothing open.
    """
    return UnsureProgram(ignorance_of(base), journey)


def two_futures(draws: int) -> list[int]:
    """List the replications of two futures of every draw, draw by draw.

    Examples
    --------
    >>> two_futures(2)
    [0, 16777216, 1, 16777217]
    """
    return [number + future for number in range(draws) for future in (0, FUTURES)]


def ignorance_of(base: Journey) -> Ignorance:
    """Read what the evidence of a base leaves open.

    Raises
    ------
    InputError
        If that is nothing.
    """
    ignorance = Ignorance(base)
    if not ignorance.priors:
        fix = "write `worth: 50` or `range: [low, high]` for the numbers you are unsure of"
        raise InputError([Problem("no evidence has a worth or a range, so nothing can be drawn", fix=fix)])
    return ignorance
