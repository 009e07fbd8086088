"""In which order layers are laid: base, a persona's changes, the scenario, the scenario's persona changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.errors import Problem, nearest
from simulator.spec.overlay import Laid, Layer, Layered, Path, lay, persona_layer
from simulator.spec.scenario import Idea

__all__ = ["Resolved", "resolve"]


@dataclass
class Resolved:
    """A model's written data under a scenario.

    Attributes
    ----------
    shared : Layered
        What personas without changes of their own see.
    versions : dict of persona to Layered
        What the others see.
    problems, warnings : list of Problem
    changed : bool
        Some version of the map is not the base's.
    as_is : bool
        The scenario is a point of a sweep, and equal to the base.
    """

    shared: Layered
    versions: dict[str, Layered] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    changed: bool = False
    as_is: bool = False


@dataclass
class _Parts:
    """A scenario's layer taken apart: for everybody, for one persona, and whose own changes it drops."""

    layer: Layer
    own: dict[str, Layer] = field(default_factory=dict)
    cleared: set[str] = field(default_factory=set)


def resolve(base: Layered, idea: Idea | None = None) -> Resolved:
    """Lay everything that concerns a model in its order.

    Parameters
    ----------
    base : Layered
        A model whose values are valid.
    idea : Idea, optional
        The scenario.

    Returns
    -------
    Resolved
        An edit reaches every persona's own version and must fit it. What changes nothing in any
        version is a problem, except in a point of a sweep.
    """
    parts = [_take_apart(layer) for layer in (idea.layers if idea else ())]
    result = Resolved(base)
    laid = _fold(base, [part.layer for part in parts])
    for one in laid:
        result.problems += one.problems
    result.shared = laid[-1].tree if laid else base
    idle = [dict(one.idle) for one in laid]
    for persona in _personas(result.shared):
        _version(result, base, persona, parts, idle)
    for silent, part in zip(idle, parts, strict=True):
        result.problems += [] if part.layer.routes else silent.values()
        result.problems += _strangers(part, _personas(result.shared))
    result.changed = result.changed or any(one.touched for one in laid)
    result.as_is = bool(parts) and all(part.layer.routes for part in parts) and not result.changed
    result.problems += _unused(result, laid)
    result.problems = list(dict.fromkeys(result.problems))
    return result


def _fold(tree: Layered, layers: Iterable[Layer]) -> list[Laid]:
    laid: list[Laid] = []
    for layer in layers:
        if not layer.data:
            laid.append(Laid(tree))
            continue
        laid.append(lay(tree, layer))
        tree = laid[-1].tree
    return laid


def _strangers(part: _Parts, personas: Sequence[str]) -> list[Problem]:
    """Find changes of personas that do not exist."""
    problems = []
    for name in sorted({*part.own, *part.cleared} - {*personas}):
        path = ("personas", name)
        message = f"there is no persona {name!r}"
        fix = nearest(name, personas)
        problems.append(Problem(message, part.layer.written(path), part.layer.place(path), fix))
    return problems


def _personas(tree: Layered) -> list[str]:
    personas = tree.data.get("personas")
    return list(personas) if isinstance(personas, dict) else []


def _take_apart(layer: Layer) -> _Parts:
    """Split `personas.<p>.changes` off: they come last and only for that persona."""
    personas = layer.data.get("personas")
    parts = _Parts(layer)
    if not isinstance(personas, dict):
        return parts
    kept: dict[str, Any] = {}
    for name, entry in personas.items():
        if isinstance(entry, dict) and "changes" in entry:
            path = ("personas", name, "changes")
            if entry["changes"] is None:
                parts.cleared.add(name)
            else:
                parts.own[name] = layer.under(path, entry["changes"])
            entry = {key: part for key, part in entry.items() if key != "changes"}
            if not entry:
                continue
        kept[name] = entry
    data = {key: part for key, part in layer.data.items() if key != "personas"}
    parts.layer = layer.having({**data, "personas": kept} if kept or not personas else data)
    return parts


def _version(
    result: Resolved, base: Layered, persona: str, parts: Sequence[_Parts], idle: list[dict[Path, Problem]]
) -> None:
    """Lay a persona's own version, if it has one: own changes, the scenario, the scenario's for it."""
    written = base.data["personas"].get(persona) or {}
    changes = written.get("changes")
    for part in parts:
        if persona in part.cleared:
            _clear(result, part, persona, bool(changes))
            changes = None
    theirs = [part.own[persona] for part in parts if persona in part.own]
    if not changes and not theirs:
        return
    name = f"persona {persona!r}"
    own = [Layer(name, changes, base.document, ("personas", persona, "changes"))] if changes else []
    first = _lay_own(result, base, own)
    reached = _fold(first[-1].tree if first else base, [_map_only(part.layer) for part in parts])
    _compare(result, persona, first, reached, parts, idle)
    tree = reached[-1].tree if reached else first[-1].tree if first else base
    last = _lay_own(result, tree, theirs)
    result.changed = result.changed or any(laid.touched for laid in (*reached, *last))
    result.versions[persona] = last[-1].tree if last else tree


def _clear(result: Resolved, part: _Parts, persona: str, has_own: bool) -> None:
    if not has_own:
        path = ("personas", persona, "changes")
        message = f"{persona!r} has no changes to remove"
        result.problems.append(Problem(message, part.layer.written(path), part.layer.place(path)))


def _lay_own(result: Resolved, tree: Layered, layers: Sequence[Layer]) -> list[Laid]:
    """Lay a persona's changes, which must each change something and nothing but the map."""
    laid: list[Laid] = []
    for layer in layers:
        if not isinstance(layer.data, dict):
            message = "a persona's changes are a mapping of touchpoints and detours"
            result.problems.append(Problem(message, layer.written(()), layer.place(())))
            continue
        allowed, problems = persona_layer(layer)
        laid += _fold(tree, [allowed])
        tree = laid[-1].tree
        silent = [] if layer.routes else laid[-1].idle.values()
        result.problems += [*problems, *laid[-1].problems, *silent]
    return laid


def _map_only(layer: Layer) -> Layer:
    return layer.having({key: part for key, part in layer.data.items() if key in ("touchpoints", "detours")})


def _compare(
    result: Resolved,
    persona: str,
    own: Sequence[Laid],
    reached: Sequence[Laid],
    parts: Sequence[_Parts],
    idle: list[dict[Path, Problem]],
) -> None:
    """Say what does not fit this persona's version, and what the scenario takes from it."""
    wrote = {path for laid in own for path in laid.touched}
    for laid, silent, part in zip(reached, idle, parts, strict=True):
        for path in [path for path in silent if path[:1] in (("touchpoints",), ("detours",))]:
            if path not in laid.idle:
                del silent[path]
        for problem in laid.problems:
            if problem not in result.problems:
                result.problems.append(_of_persona(problem, persona))
        for path in sorted(laid.replaced):
            theirs = [p for p in wrote if p[: len(path)] == path or path[: len(p)] == p]
            if theirs:
                place = own[0].tree.place(min(theirs))
                message = (
                    f"{part.layer.name} replaces {'.'.join(path)}, "
                    f"which persona {persona!r} wrote itself ({place})"
                )
                result.warnings.append(Problem(message, part.layer.written(path), part.layer.place(path)))


def _of_persona(problem: Problem, persona: str) -> Problem:
    message = f"it does not fit the version of persona {persona!r}: {problem.message}"
    fix = f"write it under personas.<p>.changes of those it is meant for; {problem.fix}".rstrip("; ")
    return Problem(message, problem.path, problem.place, fix)


# --------------------------------------------------------------------------- names nobody uses


def _unused(result: Resolved, laid: Sequence[Laid]) -> list[Problem]:
    """Find added names that nothing in the sum refers to: a typing error that would change nothing."""
    problems = []
    for one in laid:
        for path in sorted(path for path in one.added if _needs_mention(path, result.shared)):
            trees = [result.shared.data, *(version.data for version in result.versions.values())]
            if not any(_mentions(tree, path[-1], path) for tree in trees):
                layer = one.tree.over[-1][0]
                known = [name for name in _siblings(result.shared, path) if name != path[-1]]
                message = f"{'.'.join(path)} is added, but nothing refers to it, so it changes nothing"
                fix = nearest(path[-1], known)
                problems.append(Problem(message, layer.written(path), layer.place(path), fix))
    return problems


def _siblings(tree: Layered, path: Path) -> Mapping[str, Any]:
    node: Any = tree.data
    for key in path[:-1]:
        node = node.get(key, {})
    return node  # type: ignore[no-any-return]


def _needs_mention(path: Path, tree: Layered) -> bool:
    if len(path) == 2 and path[0] == "personas":
        entry = _siblings(tree, path).get(path[1]) or {}
        return not (isinstance(entry, dict) and (entry.get("arrivals") or entry.get("existing")))
    if len(path) == 2:
        return path[0] in ("teams", "products", "attributes", "touchpoints")
    return len(path) == 4 and path[0] == "personas" and path[2] == "traits"


def _mentions(node: Any, name: str, without: Path, path: Path = ()) -> bool:
    """Tell whether a name stands anywhere, as a key or in a text, but in its own entry."""
    if path == without:
        return False
    if isinstance(node, dict):
        return any(
            (key == name and (*path, key) != without) or _mentions(part, name, without, (*path, key))
            for key, part in node.items()
        )
    if isinstance(node, list):
        return any(_mentions(part, name, without, (*path, "")) for part in node)
    return isinstance(node, str) and name in node
