"""What the events of a case tell of it: the first persona and the first date they name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

__all__ = ["first_told", "last_told", "named_personas", "told_personas"]

UNKNOWN: Final = "unknown"


def first_told(case: NDArray[np.int64], told: NDArray[np.float64], cases: int) -> NDArray[np.float64]:
    """Give the first number that the events of each case tell, NaN for none.

    Parameters
    ----------
    case : int64 array, shape (events,)
        Ascending; events of a case in their order.
    told : float64 array, shape (events,)
    cases : int
    """
    known = np.flatnonzero(np.isfinite(told))
    named, at = np.unique(case[known], return_index=True)
    found = np.full(cases, np.nan)
    found[named] = told[known][at]
    return found


def last_told(case: NDArray[np.int64], told: NDArray[np.float64], cases: int) -> NDArray[np.float64]:
    """Give the last number that the events of each case tell, NaN for none; see `first_told`."""
    known = np.flatnonzero(np.isfinite(told))
    found = np.full(cases, np.nan)
    found[case[known]] = told[known]  # of several the last one stays
    return found


def told_personas(table: pa.Table) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Give the names in the column of personas, and each row's code, -1 for none.

    Without such a column there are no names and no codes.
    """
    if "persona" not in table.column_names:
        return (), np.empty(0, np.int64)
    column = table["persona"].cast(pa.string())
    column = pc.if_else(pc.equal(pc.utf8_trim_whitespace(column), ""), None, column)
    encoded = column.combine_chunks().dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return tuple(encoded.dictionary.to_pylist()), np.asarray(codes, dtype=np.int64)


def named_personas(
    names: Sequence[str], case: NDArray[np.int64], told: NDArray[np.int64]
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Give each case the first persona it names; one that names none is unknown.

    Parameters
    ----------
    names : sequence of str
    case, told : int64 arrays, shape (events,)
        Cases ascending, from 0 without gaps; codes of `names`, -1 for none. `told` may be empty.

    Returns
    -------
    tuple of str, int64 array of shape (cases,)
        The personas that cases have from the largest, ties by name; and each case's.
    """
    cases = int(case[-1]) + 1
    if not len(told):
        return (), np.zeros(cases, np.int64)
    found = first_told(case, np.where(told >= 0, told, np.nan), cases)
    names = [*names]
    if np.isnan(found).any():
        if UNKNOWN not in names:
            names.append(UNKNOWN)
        found[np.isnan(found)] = names.index(UNKNOWN)
    return _by_size(names, found.astype(np.int64))


def _by_size(names: list[str], persona: NDArray[np.int64]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    sizes = np.bincount(persona, minlength=len(names))
    ranked = sorted(np.flatnonzero(sizes).tolist(), key=lambda code: (-sizes[code], names[code]))
    rank = np.zeros(len(names), np.int64)
    rank[ranked] = np.arange(len(ranked))
    return tuple(names[code] for code in ranked), rank[persona]
