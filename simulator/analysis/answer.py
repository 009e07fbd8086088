"""The verdict in words: what to launch, what it gains, how surely, and who comes next."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from simulator import limits
from simulator.analysis.best import Pairs
from simulator.analysis.verdict import NOTHING, Decision, Verdict
from simulator.analysis.wording import amount, chance_text, interval, listed, money, months, unit
from simulator.results.estimate import Estimate

if TYPE_CHECKING:
    from simulator.analysis.compare import Comparison, Effect
    from simulator.analysis.money import Earnings

__all__ = ["answer", "cannot_say", "relative_again", "retold"]

# More names than this are counted.
_NAMED: Final = 6


def cannot_say(comparison: Comparison) -> Verdict:
    """Say why nothing can be told at all."""
    few = comparison.baseline.replications < 2
    reason = "one replication cannot tell" if few else "nobody was counted"
    return Verdict(
        "cannot_tell", (NOTHING, *(effect.name for effect in comparison.effects)), f"Cannot tell: {reason}."
    )


def answer(comparison: Comparison, decision: Decision, pairs: Pairs) -> Verdict:
    """Put a decision into words.

    Parameters
    ----------
    comparison : Comparison
        Its verdict is not looked at.
    decision : Decision
    pairs : Pairs
    """
    names = [NOTHING, *(effect.name for effect in comparison.effects)]
    chances = [comparison.baseline_chance, *(effect.chance_best for effect in comparison.effects)]
    left = sorted(decision.left, key=lambda place: -(chances[place] or 0.0))
    verdict = Verdict(decision.kind, tuple(names[place] for place in left), "")
    if decision.kind == "keep":
        return replace(verdict, names=(), text=_keep_text(comparison))
    if decision.kind == "best":
        verdict = replace(verdict, runner_up=_runner_up(comparison, verdict.names))
        return replace(verdict, text=_best_text(comparison, verdict))
    verdict = replace(
        verdict, smallest=_smallest(comparison, pairs, left), more=_more(comparison, pairs, left)
    )
    return replace(verdict, text=_cannot_tell_text(comparison, verdict))


def retold(comparison: Comparison) -> Verdict:
    """Tell a verdict to launch anew, with what was seen again."""
    return replace(comparison.verdict, text=_best_text(comparison, comparison.verdict))


# --------------------------------------------------------------------------- launch


def _runner_up(comparison: Comparison, names: tuple[str, ...]) -> str | None:
    """Find who comes next: of those whose guardrails hold, the one with the best mean."""
    sign = 1.0 if comparison.metric.more_is_better else -1.0
    others = [
        (sign * effect.alone.value, effect.name)
        for effect in comparison.effects
        if effect.name not in names
        and effect.alone.value is not None
        and all(guard.status == "holds" for guard in effect.guards)
    ]
    best = max(others, key=lambda one: one[0], default=(0.0, None))
    return best[1] if best[0] > 0.0 else None


def _best_text(comparison: Comparison, verdict: Verdict) -> str:
    metric, again = comparison.metric, comparison.confirmation
    effect = comparison.effect(verdict.names[0])
    shown = effect.difference if again is None else again.difference
    earned = effect.earnings if again is None else again.earnings
    chance = math.fsum(comparison.effect(name).chance_best or 0.0 for name in verdict.names)
    same = " (they never differ)" if len(verdict.names) > 1 else ""
    text = (
        f"Launch {' or '.join(verdict.names)}{same}: {metric.spoken} {_change(comparison, shown)}"
        f"{_relative(effect, shown)}{_earned(comparison, earned)}; "
        f"{chance_text(chance)} chance to be best."
    )
    text += _guards(effect)
    if verdict.runner_up:
        second = comparison.effect(verdict.runner_up)
        text += f" Runner-up: {second.name}, {_change(comparison, second.alone, bare=True)}."
    return text + _again(comparison, shown)


def _change(comparison: Comparison, found: Estimate, bare: bool = False) -> str:
    metric = comparison.metric
    assert found.value is not None  # candidates with missing values have no chances
    currency = comparison.baseline.program.currency if metric.kind == "money" else ""
    ends = "" if bare else f" {interval(metric, found)}"
    return f"{amount(metric, found.value, currency)}{unit(metric)}{ends}"


def relative_again(effect: Effect, shown: Estimate) -> float | None:
    """Give a change seen again as a share of the size of today's; None where that is 0."""
    if not effect.relative or not effect.alone.value or shown.value is None:
        return None
    return shown.value / (effect.alone.value / effect.relative)


def _relative(effect: Effect, shown: Estimate) -> str:
    relative = relative_again(effect, shown)
    return "" if relative is None else f", {relative * 100:+.1f} % on today"


def _earned(comparison: Comparison, earned: Earnings) -> str:
    """Write what a quarter brings, unless the journey sells nothing and the idea costs nothing."""
    if earned.quarter.value is None or (earned.quarter.value == earned.quarter.low == 0.0):
        return ""
    text = f", {money(earned.quarter.value, comparison.baseline.program.currency)} a quarter after cost"
    if earned.payback_months is not None and earned.payback_months.value is not None:
        text += f", paid back in {months(earned.payback_months.value)}"
    elif earned.once > 0.0 and comparison.sells:
        text += ", never paid back"
    return text


def _guards(effect: Effect) -> str:
    if not effect.guards:
        return ""
    kept = listed([finding.guard.metric.spoken for finding in effect.guards])
    return (
        f" {kept[:1].upper()}{kept[1:]} {'holds' if len(effect.guards) == 1 else 'hold'} within the margin."
    )


def _again(comparison: Comparison, shown: Estimate) -> str:
    again = comparison.confirmation
    if again is None:
        return ""
    better = shown if comparison.metric.more_is_better else shown.scaled(-1.0)
    if better.low is not None and better.low <= 0.0:
        return (
            f" Played again with other customers the gain did not surely show "
            f"({again.replications} replications, seed {again.seed}): play more before you launch."
        )
    return (
        f" The gain is from other customers than those it was chosen by "
        f"({again.replications} replications, seed {again.seed})."
    )


# --------------------------------------------------------------------------- change nothing, cannot tell


def _keep_text(comparison: Comparison) -> str:
    metric = comparison.metric
    better = "raises" if metric.more_is_better else "lowers"
    text = f"Change nothing: no idea {better} {metric.spoken}"
    if comparison.found is not None:
        text += f" by {_plain(comparison, comparison.found.matters)} or more"
    barred = [effect.name for effect in comparison.effects if _is_broken(effect)]
    return f"{text}{' within the guardrails' if barred else ''}.{_barred(barred)}"


def _is_broken(effect: Effect) -> bool:
    return any(finding.status == "broken" for finding in effect.guards)


def _barred(names: list[str]) -> str:
    return f" {_some(names)} {'breaks' if len(names) == 1 else 'break'} a guardrail." if names else ""


def _some(names: list[str]) -> str:
    if len(names) <= _NAMED:
        return listed(names)
    return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"


def _plain(comparison: Comparison, value: float) -> str:
    return f"{amount(comparison.metric, value, signed=False)}{unit(comparison.metric)}"


def _cannot_tell_text(comparison: Comparison, verdict: Verdict) -> str:
    text = f"Cannot tell these apart by {comparison.metric.spoken}: {_some(list(verdict.names))}."
    if len(verdict.names) == 1:
        text = f"Cannot tell whether to launch {verdict.names[0]}."
    if verdict.names[0] != NOTHING:
        lead = comparison.effect(verdict.names[0])
        text += f" {lead.name} leads with {_change(comparison, lead.difference)}, "
        text += f"{chance_text(lead.chance_best or 0.0)} chance to be best, but not surely."
    better = [name for name in verdict.names if name != NOTHING and _is_better(comparison, name)]
    if better:
        text += f" Surely better than changing nothing: {_some(better)}."
    text += _unclear(comparison, verdict.names)
    if verdict.smallest:
        text += f" The smallest difference you could have seen is {_plain(comparison, verdict.smallest)}"
        text += f" with {comparison.baseline.replications} replications"
        text += f"; telling them apart would take about {verdict.more:,} more." if verdict.more else "."
        if verdict.more is None:
            text += " They may be equal: no number of replications is sure to tell them apart."
    return text


def _unclear(comparison: Comparison, names: tuple[str, ...]) -> str:
    unclear = [
        name
        for name in names
        if name != NOTHING and any(one.status == "unclear" for one in comparison.effect(name).guards)
    ]
    if not unclear:
        return ""
    verb = "keeps" if len(unclear) == 1 else "keep"
    return f" That {_some(unclear)} {verb} within the guardrails is not shown."


def _is_better(comparison: Comparison, name: str) -> bool:
    found = comparison.effect(name).difference
    better = found if comparison.metric.more_is_better else found.scaled(-1.0)
    return better.low is not None and better.low > 0.0


def _smallest(comparison: Comparison, pairs: Pairs, left: list[int]) -> float:
    """Give the difference that would have shown between any two of those left."""
    if comparison.found is not None:
        return comparison.found.smallest
    return float(pairs.width[np.ix_(left, left)].max())


def _more(comparison: Comparison, pairs: Pairs, left: list[int]) -> int | None:
    """Guess how many more replications tell the leader from the others; widths shrink with their root."""
    if comparison.found is not None:
        return comparison.found.more or None
    n = comparison.baseline.replications
    lead, others = left[0], left[1:]
    needed = 0.0
    for other in others:
        width, ahead = float(pairs.width[lead, other]), abs(float(pairs.ahead[lead, other]))
        if width > ahead:
            needed = max(needed, math.inf if ahead == 0.0 else n * (width / ahead) ** 2)
    more = needed - n
    return math.ceil(more) if 0.0 < more <= limits.REPLICATIONS else None
