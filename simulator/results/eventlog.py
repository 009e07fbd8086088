"""Simulated visits as an event log: a CSV that spreadsheets and process-mining tools read."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Sequence
from typing import Any, Final, Protocol, TextIO

from simulator.program.program import Program
from simulator.program.tables import Manner

__all__ = ["EventLog", "VisitLike", "safe_text"]

# A spreadsheet reads a text that starts with one of these as a formula (CWE-1236).
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00")


class VisitLike(Protocol):
    """What an engine tells about a visit that has ended; times in ms since the start."""

    subject: int
    persona: int
    touchpoint: int
    entry: int
    entered: int
    waited: int
    left: int
    manner: int
    target: int
    asked: int
    sold: int
    attributes: tuple[float, ...]


def safe_text(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


class EventLog:
    """Writes visits as they end: one row each, so a case's rows are in order of their ends.

    Columns: ``case, activity, timestamp, persona, end, entry, waited_seconds, left_by, target, asked,
    sold`` and one an attribute, as it was after the visit. Times are naive local, ISO 8601 to the
    millisecond.

    Parameters
    ----------
    stream : text file
        Opened with ``newline=""``.
    program : Program
    """

    def __init__(self, stream: TextIO, program: Program) -> None:
        self._writer = csv.writer(stream, lineterminator="\n")
        self._names = program.names
        self._personas = [safe_text(name) for name in program.names.personas]
        self._touchpoints = [safe_text(name) for name in program.names.touchpoints]
        self._start = datetime.datetime.combine(program.start, datetime.time())
        self._writer.writerow(self.header(program.names.attributes))

    @staticmethod
    def header(attributes: Sequence[str]) -> list[str]:
        """Name the columns."""
        fixed = ["case", "activity", "timestamp", "persona", "end", "entry", "waited_seconds"]
        return [*fixed, "left_by", "target", "asked", "sold", *(safe_text(name) for name in attributes)]

    def write(self, customer: Any, visit: VisitLike) -> None:
        """Write a visit; fits the hook of the reference engine."""
        self._writer.writerow(
            [
                f"{visit.subject & ((1 << 64) - 1):016x}",
                self._touchpoints[visit.touchpoint],
                self._instant(visit.entered),
                self._personas[visit.persona],
                self._instant(visit.left),
                visit.entry,
                visit.waited / 1000.0,
                Manner.NAMES[visit.manner],
                safe_text(self._names.target(visit.target)),
                visit.asked,
                visit.sold,
                *visit.attributes,
            ]
        )

    def _instant(self, time: int) -> str:
        moment = self._start + datetime.timedelta(milliseconds=time)
        return moment.isoformat(timespec="milliseconds")
