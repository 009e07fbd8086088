"""Checks of size: teams that cannot keep up, journeys without end, referrals that explode."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.program.calendar import Timeline, day_means, hour_profile, opening_timelines
from simulator.program.flow import Flow
from simulator.program.noted import Noted, Severity
from simulator.spec.load import Journey
from simulator.spec.model import DAY, Model

__all__ = ["check_load"]

# A guard that would stop more than one journey in a thousand distorts what is counted.
_STOPPED: Final = 1e-3


def check_load(journey: Journey, flows: Mapping[str, Flow]) -> Iterator[Noted]:
    """Find what is too much, at the values of the start.

    Parameters
    ----------
    journey : Journey
        A checked journey.
    flows : mapping of persona to Flow
        Of those whose flow is finite.
    """
    yield from _long_journeys(journey, flows)
    yield from _referrals(flows)
    for name in journey.model.teams:
        yield from _team(journey, name, flows)


def _long_journeys(journey: Journey, flows: Mapping[str, Flow]) -> Iterator[Noted]:
    most = journey.model.max_steps
    for persona, flow in flows.items():
        stopped = math.exp(-most / flow.steps) if flow.steps else 0.0
        if stopped > _STOPPED:
            yield Noted(
                Severity.WARNING,
                ("personas", persona),
                f"journeys of {persona!r} take about {flow.steps:,.0f} visits on average, so about "
                f"{stopped:.2g} of them would be stopped by max_steps ({most:,})",
                "make its loops easier to leave, or max_steps larger",
            )


def _referrals(flows: Mapping[str, Flow]) -> Iterator[Noted]:
    for persona, flow in flows.items():
        if flow.reproduction >= 1.0:
            yield Noted(
                Severity.WARNING,
                ("personas", persona),
                f"{persona!r} who was referred refers {flow.reproduction:.3g} others on average, "
                "so referrals grow until max_generations stops them",
                "lower the count of refers",
            )


# --------------------------------------------------------------------------- teams


def _team(journey: Journey, name: str, flows: Mapping[str, Flow]) -> Iterator[Noted]:
    model = journey.model
    servers, opened = opening_timelines(model, name, model.teams[name])
    capacity = float((_hourly(model, servers)).mean())
    work, leaves = 0.0, model.teams[name].queue is not None
    for persona, flow in flows.items():
        let_in = _share_let_in(model, persona, opened)
        for place, touchpoint in journey.maps[persona].touchpoints.items():
            if touchpoint.team != name:
                continue
            service = touchpoint.dwell.mean() / DAY if touchpoint.dwell is not None else 0.0
            met = let_in if isinstance(touchpoint.on_closed, dict) else 1.0
            work += flow.arrivals * flow.visits[place] * service * met
            leaves = leaves or touchpoint.patience is not None
    if capacity == 0.0:
        yield Noted(
            Severity.WARNING, ("teams", name), f"nobody ever serves in {name!r}", "write servers of 1 or more"
        )
    elif work >= capacity:
        then = "many will not be served" if leaves else "its queue grows without end"
        yield Noted(
            Severity.WARNING,
            ("teams", name, "servers"),
            f"on a mean day {name!r} is asked for about {work / capacity:.0%} of what it can do "
            f"({work:.3g} servers busy all day, {capacity:.3g} there), so {then}",
            f"{math.ceil(model.teams[name].servers * work / capacity)} servers would be busy all the time",
        )


def _hours(model: Model) -> NDArray[np.int64]:
    """List the middle of every hour of the horizon, in ms."""
    return np.arange(DAY // 48, model.horizon_ms, DAY // 24, dtype=np.int64)


def _hourly(model: Model, line: Timeline) -> NDArray[np.float64]:
    """Read a timeline at every hour; openings within an hour count as at its middle."""
    times, levels = np.array([time for time, _ in line]), np.array([level for _, level in line])
    return np.asarray(levels[np.searchsorted(times, _hours(model), side="right") - 1], dtype=np.float64)


def _share_let_in(model: Model, persona: str, opened: Timeline) -> float:
    """Give the share of a persona's arrivals in open hours, as a guess for when they come here."""
    arrivals = model.personas[persona].arrivals
    means, profile = day_means(model, persona, arrivals), np.diff(hour_profile(arrivals))
    weights = np.outer(means, profile).ravel()[: len(_hours(model))]
    total = float(weights.sum())
    return float((weights * _hourly(model, opened)).sum() / total) if total else 1.0
