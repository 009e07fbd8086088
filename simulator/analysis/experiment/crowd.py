"""The customers of a run one by one: when each first converted, and in how many sessions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.engine.log import END_FIELDS, VISIT_FIELDS, Log
from simulator.engine.tally import PEOPLE
from simulator.execution.engines import EngineName, engine
from simulator.program.program import Program
from simulator.program.tables import Manner, Station
from simulator.spec.model import DAY

__all__ = ["Crowd", "crowd_of"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_COMPLETED: Final = (Manner.DECIDED, Manner.STOCKOUT, Manner.EMPTY, Manner.RESUMED)
_GAP: Final = 8  # of `Structure.clock`
_NEVER: Final = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Crowd:
    """The customers of all replications who were watched for the follow-up.

    Attributes
    ----------
    delays : ndarray of float64
        Days from coming to the first conversion; infinite without one within the follow-up.
    sessions, orders : ndarray of int64
        Sessions of each, and those with a conversion, within the follow-up.
    since_met : ndarray of float64
        Days from first entering a place that the idea changes to the first conversion after it; infinite
        without one, NaN for those who never came there.
    per_week : float
        How many come in a week.
    """

    delays: Floats
    sessions: Integers
    orders: Integers
    since_met: Floats
    per_week: float

    @property
    def met(self) -> Crowd | None:
        """Those who came to a place that the idea changes, from then on; None if nobody did."""
        met = ~np.isnan(self.since_met)
        if not met.any():
            return None
        delays = self.since_met[met]
        per_week = self.per_week * float(met.mean())
        return Crowd(delays, self.sessions[met], self.orders[met], delays, per_week)

    @property
    def share(self) -> float:
        """The share who convert."""
        return float(np.isfinite(self.delays).mean())

    @property
    def session_spread(self) -> float:
        """The variance of the share of sessions with a conversion, over what it were with one session each.

        Sessions of one customer are no independent trials (the delta method for a ratio).

        References
        ----------
        Deng, Knoblich, Lu: Applying the Delta Method in Metric Analytics (2018).
        """
        total = int(self.sessions.sum())
        share = float(self.orders.sum()) / total if total else 0.0
        if not 0.0 < share < 1.0:
            return 1.0
        surplus = self.orders - share * self.sessions
        return float((surplus**2).sum()) / (total * share * (1.0 - share))


def crowd_of(
    program: Program,
    seed: int,
    replications: int,
    by: EngineName = "kernel",
    workers: int = 1,
    changed: Collection[str] = (),
) -> Crowd:
    """Play replications and watch every customer who comes after the warm-up and early enough.

    Parameters
    ----------
    program : Program
    seed, replications : int
    by : str
        The engine.
    workers : int
        Threads, for the kernel; no influence on the result.
    changed : collection of str
        The touchpoints that the idea changes.
    """
    places = np.array([program.names.touchpoints.index(name) for name in sorted(changed)], dtype=np.int64)

    def watched(replication: int) -> tuple[Floats, Integers, Integers, Floats]:
        logs: list[Log] = []
        engine(by)(program, seed, replication, None, lambda _, log: logs.append(log), True)
        return _customers(program, logs, places)

    if by == "kernel" and workers > 1:
        with ThreadPoolExecutor(workers) as threads:
            found = list(threads.map(watched, range(replications)))
    else:
        found = [watched(replication) for replication in range(replications)]
    delays, sessions, orders, since_met = (np.concatenate(column) for column in zip(*found, strict=True))
    weeks = replications * (program.horizon - program.follow_up - program.warm_up) / (7 * DAY)
    return Crowd(delays, sessions, orders, since_met, len(delays) / weeks if weeks > 0.0 else 0.0)


def _customers(
    program: Program, logs: Sequence[Log], places: Integers
) -> tuple[Floats, Integers, Integers, Floats]:
    """Look at the customers of one replication."""
    ends = np.concatenate([log.ends for log in logs])
    visits = np.concatenate([log.visits for log in logs])
    subject, kind, arrived = (ends[:, END_FIELDS.index(name)] for name in ("subject", "kind", "arrived"))
    seen = (kind != PEOPLE.index("existing")) & (arrived >= program.warm_up)
    seen &= arrived + program.follow_up <= program.horizon
    order = np.argsort(subject[seen], kind="stable")
    subject, arrived = subject[seen][order], arrived[seen][order]
    place = np.searchsorted(subject, _column(visits, "subject"))
    known = (place < len(subject)) & (
        subject[np.minimum(place, len(subject) - 1)] == _column(visits, "subject")
    )
    visits, place = visits[known], place[known]
    in_time = _column(visits, "left") < arrived[place] + program.follow_up
    visits, place = visits[in_time], place[in_time]
    converts = _converts(program, visits)
    left, customers = _column(visits, "left"), len(subject)
    first = _earliest(place[converts], left[converts], customers)
    meets = np.isin(_column(visits, "touchpoint"), places)
    met = _earliest(place[meets], _column(visits, "entered")[meets], customers)
    later = converts & (left >= met[place])
    then = _earliest(place[later], left[later], customers)
    since_met = np.where(met < _NEVER, _days(met, then), np.nan)
    return _days(arrived, first), *_sessions(program, visits, place, converts, customers), since_met


def _earliest(place: Integers, time: Integers, customers: int) -> Integers:
    """Give each customer's earliest time, `_NEVER` without any."""
    found = np.full(customers, _NEVER)
    np.minimum.at(found, place, time)
    return found


def _days(since: Integers, until: Integers) -> Floats:
    return np.where(until < _NEVER, (until - since) / DAY, np.inf)


def _column(visits: Integers, name: str) -> Integers:
    return np.asarray(visits[:, VISIT_FIELDS.index(name)])


def _stations(program: Program, visits: Integers) -> Integers:
    return np.asarray(program.structure.station_of[_column(visits, "persona"), _column(visits, "touchpoint")])


def _field(program: Program, stations: Integers, name: str) -> Integers:
    return np.asarray(program.structure.stations[stations, Station._fields.index(name)])


def _converts(program: Program, visits: Integers) -> NDArray[np.bool_]:
    """Tell the visits that are conversions: to a goal, with an order where it sells."""
    stations = _stations(program, visits)
    sells = _field(program, stations, "last_line") > _field(program, stations, "first_line")
    done = np.isin(_column(visits, "manner"), _COMPLETED) & (_field(program, stations, "goal") == 1)
    return np.asarray(done & (~sells | (_column(visits, "sold") > 0)))


def _sessions(
    program: Program, visits: Integers, place: Integers, converts: NDArray[np.bool_], customers: int
) -> tuple[Integers, Integers]:
    """Count each customer's sessions, and those with a conversion."""
    counted = _field(program, _stations(program, visits), "session") == 1
    visits, place, converts = visits[counted], place[counted], converts[counted]
    entered = _column(visits, "entered")
    order = np.lexsort((entered, place))
    place, entered, converts = place[order], entered[order], converts[order]
    begins = np.ones(len(place), dtype=bool)
    begins[1:] = (place[1:] != place[:-1]) | (np.diff(entered) >= int(program.structure.clock[_GAP]))
    number = np.cumsum(begins) - 1
    with_order = np.zeros(int(begins.sum()), dtype=np.int64)
    np.maximum.at(with_order, number, converts.astype(np.int64))
    sessions = np.bincount(place[begins], minlength=customers)
    orders = np.bincount(place[begins], weights=with_order, minlength=customers)
    return sessions.astype(np.int64), orders.astype(np.int64)
