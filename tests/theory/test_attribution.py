"""Attribution: Markov shares and Shapley's axioms."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.errors import InputError
from simulator.theory.attribution import markov_shares, path_chain, shapley_of_paths, shapley_values
from simulator.theory.chain import AbsorbingChain

FORK = AbsorbingChain(
    [[0, 0.55, 0.15, 0], [0, 0, 0.20, 0.35], [0, 0.40, 0.10, 0], [0, 0.10, 0.05, 0]],
    [[0, 0.05, 0.25], [0, 0.15, 0.30], [0, 0.20, 0.30], [0.60, 0.15, 0.10]],
)
paths = st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=5), min_size=1, max_size=8)
games = st.lists(st.floats(-10, 10), min_size=16, max_size=16)


def _game(values: list[float]) -> Callable[[frozenset[str]], float]:
    return lambda players: values[sum(1 << "abcd".index(p) for p in players)] if players else 0.0


def test_markov_shares_of_the_reference() -> None:
    """Shares sum to the conversion and are in proportion to the removal effects, to 1e-12."""
    shares = markov_shares(FORK, 0, 0)
    effects = np.array([FORK.removal_effect(state, 0, 0) for state in range(4)])
    conversion = FORK.outcome_probabilities(0)[0]
    assert shares.sum() == pytest.approx(conversion, rel=1e-12)
    np.testing.assert_allclose(shares, conversion * effects / effects.sum(), rtol=1e-12)
    assert effects[2] == pytest.approx(0.1974513373, abs=5e-11)


def test_markov_dummy_and_symmetry() -> None:
    """A channel that never leads to a sale gets 0; two channels alike get the same."""
    moves = np.zeros((4, 4))
    moves[0, 1:] = [0.3, 0.3, 0.2]
    chain = AbsorbingChain(moves, [[0.1], [0.5], [0.5], [0.0]])
    shares = markov_shares(chain, 0, 0)
    assert shares[3] == 0.0
    assert shares[1] == pytest.approx(shares[2], rel=1e-12)
    assert markov_shares(AbsorbingChain([[0.0]], [[0.0, 1.0]]), 0, 0).tolist() == [0.0]


@given(paths, st.data())
def test_path_chain_keeps_the_conversion_rate(table: list[list[str]], data: st.DataObject) -> None:
    """The chain of a table of paths converts exactly as often as the table, and visits as often."""
    won = data.draw(st.lists(st.integers(1, 50), min_size=len(table), max_size=len(table)))
    lost = data.draw(st.lists(st.integers(0, 50), min_size=len(table), max_size=len(table)))
    channels, chain, start = path_chain(table, won, lost)
    taken = sum(won) + sum(lost)
    assert chain.outcome_probabilities(start)[0] == pytest.approx(sum(won) / taken, rel=1e-10)
    for channel, visits in zip(channels, chain.visits(start), strict=True):
        seen = sum(path.count(channel) * (w + n) for path, w, n in zip(table, won, lost, strict=True))
        assert visits == pytest.approx(seen / taken, rel=1e-10)


@given(games)
@settings(max_examples=40)
def test_shapley_is_the_mean_over_orders(values: list[float]) -> None:
    """The weights over sets give the mean marginal contribution over all orders of joining."""
    value = _game(values)
    shares = shapley_values("abcd", value)
    for player in "abcd":
        gains = [
            value(frozenset(order[: order.index(player) + 1]))
            - value(frozenset(order[: order.index(player)]))
            for order in permutations("abcd")
        ]
        assert shares[player] == pytest.approx(np.mean(gains), abs=1e-12)
    assert sum(shares.values()) == pytest.approx(value(frozenset("abcd")), abs=1e-12)


@given(games, games, st.floats(-3, 3))
@settings(max_examples=40)
def test_shapley_axioms(one: list[float], two: list[float], scale: float) -> None:
    """Additive over games; a dummy gets what it brings alone; players alike get the same."""
    v, w = _game(one), _game(two)
    both = shapley_values("abcd", lambda s: v(s) + scale * w(s))
    parts = shapley_values("abcd", v), shapley_values("abcd", w)
    for player in "abcd":
        assert both[player] == pytest.approx(parts[0][player] + scale * parts[1][player], abs=1e-11)
    dummy = shapley_values("abcd", lambda s: v(s - {"d"}))
    assert dummy["d"] == pytest.approx(0.0, abs=1e-12)
    alike = shapley_values("abcd", lambda s: v(s) + v(frozenset({"a": "b", "b": "a"}.get(p, p) for p in s)))
    assert alike["a"] == pytest.approx(alike["b"], abs=1e-12)


@given(paths, st.data())
@settings(max_examples=40)
def test_shapley_of_paths_is_shapley(table: list[list[str]], data: st.DataObject) -> None:
    """Sharing each path equally is the exact value of the game of covered conversions."""
    counts = {tuple(path): float(data.draw(st.integers(0, 30))) for path in table}
    exact = shapley_values("abcd", lambda s: sum(n for path, n in counts.items() if s >= set(path)))
    shares = shapley_of_paths(counts)
    for player in "abcd":
        assert shares.get(player, 0.0) == pytest.approx(exact[player], abs=1e-11)


def test_refusals() -> None:
    """Too many players, a player twice, empty paths and negative counts are refused."""
    with pytest.raises(InputError, match="at most 20"):
        shapley_values(range(21), len)
    with pytest.raises(InputError):
        shapley_values("aa", len)
    with pytest.raises(InputError):
        shapley_of_paths({(): 1.0})
    with pytest.raises(InputError):
        path_chain([[]], [1.0])
    with pytest.raises(InputError):
        path_chain([["a"]], [-1.0])
    with pytest.raises(InputError, match="ever taken"):
        path_chain([["a"]], [0.0])
