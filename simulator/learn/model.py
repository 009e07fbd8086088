"""From an event log to a journey model: plain data that a person can read and edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from simulator import limits
from simulator.errors import ModelError
from simulator.learn.goals import choose_goal
from simulator.learn.groups import merge_small
from simulator.learn.log import DAY, Columns, EventLog, read_log
from simulator.learn.names import check_names, outcome_name
from simulator.learn.notes import window_notes
from simulator.learn.people import written_personas
from simulator.learn.planned import PlannedPlace, planned_places
from simulator.learn.rows import Fork, forks, written_row
from simulator.learn.values import Sale, sales
from simulator.learn.waiting import write_planned
from simulator.spec.document import parse_document, write_document
from simulator.spec.load import load_journey
from simulator.spec.paths import join_path

__all__ = ["Learnt", "learn_log", "learn_model"]

# Laws get coarser until the model fits a file.
_QUANTILES: Final = (16, 8, 4, 2)
# A case with as many steps is still no runaway.
_STEPS: Final = 250


@dataclass(frozen=True)
class Learnt:
    """A model learnt from a log.

    Attributes
    ----------
    data : dict
        The model as plain data.
    text : str
        The model as YAML.
    notes : tuple of str
        What a reader must know: what was assumed, chosen, or could not be seen.
    """

    data: dict[str, Any]
    text: str
    notes: tuple[str, ...]


def learn_model(
    path: Path,
    columns: Columns,
    *,
    goal: tuple[str, ...] = (),
    min_persona: int = 0,
    follow_up: str | None = None,
    command: str = "",
) -> Learnt:
    """Learn a journey model from an event log.

    Parameters
    ----------
    path : Path
        The log, CSV or Parquet, one row an event.
    columns : Columns
        Which column is what.
    goal : tuple of str
        The activities that are a conversion; default the last of the most frequent path.
    min_persona : int
        Personas with fewer cases become one, `other`.
    follow_up : str, optional
        How long a customer must be observed to count in a rate, such as `28 days`.
    command : str
        The command that made the model, for the first line of the file.

    Raises
    ------
    LogError
        If the log cannot be read, or a name or goal in it cannot stand in a model.
    ModelError
        If the model breaks a limit of the language, or `follow_up` is no time within the log.
    """
    return learn_log(
        read_log(path, columns),
        file=str(path),
        planned=columns.planned,
        goal=goal,
        min_persona=min_persona,
        follow_up=follow_up,
        command=command,
    )


def learn_log(
    log: EventLog,
    *,
    file: str = "",
    planned: Mapping[str, str] | None = None,
    goal: tuple[str, ...] = (),
    min_persona: int = 0,
    follow_up: str | None = None,
    command: str = "",
) -> Learnt:
    """Learn a journey model from a log that is read already; see `learn_model`.

    Parameters
    ----------
    log : EventLog
    file : str
        What the log is called in messages.
    planned : mapping of str to str, optional
        The columns of planned dates to learn from, and the activity each is the date of.
    goal, min_persona, follow_up, command
        As in `learn_model`.
    """
    file = file or log.name
    check_names(file, "activity", log.activities)
    check_names(file, "persona", log.personas)
    log = merge_small(log, min_persona)
    chosen, notes = choose_goal(log, file, goal)
    learnt = forks(log)
    sold, more = sales(log, {log.activities.index(name) for name in chosen})
    places, unused = planned_places(log, planned or {})
    notes = [*window_notes(log, learnt), *notes, *more, *unused]
    for most in _QUANTILES:
        data = _data(log, learnt, places, sold, chosen, follow_up, notes, most)
        try:
            text = _text(data, command)
        except ModelError:
            if most == _QUANTILES[-1]:
                raise
        else:
            break
    load_journey(parse_document(text, "the learnt model"))
    return Learnt(data, text, tuple(notes))


def _text(data: dict[str, Any], command: str) -> str:
    header = "# Learnt from an event log; every number may be edited.\n"
    if command:
        header += f"# {' '.join(command.split())}\n"
    return header + "\n" + write_document(data)


def _data(
    log: EventLog,
    learnt: dict[int, Fork],
    places: list[PlannedPlace],
    sold: dict[int, Sale],
    goal: list[str],
    follow_up: str | None,
    notes: list[str],
    most: int,
) -> dict[str, Any]:
    end = outcome_name(log.activities)
    personas, events, evidence = written_personas(log)
    touchpoints = {}
    for activity in _in_order(log):
        name, fork = log.activities[activity], learnt[activity]
        sells = {"sells": {"one_of": {name: 1}}} if activity in sold else {}
        place = next((one for one in places if one.activity == activity), None)
        if place is not None:
            touchpoints[name] = {**sells, "race": place.written(log.activities)}
            continue
        touchpoints[name] = {**sells, "next": written_row(fork.shared, log.activities, end, most)}
        evidence[("touchpoints", name, "next")] = {"worth": fork.worth[None]}
        for code in fork.own:
            own = written_row(fork.own[code], log.activities, end, most)
            persona = log.personas[code]
            changes = personas[persona].setdefault("changes", {"touchpoints": {}})
            changes["touchpoints"][name] = {"next": own}
            path = ("personas", persona, "changes", "touchpoints", name, "next")
            evidence[path] = {"worth": fork.worth[code]}
    attributes, shocks = write_planned(log, places, personas, most)
    longest = int(np.bincount(log.case).max())
    data: dict[str, Any] = {
        "name": f"Learnt from {log.name}",
        "about": " ".join(notes),
        "start": log.start,
        "horizon": _horizon(log.window),
        "follow_up": follow_up,
        "goal": goal,
        "max_steps": min(limits.MAX_STEPS_CEILING, 4 * longest) if longest >= _STEPS else None,
        "products": {log.activities[activity]: {"price": sale.price} for activity, sale in sold.items()},
        "attributes": attributes,
        "shocks": shocks,
        "personas": personas,
        "touchpoints": touchpoints,
        "outcomes": [end],
        "events": events,
        "evidence": {
            join_path(path): {"source": log.name, "grade": "measured", **entry}
            for path, entry in evidence.items()
        },
    }
    return {key: value for key, value in data.items() if value not in (None, {})}


def _horizon(window: int) -> str:
    for unit, size in (("days", DAY), ("hours", DAY // 24)):
        if window % size == 0:
            return f"{window // size} {unit}"
    return f"{window // 60_000} min"


def _in_order(log: EventLog) -> list[int]:
    """List the activities as cases meet them: by their mean position, ties by name."""
    position = np.arange(len(log.case)) - log.firsts[log.case]
    mean = np.bincount(log.activity, position) / np.bincount(log.activity)
    places = zip(mean.round(6).tolist(), log.activities, range(len(mean)), strict=True)
    return [code for _, _, code in sorted(places)]
