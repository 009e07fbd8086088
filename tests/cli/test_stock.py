from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from click.testing import Result

from simulator.errors import InputError
from simulator.execution.replay import replay
from simulator.results.folder import read_folder

Journey = Callable[..., Result]

CAMP = """
name: "[bold]Camp[/bold] shop"
start: 2026-03-02
horizon: 8 weeks
warm_up: 1 week
follow_up: 1 week
goal: order
products:
  tent: {price: 240, unit_cost: 150}
  "[red]tarp": {price: 90, unit_cost: 52}
  peg: {price: 2, sold: {from: 2027-01-01}}
inventory:
  tent:
    on_hand: 8
    policy: {reorder_point: 3, order_up_to: 9}
    lead_time: 5 days
    holding_cost: 1 per day
    order_cost: 20
  "[red]tarp":
    on_hand: 9
    policy: {reorder_point: 2, order_quantity: 5}
    lead_time: 4 days
    holding_cost: 0.4 per day
    order_cost: 9
personas: {anna: {arrivals: {rate: 9 per day}, enters: {order: 0.2, look: rest}}}
touchpoints:
  look: {next: {left: 1}}
  order:
    sells: {one_of: {tent: 0.5, "[red]tarp": 0.3, peg: 0.2}}
    on_stockout: {left: 1}
    next: {left: 1}
outcomes: [left]
"""
NUMBER = {"type": ["number", "null"]}
PRODUCT = {
    "type": "object",
    "required": ["policy", "service_level", "fill_rate", "cost", "textbook", "plan"],
    "properties": {
        "policy": {"type": "object", "minProperties": 1, "additionalProperties": {"type": "integer"}},
        "service_level": NUMBER,
        "fill_rate": NUMBER,
        "cost": {
            "type": "object",
            "required": ["holding", "ordering", "backorder", "lost_margin", "total"],
        },
        "textbook": {"type": "object", "required": ["policy", "method"]},
        "plan": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["date", "order"],
                "properties": {
                    "date": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"},
                    "order": {"type": "integer", "minimum": 0},
                },
            },
        },
    },
}
SCHEMA = {
    "type": "object",
    "required": ["schema", "products"],
    "properties": {
        "schema": {"const": "journey.stock/1"},
        "products": {"type": "object", "additionalProperties": PRODUCT, "minProperties": 1},
    },
}


@pytest.fixture
def camp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write the model into an empty working directory."""
    monkeypatch.chdir(tmp_path)
    Path("camp.yaml").write_text(CAMP, encoding="utf-8")
    return tmp_path


def stock(journey: Journey, *words: str, model: str = "camp.yaml") -> Result:
    """Run the command with few replications."""
    return journey("stock", model, "--replications", "8", "--weeks", "3", *words)


def test_json_is_all_of_stdout(journey: Journey, camp: Path) -> None:
    """`--json` prints one document of the promised form: a policy, its cost and the plan of each product."""
    document = json.loads(stock(journey, "--json").stdout)
    jsonschema.validate(document, SCHEMA)
    assert set(document["products"]) == {"tent", "[red]tarp"}
    tent = document["products"]["tent"]
    assert set(tent["policy"]) == {"reorder_point", "order_up_to"}
    assert set(document["products"]["[red]tarp"]["policy"]) == {"reorder_point", "order_quantity"}
    kinds = ("holding", "ordering", "backorder", "lost_margin", "left_over")
    assert sum(tent["cost"][kind] for kind in kinds) == pytest.approx(tent["cost"]["total"])
    assert [week["date"] for week in tent["plan"]] == ["2026-03-09", "2026-03-16", "2026-03-23"]
    assert len(tent["stock"]) == 21


def test_the_same_answer_again(journey: Journey, camp: Path) -> None:
    """Workers have no influence on the answer; another seed has."""
    one = json.loads(stock(journey, "--json", "--workers", "1").stdout)
    assert json.loads(stock(journey, "--json", "--workers", "2").stdout) == one
    assert json.loads(stock(journey, "--json", "--seed", "5").stdout)["digest"] != one["digest"]


def test_tables_fit_80_columns_and_names_are_never_markup(journey: Journey, camp: Path) -> None:
    """No line is wider than 80 columns, names are printed as written, and every part is there."""
    out = stock(journey, "--feedback").stdout
    assert max(map(len, out.splitlines())) <= 80
    assert "…" not in out
    for text in ("[bold]Camp[/bold] shop", "[red]tarp", "by the book", "order in week of", "on hand: mean"):
        assert text in out
    for text in ("chance of a stock-out by", "not knowing", "feedback", "reorder point"):
        assert text in out


def test_no_name_and_no_heading_is_cut(journey: Journey, camp: Path) -> None:
    """Five products with long names and large figures: tables are split, and nothing in them is cut."""
    names = [
        "a_very_long_name_of_a_winter_sleeping_bag",
        "lantern",
        "stove_with_three_burners",
        "axe",
        "rope",
    ]
    products, inventory = "products:\n", "inventory:\n"
    for name in names:
        products += f"  {name}: {{price: 24000, unit_cost: 15000}}\n"
        inventory += (
            f"  {name}: {{on_hand: 90, policy: {{reorder_point: 30, order_up_to: 90}}, lead_time: 5 days, "
            "holding_cost: 100 per day, order_cost: 20000}\n"
        )
    inventory = inventory.replace("policy: {reorder_point: 30, order_up_to: 90}, lead_time: 5 days, ", "", 1)
    model = CAMP[: CAMP.index("products:")] + products + inventory + CAMP[CAMP.index("personas:") :]
    model = model.replace('{tent: 0.5, "[red]tarp": 0.3, peg: 0.2}', str(dict.fromkeys(names, 0.2)))
    Path("camp.yaml").write_text(model.replace("9 per day}, enters", "90 per day}, enters"))
    out = stock(journey, "--feedback").stdout
    assert max(map(len, out.splitlines())) <= 80
    assert "…" not in out
    whole = out.replace("\n", " ")
    for text in (
        "holding",
        "orders",
        "lost margin",
        "today's total",
        "not knowing",
        "recommended",
        *names[1:],
    ):
        assert text in whole
    assert all(any(line.split()[:1] == [word] for line in out.splitlines()) for word in ("holding", "orders"))


@pytest.mark.filterwarnings("error")
def test_one_replication_has_no_intervals(journey: Journey, camp: Path) -> None:
    """One future is a plan without intervals, and its document has nulls in their place."""
    document = json.loads(stock(journey, "--replications", "1", "--once", "tent", "--json").stdout)
    jsonschema.validate(document, SCHEMA)
    assert document["products"]["tent"]["intervals"]["fill_rate"] == [None, None]
    assert "1 replication\n" in stock(journey, "--replications", "1").stdout


def test_files_and_picture(journey: Journey, camp: Path) -> None:
    """`--out` leaves the plan and its tables with a manifest, `--plot` the shelves to come."""
    stock(journey, "--out", "planned", "--plot", "shelves.svg")
    assert "tent" in Path("shelves.svg").read_text(encoding="utf-8")
    recorded = read_folder(Path("planned"))
    assert recorded.manifest["kind"] == "stock"
    with pytest.raises(InputError, match="search again by its command: journey"):
        replay(recorded)
    jsonschema.validate(json.loads(Path("planned/stock.json").read_text(encoding="utf-8")), SCHEMA)
    with Path("planned/orders.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["unique_id"] for row in rows] == ["[red]tarp"] * 3 + ["tent"] * 3


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--service", "fil_rate=0.9"], "'fil_rate' is no measure of service; did you mean 'fill_rate'?"),
        (["--service", "fill_rate=98"], "the fill_rate to reach lies between 0 and 1, not '98'"),
        (["--service", "cycle=high"], "the cycle to reach lies between 0 and 1, not 'high'"),
        (["--service", "fill_rate=0.9", "--minimise", "cost"], "choose one: --service or --minimise"),
        (["--once", "tant"], "'tant' has no stock to plan; did you mean 'tent'?"),
        (["--weeks", "30"], "30 weeks from the end of the warm-up lie beyond the simulated time"),
        (["--budget", "100"], "the limit of 100 cannot be met"),
        (["--shelf", "1"], "the limit of 1 cannot be met"),
        (["--service", "fill_rate=0.95", "--shelf", "9"], "units, above the limit of 9; raise the limit"),
        (["--plot", "shelves.pdf"], "'.pdf' is no kind of chart"),
        (["--budget", "0"], "--budget"),
    ],
)
def test_what_cannot_be_answered_is_refused(
    journey: Journey, camp: Path, words: list[str], expected: str
) -> None:
    """A wrong measure, a limit that cannot be met, weeks beyond the end: exit code 2, nothing written."""
    result = stock(journey, *words, "--out", "planned")
    assert result.exit_code == 2
    assert expected in " ".join(result.stderr.split())
    assert not Path("planned").exists()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("    holding_cost: 1 per day\n", "", "'tent' has no holding_cost, so nothing speaks against"),
        ("tent: {price: 240", "tent: {price: 150", "'tent' has no price above its unit_cost, so nothing"),
        ("lead_time: 5 days", "when_out: backorder", "'tent' has no backorder_cost, so nothing speaks for"),
        (
            "unit_cost: 150}",
            "unit_cost: 150, sold: {from: 2026-06-01}}",
            "nobody asks for 'tent' between the end of the warm-up and 2026-04-27",
        ),
        ("inventory:", "inventory:\n  peg: {on_hand: 3}", "nobody asks for 'peg'"),
    ],
)
def test_what_is_missing_is_named(journey: Journey, camp: Path, old: str, new: str, expected: str) -> None:
    """A cost that the aim needs, or a product that is never sold: exit code 2 and the product's name."""
    Path("camp.yaml").write_text(CAMP.replace(old, new).replace("price: 2,", "price: 2, unit_cost: 1,"))
    result = stock(journey)
    assert result.exit_code == 2
    assert expected in " ".join(result.stderr.split())


def test_a_model_without_stock_is_told(journey: Journey, camp: Path) -> None:
    """Where nothing has a stock there is nothing to plan."""
    start, end = CAMP.index("inventory:"), CAMP.index("personas:")
    Path("camp.yaml").write_text(CAMP[:start] + CAMP[end:], encoding="utf-8")
    result = stock(journey)
    assert result.exit_code == 2
    assert "no product of this model has a stock" in result.stderr
