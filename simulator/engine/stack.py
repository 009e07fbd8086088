"""Evaluate the stack programs of expressions in compiled code, for both engines.

A program is a run of rows (operation, argument) inside one array that holds every expression of a
journey. Names were resolved to cells of one vector beforehand, so nothing is looked up here. The
arithmetic is that of IEEE 754 and equals :func:`simulator.spec.expressions.evaluate` bit for bit:
``x / 0`` is an infinity or NaN, ``log`` of a negative number is NaN, comparisons with NaN are false
(``!=`` true), and ``min``, ``max``, ``clip`` of NaN are NaN.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from simulator.compiled import compiled, inner
from simulator.spec.expressions import STACK_CELLS, Op

__all__ = ["SCRATCH", "SCRATCH_CELLS", "evaluate", "new_stack"]

# Compiled code freezes module-level integers; it cannot read an enumeration.
_CONSTANT: Final = int(Op.CONSTANT)
_LOAD: Final = int(Op.LOAD)
_NEGATE: Final = int(Op.NEGATE)
_NOT: Final = int(Op.NOT)
_EXP: Final = int(Op.EXP)
_LOG: Final = int(Op.LOG)
_SIGMOID: Final = int(Op.SIGMOID)
_ADD: Final = int(Op.ADD)
_SUBTRACT: Final = int(Op.SUBTRACT)
_MULTIPLY: Final = int(Op.MULTIPLY)
_DIVIDE: Final = int(Op.DIVIDE)
_LESS: Final = int(Op.LESS)
_LESS_EQUAL: Final = int(Op.LESS_EQUAL)
_GREATER: Final = int(Op.GREATER)
_GREATER_EQUAL: Final = int(Op.GREATER_EQUAL)
_EQUAL: Final = int(Op.EQUAL)
_NOT_EQUAL: Final = int(Op.NOT_EQUAL)
_AND: Final = int(Op.AND)
_OR: Final = int(Op.OR)
_MIN: Final = int(Op.MIN)
_CLIP: Final = int(Op.CLIP)

# The largest argument of a finite exp: Python's own exp raises beyond it, compiled code does not.
_LARGEST_EXPONENT: Final = 709.782712893384


# Behind the cells of the stack: what a choice or a `set` works out before it is used.
SCRATCH: Final = STACK_CELLS
SCRATCH_CELLS: Final = 64


def new_stack(scratch: int = SCRATCH_CELLS) -> npt.NDArray[np.float64]:
    """Make the working memory of :func:`evaluate` and of choices; one for each thread."""
    return np.zeros(SCRATCH + max(scratch, SCRATCH_CELLS))


@inner
def _smaller(a: float, b: float) -> float:
    return b if b < a or math.isnan(b) else a


@inner
def _larger(a: float, b: float) -> float:
    return b if b > a or math.isnan(b) else a


@inner
def _sigmoid(a: float) -> float:
    if a >= 0.0:
        return 1.0 / (1.0 + math.exp(-a))
    grown = math.exp(a)
    return grown / (1.0 + grown)


@inner
def _exp(a: float) -> float:
    return math.inf if a > _LARGEST_EXPONENT else math.exp(a)


@inner
def _log(a: float) -> float:
    if a == 0.0:
        return -math.inf
    return math.nan if a < 0.0 else math.log(a)


@inner
def _unary(op: int, a: float) -> float:
    if op == _NEGATE:
        return -a
    if op == _NOT:
        return 1.0 if a == 0.0 else 0.0
    if op == _EXP:
        return _exp(a)
    return _log(a) if op == _LOG else _sigmoid(a)


@inner
def _truth(op: int, a: float, b: float) -> bool:
    if op == _LESS:
        return a < b
    if op == _LESS_EQUAL:
        return a <= b
    if op == _GREATER:
        return a > b
    if op == _GREATER_EQUAL:
        return a >= b
    if op == _EQUAL:
        return a == b
    if op == _NOT_EQUAL:
        return a != b
    if op == _AND:
        return a != 0.0 and b != 0.0
    return a != 0.0 or b != 0.0


@inner
def _binary(op: int, a: float, b: float) -> float:
    if op == _ADD:
        return a + b
    if op == _SUBTRACT:
        return a - b
    if op == _MULTIPLY:
        return a * b
    if op == _DIVIDE:
        return a / b
    if op <= _OR:
        return 1.0 if _truth(op, a, b) else 0.0
    return _smaller(a, b) if op == _MIN else _larger(a, b)


@compiled
def evaluate(
    ints: npt.NDArray[np.int64],
    floats: npt.NDArray[np.float64],
    first: int,
    last: int,
    cells: npt.NDArray[np.float64],
    base: int,
    stack: npt.NDArray[np.float64],
) -> float:
    """Evaluate the code from position ``first`` up to, not including, ``last``.

    Parameters
    ----------
    ints : ndarray of int64
        Holds pairs of operation and argument, see :func:`simulator.spec.expressions.flatten`.
    floats : ndarray of float64
        Holds what ``CONSTANT`` pushes, at the position of its argument; times in milliseconds.
    first, last : int
        Where the code stands in ``ints``.
    cells : ndarray of float64
        What the customer sees; ``LOAD`` pushes from it.
    base : int
        Where in ``cells`` this customer's begin.
    stack : ndarray of float64, shape (STACK_CELLS,) or longer
        Scratch memory, see :func:`new_stack`; its contents do not matter.

    Returns
    -------
    float
        A number, a time in milliseconds, or a truth as 1.0 or 0.0.
    """
    top = -1
    for position in range(first, last, 2):
        op = ints[position]
        if op <= _LOAD:
            top += 1
            argument = ints[position + 1]
            stack[top] = floats[argument] if op == _CONSTANT else cells[base + argument]
        elif op <= _SIGMOID:
            stack[top] = _unary(op, stack[top])
        elif op < _CLIP:
            top -= 1
            stack[top] = _binary(op, stack[top], stack[top + 1])
        else:
            top -= 2
            stack[top] = _smaller(_larger(stack[top], stack[top + 1]), stack[top + 2])
    return float(stack[0])
