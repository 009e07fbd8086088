"""`--uncertainty` of run and compare, and `journey experiment`, as a user types them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.compute as pc
import pytest
from click.testing import Result

from simulator.execution.replay import replay
from simulator.results.folder import read_folder

Journey = Callable[..., Result]

EVIDENCE = """
evidence:
  touchpoints.cart.next: {grade: guess, worth: 30}
  personas.tim.arrivals.rate: {grade: expert, range: [15, 27]}
"""


@pytest.fixture
def unsure(files: Path) -> str:
    """Give the name of the model with evidence."""
    text = (files / "shop.yaml").read_text(encoding="utf-8")
    (files / "unsure.yaml").write_text(text + EVIDENCE, encoding="utf-8")
    return "unsure.yaml"


@pytest.fixture
def idea(files: Path) -> str:
    """Give the name of a what-if."""
    return "simpler.yaml"


def test_a_run_tells_noise_chance_and_ignorance_apart(journey: Journey, unsure: str) -> None:
    """Every answer has its variance in three parts that add up, and the numbers it hangs on."""
    result = journey("run", unsure, "--uncertainty", "--replications", "30", "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    told = document["uncertainty"]
    assert document["replications"] == told["draws"] == 30
    assert [one["path"] for one in told["numbers"]] == ["personas.tim.arrivals.rate", "touchpoints.cart.next"]
    assert {"conversion", "orders", "revenue", "demand for boots"} <= set(told["answers"])
    for answer in told["answers"].values():
        parts = answer["variance"]
        assert parts["noise"] + parts["chance"] + parts["ignorance"] == pytest.approx(parts["total"])
        assert parts["noise"] == pytest.approx(parts["chance"] / 60)
    conversion = told["answers"]["conversion"]
    assert conversion["drivers"][0]["path"] == "touchpoints.cart.next"
    assert conversion["low"] < conversion["mean"] < conversion["high"]


def test_the_tables_fit_a_terminal(journey: Journey, unsure: str, idea: str) -> None:
    """Answers, the decision, what to survey, and the plan of a test stay within 80 columns."""
    for words in (
        ("run", unsure, "--uncertainty"),
        ("compare", unsure, idea, "--uncertainty", "--metric", "revenue"),
        ("experiment", unsure, idea),
    ):
        result = journey(*words, "--replications", "8")
        assert result.exit_code == 0, result.output
        assert max(map(len, result.stdout.splitlines())) <= 80


def test_names_are_not_broken_for_figures(journey: Journey, unsure: str, idea: str) -> None:
    """Where figures leave too little room for the names of ideas, these stand above columns."""
    out = journey(
        "compare", unsure, idea, "--uncertainty", "--metric", "revenue", "--replications", "8"
    ).stdout
    told = out[out.index("What is not known") :]
    assert any(line.startswith(" idea") and "Simpler checkout" in line for line in told.splitlines())


def test_a_comparison_says_what_to_survey_next(journey: Journey, unsure: str, idea: str) -> None:
    """The chance to be best under ignorance, the parts of each difference, and what knowing is worth."""
    words = ("compare", unsure, idea, "--uncertainty", "--metric", "profit", "--replications", "40")
    result = journey(*words, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)["uncertainty"]
    assert sum(told["chance_best"].values()) == pytest.approx(1.0)
    assert set(told["chance_best"]) == {"change nothing", "Simpler checkout"}
    assert told["metric"] == "profit"
    assert {one["path"] for one in told["numbers"]} == {"personas.tim.arrivals.rate", "touchpoints.cart.next"}
    assert told["perfect_information"]["value"] >= 0.0
    assert told["ideas"]["Simpler checkout"]["variance"]["total"] > 0.0
    assert "survey" in told["survey_next"].lower() or "knowing" in told["survey_next"].lower()
    again = journey(*words, "--json", "--workers", "2", "--engine", "kernel")
    assert json.loads(again.stdout)["uncertainty"] == told


def test_an_idea_that_changes_the_numbers_of_nobody_differs_by_nothing(
    journey: Journey, unsure: str, tmp_path: Path
) -> None:
    """A point of a sweep equal to the base plays the same draws, so its difference is exactly 0."""
    sweep = tmp_path / "sweep.yaml"
    sweep.write_text("name: s\nsweep: {touchpoints.ad.cost: [0.2, 0.3]}\n", encoding="utf-8")
    result = journey("compare", unsure, str(sweep), "--uncertainty", "--replications", "5", "--json")
    same = json.loads(result.stdout)["uncertainty"]["ideas"]["s [cost=0.2]"]
    assert same["mean"] == same["variance"]["total"] == 0.0


def test_no_evidence_is_nothing_to_draw(journey: Journey) -> None:
    """Without a worth or a range the user is told what to write, before anything is played."""
    result = journey("run", "shop.yaml", "--uncertainty")
    assert result.exit_code == 2
    assert "no evidence has a worth or a range" in result.stderr
    assert "worth: 50" in result.stderr


def test_one_draw_is_refused(journey: Journey, unsure: str) -> None:
    """One draw tells nothing: exit code 2, nothing written."""
    result = journey("run", unsure, "--uncertainty", "--replications", "1", "--out", "there")
    assert result.exit_code == 2
    assert "at least 2 --replications" in result.stderr
    assert not Path("there").exists()


@pytest.mark.parametrize("command", ["run", "forecast"])
def test_a_folder_with_drawn_numbers_makes_the_run_again(
    journey: Journey, unsure: str, idea: str, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """The manifest alone gives the same digest: the same numbers are drawn again, also under a what-if."""
    words = (command, unsure, "-s", idea, "--uncertainty", "--replications", "3", "--out", "out", "--json")
    monkeypatch.setattr("sys.argv", ["journey", *words])
    done = journey(*words)
    assert done.exit_code == 0, done.output
    Path(unsure).unlink()
    Path(idea).unlink()
    recorded = read_folder(Path("out"))
    assert recorded.manifest["digest"] == json.loads(done.stdout)["digest"]
    assert replay(recorded).digest == recorded.manifest["digest"]
    recorded.manifest["command"] = ["journey", command]
    assert replay(recorded).digest != recorded.manifest["digest"], "numbers as written give another run"


def test_files_of_a_run_with_drawn_numbers(journey: Journey, unsure: str) -> None:
    """Rows and events are those of one future of each draw; the result has the variance by its parts."""
    words = ("run", unsure, "--uncertainty", "--replications", "3", "--engine", "kernel")
    done = journey(*words, "--out", "out", "--rows", "--events", "log.csv", "--json")
    assert done.exit_code == 0, done.output
    recorded = read_folder(Path("out"))
    written = json.loads(Path("out/result.json").read_text(encoding="utf-8"))
    assert written == json.loads(done.stdout)
    assert written["uncertainty"]["draws"] == 3
    visits = recorded.table("visits")
    assert set(visits["replication"].to_pylist()) == {0, 1, 2}
    first = visits.filter(pc.equal(visits["replication"], 0)).num_rows
    assert first == len(Path("log.csv").read_text(encoding="utf-8").splitlines()) - 1
    came = sum(written[kind] for kind in ("existing", "arrived", "referred"))
    assert recorded.table("customers").num_rows == came


def test_a_plan_is_told_in_json(journey: Journey, unsure: str, idea: str) -> None:
    """Customers and weeks by the formula and on the journey, the terms, and what the formula gets wrong."""
    result = journey("experiment", unsure, idea, "--power", "90%", "--share", "0.3", "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["schema"] == "journey.experiment/1"
    assert (document["power"], document["share"], document["significance"]) == (0.9, 0.3, 0.05)
    assert document["journey"]["weeks"] >= document["textbook"]["weeks"] * 0.99
    assert document["journey"]["power"] == pytest.approx(0.9, abs=0.05)
    nearer = document["only_those_who_meet_the_change"]
    assert nearer["journey"]["customers"] < document["journey"]["customers"]
    assert document["difference"]["low"] < document["difference"]["estimate"]


def test_a_plan_is_drawn(journey: Journey, unsure: str, idea: str, tmp_path: Path) -> None:
    """The chart of power by weeks is written, the same bytes each time."""
    first, second = tmp_path / "one.svg", tmp_path / "two.svg"
    for path in (first, second):
        result = journey("experiment", unsure, idea, "--replications", "4", "--plot", str(path))
        assert result.exit_code == 0, result.output
    assert first.read_bytes() == second.read_bytes()
    assert "chance to confirm it" in first.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--power", "2"), "outside 0 to 100%"),
        (("--power", "much"), "is no share"),
        (("--share", "100%"), "lie below 100%"),
        (("--plot", "chart.gif"), "no kind of chart"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(journey: Journey, unsure: str, idea: str, words, said) -> None:
    """Terms and files are looked at before anything is played."""
    result = journey("experiment", unsure, idea, *words)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_forecast_is_as_wide_as_what_is_not_known(journey: Journey, unsure: str, idea: str) -> None:
    """With drawn numbers the fan has a part from ignorance, also under a what-if; without, it has none."""
    words = ("forecast", unsure, "-s", idea, "--json", "--replications", "12")
    plain, drawn = (json.loads(journey(*words, *more).stdout) for more in ((), ("--uncertainty",)))
    assert (plain["uncertainty"], drawn["uncertainty"]) == (False, True)
    assert (plain["replications"], drawn["replications"]) == (12, 24)
    assert all(one["variance"]["ignorance"] == 0.0 for one in plain["totals"])
    assert any(one["variance"]["ignorance"] > 0.0 for one in drawn["totals"])
