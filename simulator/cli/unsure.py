"""What ``--uncertainty`` shares: play two futures of every draw of what evidence leaves open."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, TypeVar

import click
from click.core import ParameterSource

from simulator.cli.playing import Bar, Record, engine_for, targets
from simulator.errors import InputError, Problem
from simulator.execution import play_all
from simulator.execution.cluster import open_cluster
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
    unsure: UnsureProgram,
    journey: Journey,
    seed: int,
    draws: int,
    workers: int,
    engine: str,
    cluster: str | None = None,
    record: Record | None = None,
) -> tuple[RunResult, RunResult]:
    """Play two futures of so many draws.

    Parameters
    ----------
    cluster : str, optional
        The address of a Dask scheduler whose workers play.
    record : callable, optional
        Given the program, opens who takes the rows of the first futures.

    Returns
    -------
    first : RunResult
        One future of every draw: replications 0, 1, … with numbers of their own.
    every : RunResult
        Those, then another future of each draw in the same order.

    Raises
    ------
    InputError
        If there is not memory enough, or no such cluster.
    """
    numbers = [*range(draws), *range(FUTURES, FUTURES + draws)]
    by = engine_for([unsure.program], len(numbers), engine, everything=bool(cluster or record))
    with contextlib.ExitStack() as opened:
        crew = opened.enter_context(open_cluster(cluster)) if cluster else None
        refuse_too_many([unsure.program], len(numbers), 0 if crew else workers, by)
        rows = opened.enter_context(record(unsure.program)) if record else None
        if by == "kernel" and crew is None:
            prepare()
        bar = opened.enter_context(Bar())
        tallies = play_all([unsure], seed, numbers, workers, bar.advance, crew, by, rows)[0]
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
