from __future__ import annotations

import pytest

from simulator.errors import ModelError
from simulator.spec.document import parse_document
from simulator.spec.scenario import Idea, Scenario, combine, expand, refuse_twins, scenario_from


def scenario(text: str) -> Scenario:
    """Read a scenario from YAML."""
    return scenario_from(parse_document(text, "idea.yaml"))


def wrong(text: str) -> str:
    """Read a scenario that is refused."""
    with pytest.raises(ModelError) as caught:
        expand(scenario(text))
    return str(caught.value)


def test_a_scenario_keeps_name_reason_cost_and_changes() -> None:
    """One without a sweep is one idea with one layer, in the words of its file."""
    (idea,) = expand(
        scenario(
            "name: One page\nwhy: too long\ncost: {once: 12000, monthly: 400}\n"
            "changes:\n  touchpoints: {cart: {cost: 1}}\n"
        )
    )
    assert (idea.name, idea.why, idea.cost_once, idea.cost_monthly) == ("One page", "too long", 12000, 400)
    (layer,) = idea.layers
    assert layer.data == {"touchpoints": {"cart": {"cost": 1}}}
    assert layer.written(("touchpoints", "cart")) == ("changes", "touchpoints", "cart")
    assert layer.place(("touchpoints", "cart", "cost")).line == 5
    assert not idea.point


def test_a_sweep_is_the_grid_of_its_values_in_the_order_written() -> None:
    """Every combination of values once, the last path fastest, each with a name of its own."""
    ideas = expand(
        scenario(
            "name: Staff\nsweep:\n  teams.support.servers: [2, 4]\n"
            "  touchpoints.chat.dwell: {short: {scale: 0.5}, long: {scale: 2}}\n"
        )
    )
    assert [idea.name for idea in ideas] == [
        "Staff [servers=2, dwell=short]",
        "Staff [servers=2, dwell=long]",
        "Staff [servers=4, dwell=short]",
        "Staff [servers=4, dwell=long]",
    ]
    (layer,) = ideas[1].layers
    assert layer.data == {
        "teams": {"support": {"servers": 2}},
        "touchpoints": {"chat": {"dwell": {"scale": 2}}},
    }
    assert ideas[1].point == {"servers": "2", "dwell": "long"}


def test_a_point_is_laid_over_the_changes_and_knows_its_lines() -> None:
    """A scenario with both lays the changes first; errors of a point name the value's line."""
    ideas = expand(
        scenario(
            "name: Both\nchanges: {touchpoints: {cart: {cost: 1}}}\n"
            "sweep:\n  teams.support.servers:\n    - 2\n    - 4\n"
        )
    )
    assert [len(idea.layers) for idea in ideas] == [2, 2]
    point = ideas[1].layers[1]
    assert point.place(("teams", "support", "servers")).line == 6
    assert ".".join(point.written(("teams", "support", "servers"))) == "sweep.teams.support.servers.1"


def test_paths_that_end_alike_are_told_apart_by_more_words() -> None:
    """Labels of swept paths are as long as it takes to be unique."""
    ideas = expand(scenario("name: S\nsweep: {teams.a.servers: [1], teams.b.servers: [2]}\n"))
    assert [idea.name for idea in ideas] == ["S [a.servers=1, b.servers=2]"]


def test_names_with_dots_stand_in_quotes() -> None:
    """A quoted name between dots is one name."""
    (idea,) = expand(scenario("name: S\nsweep: {'touchpoints.\"Offline TA.TO\".cost': [1]}\n"))
    assert idea.layers[0].data == {"touchpoints": {"Offline TA.TO": {"cost": 1}}}


def test_long_values_are_different_points_though_they_begin_alike() -> None:
    """Two rows that differ only behind the sixtieth character are two points."""
    row = ", ".join(f"a_rather_long_target_{k}: 0.1" for k in range(5))
    ideas = expand(
        scenario(
            f"name: S\nsweep:\n  touchpoints.a.next:\n    - {{{row}, x: rest}}\n    - {{{row}, y: rest}}\n"
        )
    )
    assert len({idea.name for idea in ideas}) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: S\n", "it changes nothing: write changes or a sweep"),
        ("name: S\nchanges: {}\n", "it changes nothing"),
        ("changes: {outcomes: [a]}\n", "name is missing"),
        ("name: S\nchnges: {outcomes: [a]}\n", "did you mean 'changes'?"),
        ("name: S\nchanges: [a]\n", "idea.yaml:2 changes: expected a mapping"),
        ("name: S\ncost: {once: -1}\nchanges: {outcomes: [a]}\n", "an amount is 0 or more, not -1"),
        ("name: S\ncost: {yearly: 1}\nchanges: {outcomes: [a]}\n", "unknown key 'yearly'"),
        ("name: S\nsweep: {teams.a.servers: 3}\n", "a list of values"),
        ("name: S\nsweep: {teams.a.servers: []}\n", "a list of values"),
        ("name: S\nsweep: {teams.a.servers: [3, 3]}\n", "listed twice"),
        ("name: S\nsweep: {teams.a.servers: {from: 1, to: 5, steps: 3}}\n", "has no ranges; list the values"),
        ("name: S\nsweep: {teams..servers: [3]}\n", "is not a path"),
        ("name: S\nsweep: {teams.a: [{servers: 1}], teams.a.servers: [3]}\n", "lies inside teams.a"),
    ],
)
def test_what_is_no_scenario_is_refused_in_words(text: str, message: str) -> None:
    """A file that changes nothing, or is none, says so with its line."""
    found = wrong(text)
    assert message in found
    assert found.startswith("idea.yaml:")


def test_too_many_points_are_refused_with_their_number() -> None:
    """A grid beyond the cap is refused before anything is laid."""
    values = list(range(101))
    text = f"name: S\nsweep: {{a.b: {values}, c.d: {values}, e.f: {values}}}\n"
    assert "1,030,301 points, more than 1,000" in wrong(text)


def test_ideas_are_combined_in_order_and_their_costs_add_up() -> None:
    """Two ideas together lay the first one's layers first."""
    first, second = (
        expand(scenario(f"name: {name}\ncost: {{once: {k}}}\nchanges: {{outcomes: [{name}]}}\n"))[0]
        for k, name in enumerate("ab", start=1)
    )
    both = combine([first, second])
    assert both.name == "a + b"
    assert both.cost_once == 3
    assert [layer.data["outcomes"] for layer in both.layers] == [["a"], ["b"]]


def test_two_ideas_of_one_name_are_refused() -> None:
    """Results are told apart by name, so names are unique."""
    ideas: list[Idea] = [
        *expand(scenario("name: S\nchanges: {outcomes: [a]}\n")),
        *expand(scenario("name: S\nchanges: {outcomes: [b]}\n")),
    ]
    with pytest.raises(ModelError, match="two scenarios are called 'S'"):
        refuse_twins(ideas)
