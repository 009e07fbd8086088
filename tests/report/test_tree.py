"""The decision tree: its questions, answers and numbers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from simulator.errors import InputError
from simulator.report.tree import Branch, Tree, unroll
from simulator.report.tree_text import tree_text
from simulator.spec.load import Journey, journey_from_data, load_journey

from .conftest import PAYLOADS, small

ROOT = Path(__file__).resolve().parent.parent.parent
MODELS = [ROOT / "tests" / "spec" / "example.yaml", *sorted((ROOT / "models").glob("*.yaml"))]


def forks(branches: tuple[Branch, ...], reach: float = 1.0) -> Iterator[tuple[float, tuple[Branch, ...]]]:
    """Yield every fork with the reach of those who are asked."""
    yield reach, branches
    for one in branches:
        if one.branches:
            yield from forks(one.branches, one.reach)


def walk(branches: tuple[Branch, ...], *labels: str) -> Branch:
    """Follow labels (or the words of a case) down the tree."""
    found = next(one for one in branches if labels[0] in (one.label, one.case, one.name))
    return walk(found.branches, *labels[1:]) if len(labels) > 1 else found


def text_of(tree: Tree) -> str:
    """Print a tree as it looks in a terminal of 80 columns."""
    console = Console(width=80, color_system=None, markup=False, emoji=False)
    with console.capture() as captured:
        for part in tree_text(tree):
            console.print(part)
    return captured.get()


def shop_with(name: str, **touchpoint: Any) -> Journey:
    """Change a touchpoint of the small shop."""
    data = small(attributes={"mood": {"initial": 0.6, "min": 0, "max": 1}})
    data["touchpoints"][name] = touchpoint
    return journey_from_data(data)


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
@pytest.mark.parametrize("depth", [1, 5])
def test_the_answers_of_every_fork_sum_to_one(path: Path, depth: int) -> None:
    """On every shipped model, every fork's probabilities sum to 1 and its reaches to that above it."""
    tree = unroll(load_journey(path), depth=depth)
    count = 0
    for reach, branches in forks(tree.branches):
        assert sum(one.probability for one in branches) == pytest.approx(1.0, abs=1e-9)
        assert sum(one.reach for one in branches) == pytest.approx(reach, abs=1e-9)
        count += 1
    assert count > 2


def test_reach_is_the_product_of_the_probabilities(shop: Journey) -> None:
    """Three questions deep, the numbers are those worked out by hand."""
    tree = unroll(shop)
    assert tree.question == "Where does anna come in?"
    website = walk(tree.branches, "website")
    assert (website.probability, website.reach, website.question) == (0.75, 0.75, "Where next?")
    order = walk(tree.branches, "website", "basket", "order")
    assert (order.probability, order.reach) == (0.2, pytest.approx(0.75 * 0.4 * 0.2))
    assert order.goal
    assert walk(tree.branches, "website", "rival", "lost").reach == pytest.approx(0.075)


def test_outcomes_reached_are_everybody(shop: Journey) -> None:
    """Where no path is cut, the reaches of the outcomes are the shares a run ends in."""

    def ends(branches: tuple[Branch, ...]) -> Iterator[tuple[str, float]]:
        for one in branches:
            if one.kind == "outcome":
                yield one.name, one.reach
            yield from ends(one.branches)

    total = {"left": 0.0, "lost": 0.0}
    for name, reach in ends(unroll(shop).branches):
        total[name] += reach
    assert total == pytest.approx({"left": 0.925, "lost": 0.075})


def test_rules_follow_what_happened_on_the_path() -> None:
    """A rule decides by the visits and attributes this path has brought about."""
    journey = shop_with(
        "basket",
        set={"mood": "mood - 0.2"},
        next={
            "known": {"if": "visits.website == 1 and mood < 0.5", "then": {"order": 0.9, "left": 0.1}},
            "else": {"order": 0.2, "left": 0.8},
        },
    )
    tree = unroll(journey)
    rule = "if visits.website == 1 and mood < 0.5"
    by_website = walk(tree.branches, "website", "basket")
    assert walk(by_website.branches, rule).probability == 1.0
    assert walk(by_website.branches, rule, "order").probability == 0.9
    straight = walk(tree.branches, "basket")
    assert walk(straight.branches, rule).probability == 0.0
    assert [one.probability for one in walk(straight.branches, rule).branches] == [0.9, 0.1]
    assert walk(straight.branches, "else", "order").probability == 0.2


def test_what_depends_on_the_clock_is_averaged_over_arrivals() -> None:
    """A rule on weekdays has the share of the arrivals of that day, factors included."""
    data = small()
    data["personas"]["anna"]["arrivals"]["weekday"] = {"sun": 3}
    rules = {"sunday": {"if": "weekday == sun", "then": {"left": 1}}, "else": {"order": 1}}
    data["touchpoints"]["basket"] = {"next": rules}
    tree = unroll(journey_from_data(data))
    case = walk(tree.branches, "basket", "if weekday == sun")
    assert case.probability == pytest.approx(3 / 9)


def test_consent_is_a_chance() -> None:
    """After a form that 40 % tick, a message is refused to the other 60 %."""
    data = small()
    data["touchpoints"]["website"] |= {
        "set": {"consent": {"chance": 0.4}},
        "next": {"mail": 0.5, "left": 0.5},
    }
    data["touchpoints"]["mail"] = {
        "contact": True,
        "otherwise": {"left": 1},
        "next": {"basket": 0.5, "rival": 0.1, "left": 0.4},
    }
    mail = walk(unroll(journey_from_data(data)).branches, "website", "mail")
    assert walk(mail.branches, "unless consent and room under the cap").probability == pytest.approx(0.6)
    assert walk(mail.branches, "else").probability == pytest.approx(0.4)


def test_a_side_trip_comes_back_and_a_detour_goes_on() -> None:
    """Both are told as such: `back to` the race, `on as planned` after an unexpected stop."""
    journey = load_journey(ROOT / "tests" / "spec" / "example.yaml")
    tree = unroll(journey, "tim", "product", depth=3)
    stop = next(one for one in tree.branches if one.how == "detour")
    assert (stop.name, stop.case) == ("instagram", "by chance (social)")
    assert walk(stop.branches, "on as planned").probability == pytest.approx(0.7)
    data = small()
    data["touchpoints"]["website"] = {
        "race": {"mail": {"after": "1 day", "side_trip": True}, "basket": {"after": "3 days"}}
    }
    data["touchpoints"]["mail"] = {"next": {"rival": 0.2, "back": "rest"}}
    mail = walk(unroll(journey_from_data(data)).branches, "website", "mail")
    assert (mail.how, mail.probability) == ("side_trip", 1.0)
    assert walk(mail.branches, "back to website").kind == "back"


def test_loops_end_in_back_to() -> None:
    """A path that returns to where it was stops there."""
    tree = unroll(shop_with("basket", next={"website": 0.5, "order": 0.3, "left": 0.2}), depth=9)
    loop = walk(tree.branches, "website", "basket", "back to website")
    assert (loop.kind, loop.branches) == ("loop", ())
    assert walk(tree.branches, "basket", "website").kind == "touchpoint"


def test_small_answers_are_folded() -> None:
    """Answers fewer than 1 % of all come to become one line with their number and sum."""
    row = {"order": 0.004, "rival": 0.004, "lost": 0.004, "left": "rest"}
    journey = shop_with("basket", next=row)
    (left, folded) = walk(unroll(journey).branches, "basket").branches
    assert left.name == "left"
    assert (folded.kind, folded.more, folded.label) == ("folded", 3, "and 3 more")
    assert folded.probability == pytest.approx(0.012)
    assert "… and 3 more (1.2\u00a0%)" in text_of(unroll(journey))


def test_depth_says_where_it_goes_on() -> None:
    """Below the depth a touchpoint has no question, but says that it goes on."""
    tree = unroll(journey_from_data(small()), depth=1)
    basket = walk(tree.branches, "website", "basket")
    assert (basket.question, basket.branches, basket.open) == ("", (), True)
    assert "basket  (30) …" in text_of(tree)


def test_a_large_loop_is_unrolled_quickly() -> None:
    """A ring of 1,000 touchpoints with chords: 100 questions deep within two seconds, no wider than 100."""
    count = 1000
    touchpoints = {
        f"t{k}": {"next": {f"t{(k + 1) % count}": 0.98, f"t{(k * 7 + 3) % count}": 0.015, "left": "rest"}}
        for k in range(count)
        if (k + 1) % count != (k * 7 + 3) % count
    }
    touchpoints |= {
        f"t{k}": {"next": {f"t{(k + 1) % count}": 0.98, "left": "rest"}}
        for k in range(count)
        if f"t{k}" not in touchpoints
    }
    data = small(goal=["t7"], touchpoints=touchpoints, outcomes=["left"], stages=[])
    data["personas"]["anna"]["enters"] = {"t0": 1}
    journey = journey_from_data(data)
    began = time.perf_counter()
    tree = unroll(journey, depth=100)
    assert time.perf_counter() - began < 2.0
    questions = [branches for _, branches in forks(tree.branches)]
    assert 90 < len(questions) < 100 * 100
    assert text_of(tree)


def test_from_begins_anywhere_and_weighs_personas_by_who_is_there() -> None:
    """With --from every persona who gets there is asked for, by its visits."""
    data = small()
    data["personas"]["bert"] = {"arrivals": {"rate": "40 per day"}, "enters": {"basket": 1}}
    tree = unroll(journey_from_data(data), start="basket")
    assert tree.question == "Who is at basket?"
    shares = {one.name: one.probability for one in tree.branches}
    assert shares == pytest.approx({"anna": 0.55 / 1.55, "bert": 1 / 1.55})
    alone = unroll(journey_from_data(data), "anna", "basket")
    assert alone.question == "Where next at basket?"
    assert walk(alone.branches, "order").reach == pytest.approx(0.2)


def test_wrong_names_are_told(shop: Journey) -> None:
    """A wrong persona or touchpoint names the one that was meant; nobody coming in says what to do."""
    with pytest.raises(InputError, match="did you mean 'anna'"):
        unroll(shop, "ana")
    with pytest.raises(InputError, match="did you mean 'basket'"):
        unroll(shop, start="baskett")


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_the_text_fits_80_columns(path: Path) -> None:
    """No line of the printed tree is wider than a terminal."""
    lines = text_of(unroll(load_journey(path), depth=6)).splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) > 20


@pytest.mark.parametrize("payload", PAYLOADS)
def test_names_are_shown_as_written(payload: str) -> None:
    """No name is read as markup of the terminal."""
    data = small()
    data["touchpoints"]["basket"]["name"] = payload
    shown = " ".join(text_of(unroll(journey_from_data(data))).replace("│", " ").split())
    assert payload in shown


def test_a_case_that_does_not_arise_is_told_once() -> None:
    """An if that is not for a typical customer stands on one line, with where it would lead."""
    journey = shop_with(
        "basket", next={"sad": {"if": "mood < 0.3", "then": {"rival": 1}}, "else": {"order": 1}}
    )
    shown = text_of(unroll(journey))
    assert shown.count("if mood < 0.3  0\u00a0%; then rival 100\u00a0%") == 1
