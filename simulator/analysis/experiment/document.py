"""The plan of a test as the document ``journey.experiment/1``; its fields are in docs/reference/json.md."""

from __future__ import annotations

import math
from typing import Any, Final

from simulator.analysis.experiment.plan import Plan
from simulator.results.estimate import Estimate

__all__ = ["EXPERIMENT_SCHEMA", "experiment_document"]

EXPERIMENT_SCHEMA: Final = "journey.experiment/1"


def experiment_document(plan: Plan, difference: Estimate, **about: Any) -> dict[str, Any]:
    """Describe a plan.

    Parameters
    ----------
    plan : Plan
    difference : Estimate
        Idea less base, paired by replication: how sure the simulation is of it.
    **about
        What else to say first: model, idea, seed, replications, engine.
    """
    terms = plan.terms
    return {
        "schema": EXPERIMENT_SCHEMA,
        **about,
        "power": terms.power,
        "significance": terms.significance,
        "share": terms.share,
        "traffic": terms.traffic,
        "difference": difference.as_dict(),
        **_plan(plan),
        "only_those_who_meet_the_change": None if plan.met is None else _plan(plan.met),
    }


def _plan(plan: Plan) -> dict[str, Any]:
    wrong, possible = plan.wrong, math.isfinite(plan.weeks)
    return {
        "customers_per_week": plan.per_week,
        "base": plan.base,
        "with_idea": plan.idea,
        "textbook": {"customers": _finite(plan.textbook_customers), "weeks": _finite(plan.textbook_weeks)},
        "journey": {
            "customers": _finite(plan.customers),
            "weeks": _finite(plan.weeks),
            "power": plan.power if possible else None,
            "power_error": plan.power_error if possible else None,
        },
        "formula_is_wrong": {
            "power": wrong.power,
            "difference_seen": wrong.difference,
            "session_variance": wrong.session_spread,
            "session_false_alarms": wrong.false_alarms,
        },
    }


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None
