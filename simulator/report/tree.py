"""The journey unrolled into the decision tree people draw: forks, answers, and who gets there.

Reach is the product of the probabilities on the way for the typical customer of
:mod:`simulator.report.walker`; a path that comes back to where it was ends in "back to …", and answers
that few reach are folded into one. Every fork's probabilities sum to 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from simulator.errors import InputError, Problem, nearest
from simulator.program.calendar import day_means
from simulator.program.flow import flow_of
from simulator.program.sight import PersonaSight
from simulator.report.forks import Answer, fork_at, row_answers
from simulator.report.walker import Walker
from simulator.spec.load import Journey
from simulator.spec.rows import Share

__all__ = ["Branch", "Tree", "unroll"]

_SMALL: Final = 0.01  # answers reached by fewer are folded


@dataclass(frozen=True)
class Branch:
    """One answer in the tree.

    Attributes
    ----------
    kind : str
        ``touchpoint``, ``outcome``, ``case`` (an if), ``persona``, ``loop`` (back to a place on this
        path), ``back`` (to the race a side trip left), ``resumed`` (on as planned after a detour),
        ``folded``.
    name, label : str
        What the file and what a reader calls it.
    probability, reach : float
        Among the answers of its fork; of all who start at the root.
    case, how : str
        What must hold; ``side_trip`` or ``detour``.
    question : str
        What is asked here; empty on a leaf.
    branches : tuple of Branch
        The answers.
    more : int
        How many answers are folded here.
    open : bool
        Whether it goes on below the depth shown.
    """

    kind: str
    name: str
    label: str
    probability: float
    reach: float
    case: str = ""
    how: str = ""
    question: str = ""
    branches: tuple[Branch, ...] = ()
    more: int = 0
    open: bool = False
    goal: bool = False


@dataclass(frozen=True)
class Tree:
    """A decision tree with its first question."""

    title: str
    scenario: str
    persona: str
    start: str
    depth: int
    question: str
    branches: tuple[Branch, ...]


@dataclass(frozen=True)
class _Path:
    """How one came to where he is."""

    walker: Walker
    names: tuple[str, ...] = ()
    races: tuple[str, ...] = ()
    reach: float = 1.0
    depth: int = 0
    resume: float | None = None
    seen: frozenset[str] = field(default_factory=frozenset)


def unroll(journey: Journey, persona: str | None = None, start: str | None = None, depth: int = 4) -> Tree:
    """Unroll a journey.

    Parameters
    ----------
    journey : Journey
        What to unroll.
    persona : str, optional
        Whose tree; default all, asked for first.
    start : str, optional
        The touchpoint at the root; default where customers come in.
    depth : int
        How many touchpoints a path shows, from 1.

    Returns
    -------
    Tree
        At most so deep; bounded in width, because what less than 1 % reach is folded.

    Raises
    ------
    InputError
        If there is no such persona or touchpoint, or nobody comes in.
    """
    _check(journey, persona, start)
    chosen = [persona] if persona is not None else _comers(journey, start)
    weights = _weights(journey, chosen, start)
    forks = [
        _root(_Path(Walker.of(PersonaSight(journey, one)), reach=weight), start, depth)
        for one, weight in weights.items()
    ]
    if len(forks) == 1:
        question, branches = forks[0]
        if start is not None:
            question = f"{question[:-1]} at {_label(journey, chosen[0], start)}?"
    else:
        question = "Who comes?" if start is None else f"Who is at {_label(journey, chosen[0], start)}?"
        branches = tuple(
            Branch("persona", one, _persona(journey, one), weight, weight, question=fork[0], branches=fork[1])
            for (one, weight), fork in zip(weights.items(), forks, strict=True)
        )
    model = journey.model
    return Tree(model.name, journey.scenario or "", persona or "", start or "", depth, question, branches)


def _check(journey: Journey, persona: str | None, start: str | None) -> None:
    model = journey.model
    if persona is not None and persona not in model.personas:
        raise InputError([Problem(f"there is no persona {persona!r}", fix=nearest(persona, model.personas))])
    maps = journey.maps.values() if persona is None else [journey.maps[persona]]
    known = {name for one in maps for name in one.touchpoints}
    if start is not None and start not in known:
        raise InputError([Problem(f"there is no touchpoint {start!r}", fix=nearest(start, known))])


def _comers(journey: Journey, start: str | None) -> list[str]:
    """List the personas who come in, or who know the touchpoint."""
    if start is not None:
        return [name for name, own in journey.maps.items() if start in own.touchpoints]
    found = [name for name in journey.model.personas if _entrance(journey, name)]
    if not found:
        raise InputError("nobody comes in by himself; say where to begin: --from TOUCHPOINT")
    return found


def _weights(journey: Journey, chosen: Iterable[str], start: str | None) -> dict[str, float]:
    """Share the customers among personas: by arrivals, and by visits where the tree begins."""
    raw: dict[str, float] = {}
    for one in chosen:
        flow = flow_of(journey, one) if start is not None else None
        means = day_means(journey.model, one, journey.model.personas[one].arrivals)
        visits = flow.visits.get(start, 0.0) if flow is not None and start is not None else 1.0
        raw[one] = float(np.sum(means)) * visits
    total = sum(raw.values())
    if total <= 0.0:
        return {one: 1.0 / len(raw) for one in raw}
    return {one: weight / total for one, weight in raw.items() if weight > 0.0}


def _entrance(journey: Journey, persona: str) -> Mapping[str, Share]:
    """Find where a persona comes in: by itself, else already there, else brought by others."""
    one = journey.model.personas[persona]
    if one.arrivals is not None and one.enters:
        return one.enters
    if one.existing is not None:
        return {one.existing.at: Share(p=1.0)}
    for touchpoint in journey.maps[persona].touchpoints.values():
        if touchpoint.refers is not None:
            return touchpoint.refers.enters
    return {}


def _persona(journey: Journey, name: str) -> str:
    return journey.model.personas[name].name or name


def _label(journey: Journey, persona: str, name: str) -> str:
    touchpoint = journey.maps[persona].touchpoints.get(name)
    return (touchpoint.name or name) if touchpoint is not None else name


# --------------------------------------------------------------------------- unrolling


def _root(path: _Path, start: str | None, depth: int) -> tuple[str, tuple[Branch, ...]]:
    sight = path.walker.sight
    if start is not None:
        return _fork(path, start, depth)
    row = _entrance(sight.journey, sight.persona)
    if not row:
        name = _persona(sight.journey, sight.persona)
        raise InputError(f"{name} never comes in by himself; say where to begin: --from TOUCHPOINT")
    anywhere = next(iter(sight.touchpoints))
    answers = row_answers(path.walker, anywhere, row, path.walker.moments_for(_odds(row)))
    return f"Where does {_persona(sight.journey, sight.persona)} come in?", _branches(path, answers, depth)


def _odds(row: Mapping[str, Share]) -> Any:
    return (share.odds for share in row.values() if share.odds is not None)


def _fork(path: _Path, name: str, depth: int) -> tuple[str, tuple[Branch, ...]]:
    """Ask where one goes from a touchpoint."""
    sight = path.walker.sight
    touchpoint = sight.touchpoints[name]
    answers = fork_at(path.walker, name, resume=path.resume)
    here = replace(path, names=(*path.names, name), depth=path.depth + 1, resume=None)
    asked = "What happens first?" if touchpoint.race is not None else "Where next?"
    return asked, _branches(here, answers, depth)


def _branches(path: _Path, answers: Sequence[Answer], depth: int) -> tuple[Branch, ...]:
    """Turn answers into branches, few people's into one; a case that does not arise stays to be read."""
    small = [one for one in answers if one.p * path.reach < _SMALL and not (one.answers and one.p == 0.0)]
    if len(small) == 1:
        small = []
    shown = [
        _branch(path, one, depth) if one.p * path.reach >= _SMALL or one.p == 0.0 else _leaf(path, one)
        for one in answers
        if not any(one is each for each in small)
    ]
    if small:
        p = sum(one.p for one in small)
        told = f"and {len(small)} more"
        shown.append(Branch("folded", "", told, p, p * path.reach, more=len(small)))
    return tuple(sorted(shown, key=_place))


def _place(one: Branch) -> tuple[int, float]:
    """Order branches: cases as written, then the likeliest first, detours, what is folded."""
    if one.kind == "case":
        return 0, 0.0
    return (3 if one.kind == "folded" else 2 if one.how == "detour" else 1), -one.probability


def _branch(path: _Path, one: Answer, depth: int) -> Branch:
    leaf = _leaf(path, one)
    if one.answers:
        if one.p == 0.0:
            return replace(
                leaf, branches=tuple(_leaf(replace(path, reach=0.0), each) for each in one.answers)
            )
        inner = replace(path, reach=path.reach * one.p)
        return _open_or_told(leaf, "", _branches(inner, one.answers, depth))
    if leaf.kind != "touchpoint" or one.p == 0.0:
        return leaf
    if path.depth >= depth:
        return replace(leaf, open=True)
    return _open_or_told(leaf, *_fork(_onward(path, one), leaf.name, depth))


def _open_or_told(leaf: Branch, question: str, branches: tuple[Branch, ...]) -> Branch:
    """Show the answers below, unless too few come here to tell their ways apart."""
    if all(each.kind == "folded" or each.reach == 0.0 for each in branches):
        return replace(leaf, open=True)
    return replace(leaf, question=question, branches=branches)


def _leaf(path: _Path, one: Answer) -> Branch:
    kind, name, label = _named(path, one)
    goal = kind == "touchpoint" and name in path.walker.sight.journey.model.goal
    return Branch(kind, name, label, one.p, one.p * path.reach, one.case, one.how, goal=goal)


def _named(path: _Path, one: Answer) -> tuple[str, str, str]:
    """Say what an answer is and how it is called."""
    journey, persona = path.walker.sight.journey, path.walker.sight.persona
    if one.how == "resumed":
        return "resumed", "", "on as planned"
    if one.to is None:
        return "case", "", one.case
    if one.how == "back":
        race = path.races[-1] if path.races else ""
        return "back", race, f"back to {_label(journey, persona, race)}" if race else "back"
    label = _label(journey, persona, one.to)
    if one.to not in path.walker.sight.touchpoints:
        return "outcome", one.to, label
    if one.to in path.names:
        return "loop", one.to, f"back to {label}"
    return "touchpoint", one.to, label


def _onward(path: _Path, one: Answer) -> _Path:
    """Follow an answer to the next touchpoint."""
    here = path.names[-1] if path.names else ""
    walker = path.walker
    if here:
        if one.completed:
            walker = walker.after(here, walker.sight.touchpoints[here])
        walker = walker.leaves(here, one.travel)
    races = (*path.races, here) if one.how == "side_trip" else path.races
    resume = one.resume if one.how == "detour" else None
    return replace(path, walker=walker, races=races, reach=path.reach * one.p, resume=resume)
