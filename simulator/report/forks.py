"""The fork at a touchpoint: every answer to "where next?", with its probability for a typical customer."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from simulator.program.shares import choice_shares, race_shares, row_shares
from simulator.report.walker import Moment, Walker
from simulator.spec.expressions import Expression
from simulator.spec.model import Model
from simulator.spec.parts import formulas
from simulator.spec.rows import Clock, Share
from simulator.spec.touchpoint import Touchpoint

__all__ = ["Answer", "fork_at", "row_answers"]

_HOUR: Final = 60  # minutes


@dataclass(frozen=True)
class Answer:
    """One answer of a fork.

    Attributes
    ----------
    to : str or None
        The touchpoint or outcome; None where the answer is a case with answers of its own.
    p : float
        Its probability; the answers of a fork sum to 1, and so do those of a case.
    case : str
        What must hold, in words.
    how : str
        How one goes: "" decided, ``side_trip``, ``detour``, ``back`` or ``resumed``.
    answers : tuple of Answer
        Of a case.
    travel : float
        Mean time on the way, in ms.
    completed : bool
        Whether the visit took place.
    resume : float
        After a detour's stop, the chance to go on as planned.
    """

    to: str | None
    p: float
    case: str = ""
    how: str = ""
    answers: tuple[Answer, ...] = ()
    travel: float = 0.0
    completed: bool = True
    resume: float = 0.0

    def scaled(self, factor: float) -> Answer:
        """Multiply its probability."""
        return replace(self, p=self.p * factor)


def fork_at(walker: Walker, name: str, *, resume: float | None = None) -> tuple[Answer, ...]:
    """List the answers at a touchpoint.

    Parameters
    ----------
    walker : Walker
        Who is about to enter.
    name : str
        Where.
    resume : float, optional
        He is here on a detour; the chance that he then goes on as planned.
    """
    touchpoint = walker.sight.touchpoints[name]
    model = walker.sight.journey.model
    team = touchpoint.team is not None and model.teams[touchpoint.team].hours is not None
    hours = walker.moments_for((one for _, one in formulas(touchpoint)), timed=team)
    before = list(_before(walker, name, touchpoint, model, hours))
    left = 1.0 - math.fsum(one.p for one in before)
    inside = walker.after(name, touchpoint)
    after = list(_unsold(inside, walker, name, touchpoint))
    decided = 1.0 - math.fsum(one.p for one in after)
    if resume is not None:
        after.append(Answer(None, decided * resume, how="resumed"))
        decided *= 1.0 - resume
    own = list(_decision(inside, name, touchpoint, hours))
    stops: list[Answer] = []
    if resume is None:
        own, stops = _diverted(walker, name, touchpoint, own)
    if (before or after) and not any(one.answers for one in own):
        own = [_wrapped(own)]
    own = [one.scaled(decided) for one in (*own, *stops)]
    return (*before, *(one.scaled(max(left, 0.0)) for one in (*after, *own)))


def _wrapped(answers: list[Answer]) -> Answer:
    """Put plain answers below an else, beside the cases that come before them."""
    p = math.fsum(one.p for one in answers)
    return Answer(None, p, "else", answers=tuple(one.scaled(1.0 / p if p else 0.0) for one in answers))


# --------------------------------------------------------------------------- rows


def row_answers(
    walker: Walker, name: str, row: Mapping[str, Share], hours: tuple[Moment, ...], *, completed: bool = True
) -> tuple[Answer, ...]:
    """Divide a row, averaged over moments whose weights need not sum to 1."""
    shares: dict[str, float] = defaultdict(float)
    total = sum(one.weight for one in hours)
    for moment in hours:
        found = row_shares(row, walker.sees(name, moment))
        for target, share in row.items():
            p = found[target] if found is not None else share.p or 0.0
            shares[target] += p * moment.weight / total
    return tuple(
        Answer(
            target,
            p,
            how="back" if target == "back" else "",
            travel=walker.sight.usual(row[target].after),
            completed=completed,
        )
        for target, p in shares.items()
    )


def _case(p: float, said: str, answers: tuple[Answer, ...]) -> Answer:
    return Answer(None, p, said, answers=answers)


# --------------------------------------------------------------------------- before and after the stay


def _before(
    walker: Walker, name: str, touchpoint: Touchpoint, model: Model, hours: tuple[Moment, ...]
) -> Iterator[Answer]:
    """Yield the cases in which there is no visit: turned away, closed, nobody free."""
    left = 1.0
    if touchpoint.otherwise is not None:
        shut = math.fsum(one.weight * (1.0 - walker.passes(name, touchpoint, one)) for one in hours)
        row = row_answers(walker, name, touchpoint.otherwise, hours, completed=False)
        yield _case(shut, _gate(touchpoint), row)
        left -= shut
    team = model.teams[touchpoint.team] if touchpoint.team is not None else None
    if isinstance(touchpoint.on_closed, Mapping) and team is not None and team.hours is not None:
        closed = math.fsum(one.weight for one in hours if not _is_open(team.hours, one))
        row = row_answers(walker, name, touchpoint.on_closed, hours, completed=False)
        yield _case(left * closed, f"if {team.name or touchpoint.team} is closed", row)
    if touchpoint.on_abandon is not None:
        row = row_answers(walker, name, touchpoint.on_abandon, hours, completed=False)
        yield _case(0.0, "if nobody is free in time", row)


def _gate(touchpoint: Touchpoint) -> str:
    needs = [str(touchpoint.only_if)] if touchpoint.only_if is not None else []
    needs += ["consent", "room under the cap"] if touchpoint.contact else []
    return f"unless {' and '.join(needs)}"


def _is_open(hours: Mapping[int, tuple[int, int]], moment: Moment) -> bool:
    first, last = hours.get(moment.weekday, (0, 0))
    return first <= moment.hour * _HOUR + _HOUR // 2 < last


def _unsold(inside: Walker, walker: Walker, name: str, touchpoint: Touchpoint) -> Iterator[Answer]:
    """Yield the cases in which nothing is sold."""
    if touchpoint.empty is not None:
        p = walker.buys_nothing(name, touchpoint)
        yield _case(p, "if nothing is wanted", row_answers(inside, name, touchpoint.empty, inside.hours[:1]))
    row = {target: one for target, one in (touchpoint.on_stockout or {}).items() if target != "wait"}
    if row:
        answers = row_answers(inside, name, row, inside.hours[:1])
        yield _case(0.0, "if it is out of stock", answers)


# --------------------------------------------------------------------------- the decision


def _decision(
    inside: Walker, name: str, touchpoint: Touchpoint, hours: tuple[Moment, ...]
) -> tuple[Answer, ...]:
    if touchpoint.race is not None:
        return _race(inside, name, touchpoint.race)
    if touchpoint.choose is not None:
        return _choice(inside, name, touchpoint, hours)
    return _rules(inside, name, touchpoint, hours)


def _rules(
    inside: Walker, name: str, touchpoint: Touchpoint, hours: tuple[Moment, ...]
) -> tuple[Answer, ...]:
    """Let the first rule that holds decide, at every moment."""
    rules = touchpoint.next or {}
    deciding: dict[str, list[Moment]] = {rule: [] for rule in rules}
    for moment in hours:
        value = inside.sees(name, moment)
        first = next(rule for rule, one in rules.items() if _holds(one.condition, value))
        deciding[first].append(moment)
    total = math.fsum(one.weight for one in hours)
    cases = []
    for rule, when in deciding.items():
        condition = rules[rule].condition
        p = math.fsum(one.weight for one in when) / total
        answers = row_answers(inside, name, rules[rule].then, tuple(when) or hours)
        cases.append(_case(p, "else" if condition is None else f"if {condition}", answers))
    return cases[0].answers if len(cases) == 1 else tuple(cases)


def _holds(condition: Expression | None, value: object) -> bool:
    return condition is None or (callable(value) and value(condition) == 1.0)


def _choice(
    inside: Walker, name: str, touchpoint: Touchpoint, hours: tuple[Moment, ...]
) -> tuple[Answer, ...]:
    options = touchpoint.choose or {}
    shares: dict[str, float] = defaultdict(float)
    total = math.fsum(one.weight for one in hours)
    for moment in hours:
        found = choice_shares(options, inside.sees(name, moment))
        for target in options:
            p = found[target] if found is not None else 1.0 / len(options)
            shares[target] += p * moment.weight / total
    return tuple(
        Answer(target, p, travel=inside.sight.usual(options[target].after)) for target, p in shares.items()
    )


def _race(inside: Walker, name: str, race: Mapping[str, Clock]) -> tuple[Answer, ...]:
    """Divide by which clock rings first; one whose target may be shut rings so much the less often."""
    value = inside.sees(name)
    running = {}
    for target, clock in race.items():
        other = inside.sight.touchpoints.get(target)
        opens = 1.0 if other is None else inside.passes(target, other)
        p = clock.p * opens * _holds(clock.condition, value)
        running[target] = clock if p == clock.p else clock.model_copy(update={"p": p})
    ringing = {target: clock for target, clock in running.items() if clock.p > 0.0}
    shares = race_shares(ringing, inside.sight.initial_law)
    return tuple(
        Answer(
            target,
            shares.get(target, 0.0),
            f"if {clock.condition}" if clock.condition is not None else "",
            how="side_trip" if clock.side_trip else "",
            travel=inside.sight.usual(clock.after),
        )
        for target, clock in race.items()
    )


def _diverted(
    walker: Walker, name: str, touchpoint: Touchpoint, own: list[Answer]
) -> tuple[list[Answer], list[Answer]]:
    """Let unexpected stops catch some of those bound for another touchpoint."""
    sight, stops = walker.sight, []
    for key, detour in sorted(sight.journey.maps[sight.persona].detours.items()):
        if touchpoint.stage not in detour.during or detour.to == name or detour.p <= 0.0:
            continue
        kept = [_kept(one, detour.to, detour.p, sight.touchpoints) for one in own]
        caught = math.fsum(one.p for one in own) - math.fsum(one.p for one in kept)
        own = kept
        if caught > 0.0:
            stops.append(Answer(detour.to, caught, f"by chance ({key})", how="detour", resume=detour.resume))
    return own, stops


def _kept(one: Answer, stop: str, p: float, touchpoints: Mapping[str, Touchpoint]) -> Answer:
    """Take away those who stop on the way; of a case, from each of its answers."""
    if one.answers:
        answers = [_kept(each, stop, p, touchpoints) for each in one.answers]
        left = math.fsum(each.p for each in answers)
        return replace(one, p=one.p * left, answers=tuple(each.scaled(1.0 / left) for each in answers))
    caught = one.to in touchpoints and one.to != stop and one.how == ""
    return one.scaled(1.0 - p) if caught else one
