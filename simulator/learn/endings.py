"""What becomes of those who have not gone on: it is over, or it is not over yet.

A log says what happened, seldom that nothing more will. Three cases are told apart at each touchpoint:

- *final*: nobody ever goes on from here. Every visit ends the case.
- *silent*: people go on from here, but beyond the longest time it ever took there was so much more time to
  observe that, had the risk to go on lasted, `SILENCE` departures or more were to be expected there, and
  there was none; or those who stay long go on so rarely that it would take them, on average, more than
  `LENGTHS` times the longest observation. Whoever has not gone on by the longest time has ended: a plateau
  of the cumulative incidence, as in cure models (Maller and Zhou, *Survival Analysis with Long-Term
  Survivors*, 1996). A case that ends says nothing, so an ending takes no time.
- *unfinished*: otherwise the log is too short to see the end of the stay. What is left goes where those
  went who stayed long, at the rate at which they went (an exponential tail: Moeschberger and Klein,
  Biometrics 41, 1985).

A fourth is forced: *endless*. Where the log shows nobody ending at all on a round trip, a journey could
never end, which the language does not allow, so an end of 1 in n + 1 departures is added.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.learn.risks import Incidence, Visits, incidence

__all__ = ["END", "LENGTHS", "SILENCE", "Branch", "Ending", "branches", "ending"]

END: Final = -2
"""The target of a branch that ends the case."""

SILENCE: Final = 7.0
"""Expected departures that did not come: with a lasting risk, none happens once in exp(7) = 1,100 times."""

LENGTHS: Final = 2.0
"""A stay expected to be longer than so many logs cannot be told from one without end."""

# What is left of a probability is below the noise of any log.
_NOTHING: Final = 1e-9
# An exponential tail as its values at the middles of this many equal parts.
_TAIL_PARTS: Final = 200


class Ending(Enum):
    """What becomes of those who have not gone on."""

    FINAL = "final"
    SILENT = "silent"
    UNFINISHED = "unfinished"
    ENDLESS = "endless"


@dataclass(frozen=True)
class Branch:
    """One branch of a touchpoint.

    Attributes
    ----------
    target : int
        Code of the next activity, or `END`.
    p : float
        Its probability.
    duration, mass : float64 arrays
        The time it takes, in ms, as weighted values; the weights sum to p. Empty for `END`.
    seen : int
        How many departures were observed.
    beyond : float
        The part of p that lies beyond what the log shows.
    """

    target: int
    p: float
    duration: NDArray[np.float64]
    mass: NDArray[np.float64]
    seen: int
    beyond: float = 0.0


def ending(visits: Visits) -> Ending:
    """Decide what becomes of those who have not gone on from a touchpoint.

    Parameters
    ----------
    visits : Visits
        Of all personas: a small group has too few to tell.
    """
    gone = visits.duration[visits.following >= 0]
    if not len(gone):
        return Ending.FINAL
    longest = float(gone.max())
    silence, late_stays = visits.exposure(longest), visits.exposure(longest / 2)
    if not silence:
        return Ending.UNFINISHED
    late = int((gone > longest / 2).sum()) or len(gone)
    quiet = late * silence >= SILENCE * (late_stays - silence)
    rare = late_stays / late > LENGTHS * float(visits.duration.max())
    return Ending.SILENT if quiet or rare else Ending.UNFINISHED


def branches(visits: Visits, kind: Ending) -> list[Branch]:
    """Estimate where visits lead: probabilities that sum to 1, each with the time it takes.

    Parameters
    ----------
    visits : Visits
        At least one.
    kind : Ending
        What becomes of those who have not gone on.

    Returns
    -------
    list of Branch
        Likeliest first; the end last. Where people must be able to end and none of n was seen to, the end
        gets 1 / (n + 1).
    """
    estimate = incidence(visits)
    if kind is Ending.FINAL or not len(estimate.mass):
        return [_end(1.0)]
    left = estimate.survival if estimate.survival > _NOTHING else 0.0
    found = [_branch(estimate, target) for target in estimate.targets()]
    if kind is Ending.UNFINISHED and left:
        found = _completed(found, visits, left)
    ends = kind is not Ending.UNFINISHED
    if ends and not left:
        left = 1.0 / (len(estimate.mass) + 1)
        found = [_scaled(branch, 1.0 - left) for branch in found]
    found.sort(key=lambda branch: (-branch.p, branch.target))
    return [*found, _end(left)] if ends else found


def _end(p: float) -> Branch:
    nothing = np.empty(0)
    return Branch(END, p, nothing, nothing, 0)


def _scaled(branch: Branch, factor: float) -> Branch:
    return replace(branch, p=branch.p * factor, mass=branch.mass * factor)


def _branch(estimate: Incidence, target: int) -> Branch:
    duration, mass = estimate.of(target)
    return Branch(target, float(mass.sum()), duration, mass, len(mass))


def _completed(found: list[Branch], visits: Visits, left: float) -> list[Branch]:
    """Share out what is left among the branches, by the rates of those who stayed long."""
    half = float(visits.duration[visits.following >= 0].max()) / 2
    late = np.array([float((branch.duration > half).sum()) for branch in found])
    if not late.sum():
        late = np.array([float(branch.seen) for branch in found])
    exposure = visits.exposure(half)
    middles = (np.arange(_TAIL_PARTS) + 0.5) / _TAIL_PARTS
    tail = float(visits.duration.max()) - np.log1p(-middles) * exposure / late.sum()
    return [
        Branch(
            branch.target,
            branch.p + left * share,
            np.concatenate([branch.duration, tail]),
            np.concatenate([branch.mass, np.full(_TAIL_PARTS, left * share / _TAIL_PARTS)]),
            branch.seen,
            left * share,
        )
        if share
        else branch
        for branch, share in zip(found, late / late.sum(), strict=True)
    ]
