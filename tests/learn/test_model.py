from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from simulator.engine.reference import simulate
from simulator.errors import LogError, ModelError
from simulator.learn import Columns, Learnt, learn_model
from simulator.program.checks import check_journey
from simulator.program.compile import compile_journey
from simulator.spec.document import parse_document
from simulator.spec.load import load_journey
from simulator.spec.paths import join_path

COLUMNS = Columns("who", "what", "when")
Write = Callable[..., Path]


def table(paths: list[tuple[list[str], int]], **more: Any) -> pa.Table:
    """Make a log of dates: each path so many times, a case a day, a step a day."""
    rows = [
        (number, what, np.datetime64("2026-01-01", "s") + np.timedelta64(number % 60 + step, "D"), kind)
        for number, (path, kind) in enumerate(
            (path, kind) for kind, (path, n) in enumerate(paths) for _ in range(n)
        )
        for step, what in enumerate(path)
    ]
    who, what, when, kind = zip(*rows, strict=True)
    return pa.table({"who": who, "what": what, "when": np.array(when), "kind": kind, **more})


def played(learnt: Learnt, replications: int = 1) -> dict[str, float]:
    """Count completed visits by touchpoint when the reference engine plays the model as written."""
    program = compile_journey(load_journey(parse_document(learnt.text)))
    visits = sum(simulate(program, 1, each)["visits"].sum(axis=0) for each in range(replications))
    return dict(zip(program.names.touchpoints, visits / replications, strict=True))


NAMES = [
    "No-Show",
    "Offline TA/TO",
    "顾客 到达",
    "Заказ",
    "a.b",
    "price: 5, or #6",
    "yes",
    "12",
    'the "big" one',
    " padded ",
    "start",
]


def test_every_activity_is_a_touchpoint_under_its_own_name(log_file: Write) -> None:
    """Dashes, dots, quotes, numbers, Chinese: the model keeps the names, plays, and has its evidence."""
    learnt = learn_model(log_file(table([(NAMES, 40), (NAMES[:3], 20)])), COLUMNS)
    journey = load_journey(parse_document(learnt.text))
    assert set(journey.model.touchpoints) == set(NAMES)
    assert list(journey.model.outcomes) == ["end"]
    assert not check_journey(journey).errors
    assert set(played(learnt)) == set(NAMES)
    assert {join_path(("touchpoints", name, "next")) for name in NAMES} <= set(journey.model.evidence)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("rest", "'rest' is a reserved word"),
        ("back", "'back' is a reserved word"),
        ("zero\u200bwidth", "invisible character, U+200B"),
        ("line\nbreak", "invisible character, U+000A"),
        ("x" * 300, "longer than 256"),
    ],
)
def test_names_the_language_cannot_carry_are_refused(log_file: Write, name: str, says: str) -> None:
    """A reserved, invisible or endless name is an error that says so, never renamed silently."""
    with pytest.raises(LogError) as caught:
        learn_model(log_file(table([(["in", name], 5)])), COLUMNS)
    assert says in str(caught.value)
    assert "rename it in the log" in str(caught.value)


def test_names_that_look_the_same_are_refused(log_file: Write) -> None:
    """A Cyrillic and a Latin Cart would be one to the eye and two to the program."""
    with pytest.raises(LogError, match="looks the same as"):
        learn_model(log_file(table([(["Cart", "Саrt"], 5)])), COLUMNS)


def test_an_activity_called_end_leaves_the_outcome_another_name(log_file: Write) -> None:
    """Activities keep their names; the outcome gives way."""
    learnt = learn_model(log_file(table([(["in", "end"], 9)])), COLUMNS)
    assert learnt.data["outcomes"] == ["case ended"]
    assert set(learnt.data["touchpoints"]) == {"in", "end"}


def test_the_model_plays_as_the_log_was(log_file: Write, play: Callable[..., pa.Table]) -> None:
    """A journey with loops, learnt and played by the reference engine, visits every place as often.

    |z| <= 4.89 of the log's counts; Poisson arrivals on both sides, and a loop correlates the visits of a
    case, so the variance of a difference is at most four times the count.
    """
    rng = np.random.default_rng(21)
    truth = {
        "home": {"cart": (0.3, lambda r, n: r.exponential(1.0, n)), "end": (0.7, lambda r, n: np.zeros(n))},
        "cart": {
            "home": (0.3, lambda r, n: r.exponential(5.0, n)),
            "order": (0.4, lambda r, n: r.exponential(0.1, n)),
            "end": (0.3, lambda r, n: np.zeros(n)),
        },
        "order": {"end": (1.0, lambda r, n: np.zeros(n))},
    }
    events = play(truth, "home", np.sort(rng.uniform(0, 90, 6_000)), 90.0, rng)
    learnt = learn_model(log_file(events), COLUMNS)
    names, counts = np.unique(events["what"].to_numpy(zero_copy_only=False), return_counts=True)
    found = played(learnt)
    z = {name: (found[name] - n) / np.sqrt(4 * n) for name, n in zip(names, counts, strict=True)}
    assert max(abs(value) for value in z.values()) <= 4.89, z


def test_a_persona_that_differs_has_its_own_branches(log_file: Write) -> None:
    """One group orders, one leaves at once: each has its row, and only where it differs.

    The group that hardly ever goes on has next to no departures; a rule that counts departures instead of
    decided visits would give it everybody's branches.
    """
    paths = [(["home", "order", "home"], 600), (["home"], 590), (["home", "order", "home"], 6)]
    log = table(paths)
    kinds = pa.array(["buyer" if kind == 0 else "visitor" for kind in log["kind"].to_pylist()])
    log = log.set_column(3, "kind", kinds)
    learnt = learn_model(log_file(log), Columns("who", "what", "when", "kind"), goal=("order",))
    buyer, visitor = (
        learnt.data["personas"][name]["changes"]["touchpoints"] for name in ("buyer", "visitor")
    )
    assert buyer["home"]["next"]["order"]["p"] == pytest.approx(0.5, abs=0.01)
    assert visitor["home"]["next"]["order"]["p"] == pytest.approx(6 / 602, abs=0.002)
    assert "order" not in visitor
    assert learnt.data["evidence"]["personas.visitor.changes.touchpoints.home.next"]["worth"] >= 590


def test_equal_personas_share_their_branches(log_file: Write) -> None:
    """Two groups that behave alike differ by luck only: no row of their own."""
    log = table([(["home", "order"], 300), (["home"], 300)])
    kinds = pa.array([str(int(who) % 2) for who in log["who"].to_pylist()])
    learnt = learn_model(log_file(log.set_column(3, "kind", kinds)), Columns("who", "what", "when", "kind"))
    assert set(learnt.data["personas"]) == {"0", "1"}
    assert not any("changes" in persona for persona in learnt.data["personas"].values())


def test_small_personas_can_be_merged(log_file: Write) -> None:
    """`min_persona` makes one group of the small ones, and loses nobody."""
    log = table([(["a", "b"], 50), (["a"], 3), (["a"], 4)])
    learnt = learn_model(log_file(log), Columns("who", "what", "when", "kind"), min_persona=10)
    assert list(learnt.data["personas"]) == ["0", "other"]
    assert learnt.data["evidence"]["personas.other.enters"]["worth"] == 7


def test_an_identifier_is_no_persona(log_file: Write) -> None:
    """A column with a value for every case is refused with a way out."""
    log = table([(["a"], 150)])
    log = log.set_column(3, "kind", pa.array([f"id {who}" for who in log["who"].to_pylist()]))
    with pytest.raises(LogError, match="150 values"):
        learn_model(log_file(log), Columns("who", "what", "when", "kind"))


def test_the_goal_is_asked_for_or_chosen_aloud(log_file: Write) -> None:
    """The last step of the commonest path of several steps, said aloud; another on demand."""
    path = log_file(table([(["look"], 50), (["look", "buy"], 30), (["look", "ask"], 20)]))
    chosen = learn_model(path, COLUMNS)
    assert chosen.data["goal"] == ["buy"]
    assert any("The goal is buy" in note for note in chosen.notes)
    assert learn_model(path, COLUMNS, goal=("ask", "buy")).data["goal"] == ["ask", "buy"]
    with pytest.raises(LogError, match="did you mean 'look'"):
        learn_model(path, COLUMNS, goal=("lok",))


def test_values_become_prices(log_file: Write) -> None:
    """Money on single events is sold there at its mean; money that describes the case, at the goal alone."""
    log = table([(["look", "buy"], 40)])
    steps = zip(log["who"].to_pylist(), log["what"].to_pylist(), strict=True)
    paid = pa.array([None if what == "look" else 10.0 + who % 2 for who, what in steps])
    columns = Columns("who", "what", "when", value="paid")
    learnt = learn_model(log_file(log.append_column("paid", paid)), columns)
    assert learnt.data["products"] == {"buy": {"price": 10.5}}
    assert learnt.data["touchpoints"]["buy"]["sells"] == {"one_of": {"buy": 1}}
    whole = pa.array([20.0 + who % 2 for who in log["who"].to_pylist()])
    learnt = learn_model(log_file(log.append_column("paid", whole)), columns)
    assert learnt.data["products"] == {"buy": {"price": 20.5}}


def test_the_model_covers_the_log(log_file: Write) -> None:
    """Start and horizon are the log's window; every row says how many cases stand behind it."""
    learnt = learn_model(log_file(table([(["in", "out"], 100)])), COLUMNS, follow_up="10 days")
    assert str(learnt.data["start"]) == "2026-01-01"
    assert learnt.data["horizon"] == "61 days"
    assert learnt.data["evidence"]["touchpoints.in.next"] == {
        "source": "log.parquet",
        "grade": "measured",
        "worth": 100,
    }
    assert "The log has dates without clock times: arrivals are spread over the day." in learnt.notes
    with pytest.raises(ModelError, match="follow_up"):
        learn_model(log_file(table([(["in", "out"], 100)])), COLUMNS, follow_up="90 days")


def test_a_round_trip_without_end_can_still_be_finished(log_file: Write) -> None:
    """Buyers who always come back: the model loads, and says that the end is added."""
    learnt = learn_model(log_file(table([(["buy"] * 30, 20)])), COLUMNS)
    assert not check_journey(load_journey(parse_document(learnt.text))).errors
    assert learnt.data["outcomes"] == ["end"]


def test_the_same_log_gives_the_same_text(log_file: Write) -> None:
    """Learning draws nothing: two runs, and a log whose cases come in another order, are the same bytes."""
    log = table([(["a", "b", "c"], 60), (["a", "c"], 40)])
    texts = {
        learn_model(log_file(each), COLUMNS).text for each in (log, log, log.take(np.arange(len(log))[::-1]))
    }
    assert len(texts) == 1
