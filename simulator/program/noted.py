"""How the checks of a journey write down what they find."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from simulator.errors import Problem
from simulator.spec.load import Journey
from simulator.spec.parts import Path

__all__ = ["Noted", "Severity", "listed", "problems"]


class Severity(StrEnum):
    """What a finding means for a run."""

    ERROR = "error"  # the run must not start
    WARNING = "warning"  # it can, but hardly does what was meant
    ADVICE = "advice"  # worth knowing


@dataclass(frozen=True)
class Noted:
    """One thing found, before its file and line are known; no `personas` means it holds for all."""

    severity: Severity
    path: Path
    message: str
    fix: str = ""
    personas: tuple[str, ...] = ()


def listed(names: Iterable[str], most: int = 6) -> str:
    """Write names for a message: 'a', 'b' and 'c'.

    Examples
    --------
    >>> listed(["a", "b", "c"])
    "'a', 'b' and 'c'"
    >>> listed("abcdefgh", most=3)
    "'a', 'b', 'c' and 5 more"
    """
    shown = [repr(name) for name in names]
    if len(shown) > most:
        return ", ".join(shown[:most]) + f" and {len(shown) - most} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def problems(journey: Journey, found: Sequence[Noted], severity: Severity) -> tuple[Problem, ...]:
    """Give the findings of a severity their file and line, each once."""
    laid = dict.fromkeys(_problem(journey, one) for one in found if one.severity is severity)
    return tuple(laid)


def _problem(journey: Journey, noted: Noted) -> Problem:
    some = noted.personas if set(noted.personas) < set(journey.model.personas) else ()
    message = f"for {listed(some)}, {noted.message}" if some else noted.message
    own = some and noted.path[0] in ("touchpoints", "detours")
    place_of = journey.maps[some[0]].place_of if own else journey.place_of
    return Problem(message, noted.path, place_of(noted.path), noted.fix)
