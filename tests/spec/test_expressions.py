"""The expression language: what is read, what is refused, and what it means."""

from __future__ import annotations

import ast
import inspect
import itertools
import math
import sys
import time
import warnings

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from simulator.limits import EXPRESSION_CHARACTERS, EXPRESSION_DEPTH, EXPRESSION_NODES
from simulator.spec.expressions import Expression, Kind, Name, Op, evaluate, flatten, parse_expression
from simulator.spec.expressions.compiling import ALLOWED, Compiler
from simulator.spec.units import MILLISECONDS

# Coverage traces every line of Python, which makes it so many times slower at most.
TRACED = 10 if "coverage" in sys.modules else 1

MINUTE = 60_000.0


def value(text: str, **cells: float) -> float:
    """Evaluate with attributes given by keyword."""
    return evaluate(parse_expression(text), lambda name: cells[name.member or name.root])


def refusal(text: str | float, kind: Kind | None = None) -> str:
    """Return the message a text is refused with."""
    with pytest.raises(ValueError, match=r".") as caught:
        parse_expression(text, kind=kind)
    assert type(caught.value) is ValueError
    assert "\n" not in str(caught.value)
    return str(caught.value)


# ---------------------------------------------------------------- what is read


@pytest.mark.parametrize(
    ("text", "kind", "names"),
    [
        ("satisfaction < 0.35 or waited_at.chat > 10 min", "truth", ["satisfaction", "waited_at.chat"]),
        ("persona.price_sensitivity > 0.5 and visits.coupon_site == 0", "truth",
         ["persona.price_sensitivity", "visits.coupon_site"]),
        ("1.2 + 0.8 * satisfaction - 0.01 * price.boots", "number", ["satisfaction", "price.boots"]),
        ("satisfaction + 0.15 - 0.02 * (waited / 1 min)", "number", ["satisfaction", "waited"]),
        ("visits.reminder < 2", "truth", ["visits.reminder"]),
        ("weekday == sat or weekday == sun", "truth", ["weekday"]),
        ("hour >= 18 and not short > 0", "truth", ["hour", "short"]),
        ("since.home / 1 hour", "number", ["since.home"]),
        ("max(waited, elapsed, 2 days)", "time", ["waited", "elapsed"]),
        ("elapsed * 0.5 + 2 * 1 week", "time", ["elapsed"]),
        ("-(1 min)", "time", []),
        ("stock.boots + orders", "number", ["stock.boots", "orders"]),
        ("clip(a + a, 0, 1)", "number", ["a"]),
        ("10 * hour", "number", ["hour"]),
        ("visits.min + visits.return", "number", ["visits.min", "visits.return"]),
        ("a\n  + b", "number", ["a", "b"]),
        ("0.5", "number", []),
        (".5 + 1.", "number", []),
    ],
)  # fmt: skip
def test_expressions_are_read_with_their_kind_and_names(text: str, kind: str, names: list[str]) -> None:
    """Every form of the language has its kind and lists each name once, in order."""
    expression = parse_expression(text)
    assert (expression.kind, [str(name) for name in expression.names]) == (kind, names)
    assert str(expression) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7.0), ("(1 + 2) * 3", 9.0), ("2 - 3 - 4", -5.0), ("2 / 4 / 2", 0.25),
        ("-2 - -3", 1.0), ("- - 2", 2.0), ("clip(7, 0, 5)", 5.0), ("min(3, 1, 2)", 1.0),
        ("max(3, 1, 2)", 3.0), ("exp(0)", 1.0), ("log(1)", 0.0), ("sigmoid(0)", 0.5),
        ("mon", 0.0), ("sun", 6.0), ("90 s / 1 min", 1.5), ("1 < 2 or 1 < 0 and 1 < 0", 1.0),
        ("not 1 < 2 or 1 < 2", 1.0), ("1e3", 1000.0),
    ],
)  # fmt: skip
def test_constants_are_folded(text: str, expected: float) -> None:
    """An expression without names is one constant, with the precedence of arithmetic."""
    expression = parse_expression(text)
    assert expression.constant() == expected
    assert len(expression.code) == 1


def test_an_expression_with_names_is_no_constant() -> None:
    """Only a value that can never change is called constant."""
    assert parse_expression("0 * satisfaction").constant() is None


@pytest.mark.parametrize(
    ("unit", "milliseconds"),
    [("s", 1e3), ("min", 6e4), ("h", 3.6e6), ("hour", 3.6e6), ("hours", 3.6e6), ("day", 8.64e7),
     ("days", 8.64e7), ("week", 6.048e8), ("weeks", 6.048e8), ("month", 2_629_800_000.0),
     ("months", 2_629_800_000.0)],
)  # fmt: skip
def test_quantities_are_milliseconds(unit: str, milliseconds: float) -> None:
    """A quantity of every unit is a time; a month is 30.4375 days."""
    expression = parse_expression(f"2.5 {unit}")
    assert (expression.kind, expression.constant()) == (Kind.TIME, 2.5 * milliseconds)


@pytest.mark.parametrize("number", [0, 3, -2, 0.25, 1e-300])
def test_numbers_are_expressions(number: float) -> None:
    """YAML hands over plain numbers; they are their own value."""
    assert parse_expression(number).constant() == number


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("满意度", Name("attribute", "满意度")),
        ("удовлетворённость", Name("attribute", "удовлетворённость")),
        ("visits.购物车", Name("visits", "购物车")),
        ("цена", Name("attribute", "цена")),
        ("persona.संतुष्टि", Name("persona", "संतुष्टि")),
        ("visits.`No-Show`", Name("visits", "No-Show")),
        ("visits.`Offline TA/TO`", Name("visits", "Offline TA/TO")),
        ("visits.`v1.2`", Name("visits", "v1.2")),
        ("`my attr`", Name("attribute", "my attr")),
        ("`hour`", Name("attribute", "hour")),
        ("`a``b`", Name("attribute", "a`b")),
        ("cafe\u0301", Name("attribute", "café")),
        ("`cafe\u0301`", Name("attribute", "café")),
    ],
)
def test_names_of_any_script_are_looked_up_as_written(text: str, name: Name) -> None:
    """A name means what was written, composed (NFC), in backquotes where it is not one word."""
    assert parse_expression(text).names == (name,)
    assert parse_expression(str(name)).names == (name,)


def test_names_are_not_folded_by_compatibility() -> None:
    """Python would read a mathematical bold a as a plain one; here they are two names."""
    assert parse_expression("𝐚 + a").names == (Name("attribute", "𝐚"), Name("attribute", "a"))
    assert parse_expression("ﬁt").names == (Name("attribute", "ﬁt"),)


def test_attributes_may_hold_times() -> None:
    """An attribute declared a time mixes with times only."""
    kinds = {"planned": Kind.TIME}
    assert parse_expression("planned - elapsed", attribute_kinds=kinds).kind is Kind.TIME
    with pytest.raises(ValueError, match="do not subtract"):
        parse_expression("planned - 1", attribute_kinds=kinds)


def test_expressions_are_values() -> None:
    """Two readings of one text are equal and hash alike; different texts differ."""
    assert len({parse_expression("a + 1"), parse_expression(" a + 1 "), parse_expression("a + 2")}) == 2


# ---------------------------------------------------------------- what is refused

ESCAPES = [
    "__import__('os').system('id')", "().__class__.__bases__[0].__subclasses__()", "a.__class__",
    "visits.__class__", "persona.__init__.__globals__", "(lambda: 1)()", "lambda: 1",
    "[x for x in (1,2)]", "{x: 1 for x in y}", "{1}", "{}", "[]", "()", "(1, 2)", "a, b", "f'{a}'",
    "'{0.__class__}'.format(a)", "'a'", '"a"', "b'a'", "'''a'''", "a[0]", "a[0:1]", "x := 1", "(x := 1)",
    "a if b else c", "yield 1", "(yield)", "await a", "import os", "open('/etc/passwd')", "open(a)",
    "eval(a)", "exec(a)", "getattr(a, b)", "9**9**9", "2**3", "a // b", "a % b", "a @ b", "a << b",
    "a >> b", "a | b", "a & b", "a ^ b", "~a", "a is b", "a is not b", "a in b", "a not in b",
    "min(*a)", "min(*a, b)", "min(**a)", "min(a, b, key=c)", "exp(x=a)", "exp.real", "min(a, b).real",
    "exp(a)(b)", "min", "exp", "(exp)(a)", "(a)(b)", "`a`(b)", "10 min(a, b)", "1 .real", "1.0.real",
    "...", "None", "True", "False", "not None", "assert", "__debug__", "`a`.b", "visits.a.b",
    "visits.a()", "visits.a[0]", "a; b", "a\\\nb", "a # b", "a: b", "a = b", "*a", "**a", "a -> b", "$a",
    "a!", "!a", "a?", "#", "\x00", "a\x00b", "\ud800", "\u202ea", "a\u200bb", "`a\nb`", "`a\u200bb`", "``",
    "` `", "1j", "0x1f", "0b1", "0o7", "017", "1_000", "1__0", "1e5_0", "1e", "1e+", "1.5.2", "1..real",
    "１ + 1", "²", "nan", "inf", "Infinity", "NaN", "-inf", "1e999", "-1e999", "1e308 months", "1/0",
    "0/0", "a/0", "log(0)", "log(-1)", "exp(1000)", "1e300 * 1e300", "+a", "a <> b", "a === b",
]  # fmt: skip


@pytest.mark.parametrize("text", ESCAPES, ids=ascii)
def test_escape_shapes_are_refused(text: str) -> None:
    """What broke other evaluators, and every bit of Python beyond the language, is refused."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        refusal(text)


def _node_classes() -> set[type[ast.AST]]:
    found: set[type[ast.AST]] = set()
    todo: list[type[ast.AST]] = [ast.AST]
    while todo:
        known = todo.pop()
        found.add(known)
        todo += known.__subclasses__()
    return found


ALLOWED_NAMES = {
    "Name", "Load", "UnaryOp", "USub", "Not", "BinOp", "Add", "Sub", "Mult", "Div", "Compare", "Lt", "LtE",
    "Gt", "GtE", "Eq", "NotEq", "BoolOp", "And", "Or", "Call",
}  # fmt: skip


def test_exactly_these_node_classes_are_allowed() -> None:
    """The allow-list is this set: no attribute, subscript, power, constant, lambda."""
    assert {node.__name__ for node in ALLOWED} == ALLOWED_NAMES


def test_every_other_node_class_of_this_python_is_refused() -> None:
    """A node class nobody thought of, whichever Python brings it, is refused by default."""
    others = {node for node in _node_classes() if node.__name__ not in ALLOWED_NAMES}
    assert len(others) > 70
    for node in others:
        with pytest.raises(ValueError, match="not part of the language"):
            Compiler("a", [], {}).compile(ast.AST.__new__(node))  # type: ignore[arg-type]


def test_a_foreign_node_inside_is_refused() -> None:
    """The allow-list holds for every part, keywords of a call too."""
    for text in ("exp(x=_0)", "_0[_0]", "_0.real", "_0 ** _0", "exp(*_0)", "1 + _0"):
        with pytest.raises(ValueError, match="not part of the language"):
            Compiler("a", [], {}).compile(ast.parse(text, mode="eval").body)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("waited + 1", ["a time (waited)", "a number (1)", "do not add", "10 min"]),
        ("waited > 0", ["do not compare", "0 s"]),
        ("1 - waited", ["do not subtract"]),
        ("min(waited, 5)", ["a number (5)", "do not compare"]),
        ("clip(a, 0, 1 min)", ["a time (1 min)"]),
        ("waited * elapsed", ["do not multiply"]),
        ("1 / waited", ["do not divide", "waited / 1 min"]),
        ("exp(waited)", ["exp takes a number", "waited / 1 min"]),
        ("not satisfaction", ["'not' needs a truth", "satisfaction is a number"]),
        ("satisfaction and a < 1", ["'and' joins truths"]),
        ("a < 1 or b", ["'or' joins truths", "b is a number"]),
        ("-(a < b)", ["'-' needs a number or a time"]),
        ("(a < b) + 1", ["a < b is a truth"]),
        ("(a < b) == (c < d)", ["a < b is a truth"]),
        ("max(a < b, c < d)", ["is a truth"]),
        ("a < b < c", ["not chained", "a < b and b < c"]),
        ("satisfaction + (waited / 1 min) * 1 hour", ["a number (satisfaction)", "a time (("]),
        ("10 minutes", ["not a unit", "did you mean 'min'?"]),
        ("10 mn", ["not a unit", "did you mean 'min'?"]),
        ("5 per day", ["no rates"]),
        ("2 a", ["'a' is not a unit"]),
        ("min", ["is a function", "10 min"]),
        ("week", ["unit of time"]),
        ("visits", ["visits.<touchpoint>"]),
        ("persona. a", ["name of a trait"]),
        ("visit.home", ["did you mean 'visits'?"]),
        ("mim(a, b)", ["not a function", "did you mean 'min'?"]),
        ("clip(a, 0)", ["three values", "2 given"]),
        ("exp()", ["one value", "0 given"]),
        ("exp(a, b)", ["one value", "2 given"]),
        ("min(a)", ["two values or more", "1 given"]),
        ("clip(satisfaction", ["bracket is not closed", "did you forget quotes?"]),
        ("1)", ["did you forget quotes?"]),
        ("satisfaction -", ["missing after '-'", "did you forget quotes?"]),
        ("a and", ["missing after 'and'"]),
        ("`a", ["not closed", "did you forget quotes"]),
        ("visits.Online TA", ["nothing stands between", "backquotes"]),
        ("2(a)", ["nothing stands between '2' and '('"]),
        ("a + * b", ["cannot be read at '*'"]),
        ("a = 1", ["compare with =="]),
        ("10 %", ["5 % as 0.05"]),
        ("a ** 2", ["no powers"]),
        ("a ≤ b", ["write <="]),
        ("class", ["write `class`"]),
        ("", ["nothing is written"]),
        ("   ", ["nothing is written"]),
        ("a\u200b", ["ZERO WIDTH SPACE"]),
    ],
)  # fmt: skip
def test_messages_say_what_is_wrong_and_what_to_write(text: str, words: list[str]) -> None:
    """A refusal names what was seen and what is allowed, or what was probably meant."""
    message = refusal(text)
    assert [word for word in words if word not in message] == [], message


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("satisfaction + 1", Kind.TRUTH, "is a number, where a truth such as satisfaction < 0.3"),
        ("0", Kind.TIME, "as in 0 s"),
        (0, Kind.TIME, "as in 0 s"),
        (3, Kind.TIME, "as in 10 min"),
        ("waited", Kind.NUMBER, "divide by a time"),
        ("a < b", Kind.NUMBER, "is a truth, where a number"),
        (1, Kind.TRUTH, "is a number, where a truth"),
    ],
)
def test_the_kind_asked_for_is_held(text: str | float, kind: Kind, words: str) -> None:
    """A place that needs one kind refuses the others and says how to get there."""
    assert words in refusal(text, kind)


@pytest.mark.parametrize(
    "seen",
    [math.nan, math.inf, -math.inf, 10**400, 10**5000, True, None, [], {}, b"1", 1j],
    ids=lambda seen: type(seen).__name__,
)
def test_what_is_no_number_and_no_text_is_refused(seen: object) -> None:
    """Whatever YAML may hand over, the answer is an expression or a ValueError."""
    refusal(seen)  # type: ignore[arg-type]


def test_the_caps_are_exact() -> None:
    """At the cap an expression is read, one beyond it is refused."""
    assert parse_expression("a" * EXPRESSION_CHARACTERS)
    assert "at most 500" in refusal("a" * (EXPRESSION_CHARACTERS + 1))
    terms = EXPRESSION_NODES // 2
    assert parse_expression("+".join("a" * terms))
    assert "at most 64" in refusal("+".join("a" * (terms + 1)))
    assert parse_expression("-" * EXPRESSION_DEPTH + "a")
    assert "more than 8 deep" in refusal("-" * (EXPRESSION_DEPTH + 1) + "a")
    assert parse_expression("min(a," * EXPRESSION_DEPTH + "a" + ")" * EXPRESSION_DEPTH)
    refusal("min(a," * (EXPRESSION_DEPTH + 1) + "a" + ")" * (EXPRESSION_DEPTH + 1))


def test_depth_counts_operations_inside_each_other() -> None:
    """A long sum is one level; a product of sums of products is as deep as it looks."""
    assert parse_expression(" + ".join("abcdefgijklm"))
    text = "a"
    for level in range(EXPRESSION_DEPTH):
        text = f"({text}) {'*+'[level % 2]} b"
    assert parse_expression(text)
    assert "more than 8 deep" in refusal(f"({text}) * b")


def test_a_nearly_exhausted_interpreter_is_a_value_error() -> None:
    """Where Python itself runs out of depth, the caller still gets a ValueError."""
    allowed = sys.getrecursionlimit()
    caught: BaseException | None = None
    try:
        sys.setrecursionlimit(len(inspect.stack(0)) + 15)
        parse_expression("-" * EXPRESSION_DEPTH + "a")
    except Exception as problem:
        caught = problem
    finally:
        sys.setrecursionlimit(allowed)
    assert type(caught) is ValueError
    assert "nested too deeply" in str(caught)


@pytest.mark.parametrize(
    "text",
    ["-" * 499 + "1", "not " * 124 + "a", "(" * 249 + "1" + ")" * 249, "1+" * 249 + "1", "(" * 500,
     "-" * 20_000 + "1", "+".join("1" * 3_000), "(" * 100_000, "exp(" * 124 + "1", "a<" * 249 + "a",
     "min(" * 62 + "a,a" + ")" * 62, "`" * 499, "visits." * 71, "a " * 250],
    ids=lambda text: f"{text[:6]}…{len(text)}",
)  # fmt: skip
def test_hostile_sizes_are_refused_quickly(text: str) -> None:
    """What exhausts Python's own parser is a ValueError in milliseconds."""
    assert quickest(text) < 5e-3 * TRACED
    refusal(text)


def quickest(text: str) -> float:
    """Measure reading a text, best of five so that a busy machine does not decide."""
    taken = []
    for _ in range(5):
        begun = time.perf_counter()
        expression_or_none(text)
        taken.append(time.perf_counter() - begun)
        if taken[-1] < 5e-3 * TRACED:
            break
    return min(taken)


def expression_or_none(text: str) -> Expression | None:
    """Read a text; anything but an expression or a one-line ValueError escapes."""
    try:
        return parse_expression(text)
    except ValueError as problem:
        caught = problem
    assert type(caught) is ValueError
    assert "\n" not in str(caught)
    return None


PIECES = st.sampled_from(
    ["a", "b1", "满意度", "satisfaction", "visits.", "visits.home", "since.x", "waited", "price.`a b`", "`",
     ".", "min", "max(", "clip(", "exp(", "log(", "sigmoid(", "(", ")", ")", ",", "+", "-", "*", "/", "<",
     "<=", "==", "!=", "=", "and", "or", "not", "not ", " ", " ", " ", "\n", "0", "1", "2.5", "1e3", "1e999",
     "s", "min", "h", "days", "hour", "mon", "if", "else", "lambda", "[", "]", "{", "'", '"', "_", "__",
     ":", "#", "\\", "\x00", "\u0301", "\u200d", "\ud800", "é", "１", "%", "**", "None", "e", "x", ";",
     "@", "!", "^"]
)  # fmt: skip
SOUP = st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=80)


@settings(max_examples=2_500, deadline=None, derandomize=True)
@given(SOUP)
@example("\ud800")
@example("0\na")
@example("a\n- (1 <\n2)")
def test_random_text_is_an_expression_or_a_value_error(text: str) -> None:
    """No text raises anything else, and none takes longer than 5 ms."""
    expression_or_none(text)
    assert quickest(text) < 5e-3 * TRACED


@pytest.mark.long
@settings(max_examples=100_000, deadline=None)
@given(SOUP)
def test_much_random_text_is_an_expression_or_a_value_error(text: str) -> None:
    """No text raises anything else, and none takes longer than 5 ms."""
    expression_or_none(text)
    assert quickest(text) < 5e-3 * TRACED


@settings(max_examples=500, deadline=None, derandomize=True)
@given(
    st.sampled_from(["", "visits."]),
    st.text(min_size=1, max_size=30)
    | st.sampled_from(["hour", "mon", "h", "and", "if", "price", "log", "NaN", "_"]),
)
def test_every_name_can_be_written(root: str, member: str) -> None:
    """``str(Name)`` is read back as the same name, or the text is no name at all."""
    expression = expression_or_none(f"{root}`{member.replace('`', '``')}`")
    if expression is not None:
        (name,) = expression.names
        assert parse_expression(str(name)).names == (name,)


# ---------------------------------------------------------------- what it means


@pytest.mark.parametrize("signs", list(itertools.product(["+", "-", "*", "/"], repeat=3)))
def test_precedence_is_that_of_arithmetic(signs: tuple[str, ...]) -> None:
    """Three signs in a row group as in Python, bit for bit."""
    a, b, c, d = 0.7, 1.3, 2.9, 0.11
    shape = ast.parse(f"a {signs[0]} b {signs[1]} -c {signs[2]} d", mode="eval")
    expected = _python(shape.body, {"a": a, "b": b, "c": c, "d": d})
    assert value(ast.unparse(shape), a=a, b=b, c=c, d=d) == expected


def _python(node: ast.expr, values: dict[str, float]) -> float:
    match node:
        case ast.Name(id=name):
            return values[name]
        case ast.UnaryOp(operand=operand):
            return -_python(operand, values)
        case ast.BinOp(left=left, op=op, right=right):
            a, b = _python(left, values), _python(right, values)
            return {ast.Add: a + b, ast.Sub: a - b, ast.Mult: a * b, ast.Div: a / b}[type(op)]
    raise AssertionError(ast.dump(node))


@pytest.mark.parametrize("truths", list(itertools.product([0.0, 1.0], repeat=3)))
@pytest.mark.parametrize("words", list(itertools.product(["and", "or"], ["", "not "], ["and", "or"])))
def test_and_or_not_are_those_of_logic(truths: tuple[float, ...], words: tuple[str, ...]) -> None:
    """The truth tables and the precedence of and, or, not, over all cases."""
    a, b, c = truths
    first, no, second = words
    right = not b if no else bool(b)
    if (first, second) == ("or", "and"):
        expected = bool(a) or (right and bool(c))
    else:
        left = (bool(a) and right) if first == "and" else (bool(a) or right)
        expected = (left and bool(c)) if second == "and" else (left or bool(c))
    assert value(f"a > 0 {first} {no}b > 0 {second} c > 0", a=a, b=b, c=c) == expected


@pytest.mark.parametrize(
    ("text", "a", "expected"),
    [
        ("1 / a", 0.0, math.inf), ("1 / a", -0.0, -math.inf), ("-1 / a", 0.0, -math.inf),
        ("log(a)", 0.0, -math.inf), ("exp(a)", 1e4, math.inf), ("exp(a)", -1e4, 0.0),
        ("sigmoid(a)", 800.0, 1.0), ("sigmoid(a)", -800.0, 0.0), ("sigmoid(a)", -math.inf, 0.0),
        ("a < 1", math.nan, 0.0), ("a >= 1", math.nan, 0.0), ("a == a", math.nan, 0.0),
        ("a != a", math.nan, 1.0), ("clip(a, 2, 1)", 5.0, 1.0), ("clip(a, 0, 1)", -3.0, 0.0),
        ("min(a, 1)", -math.inf, -math.inf), ("a > 1e300", math.inf, 1.0),
    ],
)  # fmt: skip
def test_arithmetic_is_ieee(text: str, a: float, expected: float) -> None:
    """Nothing raises while evaluating; infinities and NaN behave as IEEE 754 says."""
    assert value(text, a=a) == expected


@pytest.mark.parametrize(
    ("text", "a"),
    [("a / a", 0.0), ("a - a", math.inf), ("log(a)", -1.0), ("min(a, 1)", math.nan), ("min(1, a)", math.nan),
     ("max(a, 1)", math.nan), ("max(1, a)", math.nan), ("clip(a, 0, 1)", math.nan),
     ("clip(1, a, 2)", math.nan), ("clip(1, 0, a)", math.nan), ("sigmoid(a)", math.nan),
     ("0 * a", math.inf), ("1 / a", math.nan)],
)  # fmt: skip
def test_nan_is_never_swallowed(text: str, a: float) -> None:
    """What has no value is NaN up to the place that stops the run."""
    assert math.isnan(value(text, a=a))


def test_units_cancel() -> None:
    """A time over a time is a number, whatever units they were written in."""
    assert value("satisfaction + 0.15 - 0.02 * (waited / 1 min)", satisfaction=0.6, waited=5 * MINUTE) == (
        0.6 + 0.15 - 0.02 * 5.0
    )


def test_flatten_numbers_constants_and_cells() -> None:
    """Rows refer to the shared table of constants and to the cells of the names."""
    constants = [9.0]
    rows = flatten(parse_expression("a + 2 * b"), _cell, constants)
    assert constants == [9.0, 2.0]
    assert rows == [(Op.LOAD, 4), (Op.CONSTANT, 1), (Op.LOAD, 7), (Op.MULTIPLY, 0), (Op.ADD, 0)]


def _cell(name: Name) -> int:
    return {"a": 4, "b": 7}[name.member]


def test_unit_names_are_reserved() -> None:
    """No unit is an attribute by accident, except the hour of the day, which is a word of its own."""
    for unit in sorted(set(MILLISECONDS) - {"hour"}):
        refusal(unit)
        assert parse_expression(f"`{unit}`").names == (Name("attribute", unit),)
    assert parse_expression("hour").names == (Name("hour"),)
