"""Queues in steady state: published values and exact identities."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import hyp1f1

from simulator.errors import InputError
from simulator.theory.queues import (
    erlang_a,
    erlang_b,
    erlang_c,
    markov_queue,
    md1,
    mg1,
    mm1,
    mmc,
    mmc_wait_exceeds,
    mmck,
)

rates = st.floats(0.05, 8.0)
teams = st.integers(1, 12)


def test_one_server() -> None:
    """M/M/1 and M/D/1 at 70 % load wait as long as published."""
    assert mm1(0.7, 1.0).wait == pytest.approx(2.333333, abs=5e-7)
    assert md1(0.7, 1.0).wait == pytest.approx(1.166667, abs=5e-7)


def test_erlang_c_case() -> None:
    """M/M/3 at load 2 has the published wait, queue and tail."""
    queue = mmc(2.0, 1.0, 3)
    assert erlang_c(2.0, 3) == queue.delayed == pytest.approx(0.444444, abs=5e-7)
    assert queue.wait == pytest.approx(0.444444, abs=5e-7)
    assert queue.length == pytest.approx(0.888889, abs=5e-7)
    assert mmc_wait_exceeds(2.0, 1.0, 3, 1.0) == pytest.approx(0.163502, abs=5e-7)


@pytest.mark.parametrize(
    ("arrivals", "servers", "abandoned", "length", "no_wait"),
    [(0.9, 1, 0.284956, 0.512921, 0.356461), (2.4, 2, 0.292527, 1.404128, 0.233413)],
)
def test_erlang_a_cases(
    arrivals: float, servers: int, abandoned: float, length: float, no_wait: float
) -> None:
    """Erlang A has the published abandonment, queue and chance of no wait."""
    queue = erlang_a(arrivals, 1.0, servers, 0.5)
    assert queue.abandoned == pytest.approx(abandoned, abs=5e-7)
    assert queue.length == pytest.approx(length, abs=5e-7)
    assert 1 - queue.delayed == pytest.approx(no_wait, abs=5e-7)


@given(rates, rates, teams, st.floats(0.05, 5.0))
def test_erlang_a_balances(arrivals: float, service: float, servers: int, theta: float) -> None:
    """P(abandon) = theta E[W], and everybody who does not abandon is served, to 1e-12."""
    queue = erlang_a(arrivals, service, servers, theta)
    assert queue.abandoned == pytest.approx(theta * queue.wait, rel=1e-12)
    assert 1 - queue.abandoned == pytest.approx(service * queue.busy / arrivals, abs=1e-12)


@given(rates, rates, teams, st.floats(0.05, 5.0))
def test_erlang_a_by_incomplete_gamma(arrivals: float, service: float, servers: int, theta: float) -> None:
    """The birth-and-death law equals Palm's closed form with the incomplete gamma function."""
    x, y = servers * service / theta, arrivals / theta
    a = hyp1f1(1.0, x + 1.0, y)  # x e^y y^-x times the lower incomplete gamma function
    b = erlang_b(arrivals / service, servers)
    delayed = a * b / (1 + (a - 1) * b)
    use = arrivals / (servers * service)
    queue = erlang_a(arrivals, service, servers, theta)
    assert queue.delayed == pytest.approx(delayed, rel=1e-9)
    assert queue.abandoned / queue.delayed == pytest.approx(1 / (use * a) + 1 - 1 / use, abs=1e-9)


@given(rates, teams)
def test_patient_customers_are_the_limit(load: float, servers: int) -> None:
    """Erlang A with hardly any impatience is Erlang C; with hardly any patience, Erlang B."""
    if load < 0.9 * servers:
        calm = erlang_a(load, 1.0, servers, 1e-7)
        assert calm.length == pytest.approx(mmc(load, 1.0, servers).length, rel=1e-3, abs=1e-12)
    hurried = erlang_a(load, 1.0, servers, 1e9)
    assert hurried.abandoned == pytest.approx(erlang_b(load, servers), rel=1e-5)


@given(rates, rates, teams, st.integers(0, 15), st.floats(0.0, 3.0))
def test_finite_room_balances(arrivals: float, service: float, servers: int, room: int, theta: float) -> None:
    """Blocked, abandoned and served customers are all who come; Little's law holds for the wait."""
    queue = markov_queue(arrivals, service, servers, room=room, abandonment_rate=theta)
    served = service * queue.busy / arrivals
    assert queue.blocked + queue.abandoned + served == pytest.approx(1.0, abs=1e-12)
    assert queue.length == pytest.approx(arrivals * (1 - queue.blocked) * queue.wait, rel=1e-12)
    assert queue.present == pytest.approx(arrivals * (1 - queue.blocked) * queue.sojourn, rel=1e-12)
    assert queue.abandoned == pytest.approx(theta * queue.wait * (1 - queue.blocked), abs=1e-12)


@given(rates, teams, st.integers(0, 12), st.floats(0.0, 3.0))
def test_finite_room_by_linear_algebra(arrivals: float, servers: int, room: int, theta: float) -> None:
    """The law solves the balance equations of the generator, by a general linear solver."""
    size = servers + room + 1
    generator = np.zeros((size, size))
    for n in range(size):
        if n + 1 < size:
            generator[n, n + 1] = arrivals
        if n:
            generator[n, n - 1] = min(n, servers) + theta * max(n - servers, 0)
        generator[n, n] = -generator[n].sum()
    equations = np.vstack([generator.T, np.ones(size)])
    law = np.linalg.lstsq(equations, np.append(np.zeros(size), 1.0), rcond=None)[0]
    queue = markov_queue(arrivals, 1.0, servers, room=room, abandonment_rate=theta)
    n = np.arange(size)
    assert queue.blocked == pytest.approx(law[-1], rel=1e-6, abs=1e-10)
    assert queue.length == pytest.approx(law @ np.maximum(n - servers, 0), rel=1e-6, abs=1e-10)
    assert queue.busy == pytest.approx(law @ np.minimum(n, servers), rel=1e-9)
    assert queue.delayed == pytest.approx(law[servers:-1].sum(), rel=1e-6, abs=1e-10)


@given(rates, teams)
def test_no_room_is_erlang_b(load: float, servers: int) -> None:
    """Without a place to wait the blocked share is Erlang's B, by its defining sum too."""
    terms = [load**k / math.factorial(k) for k in range(servers + 1)]
    assert erlang_b(load, servers) == pytest.approx(terms[-1] / sum(terms), rel=1e-12)
    assert mmck(load, 1.0, servers, servers).blocked == pytest.approx(erlang_b(load, servers), rel=1e-12)


@given(st.floats(0.01, 0.95), st.floats(0.1, 10.0))
def test_one_server_three_ways(use: float, service: float) -> None:
    """M/M/1 is M/G/1, M/M/c with one server, and the limit of a large room."""
    arrivals = use * service
    expected = use**2 / (1 - use)
    for queue in (mm1(arrivals, service), mmc(arrivals, service, 1), mg1(arrivals, 1 / service, service**-2)):
        assert queue.length == pytest.approx(expected, rel=1e-11)
    assert mmck(arrivals, service, 1, 1500).length == pytest.approx(expected, rel=1e-9)


def test_large_teams_neither_overflow_nor_vanish() -> None:
    """A thousand servers with hardly any load, and a flood on one, give finite laws."""
    idle = erlang_a(1.0, 1.0, 1_000, 0.5)
    assert idle.busy == pytest.approx(1.0, rel=1e-12)
    assert idle.delayed < 1e-300
    flood = erlang_a(1e4, 1.0, 1, 1.0)
    assert flood.busy == pytest.approx(1.0, rel=1e-12)
    assert flood.length == pytest.approx(9_999.0, rel=1e-12)


def test_wait_tail_integrates_to_the_wait() -> None:
    """The tail of the wait integrates to its mean."""
    step = 0.01
    tail = sum(mmc_wait_exceeds(2.0, 1.0, 3, (k + 0.5) * step) for k in range(4_000)) * step
    assert tail == pytest.approx(mmc(2.0, 1.0, 3).wait, rel=1e-4)


def test_refusals() -> None:
    """An unstable queue and impossible arguments are refused in words."""
    with pytest.raises(InputError, match="grows without end"):
        mmc(3.0, 1.0, 3)
    with pytest.raises(InputError, match="grows without end"):
        mm1(1.0, 1.0)
    with pytest.raises(InputError, match="must be a whole number"):
        mmck(1.0, 1.0, 3, 2)
    with pytest.raises(InputError, match="above 0"):
        erlang_a(1.0, 1.0, 1, 0.0)
    with pytest.raises(InputError, match="too large"):
        erlang_a(2.0, 1.0, 1, 1e-9)
    with pytest.raises(InputError, match="at least 1"):
        mmc(1.0, 1.0, 0)
