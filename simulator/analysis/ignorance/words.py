"""What to do about what is not known, in a sentence or two."""

from __future__ import annotations

from typing import Final

from simulator.analysis.ignorance.decision import Decision, Worth
from simulator.analysis.metrics import Metric
from simulator.analysis.wording import amount, chance_text, unit

__all__ = ["advice", "evidence_of", "valuable", "verdict"]

# Below this many standard errors a value may be luck.
_SURE: Final = 2.0


def verdict(decision: Decision) -> str:
    """Say how often the leader is truly best."""
    name, draws = decision.names[decision.leader], decision.answers[0].draws
    chance = chance_text(decision.best[decision.leader])
    return f"{name[0].upper()}{name[1:]} is best in {chance} of {draws:,} draws of what is not known."


def valuable(decision: Decision) -> list[Worth]:
    """List the numbers that are surely worth knowing, the most valuable first."""
    return [one for one in decision.worths if one.value > _SURE * one.error and one.value > 0.0]


def advice(decision: Decision, metric: Metric, currency: str) -> str:
    """Say what to survey next."""
    told = valuable(decision)

    def money(value: float) -> str:
        return amount(metric, value, currency, signed=False) + unit(metric)

    if decision.perfect <= _SURE * decision.perfect_error or decision.perfect == 0.0:
        leader = decision.names[decision.leader]
        return f"No survey would change the choice: {leader} is best whatever the numbers are."
    whole = f"Knowing every number before deciding would gain {money(decision.perfect)} a run"
    if not told:
        return f"{whole}, but none alone would change the choice."
    first = told[0]
    text = (
        f"Survey next: {first.prior.name} ({evidence_of(first)}). Knowing it would gain {money(first.value)}"
    )
    text += f" a run by choosing better; {whole[0].lower()}{whole[1:]}."
    if len(told) > 1:
        text += f" Then {told[1].prior.name}."
    return text


def evidence_of(worth: Worth) -> str:
    """Say how sure a number is."""
    prior = worth.prior
    grade = f"{prior.evidence.grade}, " if prior.evidence.grade else ""
    if prior.worth is not None:
        return f"{grade}worth {prior.worth:g}"
    return f"{grade}range"
