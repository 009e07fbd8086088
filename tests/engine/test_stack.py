"""Expressions in compiled code equal their meaning, bit for bit."""

from __future__ import annotations

import ast
import math
import re
import struct
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from simulator.engine.stack import SCRATCH_CELLS, evaluate, new_stack
from simulator.limits import EXPRESSION_DEPTH
from simulator.spec import expressions
from simulator.spec.expressions import STACK_CELLS, Expression, Op, flatten, parse_expression
from simulator.spec.units import MILLISECONDS

NUMBERS = ["satisfaction", "wished", "visits.chat", "persona.haste", "price.boots", "hour", "orders"]
TIMES = ["waited", "elapsed", "waited_at.chat", "since.home"]
CELLS = [*NUMBERS, *TIMES]


def compiled_value(expression: Expression, cells: list[float]) -> float:
    """Evaluate in compiled code, in the middle of a larger program, on a used stack."""
    constants = [math.nan]
    rows = flatten(expression, lambda name: CELLS.index(str(name)), constants)
    code = np.array([(Op.LOAD, 0), *rows, (Op.NEGATE, 0)], dtype=np.int64).ravel()
    stack = np.full(STACK_CELLS + 4, math.nan)
    with np.errstate(all="ignore"):  # matters only where the suite runs without compilation
        got = evaluate(code, np.array(constants), 2, 2 + 2 * len(rows), np.array(cells), 0, stack)
    assert np.isnan(stack[STACK_CELLS:]).all()
    return got


def bits(value: float) -> bytes:
    """Return the bytes of a double; every NaN alike."""
    return b"nan" if math.isnan(value) else struct.pack("<d", value)


# ---------------------------------------------------------------- random expressions


def _calls(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(inner, min_size=2, max_size=4).map(", ".join)
    return st.one_of(
        st.tuples(st.sampled_from(["min", "max"]), several).map(lambda p: f"{p[0]}({p[1]})"),
        st.tuples(inner, inner, inner).map(lambda p: f"clip({p[0]}, {p[1]}, {p[2]})"),
    )


def _signed(inner: st.SearchStrategy[str], signs: str) -> st.SearchStrategy[str]:
    return st.tuples(inner, st.sampled_from(list(signs)), inner).map(" ".join)


def _numbers(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        _signed(inner, "+-*/"),
        _signed(inner, "+-*/"),
        inner.map("({})".format),
        inner.map("- {}".format),
        st.tuples(st.sampled_from(["exp", "log", "sigmoid"]), inner).map(lambda p: f"{p[0]}({p[1]})"),
        _calls(inner),
        st.tuples(TIME_LEAVES, TIME_LEAVES).map(lambda p: f"({p[0]} / {p[1]})"),
    )


def _times(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        _signed(inner, "+-"),
        _calls(inner),
        st.tuples(inner, NUMBER_LEAVES).map(lambda p: f"({p[0]}) * {p[1]}"),
        st.tuples(NUMBER_LEAVES, inner).map(lambda p: f"{p[0]} * ({p[1]})"),
    )


def _truths(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join),
        inner.map("not {}".format),
        inner.map("({})".format),
    )


NUMBER_LEAVES = st.sampled_from([*NUMBERS, "0.35", "2", "1e3", "0.02", "fri"])
TIME_LEAVES = st.sampled_from([*TIMES, "10 min", "2 days", "0.5 h", "1 month"])
NUMBER = st.recursive(NUMBER_LEAVES, _numbers, max_leaves=12)
TIME = st.recursive(TIME_LEAVES, _times, max_leaves=6)
COMPARED = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
COMPARISON = st.tuples(NUMBER, COMPARED, NUMBER).map(" ".join) | st.tuples(TIME, COMPARED, TIME).map(" ".join)
TRUTH = st.recursive(COMPARISON, _truths, max_leaves=4)
TEXT = st.one_of(NUMBER, TIME, TRUTH)
VALUES = st.lists(
    st.floats() | st.floats(-3, 3) | st.sampled_from([0.0, -0.0, 1.0, 0.35, 2.0, math.inf, 6e5, 1e308]),
    min_size=len(CELLS),
    max_size=len(CELLS),
)


# ---------------------------------------------------------------- an independent meaning


def _ieee(a: float, b: float) -> float:
    with np.errstate(all="ignore"):
        return float(np.float64(a) / np.float64(b))


def _safe(function: Callable[[float], float], a: float, otherwise: float) -> float:
    try:
        return function(a)
    except OverflowError:
        return otherwise


def _log(a: float) -> float:
    return math.log(a) if a > 0 else (-math.inf if a == 0 else math.nan)


def _sigmoid(a: float) -> float:
    top = 1.0 if a >= 0 else _safe(math.exp, a, math.inf)
    return top / (1.0 + _safe(math.exp, -abs(a), 0.0)) if not math.isnan(a) else a


def _least(*values: float) -> float:
    return math.nan if any(map(math.isnan, values)) else min(values)


def _most(*values: float) -> float:
    return math.nan if any(map(math.isnan, values)) else max(values)


FUNCTIONS: dict[str, Callable[..., float]] = {
    "min": _least,
    "max": _most,
    "clip": lambda x, low, high: _least(_most(x, low), high),
    "exp": lambda a: _safe(math.exp, a, math.inf),
    "log": _log,
    "sigmoid": _sigmoid,
}


def meaning(text: str, cells: dict[str, float]) -> float:
    """Evaluate by walking what Python itself makes of the text."""
    plain = re.sub(r"([0-9.]+) (min|days|h|month)\b", lambda m: repr(float(m[1]) * MILLISECONDS[m[2]]), text)
    return float(_walk(ast.parse(plain, mode="eval").body, {**cells, "fri": 4.0}))


def _walk(node: ast.expr, cells: dict[str, float]) -> float:
    match node:
        case ast.Constant(value=value):
            return float(value)  # type: ignore[arg-type]
        case ast.Name() | ast.Attribute():
            return cells[ast.unparse(node)]
        case ast.UnaryOp(op=op, operand=operand):
            inside = _walk(operand, cells)
            return float(not inside) if isinstance(op, ast.Not) else -inside
        case ast.BoolOp(op=op, values=values):
            found = [bool(_walk(value, cells)) for value in values]
            return float(all(found) if isinstance(op, ast.And) else any(found))
        case ast.Call(func=ast.Name(id=name), args=args):
            return FUNCTIONS[name](*[_walk(arg, cells) for arg in args])
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            a, b = _walk(left, cells), _walk(right, cells)
            table = {ast.Lt: a < b, ast.LtE: a <= b, ast.Gt: a > b, ast.GtE: a >= b, ast.Eq: a == b}
            return float(table.get(type(op), a != b))
        case ast.BinOp(left=left, op=op, right=right):
            a, b = _walk(left, cells), _walk(right, cells)
            signs = {ast.Add: a + b, ast.Sub: a - b, ast.Mult: a * b}
            return signs[type(op)] if type(op) in signs else _ieee(a, b)
    raise AssertionError(ast.dump(node))


def accepted(text: str) -> Expression:
    """Read a generated text; only the caps and constants without a value may refuse it."""
    try:
        return parse_expression(text)
    except ValueError as problem:
        refused = str(problem)
    assert re.search("at most|deep|divides by zero|no finite value", refused), refused
    reject()


def _agree(text: str, values: list[float]) -> None:
    expression = accepted(text)
    cells = dict(zip(CELLS, values, strict=True))
    expected = bits(meaning(text, cells))
    assert bits(expressions.evaluate(expression, lambda name: cells[str(name)])) == expected
    assert bits(compiled_value(expression, values)) == expected


@settings(max_examples=1_000, deadline=None, derandomize=True)
@given(TEXT, VALUES)
def test_compiled_equals_plain_python(text: str, values: list[float]) -> None:
    """The stack program, compiled or not, equals a walk over Python's own reading, bit for bit."""
    _agree(text, values)


@pytest.mark.long
@settings(max_examples=50_000, deadline=None)
@given(TEXT, VALUES)
def test_compiled_equals_plain_python_on_many(text: str, values: list[float]) -> None:
    """The stack program, compiled or not, equals a walk over Python's own reading, bit for bit."""
    _agree(text, values)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    st.sampled_from(["exp({})", "log({})", "sigmoid({})"]), st.lists(st.floats(), min_size=50, max_size=50)
)
def test_transcendental_functions_are_those_of_the_c_library(call: str, values: list[float]) -> None:
    """Compiled exp and log give the very bits of Python's (a vector library would not)."""
    text = call.format("satisfaction")
    expression = parse_expression(text)
    for value in values:
        cells = [value] * len(CELLS)
        assert bits(compiled_value(expression, cells)) == bits(meaning(text, {"satisfaction": value}))


# ---------------------------------------------------------------- each operation, and the stack

CASES = {
    Op.CONSTANT: "0.25 + satisfaction",
    Op.LOAD: "satisfaction",
    Op.NEGATE: "- satisfaction",
    Op.NOT: "not satisfaction < 1",
    Op.EXP: "exp(satisfaction)",
    Op.LOG: "log(satisfaction)",
    Op.SIGMOID: "sigmoid(satisfaction)",
    Op.ADD: "satisfaction + wished",
    Op.SUBTRACT: "satisfaction - wished",
    Op.MULTIPLY: "satisfaction * wished",
    Op.DIVIDE: "satisfaction / wished",
    Op.LESS: "satisfaction < wished",
    Op.LESS_EQUAL: "satisfaction <= wished",
    Op.GREATER: "satisfaction > wished",
    Op.GREATER_EQUAL: "satisfaction >= wished",
    Op.EQUAL: "satisfaction == wished",
    Op.NOT_EQUAL: "satisfaction != wished",
    Op.AND: "satisfaction > 0 and wished > 0",
    Op.OR: "satisfaction > 0 or wished > 0",
    Op.MIN: "min(satisfaction, wished)",
    Op.MAX: "max(satisfaction, wished)",
    Op.CLIP: "clip(satisfaction, wished, 1)",
}
NASTY = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    5e-324,
    1e308,
    -1e308,
    709.782712893384,
    709.7827128933841,
    -746.0,
    math.inf,
    -math.inf,
    math.nan,
]


@pytest.mark.parametrize("op", list(Op), ids=lambda op: op.name)
def test_each_operation_on_the_edges_of_floating_point(op: Op) -> None:
    """Every operation agrees on all pairs of zeros, extremes, infinities and NaN."""
    expression = parse_expression(CASES[op])
    assert op in [step.op for step in expression.code]
    for a in NASTY:
        for b in NASTY:
            _agree(CASES[op], [a, b, *[0.0] * (len(CELLS) - 2)])


def test_operations_keep_their_order() -> None:
    """The evaluator tells how many values an operation takes from its number."""
    assert [op.name for op in sorted(Op)] == list(Op.__members__)
    assert list(Op) == list(range(len(Op)))
    assert (Op.LOAD, Op.SIGMOID, Op.MAX, Op.CLIP) == (1, 6, 20, 21)


def _height(expression: Expression) -> int:
    height = highest = 0
    for step in expression.code:
        height += 1 if step.op <= Op.LOAD else 0 if step.op <= Op.SIGMOID else -1 if step.op < Op.CLIP else -2
        highest = max(highest, height)
    assert height == 1
    return highest


def test_the_deepest_expression_just_fits_the_stack() -> None:
    """Eight nested clips use every cell of the scratch memory and none beyond."""
    text = "clip(wished, hour, " * EXPRESSION_DEPTH + "satisfaction" + ")" * EXPRESSION_DEPTH
    expression = parse_expression(text)
    assert _height(expression) == STACK_CELLS == len(new_stack()) - SCRATCH_CELLS
    _agree(text, [0.3, 0.9, *[0.1] * (len(CELLS) - 2)])


@settings(max_examples=500, deadline=None, derandomize=True)
@given(TEXT)
def test_no_expression_outgrows_the_stack(text: str) -> None:
    """Compiled code does not check bounds, so the reader must keep every program inside."""
    assert _height(accepted(text)) <= STACK_CELLS


def test_the_contents_of_the_scratch_memory_do_not_matter() -> None:
    """Whatever an earlier program left behind, the value is the same."""
    code = np.array(
        flatten(parse_expression("satisfaction + wished"), lambda name: CELLS.index(str(name)), [])
    )
    stack = new_stack()
    values = set()
    for left_behind in (0.0, math.nan, 1e9):
        stack[:] = left_behind
        values.add(
            evaluate(code.ravel().astype(np.int64), np.zeros(1), 0, 6, np.array([0.25, 0.5]), 0, stack)
        )
    assert values == {0.75}
