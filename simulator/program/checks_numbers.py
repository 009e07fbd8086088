"""Which numbers matter most and rest on no evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from simulator.program.flow import Flow
from simulator.program.noted import Noted, Severity
from simulator.program.ways import decision_path
from simulator.spec.load import Journey
from simulator.spec.parts import Path
from simulator.spec.paths import join_path, split_path

__all__ = ["check_numbers", "leverage"]

# More would hide the few that matter.
_SHOWN: Final = 5


def check_numbers(journey: Journey, flows: Mapping[str, Flow]) -> Iterator[Noted]:
    """Name the numbers without evidence that move conversions most, and count the others."""
    known = [split_path(path) for path in journey.model.evidence]
    moves = leverage(journey, flows)
    bare = sorted((path for path in moves if not _has_evidence(path, known)), key=lambda one: -moves[one])
    for path in bare[:_SHOWN]:
        yield Noted(
            Severity.ADVICE,
            path,
            f"no evidence, and {_words(path)} moves conversions by about {moves[path]:.2g} %",
            f"write evidence: {{{join_path(path)}: {{source: …, worth: … or range: […]}}}}",
        )
    if len(bare) > _SHOWN:
        message = f"{len(bare) - _SHOWN} forks and rates that matter less have none"
        yield Noted(Severity.ADVICE, ("evidence",), message)


def leverage(journey: Journey, flows: Mapping[str, Flow]) -> dict[Path, float]:
    """Give how much each fork and arrival rate moves conversions, at the values of the start.

    The elasticity of the number of customers who reach a goal: of a rate ``λ h / Σ λ h``; of a fork, for
    the target that moves it most, ``λ v q |h_target - h_mean| / Σ λ h`` (per log-odds).
    """
    moved: dict[Path, float] = defaultdict(float)
    for persona, flow in flows.items():
        touchpoints = journey.maps[persona].touchpoints
        arrivals = journey.model.personas[persona].arrivals
        enters = journey.model.personas[persona].enters or {}
        if arrivals is None:
            continue
        moved["personas", persona, "arrivals", "rate"] += flow.arrivals * sum(
            (share.p or 0.0) * flow.reach[target] for target, share in enters.items()
        )
        for name, touchpoint in touchpoints.items():
            if touchpoint.race is not None or name in journey.model.goal:
                continue
            path = decision_path(name, touchpoint)
            path = ("touchpoints", name, "choose") if touchpoint.choose is not None else path
            moved[path] += flow.arrivals * flow.visits[name] * _swing(flow, name)
    total = sum(effect for path, effect in moved.items() if path[0] == "personas")
    return {path: effect / total for path, effect in moved.items() if effect > 0.0} if total else {}


def _words(path: Path) -> str:
    return "1 % more of this rate" if path[-1] == "rate" else "1 % on the odds of this fork"


def _swing(flow: Flow, name: str) -> float:
    fork = flow.forks[name]
    mean = sum(p * flow.reach.get(target, 0.0) for target, p in fork.items())
    return max((p * abs(flow.reach.get(target, 0.0) - mean) for target, p in fork.items()), default=0.0)


def _has_evidence(path: Path, known: list[Path]) -> bool:
    """Tell whether evidence speaks of the number, of what holds it, or of a part of it."""
    return any(path[: len(one)] == one or one[: len(path)] == path for one in known)
