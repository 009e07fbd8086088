"""From text to a checked stack program: shape by Python's parser, kinds and code by us."""

from __future__ import annotations

import ast
import math
from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate, pairwise

from simulator.limits import EXPRESSION_CHARACTERS, EXPRESSION_NODES
from simulator.spec.expressions.compiling import Compiler
from simulator.spec.expressions.expression import Expression, Instruction
from simulator.spec.expressions.tokens import Token, placeholders, scan, starts
from simulator.spec.expressions.vocabulary import Kind, Op

__all__ = ["parse_expression"]

_QUOTES = "did you forget quotes? An expression with a comma, ': ' or ' #' must be quoted in YAML"
_WANTED = {
    Kind.NUMBER: "a number such as 0.4 + satisfaction",
    Kind.TIME: "a time such as 10 min",
    Kind.TRUTH: "a truth such as satisfaction < 0.3",
}


def parse_expression(
    text: str | int | float,
    *,
    kind: Kind | None = None,
    attribute_kinds: Mapping[str, Kind] | None = None,
) -> Expression:
    """Read an expression, check it, and compile it.

    Parameters
    ----------
    text : str, int or float
        As written in the model.
    kind : Kind, optional
        What it must give where it stands.
    attribute_kinds : mapping of str to Kind, optional
        Attributes that are not numbers.

    Returns
    -------
    Expression
        Whether the names it refers to exist is left to the checks of the model.

    Raises
    ------
    ValueError
        In one line: what was seen, what is allowed, what was probably meant. Nothing else is raised.

    Examples
    --------
    >>> parse_expression("waited_at.chat > 10 min").kind.value
    'truth'
    >>> parse_expression("waited + 1")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: 'waited + 1': a time (waited) and a number (1) do not add; write a unit, as in 10 min, or ...
    """
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        raise ValueError(f"{text!r:.60} is not an expression; write a number or a text")
    expression = _parse_text(text, attribute_kinds or {}) if isinstance(text, str) else _parse_number(text)
    if kind is not None and expression.kind is not kind:
        raise ValueError(_demand(expression, kind))
    return expression


def _parse_number(number: int | float) -> Expression:
    try:
        value = float(number)
    except OverflowError:
        raise ValueError("a whole number of over 308 digits is too large") from None
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a finite number")
    return Expression(str(number), Kind.NUMBER, (Instruction(Op.CONSTANT, value),), ())


def _parse_text(text: str, attribute_kinds: Mapping[str, Kind]) -> Expression:
    if len(text) > EXPRESSION_CHARACTERS:
        seen = _shortened(text[:EXPRESSION_CHARACTERS])
        raise ValueError(f"{seen} has {len(text)} characters; at most {EXPRESSION_CHARACTERS} are allowed")
    written = text.strip()
    try:
        return _compile(written, attribute_kinds)
    except ValueError as problem:
        raise ValueError(f"{_shortened(written)}: {_one_line(str(problem))}") from None
    except (RecursionError, MemoryError):
        raise ValueError(f"{_shortened(written)}: nested too deeply to be read") from None


def _compile(written: str, attribute_kinds: Mapping[str, Kind]) -> Expression:
    tokens = scan(written)
    _check_sequence(tokens)
    compiler = Compiler(written, tokens, attribute_kinds)
    kind, code = compiler.compile(_shape(tokens).body)
    names = dict.fromkeys(step.name for step in code if step.name is not None)
    return Expression(written, kind, code, tuple(names))


def _one_line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _shortened(text: str) -> str:
    """Show a text in one line of at most sixty characters."""
    line = _one_line(text)
    return f"'{line if len(line) <= 60 else line[:57] + '…'}'"


def _demand(expression: Expression, kind: Kind) -> str:
    problem = f"{_shortened(expression.text)} is a {expression.kind}, where {_WANTED[kind]} is needed"
    if (expression.kind, kind) == (Kind.NUMBER, Kind.TIME):
        unit = f"{expression.text} s" if expression.text == "0" else "10 min"
        return f"{problem}; write a unit, as in {unit}"
    if (expression.kind, kind) == (Kind.TIME, Kind.NUMBER):
        return f"{problem}; divide by a time, as in waited / 1 min"
    return problem


def _check_sequence(tokens: list[Token]) -> None:
    """Find what only the text can show: nothing there, brackets left open, a sign missing."""
    if not tokens:
        raise ValueError("nothing is written here; write a number or a formula")
    if sum(token.value is not None for token in tokens) > EXPRESSION_NODES:
        raise ValueError(f"too long: at most {EXPRESSION_NODES} numbers, names and operations")
    _check_brackets(tokens)
    if tokens[-1].value is None and tokens[-1].written != ")":
        raise ValueError(f"something is missing after '{tokens[-1].written}'; {_QUOTES}")
    for left, right in pairwise(tokens):
        _check_neighbours(left, right)


def _check_brackets(tokens: list[Token]) -> None:
    steps = [{"(": 1, ")": -1}.get(token.written, 0) for token in tokens]
    heights = list(accumulate(steps))
    if min(heights) < 0:
        raise ValueError(f"a bracket is closed that was not opened; {_QUOTES}")
    if heights[-1] > 0:
        raise ValueError(f"a bracket is not closed; {_QUOTES}")
    if max(heights) > EXPRESSION_NODES:
        raise ValueError(f"brackets are nested {max(heights)} deep; at most {EXPRESSION_NODES}")


def _check_neighbours(left: Token, right: Token) -> None:
    ends = left.value is not None or left.written == ")"
    begins = right.value is not None or right.written[0] == "(" or right.written.isalpha()
    if ends and begins and right.written not in ("and", "or"):
        raise ValueError(
            f"nothing stands between '{left.written}' and '{right.written}'; write a sign such as *, "
            "and a name of several words in `backquotes`"
        )


def _shape(tokens: list[Token]) -> ast.Expression:
    """Let Python's parser find the shape."""
    try:
        return ast.parse(" ".join(placeholders(tokens)), mode="eval")
    except SyntaxError as error:
        index = bisect_right(starts(tokens), (error.offset or 1) - 1) - 1
        near = tokens[min(max(index, 0), len(tokens) - 1)].written
        raise ValueError(f"cannot be read at '{near}'; a value is missing or a sign too many") from None
