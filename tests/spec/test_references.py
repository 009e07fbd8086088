from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from simulator.errors import ModelError, Problem
from simulator.spec.document import parse_document, read_document, write_document
from simulator.spec.load import Journey, load_journey
from simulator.spec.references import advise_references, check_references

EXAMPLE = Path(__file__).parent / "example.yaml"
DATA = read_document(EXAMPLE).data


def journey(**changes: Any) -> Journey:
    """Load the example with values put at paths such as touchpoints__cart__cost; None removes."""
    data = copy.deepcopy(DATA)
    for written, value in changes.items():
        *way, last = written.split("__")
        node = data
        for key in way:
            node = node.setdefault(key, {})
        if value is None:
            del node[last]
        else:
            node[last] = value
    return load_journey(parse_document(write_document(data), "example.yaml"))


def found(**changes: Any) -> list[Problem]:
    """Load the changed example and give what is wrong with it."""
    try:
        return check_references(journey(**changes))
    except ModelError as error:
        return list(error.problems)


def told(problem: Problem) -> str:
    """Show a problem without its place."""
    return f"{'.'.join(problem.path)}: {problem.message}; {problem.fix}"


def test_example_is_right() -> None:
    """A model that uses every word of the language has nothing wrong with it."""
    assert [told(problem) for problem in found()] == []
    assert advise_references(journey()) == []


CASES: list[tuple[dict[str, Any], str, str, str]] = [
    # targets
    ({"touchpoints__cart__next__late__then": {"wishlst": 0.5, "left": 0.5}},
     "touchpoints.cart.next.late.then.wishlst", "no touchpoint or outcome is called 'wishlst'", "'wishlist'"),
    ({"touchpoints__compare__choose__competitr": 1},
     "touchpoints.compare.choose.competitr", "no touchpoint or outcome", "'competitor'"),
    ({"touchpoints__friend__next": None, "touchpoints__friend__choose": {}},
     "touchpoints.friend.choose", "at least one option", ""),
    ({"touchpoints__wishlist__race__prodct": {"after": "1 day"}},
     "touchpoints.wishlist.race.prodct", "no touchpoint or outcome", "'product'"),
    ({"touchpoints__web_order__back_in_stock__woken": {"web_ordr": 1}},
     "touchpoints.web_order.back_in_stock.woken.web_ordr", "no touchpoint or outcome", "'web_order'"),
    ({"touchpoints__chat__on_closed": {"gone": 1}},
     "touchpoints.chat.on_closed.gone", "no touchpoint or", ""),
    ({"outcomes": ["left", "lost", "store"]}, "outcomes", "'store' is both a touchpoint and an outcome", ""),
    ({"touchpoints__using_product__refers__enters": {"lost": 1}},
     "touchpoints.using_product.refers.enters.lost", "cannot begin at the outcome 'lost'", "choose from"),
    ({"touchpoints__using_product__refers__enters": {"friend": {"p": 1, "after": "1 day"}}},
     "touchpoints.using_product.refers.enters.friend.after", "an entrance has no after", "refers.after"),
    ({"touchpoints__using_product__refers__personas": {"tom": 1}},
     "touchpoints.using_product.refers.personas.tom", "no persona is called 'tom'", "'tim'"),
    ({"personas__trudy__enters": {"search": {"p": 1, "after": "1 day"}}},
     "personas.trudy.enters.search.after", "an entrance has no after", "remove it"),
    # side trips and lists
    ({"touchpoints__home__next": {"product": 0.6, "reminder": 0.1, "left": "rest"}},
     "touchpoints.reminder.otherwise.back", "touchpoints.home.next.reminder leads here without", "trips"),
    ({"detours__social__to": "reminder"},
     "touchpoints.reminder.otherwise.back", "detours.social.to leads here", "side trips"),
    ({"touchpoints__wishlist__race__phone": {"after": "1 day", "side_trip": True}},
     "touchpoints.wishlist.race.phone.side_trip", "a side trip to 'phone' never returns", "lead back"),
    ({"touchpoints__wishlist__race__lost": {"after": "1 day", "side_trip": True}},
     "touchpoints.wishlist.race.lost", "the outcome 'lost' is no side trip", ""),
    ({"touchpoints__wishlist__race__left": {"after": "30 days", "if": "orders > 0"}},
     "touchpoints.wishlist.race", "nothing ends this race for sure", "let one clock"),
    ({"touchpoints__wishlist__race__left": {"after": "30 days", "p": 0.9}},
     "touchpoints.wishlist.race", "nothing ends this race for sure", "let one clock"),
    ({"touchpoints__web_order__next__else": {"wait": 1}},
     "touchpoints.web_order.next.else.wait", "wait stands for the list", "in on_stockout only"),
    ({"touchpoints__web_order__back_in_stock": None},
     "touchpoints.web_order.on_stockout.wait", "wait needs a list", "write back_in_stock"),
    ({"touchpoints__web_order__on_stockout": {"left": 1}},
     "touchpoints.web_order.back_in_stock", "nobody joins this list", "the target wait"),
    # goal, milestones, existing, detours, stages
    ({"goal": ["web_ordr"]}, "goal", "'web_ordr' is no touchpoint", "'web_order'"),
    ({"goal": []}, "goal", "no goal is named", ""),
    ({"milestones__seen": {"at": "prodct"}}, "milestones.seen.at", "no touchpoint is called", "'product'"),
    ({"milestones__seen__within": "8 weeks"},
     "milestones.seen.within", "longer than follow_up (6 weeks)", ""),
    ({"personas__tim__existing__at": "chat"}, "personas.tim.existing.at", "'chat' has a team", "dwell"),
    ({"personas__tim__existing__at": "wishlist"},
     "personas.tim.existing.at", "'wishlist' has a race", "dwell"),
    ({"personas__tim__existing__at": "friend"}, "personas.tim.existing.at", "'friend' has no dwell", "dwell"),
    ({"personas__tim__existing__at": "frend"},
     "personas.tim.existing.at", "no touchpoint is called", "'friend'"),
    ({"personas__tim__existing__set__mood": 1},
     "personas.tim.existing.set.mood", "no attribute is called", ""),
    ({"personas__tim__attributes__mood": 1}, "personas.tim.attributes.mood", "no attribute is called", ""),
    ({"personas__tim__attributes__satisfaction": -1},
     "personas.tim.attributes.satisfaction", "lies below min 0", ""),
    ({"detours__social__during": []}, "detours.social.during", "names no stage", ""),
    ({"stages": ["awareness", "interest", "consideration", "purchase", "loyalty", "advocacy", "doubt"],
      "detours__social__during": ["doubt"]},
     "detours.social.during", "no touchpoint has the stage 'doubt'", ""),
    ({"touchpoints__search__stages": {"emotions": "doubt"}},
     "touchpoints.search.stages.emotions", "no stage scheme is called 'emotions'", "'emotion'"),
    ({"touchpoints__search__stages": {"emotion": "anger"}},
     "touchpoints.search.stages.emotion", "has no stage 'anger'", "choose from"),
    # teams and gates
    ({"touchpoints__chat__team": "suport"}, "touchpoints.chat.team", "no team is called", "'support'"),
    ({"touchpoints__chat__on_abandon": None}, "touchpoints.chat.patience", "patience may end", "on_abandon"),
    ({"touchpoints__phone__on_abandon": None},
     "touchpoints.phone.team", "the queue of 'support' holds 20", ""),
    ({"touchpoints__chat__on_closed": None},
     "touchpoints.chat.team", "'support' has hours", "write on_closed"),
    ({"touchpoints__home__on_closed": "wait"}, "touchpoints.home.on_closed", "needs a team", ""),
    ({"touchpoints__home__otherwise": {"left": 1}}, "touchpoints.home.otherwise", "no visit is refused", ""),
    ({"events__easter__teams": {"suport": {"servers": 1}}},
     "events.easter.teams.suport", "no team", "'support'"),
    # baskets and stock
    ({"touchpoints__home__empty": {"left": 1}}, "touchpoints.home.empty", "needs something sold here", ""),
    ({"touchpoints__store_order__on_stockout": None},
     "touchpoints.store_order.sells.each.boots", "'boots' may run out", "on_stockout"),
    ({"touchpoints__store_order__empty": None},
     "touchpoints.store_order.sells.each", "every line may fail", "write empty"),
    ({"products__boots__sold": {"from": "2026-02-15"}, "touchpoints__web_order__empty": None},
     "touchpoints.web_order.sells.one_of", "on some days none of these products is sold", "write empty"),
    ({"products__boots__sold": {"from": "2026-03-01", "to": "2026-02-01"}},
     "products.boots.sold", "ends (2026-02-01) before it begins (2026-03-01)", ""),
    ({"inventory__hat": {"on_hand": 3}}, "inventory.hat", "no product is called 'hat'", ""),
    ({"products__hat": {"price": 3}, "inventory__hat": {"on_hand": 3}},
     "inventory.hat", "'hat' has a stock, and no touchpoint sells it", "sell it"),
    ({"touchpoints__returned__returns__of": "delivery"},
     "touchpoints.returned.returns.of", "'delivery' sells nothing", "choose from store_order, web_order"),
    ({"touchpoints__returned__returns__of": "web_ordr"},
     "touchpoints.returned.returns.of", "'web_ordr' is no touchpoint", "'web_order'"),
    ({"inventory__boots__on_order": {"2026-01-04": 9}}, "inventory.boots.on_order.2026-01-04",
     "outside the simulated time (2026-01-05 to 2026-07-05)", "on_hand"),
    ({"inventory__boots__on_order": {"2026-07-06": 9}},
     "inventory.boots.on_order.2026-07-06", "outside the simulated time", "need not be written"),
    ({"inventory__jacket__policy__first_review": "27 weeks"},
     "inventory.jacket.policy.first_review", "comes after the end", "make it earlier"),
    ({"touchpoints__home__substitutes": {"boots": {"jacket": 0.1}}},
     "touchpoints.home.substitutes", "needs something sold here", ""),
    ({"touchpoints__web_order__substitutes": {"socks": {"boots": 0.1}}},
     "touchpoints.web_order.substitutes.socks", "nobody asks for 'socks' here", "choose from boots, jacket"),
    ({"touchpoints__web_order__substitutes": {"boots": {"hat": 0.1}}},
     "touchpoints.web_order.substitutes.boots.hat", "no product is called 'hat'", ""),
    # expressions
    ({"touchpoints__compare__choose__cart": "1 - 0.01 * price.boot"},
     "touchpoints.compare.choose.cart", "no product is called 'boot'", "'boots'"),
    ({"touchpoints__wishlist__race__cart__if": "persona.patience > 0"},
     "touchpoints.wishlist.race.cart.if", "no trait is called 'patience'", "choose from"),
    ({"touchpoints__store_order__sells__each__boots__odds": "stock.bots"},
     "touchpoints.store_order.sells.each.boots.odds", "no product is called 'bots'", "'boots'"),
    ({"touchpoints__wishlist__set": {"wished": "wishd + 1"}},
     "touchpoints.wishlist.set.wished", "no attribute is called 'wishd'", "'wished'"),
    ({"personas__tim__enters__search__odds": "1 + visits.hme"},
     "personas.tim.enters.search.odds", "no touchpoint is called 'hme'", "'home'"),
    ({"personas__tim__existing__set__wished": "persona.hope"},
     "personas.tim.existing.set.wished", "no trait is called 'hope'", ""),
    ({"personas__trudy__traits": {"price_sensitivity": 0.6}},
     "personas.trudy.traits", "the trait 'expectation' is missing", "in the traits of 'trudy'"),
    # attributes and consent
    ({"attributes__week": {"initial": 0}}, "attributes.week", "already means something", "another name"),
    ({"attributes__satisfaction__initial": {"uniform": {"min": 2, "max": 3}}},
     "attributes.satisfaction.initial", "lies above max 1", ""),
    # events, sessions, times
    ({"events__easter__to": "2025-04-06", "events__easter__from": "2025-04-03"},
     "events.easter.from", "lies outside the simulated time (2026-01-05 to 2026-07-05)", "move the event"),
    ({"events__spring_sale__arrivals__personas": ["tom"]},
     "events.spring_sale.arrivals.personas", "no persona is called 'tom'", "'tim'"),
    ({"events__spring_sale__next": {"cart.web_order": {"odds": 2}}},
     "events.spring_sale.next.cart.web_order", "is no target of a row or choice of 'cart'",
     "'cart.else.web_order'"),
    ({"events__spring_sale__next": {"crt.else.web_order": {"odds": 2}}},
     "events.spring_sale.next.crt.else.web_order", "no touchpoint is called 'crt'", "'cart'"),
    ({"events__spring_sale__next": {"wishlist.left": {"odds": 2}}},
     "events.spring_sale.next.wishlist.left", "is no target", "write touchpoint.target"),
    ({"events__spring_sale__next": {"cart..left": {"odds": 2}}},
     "events.spring_sale.next.cart..left", "is not a path", ""),
    ({"sessions__channels": ["web"]},
     "sessions.channels", "no touchpoint has the channel 'web'", "'website'"),
    ({"follow_up": "25 weeks"}, "follow_up", "leave nothing of the horizon (26 weeks)", "make them shorter"),
    # evidence
    ({"evidence": {"touchpoints.cart.next.els": {"worth": 3}}},
     "evidence.touchpoints.cart.next.els", "touchpoints.cart.next has no 'els'", "'else'"),
    ({"evidence": {"touchpoints.cart.dwell": {"worth": 3}}},
     "evidence.touchpoints.cart.dwell.worth", "is neither a row nor a probability", "range"),
    ({"evidence": {"touchpoints.search.next": {"range": [0.1, 0.2]}}},
     "evidence.touchpoints.search.next.range", "a range belongs to one number; here stands a row", ""),
    ({"evidence": {"touchpoints.search.next.left": {"range": [0.1, 0.2]}}},
     "evidence.touchpoints.search.next.left.range", "rest is what the others leave", ""),
    ({"evidence": {"touchpoints.search.next.home": {"range": [0.1, 1.2]}}},
     "evidence.touchpoints.search.next.home.range", "a probability lies in 0–1, not 1.2", ""),
    ({"evidence": {"touchpoints.search.next.home": {"range": [0.4, 1]}}},
     "evidence.touchpoints.search.next.home.range", "must lie between 0 and 1", ""),
    ({"evidence": {"personas.tim.arrivals.rate": {"range": [160, 120]}}},
     "evidence.personas.tim.arrivals.rate.range", "the range 160 to 120 is empty", ""),
    ({"evidence": {"personas.tim.arrivals.rate": {"range": ["2 days", "3 days"]}}},
     "evidence.personas.tim.arrivals.rate.range", "a range like '140 per day' is needed", ""),
    ({"evidence": {"touchpoints.search.next": {"worth": 0}}},
     "evidence.touchpoints.search.next.worth", "worth nothing is no evidence", ""),
    ({"evidence": {"detours.social.p": {"worth": 20, "range": [0.01, 0.1]}}},
     "evidence.detours.social.p.worth", "worth and range both", ""),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "path", "message", "fix"), CASES)
def test_one_mistake_gives_one_problem(changes: dict[str, Any], path: str, message: str, fix: str) -> None:
    """One mistake in a right model is one problem, at its path, with the value and the way out."""
    problems = found(**changes)
    assert len(problems) == 1, "\n".join(map(told, problems))
    (problem,) = problems
    assert ".".join(problem.path) == path, told(problem)
    assert message in problem.message, told(problem)
    assert fix in problem.fix, told(problem)
    assert problem.place.line > 0


OWN: list[tuple[dict[str, Any], str, str]] = [
    ({"chat": {"next": {"phne": 0.6, "left": "rest"}}},
     "personas.trudy.changes.touchpoints.chat.next.phne", "for 'trudy', no touchpoint or outcome is called"),
    ({"chat": {"on_abandon": None}},
     "personas.trudy.changes.touchpoints.chat", "for 'trudy', patience may end"),
    ({"phone": {"set": {"wished": "persona.patience"}}},
     "personas.trudy.changes.touchpoints.phone.set.wished", "for 'trudy', no trait is called 'patience'"),
    ({"cart": {"next": {"reminder": 0.1, "left": "rest"}}},
     "touchpoints.reminder.otherwise.back", "for 'trudy', back returns to a race, but touchpoints.cart.next"),
    ({"friend": None}, "personas.trudy.enters.friend", "no touchpoint is called 'friend'"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "path", "message"), OWN)
def test_mistake_in_own_version_names_the_persona(changes: dict[str, Any], path: str, message: str) -> None:
    """What is wrong only in a persona's own version of the map is told with the persona's name."""
    problems = found(personas__trudy__changes__touchpoints=changes)
    assert any(".".join(each.path) == path and message in each.message for each in problems), "\n".join(
        map(told, problems)
    )


def test_trait_is_needed_only_where_it_is_read() -> None:
    """A trait read in one persona's version alone need not be had by the others."""
    changes = {"phone": {"set": {"wished": "persona.patience"}}}
    traits = {**DATA["personas"]["trudy"]["traits"], "patience": 0.3}
    assert found(personas__trudy__changes__touchpoints=changes, personas__trudy__traits=traits) == []


def test_persona_may_enter_a_place_of_its_own() -> None:
    """A touchpoint that only one version of the map has exists for that persona, goal and milestones."""
    assert not found(
        personas__trudy__changes__touchpoints={"leaflet": {"next": {"home": 0.1, "left": "rest"}}},
        personas__trudy__enters={"leaflet": 1},
        milestones__seen={"at": "leaflet"},
    )
    (problem,) = found(
        personas__trudy__changes__touchpoints={"leaflet": {"next": {"home": 0.1, "left": "rest"}}},
        personas__tim__enters={"leaflet": 1},
    )
    assert problem.path == ("personas", "tim", "enters", "leaflet")


@pytest.mark.parametrize(
    "consent",
    [
        {"touchpoints__using_product__set": {"consent": 0.5}},
        {"touchpoints__using_product__set": {"consent": {"chance": 0}}},
        {"touchpoints__using_product__set": {"consent": {"chance": 0.5}}, "attributes__consent__max": 0.9},
    ],
)
def test_consent_must_be_reachable(consent: dict[str, Any]) -> None:
    """A message needs consent of 1 from somewhere: less, chance 0 or a lower bound is as none."""
    problems = found(personas__tim__existing__set={}, **consent)
    assert [".".join(problem.path) for problem in problems] == ["touchpoints.reminder.contact"]


@pytest.mark.parametrize(
    "consent",
    [
        {"attributes__consent__initial": 1},
        {"personas__tim__attributes__consent": 1},
        {"personas__tim__existing__set": {"consent": {"chance": 0.1}}},
        {"touchpoints__using_product__set": {"consent": "orders"}},
    ],
)
def test_consent_from_anywhere_will_do(consent: dict[str, Any]) -> None:
    """Consent may come from the start, from existing customers or from an effect."""
    none = {"personas__tim__existing__set": {}, "touchpoints__using_product__set": {}}
    assert found(**{**none, **consent}) == []


def test_all_problems_at_once_in_the_order_of_the_file() -> None:
    """Several mistakes are told together, from the top of the file to its end."""
    problems = found(
        touchpoints__search__stage="awarness",
        goal=["web_ordr"],
        evidence={"touchpoints.nothing": {"worth": 3}},
        personas__tim__enters={"hme": 1},
    )
    assert [problem.path[0] for problem in problems] == ["goal", "personas", "touchpoints", "evidence"]


def test_scenario_that_removes_what_others_name() -> None:
    """A scenario is checked as a whole with its model: what still leads to a removed place is told."""
    scenario = parse_document("name: No cart\nchanges: {touchpoints: {compare: null}}\n", "idea.yaml")
    with pytest.raises(ModelError) as caught:
        load_journey(EXAMPLE, scenario)
    told_of = {".".join(problem.path): problem.message for problem in caught.value.problems}
    assert "no touchpoint or outcome is called 'compare'" in told_of["touchpoints.product.next.compare"]


def test_advice() -> None:
    """What can be simulated but was hardly meant is advice, not an error."""
    advice = advise_references(
        journey(
            contact_cap={"count": 0, "per": "7 days"},
            products__hat={"price": 3},
            events__nothing={"from": "2026-02-01", "to": "2026-02-02"},
        )
    )
    assert [told(problem).split(":")[0] for problem in advice] == [
        "products.hat",
        "contact_cap.count",
        "events.nothing",
    ]


def test_who_is_woken_on_a_side_trip_cannot_come_back_to_a_race_he_left() -> None:
    """A list without `woken` enters its touchpoint again, outside the race: `back` there is refused."""
    model = """
start: 2026-01-05
horizon: 8 weeks
goal: [shop]
products: {boots: {price: 1}}
inventory: {boots: {on_hand: 0}}
personas: {all: {arrivals: {rate: 1 per day}, enters: {wish: 1}}}
touchpoints:
  wish: {race: {left: {after: 9 days}, shop: {after: 1 day, side_trip: true}}}
  shop:
    sells: {one_of: {boots: 1}}
    on_stockout: {wait: 1}
    back_in_stock: {give_up: 2 days, then: {back: 1}}
    next: {back: 1}
outcomes: [left]
"""
    with pytest.raises(ModelError, match="back"):
        load_journey(parse_document(model))
    load_journey(parse_document(model.replace("then: {back: 1}", "then: {back: 1}, woken: {left: 1}")))
