"""The best set of ideas that a budget allows: which sets there are, and which are worth playing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from simulator import limits
from simulator.analysis.ideas import Ideas, Limits
from simulator.analysis.metrics import Metric
from simulator.analysis.search import differences_at
from simulator.analysis.simultaneous import FIRST_LOOK
from simulator.analysis.stage import Stage
from simulator.errors import InputError, Problem
from simulator.spec.document import Document
from simulator.spec.load import Journey
from simulator.spec.model import DAY
from simulator.spec.scenario import Idea, combine
from simulator.spec.together import collisions

__all__ = ["SETS_PLAYED", "Affordable", "affordable", "affordable_sets"]

# Sets that are played; of more, those that promise most. A comparison of 32 and five single ideas takes
# six times as long as that of the five.
SETS_PLAYED: Final = 32


@dataclass(frozen=True)
class Affordable:
    """What a budget allows.

    Attributes
    ----------
    ideas : Ideas
        Those that can be paid for, each by itself.
    sets : list of list of int
        Numbers of single ideas that can be paid for together.
    notes : tuple of str
        What a reader must know.
    """

    ideas: Ideas
    sets: list[list[int]]
    notes: tuple[str, ...]

    def sets_to_play(self, stage: Stage, metric: Metric) -> Ideas:
        """Choose sets, and give those not compared anyway as ideas.

        Parameters
        ----------
        stage : Stage
            The base, and the ideas in their order; played if there are more sets than can be.
        metric : Metric
        """
        found = Ideas([])
        known = {idea.name for idea in self.ideas.every}
        for numbers in _worth_playing(stage, metric, self.sets):
            several = [self.ideas.single[number] for number in numbers]
            idea = combine(several)
            found.members[idea.name] = tuple(one.name for one in several)
            if idea.name not in known:
                found.joint.append(idea)
        return found


def affordable(base: Document, ideas: Ideas, allowed: Limits, journeys: Sequence[Journey]) -> Affordable:
    """Find what a budget allows.

    Parameters
    ----------
    base : Document
        The model.
    ideas : Ideas
    allowed : Limits
    journeys : sequence of Journey
        The base first; its run says over how many months costs are paid.

    Raises
    ------
    InputError
        If no idea can be paid for, or there are too many sets.
    """
    model = journeys[0].model
    months = (model.horizon_ms - model.warm_up) / (30.4375 * DAY)
    kept = [idea for idea in ideas.every if allowed.allow(idea.cost_once, idea.cost_monthly, months)]
    dear = [idea for idea in ideas.every if idea not in kept]
    if not kept:
        cheapest = min(dear, key=lambda idea: idea.cost_once + idea.cost_monthly * months)
        raise InputError(
            [
                Problem(
                    f"no idea can be paid for with {allowed}",
                    fix=f"the cheapest, {cheapest.name!r}, costs {cheapest.cost_once:,.0f} once and "
                    f"{cheapest.cost_monthly:,.0f} monthly",
                )
            ]
        )
    single = [idea for idea in ideas.single if idea in kept]
    joint = [idea for idea in ideas.joint if idea in kept]
    sets = affordable_sets(base, single, allowed, months)
    members = {idea.name: ideas.members[idea.name] for idea in joint}
    return Affordable(Ideas(single, joint, members), sets, _notes(allowed, sets, dear))


def _notes(allowed: Limits, sets: Sequence[Sequence[int]], dear: Sequence[Idea]) -> tuple[str, ...]:
    text = f"Within {allowed}, {_sets(len(sets))} of two or more ideas can be paid for and go together."
    if len(sets) > SETS_PLAYED:
        text += f" Those {SETS_PLAYED} were played that promise most if effects added up."
    if dear:
        text += f" Too dear: {', '.join(idea.name for idea in dear)}."
    return (text,)


def _sets(count: int) -> str:
    return "1 set" if count == 1 else f"{count:,} sets"


def _worth_playing(stage: Stage, metric: Metric, sets: Sequence[Sequence[int]]) -> list[list[int]]:
    """Choose the sets that promise most, if ideas added up.

    Effects rarely add up, so this only chooses what is played; what a set gains is then seen.
    """
    if len(sets) <= SETS_PLAYED:
        return [list(one) for one in sets]
    stage.play(range(stage.candidates), FIRST_LOOK)
    sign = 1.0 if metric.more_is_better else -1.0
    gains = [
        sign * float(differences_at(stage, metric, idea, FIRST_LOOK).mean())
        for idea in range(1, stage.candidates)
    ]
    promise = [sum(gains[number] for number in one) for one in sets]
    ranked = sorted(range(len(sets)), key=lambda place: (-promise[place], place))
    return [list(sets[place]) for place in sorted(ranked[:SETS_PLAYED])]


def affordable_sets(base: Document, ideas: Sequence[Idea], allowed: Limits, months: float) -> list[list[int]]:
    """List the sets of two or more ideas that can be paid for and applied together.

    Parameters
    ----------
    base : Document
        The model.
    ideas : sequence of Idea
    allowed : Limits
    months : float
        The length of the run.

    Returns
    -------
    list of list of int
        Numbers of ideas, small sets first.

    Raises
    ------
    InputError
        If there are too many to look at.
    """
    affordable = [
        place for place, idea in enumerate(ideas) if allowed.allow(idea.cost_once, idea.cost_monthly, months)
    ]
    apart = {
        (one, other)
        for one, other in combinations(affordable, 2)
        if not collisions(base, ideas[one], ideas[other])
    }
    sets: list[list[int]] = [[place] for place in affordable]
    found: list[list[int]] = []
    while sets:
        sets = [grown for one in sets for grown in _grown(one, ideas, apart, allowed, months)]
        found += sets
        if len(found) > limits.IDEA_SETS:
            raise InputError(
                [
                    Problem(
                        f"over {limits.IDEA_SETS:,} sets of these {len(ideas)} ideas can be paid for",
                        fix="give fewer ideas, or a tighter --budget",
                    )
                ]
            )
    return found


def _grown(
    members: list[int],
    ideas: Sequence[Idea],
    apart: set[tuple[int, int]],
    allowed: Limits,
    months: float,
) -> Iterator[list[int]]:
    """Add each later idea to a set that goes with all its members and can still be paid for."""
    for place in range(members[-1] + 1, len(ideas)):
        if all((one, place) in apart for one in members):
            grown = [*members, place]
            once = sum(ideas[one].cost_once for one in grown)
            monthly = sum(ideas[one].cost_monthly for one in grown)
            if allowed.allow(once, monthly, months):
                yield grown
