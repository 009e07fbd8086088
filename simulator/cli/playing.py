"""What commands that play a journey share: load, warn, compile, play with a progress bar."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from simulator.cli import EXIT_CODE, exit_code_of
from simulator.engine.tally import Tally
from simulator.errors import ModelError, Problem
from simulator.execution import StoppedRun, play_all
from simulator.execution.cluster import open_cluster
from simulator.execution.engines import EngineName, choose_engine
from simulator.execution.ignorance import Playable, as_written
from simulator.execution.memory import refuse_too_many
from simulator.execution.prepare import prepare
from simulator.execution.reduced import batch_size, play_reduced
from simulator.execution.replications import RowTaker
from simulator.program.checks import check_journey
from simulator.program.compile import compile_journey
from simulator.program.program import Program
from simulator.results.summary import RunResult
from simulator.spec.load import Journey, load_journey, load_journeys
from simulator.spec.scenario import Idea

__all__ = [
    "Bar",
    "Record",
    "engine_for",
    "load_all",
    "load_one",
    "play_journeys",
    "play_kept",
    "say_stopped",
    "targets",
    "warn",
]

_T = TypeVar("_T")


Record = Callable[[Program], contextlib.AbstractContextManager[RowTaker]]


def warn(problems: Sequence[Problem]) -> None:
    """Print what is allowed but hardly meant, each once."""
    for problem in dict.fromkeys(problems):
        click.echo(f"warning: {problem}", err=True)


def load_one(model: Path, scenario: Path | None) -> Journey:
    """Load a model with a scenario, check it and print its warnings.

    Raises
    ------
    ModelError
        With every problem of both files.
    """
    journey = load_journey(model, scenario)
    _check([journey])
    return journey


def load_all(model: Path, scenarios: Sequence[Path | Idea]) -> list[Journey]:
    """Load a model and its what-ifs, the base first, check them and print their warnings.

    Raises
    ------
    ModelError
        With every problem of all files.
    """
    journeys = load_journeys(model, scenarios)
    if len(journeys) < 2:
        raise ModelError("no scenario to compare")
    _check(journeys)
    return journeys


def _check(journeys: Sequence[Journey]) -> None:
    """Print the warnings of journeys, and refuse those that cannot be played."""
    found = [check_journey(journey) for journey in journeys]
    warn([problem for findings in found for problem in findings.warnings])
    errors = dict.fromkeys(problem for findings in found for problem in findings.errors)
    if errors:
        raise ModelError(errors)


def play_journeys(
    journeys: Sequence[Journey],
    seed: int,
    replications: int,
    workers: int,
    engine: str,
    cluster: str | None = None,
    record: Record | None = None,
) -> list[RunResult]:
    """Compile journeys and play the same replications of each.

    After an interrupt, the results are those of the replications that were complete, the command goes on
    with them, and its exit code tells.

    Parameters
    ----------
    cluster : str, optional
        The address of a Dask scheduler whose workers play.
    record : callable, optional
        Given the first program, opens who takes the rows of its visits and customers.

    Raises
    ------
    InputError
        If there is not memory enough, or no such cluster.
    """
    programs = [compile_journey(journey) for journey in journeys]
    by = engine_for(programs, replications, engine, everything=bool(cluster or record))
    with contextlib.ExitStack() as opened:
        crew = opened.enter_context(open_cluster(cluster)) if cluster else None
        refuse_too_many(programs, replications, 0 if crew else workers, by)
        rows = opened.enter_context(record(programs[0])) if record else None
        if by == "kernel" and crew is None:
            prepare()
        bar = opened.enter_context(Bar())
        asked = None
        try:
            tallies = play_all(programs, seed, replications, workers, bar.advance, crew, by, rows)
        except StoppedRun as stopped:
            tallies, asked = _complete(stopped, replications), replications
    return [
        RunResult(program, seed, found, by, targets=targets(journey), as_is=journey.as_is, asked=asked)
        for program, found, journey in zip(programs, tallies, journeys, strict=True)
    ]


def engine_for(programs: Sequence[Program], replications: int, asked: str, *, everything: bool) -> EngineName:
    """Choose the engine; with rows always the kernel, so that files do not depend on what is compiled."""
    if everything and asked == "auto":
        return "kernel"
    return choose_engine(asked, replications * sum(program.customers for program in programs))


def _complete(stopped: StoppedRun, asked: int) -> list[list[Tally]]:
    """Give the replications that were complete when a run was stopped, and say so.

    Raises
    ------
    StoppedRun
        If there are none.
    """
    say_stopped(stopped, len(stopped.tallies[0]), asked)
    return stopped.tallies


def say_stopped(stopped: StoppedRun, complete: int, asked: int) -> None:
    """Say how many replications were complete when a run was stopped; the exit code tells it too.

    Raises
    ------
    StoppedRun
        If there are none.
    """
    if not complete:
        raise stopped
    click.echo(
        f"journey: stopped; {complete:,} of {asked:,} replications are complete, and the result is theirs",
        err=True,
    )
    click.get_current_context().meta[EXIT_CODE] = exit_code_of(stopped)


def play_kept(
    program: Playable,
    seed: int,
    replications: int | Sequence[int],
    workers: int,
    engine: str,
    keep: Callable[[Tally], _T],
    cluster: str | None = None,
) -> tuple[list[_T], EngineName]:
    """Play replications and keep of each what a function makes of it; say which engine played.

    After an interrupt what was complete is kept, the command goes on with it, and its exit code tells.

    Raises
    ------
    InputError
        If there is not memory enough, or no such cluster.
    """
    written = as_written(program)
    asked = replications if isinstance(replications, int) else len(replications)
    by = engine_for([written], asked, engine, everything=bool(cluster))
    kept: list[_T] = []
    with contextlib.ExitStack() as opened:
        crew = opened.enter_context(open_cluster(cluster)) if cluster else None
        refuse_too_many([written], min(asked, batch_size(written)), 0 if crew else workers, by)
        if by == "kernel" and crew is None:
            prepare()
        bar = opened.enter_context(Bar())
        try:
            kept.extend(play_reduced(program, seed, replications, keep, workers, bar.advance, crew, by))
        except StoppedRun as stopped:
            say_stopped(stopped, len(kept), asked)
    return kept, by


def targets(journey: Journey) -> dict[str, float]:
    """Give what share of customers is hoped for, by milestone."""
    milestones = journey.model.milestones.items()
    return {name: one.target for name, one in milestones if one.target is not None}


class _Done(ProgressColumn):
    """Customers played, or forecasts made, of how many."""

    def __init__(self, unit: str) -> None:
        super().__init__()
        self._unit = unit

    def render(self, task: Task) -> Text:
        """Write how far a task is."""
        return Text(f"{_short(task.completed)} of {_short(task.total or 0)} {self._unit}")


class _Rate(ProgressColumn):
    """Customers per second."""

    def render(self, task: Task) -> Text:
        """Write the rate of a task."""
        return Text(f"{_short(task.speed)}/s" if task.speed else "")


def _short(number: float) -> str:
    """Write a number of customers with three digits that count."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.3g}{letter}"
    return f"{number:.0f}"


class Bar:
    """A progress bar on standard error, shown on a terminal once a run has taken a second."""

    def __init__(self, doing: str = "playing", unit: str = "customers") -> None:
        self._bar = Progress(
            TextColumn(doing),
            BarColumn(),
            _Done(unit),
            _Rate(),
            TimeRemainingColumn(),
            console=Console(file=sys.stderr),
            transient=True,
        )
        self._task = self._bar.add_task(doing, total=None)
        self._timer = threading.Timer(1.0, self._bar.start)
        self._timer.daemon = True

    def __enter__(self) -> Bar:
        if sys.stderr.isatty():
            self._timer.start()
        return self

    def advance(self, done: int, total: int) -> None:
        """Show how much of how much is done."""
        self._bar.update(self._task, completed=done, total=total)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        if self._timer.ident is not None:
            self._timer.join()
            self._bar.stop()
