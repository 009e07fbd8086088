"""What ``--uncertainty`` shares: play two futures of every draw of what evidence leaves open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import click
import numpy as np
from click.core import ParameterSource
from numpy.typing import NDArray

from simulator.analysis.ignorance import Decision, weigh
from simulator.analysis.metrics import Metric
from simulator.cli.playing import Bar, targets
from simulator.engine.tally import Tally
from simulator.errors import InputError, Problem
from simulator.execution import play_all
from simulator.execution.engines import choose_engine
from simulator.execution.ignorance import FUTURES, Ignorance, UnsureProgram
from simulator.execution.memory import refuse_too_many
from simulator.execution.prepare import prepare
from simulator.results.summary import RunResult
from simulator.spec.load import Journey

__all__ = [
    "DRAWS",
    "Futures",
    "draws_asked",
    "play_futures",
    "two_futures",
    "uncertainty_option",
    "unsure_journey",
]

Floats = NDArray[np.float64]
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


@dataclass(frozen=True)
class Futures:
    """Two futures of every draw.

    Attributes
    ----------
    ignorance : Ignorance
        What was drawn.
    first : list of RunResult
        One future of every draw, by journey: replications 0, 1, … with numbers of their own.
    every : list of RunResult
        Those, then another future of each draw in the same order.
    """

    ignorance: Ignorance
    first: list[RunResult]
    every: list[RunResult]

    @property
    def draws(self) -> Floats:
        """The numbers drawn, shape (draws, numbers)."""
        result = self.first[0]
        return np.array([self.ignorance.draw(result.seed, number) for number in range(result.replications)])

    def of(self, metric: Metric, which: int) -> Floats:
        """Give the metric of a journey, shape (2, draws)."""
        return metric.values(self.every[which], None).reshape(2, -1)

    def decision(self, metric: Metric) -> Decision | None:
        """Weigh the ideas by a metric; None where nobody was counted."""
        values = np.stack([self.of(metric, which) for which in range(len(self.every))], axis=2)
        if not np.isfinite(values).all():
            return None
        names = ["change nothing", *(result.program.scenario for result in self.every[1:])]
        return weigh(names, values, self.draws, self.ignorance.priors, metric.more_is_better)


def play_futures(
    base: Journey, journeys: Sequence[Journey], seed: int, draws: int, workers: int, engine: str
) -> Futures:
    """Draw the unsure numbers of a base so often, and play two futures of every draw of some journeys.

    Parameters
    ----------
    base : Journey
        Whose evidence it is.
    journeys : sequence of Journey
        What is played: the base, scenarios laid over it.
    seed, draws, workers : int
    engine : str

    Raises
    ------
    InputError
        If the evidence leaves nothing open, or there is not memory enough.
    """
    ignorance = _ignorance(base)
    unsure = [UnsureProgram(ignorance, journey) for journey in journeys]
    programs = [one.program for one in unsure]
    numbers = [*range(draws), *range(FUTURES, FUTURES + draws)]
    by = choose_engine(engine, len(numbers) * sum(program.customers for program in programs))
    refuse_too_many(programs, len(numbers), workers, by)
    if by == "kernel":
        prepare()
    with Bar() as bar:
        tallies = play_all(unsure, seed, numbers, workers, bar.advance, by=by)
    results = [
        _result(one, journey, seed, found, numbers, by)
        for one, journey, found in zip(unsure, journeys, tallies, strict=True)
    ]
    return Futures(ignorance, [_first(result, draws) for result in results], results)


def unsure_journey(base: Journey, journey: Journey) -> UnsureProgram:
    """Prepare a journey whose numbers are drawn as the evidence of its base says.

    Raises
    ------
    InputError
        If the evidence leaves nothing open.
    """
    return UnsureProgram(_ignorance(base), journey)


def two_futures(draws: int) -> list[int]:
    """List the replications of two futures of every draw, draw by draw.

    Examples
    --------
    >>> two_futures(2)
    [0, 16777216, 1, 16777217]
    """
    return [number + future for number in range(draws) for future in (0, FUTURES)]


def _ignorance(base: Journey) -> Ignorance:
    ignorance = Ignorance(base)
    if not ignorance.priors:
        fix = "write `worth: 50` or `range: [low, high]` for the numbers you are unsure of"
        raise InputError([Problem("no evidence has a worth or a range, so nothing can be drawn", fix=fix)])
    return ignorance


def _result(
    unsure: UnsureProgram, journey: Journey, seed: int, tallies: list[Tally], numbers: list[int], by: str
) -> RunResult:
    once = [unsure.at(seed, number) for number in numbers[: len(numbers) // 2]]
    return RunResult(unsure.program, seed, tallies, by, targets(journey), journey.as_is, drawn=[*once, *once])


def _first(result: RunResult, draws: int) -> RunResult:
    return RunResult(
        result.program,
        result.seed,
        result.tallies[:draws],
        result.engine,
        result.targets,
        result.as_is,
        drawn=result.drawn[:draws],
    )
