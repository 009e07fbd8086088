"""What an idea earns: a quarter's margin after its running costs, and when it has paid for itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from simulator.analysis.metrics import METRICS
from simulator.analysis.simultaneous import paired_estimate
from simulator.results.estimate import Estimate
from simulator.results.summary import RunResult

__all__ = ["Earnings", "earnings"]

_QUARTER: Final = 3.0  # months


@dataclass(frozen=True)
class Earnings:
    """What an idea earns.

    Attributes
    ----------
    quarter : Estimate
        Change of the margin in three months, less three months of the idea's running costs; what it costs
        once is not in it.
    once, monthly : float
        What the idea costs.
    payback_months : Estimate or None
        Months until the margin after running costs has brought back what the idea costs once; the upper
        end is None where it may never. None where nothing is paid once, or it pays nothing back.
    """

    quarter: Estimate
    once: float
    monthly: float
    payback_months: Estimate | None


def earnings(baseline: RunResult, idea: RunResult, confidence: float) -> Earnings:
    """Give what an idea earns, paired by replication; the intervals hold for this idea alone.

    Parameters
    ----------
    baseline, idea : RunResult
        The same replications.
    confidence : float
    """
    margin = METRICS["margin"]
    apart = np.asarray(margin.values(idea) - margin.values(baseline))
    program = idea.program
    monthly = paired_estimate(apart / idea.months - program.cost_monthly, confidence)
    return Earnings(
        monthly.scaled(_QUARTER),
        program.cost_once,
        program.cost_monthly,
        _payback(program.cost_once, monthly),
    )


def _payback(once: float, monthly: Estimate) -> Estimate | None:
    """Turn a gain a month into the months that bring back what was paid once."""
    if once == 0.0 or monthly.value is None or monthly.value <= 0.0:
        return None
    soonest = None if not monthly.high else once / monthly.high
    latest = once / monthly.low if monthly.low is not None and monthly.low > 0.0 else None
    reason = "" if latest is not None else "it may never pay back"
    return Estimate(once / monthly.value, soonest, latest, monthly.n, reason)
