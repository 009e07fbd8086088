from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from simulator.errors import InputError
from simulator.execution.replay import replay
from simulator.results.folder import read_folder

Journey = Callable[..., Result]

STUDIO = """
start: 2026-01-05
horizon: 8 weeks
goal: member
products: {card: {price: 30}}
inventory: {card: {on_hand: 400}}
attributes: {due: {planned: {gamma: {mean: 14 days, cv: 0.4}}}}
personas:
  tim: {arrivals: {rate: 6 per day}, enters: {trial: 1}}
  trudy: {arrivals: {rate: 3 per day}, enters: {trial: 1}, planned: {due: 7 days}}
touchpoints:
  trial: {race: {member: {after: {until: due}, p: 0.4}, left: {after: {until: due}}}}
  member: {sells: {one_of: {card: 1}}, on_stockout: {left: 1}, next: {left: 1}}
outcomes: [left]
"""
IDEA = "name: More members\nchanges: {touchpoints: {trial: {race: {member: {p: 0.6}}}}}\n"
OPEN = (
    "--open",
    "log.csv",
    "--as-of",
    "2026-02-02",
    "--case",
    "case",
    "--event",
    "activity",
    "--time",
    "timestamp",
)
PERSONA = ("--persona", "persona")


@pytest.fixture
def studio(journey: Journey, files: Path) -> Journey:
    """Give commands a model, an idea and a log that the model itself made."""
    (files / "studio.yaml").write_text(STUDIO, encoding="utf-8")
    (files / "idea.yaml").write_text(IDEA, encoding="utf-8")
    assert journey("run", "studio.yaml", "--replications", "1", "--events", "log.csv").exit_code == 0
    return journey


def test_a_run_starts_from_the_log(studio: Journey) -> None:
    """Those on their way are existing; the same for both engines; the horizon is the one asked for."""
    words = ("run", "studio.yaml", *OPEN, *PERSONA, "--horizon", "14 days", "--replications", "3", "--json")
    found = [json.loads(studio(*words, "--engine", engine).stdout) for engine in ("kernel", "reference")]
    assert found[0]["digest"] == found[1]["digest"]
    assert found[0]["start"] == "2026-02-02"
    assert found[0]["existing"] > 50


def test_every_command_takes_the_log(studio: Journey) -> None:
    """forecast, compare and stock start from the same customers."""
    some = (*OPEN, *PERSONA, "--horizon", "4 weeks", "--replications", "8")
    for words in (
        ("forecast", "studio.yaml", *some, "--by", "week"),
        ("compare", "studio.yaml", "idea.yaml", *some),
        ("stock", "studio.yaml", *some, "--weeks", "2", "--service", "fill_rate=0.9"),
    ):
        done = studio(*words)
        assert done.exit_code == 0, done.output
    assert "2026-02-0" in studio("forecast", "studio.yaml", *some, "--by", "week").stdout


def test_what_is_missing_is_said(studio: Journey) -> None:
    """`--open` needs its columns; its columns need `--open`."""
    done = studio("run", "studio.yaml", "--open", "log.csv", "--case", "case")
    assert done.exit_code == 2
    assert "--open needs --as-of, --event, --time" in done.stderr
    done = studio("run", "studio.yaml", "--as-of", "2026-02-02")
    assert (done.exit_code, "--as-of needs --open" in done.stderr) == (2, True)
    done = studio("run", "studio.yaml", *OPEN, "--horizon", "soon")
    assert (done.exit_code, "--horizon: 'soon' is not a horizon" in done.stderr) == (2, True)


def test_bad_input_is_told_and_nothing_is_written(studio: Journey, files: Path) -> None:
    """A log without its persona, a day outside, a file that is not there: exit code 2, no folder."""
    for words, said in (
        (("run", "studio.yaml", *OPEN), "the journey has 2 personas"),
        (("run", "studio.yaml", *OPEN, *PERSONA, "--as-of", "2027-01-01"), "is no day to start from"),
        (("run", "studio.yaml", *OPEN, *PERSONA, "--open", "logg.csv"), "there is no such file"),
        (("run", "studio.yaml", *OPEN, "--persona", "persoma"), "did you mean 'persona'?"),
    ):
        done = studio(*words, "--out", "taken")
        assert (done.exit_code, said in done.stderr) == (2, True), done.output
        assert "Traceback" not in done.output
    assert not (files / "taken" / "manifest.json").exists()


def test_the_log_shows_dates_as_dates(studio: Journey, files: Path) -> None:
    """What is exported can be read again: a planned date is an instant, not a number of milliseconds."""
    header, first, *_ = (files / "log.csv").read_text(encoding="utf-8").splitlines()
    assert header.split(",")[-1] == "due"
    assert first.split(",")[-1].startswith("2026-")


def test_a_run_from_a_log_is_not_replayed_without_it(studio: Journey, files: Path) -> None:
    """The folder of a run has its model, not the log: playing it again from there says so."""
    some = (*OPEN, *PERSONA, "--horizon", "14 days", "--replications", "2")
    assert studio("run", "studio.yaml", *some, "--out", "kept").exit_code == 0
    recorded = read_folder(files / "kept")
    recorded.manifest["command"] = ["journey", "run", "studio.yaml", *some]
    with pytest.raises(InputError, match="play it again by its command: journey run"):
        replay(recorded)


def test_no_mean_of_a_date_is_reported(studio: Journey) -> None:
    """A date has no mean that says anything; in a diary it is a date."""
    document = json.loads(studio("run", "studio.yaml", "--replications", "2", "--json").stdout)
    assert set(document["attributes"]) == {"consent"}
    assert "due 2026-0" in studio("trace", "studio.yaml").stdout


UNSURE = """
evidence:
  personas.tim.arrivals.rate: {grade: expert, range: [6, 9]}
"""


def test_what_is_not_known_is_drawn_from_today_on(studio: Journey, files: Path) -> None:
    """Those on their way are the same in every draw; arrivals vary more than by chance, and grow on.

    If the moved start forgot the growth, the mean would be lower by a tenth; if a draw lost the open
    cases, nobody would exist.
    """
    grown = STUDIO.replace("{rate: 6 per day}", "{rate: 6 per day, growth: 20 % per month}")
    (files / "unsure.yaml").write_text(grown + UNSURE, encoding="utf-8")
    words = (*OPEN, *PERSONA, "--horizon", "14 days", "--replications", "40", "--json")
    plain, drawn = (
        json.loads(studio("run", "unsure.yaml", *words, *more).stdout) for more in ((), ("--uncertainty",))
    )
    assert drawn["existing"] == plain["existing"] > 0
    mean = drawn["arrived"] / plain["arrived"]
    assert mean == pytest.approx((3 + 7.4) / (3 + 6.0), abs=0.09)
    assert [one["path"] for one in drawn["uncertainty"]["numbers"]] == ["personas.tim.arrivals.rate"]


@pytest.mark.parametrize("command", ["forecast", "compare"])
def test_other_commands_draw_from_today_on_too(studio: Journey, files: Path, command: str) -> None:
    """A forecast keeps both futures of every draw, and a comparison weighs its idea."""
    (files / "unsure.yaml").write_text(STUDIO + UNSURE, encoding="utf-8")
    idea = ("idea.yaml",) if command == "compare" else ()
    words = (*OPEN, *PERSONA, "--horizon", "14 days", "--replications", "8", "--uncertainty", "--json")
    done = studio(command, "unsure.yaml", *idea, *words)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)
