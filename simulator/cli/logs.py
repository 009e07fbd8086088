"""Options that say what the columns of an event log are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from simulator.learn import Columns

__all__ = ["columns_of", "log_options", "pairs"]

_Command = TypeVar("_Command", bound=Callable[..., Any])


def log_options(function: _Command) -> _Command:
    """Take the columns of a log: case, event, time, persona, planned dates, and which events to read."""
    options = [
        click.option(
            "--case",
            multiple=True,
            required=True,
            metavar="COLUMN",
            help="Whose event it is: a customer, a booking. Several columns together name a case.",
        ),
        click.option(
            "--event", required=True, metavar="COLUMN", help="What happened; each becomes a touchpoint."
        ),
        click.option("--time", required=True, metavar="COLUMN", help="When: a date, or a date and a time."),
        click.option(
            "--persona",
            multiple=True,
            metavar="COLUMN",
            help="A column of groups; each becomes a persona. Several columns are joined.",
        ),
        click.option(
            "--planned",
            multiple=True,
            metavar="COLUMN=ACTIVITY",
            help="A date known beforehand and what it is the date of, such as planned_arrival=Arrived.",
        ),
        click.option(
            "--only", multiple=True, metavar="ACTIVITY", help="Read only these events; may be repeated."
        ),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def columns_of(
    case: Sequence[str],
    event: str,
    time: str,
    persona: Sequence[str],
    planned: Sequence[str],
    only: Sequence[str],
    value: str | None = None,
) -> Columns:
    """Put the options of a log together.

    Raises
    ------
    click.UsageError
        If a planned date does not name its activity.
    """
    return Columns(
        case=case[0] if len(case) == 1 else tuple(case),
        event=event,
        time=time,
        persona=None if not persona else persona[0] if len(persona) == 1 else tuple(persona),
        value=value,
        planned=pairs("--planned", "COLUMN=ACTIVITY", planned),
        only=tuple(only),
    )


def pairs(option: str, form: str, given: Sequence[str]) -> dict[str, str]:
    """Read options of the form NAME=NAME.

    Raises
    ------
    click.UsageError
        If one has another form.
    """
    found = {}
    for text in given:
        name, equals, other = text.partition("=")
        if not (name and equals and other):
            raise click.UsageError(f"{option} has the form {form}, not {text!r}")
        found[name] = other
    return found
