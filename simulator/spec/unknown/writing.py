"""Write drawn numbers into a journey, as if a person had written them there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from simulator.spec.load import Journey, Map
from simulator.spec.unknown.places import RowOf, Site, versions_of
from simulator.spec.unknown.prior import Measure
from simulator.spec.unknown.steps import at, put

__all__ = ["write"]

Written: TypeAlias = tuple[Site, Sequence[float]]


def write(journey: Journey, numbers: Iterable[Written]) -> Journey:
    """Give the journey with other numbers at some of its places; nothing is checked again.

    Parameters
    ----------
    journey : Journey
    numbers : iterable of (Site, sequence of float)
        A row takes a probability for each target, by name; any other place one number.
    """
    by_version: dict[tuple[str, ...] | None, list[Written]] = {}
    for site, values in numbers:
        by_version.setdefault(site.personas, []).append((site, values))
    model, maps = journey.model, dict(journey.maps)
    for version in versions_of(journey):
        top: Any = version.top
        for site, values in by_version.get(version.personas, ()):
            top = _written(top, site, values)
        if version.personas is None:
            model = top
        elif top is not version.top:
            own = journey.maps[version.personas[0]]
            changed = Map(top["touchpoints"], top["detours"], own.place_of, own.layers)
            maps |= dict.fromkeys(version.personas, changed)
    return replace(journey, model=model, maps=maps)


def _written(top: Any, site: Site, values: Sequence[float]) -> Any:
    becomes = site.becomes
    if isinstance(becomes, RowOf):
        row = at(top, site.steps)
        named = dict(zip(becomes.targets, values, strict=True))
        return put(top, site.steps, {name: _with(share, float(named[name])) for name, share in row.items()})
    (value,) = values
    whole = becomes.prior.measure is Measure.COUNT
    return put(top, site.steps, round(value) if whole else float(value))


def _with(share: Any, chance: float) -> Any:
    """Give a target another probability."""
    return chance if isinstance(share, float) else share.model_copy(update={"p": chance})
