"""The result of a run as the JSON document ``journey.run/1``; its fields are in docs/reference/json.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simulator.engine.tally import PEOPLE, STOCK, UNITS
from simulator.program.calendar import MICRO
from simulator.program.tables import Edge, Manner
from simulator.results.demand import weekly_demand
from simulator.results.estimate import mean_estimate
from simulator.results.summary import MilestoneRate, Rate, RunResult
from simulator.spec.model import DAY

__all__ = ["RUN_SCHEMA", "run_document"]

RUN_SCHEMA: Final = "journey.run/1"

Document = dict[str, Any]


def run_document(result: RunResult) -> Document:
    """Describe a run: counts are totals over replications, rates and means have intervals.

    Returns
    -------
    dict
        Plain numbers, texts, lists and mappings, ready for `json.dumps`.
    """
    program, names = result.program, result.program.names
    return {
        "schema": RUN_SCHEMA,
        "model": program.title,
        "scenario": program.scenario or None,
        "program": program.hash,
        "seed": result.seed,
        "replications": result.replications,
        "asked": result.asked or result.replications,
        "engine": result.engine,
        "start": program.start.isoformat(),
        "horizon_days": program.horizon / DAY,
        "warm_up_days": program.warm_up / DAY,
        "currency": program.currency,
        **_people(result, None),
        **_flows(result, None),
        "personas": {
            name: {**_people(result, number), **_flows(result, number)}
            for number, name in enumerate(names.personas)
        },
        "costs": _costs(result),
        "touchpoints": {name: _touchpoint(result, number) for number, name in enumerate(names.touchpoints)},
        "products": {name: _product(result, number) for number, name in enumerate(names.products)},
        "demand": weekly_demand(result),
        "milestones": {name: _milestone(result, number) for number, name in enumerate(names.milestones)},
        "attributes": {
            name: _share(result.counts("final")[:, :, number].sum() / MICRO, result.counts("ended").sum())
            for number, name in enumerate(names.attributes)
            if not result.program.dated[number]
        },
        "digests": result.digests,
        "digest": result.digest,
    }


def rate_document(rate: Rate, hits: str, of: str) -> Document:
    """Describe a share with its interval and both numbers behind it."""
    return {**rate.estimate.as_dict(), of: rate.of, hits: rate.hits}


def _share(part: Any, whole: Any) -> float | None:
    return float(part) / float(whole) if whole else None


def _total(counts: NDArray[np.int64], persona: int | None) -> Any:
    """Add a count up over replications, and over personas unless one is named."""
    summed = counts.sum(axis=0)
    return (summed.sum(axis=0) if persona is None else summed[persona]).tolist()


def _people(result: RunResult, persona: int | None) -> Document:
    """Count everybody over the whole run: who came, and where they are now."""
    came = _total(result.counts("people"), persona)
    outcomes = _total(result.counts("outcomes"), persona)
    return {
        **dict(zip(PEOPLE, came, strict=True)),
        "outcomes": dict(zip(result.program.names.outcomes, outcomes, strict=True)),
        "open": _total(result.counts("open"), persona),
        "stopped": _total(result.counts("stopped"), persona),
        "referrals_capped": _total(result.counts("referrals_capped"), persona),
    }


def _flows(result: RunResult, persona: int | None) -> Document:
    revenue = result.revenue_estimate(persona).as_dict()
    return {
        "conversion": {
            **rate_document(result.conversion(persona), "converted", "customers"),
            "unit": "customers",
            "follow_up_days": result.program.follow_up / DAY,
        },
        "conversions": _total(result.counts("conversions"), persona),
        "orders": _total(result.counts("orders"), persona),
        "revenue": {**revenue, "unit": f"{result.program.currency} per replication"},
        "refunds": sum(_total(result.counts("refunds"), persona)) / MICRO,
        "effort": _effort(result, persona),
        "sessions": rate_document(result.session_orders(None, persona), "with_order", "sessions"),
    }


def _effort(result: RunResult, persona: int | None) -> Document:
    """Give the mean effort until the first conversion, of converted customers."""
    converted = _total(result.counts("cohort"), persona)[1]
    days = _share(_total(result.counts("effort_ms"), persona), converted)
    return {
        "touchpoints": _share(_total(result.counts("effort_steps"), persona), converted),
        "days": None if days is None else days / DAY,
    }


def _costs(result: RunResult) -> Document:
    costs = result.costs
    kinds: Mapping[str, NDArray[np.float64]] = {**costs._asdict(), "total": costs.total}
    idea = {"once": result.program.cost_once, "monthly": result.program.cost_monthly}
    return {
        **{kind: mean_estimate(values).as_dict() for kind, values in kinds.items()},
        "unit": f"{result.program.currency} per replication",
        "idea": {**idea, "over_run": result.idea_cost},
    }


def _touchpoint(result: RunResult, number: int) -> Document:
    def total(name: str) -> int:
        return int(result.counts(name)[:, :, number].sum())

    visits, joined = total("visits"), total("joined")
    feelings = result.counts("feelings")[:, :, number].sum(axis=(0, 1))
    names = result.program.names.attributes
    return {
        "visits": visits,
        "entered": total("entered"),
        "refused": total("refused"),
        "abandoned": total("abandoned"),
        "closed": total("closed"),
        "open": total("open_at"),
        "to": result.left_to(number),
        "side_trips": _side_trips(result, number),
        "wait": {
            **_named_mean(result.wait(number).as_dict()),
            "unit": "seconds",
            "customers": joined,
            "delayed": _share(total("delayed"), joined),
        },
        "dwell": {"mean": result.dwell(number), "unit": "seconds"},
        "costs": total("costs") / MICRO,
        "attributes": {
            name: _share(feeling / MICRO, visits)
            for name, feeling, dated in zip(names, feelings, result.program.dated, strict=True)
            if not dated
        },
        "sessions": rate_document(result.session_orders(number), "with_order", "sessions"),
    }


def _named_mean(estimate: Document) -> Document:
    return {"mean" if key == "estimate" else key: value for key, value in estimate.items()}


def _side_trips(result: RunResult, number: int) -> dict[str, int]:
    totals = result.counts("edges").sum(axis=(0, 1)).tolist()
    edges = [Edge._make(row) for row in result.program.structure.edges.tolist()]
    return {
        result.program.names.target(edge.target): total
        for edge, total in zip(edges, totals, strict=True)
        if edge.source == number and edge.manner == Manner.SIDE_TRIP and total
    }


def _product(result: RunResult, number: int) -> Document:
    units = result.counts("units")[:, :, number].sum(axis=(0, 1, 3)).tolist()
    stock = dict(zip(STOCK, result.counts("stock")[:, number].sum(axis=0).tolist(), strict=True))
    limited = bool(result.program.structure.products[number, 3])
    found = dict(zip(UNITS, units, strict=True))
    money = (result.counts("revenue") - result.counts("refunds"))[:, :, number].sum()
    return {
        **found,
        "owed": stock["owed"],
        "revenue": float(money) / MICRO,
        "stock": stock if limited else None,
    }


def _milestone(result: RunResult, number: int) -> Document:
    found: MilestoneRate = result.milestone(number)
    document = rate_document(found.rate, "reached", "customers")
    return {**document, "target": found.target, "met": found.met}
