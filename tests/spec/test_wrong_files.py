"""Wrong files: each a mistake a person would make, with the answer written in its first lines.

`# expect: line | path | words of the message | words of the fix`, one for every problem.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from simulator.errors import ModelError, Problem
from simulator.spec.load import load_journey

FILES = sorted((Path(__file__).parent / "wrong").glob("*.yaml"))
MARK = "# expect: "


@dataclass(frozen=True)
class Expected:
    """One line of `# expect:`."""

    line: int
    path: str
    message: str
    fix: str

    def met_by(self, problem: Problem) -> bool:
        """Tell whether a problem is this one."""
        return (
            problem.place.line == self.line
            and ".".join(problem.path) == self.path
            and self.message in problem.message
            and self.fix in problem.fix + problem.message
        )


def expected(path: Path) -> list[Expected]:
    """Read what a file says is wrong with it."""
    found = []
    for text in path.read_text(encoding="utf-8").splitlines():
        if text.startswith(MARK):
            line, where, message, fix = (part.strip() for part in text.removeprefix(MARK).split(" | "))
            found.append(Expected(int(line), where, message, fix))
    return found


def problems_of(path: Path) -> tuple[Problem, ...]:
    """Load a file and catch what is wrong with it."""
    try:
        load_journey(path)
    except ModelError as error:
        return error.problems
    return ()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_mistake_is_named_with_line_path_and_fix(path: Path) -> None:
    """Every mistake of a wrong file is reported, all at once, and nothing that is right is."""
    wanted = expected(path)
    problems = problems_of(path)
    told = "\n".join(map(str, problems))
    assert wanted, f"{path.name} says nothing about what is wrong with it"
    for each in wanted:
        assert any(each.met_by(problem) for problem in problems), f"{each} is not among\n{told}"
    assert len(problems) == len(wanted), told
    assert all(problem.place.file == str(path) for problem in problems), told


def test_there_are_forty_wrong_files() -> None:
    """The collection holds at least forty different mistakes."""
    assert len({path.read_text(encoding="utf-8") for path in FILES}) >= 40
