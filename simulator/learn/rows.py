"""The branches of every touchpoint, of everybody and of each persona that differs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simulator.learn.endings import END, Branch, Ending, branches, ending
from simulator.learn.laws import written_law
from simulator.learn.log import EventLog
from simulator.learn.risks import OPEN, Incidence, Visits, incidence

__all__ = ["Fork", "forks", "visits_of", "written_row"]

# A persona has branches of its own where so many of its visits are decided, and it differs more than by luck:
# Kolmogorov's distance beyond 2 / sqrt(n) happens by chance once in 1,500 times.
_ENOUGH: Final = 100
_DISTANCE: Final = 2.0
# Where fewer are left to observe, an incidence says little.
_FEW: Final = 10
_GRID: Final = 400


@dataclass(frozen=True)
class Fork:
    """Where one touchpoint leads.

    Attributes
    ----------
    activity : int
        Code of the touchpoint.
    kind : Ending
        What becomes of those who have not gone on.
    shared : list of Branch
        Of everybody.
    own : dict of persona code to list of Branch
        Of the personas that differ from everybody.
    worth : dict
        How many departures and endings stand behind the row; None is everybody.
    open : int
        How many visits were still open at the log's end, without having ended.
    """

    activity: int
    kind: Ending
    shared: list[Branch]
    own: dict[int, list[Branch]]
    worth: dict[int | None, int]
    open: int


def visits_of(log: EventLog) -> dict[int, tuple[Visits, NDArray[np.int64]]]:
    """Cut a log into visits by touchpoint, each with the persona of its case."""
    more = np.zeros(len(log.case), bool)
    more[:-1] = log.case[1:] == log.case[:-1]
    following = np.where(more, np.roll(log.activity, -1), OPEN)
    duration = np.where(more, np.roll(log.time, -1), log.last) - log.time
    persona = log.persona[log.case]
    found = {}
    for activity in range(len(log.activities)):
        here = log.activity == activity
        found[activity] = Visits(duration[here], following[here]), persona[here]
    return found


def forks(log: EventLog) -> dict[int, Fork]:
    """Learn where every touchpoint leads."""
    visits = visits_of(log)
    kinds = {activity: ending(seen) for activity, (seen, _) in visits.items()}
    _close_traps({activity: seen for activity, (seen, _) in visits.items()}, kinds)
    learnt = {activity: _fork(activity, *visits[activity], kind) for activity, kind in kinds.items()}
    for persona in range(len(log.personas)):
        _free(learnt, persona)
    return learnt


def _finishing(leads: Mapping[int, Iterable[int]]) -> set[int]:
    """List the touchpoints from which a case can end."""
    finishing = {END}
    while True:
        more = {activity for activity, targets in leads.items() if finishing & set(targets)} | finishing
        if more == finishing:
            return finishing
        finishing = more


def _close_traps(visits: Mapping[int, Visits], kinds: dict[int, Ending]) -> None:
    """Let people end where the log is too short to see an end and nobody could ever leave.

    A journey that no customer can finish is no model: there, silence beyond the longest stay counts as an
    ending; where even that is not seen, the touchpoint at which most cases are open lets people end.
    """
    leads = {activity: set(np.unique(seen.following).tolist()) for activity, seen in visits.items()}
    while True:
        for activity, kind in kinds.items():
            leads[activity] |= {END} if kind is not Ending.UNFINISHED else set()
        trapped = sorted(kinds.keys() - _finishing(leads))
        if not trapped:
            return
        silent = [activity for activity in trapped if incidence(visits[activity]).survival > 0]
        most = max(trapped, key=lambda activity: len(visits[activity]) - visits[activity].departures)
        kinds.update(dict.fromkeys(silent, Ending.SILENT) if silent else {most: Ending.ENDLESS})


def _free(learnt: Mapping[int, Fork], persona: int) -> None:
    """Give a persona everybody's branches where its own would never let it end."""
    leads = {
        activity: [branch.target for branch in fork.own.get(persona, fork.shared)]
        for activity, fork in learnt.items()
    }
    for activity in learnt.keys() - _finishing(leads):
        learnt[activity].own.pop(persona, None)


def _fork(activity: int, visits: Visits, persona: NDArray[np.int64], kind: Ending) -> Fork:
    shared = branches(visits, kind)
    everybody = incidence(visits)
    own: dict[int, list[Branch]] = {}
    worth: dict[int | None, int] = {None: _worth(visits, kind)}
    present, sizes = np.unique(persona, return_counts=True)
    for code, size in zip(present.tolist(), sizes.tolist(), strict=True):
        group = visits.of(persona == code)
        if size < len(visits) and _worth(group, kind) >= _ENOUGH and _differs(group, everybody):
            own[code] = branches(group, kind)
            worth[code] = _worth(group, kind)
    still_open = 0 if kind is Ending.FINAL else len(visits) - _worth(visits, kind)
    return Fork(activity, kind, shared, own, worth, still_open)


def _worth(visits: Visits, kind: Ending) -> int:
    """Count the visits whose outcome is known: those that went on, and those that have ended."""
    if kind in (Ending.UNFINISHED, Ending.ENDLESS):
        return visits.departures
    if kind is Ending.FINAL:
        return len(visits)
    longest = int(visits.duration[visits.following != OPEN].max(initial=0))
    return visits.departures + int(((visits.following == OPEN) & (visits.duration > longest)).sum())


def _differs(group: Visits, everybody: Incidence) -> bool:
    """Tell whether a group's incidence of any next activity is further from everybody's than luck."""
    estimate = incidence(group)
    longest = float(np.sort(group.duration)[-min(_FEW, len(group))])
    seen = everybody.duration[everybody.duration <= longest]
    if not len(seen):
        return False
    grid = np.quantile(seen, np.linspace(0, 1, _GRID))
    targets = set(estimate.targets()) | set(everybody.targets())
    distance = max(float(np.abs(estimate.at(t, grid) - everybody.at(t, grid)).max()) for t in targets)
    return distance * math.sqrt(len(group)) > _DISTANCE


def written_row(row: list[Branch], names: tuple[str, ...], end: str, most: int) -> dict[str, Any]:
    """Write branches as a row: the end (else the likeliest) takes the rest, so that edits have a place to go.

    Parameters
    ----------
    row : list of Branch
        Probabilities that sum to 1.
    names : tuple of str
        The touchpoints by code.
    end : str
        The outcome.
    most : int
        At most so many quantiles in a law.
    """
    shares = [(branch, round(branch.p, 6)) for branch in row]
    kept = [(branch, p) for branch, p in shares if p > 0]
    rest = next((branch for branch, _ in kept if branch.target == END), kept[0][0])
    written: dict[str, Any] = {}
    for branch, p in kept:
        share: Any = (1 if len(kept) == 1 else "rest") if branch is rest else p
        law = written_law(branch.duration, branch.mass, most) if branch.target != END else None
        name = end if branch.target == END else names[branch.target]
        written[name] = share if law is None else {"p": share, "after": law}
    return written
