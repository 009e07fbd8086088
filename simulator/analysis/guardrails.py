"""Guardrails: a metric that must not get worse by more than a margin while another is raised.

A guardrail is tested as non-inferiority: it *holds* when the whole interval of the difference, which holds
for all ideas at once, lies above minus the margin; it is *broken* when the whole interval lies below; else
it is *unclear*, and not to have seen harm is no proof that there is none. An idea must pass every guardrail,
so several need no widening for their number.

References
----------
Berger: Multiparameter hypothesis testing and acceptance sampling. Technometrics 24(4), 295-300 (1982): the
test that all of several hypotheses hold keeps the level of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from simulator.analysis.formula import Vocabulary, read_metric
from simulator.analysis.margins import Margin, read_margin
from simulator.analysis.metrics import Metric
from simulator.errors import InputError, Problem
from simulator.results.estimate import Estimate

__all__ = ["Guard", "GuardFinding", "Status", "overall", "read_guard"]

Status = Literal["holds", "broken", "unclear"]


@dataclass(frozen=True)
class Guard:
    """A metric that must not get worse by more than a margin."""

    metric: Metric
    margin: Margin

    def judge(self, difference: Estimate, today: float) -> GuardFinding:
        """Judge an idea by the interval of its difference.

        Parameters
        ----------
        difference : Estimate
            Idea less base; the interval holds for all ideas at once.
        today : float
            The metric of the base, for a relative margin.
        """
        allowed = self.margin.against(today)
        better = difference if self.metric.more_is_better else difference.scaled(-1.0)
        status: Status = "unclear"
        if better.low is not None and better.low >= -allowed:
            status = "holds"
        elif better.high is not None and better.high < -allowed:
            status = "broken"
        return GuardFinding(self, difference, allowed, status)


@dataclass(frozen=True)
class GuardFinding:
    """What a guardrail says about an idea.

    Attributes
    ----------
    guard : Guard
    difference : Estimate
    margin : float
        What the metric may get worse by, in its unit.
    status : str
        ``holds``, ``broken`` or ``unclear``.
    """

    guard: Guard
    difference: Estimate
    margin: float
    status: Status


def read_guard(text: str, words: Vocabulary) -> Guard:
    """Read ``metric:margin``.

    Raises
    ------
    InputError
        If the margin is missing or no amount, or there is no such metric.
    """
    name, sign, margin = text.rpartition(":")
    if not sign or not name.strip() or not margin.strip():
        raise InputError(
            [
                Problem(
                    f"the guardrail {text!r} has no margin",
                    fix=f"write what may be lost at most, as in {(name or text).strip()}:1%",
                )
            ]
        )
    return Guard(read_metric(name, words), read_margin(margin, f"the margin of {name.strip()}", zero=True))


def overall(findings: Sequence[GuardFinding]) -> Status:
    """Join the guardrails of one idea: broken if one is, else unclear if one is."""
    statuses = {finding.status for finding in findings}
    return "broken" if "broken" in statuses else "unclear" if "unclear" in statuses else "holds"
