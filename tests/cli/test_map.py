"""`journey map`: the picture."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from click.testing import Result

from simulator.report.map_png import load_drawer

Journey = Callable[..., Result]


def test_without_a_file_it_prints_mermaid(journey: Journey) -> None:
    """Standard output is Mermaid and nothing else, so it can be piped; names stay as written."""
    found = journey("map", "shop.yaml")
    assert found.exit_code == 0
    assert found.stdout.startswith("flowchart LR\n")
    assert "simulated, 2 replications, seed 1" in found.stdout
    assert journey("map", "shop.yaml", "--workers", "2").stdout == found.stdout


def test_the_ending_chooses_the_form(journey: Journey, files: Path) -> None:
    """-o writes SVG or Mermaid, the same Mermaid as printed."""
    assert journey("map", "shop.yaml", "-o", "map.svg").exit_code == 0
    assert Xml.parse(files / "map.svg").getroot().tag.endswith("svg")
    assert journey("map", "shop.yaml", "-o", "map.MMD").exit_code == 0
    assert (files / "map.MMD").read_text(encoding="utf-8") == journey("map", "shop.yaml").stdout


def test_a_png_without_its_library_is_refused_before_anything_is_played(
    journey: Journey, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the picture needs is looked for first: exit code 1, the extra by name, no file, no run."""
    load_drawer.cache_clear()
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    monkeypatch.setattr("simulator.cli.map.play", lambda *_: pytest.fail("played"))
    found = journey("map", "shop.yaml", "-o", "map.png")
    assert found.exit_code == 1
    assert "journey-simulator[png]" in found.output
    assert not (files / "map.png").exists()


def test_it_can_do_without_a_simulation(journey: Journey) -> None:
    """With --replications 0 the flows come from the probabilities: no seed matters."""
    found = journey("map", "shop.yaml", "--replications", "0")
    assert "expected from the probabilities at the start" in found.stdout
    assert journey("map", "shop.yaml", "--replications", "0", "--seed", "9").stdout == found.stdout
    assert journey("map", "shop.yaml", "--seed", "9").stdout != journey("map", "shop.yaml").stdout


def test_a_scenario_and_a_persona_change_the_map(journey: Journey) -> None:
    """-s draws the what-if and --persona only its customers, and the map says so."""
    with_idea = journey("map", "shop.yaml", "-s", "simpler.yaml", "--replications", "0").stdout
    assert "with “Simpler checkout”" in with_idea
    assert '"39 %"' in with_idea
    tim = journey("map", "shop.yaml", "--persona", "tim", "--replications", "0").stdout
    assert tim.splitlines()[1].endswith(": tim, expected from the probabilities at the start")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "map.gif"], "use .svg, .png or .mmd"),
        (["-o", "map"], "use .svg, .png or .mmd"),
        (["-o", "nowhere/map.svg"], "there is no folder nowhere"),
        (["--persona", "tom"], "did you mean 'tim'?"),
        (["--replications", "-1"], "-1"),
        (["-s", "nothing.yaml"], "nothing.yaml"),
    ],
)
def test_wrong_input_is_told_and_nothing_is_written(
    journey: Journey, files: Path, words: list[str], said: str
) -> None:
    """What cannot be meant ends with exit code 2, before anything is played or written."""
    before = sorted(files.iterdir())
    found = journey("map", "shop.yaml", *words)
    assert found.exit_code == 2
    assert said in found.output
    assert sorted(files.iterdir()) == before
