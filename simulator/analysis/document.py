"""A comparison as the JSON document ``journey.compare/1``; its fields are in docs/reference/json.md."""

from __future__ import annotations

from typing import Any, Final

from simulator.analysis.abandonment import abandonment, has_sessions
from simulator.analysis.compare import Comparison, Effect
from simulator.results.estimate import CONFIDENCE
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
    metric, verdict, base = comparison.metric, comparison.verdict, comparison.baseline
    return {
        "schema": COMPARE_SCHEMA,
        "model": base.program.title,
        "metric": metric.name,
        "metric_about": metric.about,
        "more_is_better": metric.more_is_better,
        "confidence": CONFIDENCE,
        "seed": base.seed,
        "replications": base.replications,
        "asked": base.asked or base.replications,
        "engine": base.engine,
        "currency": base.program.currency,
        "baseline": {
            **comparison.baseline_value.as_dict(),
            "chance_best": comparison.baseline_chance,
            **_run(base, last_step),
        },
        "ideas": [_idea(effect, last_step) for effect in comparison.effects],
        "verdict": {"kind": verdict.kind, "names": list(verdict.names), "text": verdict.text},
    }


def _idea(effect: Effect, last_step: str | None) -> Document:
    program = effect.result.program
    cost = {"once": program.cost_once, "monthly": program.cost_monthly, "over_run": effect.result.idea_cost}
    document = {
        "name": effect.name,
        "as_is": effect.result.as_is,
        "difference": effect.difference.as_dict(),
        "relative": effect.relative,
        "chance_best": effect.chance_best,
        "variance_ratio": effect.variance_ratio,
        "cost": cost,
        "personas": {name: estimate.as_dict() for name, estimate in effect.personas.items()},
        **_run(effect.result, last_step),
    }
    return {**document, "variance_reason": effect.variance_reason} if effect.variance_reason else document


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
