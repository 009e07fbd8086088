"""Check the kinds of a parsed expression and write its stack program."""

from __future__ import annotations

import ast
import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple, NoReturn

from simulator.limits import EXPRESSION_DEPTH, EXPRESSION_NODES
from simulator.spec.expressions.expression import Instruction, run
from simulator.spec.expressions.tokens import Literal, Token, starts
from simulator.spec.expressions.vocabulary import FUNCTIONS, PLAIN, ROOTS, Function, Kind, Name, Op

__all__ = ["ALLOWED", "Compiler", "Part"]

_BINARY: Final[Mapping[type[ast.operator], Op]] = MappingProxyType(
    {ast.Add: Op.ADD, ast.Sub: Op.SUBTRACT, ast.Mult: Op.MULTIPLY, ast.Div: Op.DIVIDE}
)
_UNARY: Final[Mapping[type[ast.unaryop], Op]] = MappingProxyType({ast.USub: Op.NEGATE, ast.Not: Op.NOT})
_CONNECTIVE: Final[Mapping[type[ast.boolop], Op]] = MappingProxyType({ast.And: Op.AND, ast.Or: Op.OR})
_COMPARISON: Final[Mapping[type[ast.cmpop], Op]] = MappingProxyType(
    {
        ast.Lt: Op.LESS,
        ast.LtE: Op.LESS_EQUAL,
        ast.Gt: Op.GREATER,
        ast.GtE: Op.GREATER_EQUAL,
        ast.Eq: Op.EQUAL,
        ast.NotEq: Op.NOT_EQUAL,
    }
)
_SUMS: Final = frozenset({Op.ADD, Op.SUBTRACT})
_MEASURES: Final = frozenset({Kind.NUMBER, Kind.TIME})

# What the two sides of an arithmetic sign may be, and what comes out.
_ARITHMETIC: Final[Mapping[tuple[Op, Kind, Kind], Kind]] = MappingProxyType(
    {
        **{(op, kind, kind): kind for op in _SUMS for kind in _MEASURES},
        (Op.MULTIPLY, Kind.NUMBER, Kind.NUMBER): Kind.NUMBER,
        (Op.MULTIPLY, Kind.NUMBER, Kind.TIME): Kind.TIME,
        (Op.MULTIPLY, Kind.TIME, Kind.NUMBER): Kind.TIME,
        (Op.DIVIDE, Kind.NUMBER, Kind.NUMBER): Kind.NUMBER,
        (Op.DIVIDE, Kind.TIME, Kind.NUMBER): Kind.TIME,
        (Op.DIVIDE, Kind.TIME, Kind.TIME): Kind.NUMBER,
    }
)
_VERB: Final[Mapping[Op, str]] = MappingProxyType(
    {Op.ADD: "add", Op.SUBTRACT: "subtract", Op.MULTIPLY: "multiply", Op.DIVIDE: "divide"}
)
_FOREIGN: Final[Mapping[str, str]] = MappingProxyType(
    {"UAdd": "a + before a value", "Tuple": "a comma outside a call", "Starred": "a * before a value"}
)


class Part(NamedTuple):
    """A compiled part: its kind, and the steps that leave its value on the stack."""

    kind: Kind
    code: tuple[Instruction, ...]


class Compiler:
    """Walks the shape of one expression.

    Parameters
    ----------
    text : str
        As written, for messages.
    tokens : sequence of Token
        What the placeholders ``_<index>`` in the shape stand for.
    attribute_kinds : mapping of str to Kind
        Attributes that are not numbers.
    """

    def __init__(self, text: str, tokens: Sequence[Token], attribute_kinds: Mapping[str, Kind]) -> None:
        self._text = text
        self._tokens = tokens
        self._starts = starts(tokens)
        self._attribute_kinds = attribute_kinds

    def compile(self, node: ast.expr) -> Part:
        """Check a shape and write its program.

        Raises
        ------
        ValueError
            If it holds anything that is not allowed, is too large, or mixes kinds.
        """
        self._check_size(node)
        return self._emit(node, 1)

    def _check_size(self, tree: ast.expr) -> None:
        size = 0
        for node in ast.walk(tree):
            if type(node) not in ALLOWED:
                seen = _FOREIGN.get(type(node).__name__, type(node).__name__)
                raise ValueError(f"{seen} is not part of the language of expressions")
            size += isinstance(node, ast.expr)
        if size > EXPRESSION_NODES:
            raise ValueError(f"{size} numbers, names and operations; at most {EXPRESSION_NODES} are allowed")

    def _emit(self, node: ast.expr, depth: int) -> Part:
        """Compile a part that stands under ``depth - 1`` operations."""
        if depth > EXPRESSION_DEPTH and not isinstance(node, ast.Name):
            raise ValueError(f"nested more than {EXPRESSION_DEPTH} deep; split it over attributes")
        kind, code = _EMITTERS[type(node)](self, node, depth)
        if len(code) > 1 and all(step.op is not Op.LOAD for step in code):
            code = (Instruction(Op.CONSTANT, self._folded(node, code)),)
        return Part(kind, code)

    def _folded(self, node: ast.expr, code: tuple[Instruction, ...]) -> float:
        value = run(code, lambda name: math.nan)
        if not math.isfinite(value):
            raise ValueError(f"{self._source(node)} has no finite value")
        return value

    def _source(self, node: ast.expr) -> str:
        """Give back what was written for a part."""
        first = bisect_right(self._starts, node.col_offset) - 1
        last = bisect_left(self._starts, node.end_col_offset or 0) - 1
        return self._text[self._tokens[first].start : self._tokens[last].end]

    def _name(self, node: ast.Name, depth: int) -> Part:
        value = self._tokens[int(node.id[1:])].value if node.id.startswith("_") else None
        if isinstance(value, Literal):
            return Part(value.kind, (Instruction(Op.CONSTANT, value.value),))
        if value is None:
            raise ValueError(f"'{node.id}' is a function: write {node.id}(…)")
        return Part(self._kind_of(value), (Instruction(Op.LOAD, name=value),))

    def _kind_of(self, name: Name) -> Kind:
        if name.root == "attribute":
            return self._attribute_kinds.get(name.member, Kind.NUMBER)
        return ROOTS[name.root].kind if name.root in ROOTS else PLAIN[name.root]

    def _unary(self, node: ast.UnaryOp, depth: int) -> Part:
        op = _UNARY[type(node.op)]
        part = self._emit(node.operand, depth + 1)
        if (op is Op.NOT) != (part.kind is Kind.TRUTH):
            wanted = "a truth such as satisfaction < 0.3" if op is Op.NOT else "a number or a time"
            sign = "not" if op is Op.NOT else "-"
            raise ValueError(f"'{sign}' needs {wanted}; {self._source(node.operand)} is a {part.kind}")
        return Part(part.kind, (*part.code, Instruction(op)))

    def _arithmetic(self, node: ast.BinOp, depth: int) -> Part:
        op = _BINARY[type(node.op)]
        # A sum of many terms leans to the left without being nested: a + b + c is one level.
        chained = isinstance(node.left, ast.BinOp) and (_BINARY[type(node.left.op)] in _SUMS) == (op in _SUMS)
        left = self._emit(node.left, depth if chained else depth + 1)
        right = self._emit(node.right, depth + 1)
        kind = _ARITHMETIC.get((op, left.kind, right.kind))
        if kind is None:
            self._misfit(op, (node.left, left.kind), (node.right, right.kind))
        if op is Op.DIVIDE and right.code == (Instruction(Op.CONSTANT, 0.0),):
            raise ValueError(f"{self._source(node)} divides by zero")
        return Part(kind, (*left.code, *right.code, Instruction(op)))

    def _misfit(self, op: Op, left: tuple[ast.expr, Kind], right: tuple[ast.expr, Kind]) -> NoReturn:
        for node, kind in (left, right):
            if kind is Kind.TRUTH:
                raise ValueError(f"{self._source(node)} is a truth; truths are only joined by and, or, not")
        (one, one_kind), (other, other_kind) = left, right
        seen = f"a {one_kind} ({self._source(one)}) and a {other_kind} ({self._source(other)})"
        fix = "write a unit, as in 10 min, or divide by one, as in waited / 1 min"
        zero = "; a zero is 0 s" if "0" in (self._source(one), self._source(other)) else ""
        raise ValueError(f"{seen} do not {_VERB.get(op, 'compare')}; {fix}{zero}")

    def _comparison(self, node: ast.Compare, depth: int) -> Part:
        if len(node.ops) > 1:
            raise ValueError("comparisons are not chained; write a < b and b < c")
        compared = self._alike(_COMPARISON[type(node.ops[0])], [node.left, *node.comparators], depth)
        return Part(Kind.TRUTH, compared.code)

    def _alike(self, op: Op, nodes: Sequence[ast.expr], depth: int) -> Part:
        """Compile parts that must all be numbers or all be times, joined from the left by ``op``."""
        parts = [self._emit(node, depth + 1) for node in nodes]
        for node, part in zip(nodes, parts, strict=True):
            if part.kind is not parts[0].kind or part.kind is Kind.TRUTH:
                self._misfit(op, (nodes[0], parts[0].kind), (node, part.kind))
        return Part(parts[0].kind, _joined(op, parts))

    def _connective(self, node: ast.BoolOp, depth: int) -> Part:
        parts = [self._emit(value, depth + 1) for value in node.values]
        for value, part in zip(node.values, parts, strict=True):
            if part.kind is not Kind.TRUTH:
                word = "and" if isinstance(node.op, ast.And) else "or"
                raise ValueError(
                    f"'{word}' joins truths such as satisfaction < 0.3; "
                    f"{self._source(value)} is a {part.kind}"
                )
        return Part(Kind.TRUTH, _joined(_CONNECTIVE[type(node.op)], parts))

    def _call(self, node: ast.Call, depth: int) -> Part:
        function = FUNCTIONS.get(node.func.id) if isinstance(node.func, ast.Name) else None
        if function is None or not isinstance(node.func, ast.Name):
            raise ValueError("only a function is called; between two values write a sign such as *")
        _check_count(node.func.id, function, len(node.args))
        if function.least > 1:
            return self._alike(function.op, node.args, depth)
        part = self._emit(node.args[0], depth + 1)
        if part.kind is not Kind.NUMBER:
            fix = "; divide by a time, as in waited / 1 min" if part.kind is Kind.TIME else ""
            raise ValueError(
                f"{node.func.id} takes a number; {self._source(node.args[0])} is a {part.kind}{fix}"
            )
        return Part(Kind.NUMBER, (*part.code, Instruction(function.op)))


def _joined(op: Op, parts: Sequence[Part]) -> tuple[Instruction, ...]:
    code = list(parts[0].code)
    for part in parts[1:]:
        code += part.code
        if op is not Op.CLIP:
            code.append(Instruction(op))
    return (*code, Instruction(op)) if op is Op.CLIP else tuple(code)


def _check_count(word: str, function: Function, count: int) -> None:
    if count < function.least or (function.most is not None and count > function.most):
        wanted = {1: "one value", 2: "two values or more", 3: "three values: x, lowest, highest"}
        raise ValueError(f"{word} takes {wanted[function.least]}; {count} given")


_EMITTERS: Final[Mapping[type[ast.expr], Callable[[Compiler, Any, int], Part]]] = MappingProxyType(
    {
        ast.Name: Compiler._name,
        ast.UnaryOp: Compiler._unary,
        ast.BinOp: Compiler._arithmetic,
        ast.Compare: Compiler._comparison,
        ast.BoolOp: Compiler._connective,
        ast.Call: Compiler._call,
    }
)

# Everything a shape may consist of; a node class of a later Python is refused by not being here.
ALLOWED: Final[frozenset[type[ast.AST]]] = frozenset(
    {ast.Load, *_EMITTERS, *_BINARY, *_UNARY, *_COMPARISON, *_CONNECTIVE}
)
