from __future__ import annotations

import pytest

from simulator.errors import ModelError
from simulator.spec.document import parse_document
from simulator.spec.touchpoint import Touchpoint
from simulator.spec.validation import validate


def wrong(text: str) -> list[str]:
    """Read a touchpoint that is refused and give every problem."""
    document = parse_document(text, "t.yaml")
    with pytest.raises(ModelError) as caught:
        validate(Touchpoint, document.data, document.place)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("next: {left: 1.5}", "t.yaml:1 next.left: a probability lies in 0–1, not 1.5"),
        ("next:\n  else: {left: 1.5}", "t.yaml:2 next.else.left: a probability lies in 0–1, not 1.5"),
        (
            "next:\n  left:\n    p: 2\n    after: 1 h",
            "t.yaml:3 next.left.p: a probability lies in 0–1, not 2",
        ),
        ("next: {left: 1}\ndwel: 1 min", "t.yaml:2 dwel: unknown key 'dwel'; did you mean 'dwell'?"),
        (
            "next: {left: {p: 1, aftr: 1 h}}",
            "t.yaml:1 next.left.aftr: unknown key 'aftr'; did you mean 'after'?",
        ),
        (
            "next: {a: {if: orders > 1, then: {left: 1}, esle: 1}, else: {left: 1}}",
            "t.yaml:1 next.a.esle: unknown key 'esle'; choose from before, if, then",
        ),
        ("race: {left: {p: 1}}", "t.yaml:1 race.left: after is missing"),
        ("next: {left: 1}\npresent: 3", "t.yaml:2 present: expected true or false, not 3"),
        ("next: {left: 1}\ncard: text", "t.yaml:2 card: expected a mapping, not 'text'"),
        ("next: {left: 1}\nset: {a: {too: 1}}", "unknown key 'too'; did you mean 'to'?"),
    ],
)
def test_pydantics_findings_in_a_persons_words(text: str, expected: str) -> None:
    """Each cause is one problem at the path as written, whatever full form pydantic saw."""
    problems = wrong(text + "\n")
    assert len(problems) == 1
    assert expected in problems[0]


def test_rules_stand_before_rules_that_move_themselves() -> None:
    """`before` may name a rule that is written later and says `before` itself; the order is what it says.

    Catches an order made in one pass from top to bottom.
    """
    rule = "{if: orders > 1, then: {left: 1}, before: %s}"
    rules = ", ".join(f"{name}: {rule % other}" for name, other in {"c": "b", "b": "a", "z": "else"}.items())
    text = f"next: {{{rules}, a: {{if: orders > 2, then: {{left: 1}}}}, else: {{left: 1}}}}"
    document = parse_document(text, "t.yaml")
    found = validate(Touchpoint, document.data, document.place)
    assert list(found.next or {}) == ["c", "b", "a", "z", "else"]


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("b", "a", "the rule 'a' says before: 'b', and so on in a circle"),
        ("b", "x", "the rule 'b' says before: 'x', which is no rule here"),
        ("a", "else", "the rule 'a' says before: 'a', and so on in a circle"),
        ("[b]", "else", "the rule 'a' says before: ['b'], which is no rule here"),
    ],
)
def test_a_rule_without_a_place_is_refused(a: str, b: str, expected: str) -> None:
    """A `before` that names no rule, or leads back to itself, says which rule and why."""
    rules = f"a: {{if: orders > 1, then: {{left: 1}}, before: {a}}}"
    rules += f", b: {{if: orders > 2, then: {{left: 1}}, before: {b}}}"
    (problem,) = wrong(f"next: {{{rules}, else: {{left: 1}}}}")
    assert expected in problem


def test_words_of_a_list_are_named_with_the_nearest() -> None:
    """A value from a closed list says what was seen and which word was meant."""
    (problem,) = wrong("next: {left: 1}\nmedia: ownd\n")
    assert problem.startswith(
        "t.yaml:2 media: expected 'owned', 'paid', 'earned' or 'competitor', not 'ownd'"
    )
    assert problem.endswith("did you mean 'owned'?")


def test_a_union_of_a_row_and_a_word_says_only_what_is_meant() -> None:
    """A wrong row where `wait` could stand is told as a row, without the other branch's words."""
    (problem,) = wrong("next: {left: 1}\non_closed: {left: 0.3}\n")
    assert "they must sum to 1" in problem


def test_all_problems_come_at_once_in_the_order_of_the_file() -> None:
    """Several mistakes are several problems."""
    problems = wrong("cost: -1\ndwell: 3 mins\nnext: {left: 0.3}\n")
    assert [problem.split(" ")[0] for problem in problems] == ["t.yaml:1", "t.yaml:2", "t.yaml:3"]
