"""What counts as a conversion in a learnt model."""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np

from simulator.errors import LogError, Place, Problem, nearest
from simulator.learn.log import EventLog

__all__ = ["choose_goal"]

_ONE_STEP: Final = np.dtype(np.int64).itemsize


def choose_goal(log: EventLog, file: str, asked: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Take the goal asked for, or the last activity of the most frequent path.

    A path of a single step is a visit that led nowhere, so longer ones are preferred.

    Parameters
    ----------
    log : EventLog
        The log.
    file : str
        Its name, for messages.
    asked : tuple of str
        The activities asked for; may be empty.

    Returns
    -------
    list of str, list of str
        The goal, and what to tell the reader where it was chosen for him.

    Raises
    ------
    LogError
        If an activity asked for is not in the log.
    """
    wrong = [name for name in asked if name not in log.activities]
    if wrong:
        raise LogError([_unknown(name, log, file) for name in wrong])
    if asked:
        return list(dict.fromkeys(asked)), []
    edges = np.flatnonzero(np.diff(log.case)) + 1
    paths = Counter(part.tobytes() for part in np.split(log.activity, edges))
    longer = {path: count for path, count in paths.items() if len(path) > _ONE_STEP} or paths
    path, count = min(longer.items(), key=lambda entry: (-entry[1], entry[0]))
    codes = np.frombuffer(path, np.int64).tolist()
    steps = f"{len(codes)} step" + ("s" if len(codes) > 1 else "")
    last, share = log.activities[codes[-1]], 100 * count / log.cases
    note = f"The goal is {last}: it ends the most frequent path ({steps}, {share:.0f} % of cases)."
    return [last], [note]


def _unknown(name: str, log: EventLog, file: str) -> Problem:
    message, fix = f"the goal {name!r} is no activity of the log", nearest(name, log.activities)
    return Problem(message, place=Place(file), fix=fix)
