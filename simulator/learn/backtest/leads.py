"""Personas by how far ahead a case was planned.

Who books for tomorrow is another customer than who books for next summer: he cancels at another rate,
and he alone can still come within the horizon. So a persona is divided by the days from its first event
to the day planned. What a class is learnt from must be worth learning from: small ones are joined.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.learn.groups import merge_small
from simulator.learn.log import DAY, EventLog

__all__ = ["divided", "lead_bands", "with_lead_classes"]

# A class is a day up to so many, a week from there to the horizon, which begins the last one.
_BY_DAY: Final = 28
_WEEK: Final = 7
# The horizon is halved so often for the parts that are forecast apart.
_HALVED: Final = 3
# A class of fewer cases, or of a smaller part of all, joins its neighbour.
_SMALLEST: Final = 150
_PART: Final = 500


def divided(log: EventLog, horizon: int, min_persona: int) -> EventLog:
    """Merge small personas, then divide the others by how far ahead their cases were planned.

    Parameters
    ----------
    log : EventLog
    horizon : int
        Days: the last class begins here.
    min_persona : int
        Personas with fewer cases become one.
    """
    merged = merge_small(log, min_persona)
    planned = next(iter(log.planned.values()), None)
    if planned is not None:
        merged = with_lead_classes(merged, planned, _edges(horizon))
    if not merged.personas:
        return merged
    # Every event tells it from now on, so that a log cut once more has the same personas.
    return replace(merged, told_names=merged.personas, told_persona=merged.persona[merged.case])


def _edges(horizon: int) -> tuple[int, ...]:
    return (*range(1, min(horizon, _BY_DAY)), *range(_BY_DAY, horizon, _WEEK), horizon)


def lead_bands(log: EventLog, horizon: int) -> NDArray[np.int64]:
    """Tell how far ahead each persona's cases are planned: in which part of the horizon, halved and halved.

    Returns
    -------
    int64 array, shape (personas,)
        0 for those who come soonest, the highest for those who cannot reach their date within the horizon;
        all 0 where none is planned. One entry where the log has no personas.
    """
    longest = np.zeros(max(1, len(log.personas)))
    planned = next(iter(log.planned.values()), None)
    if planned is None:
        return np.zeros(len(longest), np.int64)
    np.maximum.at(longest, log.persona, _lead(log, planned))
    return np.digitize(longest, [horizon / 2**halved for halved in reversed(range(_HALVED))])


def _lead(log: EventLog, planned: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the whole days from a case's first event to its date; infinite where none is planned."""
    begun = log.time[log.firsts] // DAY
    return np.where(np.isfinite(planned), np.nan_to_num(planned) // DAY - begun, np.inf)


def with_lead_classes(log: EventLog, planned: NDArray[np.float64], edges: tuple[int, ...]) -> EventLog:
    """Divide personas at so many days from a case's first event to the day planned.

    Parameters
    ----------
    log : EventLog
    planned : float64 array, shape (cases,)
        Milliseconds since 00:00 of the log's first day; NaN where nothing is planned.
    edges : tuple of int
        Days, ascending; a class begins with its edge.
    """
    edges = tuple(sorted({edge for edge in edges if edge > 0}))
    every = np.digitize(_lead(log, planned), edges)
    least = max(_SMALLEST, log.cases // _PART)
    names: list[str] = []
    persona = np.zeros(log.cases, np.int64)
    for code, name in enumerate(log.personas or ("customer",)):
        mine = log.persona == code
        for classes in _joined(np.bincount(every[mine], minlength=len(edges) + 1), least):
            persona[mine & np.isin(every, classes)] = len(names)
            names.append(_named(name, classes, edges))
    return replace(log, personas=tuple(names), persona=persona)


def _joined(sizes: NDArray[np.int64], least: int) -> list[list[int]]:
    """Join classes, the nearest first, until each has so many cases."""
    joined: list[list[int]] = [[]]
    for place in range(len(sizes)):
        joined[-1].append(place)
        if sizes[joined[-1]].sum() >= least:
            joined.append([])
    rest = joined.pop()
    if not joined:
        return [rest]
    joined[-1] += rest
    return joined


def _named(name: str, classes: list[int], edges: tuple[int, ...]) -> str:
    if len(classes) == len(edges) + 1:
        return name
    low = edges[classes[0] - 1] if classes[0] else 0
    if classes[-1] == len(edges):
        return f"{name}, {low}+ days ahead"
    high = edges[classes[-1]] - 1
    return f"{name}, {low} days ahead" if low == high else f"{name}, {low}-{high} days ahead"
