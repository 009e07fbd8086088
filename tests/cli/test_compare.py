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


def test_figures_of_fresh_customers_are_told_apart(journey: Journey) -> None:
    """The gain of the headline stands in the table too, beside the one the idea was chosen by."""
    out = journey("compare", "shop.yaml", "simpler.yaml", "cheaper.yaml", "--replications", "5").stdout
    said = " ".join(out.split())
    headline = re.match(r"Launch Simpler checkout: conversion (\S+) points (\[.+?\])", said)
    again = re.search(r"on fresh customers (\S+) (\[.+?\])", said)
    assert headline is not None
    assert again is not None
    assert headline.groups() == again.groups()
    assert "on fresh customers: what the first line tells, from 10 replications" in said
    alone = journey("compare", "shop.yaml", "simpler.yaml", "--replications", "5").stdout
    assert "fresh customers" not in alone


def test_where_nothing_is_sold_nothing_is_paid_back(journey: Journey) -> None:
    """A model without sales has no sessions with an order, and what an idea costs is only a cost."""
    out = journey("compare", "visits.yaml", "longer.yaml", "shorter.yaml", "--replications", "5").stdout
    said = " ".join(out.split())
    assert said.startswith("Launch A longer talk")
    assert "which is all costs where nothing is sold" in said
    for words in ("with an order", "paid back", "never"):
        assert words not in said


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
        (["shop.yaml", "simpler.yaml", "--guard", "orders"], "has no margin"),
        (["shop.yaml", "simpler.yaml", "--guard", "satisfacton:1"], "there is no metric 'satisfacton'"),
        (["shop.yaml", "simpler.yaml+cheaper.yaml", "--budget", "one:5"], "did you mean 'once'?"),
        (["shop.yaml", "simpler.yaml", "--budget", "once:5"], "the cheapest, 'Simpler checkout', costs 100"),
        (["shop.yaml", "simpler.yaml+steeper.yaml"], "both change touchpoints.cart.next.order"),
        (["shop.yaml", "million.yaml"], "the sweep has 1,000,000 points"),
        (["shop.yaml", "simpler.yaml", "--plot", "a.pdf"], "'.pdf' is no kind of chart"),
        (["shop.yaml", "simpler.yaml", "--precision", "1%"], "give one or the other"),
        (["shop.yaml", "simpler.yaml", "--confidence", "high"], "write a share"),
        (["shop.yaml", "simplr.yaml"], "did you mean 'simpler.yaml'?"),
        (["shop.yaml", "simpler.yaml", "simpler.yaml"], "Simpler checkout"),
    ],
)
def test_wrong_input(journey: Journey, files: Path, words: list[str], said: str) -> None:
    """A wrong input exits with 2 before anything is played, and says what is wrong."""
    order = "changes: {touchpoints: {cart: {next: {order: {set: 0.5}}}}}"
    (files / "steeper.yaml").write_text(f"name: Steeper\n{order}\n")
    values = list(range(1, 1_001))
    sweep = f"{{teams.a.servers: {values}, teams.b.servers: {values}}}"
    (files / "million.yaml").write_text(f"name: Million\nsweep: {sweep}\n")
    done = journey("compare", *words, "--replications", "100000")
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stdout == ""


def test_the_winner_of_several_is_played_again(journey: Journey) -> None:
    """The gain announced is that of another seed, which anybody can play again."""
    words = ["compare", "shop.yaml", "simpler.yaml", "cheaper.yaml", "--replications", "5", "--json"]
    verdict = json.loads(journey(*words).stdout)["verdict"]
    again = verdict["confirmed"]
    assert verdict["kind"] == "best"
    assert again["replications"] == 10
    alone = ["compare", "shop.yaml", "simpler.yaml", "--json", "--replications", "10"]
    found = json.loads(journey(*alone, "--seed", str(again["seed"])).stdout)
    assert found["ideas"][0]["difference"] == again["difference"]
    assert found["verdict"]["confirmed"] is None


def test_replications_are_added_until_it_is_decided(journey: Journey) -> None:
    """`--precision` stops each idea where it is decided; the same for any number of workers."""
    words = ["compare", "shop.yaml", "simpler.yaml", "cheaper.yaml", "--precision", "5%", "--json"]
    documents = [json.loads(journey(*words, "--workers", str(count)).stdout) for count in (1, 3)]
    assert documents[0] == documents[1]
    found = documents[0]
    assert found["verdict"]["names"] == ["Simpler checkout"]
    assert found["search"]["decided"]
    assert found["search"]["relative"]
    assert found["search"]["matters"] == pytest.approx(0.05 * found["baseline"]["estimate"], rel=0.1)
    played = [found["replications"], *(idea["replications"] for idea in found["ideas"])]
    assert sum(played) == found["search"]["played"]
    assert played[2] == 20  # it changes no conversion, which the first look shows


def test_a_budget_of_replications_ends_in_cannot_tell(journey: Journey, files: Path) -> None:
    """What the budget does not decide is said, with what it would take."""
    twin = (files / "simpler.yaml").read_text().replace("1.3", "1.31").replace("Simpler checkout", "Twin")
    (files / "twin.yaml").write_text(twin)
    words = ["compare", "shop.yaml", "simpler.yaml", "twin.yaml", "--precision", "0.001points"]
    out = " ".join(journey(*words, "--max-replications", "24").stdout.split())
    assert "Cannot tell these apart by conversion" in out
    assert re.search(
        r"The smallest difference you could have seen is [\d.]+ points with 24 replications", out
    )
    assert re.search(r"would take about [\d,]+ more", out)


def test_together_and_within_a_budget(journey: Journey, files: Path) -> None:
    """`a+b` shows the interaction; `--budget` finds the sets that can be paid for."""
    words = ["compare", "shop.yaml", "simpler.yaml+cheaper.yaml", "--replications", "3", "--metric", "margin"]
    document = json.loads(journey(*words, "--json").stdout)
    names = [idea["name"] for idea in document["ideas"]]
    assert names == ["Simpler checkout", "Cheaper boots", "Simpler checkout + Cheaper boots"]
    one, other, both = (idea["difference"]["estimate"] for idea in document["ideas"])
    interaction = document["ideas"][2]["interaction"]["estimate"]
    assert interaction == pytest.approx(both - one - other, rel=1e-9)
    assert interaction != 0.0
    assert "beyond the sum of each" in journey(*words).stdout
    paid = [
        "compare",
        "shop.yaml",
        "simpler.yaml",
        "cheaper.yaml",
        "--replications",
        "3",
        "--metric",
        "margin",
    ]
    document = json.loads(journey(*paid, "--budget", "once:150", "--json").stdout)
    assert [idea["name"] for idea in document["ideas"]] == names
    assert "Within 150 once, 1 set of two or more" in document["notes"][0]


def test_guardrails_and_own_metrics(journey: Journey) -> None:
    """A guardrail stands beside each idea with its margin; a metric may be an expression with a name."""
    words = ["compare", "shop.yaml", "simpler.yaml", "--replications", "4", "--guard", "visit_costs:5%"]
    document = json.loads(journey(*words, "--metric", "basket = revenue / orders", "--json").stdout)
    assert document["metric"] == "basket"
    assert document["guards"] == [{"metric": "visit_costs", "margin": 0.05, "relative": True}]
    assert document["ideas"][0]["guards"]["visit_costs"]["status"] in {"holds", "unclear", "broken"}
    assert "guardrail" in journey(*words).stdout


def test_a_plot(journey: Journey, files: Path) -> None:
    """`--plot` draws the ideas by name, with money beside where there is any."""
    words = ["compare", "shop.yaml", "simpler.yaml", "cheaper.yaml", "--replications", "3"]
    done = journey(*words, "--plot", "ideas.svg")
    assert done.exit_code == 0, done.stderr
    text = (files / "ideas.svg").read_text()
    for said in ("Simpler checkout", "Cheaper boots", "Change of conversion", "Cost against gain"):
        assert said in text


def test_nobody_counted(journey: Journey, files: Path) -> None:
    """A metric without anybody to count ends in words, also where replications are added."""
    text = (files / "shop.yaml").read_text().replace("rate: 20 per day", "rate: 0.00001 per day")
    (files / "empty.yaml").write_text(text.replace("rate: 10 per day", "rate: 0.00001 per day"))
    for more in (["--replications", "2"], ["--precision", "0.1points"]):
        done = journey("compare", "empty.yaml", "simpler.yaml", *more)
        assert "Cannot tell" in done.stdout, done.stderr
    done = journey("compare", "empty.yaml", "simpler.yaml", "--metric", "orders", "--precision", "1%")
    assert done.exit_code == 2
    assert "write it in the metric's own unit" in done.stderr
