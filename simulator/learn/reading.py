"""From a CSV or Parquet file to the few columns a log needs, as an Arrow table."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from simulator.errors import LogError, Place, Problem, nearest

__all__ = ["ENDINGS", "column_names", "read_columns", "row_place"]

_PARQUET: Final = (".parquet", ".pq")
_CSV: Final = (".csv", ".tsv", ".csv.gz", ".tsv.gz")
ENDINGS: Final = (*_PARQUET, *_CSV)

# Separators a spreadsheet writes; the one that cuts the header into most columns is taken.
_SEPARATORS: Final = (",", ";", "\t", "|")


def read_columns(path: Path, wanted: Mapping[str, str]) -> pa.Table:
    """Read the wanted columns of a log; the others are never loaded.

    Parameters
    ----------
    path : Path
        A file whose name ends in one of `ENDINGS`; its type is told by the ending.
    wanted : mapping of role to column
        What each column is for (case, event, …) and its name in the file.

    Returns
    -------
    pyarrow.Table
        One column a role, named after the role. Columns of a CSV are text.

    Raises
    ------
    LogError
        If the file cannot be read, has another ending, lacks a column, or holds no event.
    """
    _refuse_twice(path, wanted)
    with _told(path):
        table = _parquet(path, wanted) if _ending(path).endswith(_PARQUET) else _csv(path, wanted)
    if not table.num_rows:
        raise _error(path, "the log holds no event", "a log has one row an event: case, event, time")
    return table.select(list(wanted.values())).rename_columns(list(wanted))


def _ending(path: Path) -> str:
    """Give the name of a file in small letters, if its ending is one that can be read."""
    name = path.name.lower()
    if not name.endswith(ENDINGS):
        raise _error(path, f"a log ends in {', '.join(ENDINGS)}, not in {path.suffix or 'nothing'!r}")
    return name


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say in words why a file cannot be read."""
    try:
        yield
    except FileNotFoundError:
        raise _error(path, "there is no such file") from None
    except OSError as error:
        raise _error(path, f"the file cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise _error(path, "the text is not UTF-8", "save the file as UTF-8") from None
    except (pa.ArrowException, gzip.BadGzipFile, EOFError, csv.Error) as error:
        raise _error(path, f"the file cannot be read: {_first_line(error)}") from None


def column_names(path: Path) -> list[str]:
    """List the columns of a log.

    Raises
    ------
    LogError
        If the file cannot be read or has another ending.
    """
    with _told(path):
        if _ending(path).endswith(_PARQUET):
            return list(pa.parquet.read_schema(path).names)
        header = _header(path)
        return next(csv.reader([header], delimiter=max(_SEPARATORS, key=header.count)), [])


def row_place(path: Path, row: int) -> tuple[Place, str]:
    """Say where a row (from 0) stands: the line of a CSV, the number of the row of a Parquet file."""
    if path.name.lower().endswith(_PARQUET):
        return Place(str(path)), f"row {row + 1}: "
    return Place(str(path), row + 2), ""


def _error(path: Path, message: str, fix: str = "") -> LogError:
    return LogError([Problem(message, place=Place(str(path)), fix=fix)])


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _refuse_twice(path: Path, wanted: Mapping[str, str]) -> None:
    roles: dict[str, str] = {}
    problems = []
    for role, column in wanted.items():
        if column in roles:
            message = f"{roles[column]} and {role} are the same column {column!r}"
            problems.append(Problem(message, place=Place(str(path)), fix="name a column of its own for each"))
        roles.setdefault(column, role)
    if problems:
        raise LogError(problems)


def _refuse_missing(path: Path, wanted: Mapping[str, str], columns: Iterable[str]) -> None:
    known = list(columns)
    problems = []
    for role, column in wanted.items():
        if column not in known:
            message, fix = f"there is no column {column!r} for the {role}", nearest(column, known)
        elif known.count(column) > 1:
            message, fix = f"{known.count(column)} columns are called {column!r}", "rename the others"
        else:
            continue
        problems.append(Problem(message, place=Place(str(path)), fix=fix))
    if problems:
        raise LogError(problems)


def _parquet(path: Path, wanted: Mapping[str, str]) -> pa.Table:
    with pa.parquet.ParquetFile(path, page_checksum_verification=True) as file:
        _refuse_missing(path, wanted, file.schema_arrow.names)
        return file.read(columns=list(wanted.values()))


def _csv(path: Path, wanted: Mapping[str, str]) -> pa.Table:
    header = _header(path)
    separator = max(_SEPARATORS, key=header.count)
    _refuse_missing(path, wanted, next(csv.reader([header], delimiter=separator), []))
    columns = list(wanted.values())
    read: Any = pa.csv.read_csv(
        path,
        # One thread, so that a malformed line is reported by its number.
        read_options=pa.csv.ReadOptions(use_threads=False),
        parse_options=pa.csv.ParseOptions(delimiter=separator, newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(
            include_columns=columns, column_types=dict.fromkeys(columns, pa.string())
        ),
    )
    return read


def _header(path: Path) -> str:
    """Read the first line, without its end and without a byte order mark."""
    opened: io.BufferedIOBase
    with gzip.open(path, "rb") if path.name.lower().endswith(".gz") else path.open("rb") as opened:
        return opened.readline().decode("utf-8-sig").rstrip("\r\n")
