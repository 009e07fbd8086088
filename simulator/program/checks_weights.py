"""Checks of weights: odds and utilities that would stop a run."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from simulator import limits
from simulator.program.extremes import WrittenRow, ends, written_rows
from simulator.program.noted import Noted, Severity
from simulator.program.ranges import Range, range_of
from simulator.program.shares import weight_problem
from simulator.program.sight import PersonaSight
from simulator.spec.expressions import Expression, Name
from simulator.spec.load import Journey
from simulator.spec.rows import Option

__all__ = ["check_weights"]


def check_weights(journey: Journey) -> Iterator[Noted]:
    """Find odds and utilities that would stop a run: for sure, or at an end of what they read."""
    found: dict[Noted, list[str]] = {}
    for persona in journey.model.personas:
        sight = PersonaSight(journey, persona)
        for name, touchpoint in sight.touchpoints.items():
            for row in written_rows(sight, name, touchpoint):
                for one in (*_wrong_weights(row), *_nobody_wins(row)):
                    found.setdefault(one, []).append(persona)
    for noted, personas in found.items():
        yield replace(noted, personas=tuple(personas))


def _wrong_weights(row: WrittenRow) -> Iterator[Noted]:
    for target, expression in row.expressions.items():
        entry = row.row[target]
        utility = isinstance(entry, Option)
        if not isinstance(entry, Option) and not entry.p:
            continue  # nobody goes there whatever its odds
        path = (*row.path, target) if utility else (*row.path, target, "odds")
        range_ = range_of(expression, row.eyes.range)
        allowed = weight_problem(math.nan, utility=utility)
        if not range_.nan and _beyond(range_, utility=utility):
            message = f"{expression} is {_span(range_)} for everybody: the run would stop"
            yield Noted(Severity.ERROR, path, message, allowed)
            continue
        yield from _wrong_at_an_end(row, path, expression, utility=utility)


def _span(range_: Range) -> str:
    return f"{range_.low:g}" if range_.low == range_.high else f"{range_.low:g} to {range_.high:g}"


def _beyond(range_: Range, *, utility: bool) -> bool:
    """Tell whether a whole range is out of what is allowed."""
    if utility:
        return range_.low > limits.UTILITY or range_.high < -limits.UTILITY
    return range_.high < 0.0 or range_.low == math.inf


def _wrong_at_an_end(
    row: WrittenRow, path: tuple[str, ...], expression: Expression, *, utility: bool
) -> Iterator[Noted]:
    cases: list[tuple[str, dict[Name, float]]] = [("at the start", {})]
    for name in expression.names:
        cases += [(f"at {name} = {end:g}", {name: end}) for end in _reached(row, name)]
    for where, instead in cases:
        value = row.eyes.value(expression, instead)
        problem = "" if value is None else weight_problem(value, utility=utility)
        if problem:
            message = f"{expression} is {value:g} {where}: the run would stop"
            yield Noted(Severity.WARNING, path, message, problem)
            return


def _reached(row: WrittenRow, name: Name) -> list[float]:
    """Give the ends to look at: only those a customer can have."""
    range_ = row.eyes.range(name)
    return [end for end in ends(row.eyes, name) if end is not None and range_.low <= end <= range_.high]


def _nobody_wins(row: WrittenRow) -> Iterator[Noted]:
    """Find a row on which every weight is 0, whoever comes."""
    if row.each:
        return
    weights = []
    for target, entry in row.row.items():
        if isinstance(entry, Option):
            return
        odds = row.expressions.get(target)
        highest = 1.0 if odds is None else range_of(odds, row.eyes.range).high
        weights.append((entry.p or 0.0) * highest if entry.p else 0.0)
    if max(weights) <= 0.0:
        message = "every weight on this row is 0, so nobody can be led on"
        yield Noted(Severity.ERROR, row.path, message, "let one target have a weight above 0")
