"""`journey trace`: one customer's diary."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Journey = Callable[..., Result]

NEVER_MET = """
name: A dearer order
changes: {touchpoints: {order: {next: {left: 0.5, ad: rest}}}}
"""


def rows(found: Result) -> list[dict[str, str]]:
    """Read what `--csv` printed."""
    assert found.exit_code == 0, found.output
    return list(csv.DictReader(io.StringIO(found.stdout)))


def test_it_shows_the_first_who_arrives(journey: Journey) -> None:
    """By default the first customer of the first replication, and how to see another."""
    found = journey("trace", "shop.yaml")
    assert found.exit_code == 0
    first = rows(journey("trace", "shop.yaml", "--csv"))
    assert f"Customer {first[0]['customer']} arrived Mon 2026-01-05" in found.stdout
    assert "--customer 2" in found.stdout
    assert rows(journey("trace", "shop.yaml", "--csv", "--customer", "1")) == first


def test_customers_are_numbered_as_they_arrive(journey: Journey) -> None:
    """K = 1, 2, 3, … come one after another; of one persona only its own are counted."""
    came = [rows(journey("trace", "shop.yaml", "--csv", "--customer", str(k)))[0] for k in range(1, 6)]
    assert [one["entered"] for one in came] == sorted(one["entered"] for one in came)
    assert len({one["customer"] for one in came}) == 5
    tims = [one for one in came if one["persona"] == "tim"]
    own = [
        rows(journey("trace", "shop.yaml", "--csv", "--persona", "tim", "--customer", str(k)))[0]
        for k in range(1, len(tims) + 1)
    ]
    assert own == tims


def test_an_address_finds_the_same_customer_again(journey: Journey) -> None:
    """The address a diary prints leads back to the same bytes, in capitals too, and not with another seed."""
    third = journey("trace", "shop.yaml", "--csv", "--customer", "3").stdout
    address = third.splitlines()[1].split(",")[1]
    assert journey("trace", "shop.yaml", "--csv", "--customer", address).stdout == third
    assert journey("trace", "shop.yaml", "--csv", "--customer", address.upper()).stdout == third
    other = journey("trace", "shop.yaml", "--csv", "--customer", address, "--seed", "2")
    assert other.stdout != third


def test_all_is_everybody(journey: Journey) -> None:
    """`--customer all --csv` holds the diary of each customer, as `--customer` alone gives it."""
    everybody = journey("trace", "shop.yaml", "--csv", "--customer", "all").stdout.splitlines()
    for k in ("1", "2", "17"):
        one = journey("trace", "shop.yaml", "--csv", "--customer", k).stdout.splitlines()
        assert one[0] == everybody[0]
        assert [line for line in everybody if f",{one[1].split(',')[1]}," in line] == one[1:]
    assert journey("trace", "shop.yaml", "--customer", "all").exit_code == 2


def test_an_idea_leaves_those_alone_who_never_meet_it(journey: Journey, files: Path) -> None:
    """Under a scenario every customer who never orders keeps his diary, to the byte; others may not."""
    (files / "dearer.yaml").write_text(NEVER_MET, encoding="utf-8")
    everybody = ("trace", "shop.yaml", "--csv", "--customer", "all")
    before, after = journey(*everybody), journey(*everybody, "-s", "dearer.yaml")
    met = {
        row["customer"] for found in (before, after) for row in rows(found) if row["touchpoint"] == "order"
    }
    kept = [
        [line for line in found.stdout.splitlines() if line.split(",")[1] not in met]
        for found in (before, after)
    ]
    assert kept[0] == kept[1]
    assert len(kept[0]) > 500
    assert before.stdout != after.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--customer", "0"], "neither a number from 1 nor an address"),
        (["--customer", "-1"], "neither a number from 1 nor an address"),
        (["--customer", "٣"], "neither a number from 1 nor an address"),
        (["--customer", "soon"], "neither a number from 1 nor an address"),
        (["--customer", "99999"], "customers arrive in replication 0"),
        (["--customer", "0000000000000000"], "has no customer 0000000000000000"),
        (["--persona", "tom"], "did you mean 'tim'?"),
        (["--replication", "-1"], "-1"),
        (["--seed", "4294967296"], "4294967296"),
    ],
)
def test_wrong_input_is_told(journey: Journey, words: list[str], said: str) -> None:
    """What cannot be meant ends with exit code 2 and says what is allowed."""
    found = journey("trace", "shop.yaml", *words)
    assert found.exit_code == 2
    assert said in found.output
