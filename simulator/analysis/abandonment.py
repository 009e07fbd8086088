"""Sessions that end without an order although they met the last step before one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from simulator.errors import InputError, Problem, nearest
from simulator.program.tables import Edge, Station
from simulator.results.estimate import Estimate
from simulator.results.summary import RunResult

__all__ = ["Abandonment", "abandonment", "has_sessions", "last_step", "touchpoint_named"]


class Abandonment(NamedTuple):
    """The share of sessions with a touchpoint that end without an order."""

    touchpoint: str
    estimate: Estimate
    abandoned: int
    sessions: int


def last_step(result: RunResult) -> str | None:
    """Find the touchpoint from which most visits lead to an order within a session; None without any."""
    structure, names = result.program.structure, result.program.names
    totals = result.counts("edges").sum(axis=(0, 1)).tolist()
    stations = [Station._make(row) for row in structure.stations.tolist()]
    sells = {one.touchpoint for one in stations if one.goal and one.last_line > one.first_line}
    leading: dict[int, int] = {}
    for row, total in zip(structure.edges.tolist(), totals, strict=True):
        edge = Edge._make(row)
        if edge.target in sells and edge.source not in sells and _ends_in_orders(result, edge.source):
            leading[edge.source] = leading.get(edge.source, 0) + total
    return names.touchpoints[max(leading, key=lambda one: (leading[one], -one))] if leading else None


def _ends_in_orders(result: RunResult, touchpoint: int) -> bool:
    return bool(result.counts("session_at")[:, :, touchpoint, 1].any())


def abandonment(result: RunResult, touchpoint: str) -> Abandonment:
    """Give the share of sessions that met a touchpoint and ended without an order."""
    rate = result.session_orders(result.program.names.touchpoints.index(touchpoint))
    ordered = rate.estimate
    value, low, high = (
        None if one is None else 1.0 - one for one in (ordered.value, ordered.high, ordered.low)
    )
    share = Estimate(value, low, high, ordered.n, ordered.reason)
    return Abandonment(touchpoint, share, rate.of - rate.hits, rate.of)


def touchpoint_named(names: Iterable[str], name: str) -> str:
    """Check the name of a touchpoint whose sessions are asked for.

    Raises
    ------
    InputError
        If it is none of the names.
    """
    known = list(names)
    if name not in known:
        raise InputError([Problem(f"there is no touchpoint {name!r}", fix=nearest(name, known))])
    return name


def has_sessions(result: RunResult) -> bool:
    """Whether the run counted any session."""
    return bool(np.any(result.counts("sessions")[:, :, 0]))
