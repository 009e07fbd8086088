"""A what-if keeps every customer and every draw it does not touch."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.engine.reference import simulate
from simulator.program.compile import compile_journey
from simulator.spec.document import parse_document, write_document
from simulator.spec.load import journey_from_data

# Memory, rules, a choice, a race with a side trip, effects with noise, a detour, delays, a basket:
# everything but teams, stock and referrals, by which one customer touches another.
MODEL = """
start: 2026-01-05
horizon: 6 weeks
follow_up: 2 weeks
goal: [order]
stages: [look, buy]
attributes: {mood: {initial: {normal: {mean: 0.5, sd: 0.1}}, min: 0, max: 1}}
products: {boots: {price: 100}, socks: {price: 10}}
personas:
  tim: {traits: {thrift: 0.3}, arrivals: {rate: 14 per day, hours: {19-23: 2}}, enters: {search: 0.6, friend: rest}}
  trudy: {traits: {thrift: 0.7}, arrivals: {rate: 9 per day, weekday: {sat: 1.5}}, enters: {search: 1}}
touchpoints:
  search: {stage: look, dwell: {lognormal: {median: 2 min, sigma: 0.8}}, next: {home: 0.7, rival: 0.1, left: rest}}
  friend: {stage: look, dwell: 5 min, set: {mood: mood + 0.1}, next: {home: 1}}
  home: {stage: look, dwell: {exponential: {mean: 1 min}}, next: {product: 0.6, blog: 0.2, left: rest}}
  blog: {stage: look, dwell: {gamma: {mean: 4 min, cv: 0.7}}, set: {consent: {chance: 0.6}}, next: {product: 0.5, left: rest}}
  product: {stage: look, dwell: {weibull: {mean: 3 min, shape: 1.4}}, set: {mood: {to: mood, noise: {normal: {sd: 0.1}}}}, choose: {cart: 1.0 * mood, wishlist: 0.2, rival: 0 - persona.thrift, left: 0}}
  wishlist: {stage: look, race: {product: {after: {exponential: {mean: 6 days}}, p: 0.5}, reminder: {after: 2 days, side_trip: true}, left: {after: 12 days}}}
  reminder: {contact: true, only_if: visits.reminder < 2, otherwise: {back: 1}, next: {cart: 0.2, back: rest}}
  cart:
    stage: buy
    dwell: {lognormal: {median: 4 min, sigma: 1}}
    next:
      unhappy: {if: mood < 0.3, then: {rival: 0.5, left: rest}}
      thrifty: {if: persona.thrift > 0.5 and visits.coupon == 0, then: {coupon: 0.5, order: 0.3, left: rest}}
      else: {order: {p: 0.4, odds: 0.5 + mood}, left: rest}
  coupon: {stage: buy, dwell: 2 min, next: {cart: 0.8, left: rest}}
  rival: {next: {home: {p: 0.2, after: {exponential: {mean: 5 days}}}, lost: rest}}
  order: {stage: buy, sells: {one_of: {boots: 0.4, socks: {p: 0.6, units: {poisson: 1.5}}}}, next: {using: {p: 1, after: 2 days}}}
  using: {dwell: {weibull: {mean: 9 days, shape: 1.4}}, next: {home: 0.3, left: rest}}
  feed: {dwell: 3 min, next: {left: 1}}
detours: {scroll: {to: feed, during: [look], p: 0.06, resume: 0.7}}
outcomes: [left, lost]
"""

Data = dict[str, Any]
Edit = Callable[[Data], None]


def _set(path: str, value: Any) -> Edit:
    """Write a value at a path of names."""
    *parents, last = path.split("/")

    def edit(data: Data) -> None:
        place = data
        for name in parents:
            place = place.setdefault(name, {})
        place[last] = value

    return edit


def _add_touchpoint(data: Data) -> None:
    data["touchpoints"]["video"] = {"dwell": "2 min", "next": {"product": 1}}
    data["touchpoints"]["blog"]["next"] = {"product": 0.4, "video": 0.3, "left": "rest"}


def _remove_friend(data: Data) -> None:
    del data["touchpoints"]["friend"]
    data["personas"]["tim"]["enters"] = {"search": 1}


# What the edit is, and where a customer must have been to meet it ("": an edit nobody there meets).
EDITS: dict[str, tuple[Edit, str]] = {
    "a probability": (
        _set("touchpoints/search/next", {"home": 0.74, "rival": 0.06, "left": "rest"}),
        "search",
    ),
    "a probability further on": (_set("touchpoints/blog/next/product", 0.55), "blog"),
    "a target added": (_set("touchpoints/home/next/cart", 0.05), "home"),
    "a target removed": (_set("touchpoints/search/next", {"home": 0.7, "left": "rest"}), "search"),
    "a delay on a branch": (
        _set("touchpoints/rival/next/home", {"p": 0.2, "after": {"exponential": {"mean": "2 days"}}}),
        "rival",
    ),
    "a win-back": (_set("touchpoints/rival/next/home/p", 0.4), "rival"),
    "a utility": (_set("touchpoints/product/choose/cart", "1.2 * mood"), "product"),
    "an option added": (_set("touchpoints/product/choose/blog", -0.5), "product"),
    "an option removed": (
        _set("touchpoints/product/choose", {"cart": "1.0 * mood", "wishlist": 0.2, "left": 0}),
        "product",
    ),
    "a race's clock": (_set("touchpoints/wishlist/race/left/after", "9 days"), "wishlist"),
    "a race's chance": (_set("touchpoints/wishlist/race/product/p", 0.8), "wishlist"),
    "a clock added": (_set("touchpoints/wishlist/race/home", {"after": "3 days", "p": 0.2}), "wishlist"),
    "a side trip's row": (_set("touchpoints/reminder/next/cart", 0.8), "reminder"),
    "a gate": (_set("touchpoints/reminder/only_if", "mood > 0.6"), "wishlist"),
    "a rule's condition": (_set("touchpoints/cart/next/unhappy/if", "mood < 0.4"), "cart"),
    "a rule's row": (_set("touchpoints/cart/next/thrifty/then/order", 0.4), "cart"),
    "a rule removed": (
        _set("touchpoints/cart/next", {"else": {"order": {"p": 0.4, "odds": "0.5 + mood"}, "left": "rest"}}),
        "cart",
    ),
    "odds": (_set("touchpoints/cart/next/else/order/odds", "0.7 + mood"), "cart"),
    "a dwell": (_set("touchpoints/cart/dwell", "1 min"), "cart"),
    "a dwell's law": (_set("touchpoints/blog/dwell", {"exponential": {"mean": "1 h"}}), "blog"),
    "an effect": (_set("touchpoints/friend/set/mood", "mood + 0.3"), "friend"),
    "the noise of an effect": (
        _set("touchpoints/product/set/mood", {"to": "mood", "noise": {"normal": {"sd": 0.2}}}),
        "product",
    ),
    "a consent": (_set("touchpoints/blog/set/consent", {"chance": 0.9}), "blog"),
    "a basket": (
        _set(
            "touchpoints/order/sells/one_of", {"boots": 0.5, "socks": {"p": 0.5, "units": {"poisson": 1.5}}}
        ),
        "order",
    ),
    "units": (_set("touchpoints/order/sells/one_of/socks/units", 3), "order"),
    "a loop": (_set("touchpoints/using/next/home", 0.6), "using"),
    "a coupon": (_set("touchpoints/coupon/next/cart", 0.9), "coupon"),
    "a touchpoint added": (_add_touchpoint, "blog"),
    "a touchpoint removed": (_remove_friend, "friend"),
    "a detour's own way": (_set("touchpoints/feed/next", {"home": 0.5, "left": "rest"}), "feed"),
}

Diary = dict[int, list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def base() -> Data:
    """Give the model as plain data."""
    return parse_document(MODEL).data


def _diary(data: Data) -> Diary:
    program = compile_journey(journey_from_data(data))
    names, diary = program.names, {}

    def see(customer: Any, visit: Any) -> None:
        row = (
            names.personas[visit.persona],
            names.touchpoints[visit.touchpoint],
            *(visit.entry, visit.entered, visit.waited, visit.left, visit.manner),
            names.target(visit.target),
            *(visit.asked, visit.sold),
            *zip(names.attributes, visit.attributes, strict=True),
        )
        diary.setdefault(visit.subject, []).append(row)

    simulate(program, 1, 0, see)
    return diary


@pytest.fixture(scope="module")
def written(base) -> Diary:
    """Give everybody's diary in the unedited model."""
    return _diary(base)


@pytest.mark.parametrize("name", EDITS)
def test_who_never_meets_an_edit_keeps_every_line_of_the_diary(name, base, written) -> None:
    """One branch changed: the diary of every customer who never gets there is the same to the byte."""
    edit, met_at = EDITS[name]
    data = copy.deepcopy(base)
    edit(data)
    edited = _diary(data)
    # A visit is written when it ends; whoever was bound there has met the edit too.
    untouched = [who for who, rows in written.items() if all(met_at not in (row[1], row[7]) for row in rows)]
    # A customer who enters where nobody can any more has met the edit on arrival.
    if name == "a touchpoint removed":
        assert set(edited) >= set(untouched)
    assert len(untouched) > 50 or met_at == "search"
    assert [who for who in untouched if edited[who] != written[who]] == []
    assert any(edited.get(who) != rows for who, rows in written.items()), "the edit changed nothing"


@pytest.mark.parametrize("rate", ["19 per day", "11 per day"])
def test_a_changed_rate_adds_or_drops_whole_customers(rate, base, written) -> None:
    """A higher rate adds customers behind the same ones, a lower one drops the last of a day."""
    data = copy.deepcopy(base)
    data["personas"]["tim"]["arrivals"]["rate"] = rate
    edited = _diary(data)
    more, fewer = (edited, written) if rate == "19 per day" else (written, edited)
    assert set(fewer) < set(more)
    assert all(more[who] == rows for who, rows in fewer.items())


def test_a_reordered_file_is_the_same_model(base, written) -> None:
    """The order of names in a file has no influence: same diaries, same digest, same program."""

    def turned(value: Any, inside_rules: bool = False) -> Any:
        if not isinstance(value, dict):
            return value
        keys = list(value) if inside_rules else list(reversed(value))
        return {key: turned(value[key], key == "next" and "else" in (value[key] or {})) for key in keys}

    data = turned(base)
    assert list(data) != list(base)
    assert _diary(data) == written
    ours = compile_journey(journey_from_data(base))
    assert compile_journey(journey_from_data(data)).hash == ours.hash


SHARING = """
start: 2026-01-05
horizon: 3 weeks
follow_up: 5 days
goal: [order]
teams: {staff: {servers: 1}}
products: {boots: {price: 1}}
inventory: {boots: {on_hand: 20, policy: {reorder_point: 10, order_up_to: 40}, lead_time: {exponential: {mean: 3 days}}}}
personas: {all: {arrivals: {rate: 40 per day}, enters: {home: 1}}}
touchpoints:
  home: {dwell: {exponential: {mean: 3 min}}, next: {desk: %s, order: 0.3, left: rest}}
  desk: {team: staff, patience: {exponential: {mean: 20 min}}, on_abandon: {left: 1}, dwell: {gamma: {mean: 30 min, cv: 1}}, next: {order: 0.6, left: rest}}
  order: {sells: {one_of: {boots: 1}}, on_stockout: {home: {p: 0.3, after: 1 day}, left: rest}, next: {left: 1}}
outcomes: [left]
"""


def test_with_sharing_every_draw_at_an_unchanged_address_is_the_same(play) -> None:
    """Queues and stock let one customer touch another, but nobody's own times are drawn anew."""
    base, edited = play(SHARING % "0.4"), play(SHARING % "0.3")

    def stays(result: Any, touchpoint: str) -> dict[tuple[int, int], int]:
        served = [one for one in result.at(touchpoint) if one.manner == 0]
        return {(one.subject, one.entry): one.left - one.entered - one.waited for one in served}

    for touchpoint in ("home", "desk"):
        ours, theirs = stays(base, touchpoint), stays(edited, touchpoint)
        both = ours.keys() & theirs.keys()
        assert len(both) > 100
        assert all(ours[address] == theirs[address] for address in both)
    assert base.diary() != edited.diary()


def test_the_digest_does_not_depend_on_the_process(base, tmp_path) -> None:
    """Another process, hash seed, locale, time zone and folder give the same bytes."""
    model = tmp_path / "model.yaml"
    model.write_text(write_document(base), encoding="utf-8")
    code = (
        "import sys; from pathlib import Path\n"
        "from simulator.spec.load import load_journey\n"
        "from simulator.program.compile import compile_journey\n"
        "from simulator.engine.reference import simulate\n"
        "program = compile_journey(load_journey(Path(sys.argv[1])))\n"
        "print(program.hash, [simulate(program, 5, k).digest for k in (0, 1)])\n"
    )
    program = compile_journey(journey_from_data(base))
    here = f"{program.hash} {[simulate(program, 5, k).digest for k in (0, 1)]}"
    for hash_seed, zone, language in [("0", "UTC", "C"), ("77", "Asia/Tokyo", "tr_TR.UTF-8")]:
        # NUMBA_CACHE_DIR stays: what is compiled is the same, and compiling again would cost a minute.
        own = {"PYTHONHASHSEED": hash_seed, "TZ": zone, "LC_ALL": language}
        root = str(Path(__file__).resolve().parents[2])
        done = subprocess.run(
            [sys.executable, "-c", code, str(model)],
            env={**os.environ, **own, "PYTHONPATH": root},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == here


def test_a_replication_alone_is_the_one_inside_a_run(base) -> None:
    """Replication 3 does not know whether 0, 1 and 2 were played; another seed is another world."""
    program = compile_journey(journey_from_data(base))
    inside = [simulate(program, 1, k).digest for k in range(4)]
    assert simulate(program, 1, 3).digest == inside[3]
    assert len(set(inside)) == 4
    assert simulate(program, 2, 3).digest != inside[3]
