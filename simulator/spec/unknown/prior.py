"""What evidence says of a number: counts make a Dirichlet, a range the central 90 % of a log-normal."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from simulator.spec.checks_evidence import found_at, is_chance, read_range
from simulator.spec.load import Journey
from simulator.spec.parts import Path
from simulator.spec.paths import join_path, split_path
from simulator.spec.rows import Line, Share
from simulator.spec.unknown.steps import Steps, all_steps, at
from simulator.spec.world import Evidence

__all__ = ["Measure", "Prior", "priors_of", "scope_of", "top_of"]

# Half the width of the central 90 % of a standard normal: its 95 % quantile.
_NORMAL_95: Final = 1.6448536269514722


class Measure(Enum):
    """What kind of number it is, which says how edits act on it."""

    ROW = "a row"  # all its probabilities together
    TARGET = "a target of a row"  # the others keep their proportions
    CHANCE = "a probability"
    NUMBER = "a number"
    COUNT = "a whole number"


@dataclass(frozen=True, eq=False)
class Prior:
    """What is believed of one path of the base.

    Attributes
    ----------
    name : str
        The path as text: the address of its draws.
    persona : str or None
        Whose own version of the map it speaks of; None: everybody's.
    path : tuple of str
        Where it stands in that version, or in the model.
    measure : Measure
    targets : tuple of str
        Of a row, by name; of any other number one empty name.
    written : tuple of float
        What is written: probabilities, or the one number in the units of the program.
    worth : float or None
        As good as so many observed customers: Dirichlet (or Beta) with `worth * written`.
    range : tuple of float or None
        The central 90 % of a log-normal, of a logit-normal for a probability.
    evidence : Evidence
        As written: source, grade, note.
    """

    name: str
    persona: str | None
    path: Path
    measure: Measure
    targets: tuple[str, ...]
    written: tuple[float, ...]
    worth: float | None
    range: tuple[float, float] | None
    evidence: Evidence

    @property
    def centre(self) -> float:
        """The mean of the logarithm (or log-odds) that the range gives."""
        low, high = self._ends()
        return 0.5 * (low + high)

    @property
    def spread(self) -> float:
        """The standard deviation of the logarithm (or log-odds) that the range gives."""
        low, high = self._ends()
        return 0.5 * (high - low) / _NORMAL_95

    @property
    def probability(self) -> bool:
        """Whether it is one probability, drawn and edited on the odds scale."""
        return self.measure in (Measure.TARGET, Measure.CHANCE)

    def _ends(self) -> tuple[float, float]:
        if self.range is None:
            raise ValueError(f"{self.name} has no range")
        low, high = self.range
        if self.probability:
            return math.log(low / (1.0 - low)), math.log(high / (1.0 - high))
        return math.log(low), math.log(high)


def priors_of(base: Journey) -> list[Prior]:
    """List what the evidence of a base says of its numbers; what has neither worth nor range is not unsure.

    Parameters
    ----------
    base : Journey
        The journey without a scenario.

    Returns
    -------
    list of Prior
        By name.
    """
    found = [_prior(base, split_path(text), entry) for text, entry in base.model.evidence.items()]
    return sorted((prior for prior in found if prior is not None), key=lambda prior: prior.name)


def scope_of(path: Path) -> tuple[str | None, Path]:
    """Tell whose version a path speaks of, and the path within it."""
    own = path[:1] == ("personas",) and path[2:3] == ("changes",)
    return (path[1], path[3:]) if own else (None, path)


def _prior(base: Journey, path: Path, entry: Evidence) -> Prior | None:
    if entry.worth is None and entry.range is None:
        return None
    raw, shape = found_at(path, base.written)
    span = None if entry.range is None else read_range(raw, entry.range, shape)
    persona, inner = scope_of(path)
    top = top_of(base, persona)
    places = all_steps(top, inner)
    if not places:
        raise LookupError(f"evidence speaks of {join_path(path)}, which the journey does not have")
    steps = places[0][1]
    value = at(top, steps)
    targets, numbers = [""], [value]
    if isinstance(value, Mapping):
        measure = Measure.ROW
        targets = sorted(value)
        numbers = [value[name].p or 0.0 for name in targets]
    elif is_chance(shape):
        measure, inner = _chance(top, inner, steps)
    else:
        measure = Measure.COUNT if isinstance(value, int) else Measure.NUMBER
    written = tuple(float(number) for number in numbers)
    return Prior(join_path(path), persona, inner, measure, tuple(targets), written, entry.worth, span, entry)


def top_of(journey: Journey, persona: str | None) -> Any:
    """Give what paths start from: the model, or a persona's own version of the map."""
    if persona is None:
        return journey.model
    own = journey.maps[persona]
    return {"touchpoints": own.touchpoints, "detours": own.detours}


def _chance(top: Any, path: Path, steps: Steps) -> tuple[Measure, Path]:
    """Tell a target of a row, whose others make room for it, from a probability by itself.

    Either may be written short or with `p`; the path given back is that of the target, or ends in `p`.
    What is taken instead of a product is a row too, with what is left for taking nothing.
    """
    share = at(top, steps[:-1])
    if path[2:3] == ("substitutes",):
        return Measure.TARGET, path
    if not isinstance(share, Share | Line):
        return Measure.CHANCE, path
    short = path[:-1] if path[-1] == "p" else path
    if isinstance(share, Share) or short[-2] == "one_of":
        return Measure.TARGET, short
    return Measure.CHANCE, (*short, "p")
