"""The log of a replication in the kernel: a row for every visit, and one for every customer."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.compiled import inner
from simulator.engine.kernel import layout as at
from simulator.engine.log import STILL_OPEN
from simulator.program.tables import NONE, Manner

__all__ = ["log_end", "log_open", "log_visit"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_OPEN: Final = Manner.OPEN
_NONE: Final = NONE
_STILL_OPEN: Final = STILL_OPEN


@inner
def _row_of(m: Ints, size: int) -> int:
    """Count one more row of a log, if there is room; -1 if not."""
    row = m[size]
    if row >= m[at.LOG_ROOM]:
        m[at.TROUBLE] = at.NO_LOG
        return -1
    m[size] = row + 1
    return row


@inner
def _see(m: Ints, f: Floats, c: int, first: int) -> None:
    for attribute in range(m[at.ATTRIBUTES]):
        f[first + attribute] = f[m[c + at.EYES] + attribute]


@inner
def log_visit(m: Ints, f: Floats, c: int, visit: int, manner: int, target: int) -> None:
    """Write down a visit that ends now; `visit` is where its fields stand."""
    number = _row_of(m, at.LOG_SIZE)
    if number < 0:
        return
    row = m[at.LOG] + at.LOG_ROW * number
    m[row], m[row + 1], m[row + 2] = m[c + at.SUBJECT], m[c + at.PERSONA], m[visit]
    m[row + 3], m[row + 4], m[row + 5] = m[visit + 2], m[visit + 3], m[visit + 4]
    m[row + 6], m[row + 7], m[row + 8] = m[at.NOW], manner, target
    m[row + 9], m[row + 10], m[row + 11] = m[visit + 8], m[visit + 9], m[c + at.KIND]
    _see(m, f, c, m[at.LOG_SIGHT] + m[at.ATTRIBUTES] * number)


@inner
def log_end(m: Ints, f: Floats, c: int, outcome: int) -> None:
    """Write down a customer whose journey is over, or whom the end of the run found on his way."""
    number = _row_of(m, at.ENDS_SIZE)
    if number < 0:
        return
    row = m[at.ENDS] + at.ENDS_ROW * number
    m[row], m[row + 1], m[row + 2] = m[c + at.SUBJECT], m[c + at.PERSONA], m[c + at.KIND]
    m[row + 3], m[row + 4], m[row + 5] = m[c + at.GENERATION], m[c + at.ARRIVED], m[at.NOW]
    m[row + 6], m[row + 7], m[row + 8] = outcome, m[c + at.STEPS], m[c + at.ORDERS]
    m[row + 9] = m[c + at.CONVERTED]
    _see(m, f, c, m[at.ENDS_SIGHT] + m[at.ATTRIBUTES] * number)


@inner
def log_open(m: Ints, f: Floats, c: int) -> None:
    """Write down a customer at the end of the run, and where he is: first the races he left for a trip."""
    m[at.NOW] = m[at.HORIZON]
    for depth in range(m[c + at.DEPTH]):
        frame = c + m[at.AT_FRAMES] + depth * m[at.FRAME_STRIDE]
        log_visit(m, f, c, frame, _OPEN, _NONE)
    state = m[c + at.STATE]
    if state == at.QUEUING:
        m[c + at.V_WAITED] = m[at.NOW] - m[c + at.V_ENTERED]
    if state != at.TRAVELLING:
        log_visit(m, f, c, c + at.VISIT, _OPEN, _NONE)
    log_end(m, f, c, _STILL_OPEN)
