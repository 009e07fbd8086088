"""What holds for every model and every what-if that ships."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from simulator.engine.kernel import simulate
from simulator.program.checks import check_journey
from simulator.program.compile import compile_journey
from simulator.spec.load import load_journey, load_journeys
from simulator.spec.scenario import read_scenario

ROOT = Path(__file__).resolve().parent.parent.parent
MODELS = sorted((ROOT / "models").glob("*.yaml"))
BUILT = ["shop", "trade_show"]  # written by hand; the others are learnt from logs
SHIPPED = [path.stem for path in MODELS]
LEAST = {"shop": 4}


def scenarios(model: str) -> list[Path]:
    """List the what-ifs of a model."""
    return sorted((ROOT / "scenarios" / model).glob("*.yaml"))


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_shipped_model_has_no_errors(path: Path) -> None:
    """A model people copy loads, and its graph has nothing that stops a run."""
    assert check_journey(load_journey(path)).errors == ()


@pytest.mark.parametrize("model", BUILT)
def test_a_written_model_gives_no_reason_to_complain(model: str) -> None:
    """Neither the model nor any of its what-ifs is warned about, and every fork has evidence."""
    journeys = load_journeys(ROOT / "models" / f"{model}.yaml", scenarios(model))
    assert [check_journey(journey).warnings for journey in journeys] == [()] * len(journeys)
    assert check_journey(journeys[0]).advice == ()


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_every_model_has_ideas_with_a_reason(path: Path) -> None:
    """The shop has at least four what-ifs and each other model two; each says why, and what it costs."""
    ideas = [read_scenario(file) for file in scenarios(path.stem)]
    assert len(ideas) >= LEAST.get(path.stem, 2)
    for idea in ideas:
        assert idea.why, f"{idea.name} has no reason"
        assert "cost" in idea.model_fields_set, f"{idea.name} does not say what it costs"


@pytest.mark.parametrize("model", SHIPPED)
def test_every_idea_changes_the_journey_in_its_own_way(model: str) -> None:
    """No two of base and ideas compile to the same program, so every comparison compares something."""
    journeys = load_journeys(ROOT / "models" / f"{model}.yaml", scenarios(model))
    hashes = [compile_journey(journey).hash for journey in journeys]
    assert all(one != other for one, other in itertools.combinations(hashes, 2))


@pytest.mark.parametrize("model", SHIPPED)
def test_a_shipped_model_plays_and_loses_nobody(model: str) -> None:
    """Existing + arrived + referred = outcomes + open + stopped, and no guard stops anybody."""
    tally = simulate(compile_journey(load_journey(ROOT / "models" / f"{model}.yaml")), 1, 0)[0]
    people = int(tally["people"].sum())
    assert people == int(tally["outcomes"].sum() + tally["open"].sum() + tally["stopped"].sum())
    assert int(tally["stopped"].sum()) == 0
    assert int(tally["open"].sum()) < people // 5


@pytest.mark.parametrize("model", SHIPPED)
def test_every_touchpoint_and_outcome_is_met(model: str) -> None:
    """Nothing on the map of a shipped model is decoration: in four replications somebody comes everywhere."""
    program = compile_journey(load_journey(ROOT / "models" / f"{model}.yaml"))
    tallies = [simulate(program, 1, number)[0] for number in range(4)]
    entered = sum(tally["entered"].sum(axis=0) for tally in tallies)
    ended = sum(tally["outcomes"].sum(axis=0) for tally in tallies)
    names = program.names
    assert [name for name, count in zip(names.touchpoints, entered, strict=True) if not count] == []
    assert [name for name, count in zip(names.outcomes, ended, strict=True) if not count] == []


@pytest.mark.parametrize("model", BUILT)
def test_evidence_names_its_source_and_grade(model: str) -> None:
    """Every number with evidence says who says so and how good that is; a benchmark cites its letter."""
    for path, entry in load_journey(ROOT / "models" / f"{model}.yaml").model.evidence.items():
        assert entry.source, path
        assert entry.grade, path
        if entry.grade == "benchmark":
            assert any(letter in entry.source for letter in (" A)", " A/B)", " B)", " C)")), path
