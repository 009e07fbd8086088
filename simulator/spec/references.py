"""The checks of a model that need the whole of it: everything named exists, and the parts fit together.

What one key may hold is checked by its class; who can reach whom is checked on the graph, behind this.
Here stands what lies between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from simulator.errors import Problem
from simulator.spec.checks_attributes import check_attributes, check_contacts
from simulator.spec.checks_dates import check_dates
from simulator.spec.checks_evidence import check_evidence
from simulator.spec.checks_expressions import check_expressions
from simulator.spec.checks_targets import check_map_targets, check_persona_targets
from simulator.spec.checks_visits import check_visits
from simulator.spec.checks_world import advise_world, check_world
from simulator.spec.parts import Path
from simulator.spec.struck import check_shocks
from simulator.spec.view import Finding, View

if TYPE_CHECKING:
    from simulator.spec.load import Journey

__all__ = ["advise_references", "check_references"]

_OF_A_MAP: Final[tuple[Callable[[View], Iterable[Finding]], ...]] = (
    check_map_targets,
    check_persona_targets,
    check_visits,
    check_expressions,
    check_dates,
)


def check_references(journey: Journey) -> list[Problem]:
    """Find everything that is wrong between the parts of a model.

    Parameters
    ----------
    journey : Journey
        A model whose values are valid each by itself, with or without a scenario laid over.

    Returns
    -------
    list of Problem
        In the order of the file. What is wrong in the base's map is reported once; what is wrong only
        in a persona's own version names the persona.
    """
    views = _views(journey)
    found: dict[tuple[str, Finding], Problem] = {}
    for persona, finding in _findings(journey, views):
        if ("", finding) not in found:
            found.setdefault((persona, finding), _problem(journey, persona, finding))
    return sorted(found.values(), key=lambda problem: problem.place)


def advise_references(journey: Journey) -> list[Problem]:
    """Find what can be simulated but was hardly meant; see :func:`check_references`."""
    views = tuple(_views(journey).values())
    return [_problem(journey, "", finding) for finding in advise_world(journey.model, views)]


def _views(journey: Journey) -> dict[str, View]:
    """Give the base's map, and by persona those that differ from it."""
    model = journey.model
    own = [
        name
        for name, version in journey.maps.items()
        if version.touchpoints != model.touchpoints or version.detours != model.detours
    ]
    others = tuple(name for name in model.personas if name not in own)
    views = {"": View(model, model.touchpoints, model.detours, others)}
    for name in own:
        views[name] = View(model, journey.maps[name].touchpoints, journey.maps[name].detours, (name,))
    return views


def _findings(journey: Journey, views: Mapping[str, View]) -> Iterator[tuple[str, Finding]]:
    model, versions = journey.model, tuple(views.values())
    persona_of = {id(view): persona for persona, view in views.items()}
    for persona, view in views.items():
        for check in _OF_A_MAP:
            yield from ((persona, finding) for finding in check(view))
    for view, finding in check_contacts(model, versions):
        yield persona_of[id(view)], finding
    for finding in (
        *check_attributes(model),
        *check_world(model, versions),
        *check_shocks(model, versions),
        # Evidence is about the base: what a scenario changed need not be there any more.
        *(check_evidence(model.evidence, journey.written) if journey.scenario is None else ()),
    ):
        yield "", finding


def _problem(journey: Journey, persona: str, finding: Finding) -> Problem:
    """Say where a finding stands in the file, and whose version of the map it is about."""
    path = _as_written(journey.written, finding.path)
    message = finding.message
    if persona and finding.path[0] in ("touchpoints", "detours"):
        own = _as_written(journey.written, ("personas", persona, "changes", *finding.path))
        if len(own) >= 5:  # what this persona wrote about this place is what makes the difference
            path = own
        message = f"for {persona!r}, {message}"
    return Problem(message, path, journey.place_of(path), finding.fix)


def _as_written(written: Any, path: Path) -> Path:
    """Follow a path as far as the file goes; `else` is left out where a row stands for it."""
    steps: list[str] = []
    for key in path:
        if not isinstance(written, Mapping):
            break
        if key in written:
            steps.append(key)
            written = written[key]
        elif not (key == "else" and steps[-1:] == ["next"]):
            break
    return tuple(steps)
