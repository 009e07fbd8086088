"""A comparison as the JSON document ``journey.compare/1``; its fields are in docs/reference/json.md."""

from __future__ import annotations

from typing import Any, Final

from simulator.analysis.abandonment import abandonment, has_sessions
from simulator.analysis.compare import Comparison, Effect
from simulator.analysis.guardrails import GuardFinding
from simulator.analysis.metrics import Metric
from simulator.analysis.money import Earnings
from simulator.results.estimate import Estimate
from simulator.results.summary import RunResult

__all__ = ["COMPARE_SCHEMA", "compare_document"]

COMPARE_SCHEMA: Final = "journey.compare/1"

Document = dict[str, Any]


def compare_document(comparison: Comparison, last_step: str | None = None) -> Document:
    """Describe a comparison.

    Parameters
    ----------
    comparison : Comparison
    last_step : str, optional
        The touchpoint whose sessions without an order are told.

    Returns
    -------
    dict
        Ready for `json.dumps`.
    """
    metric, base = comparison.metric, comparison.baseline
    return {
        "schema": COMPARE_SCHEMA,
        "model": base.program.title,
        "metric": metric.name,
        "metric_about": metric.about,
        "more_is_better": metric.more_is_better,
        "confidence": comparison.confidence,
        "seed": base.seed,
        "replications": base.replications,
        "asked": base.asked or base.replications,
        "engine": base.engine,
        "currency": base.program.currency,
        "baseline": {
            **comparison.baseline_value.as_dict(),
            **_denominator(metric, base),
            "chance_best": comparison.baseline_chance,
            **_run(base, last_step),
        },
        "ideas": [_idea(comparison, effect, last_step) for effect in comparison.effects],
        "guards": [
            {"metric": guard.metric.name, "margin": guard.margin.amount, "relative": guard.margin.relative}
            for guard in comparison.guards
        ],
        "search": _search(comparison),
        "verdict": _verdict(comparison),
        "notes": list(comparison.notes),
    }


def _verdict(comparison: Comparison) -> Document:
    verdict, again = comparison.verdict, comparison.confirmation
    document: Document = {
        "kind": verdict.kind,
        "names": list(verdict.names),
        "text": verdict.text,
        "runner_up": verdict.runner_up,
        "smallest_difference": verdict.smallest,
        "more_replications": verdict.more,
        "confirmed": None,
    }
    if again is not None:
        document["confirmed"] = {
            "seed": again.seed,
            "replications": again.replications,
            "difference": again.difference.as_dict(),
            "money": _money(again.earnings),
        }
    return document


def _search(comparison: Comparison) -> Document | None:
    found = comparison.found
    if found is None:
        return None
    return {
        "precision": found.rule.precision.amount,
        "relative": found.rule.precision.relative,
        "matters": found.matters,
        "max_replications": found.rule.most,
        "looks": list(found.looks),
        "decided": found.decided,
        "played": sum(found.played),
    }


def _idea(comparison: Comparison, effect: Effect, last_step: str | None) -> Document:
    program = effect.result.program
    cost = {"once": program.cost_once, "monthly": program.cost_monthly, "over_run": effect.result.idea_cost}
    document = {
        "name": effect.name,
        "as_is": effect.result.as_is,
        "replications": effect.result.replications,
        "difference": effect.difference.as_dict(),
        "alone": effect.alone.as_dict(),
        "to_best": effect.to_best.as_dict(),
        "relative": effect.relative,
        "chance_best": effect.chance_best,
        "variance_ratio": effect.variance_ratio,
        "cost": cost,
        "money": _money(effect.earnings),
        "guards": {finding.guard.metric.name: _guard(finding) for finding in effect.guards},
        "interaction": None if effect.interaction is None else effect.interaction.as_dict(),
        "personas": {name: estimate.as_dict() for name, estimate in effect.personas.items()},
        **_denominator(comparison.metric, effect.result),
        **_run(effect.result, last_step),
    }
    return {**document, "variance_reason": effect.variance_reason} if effect.variance_reason else document


def _money(earned: Earnings) -> Document:
    months: Estimate | None = earned.payback_months
    return {
        "quarter": earned.quarter.as_dict(),
        "payback_months": None if months is None else months.as_dict(),
    }


def _guard(finding: GuardFinding) -> Document:
    return {**finding.difference.as_dict(), "margin": finding.margin, "status": finding.status}


def _denominator(metric: Metric, result: RunResult) -> Document:
    """Say what a rate is a rate of."""
    return {"of": metric.of, "denominator": metric.denominator(result)} if metric.of else {}


def _run(result: RunResult, last_step: str | None) -> Document:
    conversion = result.conversion()
    document: Document = {
        "conversion": {
            **conversion.estimate.as_dict(),
            "customers": conversion.of,
            "converted": conversion.hits,
        },
        "revenue": result.revenue_estimate().as_dict(),
        "digest": result.digest,
    }
    if has_sessions(result):
        sessions = result.session_orders()
        document["sessions"] = {
            **sessions.estimate.as_dict(),
            "sessions": sessions.of,
            "with_order": sessions.hits,
        }
    if last_step is not None and last_step in result.program.names.touchpoints:
        lost = abandonment(result, last_step)
        document["abandonment"] = {
            "touchpoint": last_step,
            **lost.estimate.as_dict(),
            "sessions": lost.sessions,
            "abandoned": lost.abandoned,
        }
    return document
