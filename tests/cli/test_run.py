from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from simulator.execution.replay import replay
from simulator.results.folder import read_folder

Journey = Callable[..., Result]


def test_answer_names_its_denominators(journey: Journey) -> None:
    """The headline has the rate, its interval, both numbers behind it, and the follow-up."""
    out = journey("run", "shop.yaml", "--replications", "4").stdout
    assert re.search(
        r"Conversion \d+\.\d\d % \[.+, .+\]: [\d,]+ of [\d,]+ customers within 7 days", " ".join(out.split())
    )
    assert "Sessions with an order" in out
    assert "first_cart" in out


def test_where_nothing_is_sold_no_orders_are_told(journey: Journey) -> None:
    """A model without sales has no revenue, no orders and no sessions with an order to tell."""
    out = journey("run", "visits.yaml", "--replications", "3").stdout
    assert "Conversion" in out
    for word in ("Revenue", "revenue", "order", "EUR"):
        assert word not in out


def test_tables_fit_80_columns(journey: Journey) -> None:
    """No line is wider than 80 columns where the output is no terminal."""
    out = journey("run", "shop.yaml", "--replications", "3").stdout
    assert max(map(len, out.splitlines())) <= 80


def test_names_are_never_markup(journey: Journey) -> None:
    """Names that look like markup are printed as written."""
    done = journey("run", "shop.yaml", "--replications", "2")
    assert done.exit_code == 0
    for name in ("[bold]Corner[/bold] shop", "[red]hat", "[/red]特鲁迪"):
        assert name in done.stdout


def test_json_is_all_of_stdout(journey: Journey) -> None:
    """`--json` prints one JSON document and nothing else on stdout."""
    document = json.loads(journey("run", "shop.yaml", "--replications", "2", "--json").stdout)
    assert document["schema"] == "journey.run/1"
    assert (document["seed"], document["replications"], len(document["digests"])) == (1, 2, 2)
    assert document["scenario"] is None


def test_defaults(journey: Journey) -> None:
    """Without options: seed 1, 20 replications."""
    document = json.loads(journey("run", "shop.yaml", "--json").stdout)
    assert (document["seed"], document["replications"]) == (1, 20)


def test_digest_depends_on_the_question_only(journey: Journey) -> None:
    """Workers have no influence; the seed and the scenario have."""

    def digests(*words: str) -> list[str]:
        return json.loads(journey("run", "shop.yaml", "--json", "--replications", "2", *words).stdout)[
            "digests"
        ]

    assert digests("--workers", "1") == digests("--workers", "3")
    assert digests() != digests("--seed", "2")
    assert digests() != digests("-s", "simpler.yaml")


def test_one_replication_has_wilson(journey: Journey) -> None:
    """With one replication and nothing shared, the rate has an interval and the revenue a reason."""
    document = json.loads(journey("run", "shop.yaml", "--replications", "1", "--json").stdout)
    assert document["conversion"]["low"] < document["conversion"]["estimate"] < document["conversion"]["high"]
    assert document["revenue"]["low"] is None
    assert document["revenue"]["reason"]


def test_run_folder_makes_the_run_again(journey: Journey, files: Path) -> None:
    """`--out` leaves a folder whose manifest alone gives the same digest, model and scenario gone."""
    done = journey(
        "run", "shop.yaml", "-s", "simpler.yaml", "--replications", "2", "--out", "out", "--rows", "--json"
    )
    assert done.exit_code == 0, done.stderr
    (files / "shop.yaml").unlink()
    (files / "simpler.yaml").unlink()
    recorded = read_folder(files / "out")
    assert replay(recorded).digest == json.loads(done.stdout)["digest"] == recorded.manifest["digest"]
    assert recorded.table("visits").num_rows > recorded.table("customers").num_rows > 0
    assert recorded.manifest["program"]["scenario"] == "Simpler checkout"


def test_a_taken_folder_is_refused_before_playing(journey: Journey, files: Path) -> None:
    """A folder that holds something is refused at once, and stays as it is."""
    (files / "out").mkdir()
    (files / "out" / "mine").touch()
    done = journey("run", "shop.yaml", "--replications", "100000", "--out", "out")
    assert done.exit_code == 2
    assert "not empty" in done.stderr
    assert [path.name for path in (files / "out").iterdir()] == ["mine"]


def test_events_are_an_event_log(journey: Journey, files: Path) -> None:
    """`--events` writes one row a visit with case, activity, timestamp and persona."""
    assert journey("run", "shop.yaml", "--replications", "1", "--events", "log.csv").exit_code == 0
    with (files / "log.csv").open(encoding="utf-8", newline="") as stream:
        events = list(csv.DictReader(stream))
    assert {event["activity"] for event in events} == {"ad", "cart", "order"}
    assert {event["persona"] for event in events} == {"tim", "[/red]特鲁迪"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "shp.yaml"], "did you mean 'shop.yaml'?"),
        (["run", "shop.yaml", "-s", "shop.yaml"], "shop.yaml"),
        (["run", "shop.yaml", "--replications", "0"], "--replications"),
        (["run", "shop.yaml", "--seed", "-1"], "--seed"),
        (["run", "shop.yaml", "--rows"], "--out"),
        (["run"], "MODEL"),
    ],
)
def test_wrong_input(journey: Journey, words: list[str], said: str) -> None:
    """A wrong input exits with 2 and says on stderr what is wrong, with no answer on stdout."""
    done = journey(*words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stdout == ""


def test_a_warm_up_that_leaves_nothing_is_told_with_its_numbers(journey: Journey, files: Path) -> None:
    """warm_up + follow_up ≥ horizon is an error that names all three."""
    text = (files / "shop.yaml").read_text(encoding="utf-8")
    (files / "shop.yaml").write_text(
        text.replace("follow_up: 1 week", "follow_up: 3 weeks"), encoding="utf-8"
    )
    done = journey("run", "shop.yaml")
    assert done.exit_code == 2
    for number in ("7 days", "3 weeks", "4 weeks"):
        assert number in done.stderr
