"""Checks on the graph: who can come where, and who can leave again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import networkx as nx

from simulator.program.graph import journey_graph, possible_graph
from simulator.program.noted import Noted, Severity, listed
from simulator.program.sight import PersonaSight
from simulator.program.ways import decision_path, entrances
from simulator.spec.load import Journey
from simulator.spec.model import CONSENT
from simulator.spec.parts import Path
from simulator.spec.touchpoint import Touchpoint

__all__ = ["Reach", "check_reach", "reach_of"]


@dataclass(frozen=True)
class Reach:
    """Who can come where.

    Attributes
    ----------
    graphs : mapping of persona to graph
        The ways each persona may go.
    places : mapping of persona to set
        Every touchpoint and outcome a customer of the persona may come to; empty where nobody comes.
    """

    graphs: Mapping[str, nx.MultiDiGraph]
    places: Mapping[str, frozenset[str]]

    @property
    def anywhere(self) -> frozenset[str]:
        """What anybody may come to."""
        return frozenset().union(*self.places.values())


def reach_of(journey: Journey) -> Reach:
    """Follow every persona from where they come in; whoever is referred comes in by his referrer."""
    graphs = {name: possible_graph(journey_graph(journey, name)) for name in journey.model.personas}
    places: dict[str, set[str]] = {name: set() for name in graphs}
    waiting = list(entrances(journey))
    while True:
        met = {"", *(name for places_of_one in places.values() for name in places_of_one)}
        ready = [one for one in waiting if one.referrer in met]
        if not ready:
            return Reach(graphs, {name: frozenset(own) for name, own in places.items()})
        for one in ready:
            waiting.remove(one)
            if one.touchpoint not in places[one.persona]:
                onward = nx.descendants(graphs[one.persona], one.touchpoint)
                places[one.persona] |= {one.touchpoint, *onward}


def check_reach(journey: Journey, reach: Reach) -> Iterator[Noted]:
    """Find what nobody reaches, and what nobody leaves."""
    yield from _nobody(reach)
    yield from _unreachable(journey, reach)
    yield from _traps(journey, reach)
    yield from _goals(journey, reach)
    yield from _milestones(journey, reach)
    yield from _contacts(journey, reach)


def _nobody(reach: Reach) -> Iterator[Noted]:
    for persona, places in reach.places.items():
        if not places:
            yield Noted(
                Severity.WARNING,
                ("personas", persona),
                "nobody of this persona ever comes: nobody arrives, is there already, or is referred",
                "write arrivals or existing",
            )


def _unreachable(journey: Journey, reach: Reach) -> Iterator[Noted]:
    for name in _touchpoints(journey):
        if name not in reach.anywhere:
            yield Noted(
                Severity.WARNING,
                ("touchpoints", name),
                f"nobody ever comes to {name!r}",
                "let something lead here, or remove it",
            )
    for outcome in journey.model.outcomes:
        if outcome not in reach.anywhere:
            yield Noted(Severity.ADVICE, ("outcomes",), f"no journey ever ends in {outcome!r}")


def _touchpoints(journey: Journey) -> dict[str, Touchpoint]:
    """Give every touchpoint of any persona's map, in the order of the file."""
    return {name: one for own in journey.maps.values() for name, one in own.touchpoints.items()}


# --------------------------------------------------------------------------- traps


def _traps(journey: Journey, reach: Reach) -> Iterator[Noted]:
    """Find the smallest sets of touchpoints that nobody leaves."""
    held: dict[tuple[str, ...], list[str]] = {}
    for persona, graph in reach.graphs.items():
        for trap in _closed_sets(graph, journey):
            held.setdefault(trap, []).append(persona)
    for trap, personas in held.items():
        everybody = len(personas) == len(reach.graphs)
        caught = tuple(one for one in personas if not reach.places[one].isdisjoint(trap))
        if everybody or caught:
            yield _trap(journey, trap, () if everybody else caught, reach.graphs[personas[0]])


def _closed_sets(graph: nx.MultiDiGraph, journey: Journey) -> Iterator[tuple[str, ...]]:
    ends = set(journey.model.outcomes)
    led = set().union(*(nx.ancestors(graph, end) for end in ends if end in graph)) | ends
    caught = graph.subgraph([name for name in graph if name not in led])
    for component in nx.strongly_connected_components(caught):
        if all(target in component for _, target in caught.out_edges(component)):
            yield tuple(name for name in graph if name in component)


def _trap(
    journey: Journey, trap: tuple[str, ...], personas: tuple[str, ...], graph: nx.MultiDiGraph
) -> Noted:
    path = _decides(trap[0], _touchpoints(journey)[trap[0]])
    feeders = sorted(set(nx.ancestors(graph, trap[0])) - set(trap))
    only_there = [name for name in feeders if not _can_end(graph, name, journey)]
    also = f"; nothing else can follow {listed(only_there)}" if only_there else ""
    if len(trap) == 1:
        message = f"{trap[0]!r} is never left: no way leads from it to an outcome{also}"
    else:
        message = f"a loop nobody can leave: {' → '.join([*_round(graph, trap), ''])}…{also}"
    fix = f"let it lead to an outcome ({listed(journey.model.outcomes)})"
    return Noted(Severity.ERROR, path, message, fix, personas)


def _round(graph: nx.MultiDiGraph, trap: tuple[str, ...]) -> list[str]:
    return [source for source, *_ in nx.find_cycle(graph.subgraph(trap), trap[0])]


def _can_end(graph: nx.MultiDiGraph, name: str, journey: Journey) -> bool:
    return not nx.descendants(graph, name).isdisjoint(journey.model.outcomes)


def _decides(name: str, touchpoint: Touchpoint) -> Path:
    word = "choose" if touchpoint.choose is not None else "race" if touchpoint.race is not None else ""
    return ("touchpoints", name, word) if word else decision_path(name, touchpoint)


# --------------------------------------------------------------------------- goals and messages


def _goals(journey: Journey, reach: Reach) -> Iterator[Noted]:
    coming = [one for one, places in reach.places.items() if places]
    fails = [one for one in coming if not _reaches_goal(journey, one, reach.places[one])]
    goals = listed(journey.model.goal)
    if fails == coming:
        yield Noted(
            Severity.ERROR,
            ("goal",),
            f"nobody can reach a goal ({goals})",
            "let a way lead from an entrance to the goal",
        )
        return
    for persona in fails:
        yield Noted(
            Severity.WARNING,
            ("personas", persona),
            f"{persona!r} cannot reach a goal ({goals})",
            "let a way lead from his entrances to it, unless that is meant",
        )


def _reaches_goal(journey: Journey, persona: str, places: frozenset[str]) -> bool:
    sight = PersonaSight(journey, persona)
    return any(
        goal in places and sight.at(goal, completed=False).truth(sight.touchpoints[goal].only_if) is not False
        for goal in journey.model.goal
    )


def _milestones(journey: Journey, reach: Reach) -> Iterator[Noted]:
    for name, milestone in journey.model.milestones.items():
        if reach.anywhere.isdisjoint(milestone.at):
            yield Noted(
                Severity.WARNING, ("milestones", name, "at"), f"nobody can reach the milestone {name!r}"
            )


def _contacts(journey: Journey, reach: Reach) -> Iterator[Noted]:
    """Find messages before which no way lets anybody consent."""
    for name, touchpoint in _touchpoints(journey).items():
        if not touchpoint.contact:
            continue
        come = [one for one, places in reach.places.items() if name in places]
        if come and not any(_may_be_sent(journey, reach, one, name) for one in come):
            yield Noted(
                Severity.ERROR,
                ("touchpoints", name, "contact"),
                "nobody can have consented on any way here, so this message is never sent",
                f"set {CONSENT} at a touchpoint before it, such as set: {{{CONSENT}: {{chance: 0.4}}}}",
            )


def _may_be_sent(journey: Journey, reach: Reach, persona: str, message: str) -> bool:
    sight, graph = PersonaSight(journey, persona), reach.graphs[persona]
    if sight.consents_at_once:
        return True
    existing = journey.model.personas[persona].existing
    granted = {
        name
        for name, touchpoint in sight.touchpoints.items()
        if name in reach.places[persona]
        and name != message
        and sight.grants_consent(touchpoint.set.get(CONSENT))
    }
    if existing is not None and sight.grants_consent(existing.set.get(CONSENT)):
        granted.add(existing.at)
    return any(message in nx.descendants(graph, name) or name == message for name in granted)
