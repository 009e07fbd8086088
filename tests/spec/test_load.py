from __future__ import annotations

import copy
import pickle
import time
from pathlib import Path
from typing import Any

import pytest

from simulator.errors import ModelError
from simulator.spec.document import Document, parse_document, read_document
from simulator.spec.load import Journey, journey_from_data, load_journey, load_journeys
from simulator.spec.scenario import combine, expand, scenario_from

FILE = Path(__file__).parent / "shop_to_change.yaml"
SHOP = read_document(FILE)


def idea(text: str, file: str = "idea.yaml") -> Document:
    """Read a scenario's text; a name is put on the last line."""
    return parse_document(f"{text}\nname: Idea\n", file)


def under(changes: str) -> Journey:
    """Load the shop with changes laid over."""
    return load_journey(SHOP, idea(f"changes: {changes}"))


def wrong(*scenarios: Document, model: Document = SHOP) -> list[str]:
    """Load what is refused and give every problem."""
    with pytest.raises(ModelError) as caught:
        load_journeys(model, scenarios)
    return [str(problem) for problem in caught.value.problems]


def row(journey: Journey, persona: str, touchpoint: str = "chat") -> dict[str, float | None]:
    """Give the probabilities of a plain row in a persona's version."""
    rules = journey.maps[persona].touchpoints[touchpoint].next
    assert rules is not None
    return {name: share.p for name, share in rules["else"].then.items()}


def test_the_base_is_a_journey_without_scenario() -> None:
    """A model by itself loads with each persona's own version of the map."""
    journey = load_journey(FILE)
    assert journey.scenario is None
    assert journey.maps["tim"].touchpoints is journey.model.touchpoints
    assert row(journey, "tim") == pytest.approx({"cart": 0.5, "compare": 0.2, "wish": 0.1, "left": 0.2})
    assert row(journey, "trudy") == pytest.approx({"cart": 0.6, "left": 0.4})
    assert journey.maps["trudy"].touchpoints["cart"] is journey.model.touchpoints["cart"]
    assert not journey.warnings


def test_a_scenarios_edit_reaches_every_personas_own_version() -> None:
    """Scaling a target scales it in the base's row and a persona wrote, each from its own value."""
    journey = under("{touchpoints: {chat: {next: {cart: {scale: 1.1}}}}}")
    assert row(journey, "tim") == pytest.approx({"cart": 0.55, "compare": 0.2, "wish": 0.1, "left": 0.15})
    assert row(journey, "trudy") == pytest.approx({"cart": 0.66, "left": 0.34})
    assert not journey.warnings


def test_an_edit_that_does_not_fit_a_persona_names_it() -> None:
    """An edit of a target that only the base's row has is an error that names the persona."""
    (problem,) = wrong(idea("changes: {touchpoints: {chat: {next: {wish: {scale: 2}}}}}"))
    assert "persona 'trudy'" in problem
    assert "no 'wish'" in problem
    assert problem.startswith("idea.yaml:1 changes.touchpoints.chat.next.wish")


def test_replacing_what_a_persona_wrote_is_a_warning_that_names_both() -> None:
    """A scenario's whole row takes the place of a persona's own, which is said."""
    journey = under("{touchpoints: {chat: {next: {cart: 0.9, left: rest}}}}")
    assert row(journey, "trudy") == pytest.approx({"cart": 0.9, "left": 0.1})
    (warning,) = journey.warnings
    assert "scenario 'Idea'" in warning.message
    assert "persona 'trudy'" in warning.message
    assert f"{FILE}:28" in warning.message
    assert str(warning.place) == "idea.yaml:1"


def test_a_scenarios_changes_of_a_persona_come_last() -> None:
    """They act on what the scenario made of the persona's version, and on nobody else's."""
    journey = under(
        "{touchpoints: {chat: {next: {cart: {scale: 1.1}}}}, "
        "personas: {trudy: {changes: {touchpoints: {chat: {next: {cart: {add: 0.04}}}}}}}}"
    )
    assert row(journey, "trudy") == pytest.approx({"cart": 0.7, "left": 0.3})
    assert row(journey, "tim")["cart"] == pytest.approx(0.55)


def test_a_scenario_can_give_a_persona_its_first_changes_or_drop_them() -> None:
    """`changes` of a persona without any makes a version of its own; null removes one's own version."""
    journey = under("{personas: {tim: {changes: {touchpoints: {chat: {next: {cart: {scale: 0.5}}}}}}}}")
    assert row(journey, "tim")["cart"] == pytest.approx(0.25)
    assert journey.model.touchpoints["chat"].next is not None
    journey = under("{personas: {trudy: {changes: null}}}")
    assert journey.maps["trudy"].touchpoints is journey.model.touchpoints
    (problem,) = wrong(idea("changes: {personas: {tim: {changes: null}}}"))
    assert "'tim' has no changes to remove" in problem


def test_what_a_scenario_may_not_change_for_one_persona_is_refused() -> None:
    """Teams and costs are the same for everybody; a persona that does not exist has a nearest name."""
    problems = wrong(
        idea(
            "changes: {personas: {trudy: {changes: {teams: {support: {servers: 1}}, "
            "touchpoints: {chat: {cost: 1}}}}, trudi: {changes: {detours: {social: null}}}}}"
        )
    )
    assert len(problems) == 3
    assert "a persona cannot change teams" in problems[0]
    assert "a persona cannot change the cost of a touchpoint" in problems[1]
    assert "no persona 'trudi'; did you mean 'trudy'?" in problems[2]


def test_a_change_that_changes_nothing_is_refused() -> None:
    """What is equal to the base for everybody is an error; what changes one persona's version is not."""
    (problem,) = wrong(idea("changes: {touchpoints: {search: {cost: 0.35}}}"))
    assert "changes nothing: touchpoints.search.cost is 0.35 already" in problem
    same_for_tim = "{touchpoints: {chat: {next: {cart: 0.5, compare: 0.2, wish: 0.1, left: rest}}}}"
    assert row(under(same_for_tim), "trudy")["wish"] == pytest.approx(0.1)


def test_a_persona_that_changes_nothing_is_refused_in_the_model() -> None:
    """A persona's own version is held to the same rules, with the line of the model."""
    data = copy.deepcopy(SHOP.data)
    data["personas"]["trudy"]["changes"]["touchpoints"]["chat"]["on_closed"] = "wait"
    (problem,) = wrong(model=Document(data, SHOP.places, SHOP.file))
    assert problem.startswith(
        f"{FILE}:28 personas.trudy.changes.touchpoints.chat.on_closed: this changes nothing"
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ("{teams: {suport: {servers: 4}}}", "teams.suport is added, but nothing refers to it"),
        ("{attributes: {satisfied: {initial: 1}}}", "attributes.satisfied is added"),
        ("{personas: {tim: {traits: {price_sensitivty: 1}}}}", "did you mean 'price_sensitivity'?"),
        ("{personas: {timm: {name: Tim}}}", "personas.timm is added"),
        ("{touchpoints: {fair: {next: {left: 1}}}}", "touchpoints.fair is added"),
    ],
)
def test_an_added_name_that_nothing_refers_to_is_refused(changes: str, message: str) -> None:
    """A misspelt name would add something unused and change nothing in silence."""
    (problem,) = wrong(idea(f"changes: {changes}"))
    assert message in problem


def test_added_things_that_are_used_load() -> None:
    """A new touchpoint with a new team, reached by a row and a persona, is no mistake."""
    journey = under(
        "{touchpoints: {fair: {team: hosts, next: {cart: 0.1, left: rest}}}, teams: {hosts: {servers: 2}}, "
        "personas: {tom: {traits: {price_sensitivity: 1}, arrivals: {rate: 1 per day}, enters: {fair: 1}}}}"
    )
    assert set(journey.maps) == {"tim", "trudy", "tom"}
    assert "fair" in journey.maps["trudy"].touchpoints


def test_sweeps_become_journeys_and_a_point_equal_to_the_base_is_as_is() -> None:
    """The base comes first, then every point; the one that changes nothing is marked and allowed."""
    journeys = load_journeys(SHOP, [idea("sweep: {teams.support.servers: [2, 3, 4]}")])
    assert [(each.scenario, each.as_is) for each in journeys] == [
        (None, False),
        ("Idea [servers=2]", False),
        ("Idea [servers=3]", True),
        ("Idea [servers=4]", False),
    ]
    assert [each.model.teams["support"].servers for each in journeys] == [3, 2, 3, 4]


def test_a_sweep_sets_one_target_of_a_row_and_one_parameter_of_a_law() -> None:
    """A path that ends inside a row or a law sets that entry; the row's rest makes up the difference."""
    text = "sweep: {touchpoints.search.next.cart: [0.5, 0.62], touchpoints.chat.dwell.gamma.mean: [4 min]}"
    journeys = load_journeys(SHOP, [idea(text)])
    assert row(journeys[1], "tim", "search") == pytest.approx({"cart": 0.5, "competitor": 0.08, "left": 0.42})
    dwell, before = (each.model.touchpoints["chat"].dwell for each in (journeys[1], journeys[0]))
    assert dwell is not None
    assert before is not None
    assert dwell.mean() == pytest.approx(before.mean() / 2)
    assert dwell.variance() == pytest.approx(before.variance() / 4)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("teams.suport.servers", "there is no 'suport' in teams; did you mean 'support'?"),
        ("teams.support.server", "unknown key 'server'; did you mean 'servers'?"),
        ("touchpoints.search.next.crt", "there is no 'crt' in touchpoints.search.next"),
        ("touchpoints.search.dwell.gamma.mean", "there is no gamma here"),
        ("touchpoints.search.next.left", "left is rest"),
        ("team.support.servers", "unknown key 'team'; did you mean 'teams'?"),
    ],
)
def test_a_swept_path_must_exist(path: str, message: str) -> None:
    """A sweep never adds what is not there; the error stands at the value's line."""
    problems = wrong(parse_document(f"name: S\nsweep:\n  {path}: [0.1]\n", "idea.yaml"))
    assert message in problems[0]
    assert problems[0].startswith("idea.yaml:3 sweep")


def test_a_swept_target_is_never_taken_for_a_whole_row() -> None:
    """A word where a probability belongs is refused instead of replacing the row by one target."""
    (problem,) = wrong(idea("sweep: {touchpoints.search.next.cart: [rest]}"))
    assert "gives cart rest, which is no probability" in problem


def test_a_sweep_is_not_one_scenario() -> None:
    """Asking for one journey of a grid says how many there are."""
    with pytest.raises(ModelError, match="a sweep of 2 points"):
        load_journey(SHOP, idea("sweep: {teams.support.servers: [2, 4]}"))


def test_problems_of_all_files_come_at_once() -> None:
    """A wrong model does not hide a wrong scenario; two wrong scenarios are both told."""
    broken = copy.deepcopy(SHOP.data)
    broken["products"]["boots"]["price"] = -1
    problems = wrong(
        parse_document("name: A\nchnges: {}\n", "a.yaml"), model=Document(broken, SHOP.places, SHOP.file)
    )
    assert [problem.split(":")[0] for problem in problems] == [str(FILE), "a.yaml"]
    problems = wrong(
        parse_document("name: A\nchanges: {teams: {support: {servers: -1}}}\n", "a.yaml"),
        parse_document("name: B\nchanges: {touchpoints: {cart: {cst: 1}}}\n", "b.yaml"),
        parse_document("name: B\nchanges: {touchpoints: {cart: {cost: 1}}}\n", "c.yaml"),
    )
    assert [problem.split(" ")[0].rstrip(":") for problem in problems] == ["c.yaml:1", "a.yaml:2", "b.yaml:2"]


def test_a_value_that_is_wrong_only_under_the_scenario_is_told_at_its_line() -> None:
    """What pydantic finds in the sum stands where it was written last."""
    (problem,) = wrong(
        parse_document("name: S\nchanges:\n  detours:\n    social: {p: {scale: 20}}\n", "idea.yaml")
    )
    assert problem.startswith("idea.yaml:4 detours.social.p: under 'S': a probability lies in 0–1, not 1.2")


def test_what_a_scenario_breaks_elsewhere_names_the_scenario() -> None:
    """Removing a touchpoint that rows name is told at those rows, and says under which scenario."""
    problems = wrong(idea("changes: {touchpoints: {compare: null}}"))
    assert all("under 'Idea'" in problem for problem in problems)
    assert any("no touchpoint or outcome is called 'compare'" in problem for problem in problems)


def test_layers_of_several_ideas_are_laid_one_after_the_other() -> None:
    """Ideas applied together act on each other's result."""
    texts = ("name: A\nchanges: {touchpoints: {search: {cost: {scale: 2}}}}\n",
             "name: B\nchanges: {touchpoints: {search: {cost: {add: 0.1}}}}\n")  # fmt: skip
    ideas = [expand(scenario_from(parse_document(text)))[0] for text in texts]
    assert load_journey(SHOP, combine(ideas)).model.touchpoints["search"].cost == pytest.approx(0.8)
    assert load_journey(SHOP, combine(ideas[::-1])).model.touchpoints["search"].cost == pytest.approx(0.9)


def test_untouched_objects_are_shared_between_scenarios() -> None:
    """A scenario reads anew only what it changes."""
    base, changed = load_journeys(SHOP, [idea("changes: {touchpoints: {search: {cost: 1}}}")])
    same = [name for name in base.model.touchpoints
            if base.model.touchpoints[name] is changed.model.touchpoints[name]]  # fmt: skip
    assert set(base.model.touchpoints) - set(same) == {"search"}
    assert base.model.touchpoints["search"].cost == 0.35


def test_a_journey_travels_to_another_process() -> None:
    """Pickling keeps model, maps and places."""
    journey = under("{touchpoints: {search: {cost: 1}}}")
    again = pickle.loads(pickle.dumps(journey))
    assert again == journey
    assert str(again.place_of(("touchpoints", "search", "cost"))) == "idea.yaml:1"


def test_plain_data_loads_like_a_file() -> None:
    """A model made in memory is a model."""
    journey = journey_from_data(SHOP.data, {"name": "S", "changes": {"teams": {"support": {"servers": 9}}}})
    assert journey.model.teams["support"].servers == 9
    assert journey.model.products == load_journey(FILE).model.products


def test_a_thousand_touchpoints_load_in_seconds() -> None:
    """A large model with a persona's own version and a scenario loads well within five seconds."""
    touchpoints: dict[str, Any] = {
        f"t{k}": {
            "dwell": {"gamma": {"mean": "8 min", "cv": 0.7}},
            "next": {f"t{k + 1}": 0.9, "left": "rest"},
        }
        for k in range(1_000)
    }
    touchpoints["t999"]["next"] = {"left": 1}
    own = {"touchpoints": {"t5": {"next": {"t6": {"scale": 0.5}}}}}
    data = {
        "start": "2026-01-05",
        "horizon": "26 weeks",
        "goal": "t999",
        "outcomes": ["left"],
        "personas": {
            "a": {"arrivals": {"rate": "10 per day"}, "enters": {"t0": 1}},
            "b": {"arrivals": {"rate": "10 per day"}, "enters": {"t0": 1}, "changes": own},
        },
        "touchpoints": touchpoints,
    }
    begun = time.perf_counter()
    journey_from_data(data, {"name": "S", "changes": {"touchpoints": {"t7": {"cost": 1}}}})
    assert time.perf_counter() - begun < 5
