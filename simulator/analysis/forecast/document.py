"""A forecast as the JSON document ``journey.forecast/1``; its fields are in docs/reference/json.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from simulator.analysis.forecast.draws import Draws
from simulator.analysis.forecast.drivers import drivers
from simulator.analysis.variance import Parts, split_variance
from simulator.spec.model import DAY

__all__ = ["FORECAST_SCHEMA", "SHARES", "forecast_document", "quantile_name"]

FORECAST_SCHEMA: Final = "journey.forecast/1"
# The middle, and the ends of 50, 80, 90 and 95 % of the paths.
SHARES: Final = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)
_FEW: Final = (0.1, 0.5, 0.9)

Document = dict[str, Any]


def quantile_name(share: float) -> str:
    """Name a quantile by its percentage: q10, q2.5."""
    return f"q{100 * share:g}"


def forecast_document(draws: Draws) -> Document:
    """Describe a forecast.

    Returns
    -------
    dict
        Ready for `json.dumps`.
    """
    sheet, program = draws.sheet, draws.sheet.program
    return {
        "schema": FORECAST_SCHEMA,
        "model": program.title,
        "scenario": program.scenario or None,
        "program": program.hash,
        "seed": draws.seed,
        "replications": draws.replications,
        "engine": draws.engine,
        "start": program.start.isoformat(),
        "horizon_days": program.horizon / DAY,
        "warm_up_days": program.warm_up / DAY,
        "of": sheet.of,
        "by": sheet.by,
        "per": list(dict.fromkeys(one.level for one in sheet.series)),
        "uncertainty": draws.sets is not None,
        "events": [
            {"name": mark.name, "from": mark.since.isoformat(), "to": mark.to.isoformat()}
            for mark in sheet.marks
        ],
        "rows": _rows(draws),
        "totals": _totals(draws),
        "drivers": {
            cut: [
                {
                    "name": one.name,
                    "mean": one.mean,
                    "share": one.share,
                    "variance_share": one.variance_share,
                }
                for one in found
            ]
            for cut, found in drivers(draws).items()
        },
        "digest": draws.digest,
    }


def _rows(draws: Draws) -> list[Document]:
    """Describe every period of every series."""
    columns = _columns({kind: draws.of(kind) for kind in draws.sheet.kinds}, draws)
    return [
        {
            "unique_id": one.unique_id,
            "ds": period.since.isoformat(),
            "days": period.days,
            "whole": period.whole,
            **_cell(columns, (i, j)),
        }
        for i, one in enumerate(draws.sheet.series)
        for j, period in enumerate(draws.sheet.periods)
    ]


def _totals(draws: Draws) -> list[Document]:
    """Describe the whole time of every series."""
    columns = _columns({kind: draws.totals(kind) for kind in draws.sheet.kinds}, draws)
    return [
        {"unique_id": one.unique_id, "level": one.level, "name": one.name, **_cell(columns, (i,))}
        for i, one in enumerate(draws.sheet.series)
    ]


def _columns(paths: Mapping[str, Any], draws: Draws) -> Document:
    """Compute every figure of an array of paths; the main kind first, others below their name."""
    main, *others = paths
    found = _figures(paths[main], SHARES)
    found["variance"] = _variance(split_variance(paths[main], draws.sets))
    return {**found, **{kind: _figures(paths[kind], _FEW) for kind in others}}


def _figures(paths: Any, shares: Sequence[float]) -> Document:
    quantiles = np.quantile(paths, shares, axis=-1)
    named = {quantile_name(share): found for share, found in zip(shares, quantiles, strict=True)}
    return {"mean": paths.mean(axis=-1), **named}


def _variance(parts: Parts) -> Document:
    return {**parts._asdict(), "total": parts.total}


def _cell(columns: Document, place: tuple[int, ...]) -> Document:
    """Take one row out of columns; what cannot be given is null."""
    found: Document = {}
    for name, column in columns.items():
        if isinstance(column, dict):
            found[name] = _cell(column, place)
        else:
            value = float(column[place])
            found[name] = value if np.isfinite(value) else None
    return found
