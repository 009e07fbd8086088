"""What-if scenarios: a file of changes, and the grid of ideas a sweep makes of it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, PrivateAttr, WithJsonSchema, model_validator

from simulator import limits
from simulator.errors import ModelError, Problem
from simulator.spec.document import Document, read_document
from simulator.spec.overlay import Layer, Path
from simulator.spec.overlay.edits import seen
from simulator.spec.paths import split_path
from simulator.spec.quantities import Amount, Text
from simulator.spec.rows import Written
from simulator.spec.validation import validate

__all__ = [
    "Idea",
    "Scenario",
    "ScenarioCost",
    "combine",
    "expand",
    "read_scenario",
    "refuse_twins",
    "scenario_from",
]


class ScenarioCost(Written):
    """What an idea costs to carry out."""

    once: Amount = 0.0
    """Paid once, at the start."""
    monthly: Amount = 0.0
    """Paid every month."""


def _mapping(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError(f"expected a mapping with the keys of a model, not {seen(value)}")
    return value


def _points(value: Any) -> Any:
    """Read the values of one path of a sweep: listed, or named."""
    if isinstance(value, list):
        named = {"null" if point is None else seen(point, 1_000): point for point in value}
        if len(named) < len(value):
            raise ValueError("a value is listed twice")
        value = named
    if isinstance(value, dict) and {"from", "to"} <= set(value):
        raise ValueError("a sweep has no ranges; list the values, such as [2, 4, 6]")
    if not isinstance(value, dict) or not value:
        raise ValueError("a sweep gives each path a list of values, such as [2, 4, 6], or names them")
    return value


def _paths(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError(f"a sweep maps paths to lists of values, not {seen(value)}")
    split = sorted(split_path(text) for text in value)
    for first, second in itertools.pairwise(split):
        if second[: len(first)] == first:
            raise ValueError(f"{'.'.join(second)} lies inside {'.'.join(first)}, which is swept too")
    return value


_SWEEP_SCHEMA = {
    "type": "object",
    "additionalProperties": {"anyOf": [{"type": "array", "minItems": 1}, {"type": "object"}]},
    "examples": [{"teams.support.servers": [2, 4, 6]}],
}


class Scenario(Written):
    """A what-if: changes laid over a model, with the reason and what they cost."""

    model_config = ConfigDict(title="What-if scenario")

    name: Text
    """What a report calls it."""
    why: Text | None = None
    """Why this may be a good idea."""
    cost: ScenarioCost = ScenarioCost()
    """What it costs to carry out, in the model's currency."""
    changes: Annotated[dict[str, Any], BeforeValidator(_mapping)] = Field(default={}, repr=False)
    """The changes, under the keys of a model."""
    sweep: Annotated[
        dict[str, Annotated[dict[str, Any], BeforeValidator(_points)]],
        BeforeValidator(_paths),
        WithJsonSchema(_SWEEP_SCHEMA),
    ] = {}
    """Paths with several values each: one scenario becomes a grid of them."""

    _document: Document = PrivateAttr(default_factory=lambda: Document({}, {}, ""))

    @model_validator(mode="after")
    def _something(self) -> Scenario:
        if not self.changes and not self.sweep:
            raise ValueError("it changes nothing: write changes or a sweep")
        points = 1
        for values in self.sweep.values():
            points *= len(values)
        if points > limits.SWEEP_POINTS:
            raise ValueError(
                f"the sweep has {points:,} points, more than {limits.SWEEP_POINTS:,}; give fewer values"
            )
        return self

    @property
    def document(self) -> Document:
        """The file it was written in."""
        return self._document


@dataclass(frozen=True)
class Idea:
    """One concrete scenario: what is laid over a model, in order.

    Attributes
    ----------
    name : str
        The scenario's name; of a point of a sweep with its values, such as "More staff [servers=4]".
    why : str
    cost_once, cost_monthly : float
        In the model's currency.
    layers : sequence of Layer
        Laid one after the other.
    point : mapping of path to value
        The values of a sweep's point as shown in the name; empty without a sweep.
    """

    name: str
    why: str
    cost_once: float
    cost_monthly: float
    layers: Sequence[Layer] = field(repr=False)
    point: Mapping[str, str] = field(default_factory=dict)


def scenario_from(document: Document) -> Scenario:
    """Read a scenario from a YAML document.

    Raises
    ------
    ModelError
        With every problem of the file's own; whether it fits a model shows when it is laid.
    """
    scenario = validate(Scenario, document.data, document.place)
    scenario._document = document
    return scenario


def read_scenario(path: FilePath) -> Scenario:
    """Read a scenario file.

    Raises
    ------
    ModelError
        If it cannot be read, or is no scenario.
    """
    return scenario_from(read_document(path))


def expand(scenario: Scenario) -> list[Idea]:
    """Give the concrete scenarios: itself, or one for each point of its sweep, the last path fastest.

    Raises
    ------
    ModelError
        If two points would have the same name.
    """
    own = Layer(f"scenario {scenario.name!r}", scenario.changes, scenario.document, ("changes",))
    laid = (own,) if scenario.changes else ()
    labels = _labels([split_path(text) for text in scenario.sweep])
    ideas = []
    for values in itertools.product(*scenario.sweep.values()):
        point = dict(zip(scenario.sweep, values, strict=True))
        shown = dict(zip(labels, values, strict=True))
        name = f"{scenario.name} [{', '.join(f'{label}={value}' for label, value in shown.items())}]"
        layers = (*laid, _point(scenario, point, name)) if point else laid
        ideas.append(_idea(scenario, name if point else scenario.name, layers, shown))
    return ideas


def combine(ideas: Sequence[Idea]) -> Idea:
    """Lay several ideas together, the first one first; their costs add up."""
    return Idea(
        " + ".join(idea.name for idea in ideas),
        " ".join(idea.why for idea in ideas if idea.why),
        sum(idea.cost_once for idea in ideas),
        sum(idea.cost_monthly for idea in ideas),
        tuple(layer for idea in ideas for layer in idea.layers),
    )


def _idea(scenario: Scenario, name: str, layers: Sequence[Layer], shown: Mapping[str, str]) -> Idea:
    cost = scenario.cost
    return Idea(name, scenario.why or "", cost.once, cost.monthly, layers, shown)


def _labels(paths: Sequence[Path]) -> list[str]:
    """Name swept paths by their last words, as many as it takes to tell them apart."""
    longest = max(map(len, paths), default=1)
    for length in range(1, longest + 1):
        labels = [".".join(path[-length:]) for path in paths]
        if len(set(labels)) == len(labels):
            break
    return labels


def _point(scenario: Scenario, point: Mapping[str, str], name: str) -> Layer:
    """Make the layer of one point of the grid."""
    data: dict[str, Any] = {}
    routes: dict[Path, Path] = {}
    for text, label in point.items():
        path = split_path(text)
        routes[path] = ("sweep", text, *_item(scenario, text, label))
        inner = data
        for key in path[:-1]:
            inner = inner.setdefault(key, {})
        inner[path[-1]] = scenario.sweep[text][label]
    return Layer(f"scenario {name!r}", data, scenario.document, ("sweep",), routes)


def _item(scenario: Scenario, text: str, label: str) -> Iterator[str]:
    """Give the key of a value in the file: its name, or its number in the list."""
    written = scenario.document.data.get("sweep", {}).get(text)
    if isinstance(written, list):
        yield str(list(scenario.sweep[text]).index(label))
    else:
        yield label


def refuse_twins(ideas: Sequence[Idea]) -> None:
    """Refuse two ideas of the same name: nobody could tell their results apart.

    Raises
    ------
    ModelError
        With every name that stands twice.
    """
    seen_names: dict[str, Idea] = {}
    problems = []
    for idea in ideas:
        other = seen_names.setdefault(idea.name, idea)
        if other is not idea:
            place = idea.layers[0].document.place(("name",))
            problems.append(
                Problem(f"two scenarios are called {idea.name!r}", ("name",), place, "rename one")
            )
    if problems:
        raise ModelError(problems)
