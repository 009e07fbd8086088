"""Where a customer goes next: rows of probabilities, rules, choices and races.

A *row* maps targets to shares that sum to 1, or names one target `rest`. The short forms a person
writes (`home: 0.62`, `left: rest`, a row where rules could stand) are turned into the full form here,
so that everything behind this module sees one shape; `schema` puts them back for editors.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from simulator.spec.quantities import (
    Chance,
    Condition,
    CountLaw,
    Formula,
    Name,
    TimeLaw,
    _seen,
)

__all__ = [
    "ROW_TOLERANCE",
    "Choice",
    "Clock",
    "Line",
    "Lines",
    "Next",
    "Option",
    "Race",
    "Row",
    "Rule",
    "Share",
    "Written",
    "is_rules",
    "ordered",
    "placed",
]

ROW_TOLERANCE: Final = 1e-9


class Written(BaseModel):
    """The base of every class a person writes: nothing unknown, nothing changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


def _share(value: Any) -> Any:
    """Turn `0.62` and `rest` into the full form of a share."""
    if isinstance(value, dict):
        if "p" not in value:
            raise ValueError("a share needs p: a probability, or rest")
        return {**value, "p": None, "rest": True} if value["p"] == "rest" else value
    return {"p": None, "rest": True} if value == "rest" else {"p": value}


class Share(Written):
    """One target of a row."""

    p: Chance | None = None
    """The probability of this target; `rest` is what the others leave."""
    rest: bool = False
    """Whether this target was written `rest`; the overlay moves differences here."""
    odds: Formula | None = None
    """An expression that multiplies this target's weight before the row is normalised."""
    after: TimeLaw | None = None
    """The time until the customer arrives there."""


def _complete(row: dict[str, Any]) -> dict[str, Any]:
    """Give `rest` its probability; the shares of a row sum to 1."""
    if not row:
        raise ValueError("a row needs at least one target")
    open_ended = [name for name, share in row.items() if share.p is None]
    total = math.fsum(share.p for share in row.values() if share.p is not None)
    if len(open_ended) > 1:
        raise ValueError(f"only one target may be rest, here {' and '.join(open_ended)}")
    if total > 1 + ROW_TOLERANCE:
        raise ValueError(f"the probabilities sum to {total:.10g}; they must sum to 1")
    if not open_ended:
        if abs(total - 1) > ROW_TOLERANCE:
            raise ValueError(
                f"the probabilities sum to {total:.10g}; they must sum to 1, or name one target rest"
            )
        return row
    (name,) = open_ended
    remainder = max(0.0, 1.0 - total)
    return {**row, name: row[name].model_copy(update={"p": 0.0 if remainder < ROW_TOLERANCE else remainder})}


def _row(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError(
            f"a row maps targets to probabilities, such as {{home: 0.6, left: rest}}, not {_seen(value)}"
        )
    return {str(name): share if isinstance(share, Share) else _share(share) for name, share in value.items()}


# Targets of a row may be the reserved words `back` and `wait`; that they fit is checked with the names.
Row = Annotated[dict[str, Share], BeforeValidator(_row), AfterValidator(_complete)]


class Rule(Written):
    """One if/then rule of a touchpoint: the first whose condition holds decides."""

    condition: Condition | None = Field(default=None, alias="if")
    """An expression that is true or false; none on `else`."""
    then: Row
    """Where the customer goes when this rule decides."""


_RULE_WORDS: Final = frozenset(["if", "then", "before"])


def is_rules(value: Any) -> bool:
    """Tell rules from a row: rules have `else`, or an entry with `if`, `then` or `before`."""
    return isinstance(value, dict) and (
        "else" in value
        or any(isinstance(entry, dict) and not _RULE_WORDS.isdisjoint(entry) for entry in value.values())
    )


def _next(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError(f"next is a row or rules, not {_seen(value)}")
    if all(isinstance(entry, Rule) for entry in value.values()):
        return value
    if not is_rules(value):
        return {"else": {"then": value}}
    if "else" not in value:
        raise ValueError("rules need an else: what happens when none holds")
    rules = {name: rule for name, rule in value.items() if name != "else"}
    for name, rule in rules.items():
        if not isinstance(rule, dict) or "if" not in rule or "then" not in rule:
            raise ValueError(
                f"the rule {name!r} needs if and then, such as {{if: visits.cart > 1, then: {{…}}}}"
            )
    return {**ordered(rules), "else": {"then": value["else"]}}


def ordered(rules: Mapping[str, Any]) -> dict[str, Any]:
    """Move each rule that says `before: other` to just before that one.

    Raises
    ------
    ValueError
        If a rule names one that is not there, or one that waits for it.
    """
    moves = {name: rule["before"] for name, rule in rules.items() if "before" in rule}
    order, stuck = placed([name for name in rules if name not in moves], moves)
    if stuck:
        lost = [name for name in stuck if moves[name] not in [*rules]]
        name = (lost or stuck)[0]
        why = "which is no rule here" if lost else "and so on in a circle"
        raise ValueError(f"the rule {name!r} says before: {moves[name]!r}, {why}")
    return {name: {key: part for key, part in rules[name].items() if key != "before"} for name in order}


def placed(order: Sequence[str], moves: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Put each rule right before the one it names, which may itself be one that moves.

    Parameters
    ----------
    order : sequence of str
        The rules that stand where they are written.
    moves : mapping of rule to rule
        Before which other, or `else`, each of the rest belongs. Of two before the same one the first
        stays first.

    Returns
    -------
    order : list of str
        All rules that have a place.
    stuck : list of str
        Those whose `before` names no rule, or one that is stuck.
    """
    found, waiting = list(order), dict(moves)
    while ready := [name for name, other in waiting.items() if other == "else" or other in found]:
        for name in ready:
            other = waiting.pop(name)
            found.insert(len(found) if other == "else" else found.index(other), name)
    return found, list(waiting)


# Rules in order, the last named `else`; a plain row is rules with `else` alone.
Next = Annotated[dict[str, Rule], BeforeValidator(_next)]


class Option(Written):
    """One option of a choice model (multinomial logit)."""

    utility: Formula
    """The option's utility; the probability is its share of the exponentials."""
    after: TimeLaw | None = None
    """The time until the customer arrives there."""


def _option(value: Any) -> Any:
    return value if isinstance(value, dict | Option) else {"utility": value}


Choice = dict[str, Annotated[Option, BeforeValidator(_option)]]


class Clock(Written):
    """One clock of a race: all start together, the first to ring decides."""

    after: TimeLaw
    """The time until it rings."""
    p: Chance = 1.0
    """The chance that it rings at all, drawn apart from its time."""
    condition: Condition | None = Field(default=None, alias="if")
    """The clock starts only when this holds (written `if`)."""
    side_trip: bool = False
    """The other clocks run on, and a visit there that chooses `back` returns to the race."""


Race = dict[Name, Clock]


class Line(Written):
    """One line of a basket."""

    p: Chance | None = None
    """The probability of this line; in `one_of` the lines sum to 1 or name one `rest`."""
    rest: bool = False
    """Whether this line was written `rest`."""
    odds: Formula | None = None
    """An expression that multiplies the line's odds."""
    units: CountLaw | None = None
    """How many units; at least 1. Default 1."""


def _lines(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError(f"lines map products to probabilities, not {_seen(value)}")
    return {str(name): line if isinstance(line, Line) else _share(line) for name, line in value.items()}


def _each(lines: dict[str, Line]) -> dict[str, Line]:
    for name, line in lines.items():
        if line.p is None:
            raise ValueError(f"the line {name!r} of each has its own probability; rest has no meaning here")
    return lines


Lines = Annotated[dict[str, Line], BeforeValidator(_lines)]
OneOf = Annotated[Lines, AfterValidator(_complete)]
Each = Annotated[Lines, AfterValidator(_each)]
