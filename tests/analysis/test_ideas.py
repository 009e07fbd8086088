from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simulator.analysis.affordable import SETS_PLAYED, affordable, affordable_sets
from simulator.analysis.decide import Question, decide_between
from simulator.analysis.ideas import Ideas, Limits, read_ideas, read_limits
from simulator.analysis.margins import Margin
from simulator.analysis.metrics import METRICS
from simulator.analysis.search import Rule
from simulator.analysis.stage import Actor, Stage
from simulator.engine.kernel import simulate
from simulator.errors import InputError, ModelError
from simulator.execution import StoppedRun
from simulator.program.compile import compile_journey
from simulator.spec.document import parse_document, read_document
from simulator.spec.load import load_journeys
from simulator.spec.scenario import expand, scenario_from

MODEL = """
start: 2026-01-05
horizon: 4 weeks
goal: order
personas: {tim: {arrivals: {rate: 5 per day}, enters: {home: 1}}}
touchpoints:
  home: {dwell: 1 min, next: {cart: 0.3, left: rest}}
  cart: {dwell: 1 min, next: {order: 0.3, left: rest}}
  order: {dwell: 1 min, next: {left: 1}}
outcomes: [left]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a model and ideas."""
    (tmp_path / "shop.yaml").write_text(MODEL)
    for place, (name, once) in enumerate({"a": 100, "b": 200, "c": 400}.items()):
        where = ("home", "cart", "order")[place]
        text = f"name: {name}\ncost: {{once: {once}, monthly: 10}}\nchanges: "
        (tmp_path / f"{name}.yaml").write_text(f"{text}{{touchpoints: {{{where}: {{dwell: 2 min}}}}}}\n")
    (tmp_path / "s.yaml").write_text("name: s\nsweep: {touchpoints.home.dwell: [3 min, 4 min]}\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def paths(*names: str) -> list[Path]:
    """Name files."""
    return [Path(name) for name in names]


def test_together_brings_its_parts(folder: Path) -> None:
    """`a+b` is compared beside a and b, which are compared once even if they were named."""
    found = read_ideas(Path("shop.yaml"), paths("b.yaml", "a.yaml+b.yaml"))
    assert [idea.name for idea in found.single] == ["b", "a"]
    assert [idea.name for idea in found.joint] == ["a + b"]
    assert found.members == {"a + b": ("a", "b")}
    assert found.joint[0].cost_once == 300


def test_together_with_a_sweep_is_a_grid(folder: Path) -> None:
    """Each point of a sweep is applied with the other file."""
    found = read_ideas(Path("shop.yaml"), paths("b.yaml+s.yaml"))
    assert [idea.name for idea in found.joint] == ["b + s [dwell=3 min]", "b + s [dwell=4 min]"]


def test_a_file_with_a_plus_is_a_file(folder: Path) -> None:
    """A plus in the name of a file that exists joins nothing."""
    Path("a+b.yaml").write_text(Path("a.yaml").read_text().replace("name: a", "name: plus"))
    assert [idea.name for idea in read_ideas(Path("shop.yaml"), paths("a+b.yaml")).every] == ["plus"]


def test_every_problem_at_once(folder: Path) -> None:
    """A missing file and a collision are told before anything is played."""
    Path("d.yaml").write_text("name: d\nchanges: {touchpoints: {home: {dwell: 9 min}}}\n")
    with pytest.raises(ModelError, match=r"both change touchpoints\.home\.dwell"):
        read_ideas(Path("shop.yaml"), paths("a.yaml+d.yaml"))
    with pytest.raises(ModelError) as caught:
        read_ideas(Path("shop.yaml"), paths("a.yaml+nope.yaml", "neither.yaml"))
    assert len(caught.value.problems) == 2
    with pytest.raises(InputError, match="two or more different files"):
        read_ideas(Path("shop.yaml"), paths("a.yaml+a.yaml"))


def test_limits_are_read() -> None:
    """Kinds by name, each once, amounts with thousands apart."""
    assert read_limits([]) is None
    assert read_limits(["once:2,500", "monthly: 150"]) == Limits(2500.0, 150.0)
    for text, said in {
        "2500": "write once:",
        "one:5": "did you mean 'once'",
        "once:-5": "write once:",
    }.items():
        with pytest.raises(InputError, match=said):
            read_limits([text])
    with pytest.raises(InputError, match="given twice"):
        read_limits(["once:1", "once:2"])


def test_sets_within_a_budget(folder: Path) -> None:
    """All sets that can be paid for and go together, no others: counted by hand."""
    ideas = read_ideas(Path("shop.yaml"), paths("a.yaml", "b.yaml", "c.yaml")).single
    base = read_document(Path("shop.yaml"))

    def names(allowed: Limits) -> set[str]:
        return {
            "".join(ideas[one].name for one in several)
            for several in affordable_sets(base, ideas, allowed, 1.0)
        }

    assert names(Limits(once=700)) == {"ab", "ac", "bc", "abc"}
    assert names(Limits(once=600)) == {"ab", "ac", "bc"}
    assert names(Limits(once=350)) == {"ab"}
    assert names(Limits(monthly=20)) == {"ab", "ac", "bc"}
    assert names(Limits(total=520.0)) == {"ab", "ac"}
    sweep = read_ideas(Path("shop.yaml"), paths("s.yaml", "b.yaml")).single
    assert affordable_sets(base, sweep, Limits(once=900), 1.0) == [[0, 2], [1, 2]]


def test_what_is_too_dear_is_left_out(folder: Path) -> None:
    """An idea nobody can pay for is not compared, and named; if all are, the cheapest is."""
    words = paths("a.yaml", "c.yaml")
    ideas = read_ideas(Path("shop.yaml"), words)
    journeys = load_journeys(Path("shop.yaml"), words)
    base = read_document(Path("shop.yaml"))
    found = affordable(base, ideas, Limits(once=300), journeys)
    assert [idea.name for idea in found.ideas.every] == ["a"]
    assert "Too dear: c" in found.notes[0]
    with pytest.raises(InputError, match="the cheapest, 'a', costs 100 once and 10 monthly"):
        affordable(base, ideas, Limits(once=50), journeys)


def test_of_many_sets_those_that_promise_most_are_played() -> None:
    """Beyond the cap, sets are chosen by the sum of what their ideas gain alone."""
    base = parse_document(MODEL.replace("dwell: 1 min, ", ""), "shop.yaml")
    scales = [1.5, 1.4, 1.3, 1.02, 1.01, 0.98]
    texts = [
        f"name: idea {place}\nchanges: {{touchpoints: {{{('home', 'cart')[place % 2]}: "
        f"{{next: {{{('cart', 'order')[place % 2]}: {{scale: {scale}}}}}}}}}}}\n"
        for place, scale in enumerate(scales)
    ]
    ideas = Ideas([expand(scenario_from(parse_document(text, "")))[0] for text in texts])
    journeys = load_journeys(base, ideas.single)

    def play(programs: list, seed: int, numbers: range) -> list:
        return [[simulate(program, seed, number)[0] for number in numbers] for program in programs]

    stage = Stage([Actor(compile_journey(one)) for one in journeys], 1, play, "kernel")
    paid = affordable(base, ideas, Limits(once=1.0), journeys)
    assert len(paid.sets) == 2**6 - 7 > SETS_PLAYED
    found = paid.sets_to_play(stage, METRICS["conversion"])
    assert len(found.joint) == SETS_PLAYED
    assert "idea 0 + idea 1 + idea 2" in found.members
    assert "idea 4 + idea 5" not in found.members
    assert len(stage.results()[0].tallies) == 20


def test_a_stage_plays_no_replication_twice() -> None:
    """Journeys are played on from where they are, and parts of what is new are added to the old."""
    journeys = load_journeys(parse_document(MODEL, "shop.yaml"))
    played: list[tuple[int, int]] = []

    def play(programs: list, seed: int, numbers: range) -> list:
        played.extend((seed, number) for number in numbers)
        return [[simulate(program, seed, number)[0] for number in numbers] for program in programs]

    metric = METRICS["conversion"]
    stage = Stage([Actor(compile_journey(journeys[0]))], 5, play, "kernel")
    stage.play([0], 3)
    assert len(stage.parts(metric, 0)) == 3
    stage.play([0], 6)
    stage.play([0], 4)
    assert played == [(5, number) for number in range(6)]
    assert np.array_equal(stage.parts(metric, 0), metric.parts(stage.results()[0], None))
    again = stage.again([0], 6, 2)[0]
    assert (again.seed, again.replications) == (6, 2)
    assert stage.results()[0].digests[0] != again.digests[0]


def interrupted_stage(plays: int, complete: int) -> Stage:
    """Set a stage whose playing is interrupted after so many calls, with so many replications complete."""
    base = parse_document(MODEL, "shop.yaml")
    text = "name: more\nchanges: {touchpoints: {home: {next: {cart: {scale: 1.5}}}}}\n"
    journeys = load_journeys(base, [parse_document(text, "more.yaml")])
    calls = 0

    def play(programs: list, seed: int, numbers: range) -> list:
        nonlocal calls
        calls += 1
        wanted = numbers if calls <= plays else numbers[:complete]
        found = [[simulate(program, seed, number)[0] for number in wanted] for program in programs]
        if calls > plays:
            raise StoppedRun(found)
        return found

    return Stage([Actor(compile_journey(one)) for one in journeys], 5, play, "kernel")


def asked(rule: Rule | None) -> Question:
    """Ask which is best by conversion."""
    return Question(METRICS["conversion"], (), 0.95, 20, rule)


def test_an_interrupt_leaves_what_is_complete() -> None:
    """A comparison that is stopped is one of the replications complete for all, and not confirmed."""
    found = decide_between(interrupted_stage(0, 7), asked(None))
    assert found.baseline.replications == found.effects[0].result.replications == 7
    assert found.confirmation is None
    with pytest.raises(StoppedRun):
        decide_between(interrupted_stage(0, 0), asked(None))


def test_an_interrupted_search_is_undecided() -> None:
    """A search that is stopped keeps its complete rounds and says that it cannot tell."""
    rule = Rule(Margin(0.0001), 0.95, 400)
    found = decide_between(interrupted_stage(2, 1), asked(rule))
    assert found.found is not None
    assert not found.found.decided
    assert found.found.played == (24, 24)
    assert found.verdict.kind == "cannot_tell"
    first = decide_between(interrupted_stage(0, 9), asked(rule))
    assert first.found is None
    assert first.baseline.replications == 9
