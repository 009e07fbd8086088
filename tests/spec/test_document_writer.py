"""What is written reads back, and reads as a person would have written it."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator import limits
from simulator.errors import ModelError
from simulator.spec.document import name_problem, parse_document, write_document


def composed(value: Any) -> Any:
    """Return the data with all texts in NFC, the form in which they are read."""
    if isinstance(value, dict):
        return {unicodedata.normalize("NFC", key): composed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [composed(item) for item in value]
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value


# Texts that YAML, of either version, would read as something else.
TRICKY = [
    "~",
    "null",
    "true",
    "NO",
    "yes",
    "on",
    "y",
    "1",
    "017",
    "1e3",
    "1e-3",
    ".5",
    "5.",
    ".inf",
    ".nan",
    "0x1F",
    "0o7",
    "1_000",
    "12:30:45",
    "2026-01-05",
    "09:00-18:00",
    "-",
    "--",
    "---",
    "...",
    "?",
    ":",
    "=",
    "<<",
    "*",
    "&",
    "!",
    "%",
    "@",
    "`",
    "|",
    ">",
    "'",
    '"',
    "#",
    "[]",
    "{}",
    "a:b",
    "a:",
    ":a",
    "a#b",
    "a,b",
    "(a)",
    "a)",
    "don't",
    "\\",
    "a\\b",
    "購物車",
    "Café",
    "👟",
]
TRICKY += ["", " ", " a", "a ", "a: b", "a #b", "a\nb", "a\tb", "\n", "- a", "? a", "max(a, b) > 1", "10 min"]
TRICKY += ["visits.`No-Show` > 1", "a\u2028b", "a\xa0b", "\u3000", "می\u200cخواهم"]
TEXTS = st.sampled_from(TRICKY) | st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\ufffe\uffff"), max_size=20
)
KEYS = TEXTS.filter(lambda name: not name_problem(name))
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=25,
)


@given(st.dictionaries(KEYS, VALUES, max_size=5))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_written_reads_back(data: dict[str, Any]) -> None:
    """Any plain data, written and read, is the same data in the same order with the same types."""
    try:
        text = write_document(data)
    except ModelError as error:
        assert "looks the same" in str(error)  # noqa: PT017 - two names equal to the eye have no written form
        return
    read = parse_document(text).data
    assert repr(read) == repr(composed(data))


@given(KEYS, TEXTS)
@settings(max_examples=300, deadline=None)
def test_texts_survive_in_every_position(key: str, text: str) -> None:
    """A text reads back as that text as key, value and item, in block and in flow style."""
    filler = "x" * 100
    data = {"a": {key: text}, "b": [text, {key: [text]}], "c": {"d": {key: text, "e": filler}}, "f": text}
    data["g"] = [text, filler, {key: text, "e": filler}, [[filler, text]]]
    assert parse_document(write_document(data)).data == composed(data)


def test_the_layout_is_what_a_person_would_write() -> None:
    """Sections and their entries stand as blocks, their parts on one line up to 100 columns."""
    rows = {f"target_{number}": 0.1 for number in range(4)}
    data = {
        "name": "Shop",
        "start": "2026-01-05",
        "goal": ["order"],
        "touchpoints": {
            "cart": {"dwell": {"gamma": {"mean": "8 min", "cv": 0.7}}, "next": rows, "cost": 1e-06},
            "long": {"next": {f"a_rather_long_target_{number}": 0.1 for number in range(4)}},
            "left": {},
        },
        "if": "max(a, b) > 1",
    }
    assert write_document(data) == (
        "name: Shop\n"
        "start: 2026-01-05\n"
        "goal: [order]\n"
        "\n"
        "touchpoints:\n"
        "  cart:\n"
        "    dwell: {gamma: {mean: 8 min, cv: 0.7}}\n"
        "    next: {target_0: 0.1, target_1: 0.1, target_2: 0.1, target_3: 0.1}\n"
        "    cost: 1.0e-06\n"
        "  long:\n"
        "    next:\n"
        "      a_rather_long_target_0: 0.1\n"
        "      a_rather_long_target_1: 0.1\n"
        "      a_rather_long_target_2: 0.1\n"
        "      a_rather_long_target_3: 0.1\n"
        "  left: {}\n"
        "\n"
        'if: "max(a, b) > 1"\n'
    )


def _nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({1: 2}, "is no text"),
        ({"": 2}, "empty"),
        ({"a\u200b": 2}, "U+200B"),
        ({"a": {"b": float("nan")}}, "a.b: nan"),
        ({"a": [float("inf")]}, "a.0: inf"),
        ({"a": 2**63}, "too large"),
        ({"a": "\x00"}, "cannot be written"),
        ({"a": "\ud800"}, "cannot be written"),
        ({"a": object()}, "no written form"),
        ({"a": _nested(32)}, "nested deeper"),
        ({"a": "x" * limits.YAML_BYTES}, "too large to be read back"),
        ({"a": [0] * limits.YAML_NODES}, "too large to be read back"),
        ({"Café": 1, "Cafe\u0301": 2}, "looks the same"),
    ],
)
def test_what_could_not_be_read_back_is_not_written(data: Any, words: str) -> None:
    """Data without a written form is refused with its path, never written as something else."""
    with pytest.raises(ModelError) as caught:
        write_document(data)
    assert words in str(caught.value)


def test_a_cycle_is_not_written() -> None:
    """Data that contains itself is refused like anything too deep."""
    data: dict[str, Any] = {}
    data["a"] = data
    with pytest.raises(ModelError, match="nested deeper"):
        write_document(data)
