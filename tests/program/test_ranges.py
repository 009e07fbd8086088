from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.program.ranges import Range, range_of, truth_of
from simulator.spec.expressions import Kind, Name, evaluate, parse_expression

ENDS = {"a": Range(-2.0, 3.0), "b": Range(0.0, math.inf), "c": Range(0.5, 0.5)}

numbers = st.sampled_from(["a", "b", "c", "0", "1", "2.5", "0.5"])
terms = st.recursive(
    numbers,
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner),
        st.builds("{}({})".format, st.sampled_from(["exp", "log", "sigmoid"]), inner),
        st.builds("{}({}, {})".format, st.sampled_from(["min", "max"]), inner, inner),
        st.builds("clip({}, {}, {})".format, inner, inner, inner),
        st.builds("-({})".format, inner),
    ),
    max_leaves=6,
)
truths = st.recursive(
    st.builds("({} {} {})".format, terms, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), terms),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner),
        st.builds("(not {})".format, inner),
    ),
    max_leaves=3,
)
values = st.fixed_dictionaries(
    {
        "a": st.floats(-2.0, 3.0) | st.sampled_from([-2.0, 0.0, 3.0]),
        "b": st.floats(0.0, 1e300) | st.sampled_from([0.0, 1.0, math.inf]),
        "c": st.just(0.5),
    }
)


def of_name(name: Name) -> Range:
    """Give the range of a name of these tests."""
    return ENDS[name.member]


def parsed(text: str, kind: Kind):
    """Parse, or give None for what the language refuses (a division by zero, too deep)."""
    try:
        return parse_expression(text, kind=kind)
    except ValueError:
        return None


@given(terms, values)
def test_no_value_lies_outside_its_range(text: str, seen: dict[str, float]) -> None:
    """Whatever a customer carries, the value of an expression lies in its range."""
    expression = parsed(text, Kind.NUMBER)
    if expression is None:
        return
    found = range_of(expression, of_name)
    value = evaluate(expression, lambda name: seen[name.member])
    if math.isnan(value):
        assert found.nan, text
    else:
        slack = 1e-12 * max(1.0, abs(value)) if math.isfinite(value) else 0.0
        assert found.low - slack <= value <= found.high + slack, (text, found, value)


@given(truths, values)
def test_a_certain_truth_is_never_wrong(text: str, seen: dict[str, float]) -> None:
    """What is said to hold always or never does so for every value."""
    expression = parsed(text, Kind.TRUTH)
    if expression is None:
        return
    certain = truth_of(expression, of_name)
    if certain is not None:
        assert bool(evaluate(expression, lambda name: seen[name.member])) is certain, text


@pytest.mark.parametrize(
    ("text", "certain"),
    [
        ("a < -2", False),
        ("a <= -2", None),
        ("a <= 3", True),
        ("a < 3", None),
        ("a > 3 or b < 0", False),
        ("a >= -2 and b >= 0", True),
        ("c == 0.5", True),
        ("c != 0.5", False),
        ("not a > 3", True),
        ("sigmoid(a) > 1", False),
        ("max(b, 1) >= 1", True),
        ("clip(a, 0, 1) > 1", False),
        ("b * c < 0", False),
        ("2 * a + 1 > 7", False),
        ("a / b > 1", None),
    ],
)
def test_what_is_certain_is_found(text: str, certain: bool | None) -> None:
    """Simple conditions are decided by the ends of what they read, and only where that is certain."""
    assert truth_of(parse_expression(text, kind=Kind.TRUTH), of_name) is certain
