"""The parts of a learnt model that planned dates bring: attributes, personas' own races, shocks."""

from __future__ import annotations

from typing import Any, Final

from simulator.learn.log import DAY, EventLog
from simulator.learn.parties import party_shares
from simulator.learn.planned import PlannedPlace, written_lead
from simulator.learn.shocks import estimate_shock, expected_leaves
from simulator.spec.paths import join_path

__all__ = ["write_planned"]

# Of all cases so many begin at a place, or it is no entrance.
_ENTRANCE: Final = 0.9


def write_planned(
    log: EventLog, places: list[PlannedPlace], personas: dict[str, Any], most: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write what planned dates bring; personas are completed in place.

    Parameters
    ----------
    log : EventLog
    places : list of PlannedPlace
    personas : dict
        As a model has them: each gets its own dates and races.
    most : int
        At most so many quantiles in a law.

    Returns
    -------
    attributes, shocks : dict
        As a model has them.
    """
    attributes: dict[str, Any] = {}
    shocks: dict[str, Any] = {}
    now = log.window / DAY
    for place in places:
        name = log.activities[place.activity]
        law = written_lead(place, None, now, most)
        attributes[place.column] = {"planned": law or "0 s"}
        for code, persona in enumerate(log.personas):
            _write_own(log, place, personas[persona], code, now, most)
        if _begins_cases(log, place):
            _write_parties(log, place, personas, now)
        for other in place.before:
            shock = estimate_shock(*expected_leaves(place, other, -(-log.window // DAY)))
            if shock is not None:
                path = join_path(("touchpoints", name, "race", log.activities[other]))
                shocks[log.activities[other]] = shock.written(path)
    return attributes, shocks


def _begins_cases(log: EventLog, place: PlannedPlace) -> bool:
    """Whether cases begin at a place: then who comes there together arrives together."""
    return bool((log.activity[log.firsts] == place.activity).mean() >= _ENTRANCE)


def _write_parties(log: EventLog, place: PlannedPlace, personas: dict[str, Any], now: float) -> None:
    """Tell of each persona in what parties it comes."""
    for code, persona in enumerate(personas):
        shares = party_shares(place, code if log.personas else None, now)
        if shares:
            personas[persona]["arrivals"]["parties"] = shares


def _write_own(
    log: EventLog, place: PlannedPlace, persona: dict[str, Any], code: int, now: float, most: int
) -> None:
    """Give a persona its own dates and its own race at a place, if it has been there."""
    if not (place.risk.group == code).any():
        return
    law = written_lead(place, code, now, most)
    if law is not None:
        persona.setdefault("planned", {})[place.column] = law
    race = _differing(place.written(log.activities, code), place.written(log.activities))
    if race:
        changes = persona.setdefault("changes", {"touchpoints": {}})
        changes["touchpoints"][log.activities[place.activity]] = {"race": race}


def _differing(own: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    """Keep what a persona's clocks have other than everybody's: an edit that changes nothing is an error."""
    clocks = {
        name: {key: value for key, value in clock.items() if value != shared[name][key]}
        for name, clock in own.items()
    }
    return {name: clock for name, clock in clocks.items() if clock}
