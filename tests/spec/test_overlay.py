from __future__ import annotations

import copy
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.spec.document import Document, parse_document, read_document
from simulator.spec.overlay import Laid, Layer, Layered, lay, persona_layer
from simulator.spec.overlay.edits import Edit, edit_row
from simulator.spec.shapes import ROW

SHOP = read_document(Path(__file__).parent / "shop_to_change.yaml")


def laid(text: str, base: Document = SHOP) -> Laid:
    """Lay changes written in YAML over the shop."""
    document = parse_document(text, "idea.yaml")
    return lay(Layered(base.data, base), Layer("idea", document.data, document))


def at(data: Any, path: str) -> Any:
    """Follow a path of plain names; None where nothing is written."""
    for key in path.split("."):
        data = data.get(key) if isinstance(data, dict) else None
    return data


def wrong(found: Laid) -> list[str]:
    """Give the messages with their fixes."""
    return [f"{each.message}; {each.fix}" for each in found.problems]


# path, what is laid there (in YAML), what stands there afterwards
MERGES: list[tuple[str, str, Any]] = [
    # mappings with names merge entry by entry, null removes
    ("products.boots", "{price: 119}", {"price": 119, "unit_cost": 71}),
    ("products.boots", "{unit_cost: null}", {"price": 129}),
    ("touchpoints.competitor", "null", None),
    ("touchpoints.new", "{next: {left: 1}}", {"next": {"left": 1}}),
    (
        "touchpoints.new",
        "{set: {satisfaction: {to: satisfaction + 0.1}}, next: {left: 1}}",
        {"set": {"satisfaction": {"to": "satisfaction + 0.1"}}, "next": {"left": 1}},
    ),
    ("personas.tom", "{arrivals: {rate: 1 per day}}", {"arrivals": {"rate": "1 per day"}}),
    ("touchpoints.wish.race.cart.p", "0.4", 0.4),
    (
        "touchpoints.wish.race",
        "{search: {after: 3 days}, left: null}",
        {"cart": {"after": {"exponential": {"mean": "9 days"}}, "p": 0.5}, "search": {"after": "3 days"}},
    ),
    ("outcomes", "[left, lost]", ["left", "lost"]),
    # rows: named targets replace the whole, edits move the difference to rest
    ("touchpoints.search.next", "{cart: 0.5, left: rest}", {"cart": 0.5, "left": "rest"}),
    ("touchpoints.search.next", "{cart: {set: 0.7}}", {"cart": 0.7, "competitor": 0.08, "left": "rest"}),
    ("touchpoints.search.next", "{cart: {scale: 1.1}}", {"cart": 0.682, "competitor": 0.08, "left": "rest"}),
    ("touchpoints.search.next", "{cart: {add: -0.02}}", {"cart": 0.6, "competitor": 0.08, "left": "rest"}),
    ("touchpoints.search.next", "{competitor: null}", {"cart": 0.62, "left": "rest"}),
    (
        "touchpoints.search.next",
        "{competitor: null, cart: {scale: 0.5}}",
        {"cart": 0.31, "left": "rest"},
    ),
    (
        "touchpoints.chat.on_abandon",
        "{cart: {scale: 2}}",
        {"cart": {"p": 0.6, "after": "2 h"}, "left": "rest"},
    ),
    ("touchpoints.chat.on_closed", "{left: 1}", {"left": 1}),
    ("personas.tim.enters", "{search: {add: 0.1}}", {"search": 0.7, "cart": "rest"}),
    ("touchpoints.web_order.refers.enters", "{cart: 1}", {"cart": 1}),
    ("touchpoints.web_order.sells.one_of", "{jacket: 1}", {"jacket": 1}),
    # rules
    (
        "touchpoints.cart.next.else",
        "{web_order: {scale: 1.15}}",
        {"web_order": {"p": 0.345, "odds": "0.4 + satisfaction", "after": "2 days"}, "left": "rest"},
    ),
    (
        "touchpoints.cart.next.unhappy",
        "{if: satisfaction < 0.2}",
        {"if": "satisfaction < 0.2", "then": {"competitor": 0.3, "left": "rest"}},
    ),
    ("touchpoints.cart.next.unhappy.then", "{competitor: {set: 0.4}}", {"competitor": 0.4, "left": "rest"}),
    ("touchpoints.cart.next", "{web_order: 0.2, left: rest}", {"web_order": 0.2, "left": "rest"}),
    (
        "touchpoints.search.next",
        "{again: {if: orders > 0, then: {cart: 1}}, else: {left: 1}}",
        {"again": {"if": "orders > 0", "then": {"cart": 1}}, "else": {"left": 1}},
    ),
    # decisions and alternatives: writing one drops the other
    ("touchpoints.search", "{choose: {cart: 1, left: 0}, dwell: null, stage: null, cost: null}",
     {"choose": {"cart": 1, "left": 0}}),
    ("touchpoints.web_order.sells", "{each: {boots: 0.5}}", {"each": {"boots": 0.5}}),
    ("touchpoints.chat.set.satisfaction", "{chance: 0.4}", {"chance": 0.4}),
    # choose
    ("touchpoints.compare.choose.cart", "{add: 0.2}", "(1.2 + 0.8 * satisfaction) + 0.2"),
    ("touchpoints.compare.choose.cart", "{add: -orders}", "(1.2 + 0.8 * satisfaction) + -orders"),
    ("touchpoints.compare.choose.competitor", "{add: 0.2}", 1.1),
    ("touchpoints.compare.choose.competitor", "{set: 1}", 1),
    ("touchpoints.compare.choose.left", "{add: 0.5}", {"utility": 0.5, "after": "1 h"}),
    ("touchpoints.compare.choose.left", "{after: 2 h}", {"utility": 0, "after": "2 h"}),
    ("touchpoints.compare.choose.left", "0.3", 0.3),
    ("touchpoints.compare.choose.competitor", "null", None),
    # laws are one value; scale multiplies durations and not the shape
    ("touchpoints.search.dwell", "{scale: 1.5}", {"lognormal": {"median": "3 min", "sigma": 0.8}}),
    ("touchpoints.search.dwell", "{exponential: {mean: 1 min}}", {"exponential": {"mean": "1 min"}}),
    ("touchpoints.search.dwell", "{set: 3 min}", "3 min"),
    ("touchpoints.chat.dwell", "{scale: 0.1}", {"gamma": {"mean": "0.8 min", "cv": 0.7}}),
    ("touchpoints.wish.race.left.after", "{scale: 0.5}", "15 days"),
    ("touchpoints.wish.race.left.after", "{add: 2 days}", "32 days"),
    ("touchpoints.wish.race.left.after", "{add: 24 h}", "31 days"),
    ("touchpoints.web_order.refers.count", "{scale: 2}", {"poisson": 0.4}),
    ("attributes.satisfaction.initial", "{scale: 0.5}", 0.3),
    # numbers keep their unit
    ("personas.tim.arrivals.rate", "{scale: 1.1}", "154 per day"),
    ("personas.tim.arrivals.rate", "{add: 70 per week}", "150 per day"),
    ("personas.tim.arrivals.rate", "{set: 9 per day}", "9 per day"),
    ("teams.support.cost", "{scale: 1.1}", "38.5 per hour"),
    ("teams.support.servers", "{scale: 2}", 6),
    ("touchpoints.search.cost", "{add: 0.05}", 0.4),
    ("detours.social.p", "{scale: 0.5}", 0.03),
    ("touchpoints.wish.race.left.p", "{scale: 0.5}", 0.5),
    # calendar words that overlap are taken apart
    (
        "personas.tim.arrivals.weekday",
        "{fri: {scale: 2}, sun: 0.5}",
        {"sat": 1.3, "mon": 1.1, "tue": 1.1, "wed": 1.1, "thu": 1.1, "fri": 2.2, "sun": 0.5},
    ),
    ("personas.tim.arrivals.weekday", "{sun: {scale: 0.5}, sat: null}", {"mon-fri": 1.1, "sun": 0.5}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "change", "expected"), MERGES)
def test_each_rule_of_the_overlay_gives_exactly_this(path: str, change: str, expected: Any) -> None:
    """A change of each kind gives the written value of the table, and nothing else changes."""
    keys = path.split(".")
    text = "".join("  " * depth + f"{key}:\n" for depth, key in enumerate(keys[:-1]))
    found = laid(f"{text}{'  ' * (len(keys) - 1)}{keys[-1]}: {change}\n")
    assert not found.problems
    assert not found.idle
    assert at(found.tree.data, path) == expected
    before, after = copy.deepcopy(SHOP.data), copy.deepcopy(dict(found.tree.data))
    for data in (before, after):
        node = data
        for key in keys[:-1]:
            node = node[key]
        node.pop(keys[-1], None)
    assert before == after


def test_rules_stand_where_before_says() -> None:
    """An added rule stands right before the rule it names, whatever the order of the file."""
    texts = [
        "zip: {if: orders > 2, then: {left: 1}, before: vip}",
        "vip: {if: orders > 1, then: {left: 1}, before: coupon}",
        "last: {if: orders > 3, then: {left: 1}, before: else}",
    ]
    for order in (texts, texts[::-1]):
        found = laid(f"touchpoints: {{cart: {{next: {{{', '.join(order)}}}}}}}")
        assert not found.problems
        rules = at(found.tree.data, "touchpoints.cart.next")
        assert list(rules) == ["unhappy", "zip", "vip", "coupon", "last", "else"]
        assert not any("before" in rule for rule in rules.values())


def test_a_rule_is_moved_by_before_and_a_removed_one_is_gone() -> None:
    """`before` on a rule that is there moves it; null removes a rule."""
    found = laid("touchpoints: {cart: {next: {coupon: {before: unhappy}}}}")
    assert list(at(found.tree.data, "touchpoints.cart.next")) == ["coupon", "unhappy", "else"]
    found = laid("touchpoints: {cart: {next: {coupon: null}}}")
    assert list(at(found.tree.data, "touchpoints.cart.next")) == ["unhappy", "else"]
    found = laid("touchpoints: {cart: {next: {coupon: {before: else}}}}")
    assert ("touchpoints", "cart", "next", "coupon", "before") in found.idle


# what is laid, words of the message, words of the fix
REFUSED: list[tuple[str, str, str]] = [
    ("touchpoints: {crt: {cost: {scale: 2}}}", "no 'crt' in touchpoints", "did you mean 'cart'?"),
    ("touchpoints: {crt: {cost: 3}}", "a new one needs next or choose or race", "'cart'"),
    ("products: {boot: {unit_cost: 3}}", "a new one needs price", "did you mean 'boots'?"),
    ("touchpoints: {cart: {tpuchpoints: 1}}", "unknown key 'tpuchpoints'", ""),
    ("touchpoints: {cart: {dwel: 3 min}}", "unknown key 'dwel'", "did you mean 'dwell'?"),
    ("touchpoints: {cart: {dwell: null}}", "no 'dwell' in touchpoints.cart to remove", ""),
    ("touchpoints: {cart: {dwell: {scale: 2}}}", "nothing to scale: dwell is not written", ""),
    ("products: {boots: {price: null}}", "price is required", ""),
    ("touchpoints: {search: {next: {crat: {scale: 2}}}}", "no 'crat' in touchpoints.search.next", "'cart'"),
    ("touchpoints: {search: {next: {crat: null}}}", "no 'crat' in touchpoints.search.next", "'cart'"),
    ("touchpoints: {search: {next: {left: {add: 0.1}}}}", "left is rest", ""),
    ("touchpoints: {search: {next: {left: null}}}", "left is rest", ""),
    ("touchpoints: {search: {next: {cart: {scale: 2}}}}", "from 0.62 to 1.24; a probability lies in 0–1", ""),
    ("touchpoints: {search: {next: {cart: {add: -0.7}}}}", "to -0.08", ""),
    ("touchpoints: {search: {next: {cart: {set: 0.95}}}}", "leave -0.03 for left, which is rest", ""),
    ("touchpoints: {search: {next: {cart: {set: rest}}}}", "no probability", ""),
    ("touchpoints: {search: {next: {cart: {scale: two}}}}", "scale needs a number, not two", ""),
    ("touchpoints: {search: {next: {cart: {scale: 2, add: 1}}}}", "by itself", ""),
    (
        "touchpoints: {search: {next: {cart: {scale: 1.1}, left: 0.3}}}",
        "write every target, or only edits",
        "",
    ),
    ("touchpoints: {search: {next: {cart: 0.5, left: null}}}", "write every target, or only edits", ""),
    ("touchpoints: {competitor: {next: {search: {scale: 0.5}}}}", "no target of this row is rest", ""),
    ("touchpoints: {chat: {on_closed: {left: {add: 0.1}}}}", "no row here to edit, but wait", ""),
    ("touchpoints: {cart: {next: {web_order: {scale: 2}}}}", "next has rules here", ""),
    ("touchpoints: {cart: {next: {coupon: 0.3, left: rest}}}", "'coupon' is a rule here", ""),
    ("touchpoints: {cart: {next: {else: null}}}", "else is required", ""),
    ("touchpoints: {cart: {next: {coupon: {if: null}}}}", "if is required", ""),
    ("touchpoints: {cart: {next: {vip: {if: orders > 1, then: {left: 1}}}}}", "a new rule needs before", ""),
    ("touchpoints: {cart: {next: {cupon: {then: {left: 1}}}}}", "no 'cupon'", "did you mean 'coupon'?"),
    (
        "touchpoints: {cart: {next: {a: {if: orders > 1, then: {left: 1}, before: unhapy}}}}",
        "no rule 'unhapy'",
        "did you mean 'unhappy'?",
    ),
    ("touchpoints: {new: {set: {satisfaction: 1}}}", "a new one needs next or choose or race", ""),
    ("touchpoints: {new: {scale: 2, next: {left: 1}}}", "there is no 'new' in touchpoints", ""),
    (
        "touchpoints: {cart: {next: {a: {if: orders > 1, then: {left: 1}, before: b}, "
        "b: {if: orders > 2, then: {left: 1}, before: a}}}}",
        "'a' says before: b, and so on in a circle",
        "write before: else in one of them",
    ),
    (
        "touchpoints: {cart: {next: {a: {if: orders > 1, then: {left: 1}, before: [unhappy]}}}}",
        "before names a rule, not [unhappy]",
        "choose from coupon, unhappy",
    ),
    (
        "touchpoints: {cart: {next: {a: {if: orders > 1, then: {left: 1}, before: else}, "
        "b: {if: orders > 2, then: {left: 1}, before: else}}}}",
        "both say before: else",
        "let one say",
    ),
    ("touchpoints: {search: {next: {again: {if: orders > 0, then: {cart: 1}}}}}", "they need an else", ""),
    ("touchpoints: {search: {next: {else: {cart: {scale: 1.1}}}}}", "an edit stands inside a value", ""),
    ("touchpoints: {compare: {choose: {cart: {scale: 2}}}}", "write add or set, not scale", ""),
    ("touchpoints: {compare: {choose: {crat: {add: 2}}}}", "no 'crat'", "did you mean 'cart'?"),
    ("touchpoints: {search: {choose: {cart: {add: 1}}}}", "no 'cart' in touchpoints.search.choose", ""),
    ("touchpoints: {search: {dwell: {add: 2 min}}}", "not on the law", ""),
    ("touchpoints: {search: {dwell: {lognormal: {median: {scale: 2}}}}}", "an edit stands inside", ""),
    ("touchpoints: {search: {stage: {set: purchase}}}", "needs a number, a law or an expression", ""),
    ("touchpoints: [search]", "expected a mapping, not [search]", ""),
    ("personas: {tim: {arrivals: {rate: {add: 20}}}}", "needs a quantity with its unit", ""),
    ("personas: {tim: {arrivals: {weekday: {sun: null}}}}", "sun is not named", ""),
    ("personas: {tim: {arrivals: {weekday: {fri: 1, mon-fri: 2}}}}", "same part twice", ""),
]


@pytest.mark.parametrize(("change", "message", "fix"), REFUSED)
def test_what_does_not_fit_is_refused_in_words(change: str, message: str, fix: str) -> None:
    """A change that does not fit gives one problem that says why, and leaves the model as it was."""
    found = laid(change)
    assert len(found.problems) == 1, wrong(found)
    assert message in wrong(found)[0]
    assert fix in wrong(found)[0]
    assert found.problems[0].place.line == 1
    assert found.problems[0].place.file == "idea.yaml"


IDLE = [
    "touchpoints: {search: {cost: 0.35}}",
    "touchpoints: {search: {cost: {scale: 1}}}",
    "touchpoints: {search: {cost: {add: 0}}}",
    "touchpoints: {search: {next: {cart: {scale: 1}}}}",
    "touchpoints: {search: {next: {cart: {set: 0.62}}}}",
    "touchpoints: {search: {next: {cart: 0.62, competitor: 0.08, left: rest}}}",
    "touchpoints: {search: {next: {left: 0.3, competitor: 0.08, cart: 0.62}}}",
    "touchpoints: {search: {next: {}}}",
    "touchpoints: {search: {dwell: {lognormal: {median: 120 s, sigma: 0.8}}}}",
    "touchpoints: {search: {media: owned}}",
    "touchpoints: {search: {present: true}}",
    "touchpoints: {search: {}}",
    "touchpoints: {cart: {next: {else: {web_order: {scale: 1}}}}}",
    "touchpoints: {cart: {next: {unhappy: {if: satisfaction < 0.35}}}}",
    "touchpoints: {compare: {choose: {cart: {add: 0}}}}",
    "touchpoints: {compare: {choose: {competitor: 0.9}}}",
    "touchpoints: {wish: {race: {left: {p: 1}}}}",
    "personas: {tim: {arrivals: {weekday: {mon-fri: {scale: 1}}}}}",
    "personas: {tim: {arrivals: {weekday: {sun: 1}}}}",
    "personas: {tim: {arrivals: {rate: 980 per week}}}",
    "teams: {support: {hours: {fri: 09:00-18:00}}}",
]


@pytest.mark.parametrize("change", IDLE)
def test_what_changes_nothing_is_noticed(change: str) -> None:
    """A value equal to what stands there, however written, is noted and nothing is touched."""
    found = laid(change)
    assert not found.problems
    assert len(found.idle) == 1
    (problem,) = found.idle.values()
    assert "changes nothing" in problem.message
    assert problem.place.line == 1


def test_problems_and_values_know_their_lines() -> None:
    """What the overlay wrote is found in the scenario's file, what it kept in the model's."""
    document = parse_document(
        "touchpoints:\n  search:\n    next:\n      cart: {scale: 0.5}\n    cost: 2\n", "idea.yaml"
    )
    found = lay(Layered(SHOP.data, SHOP), Layer("idea", document.data, document))
    place = found.tree.place
    assert str(place(("touchpoints", "search", "next", "cart"))) == "idea.yaml:4"
    assert str(place(("touchpoints", "search", "cost"))) == "idea.yaml:5"
    kept = ("touchpoints", "search", "next", "competitor")
    assert place(kept) == SHOP.place(kept)
    assert place(("touchpoints", "cart")) == SHOP.place(("touchpoints", "cart"))


def test_what_a_layer_does_not_touch_is_the_very_object_of_the_base() -> None:
    """Untouched parts are shared, so that a thousand scenarios of a large model stay cheap."""
    found = laid("touchpoints: {search: {cost: 1}}")
    for name, raw in SHOP.data["touchpoints"].items():
        assert (found.tree.data["touchpoints"][name] is raw) == (name != "search")
    assert SHOP.data["touchpoints"]["search"]["cost"] == 0.35


def test_a_persona_changes_only_the_map() -> None:
    """Teams, cost, card and the rest of the model are refused in a persona's changes, the rest is kept."""
    document = parse_document(
        "teams: {support: {servers: 1}}\n"
        "touchpoints: {chat: {team: x, cost: 1, card: {}, dwell: 1 min}, cart: {cost: 2}}\n"
        "detours: {social: {p: 0.1}}\n"
    )
    kept, problems = persona_layer(Layer("persona 'x'", document.data, document))
    assert sorted(".".join(problem.path) for problem in problems) == [
        "teams",
        "touchpoints.cart.cost",
        "touchpoints.chat.card",
        "touchpoints.chat.cost",
        "touchpoints.chat.team",
    ]
    assert kept.data == {"touchpoints": {"chat": {"dwell": "1 min"}}, "detours": {"social": {"p": 0.1}}}


# --------------------------------------------------------------------------- properties

NAMES = st.lists(st.sampled_from("abcdefgh"), min_size=2, max_size=6, unique=True)


@st.composite
def rows_with_edits(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Edit | None], str]:
    """Draw a row with `rest` and edits of some other targets that stay inside 0–1."""
    names = draw(NAMES)
    rest, others = names[0], names[1:]
    weights = [draw(st.integers(1, 100)) for _ in names]
    row: dict[str, Any] = {
        name: round(weight / sum(weights), 3) for name, weight in zip(others, weights[1:], strict=True)
    }
    for name in draw(st.sets(st.sampled_from(others))):
        row[name] = {"p": row[name], "after": "2 days"}
    row[rest] = "rest"
    edits: dict[str, Edit | None] = {}
    for name in draw(st.sets(st.sampled_from(others), min_size=1)):
        edits[name] = draw(
            st.sampled_from(
                [None, Edit("scale", 0.5), Edit("scale", 0.1), Edit("add", -0.0005), Edit("set", 0.0)]
            )
        )
    return row, edits, rest


@given(rows_with_edits())
def test_an_edit_moves_only_rest(case: tuple[dict[str, Any], dict[str, Edit | None], str]) -> None:
    """Targets without an edit keep every digit, `rest` takes the difference, and the row sums to 1.

    Catches an edit that rescales the other targets.
    """
    row, edits, rest = case
    out = edit_row(row, edits)
    before, after = ROW.reader.validate_python(row), ROW.reader.validate_python(out)
    for name in row:
        if name not in edits and name != rest:
            assert after[name] == before[name]
        if edits.get(name) is not None:
            assert after[name].after == before[name].after
    moved = math.fsum(after[name].p - before[name].p if name in after else -before[name].p for name in edits)
    assert math.isclose(after[rest].p, before[rest].p - moved, abs_tol=1e-9)
    assert math.isclose(math.fsum(share.p for share in after.values()), 1, abs_tol=1e-9)


CHANGES = {
    "touchpoints": {
        "search": {"next": {"cart": {"scale": 0.9}, "competitor": None}, "dwell": {"scale": 2}, "cost": 1},
        "cart": {
            "next": {
                "vip": {"if": "orders > 1", "then": {"left": 1}, "before": "coupon"},
                "zip": {"if": "orders > 2", "then": {"left": 1}, "before": "vip"},
                "unhappy": None,
                "else": {"web_order": {"add": 0.1}},
            }
        },
        "compare": {"choose": {"cart": {"add": 1}, "wish": 0.3, "left": None}},
        "chat": {"race": {"cart": {"after": "1 h"}, "left": {"after": "1 day"}}, "set": {"wished": 1}},
        "added": {"next": {"left": 1}},
        "competitor": None,
    },
    "personas": {"tim": {"arrivals": {"weekday": {"fri": {"scale": 2}, "sat": None}, "rate": {"scale": 2}}}},
    "teams": {"support": {"servers": 5, "queue": None}},
}


def _shuffled(draw: st.DrawFn, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: _shuffled(draw, value[key]) for key in draw(st.permutations(list(value)))}


@given(st.data())
def test_the_order_of_keys_has_no_influence(data: st.DataObject) -> None:
    """The same changes in any order of keys give the same model, rules in the same order.

    Catches `null` beside an edit, or `before`, that is read from top to bottom.
    """
    shuffled = _shuffled(data.draw, CHANGES)
    base = Layered(SHOP.data, SHOP)
    first = lay(base, Layer("one", CHANGES, Document({}, {}, "")))
    second = lay(base, Layer("two", shuffled, Document({}, {}, "")))
    assert not first.problems
    assert not second.problems
    assert first.tree.data == second.tree.data
    rules = [list(laid.tree.data["touchpoints"]["cart"]["next"]) for laid in (first, second)]
    assert rules == [["zip", "vip", "coupon", "else"]] * 2
    assert (first.touched, first.replaced, first.added) == (second.touched, second.replaced, second.added)
