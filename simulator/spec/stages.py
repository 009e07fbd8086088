"""Stage schemes: the columns of a journey map, and how fine ones roll up into coarse ones.

A scheme maps each stage to its parent in the scheme it rolls up to (`None`: it has no parent).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["PRESETS", "roll_up"]

_FIVE: Final = ("awareness", "consideration", "purchase", "retention", "advocacy")

_TEN: Final[dict[str, str]] = {
    "need": "awareness",
    "ad contact": "awareness",
    "search": "consideration",
    "comparison": "consideration",
    "decision": "purchase",
    "payment": "purchase",
    "delivery": "purchase",
    "use": "retention",
    "support": "retention",
    "recommendation": "advocacy",
}

_FIFTEEN: Final[dict[str, str]] = {
    "trigger": "awareness",
    "need": "awareness",
    "ad contact": "awareness",
    "first visit": "awareness",
    "search": "consideration",
    "comparison": "consideration",
    "trial": "consideration",
    "decision": "purchase",
    "payment": "purchase",
    "delivery": "purchase",
    "first use": "retention",
    "support": "retention",
    "repeat purchase": "retention",
    "review": "advocacy",
    "recommendation": "advocacy",
}

_EMOTION: Final = ("curiosity", "expectation", "doubt", "decision", "delight", "disappointment", "trust")
_TOUCHPOINT_TYPE: Final = ("advertising", "inquiry", "transaction", "delivery", "use", "service", "community")

PRESETS: Final[Mapping[str, Mapping[str, str | None]]] = {
    "five": dict.fromkeys(_FIVE),
    "ten": _TEN,
    "fifteen": _FIFTEEN,
    "emotion": dict.fromkeys(_EMOTION),
    "touchpoint_type": dict.fromkeys(_TOUCHPOINT_TYPE),
}


def roll_up(counts: Mapping[str | None, int], scheme: Mapping[str, str | None]) -> dict[str | None, int]:
    """Add the counts of fine stages to their parents.

    Parameters
    ----------
    counts : mapping of stage to count
        `None` is "no stage in this scheme"; so is a stage the scheme does not name.
    scheme : mapping of stage to parent

    Returns
    -------
    dict
        Counts by parent; a stage without a parent stands for itself. Nothing is lost: the sum stays.

    Examples
    --------
    >>> roll_up({"search": 3, "comparison": 2, None: 1}, PRESETS["ten"])
    {'consideration': 5, None: 1}
    """
    total: dict[str | None, int] = {}
    for stage, count in counts.items():
        known = stage is not None and stage in scheme
        column = (scheme[stage] or stage) if known and stage is not None else None
        total[column] = total.get(column, 0) + count
    return total
