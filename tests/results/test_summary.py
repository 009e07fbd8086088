from __future__ import annotations

import json

import numpy as np
import pytest

from simulator.engine.tally import STOCK, UNITS, Tally, empty_counts
from simulator.program.program import Program
from simulator.results.demand import weekly_demand
from simulator.results.document import run_document
from simulator.results.estimate import wilson
from simulator.results.summary import RunResult

DAY = 86_400_000


def bare(program: Program, **values: object) -> Tally:
    """Make a tally from nothing but the counts given as (index, value) pairs."""
    counts = empty_counts(program)
    for name, pairs in values.items():
        for index, value in pairs:  # type: ignore[attr-defined]
            counts[name][index] = value
    return Tally(counts)


def test_people_balance(result: RunResult) -> None:
    """In the document, existing + arrived + referred = outcomes + open + stopped, for each persona too."""
    document = run_document(result)
    for part in (document, *document["personas"].values()):
        came = part["existing"] + part["arrived"] + part["referred"]
        assert came == sum(part["outcomes"].values()) + part["open"] + part["stopped"]
        assert came > 0


def test_personas_add_up(result: RunResult) -> None:
    """What all customers did is the sum of what the personas did."""
    document = run_document(result)
    for path in (("conversion", "customers"), ("conversion", "converted"), ("sessions", "sessions")):
        parts = [persona[path[0]][path[1]] for persona in document["personas"].values()]
        assert sum(parts) == document[path[0]][path[1]] > 0
    assert sum(persona["revenue"]["estimate"] for persona in document["personas"].values()) == pytest.approx(
        document["revenue"]["estimate"]
    )


def test_visits_lead_somewhere(result: RunResult) -> None:
    """The completed visits of a touchpoint are as many as the ways gone from it."""
    for touchpoint in run_document(result)["touchpoints"].values():
        assert sum(touchpoint["to"].values()) == touchpoint["visits"]
        refused = touchpoint["refused"] + touchpoint["abandoned"] + touchpoint["closed"]
        assert refused <= touchpoint["entered"]


def test_document_is_plain_json(result: RunResult) -> None:
    """The document is JSON without NaN, and says which version it is."""
    text = json.dumps(run_document(result), allow_nan=False)
    assert json.loads(text)["schema"] == "journey.run/1"


def test_required_fields(result: RunResult) -> None:
    """Every field that the format promises is there."""
    document = run_document(result)
    assert {
        "model", "scenario", "seed", "replications", "engine", "existing", "arrived", "referred", "outcomes",
        "open", "stopped", "conversion", "revenue", "personas", "touchpoints", "products", "milestones",
        "digests", "digest",
    } <= set(document)  # fmt: skip
    assert {"estimate", "low", "high", "customers", "converted", "follow_up_days"} <= set(
        document["conversion"]
    )
    chat = document["touchpoints"]["chat"]
    assert {"visits", "entered", "refused", "abandoned", "open", "to", "wait", "dwell"} <= set(chat)
    assert {"mean", "low", "high", "unit"} <= set(chat["wait"])
    assert {"demand", "sold", "lost", "owed"} <= set(document["products"]["hat"])


def test_demand_balances(result: RunResult) -> None:
    """Units asked for are units sold or lost, and the weeks hold all of them."""
    document = run_document(result)
    for name, product in document["products"].items():
        assert product["demand"] == product["sold"] + product["lost"] > 0
        by_week = sum(week["mean"] for week in document["demand"][name])
        assert by_week * result.replications == pytest.approx(product["demand"])
    assert document["products"]["hat"]["lost"] > 0
    assert document["products"]["=boots"]["stock"] is None


def test_weekly_quantiles_are_over_replications(shop: Program) -> None:
    """The 10, 50 and 90 % quantiles of a week are those of the replications' sums over its days."""
    demand = UNITS.index("demand")
    hat = shop.names.products.index("hat")
    tallies = [bare(shop, units=[((0, hat, demand, 5), k), ((1, hat, demand, 11), 2 * k)]) for k in range(11)]
    week = weekly_demand(RunResult(shop, 1, tallies))["hat"][1]
    assert (week["q10"], week["q50"], week["q90"], week["mean"]) == (3.0, 15.0, 27.0, 15.0)


def test_revenue_is_net_of_refunds(shop: Program) -> None:
    """Revenue is what was taken less what was given back, a replication."""
    tallies = [
        bare(shop, revenue=[((0, 0), 300_000_000)], refunds=[((1, 1), 100_000_000)]),
        bare(shop, revenue=[((0, 0), 500_000_000)]),
    ]
    found = RunResult(shop, 1, tallies).revenue_estimate()
    assert found.value == 350.0
    assert found.low is not None
    assert found.low < 350.0 < found.high  # type: ignore[operator]


def test_costs_by_kind(shop: Program) -> None:
    """Visits, staffed hours after the warm-up, shelf days and goods are each priced by hand."""
    stock = np.zeros((2, len(STOCK)), dtype=np.int64)
    stock[shop.names.products.index("hat"), STOCK.index("unit_ms")] = 3 * DAY
    hat, sold, restocked = shop.names.products.index("hat"), UNITS.index("sold"), UNITS.index("restocked")
    tally = bare(
        shop,
        costs=[((0, 0), 2_500_000)],
        stock=[(slice(None), stock)],
        units=[((0, hat, sold, 4), 4), ((0, hat, restocked, 9), 1)],
    )
    costs = RunResult(shop, 1, [tally]).costs
    assert costs.visits.tolist() == [2.5]
    assert costs.holding.tolist() == [1.5]
    assert costs.goods.tolist() == [15.0]
    # From Friday 9 January to Tuesday 27: thirteen weekdays of eight hours at 1 an hour.
    assert costs.teams.tolist() == [pytest.approx(13 * 8.0)]
    assert costs.total.tolist() == [pytest.approx(2.5 + 1.5 + 15.0 + 104.0)]


def test_one_replication_of_customers_who_share_nothing(plain: Program, shop: Program) -> None:
    """One replication gives a Wilson interval without sharing, and none with it."""
    assert not plain.shares
    assert shop.shares
    counts = {"cohort": [((0, 0), 100), ((0, 1), 20)]}
    alone = RunResult(plain, 1, [bare(plain, **counts)]).conversion().estimate
    assert (alone.low, alone.high) == wilson(20, 100)
    together = RunResult(shop, 1, [bare(shop, **counts)]).conversion().estimate
    assert together.low is None
    assert together.reason


def test_milestone_is_judged_by_its_interval(plain: Program) -> None:
    """A target is met or missed when the whole interval says so; otherwise it cannot be told."""

    def met(reached: int) -> bool | None:
        tally = bare(plain, cohort=[((0, 0), 1_000)], milestones=[((0, 0), reached)])
        return RunResult(plain, 1, [tally], targets={"talked": 0.1}).milestone(0).met

    assert (met(200), met(100), met(20)) == (True, None, False)


def test_wait_is_a_mean_of_customers(shop: Program) -> None:
    """The mean wait weighs customers, not replications, and is in seconds."""
    chat = shop.names.touchpoints.index("chat")
    tallies = [
        bare(shop, wait_ms=[((0, chat), 1_000)], joined=[((0, chat), 1)]),
        bare(shop, wait_ms=[((0, chat), 90_000)], joined=[((0, chat), 9)]),
    ]
    assert RunResult(shop, 1, tallies).wait(chat).value == pytest.approx(9.1)


def test_digest_names_every_replication(result: RunResult) -> None:
    """The digest of a run changes with any replication, and with their order."""
    turned = RunResult(result.program, 7, list(reversed(result.tallies)))
    assert len(set(result.digests)) == result.replications
    assert turned.digest != result.digest
    assert sorted(turned.digests) == sorted(result.digests)


def test_a_result_needs_a_replication(shop: Program) -> None:
    """A result without replications is refused."""
    with pytest.raises(ValueError, match="at least one"):
        RunResult(shop, 1, [])
