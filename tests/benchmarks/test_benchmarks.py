from __future__ import annotations

import json
import math
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from benchmarks import engines, journeys
from benchmarks.by_hand import Played, with_simpy
from benchmarks.by_hand.shop import play_shop
from benchmarks.decision import decision_of_map
from benchmarks.measure import Contestant, Figure, Race, race
from benchmarks.report import Report
from simulator.engine.streams import philox

# The risk of a false alarm is one in a million.
LIMIT = 4.89
CUSTOMERS, DAYS = 400, 28


def apart(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Compare two means; give z."""
    spread = statistics.variance(ours) / len(ours) + statistics.variance(theirs) / len(theirs)
    return (statistics.mean(ours) - statistics.mean(theirs)) / math.sqrt(spread)


def same_journey(
    ours: Callable[[int], Played], theirs: Callable[[int], Played], each: int, other: int
) -> None:
    """Check that both make as many visits and reach the goal as often."""
    mine, hand = [ours(n) for n in range(each)], [theirs(n) for n in range(other)]
    assert abs(apart([one.visits for one in mine], [one.visits for one in hand])) <= LIMIT
    assert abs(apart([one.goals for one in mine], [one.goals for one in hand])) <= LIMIT


@pytest.mark.parametrize("library", ["simpy", "ciw", "salabim"])
def test_the_map_by_hand_is_our_map(library: str) -> None:
    """A row, an entry or a stay written down wrongly by hand would move visits or orders."""
    if library != "simpy":
        pytest.importorskip(library, reason="only the extra `bench` brings it")
    module = pytest.importorskip(f"benchmarks.by_hand.with_{library}")
    ours = engines.kernel(journeys.map_program(CUSTOMERS, days=DAYS))

    def theirs(seed: int) -> Played:
        played: Played = module.play_map(journeys.MAP, journeys.ENTERS, journeys.GOAL, CUSTOMERS, DAYS, seed)
        return played

    same_journey(ours, theirs, each=100, other=20 if library == "simpy" else 10)


def test_the_shop_by_hand_is_our_shop() -> None:
    """Losing patience, hours, stock, races or detours by hand would move visits or orders."""
    same_journey(engines.kernel(journeys.shop_program()), play_shop, each=24, other=8)


def test_the_queue_by_hand_is_our_queue() -> None:
    """Both let everybody through who comes."""
    day = journeys.QUEUE[0] * 1440
    same_journey(
        engines.kernel(journeys.queue_program(day)),
        lambda seed: with_simpy.play_queue(*journeys.QUEUE, day, seed),
        each=20,
        other=10,
    )


def test_the_shop_without_sharing_shares_nothing() -> None:
    """Otherwise it would not be played one customer after another."""
    assert journeys.shop_program().shares
    assert not journeys.shop_program(sharing=False).shares


def test_a_change_is_five_percent_of_one_target() -> None:
    """The other targets of the row keep their proportions, all other rows stay."""
    changed = journeys.changed_map()
    place, target = journeys.CHANGED_PLACE, journeys.CHANGED_TARGET["map"]
    before, after = journeys.MAP[place][1], changed[place][1]
    assert after[target] == pytest.approx(1.05 * before[target])
    assert sum(after.values()) == pytest.approx(1.0)
    assert after["left"] / after["compare"] == pytest.approx(before["left"] / before["compare"])
    assert {name for name in changed if changed[name] != journeys.MAP[name]} == {place}


def test_the_ceiling_encrypts_a_block_and_takes_a_logarithm() -> None:
    """A ceiling that skipped a round would be too high; this is the block of the engines."""
    first, second, *_ = philox(7, 0, 0, 0, 1, 1)
    u = ((int(first) << 32 | int(second)) >> 12) + 0.5
    assert engines._blocks(1, 7) == pytest.approx(math.log(u * 2.0**-52), rel=1e-15)


def test_a_ratio_is_the_median_of_the_rounds() -> None:
    """A round in which the machine was busy must not decide."""
    result = Race({"ours": [10.0, 30.0, 1.0], "theirs": [5.0, 10.0, 1.0]}, {})
    assert result.ratio("ours", "theirs") == 2.0


def test_a_race_counts_visits_a_second_and_a_customer() -> None:
    """The first round compiles and is not counted."""
    seen: list[int] = []

    def play(number: int) -> Played:
        seen.append(number)
        sum(range(100_000))
        return Played(1000 if number == 0 else 30, 3)

    result = race([Contestant("one", play, customers=10)], rounds=2)
    assert seen == [0, 1, 2]
    assert len(result.rates["one"]) == 2
    assert result.journeys["one"] == (3.0, 0.3)


def test_a_figure_knows_whether_it_is_reached() -> None:
    """A promise is a bound from below or from above."""
    assert Figure("speed", 60.0, 60.0).reached
    assert not Figure("speed", 59.9, 60.0).reached
    assert Figure("memory", 300.0, 300.0, at_least=False).reached
    assert not Figure("memory", 301.0, 300.0, at_least=False).reached


def test_a_decision_costs_less_with_common_luck() -> None:
    """If either of the two journeys lost its customers' luck, the variance would be the other's."""
    figure, detail = decision_of_map(30, customers=1_000)
    assert detail["variance"] > 5.0
    assert figure.value == pytest.approx(detail["variance"] * detail["seconds"])


def test_a_report_is_written_and_put_into_a_page(tmp_path: Path) -> None:
    """Everything measured is in the JSON; a page keeps what is outside its marks."""
    page, file = tmp_path / "page.md", tmp_path / "new" / "bench.json"
    page.write_text(
        "Before.\n\n<!-- figures: written by `make bench`, do not edit -->\nold\n"
        "<!-- end of figures -->\n\nAfter.\n",
        encoding="utf-8",
    )
    report = Report("quick", {"(a)": Race({"kernel": [2e6, 3e6, 4e6]}, {"kernel": (4.0, 0.1)})})
    report.figures.append(Figure("two workers / one", 1.9, 1.8))
    report.write(file)
    report.write_page(page)
    report.write_page(page)
    written, text = json.loads(file.read_text(encoding="utf-8")), page.read_text(encoding="utf-8")
    assert written["rates"]["(a)"]["kernel"]["median"] == 3_000_000
    assert written["figures"][0]["reached"] is True
    assert text.startswith("Before.\n")
    assert text.endswith("After.\n")
    assert "old" not in text
    assert text.count("| two workers / one | 1.9 x | at least 1.8 | reached |") == 1


def test_a_page_without_marks_is_refused(tmp_path: Path) -> None:
    """It is not ours to write into."""
    page = tmp_path / "page.md"
    page.write_text("A page.\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no marks"):
        Report("quick").write_page(page)
    assert page.read_text(encoding="utf-8") == "A page.\n"
