"""`journey tree`: the decision tree."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Journey = Callable[..., Result]


def test_it_prints_questions_and_answers(journey: Journey) -> None:
    """Plain text of at most 80 columns, with names as written and no colours in a pipe."""
    found = journey("tree", "shop.yaml")
    assert found.exit_code == 0
    assert found.stdout.startswith("[bold]Corner[/bold] shop\nWho comes?\n")
    assert "[/red]特鲁迪" in found.stdout
    assert "★ order" in found.stdout
    assert "back to ad" in found.stdout
    assert "\x1b" not in found.stdout
    assert max(map(len, found.stdout.splitlines())) <= 80


def test_its_json_is_the_whole_tree(journey: Journey) -> None:
    """--json has the documented keys, and the answers of the first fork sum to 1."""
    document = json.loads(journey("tree", "shop.yaml", "--persona", "tim", "--json").stdout)
    head = {key: document[key] for key in ("schema", "persona", "scenario", "from", "depth")}
    assert head == {"schema": "journey.tree/1", "persona": "tim", "scenario": "", "from": "", "depth": 4}
    (ad,) = document["branches"]
    assert (ad["kind"], ad["to"], ad["probability"], ad["question"]) == (
        "touchpoint",
        "ad",
        1.0,
        "Where next?",
    )
    assert sum(one["reach"] for one in ad["branches"]) == pytest.approx(1.0)
    cart = next(one for one in ad["branches"] if one["to"] == "cart")
    assert {one["to"]: one["probability"] for one in cart["branches"]} == pytest.approx(
        {"order": 0.3, "ad": 0.1, "left": 0.6}
    )


def test_from_and_depth_and_scenario(journey: Journey) -> None:
    """--from begins elsewhere, --depth 1 asks one question, -s unrolls the what-if."""
    words = ("tree", "shop.yaml", "--persona", "tim", "--from", "cart", "--depth", "1", "-s", "simpler.yaml")
    document = json.loads(journey(*words, "--json").stdout)
    assert document["question"] == "Where next at cart?"
    assert document["scenario"] == "Simpler checkout"
    assert {one["to"]: one["probability"] for one in document["branches"]} == pytest.approx(
        {"order": 0.39, "ad": 0.1, "left": 0.51}
    )
    assert not any("branches" in one for one in document["branches"])


def test_it_writes_a_file(journey: Journey, files: Path) -> None:
    """-o writes the text as printed, or JSON where the name ends so."""
    assert journey("tree", "shop.yaml", "-o", "tree.txt").exit_code == 0
    assert (files / "tree.txt").read_text(encoding="utf-8") == journey("tree", "shop.yaml").stdout
    assert journey("tree", "shop.yaml", "-o", "tree.json").exit_code == 0
    assert json.loads((files / "tree.json").read_text(encoding="utf-8"))["schema"] == "journey.tree/1"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--from", "cartt"], "did you mean 'cart'?"),
        (["--from", "left"], "there is no touchpoint 'left'"),
        (["--persona", "tom"], "did you mean 'tim'?"),
        (["--depth", "0"], "0"),
        (["--depth", "101"], "101"),
        (["-o", "nowhere/tree.txt"], "there is no folder nowhere"),
    ],
)
def test_wrong_input_is_told(journey: Journey, files: Path, words: list[str], said: str) -> None:
    """What cannot be meant ends with exit code 2 and a hint, and writes nothing."""
    before = sorted(files.iterdir())
    found = journey("tree", "shop.yaml", *words)
    assert found.exit_code == 2
    assert said in found.output
    assert sorted(files.iterdir()) == before
