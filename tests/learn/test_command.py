from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from simulator.cli import main

Write = Callable[..., Path]
ROLES = ["--case", "who", "--event", "what", "--time", "when"]


@pytest.fixture
def small(log_file: Write) -> Path:
    """Write a log of a few bookings."""
    rows = [
        f"{case},{what},2026-01-{day + case % 9:02}"
        for case in range(30)
        for day, what in ((1, "in"), (3, "out"))
    ]
    return log_file(["who,what,when", *rows], "log.csv")


def test_the_command_writes_a_model_that_can_be_run(small: Path, tmp_path: Path) -> None:
    """`learn` writes a file that says how it was made; notes go to stderr, and `check` accepts it."""
    model = tmp_path / "model.yaml"
    done = CliRunner().invoke(main, ["learn", str(small), *ROLES, "-o", str(model)])
    assert (done.exit_code, done.stdout) == (0, "")
    assert "arrivals are spread over the day" in done.stderr
    text = model.read_text(encoding="utf-8")
    assert f"# journey learn {small} --case who --event what --time when -o {model}\n" in text


def test_without_an_output_the_model_goes_to_stdout(small: Path) -> None:
    """The model alone is on stdout, so that it can be piped."""
    done = CliRunner().invoke(main, ["learn", str(small), *ROLES, "--goal", "out"])
    assert done.exit_code == 0
    assert done.stdout.startswith("# Learnt from an event log")
    assert "goal: [out]" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["none.csv", *ROLES], "there is no such file"),
        (["log.csv", "--case", "who", "--event", "what"], "Missing option '--time'"),
        (["log.csv", "--case", "whom", *ROLES[2:]], "did you mean 'who'"),
        (["log.csv", *ROLES, "--goal", "uot"], "did you mean 'out'"),
        (["log.csv", *ROLES, "-o", "no/such/folder/model.yaml"], "cannot be written"),
    ],
)
def test_wrong_input_is_exit_code_two(
    small: Path, arguments: list[str], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each wrong call says what is wrong on stderr and exits with 2."""
    monkeypatch.chdir(small.parent)
    done = CliRunner().invoke(main, ["learn", *arguments])
    assert done.exit_code == 2
    assert says in done.stderr
