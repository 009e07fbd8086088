"""An expression as data: its stack program, what it refers to, and its value in plain Python."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from simulator.spec.expressions.vocabulary import Kind, Name, Op

__all__ = ["Expression", "Instruction", "evaluate", "flatten", "run"]


@dataclass(frozen=True, slots=True)
class Instruction:
    """One step of a stack program.

    Attributes
    ----------
    op : Op
        What is done.
    value : float
        What ``CONSTANT`` pushes; always finite, times in milliseconds.
    name : Name or None
        What ``LOAD`` pushes the value of.
    """

    op: Op
    value: float = 0.0
    name: Name | None = None


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression; ``str`` gives back what was written.

    Attributes
    ----------
    text : str
        As written, without blanks around it.
    kind : Kind
        What it gives; a time is in milliseconds, a truth is 1 or 0.
    code : tuple of Instruction
        In postfix order; leaves one value.
    names : tuple of Name
        Every name referred to, in order of first appearance, each once.
    """

    text: str
    kind: Kind
    code: tuple[Instruction, ...]
    names: tuple[Name, ...]

    def __str__(self) -> str:
        return self.text

    def constant(self) -> float | None:
        """Return the value if it refers to no name, else None."""
        return None if self.names else evaluate(self, _no_name)


def _no_name(name: Name) -> float:
    raise KeyError(str(name))


def _divide(a: float, b: float) -> float:
    """Divide as IEEE 754 does: by zero gives an infinity, or NaN for 0/0 and NaN/0."""
    if b != 0:
        return a / b
    if a == 0 or math.isnan(a):
        return math.nan
    return math.copysign(math.inf, a) * math.copysign(1.0, b)


def _exp(a: float) -> float:
    try:
        return math.exp(a)
    except OverflowError:
        return math.inf


def _log(a: float) -> float:
    if a == 0:
        return -math.inf
    return math.nan if a < 0 else math.log(a)


def _sigmoid(a: float) -> float:
    """Return 1/(1 + exp(-a)) without overflow on either side."""
    if a >= 0:
        return 1.0 / (1.0 + _exp(-a))
    grown = _exp(a)
    return grown / (1.0 + grown)


def _smaller(a: float, b: float) -> float:
    """Return the smaller, the first of equals, NaN if either is NaN."""
    return b if b < a or math.isnan(b) else a


def _larger(a: float, b: float) -> float:
    """Return the larger, the first of equals, NaN if either is NaN."""
    return b if b > a or math.isnan(b) else a


_UNARY: Final[Mapping[Op, Callable[[float], float]]] = MappingProxyType(
    {
        Op.NEGATE: lambda a: -a,
        Op.NOT: lambda a: float(a == 0),
        Op.EXP: _exp,
        Op.LOG: _log,
        Op.SIGMOID: _sigmoid,
    }
)

_BINARY: Final[Mapping[Op, Callable[[float, float], float]]] = MappingProxyType(
    {
        Op.ADD: lambda a, b: a + b,
        Op.SUBTRACT: lambda a, b: a - b,
        Op.MULTIPLY: lambda a, b: a * b,
        Op.DIVIDE: _divide,
        Op.LESS: lambda a, b: float(a < b),
        Op.LESS_EQUAL: lambda a, b: float(a <= b),
        Op.GREATER: lambda a, b: float(a > b),
        Op.GREATER_EQUAL: lambda a, b: float(a >= b),
        Op.EQUAL: lambda a, b: float(a == b),
        Op.NOT_EQUAL: lambda a, b: float(a != b),
        Op.AND: lambda a, b: float(a != 0 and b != 0),
        Op.OR: lambda a, b: float(a != 0 or b != 0),
        Op.MIN: _smaller,
        Op.MAX: _larger,
    }
)


def run(code: Iterable[Instruction], lookup: Callable[[Name], float]) -> float:
    """Run a stack program in plain Python; see :func:`evaluate`."""
    stack: list[float] = []
    for step in code:
        if step.op is Op.CONSTANT:
            stack.append(step.value)
        elif step.op is Op.LOAD and step.name is not None:
            stack.append(float(lookup(step.name)))
        elif step.op in _UNARY:
            stack.append(_UNARY[step.op](stack.pop()))
        elif step.op in _BINARY:
            right = stack.pop()
            stack.append(_BINARY[step.op](stack.pop(), right))
        else:
            high, low = stack.pop(), stack.pop()
            stack.append(_smaller(_larger(stack.pop(), low), high))
    return stack.pop()


def evaluate(expression: Expression, lookup: Callable[[Name], float]) -> float:
    """Evaluate in plain Python, with the arithmetic of IEEE 754.

    Nothing raises: ``x / 0`` is an infinity or NaN, ``log`` of a negative number NaN, ``exp`` of a
    large one infinity. A comparison with NaN is false (``!=`` true); ``min``, ``max`` and ``clip``
    of NaN are NaN. Where ``clip`` is given its bounds crossed, the upper one wins.

    Parameters
    ----------
    expression : Expression
        What to evaluate.
    lookup : callable
        Gives the value of a name; times in milliseconds.

    Returns
    -------
    float
        The value: a number, a time in milliseconds, or a truth as 1.0 or 0.0.
    """
    return run(expression.code, lookup)


def flatten(
    expression: Expression, cell_of: Callable[[Name], int], constants: list[float]
) -> list[tuple[int, int]]:
    """Turn a program into rows of numbers for compiled code.

    Parameters
    ----------
    expression : Expression
        What to flatten.
    cell_of : callable
        Gives the index of a name in the vector of what a customer sees.
    constants : list of float
        The table of constants, shared by many expressions; constants are appended to it.

    Returns
    -------
    list of (int, int)
        Operation and argument: an index of ``constants`` or of the vector, else 0.
    """
    rows = []
    for step in expression.code:
        argument = 0
        if step.op is Op.CONSTANT:
            argument = len(constants)
            constants.append(step.value)
        elif step.name is not None:
            argument = cell_of(step.name)
        rows.append((int(step.op), argument))
    return rows
