"""Options that start a journey from the customers of a log who are on their way on a day."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from simulator.errors import InputError
from simulator.spec import units
from simulator.spec.load import Journey

if TYPE_CHECKING:
    from simulator.learn import Columns, EventLog

__all__ = ["Opened", "from_today", "open_options"]

_Command = TypeVar("_Command", bound=Callable[..., Any])

_NEEDED: Final = ("as_of", "case", "event", "time")


@dataclass(frozen=True)
class Opened:
    """What was asked for: a log, a day, and which column is what.

    Attributes
    ----------
    log : Path
    day : datetime.date
        Simulated time begins at 00:00 of it.
    columns : Columns
        Without those of attributes, which the model names.
    horizon : str or None
        How long to simulate; None as long as the model says.
    """

    log: Path
    day: datetime.date
    columns: Columns
    horizon: str | None
    _read: dict[tuple[str, ...], EventLog] = field(default_factory=dict, repr=False, compare=False)

    def start(self, journey: Journey) -> Journey:
        """Let a journey start from the open cases."""
        from simulator.learn import Columns, read_log, start_from
        from simulator.learn.reading import column_names

        attributes = {**journey.model.attributes, "consent": None}
        names = [name for name in column_names(self.log) if name in attributes]
        dates = tuple(name for name in names if name in journey.model.dates)
        numbers = tuple(name for name in names if name not in journey.model.dates)
        asked = (*dates, "", *numbers)
        if asked not in self._read:
            given = self.columns
            columns = Columns(
                given.case, given.event, given.time, given.persona, dates=dates, numbers=numbers
            )
            self._read[asked] = read_log(self.log, columns)
        return start_from(journey, self._read[asked], self.day, self.horizon)


def open_options(function: _Command) -> _Command:
    """Take `--open` and what belongs to it; the command gets them as `opened`, or None."""
    command: Any = _bundled(function)
    for option in reversed(_OPTIONS):
        command = option(command)
    return command  # type: ignore[no-any-return]  # click gives back what it was given


def _bundled(function: _Command) -> _Command:
    """Hand the options over as one thing."""

    @functools.wraps(function)
    def command(*args: Any, **given: Any) -> Any:
        names = ("opened", *_NEEDED, "persona", "horizon")
        asked = {name: given.pop(name) for name in names}
        return function(*args, opened=_read_options(**asked), **given)

    return command  # type: ignore[return-value]  # click sees the wrapper as the command


def _read_options(
    opened: Path | None,
    as_of: datetime.date | None,
    case: tuple[str, ...],
    event: str | None,
    time: str | None,
    persona: tuple[str, ...],
    horizon: str | None,
) -> Opened | None:
    given = {"as-of": as_of, "case": case, "event": event, "time": time}
    if opened is None:
        alone = [name for name, value in {**given, "persona": persona, "horizon": horizon}.items() if value]
        if alone:
            raise click.UsageError(f"--{alone[0]} needs --open")
        return None
    missing = [name for name, value in given.items() if not value]
    if missing or as_of is None or event is None or time is None:
        raise click.UsageError(f"--open needs {', '.join(f'--{name}' for name in missing)}")
    if horizon is not None:
        _readable(horizon, as_of)
    from simulator.learn import Columns

    return Opened(opened, as_of, Columns(_one(case), event, time, _one(persona) or None), horizon)


def _one(names: tuple[str, ...]) -> str | tuple[str, ...]:
    return names[0] if len(names) == 1 else names


def _readable(horizon: str, day: datetime.date) -> None:
    try:
        units.parse_horizon(horizon, day)
    except ValueError as error:
        raise InputError(f"--horizon: {error}") from None


def _date(context: click.Context, option: click.Parameter, value: str | None) -> datetime.date | None:
    if value is None:
        return None
    try:
        return units.parse_date(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


_OPTIONS: Final[tuple[Callable[[Any], Any], ...]] = (
    click.option(
        "--open",
        "opened",
        type=click.Path(path_type=Path),
        metavar="LOG",
        help="Start from the customers of this event log who are on their way; with the columns below.",
    ),
    click.option(
        "--as-of",
        callback=_date,
        metavar="DATE",
        help="With --open: the first day; only what came before counts.",
    ),
    click.option("--case", multiple=True, metavar="COLUMN", help="With --open: whose event it is."),
    click.option("--event", metavar="COLUMN", help="With --open: what happened, a touchpoint by its name."),
    click.option("--time", metavar="COLUMN", help="With --open: when."),
    click.option("--persona", multiple=True, metavar="COLUMN", help="With --open: which persona a case is."),
    click.option("--horizon", metavar="TIME", help="With --open: simulate so long, such as '28 days'."),
)


def from_today(journeys: Sequence[Journey], opened: Opened | None) -> list[Journey]:
    """Let journeys start from the open cases of a log, where one was given.

    Raises
    ------
    InputError
        With every problem of the log, or of its cases in these journeys.
    """
    return list(journeys) if opened is None else [opened.start(journey) for journey in journeys]
