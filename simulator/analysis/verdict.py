"""The verdict of a comparison: which idea to pick, or that this cannot be told."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.metrics import Metric
from simulator.results.estimate import CONFIDENCE, Estimate, mean_estimate, student

__all__ = ["NOTHING", "Kind", "Verdict", "amount", "decide", "interval", "unit"]

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

    Every two candidates are compared with one paired t interval; together the intervals hold at 95 %
    (Bonferroni over all pairs), so that the idea that happens to look best is not flattered.

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
    """
    if chances is None:
        reason = "one replication cannot tell" if len(differences) < 2 else "nobody was counted"
        return Verdict("cannot_tell", (NOTHING, *names), f"Cannot tell: {reason}.")
    candidates = np.hstack([np.zeros((len(differences), 1)), differences])
    signed = candidates if metric.more_is_better else -candidates
    lead = _leader(signed)
    rivals = [place for place in range(len(names) + 1) if not _beaten(signed, lead, place)]
    everyone = [NOTHING, *names]
    if 0 in rivals:
        may_help = [place for place in rivals if not _not_above(signed, place)]
        if not may_help:
            return Verdict("keep", (), _keep_text(metric))
        best = tuple(everyone[place] for place in rivals)
        return Verdict("cannot_tell", best, _cannot_tell_text(metric, base, everyone, rivals, candidates))
    same = [place for place in rivals if np.array_equal(signed[:, place], signed[:, lead])]
    if same == rivals:
        winners = tuple(everyone[place] for place in rivals)
        return Verdict("best", winners, _best_text(metric, base, everyone, rivals, candidates, chances))
    best = tuple(everyone[place] for place in rivals)
    return Verdict("cannot_tell", best, _cannot_tell_text(metric, base, everyone, rivals, candidates))


def _leader(signed: Floats) -> int:
    """Find the candidate with the highest mean; of equal ones the first."""
    return int(np.argmax([math.fsum(column) for column in signed.T]))


def _half_width(values: Floats, pairs: int) -> float:
    n = len(values)
    return student(n - 1, 1.0 - (1.0 - CONFIDENCE) / pairs) * float(values.std(ddof=1)) / math.sqrt(n)


def _pairs(signed: Floats) -> int:
    count = int(signed.shape[1])
    return count * (count - 1) // 2


def _beaten(signed: Floats, lead: int, place: int) -> bool:
    """Say whether the leader is surely better than another candidate."""
    ahead = signed[:, lead] - signed[:, place]
    return float(ahead.mean()) - _half_width(ahead, _pairs(signed)) > 0.0


def _not_above(signed: Floats, place: int) -> bool:
    """Say whether a candidate is surely no better than changing nothing."""
    above = signed[:, place]
    return float(above.mean()) + _half_width(above, _pairs(signed)) <= 0.0


# ------------------------------------------------------------------ words


def amount(metric: Metric, value: float, currency: str = "", signed: bool = True) -> str:
    """Write a value of a metric: points of a share, money, a number, days."""
    sign = "+" if signed else ""
    if metric.kind == "share":
        return f"{value * 100:{sign}.2f}"
    if metric.kind == "money":
        return f"{value:{sign},.0f}" + (f" {currency}" if currency else "")
    return f"{value:{sign},.1f}"


def unit(metric: Metric, difference: bool = True) -> str:
    """Name the unit behind an amount."""
    if metric.kind == "share":
        return " points" if difference else " %"
    return " days" if metric.kind == "days" else ""


def interval(metric: Metric, estimate: Estimate, signed: bool = True) -> str:
    """Write an interval in brackets; empty where there is none."""
    if estimate.low is None or estimate.high is None:
        return ""
    low, high = amount(metric, estimate.low, signed=signed), amount(metric, estimate.high, signed=signed)
    return f"[{low}, {high}]"


def _spoken(metric: Metric) -> str:
    return metric.name.replace("_", " ")


def _keep_text(metric: Metric) -> str:
    better = "raises" if metric.more_is_better else "lowers"
    return f"Change nothing: no idea {better} {_spoken(metric)}."


def _best_text(
    metric: Metric,
    base: Estimate,
    names: list[str],
    best: list[int],
    candidates: Floats,
    chances: list[float],
) -> str:
    found = mean_estimate(candidates[:, best[0]])
    assert found.value is not None
    launched = " or ".join(names[place] for place in best)
    chance = sum(chances[place] for place in best)
    same = " (they never differ)" if len(best) > 1 else ""
    return (
        f"Launch {launched}{same}: {_spoken(metric)} {amount(metric, found.value)}{unit(metric)} "
        f"{interval(metric, found)}{_relative(found, base)}; {chance_text(chance)} to be best."
    )


def _relative(found: Estimate, base: Estimate) -> str:
    if found.value is None or not base.value:
        return ""
    return f", {found.value / abs(base.value) * 100:+.1f} % on today"


def chance_text(chance: float) -> str:
    """Write a chance; never as certain unless it is."""
    if chance > 0.999:
        return "over 99.9 % chance"
    return f"{chance * 100:.0f} % chance"


def _cannot_tell_text(
    metric: Metric, base: Estimate, names: list[str], rivals: list[int], candidates: Floats
) -> str:
    widths = [
        _half_width(candidates[:, one] - candidates[:, other], _pairs(candidates))
        for place, one in enumerate(rivals)
        for other in rivals[place + 1 :]
    ]
    seen = max(widths)
    return (
        f"Cannot tell these apart by {_spoken(metric)}: {', '.join(names[place] for place in rivals)}. "
        f"A difference under {amount(metric, seen, signed=False)}{unit(metric)} would not show with "
        f"{len(candidates)} replications."
    )
