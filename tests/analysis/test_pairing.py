"""A what-if on the same customers needs far fewer of them: the variance that pairing saves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from simulator.analysis.metrics import METRICS
from simulator.execution import play_all
from simulator.program.compile import compile_journey
from simulator.results.summary import RunResult
from simulator.spec.document import Document, read_document
from simulator.spec.load import load_journeys

ROOT = Path(__file__).resolve().parents[2]
REPLICATIONS = 200


def fifteen_touchpoints() -> dict[str, Any]:
    """A shop journey without memory and without anything shared, 15 touchpoints."""
    names = [f"page {number:02d}" for number in range(15)]
    touchpoints: dict[str, Any] = {}
    for number, name in enumerate(names):
        on, back = names[(number + 1) % 15], names[number * 7 % 15]
        row = {on: 0.6, back: 0.15, "left": "rest"} if on != back else {on: 0.7, "left": "rest"}
        touchpoints[name] = {"dwell": {"exponential": {"mean": "2 min"}}, "next": row}
    return {
        "start": "2026-01-05",
        "horizon": "4 weeks",
        "follow_up": "2 days",
        "goal": [names[6]],
        "personas": {"all": {"arrivals": {"rate": "60 per day"}, "enters": {names[0]: 1}}},
        "touchpoints": touchpoints,
        "outcomes": ["left"],
    }


def saved(model: Document, change: dict[str, Any]) -> tuple[float, float]:
    """Measure (Var(base) + Var(idea)) / Var(difference) of the conversion, and the relative difference."""
    idea = Document({"name": "idea", "changes": change}, {}, "")
    programs = [compile_journey(journey) for journey in load_journeys(model, [idea])]
    tallies = play_all(programs, 1, REPLICATIONS, workers=2, by="kernel")
    results = [RunResult(program, 1, found) for program, found in zip(programs, tallies, strict=True)]
    base, changed = (np.array(METRICS["conversion"].values(result)) for result in results)
    difference = changed - base
    ratio = (base.var(ddof=1) + changed.var(ddof=1)) / difference.var(ddof=1)
    return float(ratio), float(difference.mean() / base.mean())


def test_pairing_saves_ten_times_on_a_journey_that_shares_nothing(record_property: Any) -> None:
    """A 5 % change of one row: at least 10 times less variance than independent seeds (200 replications).

    The ratio of two variances of 200 has a standard error of about 14 %; addressing draws by their order
    instead of their place would give about 1.
    """
    row = {"page 04": {"scale": 1.05}}
    ratio, effect = saved(
        Document(fifteen_touchpoints(), {}, ""), {"touchpoints": {"page 03": {"next": row}}}
    )
    record_property("variance_ratio", ratio)
    print(f"variance saved: {ratio:.1f}")
    assert ratio >= 10
    assert 0.03 < effect < 0.08


def test_pairing_saves_five_times_on_the_full_shop(record_property: Any) -> None:
    """The same on the shop with teams, stock and referrals: at least 5 times (200 replications)."""
    model = read_document(ROOT / "models" / "shop.yaml")
    row = {"web_order": {"scale": 1.05}}
    ratio, effect = saved(model, {"touchpoints": {"cart": {"next": {"else": row}}}})
    record_property("variance_ratio", ratio)
    print(f"variance saved: {ratio:.1f}")
    assert ratio >= 5
    assert 0 < effect < 0.1


def test_two_identical_scenarios_differ_by_exactly_nothing() -> None:
    """The same change under two names: every replication's digest is the same."""
    change = {"touchpoints": {"page 03": {"next": {"page 04": {"scale": 1.05}}}}}
    ideas = [Document({"name": name, "changes": change}, {}, "") for name in ("one", "two")]
    journeys = load_journeys(Document(fifteen_touchpoints(), {}, ""), ideas)
    tallies = play_all([compile_journey(journey) for journey in journeys], 1, 3, by="kernel")
    digests = [[tally.digest for tally in found] for found in tallies]
    assert digests[1] == digests[2]
    assert digests[0] != digests[1]
