"""Every way out of every touchpoint of one persona's map, as written."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from simulator.laws.law import Law
from simulator.program.shares import choice_shares, race_shares, row_shares
from simulator.program.sight import Eyes, PersonaSight
from simulator.program.tables import Manner
from simulator.spec.load import Journey
from simulator.spec.parts import Path
from simulator.spec.rows import Clock, Option, Share
from simulator.spec.touchpoint import Touchpoint

__all__ = ["Entrance", "Way", "decision_path", "entrances", "race_end", "rule_truths", "ways"]


@dataclass(frozen=True)
class Way:
    """One way out of a touchpoint.

    Attributes
    ----------
    source, target : str
        Touchpoint; touchpoint or outcome.
    manner : str
        What decided, one of :data:`simulator.program.tables.Manner.NAMES`.
    rule : str
        The rule, the detour, or the word of the row (`choose`, `race`, `otherwise`, …).
    path : tuple of str
        Where the row stands, such as ``("touchpoints", "cart", "next", "else")``.
    condition : str
        What must hold before this way is open, as written; empty where nothing must.
    probability : float or None
        At the values of the start, given that this row decides; None where it is not known then.
    constant : bool
        Whether the probability is the same for every customer at any time.
    possible : bool
        False where nobody can ever go this way.
    after : Law or None
        The time it takes.
    back : bool
        Whether it returns to the race that a side trip left.
    """

    source: str
    target: str
    manner: str
    rule: str
    path: Path
    condition: str = ""
    probability: float | None = None
    constant: bool = True
    possible: bool = True
    after: Law | None = None
    back: bool = False


@dataclass(frozen=True)
class Entrance:
    """Where customers come in: `arrived`, `existing`, or `referred` by someone at `referrer`."""

    touchpoint: str
    persona: str
    kind: str
    probability: float | None = None
    referrer: str = ""


def ways(sight: PersonaSight) -> Iterator[Way]:
    """Yield every way out of every touchpoint of a persona's map, impossible ones marked."""
    for name, touchpoint in sight.touchpoints.items():
        found = [*_decided(sight.at(name), touchpoint), *_otherwise_gone(sight, name, touchpoint)]
        yield from _returns(sight, found)
        yield from _detours(sight, name, touchpoint, found)


def decision_path(name: str, touchpoint: Touchpoint, rule: str = "else") -> Path:
    """Say where a rule's row stands, in the words of the file."""
    base = ("touchpoints", name, "next")
    if rule != "else":
        return (*base, rule, "then")
    return base if len(touchpoint.next or ()) == 1 else (*base, "else")


def rule_truths(eyes: Eyes, touchpoint: Touchpoint) -> dict[str, bool | None]:
    """Say of each rule whether it decides for sure (True), never (False) or perhaps (None)."""
    truths: dict[str, bool | None] = {}
    decided = False
    for name, rule in (touchpoint.next or {}).items():
        truth = False if decided else eyes.truth(rule.condition)
        decided = decided or truth is True
        truths[name] = truth
    return truths


def entrances(journey: Journey) -> Iterator[Entrance]:
    """Yield every place where customers come in; of those referred, who their referrer would be."""
    for name, persona in journey.model.personas.items():
        anywhere = next(iter(journey.maps[name].touchpoints))  # on arrival every place looks the same
        value = PersonaSight(journey, name).at(anywhere, completed=False).value
        if persona.arrivals is not None and persona.arrivals.rate > 0:
            shares = row_shares(persona.enters or {}, value) or {}
            for target, share in (persona.enters or {}).items():
                if share.p:
                    yield Entrance(target, name, "arrived", shares.get(target))
        if persona.existing is not None and persona.existing.count:
            yield Entrance(persona.existing.at, name, "existing")
        for referrer, touchpoint in journey.maps[name].touchpoints.items():
            refers = touchpoint.refers
            if refers is None or not refers.count.maximum():
                continue
            brought = [one for one, share in (refers.personas or {}).items() if share.p] or [name]
            for target, share in refers.enters.items():
                if share.p:
                    yield from (Entrance(target, one, "referred", share.p, referrer) for one in brought)


# --------------------------------------------------------------------------- completed visits


def _decided(eyes: Eyes, touchpoint: Touchpoint) -> Iterator[Way]:
    """Yield where a completed visit leads by its own decision."""
    name = eyes.touchpoint
    opens = eyes.sight.at(name, completed=False).truth(touchpoint.only_if) is not False
    for rule, truth in rule_truths(eyes, touchpoint).items():
        entry = (touchpoint.next or {})[rule]
        condition = "" if entry.condition is None else str(entry.condition)
        path = decision_path(name, touchpoint, rule)
        for way in _row(eyes, entry.then, Manner.DECIDED, rule, path):
            possible = way.possible and opens and truth is not False
            yield replace(way, condition=condition, possible=possible)
    if touchpoint.choose is not None:
        yield from (replace(way, possible=opens) for way in _choice(eyes, touchpoint.choose))
    if touchpoint.race is not None:
        for way in _race(eyes, touchpoint.race):
            yield replace(way, possible=way.possible and opens)


def _row(eyes: Eyes, row: Mapping[str, Share], manner: int, rule: str, path: Path) -> Iterator[Way]:
    shares = row_shares(row, eyes.value) or {}
    constant = all(share.odds is None or share.odds.constant() is not None for share in row.values())
    for target, share in row.items():
        if target != "wait":
            yield Way(
                source=eyes.touchpoint,
                target=target,
                manner=Manner.NAMES[manner],
                rule=rule,
                path=path,
                probability=shares.get(target),
                constant=constant,
                possible=bool(share.p) and not (share.odds is not None and share.odds.constant() == 0.0),
                after=share.after,
            )


def _choice(eyes: Eyes, options: Mapping[str, Option]) -> Iterator[Way]:
    shares = choice_shares(options, eyes.value) or {}
    constant = all(option.utility.constant() is not None for option in options.values())
    path = ("touchpoints", eyes.touchpoint, "choose")
    manner = Manner.NAMES[Manner.DECIDED]
    for target, option in options.items():
        share = shares.get(target)
        yield Way(eyes.touchpoint, target, manner, "choose", path, "", share, constant, after=option.after)


def _race(eyes: Eyes, race: Mapping[str, Clock]) -> Iterator[Way]:
    running = {target: clock for target, clock in race.items() if eyes.truth(clock.condition) is not False}
    starts = [_always_starts(eyes, target, clock) for target, clock in running.items()]
    plain = all(starts) and not any(clock.side_trip for clock in running.values())
    shares, end = race_shares(running, eyes.sight.initial_law), race_end(eyes, race)
    for target, clock in race.items():
        manner = Manner.SIDE_TRIP if clock.side_trip else Manner.DECIDED
        yield Way(
            source=eyes.touchpoint,
            target=target,
            manner=Manner.NAMES[manner],
            rule="race",
            path=("touchpoints", eyes.touchpoint, "race"),
            condition="" if clock.condition is None else str(clock.condition),
            probability=shares.get(target, 0.0),
            constant=plain,
            possible=target in running and clock.p > 0.0 and clock.after.minimum() <= end,
            after=clock.after,
        )


def race_end(eyes: Eyes, race: Mapping[str, Clock]) -> float:
    """Say when a race is over at the latest, in ms: the end of its earliest sure clock."""
    return min(
        (
            clock.after.maximum()
            for target, clock in race.items()
            if clock.p == 1.0 and not clock.side_trip and _always_starts(eyes, target, clock)
        ),
        default=math.inf,
    )


def _always_starts(eyes: Eyes, target: str, clock: Clock) -> bool:
    other = eyes.sight.touchpoints.get(target)
    gated = other is not None and (other.contact or other.only_if is not None)
    return not gated and eyes.truth(clock.condition) is True


# --------------------------------------------------------------------------- other ways out


def _otherwise_gone(sight: PersonaSight, name: str, touchpoint: Touchpoint) -> Iterator[Way]:
    """Yield where a visit leads that was refused, abandoned, or ended without a decision of its own."""
    before, after = sight.at(name, completed=False), sight.at(name)
    opens = before.truth(touchpoint.only_if)
    rows = (
        ("otherwise", Manner.REFUSED, before, touchpoint.contact or opens is not True),
        ("on_abandon", Manner.ABANDONED, before, opens is not False),
        ("on_closed", Manner.CLOSED, before, opens is not False),
        ("empty", Manner.EMPTY, after, opens is not False),
        ("on_stockout", Manner.STOCKOUT, after, opens is not False),
    )
    for word, manner, eyes, possible in rows:
        row = getattr(touchpoint, word)
        if isinstance(row, Mapping):
            path = ("touchpoints", name, word)
            for way in _row(eyes, row, manner, word, path):
                yield replace(way, possible=way.possible and possible)
    yield from _list(after, touchpoint)


def _list(eyes: Eyes, touchpoint: Touchpoint) -> Iterator[Way]:
    """Yield where the wait for a delivery ends."""
    back = touchpoint.back_in_stock
    if back is None:
        return
    base = ("touchpoints", eyes.touchpoint, "back_in_stock")
    yield from _row(eyes, back.then, Manner.STOCKOUT, "gave_up", (*base, "then"))
    if back.woken is not None:
        yield from _row(eyes, back.woken, Manner.STOCKOUT, "woken", (*base, "woken"))
    else:
        yield Way(eyes.touchpoint, eyes.touchpoint, Manner.NAMES[Manner.STOCKOUT], "woken", base, "", 1.0)


def _returns(sight: PersonaSight, found: list[Way]) -> Iterator[Way]:
    """Give `back` its targets: every race that makes a side trip here."""
    for way in found:
        if way.target != "back":
            yield way
            continue
        for name, other in sight.touchpoints.items():
            clock = (other.race or {}).get(way.source)
            if clock is not None and clock.side_trip:
                yield replace(way, target=name, back=True)


def _detours(sight: PersonaSight, name: str, touchpoint: Touchpoint, found: list[Way]) -> Iterator[Way]:
    """Yield the unexpected stops after a touchpoint, and where their visitors resume."""
    completed = {Manner.NAMES[one] for one in (Manner.DECIDED, Manner.STOCKOUT, Manner.EMPTY)}
    bound = {
        way.target: None
        for way in found
        if way.manner in completed and way.possible and way.target in sight.touchpoints
    }
    for key, detour in sight.journey.maps[sight.persona].detours.items():
        others = [target for target in bound if target != detour.to]
        if touchpoint.stage not in detour.during or detour.to == name or not others:
            continue
        path, rule = ("detours", key), f"detour {key}"
        decided, resumed = Manner.NAMES[Manner.DECIDED], Manner.NAMES[Manner.RESUMED]
        possible = detour.p > 0.0
        yield Way(name, detour.to, decided, rule, path, "", detour.p, constant=True, possible=possible)
        for target in others:
            possible = detour.p > 0.0 and detour.resume > 0.0
            yield Way(detour.to, target, resumed, rule, path, possible=possible, constant=False)
