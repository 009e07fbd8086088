"""Who deserves the credit for a conversion: removal effects and Shapley values.

References
----------
E. Anderl, I. Becker, F. v. Wangenheim, J. H. Schumann, "Mapping the customer journey",
*Int. J. Research in Marketing* 33 (2016) 457-474 (Markov attribution).
L. S. Shapley, "A value for n-person games", in *Contributions to the Theory of Games II*, Princeton
1953. K. Zhao, S. H. Mahboobi, S. R. Bagheri, "Shapley value methods for attribution modeling in
online advertising", 2018 (the closed form over paths).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import pairwise
from math import comb
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from simulator import limits
from simulator.errors import InputError
from simulator.theory.chain import AbsorbingChain
from simulator.theory.conditions import FloatArray, non_negative

__all__ = ["PathChain", "markov_shares", "path_chain", "shapley_of_paths", "shapley_values"]

Player = TypeVar("Player", bound=Hashable)


class PathChain(NamedTuple):
    """The first-order chain of a table of paths.

    Attributes
    ----------
    channels : tuple of str
        The states, in order of first appearance.
    chain : AbsorbingChain
        Its one outcome is conversion; the null outcome is a path without.
    start : (n,) array
        Where paths begin.
    """

    channels: tuple[str, ...]
    chain: AbsorbingChain
    start: FloatArray


def path_chain(
    paths: Sequence[Sequence[str]], conversions: ArrayLike, nulls: ArrayLike | None = None
) -> PathChain:
    """Return the first-order Markov chain with the transition frequencies of a table of paths.

    Its probability of conversion is the table's rate of conversion.

    Parameters
    ----------
    paths : sequence of sequences of str
        The channels of each path, in order; none is empty.
    conversions : (k,) array
        How often each path ended in a conversion.
    nulls : (k,) array, optional
        How often it ended without; 0 by default.

    Raises
    ------
    InputError
        When a path is empty, a count negative, or no path was ever taken.
    """
    won = np.asarray(conversions, dtype=np.float64)
    lost = np.zeros_like(won) if nulls is None else np.asarray(nulls, dtype=np.float64)
    if won.shape != (len(paths),) or lost.shape != won.shape:
        raise InputError(f"{len(paths)} paths need as many conversions and nulls")
    if not all(paths) or not (np.isfinite(won + lost).all() and min(won.min(), lost.min()) >= 0.0):
        raise InputError("a path is empty, or a count is negative or not finite")
    taken = [(path, w, w + n) for path, w, n in zip(paths, won, lost, strict=True) if w + n > 0.0]
    if not taken:
        raise InputError("no path was ever taken")
    number = {name: i for i, name in enumerate(dict.fromkeys(name for path, *_ in taken for name in path))}
    moves, start = np.zeros((len(number), len(number))), np.zeros(len(number))
    ends, left = np.zeros((len(number), 1)), np.zeros(len(number))
    for path, w, count in taken:
        steps = [number[name] for name in path]
        start[steps[0]] += count
        ends[steps[-1], 0] += w
        np.add.at(left, steps, count)
        for here, there in pairwise(steps):
            moves[here, there] += count
    chain = AbsorbingChain(moves / left[:, None], ends / left[:, None])
    return PathChain(tuple(number), chain, start / start.sum())


def markov_shares(chain: AbsorbingChain, start: int | ArrayLike, outcome: int) -> FloatArray:
    """Return each state's share, (n,), of an outcome's probability: removal effects, normalised.

    Shares sum to the probability of the outcome from the start; all 0 where it never happens.

    Examples
    --------
    >>> one_way = AbsorbingChain([[0, 0.5], [0, 0]], [[0.0], [0.5]])
    >>> markov_shares(one_way, 0, 0).tolist()
    [0.125, 0.125]
    """
    begin = chain.start(start)
    reach = chain.absorption()[:, outcome]
    visits = chain.expected_visits()
    effects = begin @ visits / np.diag(visits) * reach
    total = float(effects.sum())
    return np.asarray(effects * (float(begin @ reach) / total if total > 0.0 else 0.0))


def shapley_values(
    players: Sequence[Player], value: Callable[[frozenset[Player]], float]
) -> dict[Player, float]:
    """Return each player's mean marginal contribution over all orders of joining, exactly.

    ``sum over S without i of |S|! (n-|S|-1)! / n! (v(S + i) - v(S))``.

    Parameters
    ----------
    players : sequence
        At most 20, all different.
    value : callable
        What a set of players achieves; called once for each of the 2^n sets.

    Raises
    ------
    InputError
        When there are too many players, or one is named twice.

    Examples
    --------
    >>> glove = shapley_values(["left", "right", "right too"], lambda s: float("left" in s and len(s) > 1))
    >>> {player: round(share, 6) for player, share in glove.items()}
    {'left': 0.666667, 'right': 0.166667, 'right too': 0.166667}
    """
    n = len(players)
    if n > limits.PLAYERS or len(set(players)) != n:
        raise InputError(f"{n} players; at most {limits.PLAYERS} different ones can be shared among exactly")
    sets = np.arange(1 << n)
    values = np.array([value(frozenset(p for i, p in enumerate(players) if s >> i & 1)) for s in sets])
    sizes = np.array([int(s).bit_count() for s in sets])
    weights = np.array([1.0 / (n * comb(n - 1, size)) for size in range(n)])
    shares = {}
    for i, player in enumerate(players):
        without = sets[(sets >> i & 1) == 0]
        gains = values[without | 1 << i] - values[without]
        shares[player] = float(weights[sizes[without]] @ gains)
    return shares


def shapley_of_paths(conversions: Mapping[Iterable[str], float]) -> dict[str, float]:
    """Return the Shapley values of channels when a set achieves the conversions it covers.

    With ``v(S)`` the conversions of paths that use no channel outside S, each path's are shared
    equally among its different channels (Zhao et al. 2018): no coalition is ever enumerated.

    Examples
    --------
    >>> shapley_of_paths({("search", "mail", "search"): 6.0, ("mail",): 1.0})
    {'search': 3.0, 'mail': 4.0}
    """
    shares: dict[str, float] = {}
    for path, count in conversions.items():
        channels = dict.fromkeys(path)
        if not channels:
            raise InputError("a path without channels converts: there is nobody to credit")
        for channel in channels:
            shares[channel] = shares.get(channel, 0.0) + non_negative("conversions", count) / len(channels)
    return shares
