"""Play replications and write down every visit."""

from __future__ import annotations

import os
from pathlib import Path

from simulator.engine.reference import simulate
from simulator.program.program import Program
from simulator.results.eventlog import EventLog
from simulator.results.rows import RowWriter

__all__ = ["record_events", "record_rows"]


def record_events(program: Program, seed: int, path: Path, replication: int = 0) -> None:
    """Write the visits of one replication as an event log.

    One replication is one possible history; several in one file would be as many customers on the
    same dates. The file appears when it is complete.

    Parameters
    ----------
    program : Program
    seed, replication : int
    path : Path
        A CSV file; an existing one is replaced.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("w", encoding="utf-8", newline="") as stream:
            simulate(program, seed, replication, on_visit=EventLog(stream, program).write)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def record_rows(program: Program, seed: int, replications: int, folder: Path) -> None:
    """Write one row a visit and one a customer of each replication to Parquet files in a folder.

    Parameters
    ----------
    program : Program
    seed, replications : int
    folder : Path
        An existing folder; it receives ``visits.parquet`` and ``customers.parquet``.
    """
    with RowWriter(folder, program) as writer:
        for replication in range(replications):
            writer.begin(replication)
            simulate(program, seed, replication, on_visit=writer.write)
            writer.end(replication)
