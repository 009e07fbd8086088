from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pyarrow.parquet as pq
import pytest
from click.testing import Result

from simulator.execution.replay import replay
from simulator.results.folder import read_folder

Journey = Callable[..., Result]

ROW = {
    "type": "object",
    "required": ["unique_id", "ds", "mean", "q10", "q50", "q90"],
    "properties": {
        "unique_id": {"type": "string"},
        "ds": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"},
        **{name: {"type": "number"} for name in ("mean", "q10", "q50", "q90")},
    },
}
SCHEMA = {
    "type": "object",
    "required": ["schema", "rows"],
    "properties": {
        "schema": {"const": "journey.forecast/1"},
        "rows": {"type": "array", "items": ROW, "minItems": 1},
    },
}


def forecast(journey: Journey, *words: str) -> Result:
    """Run the command with few replications."""
    return journey("forecast", "shop.yaml", "--replications", "5", "--engine", "reference", *words)


def test_json_is_all_of_stdout(journey: Journey) -> None:
    """`--json` prints one document of the promised form, and nothing else."""
    document = json.loads(forecast(journey, "--json").stdout)
    jsonschema.validate(document, SCHEMA)
    assert {row["unique_id"] for row in document["rows"]} == {"boots", "[red]hat"}
    assert [row["ds"] for row in document["rows"]][:3] == ["2026-01-12", "2026-01-19", "2026-01-26"]


def test_tables_fit_80_columns_and_names_are_never_markup(journey: Journey) -> None:
    """No line is wider than 80 columns, and names that look like markup are printed as written."""
    out = forecast(journey, "--per", "product", "--per", "persona", "--per", "total").stdout
    assert max(map(len, out.splitlines())) <= 80
    for name in ("[bold]Corner[/bold] shop", "product/[red]hat", "persona/[/red]特鲁迪", "total"):
        assert name in out
    assert "chance" in out
    assert "digest" in out


def test_same_digest_as_a_run(journey: Journey) -> None:
    """A forecast plays what `journey run` plays with the same seed and replications."""
    run = json.loads(journey("run", "shop.yaml", "--replications", "5", "--json").stdout)
    assert json.loads(forecast(journey, "--json").stdout)["digest"] == run["digest"]


def test_many_periods_are_left_to_the_files(journey: Journey, files: Path) -> None:
    """More days than a person reads are not printed, and say where they are."""
    text = (files / "shop.yaml").read_text(encoding="utf-8").replace("4 weeks", "12 weeks")
    (files / "long.yaml").write_text(text, encoding="utf-8")
    words = ("--by", "day", "--replications", "2", "--engine", "reference")
    out = journey("forecast", "long.yaml", *words).stdout
    assert "77 days: every one is in --json and --out." in out


def test_out_leaves_a_folder_that_makes_it_again(journey: Journey, files: Path) -> None:
    """`--out` leaves the draws and a manifest from which the same digest is played."""
    done = forecast(journey, "-s", "simpler.yaml", "--out", "out", "--json")
    assert done.exit_code == 0
    names = {path.name for path in (files / "out").iterdir()}
    assert names >= {"draws.parquet", "sold.parquet", "forecast.csv", "quantiles.csv", "manifest.json"}
    assert pq.read_table(files / "out" / "draws.parquet").column_names == ["unique_id", "ds", "draw", "y"]
    kept = json.loads((files / "out" / "forecast.json").read_text(encoding="utf-8"))
    assert kept == json.loads(done.stdout)
    (files / "shop.yaml").unlink()
    (files / "simpler.yaml").unlink()
    recorded = read_folder(files / "out")
    assert (recorded.manifest["kind"], recorded.manifest["digest"]) == ("forecast", kept["digest"])
    assert replay(recorded).digest == kept["digest"]


@pytest.mark.parametrize("name", ["fan.svg", "fan.png"])
def test_plot_writes_a_picture(journey: Journey, files: Path, name: str) -> None:
    """`--plot` writes an SVG or PNG."""
    assert forecast(journey, "--plot", name).exit_code == 0
    start = (files / name).read_bytes()[:8]
    assert start.startswith(b"<?xml" if name.endswith("svg") else b"\x89PNG")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--per", "prodct"], "did you mean 'product'"),
        (["--by", "mnth"], "did you mean 'month'"),
        (["--by", "month"], "no month lies wholly between 2026-01-12 and 2026-02-01"),
        (["--of", "demnd"], "did you mean 'demand'"),
        (["--only", "bots"], "did you mean 'boots'"),
        (["--from", "2027-01-01"], "demand is counted from 2026-01-12 to 2026-02-01"),
        (["--from", "1.2.2026"], "write year-month-day"),
        (["--to", "2026-02-30"], "there is no date"),
        (["--plot", "fan.pgn"], "did you mean 'png'"),
        (["--plot", "nowhere/fan.svg"], "there is no folder"),
    ],
)
def test_wrong_input_is_said_and_nothing_written(
    journey: Journey, files: Path, words: list[str], said: str
) -> None:
    """What cannot be answered ends with exit code 2, a message, and no folder."""
    done = forecast(journey, "--out", "out", *words)
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())
    assert done.stdout == ""
    assert not (files / "out").exists()
