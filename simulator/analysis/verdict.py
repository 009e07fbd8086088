"""The verdict of a comparison: which idea to pick, or that this cannot be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from simulator.analysis.best import Pairs
from simulator.analysis.guardrails import Status
from simulator.analysis.search import Found

__all__ = ["NOTHING", "Decision", "Kind", "Verdict", "decide", "decide_searched"]

Kind = Literal["best", "cannot_tell", "keep"]

NOTHING: Final = "change nothing"


@dataclass(frozen=True)
class Verdict:
    """What to do.

    Attributes
    ----------
    kind : str
        ``best``: launch `names` (several only when they never differ); ``cannot_tell``: any of `names`
        may be best; ``keep``: no idea is better than changing nothing.
    names : tuple of str
        The likelier first.
    text : str
        The same as a sentence.
    runner_up : str or None
        Who would be picked next.
    smallest : float or None
        Where it cannot be told: the difference that would have shown.
    more : int or None
        Where it cannot be told: about so many more replications would tell; None where even a great many
        might not.
    """

    kind: Kind
    names: tuple[str, ...]
    text: str
    runner_up: str | None = None
    smallest: float | None = None
    more: int | None = None


@dataclass(frozen=True)
class Decision:
    """Who is left; candidate 0 is changing nothing."""

    kind: Kind
    left: tuple[int, ...]


def decide(pairs: Pairs, statuses: Sequence[Status]) -> Decision:
    """Decide between ideas and changing nothing, after a fixed number of replications.

    A candidate is ruled out when another lies surely above it that may be launched. For the candidate that
    is truly best there are as many ways to be ruled out by luck as there are ideas, and the intervals are
    widened for these; so it is among those left with the confidence asked for, and no idea is launched for
    having been the luckiest.

    Parameters
    ----------
    pairs : Pairs
    statuses : sequence of str
        What the guardrails say about each idea. One that breaks any is out; one that is unclear may be the
        best, but is not launched.
    """
    safe = [0, *(place + 1 for place, status in enumerate(statuses) if status == "holds")]
    broken = {place + 1 for place, status in enumerate(statuses) if status == "broken"}
    out = pairs.beaten(safe) | broken
    left = [place for place in range(len(pairs.ahead)) if place not in out]
    if 0 in left and all(_is_no_better(pairs, place) for place in left):
        return Decision("keep", (0,))
    return _decided(pairs, left, statuses, sure=True)


def decide_searched(pairs: Pairs, statuses: Sequence[Status], found: Found) -> Decision:
    """Decide by how a search ended; its own rule says who is left."""
    left = list(found.alive)
    if found.decided and (left == [0] or (0 in left and _never_differ(pairs, left))):
        return Decision("keep", (0,))
    return _decided(pairs, left, statuses, sure=found.decided)


def _decided(pairs: Pairs, left: list[int], statuses: Sequence[Status], sure: bool) -> Decision:
    launchable = all(place > 0 and statuses[place - 1] == "holds" for place in left)
    if sure and launchable and _never_differ(pairs, left):
        return Decision("best", tuple(left))
    return Decision("cannot_tell", tuple(left))


def _is_no_better(pairs: Pairs, place: int) -> bool:
    """Say whether a candidate is surely no better than changing nothing."""
    return float(pairs.ahead[place, 0] + pairs.width[place, 0]) <= 0.0


def _never_differ(pairs: Pairs, left: Sequence[int]) -> bool:
    block = np.ix_(left, left)
    return bool((pairs.ahead[block] == 0.0).all() and (pairs.width[block] == 0.0).all())
