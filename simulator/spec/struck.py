"""What a shock multiplies: the paths of `shocks.<name>.on`, read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from simulator.errors import nearest
from simulator.laws.checks import HAZARDS
from simulator.spec.model import Model
from simulator.spec.parts import Path, waits
from simulator.spec.paths import join_path, split_path
from simulator.spec.touchpoint import Touchpoint
from simulator.spec.view import Finding, View

__all__ = ["Struck", "StruckArrivals", "StruckHazard", "StruckOdds", "check_shocks", "struck_by"]


@dataclass(frozen=True)
class StruckArrivals:
    """The arrivals of one persona, or of all (empty)."""

    persona: str = ""


@dataclass(frozen=True)
class StruckOdds:
    """The weight of a target, of one rule or (empty) of every row and choice that has it."""

    touchpoint: str
    rule: str
    target: str


@dataclass(frozen=True)
class StruckHazard:
    """A hazard; the path within the touchpoint, such as (race, Canceled, after)."""

    touchpoint: str
    path: Path


Struck: TypeAlias = StruckArrivals | StruckOdds | StruckHazard

_FORMS: Final = (
    "write arrivals, personas.<persona>.arrivals, touchpoints.<touchpoint>.next.<target>, "
    "or touchpoints.<touchpoint>.race.<clock>"
)


def struck_by(text: str) -> Struck:
    """Read one path of a shock.

    Raises
    ------
    ValueError
        If a shock cannot act on such a path.
    """
    path = split_path(text)
    if path == ("arrivals",):
        return StruckArrivals()
    if path[0] == "personas" and path[2:] in (("arrivals",), ("arrivals", "rate")):
        return StruckArrivals(path[1])
    if path[0] == "touchpoints" and len(path) >= 4:
        name, word, *rest = path[1:]
        timed = rest[-1] == "after"
        way = [key for key in rest[:-1] if key != "then"] + ([] if timed else rest[-1:])
        if word in ("next", "choose") and not timed and len(way) in (1, 2):
            return StruckOdds(name, way[0] if len(way) == 2 else "", way[-1])
        if word == "next":
            rule, target = way if len(way) == 2 else ("else", way[-1])
            word_of = (rule, target) if rule == "else" else (rule, "then", target)
            return StruckHazard(name, ("next", *word_of, "after"))
        return StruckHazard(name, (word, *(rest if timed else (*rest, "after"))))
    if path[0] == "touchpoints" and len(path) == 3 and path[2] in ("dwell", "patience"):
        return StruckHazard(path[1], path[2:])
    raise ValueError(f"a shock cannot act on {text!r}; {_FORMS}")


def check_shocks(model: Model, views: tuple[View, ...]) -> Iterator[Finding]:
    """Find shocks on what is not there, or what cannot be multiplied."""
    hazards: dict[StruckHazard, str] = {}
    for name, shock in model.shocks.items():
        base = ("shocks", name, "on")
        for text in shock.on:
            try:
                struck = struck_by(text)
            except ValueError as error:
                yield Finding(base, str(error))
                continue
            if isinstance(struck, StruckArrivals):
                yield from _arrivals(base, struck, model)
            else:
                yield from _place(base, text, struck, views)
            if isinstance(struck, StruckHazard) and hazards.setdefault(struck, name) != name:
                message = f"{text!r} is struck by {hazards[struck]!r} already"
                yield Finding(base, message, "let one shock act on a hazard")


def _arrivals(base: Path, struck: StruckArrivals, model: Model) -> Iterator[Finding]:
    if not struck.persona:
        return
    persona = model.personas.get(struck.persona)
    if persona is None:
        message = f"no persona is called {struck.persona!r}"
        yield Finding(base, message, nearest(struck.persona, model.personas))
    elif persona.arrivals is None:
        yield Finding(base, f"nobody of {struck.persona!r} arrives", "leave it out")


def _place(
    base: Path, text: str, struck: StruckOdds | StruckHazard, views: tuple[View, ...]
) -> Iterator[Finding]:
    versions = [
        view.touchpoints[struck.touchpoint] for view in views if struck.touchpoint in view.touchpoints
    ]
    if not versions:
        known = {name: None for view in views for name in view.touchpoints}
        message = f"no touchpoint is called {struck.touchpoint!r}"
        yield Finding(base, message, nearest(struck.touchpoint, known))
        return
    if isinstance(struck, StruckOdds):
        allowed = {way for one in versions for way in _ways(one)}
        if (struck.rule, struck.target) not in allowed:
            known = {join_path(filter(None, way)): None for way in sorted(allowed)}
            message = f"{text!r} is no target of a row or choice of {struck.touchpoint!r}"
            yield Finding(base, message, nearest(struck.target, known))
    elif not any(law for one in versions for law in [_hazards(one).get(struck.path)]):
        known = {join_path(path): None for one in versions for path in _hazards(one)}
        fix = nearest(join_path(struck.path), known) or "write a hazard there"
        yield Finding(base, f"{text!r} is no hazard", fix)


def _hazards(touchpoint: Touchpoint) -> Mapping[Path, object]:
    return {path: law for path, law in waits(touchpoint) if law.family in HAZARDS}


def _ways(touchpoint: Touchpoint) -> Iterator[tuple[str, str]]:
    """Yield the rule (or none) and target a shock may name."""
    for rule, entry in (touchpoint.next or {}).items():
        for target in entry.then:
            yield rule, target
            yield "", target
    for target in touchpoint.choose or {}:
        yield "", target
