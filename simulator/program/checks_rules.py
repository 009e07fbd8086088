"""Checks of conditions: rules that never decide, gates that never move, clocks that never ring."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from simulator.program.noted import Noted, Severity, listed
from simulator.program.ranges import Range
from simulator.program.sight import Eyes, PersonaSight
from simulator.program.ways import race_end, rule_truths
from simulator.spec.expressions import Expression, Name, Op
from simulator.spec.load import Journey
from simulator.spec.parts import Path
from simulator.spec.touchpoint import Touchpoint
from simulator.spec.units import format_duration

__all__ = ["check_conditions"]

_TIMES: Final = ("waited", "waited_at", "since", "elapsed")
_MIRRORED: Final = {
    Op.LESS: Op.GREATER,
    Op.LESS_EQUAL: Op.GREATER_EQUAL,
    Op.GREATER: Op.LESS,
    Op.GREATER_EQUAL: Op.LESS_EQUAL,
    Op.EQUAL: Op.EQUAL,
}


@dataclass(frozen=True)
class _Met:
    """A touchpoint as one persona meets it: at the end of a visit, and before it."""

    persona: str
    touchpoint: Touchpoint
    eyes: Eyes
    before: Eyes


_Said = tuple[str, str]  # a rule, gate or clock, and its condition as written


def check_conditions(journey: Journey) -> Iterator[Noted]:
    """Find rules, gates and clocks whose condition is decided beforehand; only what is certain.

    A condition that several personas read, in whatever version of the touchpoint, must be decided for
    each of them: a rule made for one of two personas is no dead rule.
    """
    sights = [PersonaSight(journey, persona) for persona in journey.model.personas]
    for name in dict.fromkeys(name for sight in sights for name in sight.touchpoints):
        met = [
            _Met(one.persona, one.touchpoints[name], one.at(name), one.at(name, completed=False))
            for one in sights
            if name in one.touchpoints
        ]
        base = ("touchpoints", name)
        for check in (_rules, _gates, _clocks):
            yield from check(base, met)


def _same(met: Sequence[_Met], said: Callable[[Touchpoint], Iterable[_Said]]) -> dict[_Said, list[_Met]]:
    """Gather those who meet the same condition at the same place."""
    found: dict[_Said, list[_Met]] = {}
    for one in met:
        for each in said(one.touchpoint):
            found.setdefault(each, []).append(one)
    return found


def _personas(group: Sequence[_Met]) -> tuple[str, ...]:
    return tuple(one.persona for one in group)


# --------------------------------------------------------------------------- rules


def _conditions(touchpoint: Touchpoint) -> list[_Said]:
    rules = (touchpoint.next or {}).items()
    return [(rule, str(written.condition)) for rule, written in rules if written.condition is not None]


def _rules(base: Path, met: Sequence[_Met]) -> Iterator[Noted]:
    for (rule, text), group in _same(met, _conditions).items():
        one = group[0]
        rules = one.touchpoint.next or {}
        condition = rules[rule].condition
        because = _because(condition, [each.eyes for each in group])
        if all(each.eyes.truth((each.touchpoint.next or {})[rule].condition) is False for each in group):
            message = f"the rule {rule!r} never decides: {text} never holds{because}"
            fix = "change the condition, or remove the rule"
        elif all(rule_truths(each.eyes, each.touchpoint)[rule] is True for each in group):
            later = list(rules)[list(rules).index(rule) + 1 :]
            message = (
                f"the rule {rule!r} always decides: {text} always holds{because}; {listed(later)} never will"
            )
            fix = "change the condition, or remove what comes after it"
        elif all(_shadow(each.touchpoint, rule) for each in group):
            wider = _shadow(one.touchpoint, rule)
            message = f"the rule {rule!r} never decides: {wider!r} before it holds whenever {text}"
            fix = f"write before: {wider} in it, or change its condition"
        else:
            continue
        yield Noted(Severity.WARNING, (*base, "next", rule, "if"), message, fix, _personas(group))


def _because(condition: Expression | None, eyes: Sequence[Eyes]) -> str:
    """Say between what the names of a condition lie."""
    told = []
    for name in condition.names if condition is not None else ():
        range_ = eyes[0].range(name)
        for one in eyes[1:]:
            range_ = range_.hull(one.range(name))
        if math.isfinite(range_.high) or (math.isfinite(range_.low) and range_.low != 0.0):
            told.append(f"{name} {_lies(name, range_)}")
    return f" ({', '.join(told)})" if told else ""


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


def _shadow(touchpoint: Touchpoint, rule: str) -> str:
    """Name a rule before this one that holds whenever it does, as `x < 0.5` before `x < 0.3`; or nothing."""
    rules = touchpoint.next or {}
    conditions = {name: written.condition for name, written in rules.items()}
    own = conditions[rule]
    bound = None if own is None else _bound(own)
    for name, condition in conditions.items():
        if name == rule or bound is None:
            return ""
        wider = None if condition is None else _bound(condition)
        if wider is not None and bound.within(wider):
            return name
    return ""


# --------------------------------------------------------------------------- gates and clocks


def _gates(base: Path, met: Sequence[_Met]) -> Iterator[Noted]:
    def said(touchpoint: Touchpoint) -> list[_Said]:
        return [] if touchpoint.only_if is None else [("only_if", str(touchpoint.only_if))]

    for (word, text), group in _same(met, said).items():
        truths = {one.before.truth(one.touchpoint.only_if) for one in group}
        if truths not in ({True}, {False}):
            continue
        what = (
            "always holds, so it refuses nobody"
            if True in truths
            else "never holds, so every visit is refused"
        )
        because = _because(group[0].touchpoint.only_if, [one.before for one in group])
        fix = "change the condition, or remove it"
        yield Noted(Severity.WARNING, (*base, word), f"{text} {what}{because}", fix, _personas(group))


def _clocks(base: Path, met: Sequence[_Met]) -> Iterator[Noted]:
    def said(touchpoint: Touchpoint) -> list[_Said]:
        return [(target, str(clock.condition)) for target, clock in (touchpoint.race or {}).items()]

    for (target, text), group in _same(met, said).items():
        path, personas = (*base, "race", target), _personas(group)
        races = [(one.eyes, one.touchpoint.race or {}) for one in group]
        condition = races[0][1][target].condition
        if all(eyes.truth(race[target].condition) is False for eyes, race in races):
            because = _because(condition, [eyes for eyes, _ in races])
            message = f"this clock never starts: {text} never holds{because}"
            fix = "change the condition, or remove the clock"
            yield Noted(Severity.WARNING, (*path, "if"), message, fix, personas)
        elif all(race[target].after.minimum() > race_end(eyes, race) for eyes, race in races):
            eyes, race = races[0]
            message = (
                f"this clock never rings: it takes {format_duration(race[target].after.minimum())} at least, "
                f"and the race is over after {format_duration(race_end(eyes, race))}"
            )
            yield Noted(Severity.WARNING, (*path, "after"), message, "shorten it, or remove it", personas)
