"""The expression language of journey models: text becomes a small stack program, never Python.

::

    text ──tokens──▶ numbers, quantities, names ──ast──▶ shape ──kinds──▶ stack program

Names and numbers are taken out of the text *before* Python's parser sees it, so the parser finds
placeholders only: it cannot rename anything (Python folds ``𝐚`` to ``a``), and what it builds is
held against an allow-list of node classes. Both engines run the same program; the plain Python
:func:`evaluate` serves the checks of a model and as the oracle of the tests.
"""

from __future__ import annotations

from simulator.spec.expressions.expression import Expression, Instruction, evaluate, flatten
from simulator.spec.expressions.parsing import parse_expression
from simulator.spec.expressions.vocabulary import STACK_CELLS, Kind, Name, Op

__all__ = [
    "STACK_CELLS",
    "Expression",
    "Instruction",
    "Kind",
    "Name",
    "Op",
    "evaluate",
    "flatten",
    "parse_expression",
]
