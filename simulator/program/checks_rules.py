"""Checks of conditions and weights: rules that never decide, gates that never move, odds that stop a run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from simulator import limits
from simulator.program.extremes import WrittenRow, ends, written_rows
from simulator.program.noted import Noted, Severity, listed
from simulator.program.ranges import Range, range_of
from simulator.program.shares import weight_problem
from simulator.program.sight import Eyes, PersonaSight
from simulator.program.ways import race_end, rule_truths
from simulator.spec.expressions import Expression, Name, Op
from simulator.spec.load import Journey
from simulator.spec.rows import Option
from simulator.spec.touchpoint import Touchpoint
from simulator.spec.units import format_duration

__all__ = ["check_conditions", "check_weights"]

_TIMES: Final = ("waited", "waited_at", "since", "elapsed")
_MIRRORED: Final = {
    Op.LESS: Op.GREATER,
    Op.LESS_EQUAL: Op.GREATER_EQUAL,
    Op.GREATER: Op.LESS,
    Op.GREATER_EQUAL: Op.LESS_EQUAL,
    Op.EQUAL: Op.EQUAL,
}


def check_conditions(journey: Journey) -> Iterator[Noted]:
    """Find rules, gates and clocks whose condition is decided beforehand; only what is certain."""
    for name, touchpoint, personas in _versions(journey):
        eyes = [PersonaSight(journey, persona).at(name) for persona in personas]
        before = [PersonaSight(journey, persona).at(name, completed=False) for persona in personas]
        found = [*_rules(name, touchpoint, eyes), *_gate(name, touchpoint, before)]
        found += _clocks(name, touchpoint, eyes)
        yield from (replace(noted, personas=personas) for noted in found)


def _versions(journey: Journey) -> Iterator[tuple[str, Touchpoint, tuple[str, ...]]]:
    """Yield each version of each touchpoint, with the personas who meet it so."""
    found: dict[str, list[tuple[Touchpoint, list[str]]]] = {}
    for persona, own in journey.maps.items():
        for name, touchpoint in own.touchpoints.items():
            known = found.setdefault(name, [])
            for other, personas in known:
                if other is touchpoint or other == touchpoint:
                    personas.append(persona)
                    break
            else:
                known.append((touchpoint, [persona]))
    for name, versions in found.items():
        for touchpoint, personas in versions:
            yield name, touchpoint, tuple(personas)


# --------------------------------------------------------------------------- rules


def _rules(name: str, touchpoint: Touchpoint, eyes: Sequence[Eyes]) -> Iterator[Noted]:
    base = ("touchpoints", name, "next")
    rules = touchpoint.next or {}
    truths = [rule_truths(one, touchpoint) for one in eyes]
    sure = [rule for rule in rules if rule != "else" and all(one[rule] is True for one in truths)]
    always = sure[0] if sure else None
    for rule, written in rules.items():
        condition = written.condition
        if condition is None or not all(one[rule] is False for one in truths):
            continue
        if any(one.truth(condition) is not False for one in eyes):
            continue  # dead because of a rule before it, which is reported there
        yield Noted(
            Severity.WARNING,
            (*base, rule, "if"),
            f"the rule {rule!r} never decides: {condition} never holds{_because(condition, eyes)}",
            "change the condition, or remove the rule",
        )
    if always is not None:
        later = list(rules)[list(rules).index(always) + 1 :]
        yield Noted(
            Severity.WARNING,
            (*base, always, "if"),
            f"the rule {always!r} always decides: {rules[always].condition} always holds"
            f"{_because(rules[always].condition, eyes)}; {listed(later)} never will",
            "change the condition, or remove what comes after it",
        )
    yield from _shadowed(name, touchpoint)


def _because(condition: Expression | None, eyes: Sequence[Eyes]) -> str:
    """Say between what the names of a condition lie."""
    told = []
    for name in condition.names if condition is not None else ():
        range_ = eyes[0].range(name)
        for one in eyes[1:]:
            range_ = range_.hull(one.range(name))
        told.append(f"{name} {_lies(name, range_)}")
    return f" ({', '.join(told)})" if told else ""


def _span(range_: Range) -> str:
    return f"{range_.low:g}" if range_.low == range_.high else f"{range_.low:g} to {range_.high:g}"


def _lies(name: Name, range_: Range) -> str:
    def shown(value: float) -> str:
        return format_duration(value) if name.root in _TIMES else f"{value:g}"

    if range_.low == range_.high:
        return f"is {shown(range_.low)} here"
    if math.isinf(range_.high):
        return f"is {shown(range_.low)} or more here" if math.isfinite(range_.low) else "is any number"
    if math.isinf(range_.low):
        return f"is {shown(range_.high)} or less here"
    return f"lies in {shown(range_.low)} to {shown(range_.high)}"


class _Bound(NamedTuple):
    """A condition that compares one name with one number."""

    subject: Name
    op: Op
    value: float

    def within(self, wider: _Bound) -> bool:
        """Tell whether wherever this holds, the wider one does."""
        if self.subject != wider.subject:
            return False
        if self.op is Op.EQUAL:
            return _holds(self.value, wider.op, wider.value)
        upper, lower = (Op.LESS, Op.LESS_EQUAL), (Op.GREATER, Op.GREATER_EQUAL)
        if self.op in upper and wider.op in upper:
            open_end = self.op is Op.LESS_EQUAL and wider.op is Op.LESS
            return self.value < wider.value or (self.value == wider.value and not open_end)
        if self.op in lower and wider.op in lower:
            open_end = self.op is Op.GREATER_EQUAL and wider.op is Op.GREATER
            return self.value > wider.value or (self.value == wider.value and not open_end)
        return False


def _holds(value: float, op: Op, other: float) -> bool:
    return {
        Op.LESS: value < other,
        Op.LESS_EQUAL: value <= other,
        Op.GREATER: value > other,
        Op.GREATER_EQUAL: value >= other,
        Op.EQUAL: value == other,
    }[op]


def _bound(condition: Expression) -> _Bound | None:
    """Read `name < number` or `number < name`; None for anything else."""
    if len(condition.code) != 3 or condition.code[2].op not in _MIRRORED:
        return None
    left, right, comparison = condition.code
    if left.name is not None and right.op is Op.CONSTANT:
        return _Bound(left.name, comparison.op, right.value)
    if right.name is not None and left.op is Op.CONSTANT:
        return _Bound(right.name, _MIRRORED[comparison.op], left.value)
    return None


def _shadowed(name: str, touchpoint: Touchpoint) -> Iterator[Noted]:
    """Find rules behind one that holds whenever they do, such as `x < 0.3` behind `x < 0.5`."""
    earlier: list[tuple[str, _Bound]] = []
    for rule, written in (touchpoint.next or {}).items():
        bound = _bound(written.condition) if written.condition is not None else None
        if bound is None:
            continue
        wider = next((other for other, known in earlier if bound.within(known)), None)
        if wider is not None:
            yield Noted(
                Severity.WARNING,
                ("touchpoints", name, "next", rule, "if"),
                f"the rule {rule!r} never decides: {wider!r} before it holds whenever {written.condition}",
                f"write before: {wider} in it, or change its condition",
            )
        earlier.append((rule, bound))


# --------------------------------------------------------------------------- gates and clocks


def _gate(name: str, touchpoint: Touchpoint, eyes: Sequence[Eyes]) -> Iterator[Noted]:
    if touchpoint.only_if is None:
        return
    truths = {one.truth(touchpoint.only_if) for one in eyes}
    if truths in ({True}, {False}):
        always, never = "always holds, so no visit is refused", "never holds, so every visit is refused"
        word = always if truths == {True} else never
        yield Noted(
            Severity.WARNING,
            ("touchpoints", name, "only_if"),
            f"{touchpoint.only_if} {word}{_because(touchpoint.only_if, eyes)}",
            "change the condition, or remove it",
        )


def _clocks(name: str, touchpoint: Touchpoint, eyes: Sequence[Eyes]) -> Iterator[Noted]:
    race = touchpoint.race or {}
    for target, clock in race.items():
        base = ("touchpoints", name, "race", target)
        if clock.condition is not None and all(one.truth(clock.condition) is False for one in eyes):
            yield Noted(
                Severity.WARNING,
                (*base, "if"),
                f"this clock never starts: {clock.condition} never holds{_because(clock.condition, eyes)}",
                "change the condition, or remove the clock",
            )
        end = max(race_end(one, race) for one in eyes)
        if clock.after.minimum() > end:
            yield Noted(
                Severity.WARNING,
                (*base, "after"),
                f"this clock never rings: it takes {format_duration(clock.after.minimum())} at least, "
                f"and the race is over after {format_duration(end)}",
                "shorten it, or remove it",
            )


# --------------------------------------------------------------------------- weights


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
        utility = isinstance(row.row[target], Option)
        path = (*row.path, target) if utility else (*row.path, target, "odds")
        range_ = range_of(expression, row.eyes.range)
        allowed = weight_problem(math.nan, utility=utility)
        if not range_.nan and _beyond(range_, utility=utility):
            message = f"{expression} is {_span(range_)} for everybody: the run would stop"
            yield Noted(Severity.ERROR, path, message, allowed)
            continue
        yield from _wrong_at_an_end(row, path, expression, utility=utility)


def _beyond(range_: Range, *, utility: bool) -> bool:
    """Tell whether a whole range is out of what is allowed."""
    if utility:
        return range_.low > limits.UTILITY or range_.high < -limits.UTILITY
    return range_.high < 0.0 or range_.low == math.inf


def _wrong_at_an_end(
    row: WrittenRow, path: tuple[str, ...], expression: Expression, *, utility: bool
) -> Iterator[Noted]:
    for name in (None, *expression.names):
        for end in (None,) if name is None else ends(row.eyes, name):
            if (name is None) != (end is None):
                continue
            value = row.eyes.value(expression, {} if name is None or end is None else {name: end})
            problem = "" if value is None else weight_problem(value, utility=utility)
            if problem:
                where = "at the start" if name is None else f"at {name} = {end:g}"
                message = f"{expression} is {value:g} {where}: the run would stop"
                yield Noted(Severity.WARNING, path, message, problem)
                return


def _nobody_wins(row: WrittenRow) -> Iterator[Noted]:
    """Find a row on which every weight is 0, whoever comes."""
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
