"""Where the unsure numbers of a base stand in a journey, and what each becomes there.

A number is drawn on the base; then personas' changes and the scenario are laid over it. A value they
write whole is taken as said, and the draw is not seen there. Their edits act on the number drawn: on
probabilities by the odds they give the written ones, on any other number as they stand.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from simulator.spec.load import Journey
from simulator.spec.overlay import Layer, Layers
from simulator.spec.overlay.edits import Edit, edit_of
from simulator.spec.parts import Path
from simulator.spec.shapes import MODEL, shape_at
from simulator.spec.unknown.prior import Measure, Prior, top_of
from simulator.spec.unknown.steps import Steps, all_steps, at

__all__ = ["Number", "RowOf", "Site", "Version", "sites_of", "versions_of"]

_MAP: Final = ("touchpoints", "detours")


@dataclass(frozen=True)
class RowOf:
    """What a row becomes when unsure numbers of it are drawn.

    With every number as written it is the row as written, exactly; and with draws of a whole row that
    nothing was laid over it is the draw.

    Attributes
    ----------
    targets : tuple of str
        By name; of what is taken instead of a product the last is empty: nothing is.
    written : tuple of float
        The row with everything laid over.
    whole : Prior or None
        What is believed of the row together.
    singles : tuple of (Prior, str)
        What is believed of single targets.
    """

    targets: tuple[str, ...]
    written: tuple[float, ...]
    whole: Prior | None
    singles: tuple[tuple[Prior, str], ...]


@dataclass(frozen=True)
class Number:
    """What a number becomes when it is drawn.

    Attributes
    ----------
    prior : Prior
    written : float
        With everything laid over.
    odds : bool
        Edits act on the odds: from the prior's written value to this one.
    factor, term : float
        Else: factor times the draw, and a term.
    """

    prior: Prior
    written: float
    odds: bool
    factor: float = 1.0
    term: float = 0.0


@dataclass(frozen=True)
class Site:
    """One place of a journey that an unsure number reaches.

    Attributes
    ----------
    personas : tuple of str or None
        Whose version of the map; None: the model.
    path : tuple of str
        As the overlay writes it.
    steps : tuple
        The way through the classes: to a row, or to a number.
    becomes : RowOf or Number
    """

    personas: tuple[str, ...] | None
    path: Path
    steps: Steps
    becomes: RowOf | Number


@dataclass(frozen=True)
class Version:
    """A part of a journey that is written into by itself: the model, or a map some personas see."""

    personas: tuple[str, ...] | None
    top: Any
    layers: Layers


def versions_of(journey: Journey) -> list[Version]:
    """List the model, then each map that differs from the others."""
    seen: dict[int, list[str]] = {}
    for persona, own in journey.maps.items():
        seen.setdefault(id(own), []).append(persona)
    maps = [
        Version(tuple(names), top_of(journey, names[0]), journey.maps[names[0]].layers)
        for names in seen.values()
    ]
    return [Version(None, journey.model, journey.layers), *maps]


def sites_of(priors: Sequence[Prior], journey: Journey) -> list[Site]:
    """Find every place of a journey that the unsure numbers of its base reach.

    Parameters
    ----------
    priors : sequence of Prior
        Of the base.
    journey : Journey
        The base itself, or a scenario laid over it.

    Returns
    -------
    list of Site
    """
    return [site for version in versions_of(journey) for site in _in_version(priors, version)]


def _in_version(priors: Sequence[Prior], version: Version) -> Iterator[Site]:
    rows: dict[Path, tuple[Steps, list[Prior]]] = {}
    for prior in _concerning(priors, version):
        for path, steps in all_steps(version.top, prior.path):
            if prior.measure in (Measure.ROW, Measure.TARGET):
                found = _row_steps(version, prior, path, steps)
                if found is not None:
                    rows.setdefault(found[0], (found[1], []))[1].append(prior)
                continue
            number = _number(version, prior, path, at(version.top, steps))
            if number is not None:
                yield Site(version.personas, path, steps, number)
    for path, (steps, reached) in rows.items():
        yield Site(version.personas, path, steps, _row(at(version.top, steps), reached))


def _concerning(priors: Sequence[Prior], version: Version) -> list[Prior]:
    """Choose the priors that speak of a version: a persona's own go before everybody's."""
    if version.personas is None:
        return [prior for prior in priors if prior.path[0] not in _MAP]
    own = [prior for prior in priors if prior.persona in version.personas and _has_changes(prior, version)]
    shared = [
        prior
        for prior in priors
        if prior.persona is None
        and prior.path[0] in _MAP
        and not any(_overlap(prior.path, other.path) for other in own)
    ]
    return [*shared, *own]


def _has_changes(prior: Prior, version: Version) -> bool:
    """Tell whether the persona's changes still stand; a scenario may have removed them."""
    return any(layer.prefix == _own(prior) for layer, _ in version.layers)


def _own(prior: Prior) -> Path:
    return ("personas", prior.persona or "", "changes")


def _overlap(one: Path, other: Path) -> bool:
    length = min(len(one), len(other))
    return one[:length] == other[:length]


# --------------------------------------------------------------------------- what is laid over


def _edits(version: Version, prior: Prior, path: Path) -> list[Edit] | None:
    """List the edits of a number, first laid first; None when its value was written whole after all."""
    edits: list[Edit] = []
    for layer, marks in version.layers:
        if prior.persona is not None and layer.prefix == _own(prior):
            edits = []  # the evidence speaks of the number as it is with these changes
            continue
        if any(path[:length] in marks for length in range(1, len(path))):
            return None
        if path in marks:
            edit = _edit_at(layer, marks[path])
            if edit is None or edit.word == "set":
                return None
            edits.append(edit)
    return edits


def _edit_at(layer: Layer, path: Path) -> Edit | None:
    """Find the edit that a layer writes at a path, or above it where a short form stands."""
    node: Any = layer.data
    for key in path:
        if not isinstance(node, Mapping) or key not in node:
            break
        node = node[key]
    return edit_of(node)


def _row_steps(version: Version, prior: Prior, path: Path, steps: Steps) -> tuple[Path, Steps] | None:
    """Find the row a prior speaks of; None where it was written whole by what is laid over."""
    if path[2:3] == ("substitutes",):  # single numbers to the overlay
        return None if _edits(version, prior, path) is None else (path[:-1], steps[:-1])
    if prior.measure is Measure.TARGET:
        path, steps = path[:-1], steps[:-2]
    return None if _edits(version, prior, path) is None else (path, steps)


def _row(row: Mapping[str, Any], priors: Iterable[Prior]) -> RowOf:
    targets = tuple(sorted(row))
    written = tuple(chance_of(row[name]) for name in targets)
    if any(isinstance(share, float) for share in row.values()):
        targets, written = (*targets, ""), (*written, max(0.0, 1.0 - math.fsum(written)))
    every = list(priors)
    whole = next((prior for prior in every if prior.measure is Measure.ROW), None)
    singles = tuple((prior, prior.path[-1]) for prior in every if prior.measure is Measure.TARGET)
    return RowOf(targets, written, whole, singles)


def chance_of(share: Any) -> float:
    """Give the probability of a target."""
    return share if isinstance(share, float) else float(share.p or 0.0)


def _number(version: Version, prior: Prior, path: Path, value: Any) -> Number | None:
    edits = _edits(version, prior, path)
    if edits is None:
        return None
    if prior.measure is Measure.CHANCE:
        base = prior.written[0]
        if float(value) != base and not 0.0 < base < 1.0:
            return None  # there are no odds to act on
        return Number(prior, float(value), odds=bool(edits))
    factor, term = 1.0, 0.0
    for edit in edits:
        if edit.word == "scale":
            factor, term = factor * float(edit.operand), term * float(edit.operand)
        else:
            term += _measured(path, edit.operand)
    return Number(prior, float(value), False, factor, term)


def _measured(path: Path, operand: Any) -> float:
    """Read what is added in the units of the program."""
    if not isinstance(operand, str):
        return float(operand)
    shape = shape_at(MODEL, {}, path)
    assert shape is not None
    sign = -1.0 if operand.lstrip().startswith("-") else 1.0
    return sign * float(shape.reader.validate_python(operand.lstrip("+- ")))
