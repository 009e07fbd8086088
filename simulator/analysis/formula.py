"""Metrics a model brings with it, and metrics of the user's own: an expression over others.

``--metric "margin / orders"``, ``--metric satisfaction``, ``--metric "value = revenue - 12 * lost"``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.metrics import METRICS, Metric, sum_over
from simulator.errors import InputError, Problem, nearest
from simulator.program.calendar import MICRO
from simulator.program.tables import Edge
from simulator.results.summary import RunResult
from simulator.spec.expressions import Expression, Kind, Name, evaluate, parse_expression
from simulator.spec.load import Journey

__all__ = ["Formula", "Vocabulary", "read_metric"]

Floats = NDArray[np.float64]

LOST_TO_COMPETITOR: Final = "lost_to_competitor"

# A step of 1e-5 of a value leaves eight digits of a slope, where noise leaves three at best.
_STEP: Final = 1e-5


@dataclass(frozen=True)
class Formula(Metric):
    """A metric computed from others.

    Its values are linearised around the means: mean of the formula plus slopes times deviations, so that
    their mean is the formula of the means, and their spread its standard error to first order.

    Attributes
    ----------
    leaves : tuple of Metric
        In the order of the columns of its parts.
    function : callable
        Gives the formula of one value a leaf.

    References
    ----------
    Cochran: Sampling Techniques (1977), section 6.3: the variance of a function of means.
    """

    leaves: tuple[Metric, ...] = ()
    function: Callable[[Sequence[float]], float] = field(default=lambda values: values[0])

    def linearise(self, parts: Floats) -> Floats:
        """Turn the leaves' parts into one value a replication."""
        columns, first = [], 0
        for leaf in self.leaves:
            width = 2 if leaf.of else 1
            columns.append(leaf.linearise(parts[:, first : first + width]))
            first += width
        values = np.stack(columns, axis=1)
        means = values.mean(axis=0)
        middle = self.function(means.tolist())
        if not (math.isfinite(middle) and np.isfinite(values).all()):
            return np.full(len(values), np.nan)
        return np.asarray(middle + (values - means) @ self._slopes(means, np.ptp(values, axis=0)))

    def _slopes(self, means: Floats, spans: Floats) -> Floats:
        slopes = np.zeros(len(means))
        for place, span in enumerate(spans.tolist()):
            if span == 0.0:
                continue  # a constant leaf has no deviations to weigh
            step = _STEP * max(abs(float(means[place])), span)
            above, below = means.copy(), means.copy()
            above[place] += step
            below[place] -= step
            slopes[place] = self.function(above.tolist()) - self.function(below.tolist())
            slopes[place] /= 2.0 * step
        return slopes


@dataclass(frozen=True)
class Vocabulary:
    """The names of a model that metrics may speak of.

    Attributes
    ----------
    attributes : frozenset of str
        What every version of the model has.
    touchpoints, served, competitors : frozenset of str
        What some version has: all, those behind a team, those of the competitor.
    """

    attributes: frozenset[str] = frozenset()
    touchpoints: frozenset[str] = frozenset()
    served: frozenset[str] = frozenset()
    competitors: frozenset[str] = frozenset()

    @classmethod
    def of(cls, journeys: Sequence[Journey]) -> Vocabulary:
        """Collect the names of a base and its what-ifs."""
        models = [journey.model for journey in journeys]
        maps = [one for journey in journeys for one in journey.maps.values()]
        touchpoints = [pair for one in maps for pair in one.touchpoints.items()]
        return cls(
            frozenset.intersection(*(frozenset(model.attributes) - model.dates for model in models)),
            frozenset(name for name, _ in touchpoints),
            frozenset(name for name, touchpoint in touchpoints if touchpoint.team),
            frozenset(name for name, touchpoint in touchpoints if touchpoint.media == "competitor"),
        )

    def names(self) -> set[str]:
        """List the metrics that stand alone."""
        own = {LOST_TO_COMPETITOR} if self.competitors else set()
        return {*METRICS, *self.attributes, *own}


def read_metric(text: str, words: Vocabulary) -> Metric:
    """Read what ideas are compared by.

    Parameters
    ----------
    text : str
        The name of a metric, an attribute (its mean at the end of journeys), or an expression over these,
        ``visits.<touchpoint>`` and ``waited_at.<touchpoint>``; ``name = expression`` gives it a name.
    words : Vocabulary
        The names of the model.

    Raises
    ------
    InputError
        If it cannot be read, or speaks of what is not there.
    """
    text = text.strip()
    known = _standing_alone(text, words)
    if known is not None:
        return known
    if _is_one_word(text):
        raise InputError([_unknown(text, words)])
    name, written = _named(text)
    try:
        expression = parse_expression(written, kind=Kind.NUMBER)
    except ValueError as problem:
        raise InputError([Problem(f"the metric cannot be read: {problem}")]) from None
    return _formula(name, expression, words)


def _is_one_word(text: str) -> bool:
    return text.isidentifier() or not any(sign in text for sign in "+-*/(<>=.`")


def _named(text: str) -> tuple[str, str]:
    """Split ``name = expression``; without a name the expression is its own."""
    name, sign, rest = text.partition("=")
    plain = sign and not rest.startswith("=") and name.strip() and not set(name) & set("<>!+*/(")
    return (name.strip(), rest.strip()) if plain else (text, text)


def _unknown(name: str, words: Vocabulary) -> Problem:
    if name == LOST_TO_COMPETITOR:
        return Problem(
            "nobody can be lost to a competitor here: no touchpoint has `media: competitor`",
            fix="mark the competitor's touchpoints in the model",
        )
    return Problem(f"there is no metric {name!r}", fix=nearest(name, words.names()))


def _standing_alone(name: str, words: Vocabulary) -> Metric | None:
    if name in METRICS:
        return METRICS[name]
    if name == LOST_TO_COMPETITOR and words.competitors:
        return _lost_to(words.competitors)
    return _attribute(name) if name in words.attributes else None


# --------------------------------------------------------------------------- metrics of a model


def _attribute(name: str) -> Metric:
    def parts(result: RunResult, persona: int | None) -> Floats:
        column = result.program.names.attributes.index(name)
        total = sum_over(result, "final", persona)[:, column] / MICRO
        return np.stack([total, sum_over(result, "ended", persona)], axis=1)

    return Metric(name, f"mean {name} at the end of journeys", parts, "score", of="journeys ended")


def _lost_to(competitors: Iterable[str]) -> Metric:
    """Share the journeys that ended at the competitor's by all that ended."""
    known = frozenset(competitors)

    def parts(result: RunResult, persona: int | None) -> Floats:
        program = result.program
        names = program.names
        theirs = {place for place, name in enumerate(names.touchpoints) if name in known}
        edges = [Edge._make(row) for row in program.structure.edges.tolist()]
        last = [edge.source in theirs and names.target(edge.target) in names.outcomes for edge in edges]
        lost = sum_over(result, "edges", persona)[:, last].sum(axis=1)
        return np.stack([lost, sum_over(result, "ended", persona)], axis=1).astype(np.float64)

    return Metric(
        LOST_TO_COMPETITOR,
        "share of journeys that end at a competitor's touchpoint",
        parts,
        "share",
        more_is_better=False,
        of="journeys ended",
    )


def _at(result: RunResult, count: str, touchpoint: str, persona: int | None) -> Floats:
    """Give a count at a touchpoint; nobody is counted at one that only an idea has."""
    names = result.program.names.touchpoints
    if touchpoint not in names:
        return np.zeros((result.replications, 1))
    column = sum_over(result, count, persona)[:, names.index(touchpoint)]
    return np.asarray(column, dtype=np.float64).reshape(-1, 1)


def _visits(touchpoint: str) -> Metric:
    def parts(result: RunResult, persona: int | None) -> Floats:
        return _at(result, "visits", touchpoint, persona)

    return Metric(f"visits.{touchpoint}", f"completed visits of {touchpoint}", parts, "number")


def _waited_at(touchpoint: str) -> Metric:
    """Mean wait, in ms as everywhere in expressions."""

    def parts(result: RunResult, persona: int | None) -> Floats:
        counts = ("wait_ms", "joined")
        return np.hstack([_at(result, count, touchpoint, persona) for count in counts])

    about = f"mean wait at {touchpoint}"
    return Metric(f"waited_at.{touchpoint}", about, parts, "number", more_is_better=False, of="who waited")


# --------------------------------------------------------------------------- expressions


def _formula(name: str, expression: Expression, words: Vocabulary) -> Metric:
    if not expression.names:
        raise InputError([Problem(f"the metric {name!r} is always the same: it names nothing of a run")])
    found = [_leaf(one, words) for one in expression.names]
    problems = [one for one in found if isinstance(one, Problem)]
    if problems:
        raise InputError(problems)
    leaves = tuple(one for one in found if isinstance(one, Metric))
    places = {one: place for place, one in enumerate(expression.names)}

    def parts(result: RunResult, persona: int | None) -> Floats:
        return np.hstack([leaf.parts(result, persona) for leaf in leaves])

    def function(values: Sequence[float]) -> float:
        return evaluate(expression, lambda one: values[places[one]])

    alone = all(leaf.by_persona for leaf in leaves)
    return Formula(name, expression.text, parts, "plain", by_persona=alone, leaves=leaves, function=function)


def _leaf(name: Name, words: Vocabulary) -> Metric | Problem:
    """Find what a name of the expression stands for."""
    if name.root in ("visits", "waited_at"):
        known = words.touchpoints if name.root == "visits" else words.served
        if name.member not in known:
            what = "touchpoint" if name.root == "visits" else "touchpoint with a team"
            return Problem(f"there is no {what} {name.member!r}", fix=nearest(name.member, known))
        return _visits(name.member) if name.root == "visits" else _waited_at(name.member)
    word = name.member if name.root == "attribute" else name.root
    if name.root != "attribute" and name.member:
        return Problem(f"{name} is seen by a customer, not by a run", fix=nearest(word, words.names()))
    found = _standing_alone(word, words)
    return _unknown(word, words) if found is None else replace(found)
