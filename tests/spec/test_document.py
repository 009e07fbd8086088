"""The YAML door: what comes in, what is refused, and where it stands."""

from __future__ import annotations

import random
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.errors import ModelError, Place
from simulator.spec.document import name_problem, parse_document, read_document, write_document

MODEL = """\
# A journey with a bit of everything the door must carry.
name: Trailhead outdoor shop
start: 2026-01-05
horizon: 26 weeks
goal: [web_order, store_order]
teams:
  support: {servers: 3, hours: {mon-fri: 09:00-18:00, sat: 10:00-14:00}, queue: 20, cost: 35 per hour}
personas:
  tim:
    card:
      goals:
        - save time
        - "buy once, cry once"
    arrivals:
      rate: 140 per day
      growth: 1 % per month
      hours: {07-09: 0.5, 19-23: 2}
    enters: {search: 0.35, paid_ad: rest}
touchpoints:
  cart:
    dwell: {lognormal: {median: 4 min, sigma: 1.0}}
    next:
      unhappy: {if: satisfaction < 0.35 or waited_at.chat > 10 min, then: {competitor: 0.3, left: rest}}
      coupon:
        if: "max(visits.`No-Show`, 1e-3) > 0.5"
        then: {coupon_site: 0.4, left: rest}
      else: {web_order: {p: 0.30, odds: 0.4 + satisfaction}, left: rest}
    set: {satisfaction: satisfaction + 0.15 - 0.02 * (waited / 1 min)}
  购物车:
    why: >
      folded
      text
    next: {left: 1}
outcomes: [left, lost]
"""


def refusal(text: str) -> ModelError:
    """Return the error that a text must give."""
    with pytest.raises(ModelError) as caught:
        parse_document(text)
    assert caught.value.problems
    return caught.value


def said(text: str) -> str:
    """Return the message of the error that a text must give."""
    return str(refusal(text))


# --------------------------------------------------------------------------- what comes in


def test_a_model_comes_in_as_written() -> None:
    """Values are the plain data a reader expects: numbers, texts, mappings and lists, in order."""
    data = parse_document(MODEL).data
    assert list(data) == [
        "name",
        "start",
        "horizon",
        "goal",
        "teams",
        "personas",
        "touchpoints",
        "outcomes",
    ]
    assert data["start"] == "2026-01-05"
    assert data["goal"] == ["web_order", "store_order"]
    assert data["teams"]["support"]["hours"] == {"mon-fri": "09:00-18:00", "sat": "10:00-14:00"}
    assert data["personas"]["tim"]["arrivals"]["hours"] == {"07-09": 0.5, "19-23": 2}
    cart = data["touchpoints"]["cart"]
    assert cart["next"]["coupon"]["if"] == "max(visits.`No-Show`, 1e-3) > 0.5"
    assert cart["next"]["else"]["web_order"] == {"p": 0.3, "odds": "0.4 + satisfaction"}
    assert data["touchpoints"]["购物车"]["why"] == "folded text\n"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("Off", "Off"),
        ("y", "y"),
        ("true", True),
        ("FALSE", False),
        ("tRue", "tRue"),
        ("null", None),
        ("~", None),
        ("", None),
        ("nULL", "nULL"),
        ("2026-01-05", "2026-01-05"),
        ("2026-01-05T09:00:00Z", "2026-01-05T09:00:00Z"),
        ("09:00-18:00", "09:00-18:00"),
        ("12:30:45", "12:30:45"),
        ("17", 17),
        ("017", 17),
        ("0o17", 15),
        ("0x1F", 31),
        ("0b11", "0b11"),
        ("-3", -3),
        ("+3", 3),
        ("1_000", "1_000"),
        ("1,000", "1,000"),
        ("0.5", 0.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e-3", 0.001),
        ("1e3", 1000.0),
        ("1E+3", 1000.0),
        ("1e", "1e"),
        (".", "."),
        ("inf", "inf"),
        ("nan", "nan"),
        ("=", "="),
        ("<<", "<<"),
        ("10 min", "10 min"),
        ("1.2.3", "1.2.3"),
        ("٣", "٣"),
        ("'17'", "17"),
        ('"true"', "true"),
        ("9223372036854775807", 2**63 - 1),
        ("don't", "don't"),
        ("a:b", "a:b"),
        ("a#b", "a#b"),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: Any) -> None:
    """Unquoted scalars follow the core schema of YAML 1.2: nothing of YAML 1.1 turns a text into a value."""
    read = parse_document(f"key: {text}").data["key"]
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    "text", [".inf", "-.INF", "+.Inf", ".nan", ".NaN", "1e999", "-1e400", "9" * 5000, str(2**63)]
)
def test_numbers_that_are_none_are_refused(text: str) -> None:
    """Infinite, undefined and overlong numbers never become a value."""
    assert "finite" in said(f"key: {text}")


@pytest.mark.parametrize(
    "key", ["1", "true", "null", "~", "NO", "07-09", "1e3", "2026-01-05", "No-Show", "A/B"]
)
def test_keys_are_their_written_text(key: str) -> None:
    """A key is the text it is written in, whatever YAML would make of it as a value."""
    assert parse_document(f"{key}: x\nq: {{{key}: y}}").data == {key: "x", "q": {key: "y"}}


def test_names_and_texts_are_composed() -> None:
    """Names and texts that differ only by how accents are stored are the same, and stored one way."""
    decomposed = unicodedata.normalize("NFD", "Café")
    assert parse_document(f"{decomposed}: {decomposed}").data == {"Café": "Café"}
    assert "stands twice, first on line 1" in said(f"Café: 1\n{decomposed}: 2")


@pytest.mark.parametrize(
    "text", ["\ufeffa: 1\n", "a: 1\r\n", "a: 1\r", "--- \na: 1\n", "a: 1\n...\n", "{a: 1}"]
)
def test_harmless_forms_come_in(text: str) -> None:
    """Byte order marks, any line ending and document marks around one document are accepted."""
    assert parse_document(text).data == {"a": 1}


# --------------------------------------------------------------------------- places


def test_every_value_has_its_place() -> None:
    """Scalars know their own line and column, mappings and lists those of their key."""
    document = parse_document(MODEL, "shop.yaml")
    lines = MODEL.split("\n")

    def seen(*path: str) -> str:
        place = document.place(path)
        assert place.file == "shop.yaml"
        return lines[place.line - 1][place.column - 1 :]

    assert seen("start") == "2026-01-05"
    assert seen("touchpoints") == "touchpoints:"
    assert seen("touchpoints", "cart", "next") == "next:"
    assert seen("touchpoints", "cart", "next", "else", "web_order", "p").startswith("0.30")
    assert seen("touchpoints", "购物车", "next", "left").startswith("1}")
    assert seen("personas", "tim", "card", "goals", "1") == '"buy once, cry once"'
    assert set(document.places) == {()} | set(_paths(document.data))


def _paths(value: Any, above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    items = list(value.items()) if isinstance(value, dict) else []
    items = [(str(number), item) for number, item in enumerate(value)] if isinstance(value, list) else items
    return [path for key, inner in items for path in ((*above, key), *_paths(inner, (*above, key)))]


def test_what_is_absent_has_the_place_of_its_nearest_ancestor() -> None:
    """An error about something not written points to where it should have been."""
    document = parse_document("a: 1\nb:\n  c: {d: 2}\n", "m.yaml")
    assert document.place(("b", "c", "x", "y")) == document.place(("b", "c")) == Place("m.yaml", 3, 3)
    assert document.place(("zzz",)) == document.place(()) == Place("m.yaml", 1, 1)
    assert document.place(("b", "c", "d")).line == 3


# --------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "empty"),
        ("# only a comment\n", 1, "empty"),
        ("- a\n- b", 1, "must be a mapping"),
        ("just text", 1, "must be a mapping"),
        ("a:1", 1, "blank after the colon"),
        ("a: 1\nb: &x 2", 2, "anchor (&x)"),
        ("a: 1\nb: *x", 2, "alias (*x)"),
        ("a: &a [*a]", 1, "alias"),
        ("<<: {a: 1}", 1, "merge key"),
        ("a: !int 3", 1, "tag (!int)"),
        ("a: ! x", 1, "tag"),
        ("a: !!str 3", 1, "tag"),
        ("a: !!python/object/apply:os.system [ls]", 1, "tag"),
        ("!x a: 1", 1, "tag"),
        ("%YAML 1.1\n---\na: 1", 1, "directive"),
        ("a: 1\n---\nb: 2", 2, "second document"),
        ("a: 1\n...\nb: 2", 3, "document"),
        ("a: 1\nb: 2\na: 3", 3, "'a' stands twice, first on line 1"),
        ("a: {b: 1, b: 2}", 1, "'b' stands twice"),
        ("? [a]\n: b", 1, "a key must be a text"),
        ("{a: 1}: 2", 1, "a key must be a text"),
        ('"": 1', 1, "empty"),
        ('a: 1\n"  ": 1', 2, "empty"),
        ("x" * 300 + ": 1", 1, "longer than 256"),
        ("a: 1\nb\x00: 2", 2, "U+0000"),
        ("a: 1\nb: \x1b[31m", 2, "U+001B"),
        ("a: x\x85b: y", 1, "U+0085"),
        ("a: x\u2028b: y", 1, "U+2028"),
        ("a: \ud800", 1, "U+D800"),
        ("a: b\ufeffc", 1, "U+FEFF"),
        ('a: "\\0"', 1, "U+0000"),
        ('a: "\\ud800"', 1, "escape"),
        ('a: "\\q"', 1, "unknown escape"),
        ('a: 1\n"b\\nc": 1', 2, "invisible character, U+000A"),
        ("a: 1\nca\u200brt: 2", 2, "U+200B ZERO WIDTH SPACE"),
        ("a: 1\nca\u202ert: 2", 2, "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("a: 1\nca\u200drt: 2", 2, "U+200D ZERO WIDTH JOINER"),
        ('a: {"b\\u2066": 2}', 1, "U+2066"),
        ("cart: 1\nсаrt: 2", 2, "looks the same as 'cart' of line 1"),
        ("a:\n\tb: 1", 2, "indent with spaces, not tabs"),
        ("a: 1\n\tb: 1", 2, "indent with spaces, not tabs"),
        ("a:\n  b: 1\n c: 2", 3, "begin in the same column"),
        ("a: x\nb\nc: 1", 2, "no 'key: value'"),
        ('a: "x\n\n', 1, "never closed"),
        ("a: [1, 2\n\n", 1, "a , or ] is missing for the [ of line 1"),
        ("a: {b: 1\nc: 2", 2, "a , or } is missing for the { of line 1"),
        ("a: {b: 1}}", 1, "does not fit"),
    ],
)
def test_wrong_documents_name_line_and_reason(text: str, line: int, words: str) -> None:
    """Each wrong document gives one problem that names its line and what is wrong, with a fix."""
    error = refusal(text)
    assert words in str(error)
    assert {problem.place.line for problem in error.problems} == {line}
    assert all(problem.fix for problem in error.problems)


@pytest.mark.parametrize(
    "value",
    [
        "{if: max(a, b) > 1, then: 2}",
        "{x: {y: clip(a, 0, 1)}}",
        "[min(a, b), 3]",
        "{add: a: b}",
        "{add: a #b}",
        "b: c",
        "- waited",
        "* 2",
        "*b",
        "! b",
        "!b",
        "& b",
        "&b",
        "% b",
        "@b",
        "`No-Show` > 1",
        "> 3",
        "| 3",
        "{x: - 3}",
        "{x: `No-Show`}",
        "{why: fast, cheap, good}",
    ],
)
def test_an_expression_that_yaml_splits_asks_for_quotes(value: str) -> None:
    """Whatever YAML would cut, comment away or read as its own sign gets the advice to quote it."""
    error = refusal(f"first: 1\na: {value}\n")
    assert "did you forget quotes" in str(error)
    assert {problem.place.line for problem in error.problems} <= {2, 3}


def test_quotes_are_all_an_expression_needs() -> None:
    """The advice is true: the same expressions in quotes come in unchanged."""
    for text in (
        "max(a, b) > 1",
        "a: b",
        "a #b",
        "- waited",
        "* 2",
        "!b",
        "&b",
        "% b",
        "@b",
        "`No-Show` > 1",
    ):
        assert parse_document(f'a: {{if: "{text}", then: 2}}').data == {"a": {"if": text, "then": 2}}


def test_all_problems_of_a_file_come_at_once() -> None:
    """Mistakes on several lines are all listed, each with its line and path, up to a syntax error."""
    error = refusal("a: 1\nb: {c: &x 1, d: .nan}\na: 2\ne: max(a\nf: {g: 1")
    assert [(problem.place.line, problem.path) for problem in error.problems] == [
        (2, ("b", "c")),
        (2, ("b", "d")),
        (3, ("a",)),
        (5, ("f",)),
    ]


def test_a_flood_of_problems_is_cut() -> None:
    """A file with a mistake on each line lists the first fifty and says so."""
    error = refusal("\n".join(f"k{number}: .nan" for number in range(1000)))
    assert len(error.problems) == 51
    assert "too many" in str(error)


@pytest.mark.parametrize(
    "name", ["购物车", "Корзина", "Offline TA/TO", "می\u200cخواهم", "क्\u200dष", "👟", "a.b", "été"]
)
def test_names_of_any_script_are_names(name: str) -> None:
    """Names may be in any script, with the joiners that script is written with."""
    assert name_problem(name) == ""
    assert list(parse_document(f'"{name}": 1').data) == [unicodedata.normalize("NFC", name)]


# --------------------------------------------------------------------------- fuzz

PIECES = [
    *"{}[]:,#&*!|>'\"%@`?-~\\\n\t ()",
    *["\x00", "\ud800", "\u202e", "\u200b", "é", "e\u0301", "\r", "\x85", "\u2028", "\ufeff"],
    *[
        "- ",
        ": ",
        " #",
        "<<: ",
        "---\n",
        "...\n",
        "%YAML 1.1\n",
        "!!",
        "&a ",
        "*a",
        "  ",
        "? ",
        "\\x",
        '"\\U00110000"',
    ],
]


def mutated(generator: random.Random) -> str:
    """Return the example with one to six random edits."""
    text = MODEL
    for _ in range(generator.randint(1, 6)):
        at, to = (generator.randrange(len(text)) for _ in range(2))
        edits = (
            text[:at] + generator.choice(PIECES) + text[at:],
            text[:at] + text[at + generator.randint(1, 5) :],
            text[:at] + generator.choice(PIECES) + text[at + 1 :],
            text[:at] + text[to : to + generator.randint(1, 80)] + text[at:],
            text[: max(at, 1)],
        )
        text = generator.choices(edits, (4, 3, 4, 2, 0.3))[0] or "a"
    return text


def play(seed: int, count: int) -> int:
    """Read mutations of the example; return how many came in."""
    generator = random.Random(seed)
    clean = 0
    for _ in range(count):
        text = mutated(generator)
        try:
            document = parse_document(text)
        except ModelError as error:
            assert all(problem.message for problem in error.problems)  # noqa: PT017 - either outcome is fine
            last = text.count("\n") + text.count("\r") + 1
            assert all(0 <= problem.place.line <= last for problem in error.problems)  # noqa: PT017
            continue
        clean += 1
        assert parse_document(write_document(document.data)).data == document.data
    return clean


def test_the_example_model_survives() -> None:
    """A model, read, written and read, is the same; written again it is the same text."""
    data = parse_document(MODEL).data
    text = write_document(data)
    assert parse_document(text).data == data
    assert write_document(parse_document(text).data) == text


def test_mutations_come_in_or_are_refused() -> None:
    """A mutated model is read cleanly, and written back the same, or refused as ModelError with a line."""
    assert 30 < play(seed=20260105, count=300) < 270


@pytest.mark.long
def test_many_mutations_come_in_or_are_refused() -> None:
    """The same of a hundred thousand mutations."""
    assert play(seed=7, count=100_000) > 10_000


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_text_comes_in_or_is_refused(text: str) -> None:
    """Nothing but ModelError comes out of the door, whatever goes in."""
    try:
        assert isinstance(parse_document(text).data, dict)
    except ModelError as error:
        assert error.problems  # noqa: PT017 - either outcome is fine


@given(st.binary(max_size=60))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_come_in_or_are_refused(tmp_path: Path, content: bytes) -> None:
    """Nothing but ModelError comes out of a file, whatever its bytes."""
    path = tmp_path / "m.yaml"
    path.write_bytes(content)
    try:
        assert isinstance(read_document(path).data, dict)
    except ModelError as error:
        assert error.problems  # noqa: PT017 - either outcome is fine
