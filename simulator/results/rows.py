"""One row a visit and one a customer, streamed to Parquet while a replication is played."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from simulator.engine.tally import PEOPLE
from simulator.program.program import Program
from simulator.program.tables import Manner
from simulator.results.eventlog import VisitLike

__all__ = ["RowWriter"]

# Rows held in memory before they are written: a few megabytes.
_BATCH: Final = 50_000
_VISIT: Final = ("subject", "persona", "touchpoint", "entry", "entered", "waited", "left", "manner", "target")
_CUSTOMER: Final = ("subject", "persona", "kind", "generation", "arrived", "steps", "orders", "converted")


class RowWriter:
    """Writes ``visits.parquet`` and ``customers.parquet`` of one or more replications to a folder.

    A customer is written when his replication is over, as his last finished visit left him; one whose
    first visit has not ended has no row. Customers of one replication are held in memory, visits are not.

    Parameters
    ----------
    folder : Path
        An existing folder.
    program : Program
    """

    def __init__(self, folder: Path, program: Program) -> None:
        self._program = program
        self._schemas = {"visits": _visit_schema(program), "customers": _customer_schema(program)}
        self._writers = {
            name: pq.ParquetWriter(folder / f"{name}.parquet", schema, write_page_checksum=True)
            for name, schema in self._schemas.items()
        }
        self._visits: list[tuple[Any, ...]] = []
        self._customers: dict[int, Any] = {}
        self._replication = 0

    def __enter__(self) -> RowWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for writer in self._writers.values():
            writer.close()

    def write(self, customer: Any, visit: VisitLike) -> None:
        """Take a visit in; fits the hook of the reference engine."""
        self._visits.append((*(getattr(visit, name) for name in _VISIT), *visit.attributes))
        self._customers[visit.subject] = customer
        if len(self._visits) >= _BATCH:
            self._flush_visits()

    def end(self, replication: int) -> None:
        """End a replication: write what is held."""
        self._replication = replication
        self._flush_visits()
        rows = [
            (*(getattr(customer, name) for name in _CUSTOMER), *self._attributes(customer))
            for customer in self._customers.values()
        ]
        self._write("customers", _CUSTOMER, rows)
        self._customers = {}

    def begin(self, replication: int) -> None:
        """Begin a replication."""
        self._replication = replication

    def _attributes(self, customer: Any) -> list[float]:
        cells: list[float] = customer.cells[: len(self._program.names.attributes)].tolist()
        return cells

    def _flush_visits(self) -> None:
        self._write("visits", _VISIT, self._visits)
        self._visits = []

    def _write(self, name: str, fields: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
        if not rows:
            return
        columns = list(zip(*rows, strict=True))
        names, schema = self._program.names, self._schemas[name]
        targets = [*names.touchpoints, *names.outcomes, "wait", "back", ""]  # -1, -2, -3 count from the end
        texts: Mapping[str, Any] = {
            "persona": names.personas,
            "touchpoint": names.touchpoints,
            "manner": Manner.NAMES,
            "target": targets,
            "kind": PEOPLE,
        }
        values = [pa.array([self._replication] * len(rows), pa.int64())]
        for field, column in zip(schema.names[1:], columns, strict=True):
            values.append(self._column(schema.field(field).type, texts.get(field), column))
        self._writers[name].write_table(pa.Table.from_arrays(values, schema=schema))

    def _column(self, kind: pa.DataType, texts: Any, column: tuple[Any, ...]) -> pa.Array:
        if texts is not None:
            return pa.array([texts[code] for code in column], pa.string()).cast(kind)
        if pa.types.is_timestamp(kind):
            since = np.datetime64(datetime.datetime.combine(self._program.start, datetime.time()), "ms")
            return pa.array(since + np.array(column, dtype="timedelta64[ms]"), kind)
        if pa.types.is_uint64(kind):
            return pa.array(np.array(column, dtype=np.int64).view(np.uint64))
        return pa.array(column, kind)


_TEXT: Final = pa.dictionary(pa.int32(), pa.string())
_TIME: Final = pa.timestamp("ms")


def _visit_schema(program: Program) -> pa.Schema:
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
    ]
    return pa.schema([*fields, *_attribute_fields(program)])


def _customer_schema(program: Program) -> pa.Schema:
    fields = [
        ("replication", pa.int64()),
        ("customer", pa.uint64()),
        ("persona", _TEXT),
        ("kind", _TEXT),
        ("generation", pa.int64()),
        ("arrived", _TIME),
        ("steps", pa.int64()),
        ("orders", pa.int64()),
        ("converted", pa.bool_()),
    ]
    return pa.schema([*fields, *_attribute_fields(program)])


def _attribute_fields(program: Program) -> list[tuple[str, pa.DataType]]:
    return [(f"attribute.{name}", pa.float64()) for name in program.names.attributes]
