"""One row a visit and one a customer: from an engine's log to Parquet, in bounded memory.

A worker writes the rows of its block to a part, as they come. Parts are put together in the order of the
blocks, so a file is the same whoever played what and when.
"""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from simulator.engine.log import END_FIELDS, STILL_OPEN, VISIT_FIELDS, Log
from simulator.engine.tally import PEOPLE
from simulator.program.program import Program
from simulator.program.tables import Manner

__all__ = ["STATUS", "Part", "PartWriter", "RowWriter", "batches_of", "customer_batch", "visit_batch"]

STATUS: Final = ("ended", "open", "stopped")

_TEXT: Final = pa.dictionary(pa.int32(), pa.string())
_TIME: Final = pa.timestamp("ms")
_LZ4: Final = pa.ipc.IpcWriteOptions(compression="lz4")


def visit_schema(program: Program) -> pa.Schema:
    """Describe the table of visits."""
    fields = [
        ("replication", pa.int64()),
        ("customer", pa.uint64()),
        ("persona", _TEXT),
        ("touchpoint", _TEXT),
        ("entry", pa.int64()),
        ("entered", _TIME),
        ("waited_ms", pa.int64()),
        ("left", _TIME),
        ("manner", _TEXT),
        ("target", _TEXT),
        ("asked", pa.int64()),
        ("sold", pa.int64()),
    ]
    return pa.schema([*fields, *_attribute_fields(program)])


def customer_schema(program: Program) -> pa.Schema:
    """Describe the table of customers."""
    fields = [
        ("replication", pa.int64()),
        ("customer", pa.uint64()),
        ("persona", _TEXT),
        ("kind", _TEXT),
        ("generation", pa.int64()),
        ("arrived", _TIME),
        ("ended", _TIME),
        ("status", _TEXT),
        ("outcome", _TEXT),
        ("steps", pa.int64()),
        ("orders", pa.int64()),
        ("converted", pa.bool_()),
    ]
    return pa.schema([*fields, *_attribute_fields(program)])


def _attribute_fields(program: Program) -> list[tuple[str, pa.DataType]]:
    return [
        (f"attribute.{name}", _TIME if dated else pa.float64())
        for name, dated in zip(program.names.attributes, program.dated, strict=True)
    ]


class _Columns:
    """Turns the integers of a log into columns of a table."""

    def __init__(self, program: Program, replication: int, rows: NDArray[np.int64], fields: Sequence[str]):
        self._start = np.datetime64(datetime.datetime.combine(program.start, datetime.time()), "ms")
        self._rows, self._fields, self._replication = rows, fields, replication

    def number(self, field: str) -> NDArray[np.int64]:
        return np.ascontiguousarray(self._rows[:, self._fields.index(field)])

    def time(self, field: str, without: NDArray[np.bool_] | None = None) -> pa.Array:
        return pa.array(self._start + self.number(field).astype("timedelta64[ms]"), _TIME, mask=without)

    def text(self, field: str, names: Sequence[str], without: NDArray[np.bool_] | None = None) -> pa.Array:
        return _text(self.number(field), names, without)

    def attributes(self, program: Program, values: NDArray[np.float64]) -> list[pa.Array]:
        """Give each attribute; one that holds a planned date as the date."""
        return [
            pa.array(self._start + np.round(value).astype("timedelta64[ms]"), _TIME)
            if dated
            else pa.array(np.ascontiguousarray(value))
            for value, dated in zip(values.T, program.dated, strict=True)
        ]

    def who(self) -> list[pa.Array]:
        replication = pa.array(np.full(len(self._rows), self._replication, dtype=np.int64))
        return [replication, pa.array(self.number("subject").view(np.uint64))]


def _text(codes: NDArray[np.int64], names: Sequence[str], without: NDArray[np.bool_] | None) -> pa.Array:
    """Keep names once and codes in the rows; a negative code counts from the end."""
    wrapped = np.where(codes < 0, codes + len(names), codes).astype(np.int32)
    return pa.DictionaryArray.from_arrays(
        pa.array(wrapped, pa.int32(), mask=without), pa.array(names, pa.string())
    )


def visit_batch(program: Program, replication: int, log: Log) -> pa.RecordBatch:
    """Lay the visits of a log out as rows; one that is still open has no end and no target."""
    columns = _Columns(program, replication, log.visits, VISIT_FIELDS)
    names = program.names
    is_open = columns.number("manner") == Manner.OPEN
    targets = [*names.touchpoints, *names.outcomes, "wait", "back", ""]  # -1, -2, -3 count from the end
    arrays = [
        *columns.who(),
        columns.text("persona", names.personas),
        columns.text("touchpoint", names.touchpoints),
        pa.array(columns.number("entry")),
        columns.time("entered"),
        pa.array(columns.number("waited")),
        columns.time("left", is_open),
        columns.text("manner", Manner.NAMES),
        columns.text("target", targets, is_open),
        pa.array(columns.number("asked")),
        pa.array(columns.number("sold")),
        *columns.attributes(program, log.visit_attributes),
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=visit_schema(program))


def customer_batch(program: Program, replication: int, log: Log) -> pa.RecordBatch:
    """Lay the customers of a log out as rows; one still on his way has no end, one stopped no outcome."""
    columns = _Columns(program, replication, log.ends, END_FIELDS)
    names, outcomes = program.names, columns.number("outcome")
    status = np.where(outcomes >= 0, 0, -outcomes)
    arrays = [
        *columns.who(),
        columns.text("persona", names.personas),
        columns.text("kind", PEOPLE),
        pa.array(columns.number("generation")),
        columns.time("arrived"),
        columns.time("ended", outcomes == STILL_OPEN),
        _text(status, STATUS, None),
        columns.text("outcome", names.outcomes, outcomes < 0),
        pa.array(columns.number("steps")),
        pa.array(columns.number("orders")),
        pa.array(columns.number("converted") == 1),
        *columns.attributes(program, log.end_attributes),
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=customer_schema(program))


_TABLES: Final = (
    ("visits", visit_schema, visit_batch),
    ("customers", customer_schema, customer_batch),
)


class Part(NamedTuple):
    """The rows of one block: where they are, or themselves."""

    visits: Path | bytes
    customers: Path | bytes


def batches_of(held: Path | bytes) -> Iterator[pa.RecordBatch]:
    """Read a part back, batch by batch."""
    source = pa.BufferReader(held) if isinstance(held, bytes) else pa.OSFile(str(held), "rb")
    with source, pa.ipc.open_stream(source) as reader:
        yield from reader


class PartWriter:
    """Writes the rows of one block as they come.

    Parameters
    ----------
    program : Program
    replication : int
    place : Path or None
        Files are named after it; None keeps the rows in memory, compressed, for a worker on another machine.
    """

    def __init__(self, program: Program, replication: int, place: Path | None) -> None:
        self._program, self._replication = program, replication
        self._held: list[Path | None] = []
        self._sinks: list[Any] = []
        self._writers: list[Any] = []
        for name, schema, _ in _TABLES:
            file = place and place.with_name(f"{place.name}.{name}")
            sink = pa.BufferOutputStream() if file is None else pa.OSFile(str(file), "wb")
            self._held.append(file)
            self._sinks.append(sink)
            self._writers.append(pa.ipc.new_stream(sink, schema(program), options=_LZ4))

    def __enter__(self) -> PartWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with _quietly(kind):
            for writer in self._writers:
                writer.close()
        for file, sink in zip(self._held, self._sinks, strict=True):
            if file is not None:
                with _quietly(kind):
                    sink.close()

    def write(self, log: Log) -> None:
        """Add rows."""
        for (_, _, batch), writer in zip(_TABLES, self._writers, strict=True):
            rows = batch(self._program, self._replication, log)
            if rows.num_rows:
                writer.write_batch(rows)

    def part(self) -> Part:
        """Give what was written; only after it was closed."""
        held = zip(self._held, self._sinks, strict=True)
        return Part(*(sink.getvalue().to_pybytes() if file is None else file for file, sink in held))


def _quietly(kind: type[BaseException] | None) -> contextlib.AbstractContextManager[None]:
    """Let closing a file fail in silence when the reason is known already: the disk is full, say."""
    return contextlib.nullcontext() if kind is None else contextlib.suppress(OSError)


class RowWriter:
    """Writes ``visits.parquet`` and ``customers.parquet`` to a folder, part by part.

    Parameters
    ----------
    folder : Path
        An existing folder.
    program : Program
    """

    def __init__(self, folder: Path, program: Program) -> None:
        self._writers = [
            pq.ParquetWriter(folder / f"{name}.parquet", schema(program), write_page_checksum=True)
            for name, schema, _ in _TABLES
        ]

    def __enter__(self) -> RowWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with _quietly(kind):
            for writer in self._writers:
                writer.close()

    def append(self, part: Part) -> None:
        """Write the rows of a part behind the others."""
        for writer, held in zip(self._writers, part, strict=True):
            for batch in batches_of(held):
                writer.write_batch(batch)
