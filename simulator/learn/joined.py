"""Several columns that name one thing together, and the events that are asked for."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["join_columns", "nth_role"]

_CASE, _PERSONA = "case", "persona"


def nth_role(role: str, number: int) -> str:
    """Name the columns of a role that has several: `case`, `case 2` and so on."""
    return role if number == 0 else f"{role} {number + 1}"


def join_columns(table: pa.Table, only: tuple[str, ...] = ()) -> pa.Table:
    """Make one column of the columns of a case and of a persona, and keep the events asked for.

    Parameters
    ----------
    table : pyarrow.Table
        One column a role.
    only : tuple of str
        Activities; empty for all.

    Returns
    -------
    pyarrow.Table
        A case is named by all its columns (if one is empty it has no name), a persona by those that are
        not empty.
    """
    if only:
        event = table["event"].cast(pa.string())
        table = table.filter(pc.is_in(event, value_set=pa.array(only, pa.string())))
    for role, handling, separator in ((_CASE, "emit_null", " / "), (_PERSONA, "skip", ", ")):
        columns = [name for name in table.column_names if name == role or _is_nth(name, role)]
        if len(columns) > 1:
            texts = [_text(table[name]) for name in columns]
            joined = pc.binary_join_element_wise(*texts, separator, null_handling=handling)
            table = table.drop_columns(columns).append_column(role, joined)
    return table


def _is_nth(name: str, role: str) -> bool:
    return name.startswith(f"{role} ") and name.removeprefix(f"{role} ").isdigit()


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Write a column as text; whole numbers without a fraction, blanks as missing."""
    if pa.types.is_floating(column.type) and pc.all(pc.equal(pc.floor(column), column)).as_py() is not False:
        column = column.cast(pa.int64())
    text = column.cast(pa.string())
    return pc.if_else(pc.equal(pc.utf8_trim_whitespace(text), ""), pa.scalar(None, pa.string()), text)
