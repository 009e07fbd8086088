"""A backtest as plain data for JSON: `journey.backtest/1`."""

from __future__ import annotations

from typing import Any, Final

from simulator.learn.backtest.backtest import OURS, Backtest, Series
from simulator.learn.backtest.history import day_after
from simulator.learn.backtest.ratios import crps_ratio
from simulator.learn.backtest.scores import Scores

__all__ = ["BACKTEST_SCHEMA", "backtest_document", "scores_document"]

BACKTEST_SCHEMA: Final = "journey.backtest/1"
_DIGITS: Final = 6


def backtest_document(found: Backtest) -> dict[str, Any]:
    """Lay a backtest out; what its keys mean is written in docs/reference/json.md."""
    plan = found.plan
    return {
        "schema": BACKTEST_SCHEMA,
        "log": found.log,
        "horizon_days": plan.horizon,
        "origins": [str(day_after(found.start, day)) for day in plan.days],
        "final": plan.final,
        "kept_back": str(day_after(found.start, plan.kept_back)),
        "seed": found.seed,
        "replications": found.replications,
        "series": {name: _series(one, plan.horizon) for name, one in found.series.items()},
    }


def _series(one: Series, horizon: int) -> dict[str, Any]:
    return {
        "origins": len(one.asked),
        "methods": {name: scores_document(scores) for name, scores in one.methods.items()},
        "crps_ratio": {
            name: _ratio(one.methods[OURS], scores, horizon)
            for name, scores in one.methods.items()
            if name != OURS
        },
        "parts": {
            "pipeline": scores_document(one.pipeline),
            "new_arrivals": scores_document(one.newcomers),
        },
        "absent": list(one.absent),
        "forecasts": [
            {
                "origin": str(asked.date),
                "actual_total": float(asked.actual.sum()),
                "totals": {
                    name: round(float(paths.sum(axis=1).mean()), 3) for name, paths in asked.forecasts.items()
                },
            }
            for asked in one.asked
        ],
    }


def _ratio(ours: Scores, theirs: Scores, horizon: int) -> dict[str, Any]:
    ratio = crps_ratio(ours, theirs, horizon)
    if ratio is None:
        return {"value": None, "low": None, "high": None}
    return {"value": _number(ratio.value), "low": _number(ratio.low), "high": _number(ratio.high)}


def scores_document(scores: Scores) -> dict[str, Any]:
    """Lay the scores of a method out."""
    told: dict[str, Any] = {
        "mae": _number(scores.mae),
        "crps": _number(scores.crps),
        "pinball": _number(scores.pinball),
        "crps_total": _number(scores.crps_total),
        "total_error": _number(scores.total_error),
        "bias": _number(scores.bias),
        "coverage": {str(level): _number(share) for level, share in scores.coverage.items()},
        "coverage_total": {str(level): _number(share) for level, share in scores.coverage_total.items()},
    }
    if scores.weeks:
        told["weeks"] = [scores_document(week) for week in scores.weeks]
    return told


def _number(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)
