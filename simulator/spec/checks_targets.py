"""Checks that everything which leads somewhere leads to something that exists and may be reached so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from simulator.errors import nearest
from simulator.spec.parts import Path, targets
from simulator.spec.rows import Clock, Share
from simulator.spec.touchpoint import Referral, Touchpoint
from simulator.spec.view import Finding, View

__all__ = ["check_map_targets", "check_persona_targets"]


def check_map_targets(view: View) -> Iterator[Finding]:
    """Find targets of rows, choices, races, referrals and detours that do not exist or do not fit."""
    for base, touchpoint in view.each():
        yield from _targets(view, base, touchpoint)
        yield from _back(view, base, touchpoint)
        if touchpoint.race is not None:
            yield from _race(view, base, touchpoint.race)
        if touchpoint.choose is not None and not touchpoint.choose:
            yield Finding((*base, "choose"), "a choice needs at least one option")
        if touchpoint.refers is not None:
            yield from _referral(view, (*base, "refers"), touchpoint.refers)
    yield from _detours(view)


def check_persona_targets(view: View) -> Iterator[Finding]:
    """Find wrong entrances, and existing customers who could not be in the middle of a stay."""
    for name in view.personas:
        persona = view.model.personas[name]
        yield from _entrance(view, ("personas", name, "enters"), persona.enters or {})
        if persona.existing is not None:
            yield from _existing(view, ("personas", name, "existing", "at"), persona.existing.at)


def _targets(view: View, base: Path, touchpoint: Touchpoint) -> Iterator[Finding]:
    for path, target in targets(touchpoint):
        if target == "wait":
            yield from _wait(base, path, touchpoint)
        elif target != "back" and target not in view.ends:
            yield Finding(
                base + path, f"no touchpoint or outcome is called {target!r}", nearest(target, view.ends)
            )
    if touchpoint.back_in_stock is not None:
        yield from _unused_list(base, touchpoint)


def _wait(base: Path, path: Path, touchpoint: Touchpoint) -> Iterator[Finding]:
    if path[0] != "on_stockout":
        yield Finding(base + path, "wait stands for the list of back_in_stock", "use it in on_stockout only")
    elif touchpoint.back_in_stock is None:
        yield Finding(base + path, "wait needs a list to wait on", "write back_in_stock beside on_stockout")


def _unused_list(base: Path, touchpoint: Touchpoint) -> Iterator[Finding]:
    row = touchpoint.on_stockout
    if row is not None and "wait" not in row:
        yield Finding(
            (*base, "back_in_stock"),
            "nobody joins this list",
            "give on_stockout the target wait, or remove it",
        )


def _back(view: View, base: Path, touchpoint: Touchpoint) -> Iterator[Finding]:
    """Hold that who says `back` has a race to return to, whichever way the customer came."""
    name = base[-1]
    first = next((path for path, target in targets(touchpoint) if target == "back"), None)
    if first is None:
        return
    if name not in view.side_trips:
        yield Finding(
            base + first,
            "back returns to a race, and no race makes a side trip here",
            f"write side_trip: true at the clock {name!r} of a race, or lead elsewhere",
        )
    elif name in view.direct:
        yield Finding(
            base + first,
            f"back returns to a race, but {view.shown(view.direct[name])} leads here without one",
            "reach it by side trips only, or make a touchpoint of its own for them",
        )


def _race(view: View, base: Path, race: Mapping[str, Clock]) -> Iterator[Finding]:
    for target, clock in race.items():
        if clock.side_trip and target in view.model.outcomes:
            yield Finding(
                (*base, "race", target), f"the outcome {target!r} is no side trip: it is never left"
            )
        elif clock.side_trip and target in view.touchpoints and target not in view.returning:
            yield Finding(
                (*base, "race", target, "side_trip"),
                f"a side trip to {target!r} never returns",
                f"let a row of {target!r} lead back, or remove side_trip",
            )
    if not any(
        clock.p == 1
        and clock.after.is_sure
        and clock.condition is None
        and not clock.side_trip
        and not view.gated(target)
        for target, clock in race.items()
    ):
        yield Finding(
            (*base, "race"),
            "nothing ends this race for sure",
            "let one clock have no if, no p, no side_trip, a time that ends for sure, "
            "and a target without only_if or contact",
        )


def _entrance(view: View, base: Path, row: Mapping[str, Share]) -> Iterator[Finding]:
    for target, share in row.items():
        if target in view.model.outcomes:
            yield Finding(
                (*base, target),
                f"a journey cannot begin at the outcome {target!r}",
                "choose from " + ", ".join(sorted(view.touchpoints)[:12]),
            )
        elif target not in view.touchpoints:
            yield Finding((*base, target), *_unknown("touchpoint", target, view.touchpoints))
        if share.after is not None:
            yield Finding(
                (*base, target, "after"),
                "an entrance has no after: the journey begins there",
                "write it at refers.after" if "refers" in base else "remove it",
            )


def _referral(view: View, base: Path, referral: Referral) -> Iterator[Finding]:
    yield from _entrance(view, (*base, "enters"), referral.enters)
    for persona, share in (referral.personas or {}).items():
        path = (*base, "personas", persona)
        if persona not in view.model.personas:
            yield Finding(path, *_unknown("persona", persona, view.model.personas))
        if share.after is not None:
            yield Finding((*path, "after"), "who is brought has no after", "write it at refers.after")


def _existing(view: View, path: Path, at: str) -> Iterator[Finding]:
    touchpoint = view.touchpoints.get(at)
    if touchpoint is None:
        yield Finding(path, *_unknown("touchpoint", at, view.touchpoints))
        return
    reason = (
        "has a team"
        if touchpoint.team is not None
        else "has a race"
        if touchpoint.race is not None
        else "has no dwell"
        if touchpoint.dwell is None
        else ""
    )
    if reason:
        yield Finding(
            path,
            f"existing customers are in the middle of a stay, and {at!r} {reason}",
            "choose a touchpoint with a dwell and without team and race",
        )


def _detours(view: View) -> Iterator[Finding]:
    used = {touchpoint.stage for touchpoint in view.touchpoints.values()}
    for name, detour in view.detours.items():
        base = ("detours", name)
        if detour.to not in view.touchpoints:
            yield Finding((*base, "to"), *_unknown("touchpoint", detour.to, view.touchpoints))
        if not detour.during:
            yield Finding((*base, "during"), "this detour names no stage, so it never happens")
        for stage in detour.during:
            if stage not in view.model.stages:
                yield Finding((*base, "during"), *_unknown("stage", stage, view.model.stages))
            elif stage not in used:
                yield Finding(
                    (*base, "during"),
                    f"no touchpoint has the stage {stage!r}, so the detour never happens there",
                    nearest(stage, [each for each in used if each is not None]),
                )


def _unknown(kind: str, name: str, known: Mapping[str, object]) -> tuple[str, str]:
    return f"no {kind} is called {name!r}", nearest(name, known)
