from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Journey = Callable[..., Result]


def test_answer_comes_first(journey: Journey) -> None:
    """The first words name the idea, its gain with interval, and the chance that it is best."""
    out = journey("compare", "shop.yaml", "simpler.yaml", "cheaper.yaml", "--replications", "5").stdout
    said = " ".join(out.split())
    assert re.match(
        r"Launch Simpler checkout: conversion \+\d\.\d\d points \[\+.+, \+.+\].*; "
        r"(over )?99[\d.]* % chance to be best\.",
        said,
    )
    assert "change nothing" in said
    assert re.search(r"today \d+\.\d\d % \[.+?\] [\d,]+ \d+\.\d % \[.+?\] [\d,]+", said)
    assert "sessions that met cart" in said
    assert max(map(len, out.splitlines())) <= 80


def test_json(journey: Journey) -> None:
    """`--json` prints the documented document; chances sum to 1; an untouched metric differs by 0."""
    words = ["compare", "shop.yaml", "simpler.yaml", "cheaper.yaml", "--replications", "5", "--json"]
    document = json.loads(journey(*words).stdout)
    assert document["schema"] == "journey.compare/1"
    chances = [document["baseline"]["chance_best"], *(idea["chance_best"] for idea in document["ideas"])]
    assert sum(chances) == pytest.approx(1.0)
    simpler, cheaper = document["ideas"]
    assert simpler["difference"]["estimate"] > 0
    assert simpler["cost"]["once"] == 100
    assert cheaper["difference"] == {"estimate": 0.0, "low": 0.0, "high": 0.0}
    assert document["verdict"]["names"] == ["Simpler checkout"]
    assert document["baseline"]["abandonment"]["touchpoint"] == "cart"


def test_ideas_are_those_that_run_plays(journey: Journey) -> None:
    """Base and ideas have the digests that `run` gives them, so a comparison can be checked by hand."""
    compared = json.loads(
        journey("compare", "shop.yaml", "simpler.yaml", "--replications", "3", "--json").stdout
    )
    base = json.loads(journey("run", "shop.yaml", "--replications", "3", "--json").stdout)
    idea = json.loads(
        journey("run", "shop.yaml", "-s", "simpler.yaml", "--replications", "3", "--json").stdout
    )
    assert compared["baseline"]["digest"] == base["digest"]
    assert compared["ideas"][0]["digest"] == idea["digest"]
    assert compared["baseline"]["estimate"] == pytest.approx(base["conversion"]["estimate"], rel=1e-12)
    difference = idea["conversion"]["estimate"] - base["conversion"]["estimate"]
    assert compared["ideas"][0]["difference"]["estimate"] == pytest.approx(difference, rel=1e-9)


def test_identical_scenarios_differ_by_nothing(journey: Journey, files: Path) -> None:
    """Two scenarios that say the same have the same difference and chance, to the last bit."""
    text = (files / "simpler.yaml").read_text().replace("Simpler checkout", "Twin")
    (files / "twin.yaml").write_text(text)
    words = ["compare", "shop.yaml", "simpler.yaml", "twin.yaml", "--replications", "4", "--json"]
    first, second = json.loads(journey(*words).stdout)["ideas"]
    for field in ("difference", "chance_best", "digest", "variance_ratio", "personas"):
        assert first[field] == second[field]


def test_other_metric(journey: Journey) -> None:
    """`--metric revenue` compares by money and says so."""
    words = ["compare", "shop.yaml", "cheaper.yaml", "--replications", "4", "--metric", "revenue"]
    out = journey(*words).stdout
    assert "Today's revenue" in out
    assert "EUR" in out


def test_a_sweep_is_a_grid_of_ideas(journey: Journey, files: Path) -> None:
    """Each point of a sweep is an idea of its own; the one equal to today is shown as is."""
    (files / "sweep.yaml").write_text("name: Price\nsweep: {products.boots.price: [119, 129]}\n")
    words = ["compare", "shop.yaml", "sweep.yaml", "--replications", "2"]
    ideas = json.loads(journey(*words, "--json").stdout)["ideas"]
    assert [idea["as_is"] for idea in ideas] == [False, True]
    assert "(as is)" in " ".join(journey(*words).stdout.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["shop.yaml"], "SCENARIO"),
        (["shop.yaml", "simpler.yaml", "--metric", "convertion"], "did you mean 'conversion'?"),
        (["shop.yaml", "simpler.yaml", "--abandoned-at", "card"], "did you mean 'cart'?"),
        (["shop.yaml", "simplr.yaml"], "did you mean 'simpler.yaml'?"),
        (["shop.yaml", "simpler.yaml", "simpler.yaml"], "Simpler checkout"),
    ],
)
def test_wrong_input(journey: Journey, words: list[str], said: str) -> None:
    """A wrong input exits with 2 before anything is played, and says what is wrong."""
    done = journey("compare", *words, "--replications", "100000")
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stdout == ""
