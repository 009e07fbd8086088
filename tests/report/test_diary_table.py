"""The diary as people read it and as machines do."""

from __future__ import annotations

import csv
import io
from typing import Any

from rich.console import Console

from simulator.engine.diary import Diary, Page, arrivals, diaries, diary
from simulator.engine.reference import Visit
from simulator.program.compile import compile_journey
from simulator.program.tables import BACK, Manner
from simulator.report.diary import CUSTOMER_COLUMNS, diary_csv, diary_table
from simulator.spec.load import Journey, journey_from_data

from .conftest import small

DAY = 86_400_000


def text_of(journey: Journey, one: Diary) -> str:
    """Print a diary."""
    console = Console(width=130, color_system=None, markup=False, emoji=False)
    with console.capture() as captured:
        console.print(diary_table(journey, compile_journey(journey), one))
    return captured.get()


def shop(**changes: Any) -> Journey:
    """Load a small shop that sells."""
    data = small(products={"boots": {"price": 129, "name": "Hiking boots"}, "socks": {"price": 9}}, **changes)
    data["personas"]["anna"] |= {"name": "Anna", "card": {"age": 29, "location": "Berlin"}}
    data["touchpoints"]["order"] = {"sells": {"one_of": {"boots": 0.5, "socks": 0.5}}, "next": {"left": 1}}
    return journey_from_data(data)


def page(journey: Journey, place: str, target: int, manner: int = Manner.DECIDED, **more: Any) -> Page:
    """Write one page by hand."""
    names = compile_journey(journey).names
    bought = more.pop("bought", ())
    at = names.touchpoints.index(place)
    more = {"entered": DAY, "left": DAY + 90_000, "attributes": (0.0,)} | more
    return Page(Visit(1, 0, at, 1, manner=manner, target=target, **more), bought)


def test_the_csv_has_every_column_of_every_visit() -> None:
    """A row a visit, exact to the millisecond and to the last digit of an attribute."""
    journey = shop(attributes={"mood": {"initial": {"normal": {"mean": 0, "sd": 1}}}})
    program = compile_journey(journey)
    found = diaries(program, 1, 0)[:50]
    rows = list(csv.DictReader(io.StringIO(diary_csv(program, found))))
    assert tuple(rows[0])[: len(CUSTOMER_COLUMNS)] == CUSTOMER_COLUMNS
    assert tuple(rows[0])[len(CUSTOMER_COLUMNS) :] == ("attribute consent", "attribute mood")
    visits = [visit for one in found for visit in one.visits]
    assert len(rows) == len(visits)
    for row, visit in zip(rows, visits, strict=True):
        assert int(row["customer"], 16) == visit.subject % 2**64
        assert row["touchpoint"] == program.names.touchpoints[visit.touchpoint]
        assert row["target"] == program.names.target(visit.target)
        assert (int(row["entry"]), int(row["asked"]), int(row["sold"])) == (
            visit.entry,
            visit.asked,
            visit.sold,
        )
        assert float(row["attribute mood"]) == visit.attributes[1]


def test_times_are_exact() -> None:
    """The CSV keeps milliseconds: 1 day, 2.003 s waited."""
    journey = shop()
    one = Diary(1, 0, "arrived", DAY, (page(journey, "basket", 3, waited=2003, entered=DAY + 7),))
    row = next(csv.DictReader(io.StringIO(diary_csv(compile_journey(journey), [one]))))
    assert (row["entered"], row["waited"], row["left"]) == (
        "2026-01-06T00:00:00.007",
        "2.003",
        "2026-01-06T00:01:30.000",
    )


def test_a_formula_in_a_name_is_only_text() -> None:
    """A spreadsheet that opens the CSV computes nothing; numbers stay numbers."""
    data = small(attributes={"score": {"initial": -5}})
    data["touchpoints"] = {
        "=cmd()": {"next": {"+lost": 1}},
        "order": {"next": {"left": 1}},
    }
    data |= {"outcomes": ["left", "+lost"]}
    data["personas"] = {"@anna": {"arrivals": {"rate": "9 per day"}, "enters": {"=cmd()": 0.9, "order": 0.1}}}
    program = compile_journey(journey_from_data(data))
    rows = list(csv.DictReader(io.StringIO(diary_csv(program, diaries(program, 1, 0)))))
    assert {row["touchpoint"] for row in rows} == {"'=cmd()", "order"}
    assert {row["persona"] for row in rows} == {"'@anna"}
    assert {row["target"] for row in rows} == {"left", "'+lost"}
    assert {row["attribute score"] for row in rows} == {"-5.0"}


def test_the_table_says_who_and_what_happened() -> None:
    """The persona's card, what was bought, refused or waited for, what changed, and the end."""
    journey = shop(attributes={"mood": {"initial": 0.6}})
    left, basket = 4, 0
    pages = (
        page(journey, "website", basket, Manner.REFUSED, attributes=(0.0, 0.6)),
        page(journey, "basket", 1, waited=60_000, entered=DAY, left=DAY + 150_000, attributes=(1.0, 0.6)),
        page(journey, "order", BACK, Manner.STOCKOUT, asked=1, attributes=(1.0, 0.6)),
        page(journey, "order", left, asked=3, sold=2, bought=((0, 2),), attributes=(1.0, 0.25)),
    )
    text = text_of(journey, Diary(-1, 0, "referred", DAY, pages))
    assert "Anna, 29, Berlin" in text
    assert "Customer ffffffffffffffff was referred, arrived Tue 2026-01-06 00:00." in text
    assert "turned away at the gate, on to basket" in text
    assert "1 min   1.5 min  on to order" in text
    assert "got nothing: out of stock, back to where he was" in text
    assert "bought 2 Hiking boots, 1 more out of stock, the end: left" in " ".join(text.split())
    assert "mood 0.25" in text
    assert text.count("consent 1") == 1
    assert "After 4 visits in 2.5 min: left." in text


def test_an_unfinished_journey_says_so() -> None:
    """Whoever is still on the way at the end of the run has no end invented."""
    journey = shop()
    text = text_of(journey, Diary(1, 0, "arrived", 0, (page(journey, "website", 0),)))
    assert "After 1 visit still on the way when the simulation ends on 2026-03-02 00:00." in text


def test_the_table_of_a_real_customer_has_a_line_a_visit() -> None:
    """A diary read back from the terminal names the touchpoints in the order of the visits."""
    journey = shop()
    program = compile_journey(journey)
    for who in arrivals(program, 3, 0):
        one = diary(program, 3, 0, who)
        assert one is not None
        if len(one.visits) == 3:
            lines = text_of(journey, one).splitlines()[4:7]
            assert [line.split()[2] for line in lines] == ["website", "basket", "order"]
            return
