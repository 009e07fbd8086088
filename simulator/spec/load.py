"""From files to journeys: a model, with or without a scenario, and each persona's own version of the map."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path as FilePath
from typing import Any, Final, TypeAlias

from simulator.errors import ModelError, Problem
from simulator.spec.cases import OpenCases
from simulator.spec.document import Document, read_document
from simulator.spec.healing import healed
from simulator.spec.model import Model
from simulator.spec.overlay import Layered, Layers
from simulator.spec.quantities import Name
from simulator.spec.resolve import Resolved, resolve
from simulator.spec.rows import Written
from simulator.spec.scenario import Idea, Scenario, expand, read_scenario, refuse_twins, scenario_from
from simulator.spec.touchpoint import Detour, Touchpoint
from simulator.spec.validation import PlaceOf, kinds_of, validate

__all__ = ["Journey", "Map", "journey_from_data", "load_journey", "load_journeys"]

ModelSource: TypeAlias = FilePath | Document
ScenarioSource: TypeAlias = FilePath | Document | Scenario | Idea

_SECTIONS: Final = ("touchpoints", "detours")


@dataclass(frozen=True)
class Map:
    """One version of the map: the places of the journey and its unexpected stops.

    Attributes
    ----------
    touchpoints, detours : mapping
        By name; what a persona did not change is the very object of the model.
    place_of : callable
        Where a path of this version is written.
    layers : sequence of (layer, marks)
        What was laid over the base to make this version; see `Layered.over`.
    """

    touchpoints: Mapping[str, Touchpoint]
    detours: Mapping[str, Detour]
    place_of: PlaceOf = field(compare=False, repr=False)
    layers: Layers = field(default=(), compare=False, repr=False)


@dataclass(frozen=True)
class Journey:
    """A journey ready to be compiled: a model with a scenario laid over, or none.

    Attributes
    ----------
    model : Model
        Everything that is the same for all personas; its map is that of personas without changes.
    maps : mapping of persona to Map
        Each persona's version; without changes it holds the model's own objects.
    scenario : str or None
        The scenario's name, None for the base.
    why : str
        The scenario's reason.
    cost_once, cost_monthly : float
        What the scenario costs, in the model's currency.
    as_is : bool
        A point of a sweep that is equal to the base.
    warnings : tuple of Problem
        What is allowed but hardly meant.
    written : mapping
        The sum of base and scenario as written.
    place_of : callable
        Where a path of the sum is written: the base's file, or the scenario's.
    layers : sequence of (layer, marks)
        What was laid over the base; see `Layered.over`.
    cases : OpenCases or None
        Real customers who are on their way when the simulation starts.
    """

    model: Model
    maps: Mapping[str, Map]
    scenario: str | None
    why: str
    cost_once: float
    cost_monthly: float
    as_is: bool
    warnings: tuple[Problem, ...]
    written: Mapping[str, Any] = field(compare=False, repr=False)
    place_of: PlaceOf = field(compare=False, repr=False)
    layers: Layers = field(default=(), compare=False, repr=False)
    cases: OpenCases | None = field(default=None, compare=False, repr=False)


def load_journey(model: ModelSource, scenario: ScenarioSource | None = None) -> Journey:
    """Load a model, with a scenario laid over.

    Parameters
    ----------
    model : Path or Document
        The journey model.
    scenario : Path, Document, Scenario or Idea, optional
        The what-if; one with a sweep is a grid of journeys, see :func:`load_journeys`.

    Raises
    ------
    ModelError
        With every problem of both files.
    """
    journeys = load_journeys(model, [] if scenario is None else [scenario])
    if len(journeys) > 2:
        raise ModelError(f"the scenario is a sweep of {len(journeys) - 1} points, not one scenario")
    return journeys[-1]


def journey_from_data(data: Mapping[str, Any], scenario: Mapping[str, Any] | None = None) -> Journey:
    """Load a model from plain data, as a YAML file would give it.

    Raises
    ------
    ModelError
        With every problem.
    """
    what_if = None if scenario is None else Document(dict(scenario), {}, "")
    return load_journey(Document(dict(data), {}, ""), what_if)


def load_journeys(model: ModelSource, scenarios: Sequence[ScenarioSource] = ()) -> list[Journey]:
    """Load a model and every what-if laid over it.

    Returns
    -------
    list of Journey
        The base first, then the scenarios in the order given, each sweep as all its points.

    Raises
    ------
    ModelError
        With every problem of all files at once.
    """
    problems: list[Problem] = []
    journeys: list[Journey] = []
    base = _tried(problems, partial(_base, model))
    ideas = _ideas(scenarios, problems)
    _tried(problems, partial(refuse_twins, ideas))
    if base is not None:
        tree, journey = base
        journeys.append(journey)
        for idea in ideas:
            laid = _tried(problems, partial(_journey, tree, idea, journey))
            if laid is not None:
                journeys.append(laid)
    if problems:
        raise ModelError(dict.fromkeys(problems))
    return journeys


def _tried(problems: list[Problem], load: Callable[[], Any]) -> Any:
    """Load, or add what is wrong to the problems."""
    try:
        return load()
    except ModelError as error:
        problems.extend(error.problems)
        return None


def _base(model: ModelSource) -> tuple[Layered, Journey]:
    document = model if isinstance(model, Document) else read_document(model)
    tree = Layered(document.data, document)
    try:
        validate(Model, tree.data, tree.place)  # the overlay walks valid data only
    except ModelError as error:
        raise ModelError([*error.problems, *_behind(document, error.problems)]) from None
    return tree, _journey(tree, None, None)


def _behind(document: Document, problems: Sequence[Problem]) -> list[Problem]:
    """Find what is wrong beside the values that cannot be read."""
    tree = Layered(document.data, document)
    rest = healed(Model, tree.data, tree.place, problems)
    if rest is None:
        return []
    found: list[Problem] = []
    _tried(found, partial(_journey, Layered(rest.data, document), None, None))
    return [problem for problem in found if not rest.explains(problem)]


def _ideas(scenarios: Iterable[ScenarioSource], problems: list[Problem]) -> list[Idea]:
    ideas: list[Idea] = []
    for source in scenarios:
        if isinstance(source, Idea):
            ideas.append(source)
        else:
            ideas.extend(_tried(problems, partial(_expanded, source)) or ())
    return ideas


def _expanded(source: FilePath | Document | Scenario) -> list[Idea]:
    if isinstance(source, Scenario):
        return expand(source)
    return expand(scenario_from(source) if isinstance(source, Document) else read_scenario(source))


# --------------------------------------------------------------------------- one journey


def _journey(tree: Layered, idea: Idea | None, base: Journey | None) -> Journey:
    """Lay an idea over a model and read the sum; what the base has read already is not read again."""
    resolved = resolve(tree, idea)
    scenario = idea.name if idea else None
    found: list[Problem] = []
    model = _tried(found, partial(_model, resolved.shared, base))
    problems = [*resolved.problems, *(_under(problem, scenario) for problem in found)]
    maps = {} if model is None else _maps(model, resolved, problems)
    if model is None or problems:
        raise ModelError(dict.fromkeys(problems))
    journey = Journey(
        model=model,
        maps=maps,
        scenario=scenario,
        why=idea.why if idea else "",
        cost_once=idea.cost_once if idea else 0.0,
        cost_monthly=idea.cost_monthly if idea else 0.0,
        as_is=resolved.as_is,
        warnings=tuple(resolved.warnings),
        written=resolved.shared.data,
        place_of=resolved.shared.place,
        layers=resolved.shared.over,
    )
    _check(journey)
    return journey


def _check(journey: Journey) -> None:
    from simulator.spec.references import check_references  # it checks journeys, so it stands above them

    problems = check_references(journey)
    if problems:
        raise ModelError(_under(problem, journey.scenario) for problem in problems)


def _under(problem: Problem, scenario: str | None) -> Problem:
    """Name the scenario: what it breaks may stand in the base's file."""
    return problem if scenario is None else replace(problem, message=f"under {scenario!r}: {problem.message}")


def _model(tree: Layered, base: Journey | None) -> Model:
    if base is None or kinds_of(tree.data) != kinds_of(base.written):
        return validate(Model, tree.data, tree.place)
    data = dict(tree.data)
    for section in ("touchpoints", "personas", "products", "events"):
        known, before = getattr(base.model, section), base.written.get(section)
        if isinstance(data.get(section), dict) and isinstance(before, dict):
            data[section] = {
                name: known[name] if name in known and raw is before.get(name) else raw
                for name, raw in data[section].items()
            }
    return validate(Model, data, tree.place)


class _Changed(Written):
    """The part of a map that a persona changed."""

    touchpoints: dict[Name, Touchpoint] = {}
    detours: dict[Name, Detour] = {}


def _maps(model: Model, resolved: Resolved, problems: list[Problem]) -> dict[str, Map]:
    shared = Map(model.touchpoints, model.detours, resolved.shared.place, resolved.shared.over)
    maps: dict[str, Map] = {}
    for persona in model.personas:
        version = resolved.versions.get(persona)
        if version is None:
            maps[persona] = shared
            continue
        try:
            maps[persona] = _own_map(model, resolved.shared, version)
        except ModelError as error:
            problems.extend(_named(problem, persona) for problem in error.problems)
    return maps


def _named(problem: Problem, persona: str) -> Problem:
    return replace(problem, message=f"in the version of persona {persona!r}: {problem.message}")


def _own_map(model: Model, shared: Layered, version: Layered) -> Map:
    """Read what differs from the shared map; the rest are the model's objects."""
    changed = {
        section: {
            name: raw
            for name, raw in version.data.get(section, {}).items()
            if raw != shared.data.get(section, {}).get(name)
        }
        for section in _SECTIONS
    }
    own = validate(_Changed, changed, version.place, kinds_of(shared.data))
    return Map(
        {name: own.touchpoints.get(name) or model.touchpoints[name] for name in version.data["touchpoints"]},
        {name: own.detours.get(name) or model.detours[name] for name in version.data.get("detours") or {}},
        version.place,
        version.over,
    )
