"""Money in a log: what the mean visit to a touchpoint is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.learn.log import EventLog

__all__ = ["Sale", "sales"]


@dataclass(frozen=True)
class Sale:
    """What is sold at one touchpoint.

    Attributes
    ----------
    price : float
        The mean value of a visit, those without one included, so that revenue is that of the log.
    """

    price: float


def sales(log: EventLog, goal: set[int]) -> tuple[dict[int, Sale], list[str]]:
    """Learn what is sold where: one product a touchpoint, at the mean value of a visit.

    A value that is the same on all events of every case describes the case and was not paid at each of
    them: it is sold at the goal alone.

    Parameters
    ----------
    log : EventLog
        A log, with or without values.
    goal : set of int
        Codes of the goal.

    Returns
    -------
    dict of activity code to Sale, list of str
        What is sold, and what to tell the reader.
    """
    if log.value is None:
        return {}, []
    value = np.nan_to_num(log.value, nan=0.0)
    notes: list[str] = []
    places = set(range(len(log.activities)))
    if _describes_cases(log):
        places = goal
        notes.append("The value is the same on all events of a case: it is sold once, at the goal.")
    visits = np.bincount(log.activity, minlength=len(log.activities))
    means = np.bincount(log.activity, value, len(log.activities)) / visits
    refunds = [log.activities[code] for code in sorted(places) if means[code] < 0]
    if refunds:
        notes.append(
            f"The mean value at {', '.join(refunds)} is negative and left out: a price is 0 or more."
        )
    prices = {code: round(float(means[code]), 2) for code in sorted(places)}
    return {code: Sale(price) for code, price in prices.items() if price > 0}, notes


def _describes_cases(log: EventLog) -> bool:
    """Tell whether every case of several events has one value throughout."""
    assert log.value is not None
    together = log.case[1:] == log.case[:-1]
    if not together.any():
        return False
    first, second = log.value[:-1][together], log.value[1:][together]
    return bool(((first == second) | (np.isnan(first) & np.isnan(second))).all())
