"""A stock plan as the JSON document ``journey.stock/1``; its fields are in docs/reference/json.md."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from simulator.analysis.stock.feedback import Feedback
from simulator.analysis.stock.plan import ProductPlan, StockPlan
from simulator.analysis.stock.projection import Projection
from simulator.analysis.stock.textbook import Textbook
from simulator.results.estimate import CONFIDENCE, Estimate

__all__ = ["STOCK_SCHEMA", "stock_document"]

STOCK_SCHEMA: Final = "journey.stock/1"

Document = dict[str, Any]


def stock_document(plan: StockPlan) -> Document:
    """Describe a stock plan.

    Returns
    -------
    dict
        Plain numbers, texts, lists and mappings, ready for `json.dumps`.
    """
    program, question = plan.program, plan.question
    return {
        "schema": STOCK_SCHEMA,
        "model": program.title,
        "scenario": program.scenario or None,
        "seed": plan.seed,
        "replications": question.replications,
        "engine": plan.engine,
        "confidence": CONFIDENCE,
        "currency": program.currency,
        "aim": {"measure": question.aim.measure, "target": question.aim.target or None},
        "limits": {"budget": question.budget, "shelf": question.shelf},
        "counted_days": (program.horizon - program.warm_up) / 86_400_000,
        "cost": plan.cost.as_dict(),
        "cost_as_written": plan.written_cost.as_dict(),
        "saved": plan.saved.as_dict(),
        "most_money": plan.money,
        "most_units": plan.units,
        "policies_tried": plan.tried,
        "digest": plan.digest,
        "products": {name: _product(one) for name, one in plan.products.items()},
    }


def _product(one: ProductPlan) -> Document:
    document: Document = {
        "policy": one.policy.as_dict(),
        "kind": one.policy.kind.value,
        "as_written": one.written.as_dict(),
        "service_level": one.cycle.value,
        "fill_rate": one.fill_rate.value,
        "intervals": {"service_level": _ends(one.cycle), "fill_rate": _ends(one.fill_rate)},
        "demand": one.demand.value,
        "cost": {
            **{kind: estimate.value for kind, estimate in one.costs.items()},
            "interval": _ends(one.costs["total"]),
            "as_written": one.written_cost.value,
            "not_knowing_demand": one.not_knowing.as_dict(),
        },
        "textbook": _textbook(one.textbook, one.textbook_cost),
        "plan": [
            {
                "date": week.date.isoformat(),
                "order": week.order,
                "mean": week.mean,
                "q10": week.low,
                "q90": week.high,
                "chance": week.chance,
            }
            for week in one.weeks
        ],
        "stock": _projection(one.projection),
    }
    if one.newsvendor is not None:
        document["newsvendor_on_draws"] = one.newsvendor
    if one.feedback is not None:
        document["feedback"] = _feedback(one.feedback)
    return document


def _ends(estimate: Estimate) -> list[float | None]:
    return [estimate.low, estimate.high]


def _textbook(book: Textbook, cost: Estimate | None) -> Document:
    return {
        "policy": None if book.policy is None else book.policy.as_dict(),
        "method": book.method,
        "demand_per_day": {"mean": book.demand.mean, "sd": book.demand.sd},
        "demand_while_waiting": {"mean": book.exposed_mean, "sd": book.exposed_sd},
        "cost": None if cost is None else cost.value,
    }


def _projection(projection: Projection) -> list[Document]:
    columns = {
        "mean": projection.mean,
        "q10": projection.low,
        "q50": projection.median,
        "q90": projection.high,
        "chance_out": projection.out,
        "chance_out_by": projection.out_by,
    }
    return [
        {
            "date": date.isoformat(),
            **{name: float(np.round(values[day], 6)) for name, values in columns.items()},
        }
        for day, date in enumerate(projection.dates)
    ]


def _feedback(found: Feedback) -> Document:
    return {
        "policy_without": found.policy.as_dict(),
        "cost_without": found.cost.as_dict(),
        "cost_difference": found.cost_difference.as_dict(),
        "level_difference": found.level_difference.as_dict(),
        "demand_difference": found.demand_difference.as_dict(),
    }
