"""Numbers drawn into a compiled journey, beside the same numbers written into the file by hand."""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator.errors import ModelError
from simulator.execution.ignorance import UnsureProgram, unsure_programs
from simulator.program.compile import compile_journey
from simulator.program.program import Program
from simulator.program.tables import Station
from simulator.spec.document import Document
from simulator.spec.load import journey_from_data, load_journeys
from simulator.spec.paths import split_path
from simulator.spec.scenario import scenario_from

ROOT = Path(__file__).resolve().parents[2]

MODEL: dict[str, Any] = {
    "start": "2026-01-05",
    "horizon": "6 weeks",
    "goal": "buy",
    "products": {"boots": {"price": 100, "unit_cost": 60}, "shoes": {"price": 60}, "socks": {"price": 9}},
    "inventory": {"boots": {"on_hand": 50, "holding_cost": "0.1 per day", "order_cost": 20}},
    "teams": {"staff": {"servers": 2, "cost": "30 per hour"}},
    "attributes": {"mood": {"initial": 0.5}},
    "events": {
        "sale": {
            "from": "2026-01-12",
            "to": "2026-01-14",
            "arrivals": {"times": 2.0},
            "price": {"boots": 80},
            "next": {"home.cart": {"odds": 1.5}},
            "teams": {"staff": {"servers": 3}},
        }
    },
    "personas": {
        "ann": {
            "traits": {"zeal": 0.4},
            "arrivals": {
                "rate": "20 per day",
                "weekday": {"mon-fri": 1.1, "sun": 0.5},
                "month": {"jan": 1.2},
                "growth": "2 % per month",
                "hours": {"08-12": 2.0},
            },
            "enters": {"home": 0.7, "cart": "rest"},
            "existing": {"count": 5, "at": "home", "orders": 1, "set": {"mood": {"chance": 0.3}}},
        },
        "bob": {
            "arrivals": {"rate": "10 per day"},
            "enters": {"home": 1},
            "changes": {
                "touchpoints": {
                    "home": {"next": {"cart": {"scale": 0.5}}},
                    "cart": {"next": {"buy": 0.2, "back home": 0.1, "left": "rest"}},
                }
            },
        },
    },
    "touchpoints": {
        "home": {
            "stage": "early",
            "dwell": "5 min",
            "cost": 0.4,
            "next": {"cart": 0.4, "desk": 0.2, "left": "rest"},
        },
        "desk": {"team": "staff", "dwell": "5 min", "next": {"home": 0.5, "list": 0.25, "left": "rest"}},
        "back home": {"next": {"home": 0.5, "left": "rest"}},
        "list": {
            "race": {"cart": {"after": "1 day", "p": 0.6}, "left": {"after": "2 days"}},
            "set": {"mood": {"chance": 0.5}},
        },
        "cart": {
            "next": {
                "keen": {"if": "mood > 0.9", "then": {"buy": 0.8, "left": "rest"}},
                "else": {"buy": {"p": 0.3, "odds": "0.5 + mood"}, "left": "rest"},
            }
        },
        "buy": {
            "sells": {"each": {"boots": {"p": 0.9}}},
            "empty": {"left": 1},
            "substitutes": {"boots": {"shoes": 0.3, "socks": 0.2}},
            "on_stockout": {"home": 0.2, "left": "rest"},
            "next": {"returned": 0.1, "left": "rest"},
        },
        "returned": {"returns": {"of": "buy", "restock": 0.8, "fee": 3}, "next": {"left": 1}},
    },
    "stages": ["early", "late"],
    "detours": {"chat": {"to": "back home", "during": ["early"], "p": 0.1, "resume": 0.6}},
    "outcomes": ["left"],
}

NUMBERS = {
    "personas.ann.arrivals.rate": ["15 per day", "25 per day"],
    "personas.ann.arrivals.weekday.mon-fri": [0.9, 1.3],
    "personas.ann.arrivals.month.jan": [1.0, 1.4],
    "personas.ann.arrivals.hours.08-12": [1.5, 3],
    "personas.ann.traits.zeal": [0.2, 0.7],
    "touchpoints.home.cost": [0.2, 0.6],
    "touchpoints.returned.returns.fee": [2, 5],
    "products.boots.price": [90, 110],
    "products.boots.unit_cost": [50, 70],
    "inventory.boots.holding_cost": ["0.05 per day", "0.2 per day"],
    "inventory.boots.order_cost": [10, 30],
    "events.sale.arrivals.times": [1.5, 3],
    "events.sale.price.boots": [70, 90],
    'events.sale.next."home.cart".odds': [1.1, 2],
}
COUNTS = {
    "personas.ann.existing.count": [8, 20],
    "personas.ann.existing.orders": [1, 4],
    "inventory.boots.on_hand": [30, 80],
    "teams.staff.servers": [1, 4],
    "events.sale.teams.staff.servers": [2, 5],
}
CHANCES = {
    "personas.ann.existing.set.mood.chance": [0.2, 0.5],
    "touchpoints.list.race.cart.p": [0.4, 0.8],
    "touchpoints.list.set.mood.chance": [0.3, 0.7],
    "touchpoints.buy.sells.each.boots": [0.7, 0.95],
    "touchpoints.returned.returns.restock": [0.6, 0.9],
    "detours.chat.p": [0.05, 0.2],
    "detours.chat.resume": [0.4, 0.8],
}
RANGES = {**NUMBERS, **COUNTS, **CHANCES}
ROWS = (
    "personas.ann.enters",
    "touchpoints.desk.next",
    "touchpoints.cart.next.else",
    "touchpoints.cart.next.keen.then",
    "touchpoints.buy.on_stockout",
    "touchpoints.buy.empty",
    "personas.bob.changes.touchpoints.cart.next",
)


def believed(evidence: Mapping[str, Any], changes: Mapping[str, Any] | None = None) -> list[UnsureProgram]:
    """Give the model with this evidence, and under a what-if."""
    base = Document({**copy.deepcopy(MODEL), "evidence": dict(evidence)}, {}, "")
    if changes is None:
        return unsure_programs(load_journeys(base))
    idea = scenario_from(Document({"name": "idea", "changes": dict(changes)}, {}, ""))
    return unsure_programs(load_journeys(base, [idea]))


def with_written(path: str, value: Any, changes: Mapping[str, Any] | None = None) -> Program:
    """Compile the model with a value written at a path, and a what-if laid over that file."""
    data = copy.deepcopy(MODEL)
    node: Any = data
    *above, last = split_path(path)
    for key in above:
        node = node[key]
    old = node[last]
    node[last] = {**old, "p": value} if isinstance(old, dict) and "p" in old else value
    idea = None if changes is None else {"name": "idea", "changes": dict(changes)}
    return compile_journey(journey_from_data(data, idea))


def same(one: Program, other: Program, exact: bool = True) -> None:
    """Hold that two programs have the same numbers and structure."""
    for part in ("structure", "values"):
        for field in fields(getattr(one, part)):
            mine, theirs = (getattr(getattr(program, part), field.name) for program in (one, other))
            if exact or mine.dtype.kind != "f":
                np.testing.assert_array_equal(mine, theirs, field.name)
            else:
                np.testing.assert_allclose(mine, theirs, 1e-14, 0, err_msg=field.name)


def written_as(path: str, number: float) -> Any:
    """Write a drawn number as a person would."""
    old: Any = MODEL
    for key in split_path(path):
        old = old[key]
    if path in COUNTS:
        return round(number)
    return f"{number!r} per day" if isinstance(old, str) else number


def change(path: str, value: Any) -> dict[str, Any]:
    """Nest a value as the changes of a what-if."""
    for key in reversed(split_path(path)):
        value = {key: value}
    return value


@pytest.mark.parametrize("path", RANGES)
def test_a_drawn_number_is_the_number_written_in_the_file(path) -> None:
    """Every kind of number evidence may name reaches every array the compiler would put it in."""
    (unsure,) = believed({path: {"range": RANGES[path]}})
    (drawn,) = unsure.ignorance.draw(1, 1)
    same(unsure.at(1, 1), with_written(path, written_as(path, float(drawn))))
    with pytest.raises(AssertionError):
        same(unsure.at(1, 1), unsure.program)


@pytest.mark.parametrize("path", NUMBERS)
@pytest.mark.parametrize("word", ["scale", "add"])
def test_edits_act_on_the_number_drawn(path, word) -> None:
    """A what-if that scales or adds does so to the draw, as when the file had held it."""
    per_day = isinstance(written_as(path, 1.0), str)
    changes = change(path, {word: "2 per day" if per_day and word == "add" else 2})
    base, idea = believed({path: {"range": NUMBERS[path]}}, changes)
    (drawn,) = base.ignorance.draw(1, 0)
    same(idea.at(1, 0), with_written(path, written_as(path, float(drawn)), changes), exact=False)


@pytest.mark.parametrize("path", [*NUMBERS, *CHANCES])
def test_a_value_written_by_a_what_if_is_taken_at_its_word(path) -> None:
    """Where the idea says what a number is, the base's ignorance of it ends."""
    low, high = RANGES[path]
    base, idea = believed({path: {"range": [low, high]}}, change(path, high))
    same(idea.at(1, 0), idea.program)
    with pytest.raises(AssertionError):
        same(base.at(1, 0), base.program)


@pytest.mark.parametrize("path", ROWS)
def test_a_drawn_row_is_the_row_written_in_the_file(path) -> None:
    """A row of any kind, written with the probabilities drawn; a row with odds keeps them."""
    (unsure,) = believed({path: {"worth": 20}})
    names = unsure.ignorance.priors[0].targets
    drawn = dict(zip(names, unsure.ignorance.draw(1, 0).tolist(), strict=True))
    data = copy.deepcopy(MODEL)
    node: Any = data
    *above, last = split_path(path)
    for key in above:
        node = node[key]
    node[last] = {
        name: {**share, "p": drawn[name]} if isinstance(share, dict) else drawn[name]
        for name, share in node[last].items()
    }
    same(unsure.at(1, 0), compile_journey(journey_from_data(data)))


def row(program: Program, persona: str, touchpoint: str, rule: int = 0) -> dict[str, float]:
    """Read the probabilities a persona meets."""
    names, structure = program.names, program.structure
    station = structure.station_of[names.personas.index(persona), names.touchpoints.index(touchpoint)]
    first_rule = structure.stations[station, Station._fields.index("first_rule")]
    first, last, _ = structure.rows[structure.rules[first_rule + rule, 1]]
    targets = [names.target(int(entry[0])) for entry in structure.entries[first:last]]
    return dict(zip(targets, program.values.weights[first:last].tolist(), strict=True))


def odds(one: dict[str, float], target: str, other: str) -> float:
    """Give how many go to one target for each who goes to the other."""
    return one[target] / one[other]


def test_edits_of_a_row_move_the_drawn_odds_as_they_move_the_written_ones() -> None:
    """Odds of any two targets change by the same factor, of a persona's edit and a what-if's over it."""
    changes = {"touchpoints": {"home": {"next": {"desk": {"scale": 2}}}}}
    base, idea = believed({"touchpoints.home.next": {"worth": 30}}, changes)
    drawn = row(base.at(1, 0), "ann", "home")
    written = row(base.program, "ann", "home")
    assert list(drawn.values()) == base.ignorance.draw(1, 0).tolist()
    for unsure, persona in ((base, "bob"), (idea, "ann"), (idea, "bob")):
        then, said = row(unsure.at(1, 0), persona, "home"), row(unsure.program, persona, "home")
        assert sum(then.values()) == pytest.approx(1.0, abs=1e-14)
        assert said != written
        for target in ("cart", "desk"):
            moved = odds(said, target, "left") / odds(written, target, "left")
            assert odds(then, target, "left") == pytest.approx(moved * odds(drawn, target, "left"), rel=1e-12)


@pytest.mark.parametrize("path", CHANCES)
def test_an_edit_of_a_chance_moves_its_drawn_odds(path) -> None:
    """A chance scaled from p to q is drawn with its odds times q(1-p) / (p(1-q))."""
    base, idea = believed({path: {"worth": 25}}, change(path, {"scale": 0.5}))
    (prior,) = base.ignorance.priors
    (p,), (d,) = prior.written, base.ignorance.draw(1, 0)
    moved = d / (1 - d) * (0.5 / (1 - 0.5 * p)) * (1 - p)
    wanted = moved / (1 + moved)
    arrays = (
        "clock_chances",
        "line_chances",
        "effect_chances",
        "detour_chances",
        "detour_resumes",
        "restocks",
    )
    found = np.concatenate([getattr(idea.at(1, 0).values, name) for name in arrays])
    assert np.isclose(found, wanted, rtol=1e-12, atol=0).any()


def test_a_target_of_a_row_is_drawn_and_the_others_keep_their_proportions() -> None:
    """Evidence for one probability of a row leaves the odds among the others alone."""
    (unsure,) = believed({"touchpoints.home.next.cart": {"range": [0.2, 0.6]}})
    drawn, written = row(unsure.at(1, 0), "ann", "home"), row(unsure.program, "ann", "home")
    assert drawn["cart"] == pytest.approx(float(unsure.ignorance.draw(1, 0)[0]), rel=1e-14)
    assert odds(drawn, "desk", "left") == pytest.approx(odds(written, "desk", "left"), rel=1e-13)


def test_what_is_taken_instead_of_a_product_leaves_the_rest_for_nothing() -> None:
    """A drawn substitute moves its odds; another one and taking nothing keep theirs, also under an edit."""
    path = "touchpoints.buy.substitutes.boots.shoes"
    base, idea = believed({path: {"range": [0.2, 0.6]}}, change(path, {"scale": 0.5}))
    drawn = float(base.ignorance.draw(1, 0)[0])
    for unsure, written in ((base, 0.3), (idea, 0.15)):
        moved = drawn / (1 - drawn) * 0.7 / 0.3
        weights = np.array([written * moved, 0.2, 0.8 - written])
        assert not unsure.unsure.compiles
        found = unsure.at(1, 0).values.weights
        changed = found[found != unsure.program.values.weights]
        assert changed == pytest.approx(weights / weights.sum(), rel=1e-12)


def test_a_target_that_a_what_if_adds_has_the_probability_it_says() -> None:
    """What the base never had is no part of its ignorance: the others share what is left."""
    whole = {"cart": 0.3, "desk": 0.2, "list": 0.1, "left": "rest"}
    base, idea = believed({"touchpoints.home.next": {"worth": 30}}, change("touchpoints.home.next", whole))
    assert row(idea.at(1, 0), "ann", "home") == row(idea.program, "ann", "home")
    assert row(base.at(1, 0), "ann", "home") != row(base.program, "ann", "home")


def test_a_persona_with_evidence_of_its_own_has_draws_of_its_own() -> None:
    """Evidence under personas.bob.changes speaks of bob's row and replaces everybody's for him."""
    own = "personas.bob.changes.touchpoints.home.next"
    both = {"touchpoints.home.next": {"worth": 30}, own: {"worth": 30}}
    (unsure,) = believed(both)
    priors = [prior.name for prior in unsure.ignorance.priors]
    draw = unsure.ignorance.draw(1, 0)
    assert priors == [own, "touchpoints.home.next"]
    assert list(row(unsure.at(1, 0), "bob", "home").values()) == draw[:3].tolist()
    assert list(row(unsure.at(1, 0), "ann", "home").values()) == draw[3:].tolist()


def test_the_shipped_shop_is_drawn_in_a_fraction_of_a_compilation() -> None:
    """A draw of all of its unsure numbers, with what is laid over, is far cheaper than to compile it."""
    journeys = load_journeys(
        ROOT / "models" / "shop.yaml", sorted((ROOT / "scenarios" / "shop").glob("*.yaml"))
    )
    for journey, unsure in zip(journeys, unsure_programs(journeys), strict=True):
        assert not unsure.unsure.compiles
        compiled = _seconds(lambda journey=journey: compile_journey(journey))
        assert _seconds(lambda unsure=unsure: unsure.at(1, 0)) < compiled / 3
        drawn = unsure.unsure.written(journey, unsure.ignorance.draw(1, 5))
        same(unsure.at(1, 5), compile_journey(drawn))


def _seconds(action: Any) -> float:
    """Take the shortest of several goes, which a busy machine disturbs least."""
    times = []
    for _ in range(7):
        since = time.perf_counter()
        action()
        times.append(time.perf_counter() - since)
    return min(times)


@pytest.mark.parametrize(
    ("path", "entry", "words"),
    [
        ("touchpoints.home.next.left", {"range": [0.1, 0.2]}, "rest is what the others leave"),
        ("horizon", {"range": ["5 weeks", "7 weeks"]}, "a range belongs to one number"),
        ("teams.staff", {"range": [1, 2]}, "a range belongs to one number"),
        ("touchpoints.buy.empty.left", {"range": [0.8, 0.9]}, "has no odds that could be drawn"),
        ("events.sale.to", {"range": [1, 2]}, "a range belongs to one number"),
        ("follow_up", {"range": ["1 week", "2 weeks"]}, "is a setting or a decision of ours"),
    ],
)
def test_what_cannot_be_unsure_is_refused(path, entry, words) -> None:
    """A setting, a decision, or a probability without odds is no fact that could be drawn."""
    data = {**copy.deepcopy(MODEL), "follow_up": "10 days", "evidence": {path: entry}}
    with pytest.raises(ModelError, match=words):
        journey_from_data(data)
