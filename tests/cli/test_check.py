from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from simulator.cli import main

MODEL = """\
name: Corner shop
start: 2026-01-05
horizon: 8 weeks
goal: order
attributes:
  mood: {{initial: 0.5, min: 0, max: 1}}
personas:
  ann: {{arrivals: {{rate: 10 per day}}, enters: {{shop: 1}}}}
touchpoints:
  shop: {{set: {{mood: mood + 0.1}}, next: {{order: {{p: 0.4, odds: {odds}}}, left: rest}}}}
  order: {{next: {{{after}}}}}
outcomes: [left]
"""


@pytest.fixture
def check(tmp_path: Path):
    """Write a model and check it with what-ifs."""

    def check(*arguments: str, odds: str = "0.4 + mood", after: str = "left: 1", **ideas: str) -> Result:
        model = tmp_path / "model.yaml"
        model.write_text(MODEL.format(odds=odds, after=after), encoding="utf-8")
        paths = []
        for name, text in ideas.items():
            path = tmp_path / f"{name}.yaml"
            path.write_text(text, encoding="utf-8")
            paths.append(str(path))
        return CliRunner().invoke(main, ["check", str(model), *paths, *arguments])

    return check


def test_sound_model_is_shown_with_its_rows(check) -> None:
    """A model without errors ends with 0, its advice and the rows that depend on the customer."""
    result = check()
    assert result.exit_code == 0, result.stderr
    assert "Corner shop  no errors, no warnings, 2 to consider" in result.stdout
    assert "touchpoints.shop.next" in result.stdout
    assert "mood highest: 1" in result.stdout
    assert "48.28 %" in result.stdout  # 0.4 * 1.4 / (0.6 + 0.4 * 1.4)
    assert result.stderr == ""


def test_errors_go_to_stderr_and_end_with_2(check, tmp_path: Path) -> None:
    """A loop nobody leaves is told with file, line, path and fix, and the exit code is 2."""
    result = check(after="order: 1")
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert line == (
        f"{tmp_path / 'model.yaml'}:11 touchpoints.order.next: 'order' is never left: "
        "no way leads from it to an outcome; let it lead to an outcome ('left')"
    )


def test_mistakes_of_writing_are_errors_too(check) -> None:
    """What cannot be loaded is told at once, all of it."""
    result = check(after="lfet: 1", odds="moood")
    assert result.exit_code == 2
    assert "did you mean 'left'?" in result.stderr
    assert "did you mean 'mood'?" in result.stderr


def test_warnings_do_not_fail(check) -> None:
    """A warning is printed and the exit code stays 0."""
    result = check(odds="mood - 0.1")
    assert result.exit_code == 0
    assert "the run would stop" in " ".join(result.stdout.split())


def test_scenarios_are_checked_laid_over(check) -> None:
    """An idea that locks customers in is an error of the idea, not of the model."""
    trap = "name: Trap\nchanges: {touchpoints: {order: {next: {order: 1}}}}\n"
    fine = "name: Fine\nchanges: {touchpoints: {order: {dwell: 1 min}}}\n"
    assert check(fine=fine).exit_code == 0
    result = check(trap=trap)
    assert result.exit_code == 2
    assert "trap.yaml:2 touchpoints.order.next: 'order' is never left" in result.stderr
    assert "Corner shop  no errors" in result.stdout
    assert "Trap  scenario: 1 error" in result.stdout


def test_json_holds_everything(check) -> None:
    """Machines get errors, warnings, advice and rows as one versioned document."""
    document = json.loads(check("--json").stdout)
    assert document["schema"] == "journey.check/1"
    assert document["errors"] == document["warnings"] == []
    (row,) = document["rows"]
    assert row["path"] == "touchpoints.shop.next"
    assert [case["end"] for case in row["cases"]] == ["initial", "lowest", "highest"]
    assert all(one["path"] and one["message"] for one in document["advice"])


@pytest.mark.parametrize("after", ["lfet: 1", "order: 1"])
def test_json_holds_errors_with_file_and_line(check, after: str) -> None:
    """An error of writing and one of the graph come in the same form, with exit code 2."""
    result = check("--json", after=after)
    assert result.exit_code == 2
    (problem,) = json.loads(result.stdout)["errors"]
    assert problem["line"] == 11
    assert problem["path"].startswith("touchpoints.order.next")


def test_names_are_never_read_as_markup(check) -> None:
    """A scenario called [bold] is shown as it is written."""
    idea = 'name: "[bold]x[/bold]"\nchanges: {touchpoints: {order: {dwell: 1 min}}}\n'
    assert "[bold]x[/bold]" in check(idea=idea).stdout
