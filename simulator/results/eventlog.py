"""Simulated visits as an event log: a CSV that spreadsheets and process-mining tools read."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import Final, TextIO

import numpy as np
import pyarrow as pa

from simulator.program.program import Program

__all__ = ["EventLog", "safe_text"]

# A spreadsheet reads a text that starts with one of these as a formula (CWE-1236).
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00")


def safe_text(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


# Rows turned into text at a time: a few megabytes.
_ROWS: Final = 10_000


class EventLog:
    """Writes visits as rows of a CSV; a case's rows are in order of their ends.

    Columns: ``case, activity, timestamp, persona, end, entry, waited_seconds, left_by, target, asked,
    sold`` and one an attribute, as it was after the visit; a planned date is an instant. Times are naive
    local, ISO 8601 to the millisecond. A visit that was open at the end of the run has no end.

    Parameters
    ----------
    stream : text file
        Opened with ``newline=""``.
    program : Program
    """

    def __init__(self, stream: TextIO, program: Program) -> None:
        self._writer = csv.writer(stream, lineterminator="\n")
        self._writer.writerow(self.header(program.names.attributes))

    @staticmethod
    def header(attributes: Sequence[str]) -> list[str]:
        """Name the columns."""
        fixed = ["case", "activity", "timestamp", "persona", "end", "entry", "waited_seconds"]
        return [*fixed, "left_by", "target", "asked", "sold", *(safe_text(name) for name in attributes)]

    def write(self, visits: pa.RecordBatch) -> None:
        """Write visits laid out by `simulator.results.rows`."""
        for first in range(0, visits.num_rows, _ROWS):
            self._write(visits.slice(first, _ROWS))

    def _write(self, visits: pa.RecordBatch) -> None:
        columns = [
            [f"{customer:016x}" for customer in visits["customer"].to_pylist()],
            _texts(visits["touchpoint"]),
            _instants(visits["entered"]),
            _texts(visits["persona"]),
            _instants(visits["left"]),
            visits["entry"].to_pylist(),
            [waited / 1000.0 for waited in visits["waited_ms"].to_pylist()],
            _texts(visits["manner"]),
            _texts(visits["target"]),
            visits["asked"].to_pylist(),
            visits["sold"].to_pylist(),
        ]
        attributes = [
            _instants(visits[name]) if pa.types.is_timestamp(visits[name].type) else visits[name].to_pylist()
            for name in visits.schema.names
            if name.startswith("attribute.")
        ]
        self._writer.writerows(zip(*columns, *attributes, strict=True))


def _texts(column: pa.DictionaryArray) -> list[str]:
    names = [safe_text(name) for name in column.dictionary.to_pylist()]
    return ["" if code is None else names[code] for code in column.indices.to_pylist()]


def _instants(column: pa.TimestampArray) -> list[str]:
    texts = np.datetime_as_string(column.to_numpy(zero_copy_only=False).astype("datetime64[ms]"))
    return ["" if text == "NaT" else text for text in texts.tolist()]
