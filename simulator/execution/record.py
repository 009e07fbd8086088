"""Write down every visit and customer of a run while it is played."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType

from simulator.errors import InputError, Problem
from simulator.execution.task import Rows
from simulator.program.program import Program
from simulator.results.eventlog import EventLog
from simulator.results.folder import not_written
from simulator.results.rows import Part, RowWriter, batches_of

__all__ = ["Recording"]


class Recording:
    """Takes the rows of a run and writes them to files, a complete replication at a time.

    Use it as a context: on an error, what was written is removed.

    Parameters
    ----------
    program : Program
    rows : Path or None
        A folder that receives ``visits.parquet`` and ``customers.parquet`` of all replications.
    events : Path or None
        A CSV that receives the visits of replication 0 as an event log; one replication is one possible
        history, several would be as many customers on the same dates. It appears when it is complete.
    """

    def __init__(self, program: Program, rows: Path | None = None, events: Path | None = None) -> None:
        self._program, self._rows, self._events = program, rows, events
        self._writer: RowWriter | None = None
        self._log: EventLog | None = None
        self._closing = contextlib.ExitStack()

    def __enter__(self) -> Recording:
        with contextlib.ExitStack() as opened:
            beside = self._rows or (self._events and self._events.parent)
            try:
                scratch = tempfile.TemporaryDirectory(prefix=".rows-", dir=beside, ignore_cleanup_errors=True)
            except OSError as error:
                message = f"nothing can be written to {beside}: {error.strerror}"
                raise InputError([Problem(message, fix="name a file in another folder")]) from None
            self._scratch = Path(opened.enter_context(scratch))
            if self._rows is not None:
                self._writer = opened.enter_context(RowWriter(self._rows, self._program))
            if self._events is not None:
                self._log = opened.enter_context(_event_log(self._events, self._program))
            self._closing = opened.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.__exit__(kind, error, trace)

    def wanted(self, *, elsewhere: bool) -> Rows:
        """Say whose rows are wanted; workers on other machines send them along."""
        return Rows(self._rows is not None, None if elsewhere else self._scratch)

    def take(self, replication: int, parts: Sequence[Part]) -> None:
        """Write the rows of a complete replication behind those before it."""
        for part in parts:
            if self._log is not None and replication == 0:
                for batch in batches_of(part.visits):
                    self._log.write(batch)
            if self._writer is not None:
                self._writer.append(part)
            for held in part:
                if isinstance(held, Path):
                    held.unlink()


@contextlib.contextmanager
def _event_log(path: Path, program: Program) -> Iterator[EventLog]:
    """Open an event log that takes its place when it is complete; an existing file is replaced."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("w", encoding="utf-8", newline="") as stream:
            yield EventLog(stream, program)
        partial.replace(path)
    except OSError as error:
        raise not_written(path, error) from error
    finally:
        partial.unlink(missing_ok=True)
