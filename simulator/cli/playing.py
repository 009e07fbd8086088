"""What commands that play a journey share: load, warn, compile, play with a progress bar."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from simulator.errors import ModelError, Problem
from simulator.execution import play_all
from simulator.execution.engines import choose_engine
from simulator.execution.prepare import prepare
from simulator.execution.replications import expected_customers
from simulator.program.checks import check_journey
from simulator.program.compile import compile_journey
from simulator.results.summary import RunResult
from simulator.spec.load import Journey, load_journey, load_journeys

__all__ = ["Bar", "load_all", "load_one", "play_journeys", "warn"]


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


def load_all(model: Path, scenarios: Sequence[Path]) -> list[Journey]:
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
    journeys: Sequence[Journey], seed: int, replications: int, workers: int, engine: str
) -> list[RunResult]:
    """Compile journeys and play the same replications of each."""
    programs = [compile_journey(journey) for journey in journeys]
    customers = replications * sum(expected_customers(program) for program in programs)
    by = choose_engine(engine, customers)
    if by == "kernel":
        prepare()
    with Bar(replications * len(programs)) as bar:
        tallies = play_all(programs, seed, replications, workers, bar.advance, by=by)
    return [
        RunResult(program, seed, found, by, targets=_targets(journey), as_is=journey.as_is)
        for program, found, journey in zip(programs, tallies, journeys, strict=True)
    ]


def _targets(journey: Journey) -> dict[str, float]:
    milestones = journey.model.milestones.items()
    return {name: one.target for name, one in milestones if one.target is not None}


class _Rate(ProgressColumn):
    """Replications per second."""

    def render(self, task: Task) -> Text:
        """Write the rate of a task."""
        return Text("" if not task.speed else f"{task.speed:,.1f}/s")


class Bar:
    """A progress bar on standard error, shown on a terminal once a run has taken a second."""

    def __init__(self, total: int) -> None:
        self._bar = Progress(
            TextColumn("playing"),
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            TimeRemainingColumn(),
            console=Console(file=sys.stderr),
            transient=True,
        )
        self._task = self._bar.add_task("playing", total=total)
        self._timer = threading.Timer(1.0, self._bar.start)
        self._timer.daemon = True

    def __enter__(self) -> Bar:
        if sys.stderr.isatty():
            self._timer.start()
        return self

    def advance(self, done: int, total: int) -> None:
        """Show how many of how many replications are done."""
        self._bar.update(self._task, completed=done, total=total)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        if self._timer.ident is not None:
            self._timer.join()
            self._bar.stop()
