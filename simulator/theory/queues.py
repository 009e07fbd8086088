"""Queues in steady state: how long people wait for a team, and how many give up.

Rates are per unit of time, any one; waits come in the same unit. ``load`` is the offered load
``arrival_rate / service_rate``, in servers. Service is first come, first served.

References
----------
L. Kleinrock, *Queueing Systems*, volume I, Wiley 1975, sections 3.2-3.6 and 5.6.
D. Gross, C. M. Harris, *Fundamentals of Queueing Theory*, 3rd ed., Wiley 1998, chapter 2.
O. Garnett, A. Mandelbaum, M. Reiman, "Designing a call center with impatient customers",
*M&SOM* 4 (2002) 208-227 (Erlang A, after C. Palm 1946).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from simulator import limits
from simulator.errors import InputError
from simulator.theory.conditions import FloatArray, non_negative, positive, whole

__all__ = [
    "Queue",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "markov_queue",
    "md1",
    "mg1",
    "mm1",
    "mmc",
    "mmc_wait_exceeds",
    "mmck",
]

# An endless queue is cut where a weight is exp(-60) of the largest: far below the last place of the sums.
TAIL: Final = 60.0


@dataclass(frozen=True)
class Queue:
    """What is true of a queue in steady state.

    Attributes
    ----------
    arrival_rate : float
        Customers who come per unit of time, those blocked included.
    busy : float
        Mean number of busy servers.
    delayed : float
        Share of the customers who come that must wait; for a queue without loss 1 - P(no wait).
    length : float
        Mean number waiting, Lq.
    blocked : float
        Share of the customers who come that find the queue full.
    abandoned : float
        Share of the customers who come that lose patience.
    """

    arrival_rate: float
    busy: float
    delayed: float
    length: float
    blocked: float = 0.0
    abandoned: float = 0.0

    @property
    def wait(self) -> float:
        """Mean wait of those who are let in, served or not: Little's law, Lq / accepted rate."""
        return self.length / (self.arrival_rate * (1.0 - self.blocked))

    @property
    def present(self) -> float:
        """Mean number in the system, waiting or served."""
        return self.length + self.busy

    @property
    def sojourn(self) -> float:
        """Mean time in the system of those who are let in."""
        return self.present / (self.arrival_rate * (1.0 - self.blocked))


def mg1(arrival_rate: float, service_mean: float, service_variance: float) -> Queue:
    """Return one server, Poisson arrivals, any service law: the Pollaczek-Khinchine formula.

    ``Wq = lambda E[S^2] / (2 (1 - rho))`` (Kleinrock, section 5.6).

    Raises
    ------
    InputError
        When an argument is out of range, or the server is offered its capacity or more.

    Examples
    --------
    >>> round(mg1(0.7, 1.0, 1.0).wait, 6), round(mg1(0.7, 1.0, 0.0).wait, 6)
    (2.333333, 1.166667)
    """
    rate, mean = positive("arrival_rate", arrival_rate), positive("service_mean", service_mean)
    variance = non_negative("service_variance", service_variance)
    load = rate * mean
    _require_stable(load, 1)
    wait = rate * (mean * mean + variance) / (2.0 * (1.0 - load))
    return Queue(rate, busy=load, delayed=load, length=rate * wait)


def mm1(arrival_rate: float, service_rate: float) -> Queue:
    """Return one server with exponential service: ``Wq = rho / (mu - lambda)``."""
    mean = 1.0 / positive("service_rate", service_rate)
    return mg1(arrival_rate, mean, mean * mean)


def md1(arrival_rate: float, service_time: float) -> Queue:
    """Return one server with constant service: half the wait of exponential service."""
    return mg1(arrival_rate, service_time, 0.0)


def erlang_b(load: float, servers: int) -> float:
    """Return the share of customers blocked when nobody can wait (M/M/c/c, also M/G/c/c).

    By the recursion ``1/B(c) = 1 + c / (load B(c-1))``, which neither cancels nor overflows.

    Examples
    --------
    >>> round(erlang_b(2.0, 3), 9)  # (8/6) / (1 + 2 + 2 + 8/6) = 4/19
    0.210526316
    """
    offered = positive("load", load)
    blocked = 1.0
    for server in range(1, whole("servers", servers) + 1):
        blocked = offered * blocked / (server + offered * blocked)
    return blocked


def erlang_c(load: float, servers: int) -> float:
    """Return the share of customers who wait in an M/M/c queue: ``B / (1 - rho (1 - B))``.

    Examples
    --------
    >>> round(erlang_c(2.0, 3), 6)
    0.444444
    """
    count = whole("servers", servers, least=1)
    _require_stable(positive("load", load), count)
    blocked, use = erlang_b(load, count), load / count
    return blocked / (1.0 - use * (1.0 - blocked))


def mmc(arrival_rate: float, service_rate: float, servers: int) -> Queue:
    """Return several servers, endless patience, endless queue: Erlang C, ``Lq = C rho / (1 - rho)``."""
    rate = positive("arrival_rate", arrival_rate)
    load = rate / positive("service_rate", service_rate)
    delayed = erlang_c(load, servers)
    return Queue(rate, busy=load, delayed=delayed, length=delayed * load / (servers - load))


def mmc_wait_exceeds(arrival_rate: float, service_rate: float, servers: int, time: float) -> float:
    """Return P(wait > time) in an M/M/c queue: ``C exp(-(c mu - lambda) time)``.

    Examples
    --------
    >>> round(mmc_wait_exceeds(2.0, 1.0, 3, 1.0), 6)
    0.163502
    """
    delayed = mmc(arrival_rate, service_rate, servers).delayed
    return delayed * math.exp(-(servers * service_rate - arrival_rate) * non_negative("time", time))


def mmck(arrival_rate: float, service_rate: float, servers: int, capacity: int) -> Queue:
    """Return several servers and room for `capacity` customers in all, those in service included.

    Raises
    ------
    InputError
        When an argument is out of range, or the capacity is below the number of servers.
    """
    room = whole("capacity", capacity) - whole("servers", servers, least=1)
    return markov_queue(arrival_rate, service_rate, servers, room=whole("capacity - servers", room))


def erlang_a(arrival_rate: float, service_rate: float, servers: int, abandonment_rate: float) -> Queue:
    """Return several servers and exponential patience (M/M/c+M, Erlang A): always stable.

    Examples
    --------
    >>> hurried = erlang_a(0.9, 1.0, 1, 0.5)
    >>> round(hurried.abandoned, 6), round(hurried.length, 6), round(1 - hurried.delayed, 6)
    (0.284956, 0.512921, 0.356461)
    """
    return markov_queue(
        arrival_rate, service_rate, servers, abandonment_rate=positive("abandonment_rate", abandonment_rate)
    )


def markov_queue(
    arrival_rate: float,
    service_rate: float,
    servers: int,
    *,
    room: int | None = None,
    abandonment_rate: float = 0.0,
) -> Queue:
    """Return the general queue of exponential laws, from its birth-and-death balance equations.

    With `n` present, customers come at `arrival_rate` and go at
    ``service_rate min(n, servers) + abandonment_rate max(n - servers, 0)`` (Kleinrock, section 3.2).

    Parameters
    ----------
    arrival_rate, service_rate : float
        Per unit of time; the service rate is of one server.
    servers : int
        How many serve.
    room : int, optional
        How many may wait; who comes beyond is blocked. Without it, any number.
    abandonment_rate : float
        One over the mean patience of those waiting; 0 when nobody gives up.

    Raises
    ------
    InputError
        When an argument is out of range, or an endless queue without abandonment is offered its
        capacity or more.
    """
    rate, speed = positive("arrival_rate", arrival_rate), positive("service_rate", service_rate)
    count, leaving = whole("servers", servers, least=1), non_negative("abandonment_rate", abandonment_rate)
    if room is None and leaving == 0.0:
        return mmc(rate, speed, count)
    waiting = _waiting_weights(rate, count * speed, leaving, None if room is None else whole("room", room))
    n, queue = np.arange(count), np.arange(waiting.size)
    below = np.cumsum(np.log((n + 1.0)[::-1] * speed / rate))[::-1]
    # Weights are logarithms relative to "all busy, nobody waits"; the largest is taken out of all.
    law = np.exp(np.concatenate([below, waiting]) - max(below.max(), waiting.max()))
    law /= law.sum()
    fewer, full = law[:count], law[count:]
    blocked = 0.0 if room is None else float(full[-1])
    delayed = float((full if room is None else full[:-1]).sum())
    length = float(full @ queue)
    busy = float(fewer @ n + count * full.sum())
    return Queue(rate, busy, delayed, length, blocked, leaving * length / rate)


def _waiting_weights(rate: float, drain: float, leaving: float, room: int | None) -> FloatArray:
    """Return the log weights of 0, 1, 2, … waiting, relative to none waiting."""
    if room is None:
        # Beyond the peak the d-th weight is at most prod_j 1 / (1 + j leaving / rate). Since
        # log(1 + x) >= x log 2 up to x = 1 and >= log 2 after, this many of them reach TAIL.
        peak = max(0.0, (rate - drain) / leaving)
        fall = math.sqrt(2.0 * TAIL * rate / (leaving * math.log(2.0))) + TAIL / math.log(2.0)
        room = math.ceil(min(peak + fall, limits.QUEUE_STATES + 1))
    if room > limits.QUEUE_STATES:
        raise InputError(
            f"more than {limits.QUEUE_STATES:,} may wait here; patience or room is too large for this law"
        )
    steps = np.log(rate / (drain + leaving * np.arange(1, room + 1)))
    return np.concatenate([[0.0], np.cumsum(steps)])


def _require_stable(load: float, servers: int) -> None:
    if not load < servers:
        raise InputError(f"{servers} server(s) are offered a load of {load:.6g}: the queue grows without end")
