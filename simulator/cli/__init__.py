"""The command line: one click command per file, and the one place where errors become messages.

A command is imported when it is asked for, so that ``journey --help`` starts at once.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NoReturn

import click

import simulator

__all__ = ["COMMANDS", "EXIT_CODE", "exit_code_of", "main"]

# Each command with its one-line help; `simulator.cli.<name>` holds it as `command`.
COMMANDS: Final[Mapping[str, str]] = {
    "new": "Copy the starter models and scenarios into a folder.",
    "check": "Find everything that is wrong with a model, and advise.",
    "run": "Play a model: what will happen?",
    "compare": "Play what-ifs on the same customers: which idea is best?",
    "forecast": "Dated demand: how many will we sell, and when?",
    "stock": "Plan the stock: when to order how much, and what to expect of it.",
    "experiment": "Plan the live A/B test that would confirm an idea.",
    "trace": "Print the diary of one customer.",
    "map": "Draw the journey as a map.",
    "tree": "Unroll the journey into a decision tree.",
    "learn": "Make a model from an event log.",
    "backtest": "Score weekly forecasts of a log on what then happened.",
    "score": "Score a forecast made earlier on what then happened.",
}

_DONE, _FAILED, _WRONG = 0, 1, 2
# 128 and the number of the signal, as shells have it: Ctrl-C, and a request to end.
_INTERRUPTED, _TERMINATED = 130, 143

# Where a command that went on with what was complete leaves its exit code.
EXIT_CODE: Final = "journey.exit_code"


# Start-up makes a million objects that stay; looking through them at Python's usual pace takes a tenth of it.
_GARBAGE: Final = 100_000


class Journey(click.Group):
    """The group of all commands: imports them late and turns every error into a message."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order a user meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        module = f"{__name__}.{cmd_name}"
        try:
            command: click.Command = importlib.import_module(module).command
        except ModuleNotFoundError as missing:
            if missing.name != module:
                raise
            return None
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command asked for, or say which was probably meant."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from simulator.errors import nearest

            raise click.UsageError(f"there is no command {args[0]!r}; {nearest(args[0], COMMANDS)}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; one that was stopped, and went on with what was complete, says so in the end."""
        result = super().invoke(ctx)
        if EXIT_CODE in ctx.meta:
            ctx.exit(ctx.meta[EXIT_CODE])
        return result

    def main(self, args: Sequence[str] | None = None, **extra: Any) -> NoReturn:  # type: ignore[override]
        """Run a command and exit.

        0 done, 1 the run failed, 2 the input is wrong, 130 interrupted (Ctrl-C), 143 asked to end.
        """
        for stream in (sys.stdout, sys.stderr):
            # A name in any script must not end a run on a terminal that cannot show it.
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        extra["standalone_mode"] = False
        gc.set_threshold(_GARBAGE)
        try:
            with _told_to_end():
                code = super().main(args, **extra)
                sys.stdout.flush()
        except Exception as error:
            sys.exit(_report(error))
        except KeyboardInterrupt as interrupt:
            sys.exit(_stop(interrupt))
        sys.exit(code if isinstance(code, int) else _DONE)


def _report(error: Exception) -> int:
    """Print what an error means and give the exit code."""
    from simulator.errors import InputError, JourneyError

    if isinstance(error, click.ClickException):
        error.show()
        return error.exit_code
    if isinstance(error, click.Abort):
        return _stop(error)
    if isinstance(error, BrokenPipeError):
        return _close_pipe()
    if isinstance(error, InputError):
        for problem in error.problems:
            click.echo(str(problem) if problem.place.file else _without_place(problem), err=True)
        return _WRONG
    if isinstance(error, JourneyError):
        click.echo(f"journey: {error}", err=True)
        return _FAILED
    if isinstance(error, ModuleNotFoundError) and not (error.name or "").startswith("simulator"):
        raise error  # the door of a checkout says what to install
    return _report_unexpected(error)


def _without_place(problem: Any) -> str:
    """Write a problem that stands in no file."""
    return f"journey: {problem.message}" + (f"; {problem.fix}" if problem.fix else "")


def _report_unexpected(error: Exception) -> int:
    if os.environ.get("JOURNEY_DEBUG"):
        raise error
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"journey: {where}{error.strerror or error}", err=True)
    elif isinstance(error, MemoryError):
        click.echo("journey: there is not enough memory for this run", err=True)
    else:
        said = " ".join(f"{type(error).__name__}: {error}".split())
        click.echo(f"journey: {said}", err=True)
        click.echo("this is a defect of journey; run with JOURNEY_DEBUG=1 for the traceback", err=True)
    return _FAILED


@contextlib.contextmanager
def _told_to_end() -> Iterator[None]:
    """Take a request to end (SIGTERM) as an interrupt: everything is put away."""

    def end(*_: object) -> NoReturn:
        from simulator.execution.interrupt import Terminated

        raise Terminated

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def exit_code_of(interrupt: BaseException) -> int:
    """Tell an interrupt from a request to end, which may be the cause of what a run raised."""
    names = {type(cause).__name__ for cause in _chain(interrupt)}
    return _TERMINATED if "Terminated" in names else _INTERRUPTED


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Go from an error to its causes; their modules need not be imported to know them by name."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__


def _stop(interrupt: BaseException) -> int:
    names = {type(cause).__name__ for cause in _chain(interrupt)}
    what = "the first replication was complete" if "StoppedRun" in names else "it was done"
    click.echo(f"journey: stopped before {what}", err=True)
    return exit_code_of(interrupt)


def _close_pipe() -> int:
    """Leave quietly when the reader of our output has gone (``journey run … | head``)."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 (the interpreter flushes it at exit)
    return _DONE


@click.command(
    cls=Journey,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Tables go to stdout, progress and messages to stderr. "
    "Exit codes: 0 done, 1 the run failed, 2 the input is wrong, 130 or 143 stopped.",
)
@click.version_option(simulator.__version__, prog_name="journey", message="%(prog)s %(version)s")
def main() -> None:
    """Play a customer journey before it is launched."""
