"""Who comes together: cases of a persona that begin at one time for one planned date.

Ten rooms booked in one morning for one night are no ten guests: whoever takes them for such spreads them
over the month, and forecasts days that are all alike. How many cases of one time and date are more than
chance is asked of a Poisson count; what is more is a party.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from simulator import limits
from simulator.learn.planned import PlannedPlace

__all__ = ["party_shares"]

Floats = NDArray[np.float64]

_LATEST: Final = 364.0  # days that tell
_BY_CHANCE: Final = 1e-3  # so many or more at one time for one date are no party
_SIZES: Final = (2, 3, 4, 6, 10, 20, 40)  # where classes of sizes begin; a class is written as its mean


def party_shares(place: PlannedPlace, code: int | None, now: float) -> dict[str, float | str]:
    """Estimate the sizes of a persona's parties.

    Parameters
    ----------
    place : PlannedPlace
    code : int or None
        The persona; None for everybody.
    now : float
        The log's end, in days since its first.

    Returns
    -------
    dict of str to float or str
        Shares of parties by size, as a model has them; empty where everybody comes alone.
    """
    mine = place.begun >= now - _LATEST
    if code is not None:
        mine &= place.risk.group == code
    if not mine.any():
        return {}
    _, sizes = np.unique(np.column_stack([place.begun, place.lead])[mine], axis=0, return_counts=True)
    usual = _usual(place, mine, now)
    parties = np.minimum(sizes[sizes >= _fewest(usual)] - round(usual), limits.PARTY)
    counted = Counter({1: int(sizes.sum() - parties.sum())})
    classes = np.digitize(parties, _SIZES)
    for one in np.unique(classes):
        counted[round(float(parties[classes == one].mean()))] += int((classes == one).sum())
    (most, _), *_ = counted.most_common(1)
    shares = {size: float(f"{many / counted.total():.6g}") for size, many in sorted(counted.items()) if many}
    return {str(size): "rest" if size == most else p for size, p in shares.items()} if max(shares) > 1 else {}


def _usual(place: PlannedPlace, mine: NDArray[np.bool_], now: float) -> float:
    """Give how many cases to expect at one time for one date, where nobody comes together."""
    days = min(now, _LATEST)
    whole = bool((place.begun == np.floor(place.begun)).all())
    return float(mine.sum() / (days * len(np.unique(place.lead[mine])))) if whole else 0.0


def _fewest(usual: float) -> int:
    """Give the number from which on cases at one time for one date are a party."""
    number = 2
    while special.pdtrc(number - 1, usual) > _BY_CHANCE:
        number += 1
    return number
