"""The verdict of a comparison: which idea to pick, or that this cannot be told."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.metrics import Metric
from simulator.analysis.wording import amount, chance_text, interval, unit
from simulator.results.estimate import CONFIDENCE, Estimate, mean_estimate, student

__all__ = ["NOTHING", "Kind", "Verdict", "decide"]

Floats = NDArray[np.float64]
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
    """

    kind: Kind
    names: tuple[str, ...]
    text: str


def decide(
    metric: Metric, base: Estimate, names: list[str], differences: Floats, chances: list[float] | None
) -> Verdict:
    """Decide between the ideas and changing nothing.

    A candidate is ruled out when the one with the highest mean lies surely above it. For the candidate
    that is truly best there are as many ways to be ruled out by luck as there are ideas, so each paired t
    interval is widened for so many (Bonferroni): the best is among those left in at least 95 % of
    comparisons, and no idea is launched for having been the luckiest.

    Parameters
    ----------
    metric : Metric
    base : Estimate
        The metric of the base.
    names : list of str
        The ideas.
    differences : ndarray of float64, shape (replications, ideas)
    chances : list of float or None
        The chance to be best of changing nothing, then of each idea.

    References
    ----------
    Hsu: Constrained simultaneous confidence intervals for multiple comparisons with the best (1984).
    """
    if chances is None:
        reason = "one replication cannot tell" if len(differences) < 2 else "nobody was counted"
        return Verdict("cannot_tell", (NOTHING, *names), f"Cannot tell: {reason}.")
    candidates = np.hstack([np.zeros((len(differences), 1)), differences])
    signed = candidates if metric.more_is_better else -candidates
    left = _left(signed, chances)
    named = tuple([NOTHING, *names][place] for place in left)
    if 0 in left and all(_is_no_better(signed, place) for place in left):
        return Verdict("keep", (), _keep_text(metric))
    if all(np.array_equal(signed[:, place], signed[:, left[0]]) for place in left):
        chance = sum(chances[place] for place in left)
        return Verdict("best", named, _best_text(metric, base, named, candidates[:, left[0]], chance))
    text = _cannot_tell_text(metric, named, candidates[:, left], chances[left[0]])
    return Verdict("cannot_tell", named, text)


def _left(signed: Floats, chances: list[float]) -> list[int]:
    """List who may be best, the likelier first."""
    lead = int(np.argmax([math.fsum(column) for column in signed.T]))
    ahead = signed[:, [lead]] - signed
    left = [
        place
        for place, column in enumerate(ahead.T)
        if not float(column.mean()) > _half_width(column, len(chances) - 1)
    ]
    return sorted(left, key=lambda place: -chances[place])


def _half_width(values: Floats, ideas: int) -> float:
    """Give the half width of a paired t interval that holds together with those of all ideas."""
    n = len(values)
    return student(n - 1, 1.0 - (1.0 - CONFIDENCE) / ideas) * float(values.std(ddof=1)) / math.sqrt(n)


def _is_no_better(signed: Floats, place: int) -> bool:
    """Say whether a candidate is surely no better than changing nothing."""
    above = signed[:, place]
    return float(above.mean()) + _half_width(above, signed.shape[1] - 1) <= 0.0


# ------------------------------------------------------------------ words


def _spoken(metric: Metric) -> str:
    return metric.name.replace("_", " ")


def _keep_text(metric: Metric) -> str:
    better = "raises" if metric.more_is_better else "lowers"
    return f"Change nothing: no idea {better} {_spoken(metric)}."


def _best_text(metric: Metric, base: Estimate, names: tuple[str, ...], values: Floats, chance: float) -> str:
    found = mean_estimate(values)
    same = " (they never differ)" if len(names) > 1 else ""
    return (
        f"Launch {' or '.join(names)}{same}: {_spoken(metric)} {_change(metric, found)}"
        f"{_relative(found, base)}; {chance_text(chance)} chance to be best."
    )


def _change(metric: Metric, found: Estimate) -> str:
    assert found.value is not None  # candidates with missing values have no chances
    return f"{amount(metric, found.value)}{unit(metric)} {interval(metric, found)}"


def _relative(found: Estimate, base: Estimate) -> str:
    if found.value is None or not base.value:
        return ""
    return f", {found.value / abs(base.value) * 100:+.1f} % on today"


def _cannot_tell_text(metric: Metric, names: tuple[str, ...], candidates: Floats, chance: float) -> str:
    """Name those left, who leads, and how large a difference would have shown."""
    widths = [_half_width(candidates[:, 0] - rival, candidates.shape[1]) for rival in candidates[:, 1:].T]
    leads = ""
    if names[0] != NOTHING:
        leads = f" {names[0]} leads with {_change(metric, mean_estimate(candidates[:, 0]))}, "
        leads += f"{chance_text(chance)} chance to be best, but not surely."
    return (
        f"Cannot tell these apart by {_spoken(metric)}: {', '.join(names)}.{leads} A difference under "
        f"{amount(metric, max(widths), signed=False)}{unit(metric)} would not show with "
        f"{len(candidates)} replications."
    )
