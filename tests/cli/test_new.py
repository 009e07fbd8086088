"""`journey new`: starter files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from simulator.spec.load import load_journeys
from simulator.spec.starter import MINIMAL, starter_files, starter_models

Journey = Callable[..., Result]


def tree(folder: Path) -> dict[str, bytes]:
    """Read every file of a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.mark.parametrize("model", starter_models())
def test_every_starter_loads_with_all_its_ideas(model: str, journey: Journey, files: Path) -> None:
    """What is copied is a model and what-ifs that load together, and a README that names them all."""
    found = journey("new", "mine", "--model", model)
    assert found.exit_code == 0
    folder = files / "mine"
    ideas = sorted((folder / "scenarios").glob("*.yaml"))
    journeys = load_journeys(folder / f"{model}.yaml", ideas)
    assert len(journeys) >= 1 + len(ideas)
    readme = (folder / "README.txt").read_text(encoding="utf-8")
    assert all(f"scenarios/{path.name}" in readme for path in ideas)
    assert f"journey run {model}.yaml" in readme
    assert tree(folder) == {name: text.encode() for name, text in starter_files(model).items()}


def test_the_shop_is_the_default(journey: Journey, files: Path) -> None:
    """Without --model it is the shop, byte for byte as it ships, with its what-ifs."""
    assert journey("new", "mine").exit_code == 0
    shipped = Path(__file__).resolve().parent.parent.parent
    assert (files / "mine" / "shop.yaml").read_bytes() == (shipped / "models" / "shop.yaml").read_bytes()
    copied = {path.name for path in (files / "mine" / "scenarios").iterdir()}
    assert copied == {path.name for path in (shipped / "scenarios" / "shop").glob("*.yaml")}
    assert len(copied) >= 4


def test_the_minimal_model_is_short_and_explained() -> None:
    """The smallest start is about 20 lines, and says what the words mean."""
    lines = [line for line in MINIMAL.splitlines() if line]
    assert len(lines) <= 20
    assert sum("# " in line for line in lines) >= 6


def test_a_folder_with_anything_in_it_is_left_alone(journey: Journey, files: Path) -> None:
    """A folder that is not empty is refused with exit code 2, and not a byte in it changes."""
    (files / "mine").mkdir()
    (files / "mine" / "notes.txt").write_text("precious", encoding="utf-8")
    before = tree(files)
    found = journey("new", "mine")
    assert found.exit_code == 2
    assert "mine is not empty" in found.output
    assert tree(files) == before
    assert journey("new", "shop.yaml").exit_code == 2
    assert tree(files) == before


def test_an_empty_folder_is_fine(journey: Journey, files: Path) -> None:
    """A folder made beforehand can be used, also below folders that do not exist yet."""
    (files / "mine").mkdir()
    assert journey("new", "mine", "--model", "minimal").exit_code == 0
    assert journey("new", "a/b/c", "--model", "minimal").exit_code == 0
    assert (files / "a/b/c/minimal.yaml").read_text(encoding="utf-8") == MINIMAL


def test_a_wrong_model_is_told_and_nothing_is_made(journey: Journey, files: Path) -> None:
    """A model that does not ship gets the nearest name; a path is no way out of the models' folder."""
    found = journey("new", "mine", "--model", "shopp")
    assert found.exit_code == 2
    assert "did you mean 'shop'?" in found.output
    for sneaky in ("../shop", "/etc/passwd", ""):
        assert journey("new", "mine", "--model", sneaky).exit_code == 2
    assert not (files / "mine").exists()


def test_what_it_says_next_works(journey: Journey, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands of the README run in the new folder."""
    assert "cd mine && journey run minimal.yaml" in journey("new", "mine", "--model", "minimal").output
    monkeypatch.chdir(files / "mine")
    lines = (files / "mine" / "README.txt").read_text(encoding="utf-8").splitlines()
    commands = [line.split("  ")[1].split() for line in lines if line.startswith("  journey ")]
    assert [words[1] for words in commands] == ["check", "run", "map", "tree", "trace", "compare"]
    for words in commands:
        ideas = [path.as_posix() for path in Path("scenarios").glob("*.yaml")]
        typed = [one for word in words[1:] for one in (ideas if "*" in word else [word])]
        extra = ["--replications", "2", "--workers", "1"] if words[1] in ("run", "compare") else []
        assert journey(*typed, *extra).exit_code == 0, words
